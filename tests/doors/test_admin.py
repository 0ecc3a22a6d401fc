"""What an operator asks, and what a browser is shown."""

import asyncio
import re
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import make_url
from tests.doors.conftest import Lines, Start
from tests.servers import databases as servers
from tests.servers.databases import Redis
from tests.servers.loop import EVENTS, NOTES, Kuznia, inside, made
from tests.servers.model import ModelServer, reply, status

from kuznia import __version__
from kuznia.platform.db import migrate
from kuznia.platform.settings.values import DatabaseUrl


@pytest.fixture
def end_database(request: pytest.FixtureRequest, database_url: str):
    """End the database under a running server."""

    async def end(kuznia: Kuznia) -> None:
        name = make_url(database_url).database
        assert name is not None
        if database_url.startswith("postgresql"):
            server: servers.Postgres = request.getfixturevalue("postgres")
            drop = f"DROP DATABASE {name} WITH (FORCE)"
            await asyncio.to_thread(servers._order, server.server, drop)
        else:
            await kuznia.doors.db.close()
            await asyncio.to_thread(Path(name).write_bytes, b"no database" * 1000)
            # What looked for work meanwhile has opened it once more.
            await kuznia.doors.db.close()

    return end


async def counted(kuznia: Kuznia) -> dict[str, float]:
    """Every series by its name and the values of its labels."""
    families = text_string_to_metric_families(await kuznia.metrics())
    return {
        "|".join((sample.name.removeprefix("kuznia_"), *map(str, sample.labels.values()))): (
            sample.value
        )
        for family in families
        for sample in family.samples
    }


async def test_the_root_says_what_is_here(kuznia: Kuznia):
    welcome = (await kuznia.client.get("/")).json()["data"]

    assert (welcome["version"], welcome["make"]) == (__version__, {"notes": NOTES})
    for link in (welcome["docs"], welcome["openapi"], welcome["ready"]):
        assert (await kuznia.client.get(link)).status_code == 200


async def test_health_asks_nobody(enter: Start, database_url: str, end_database):
    kuznia = await enter(database=database_url)
    await end_database(kuznia)

    answer = await kuznia.client.get("/health")

    assert (answer.status_code, answer.json()["data"]["status"]) == (200, "alive")


@pytest.mark.parametrize("path", ["/health", "/ready"])
async def test_a_load_balancer_may_ask_for_the_head_alone(serve: Start, path: str):
    kuznia = await serve()

    head, whole = [await kuznia.client.request(one, path) for one in ("HEAD", "GET")]

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(whole.content))


async def test_a_head_tells_that_a_server_is_not_ready(
    enter: Start, database_url: str, end_database
):
    kuznia = await enter(database=database_url)
    await end_database(kuznia)

    assert (await kuznia.client.head("/ready")).status_code == 503


async def test_ready_says_what_it_stands_on(enter: Start, database_url: str):
    kuznia = await enter(database=database_url)

    answer = await kuznia.client.get("/ready")

    assert answer.status_code == 200
    assert answer.json()["data"] == {
        "ready": True,
        "database": "ok",
        "schema": "ok",
        "redis": "not configured",
        "model": "m",
        "breakers": {"m": "closed"},
    }


async def test_redis_is_told_as_it_is_and_takes_nobody_out_of_service(
    enter: Start, own_redis: Redis
):
    kuznia = await enter(redis_url=own_redis.url)
    well = (await kuznia.client.get("/ready")).json()["data"]["redis"]
    own_redis.stop()

    answer = await kuznia.client.get("/ready")

    assert (well, answer.status_code) == ("ok", 200)
    assert "cannot be reached" in answer.json()["data"]["redis"]
    assert "kuznia_redis_up 0.0" in await kuznia.metrics()
    assert 'kuznia_redis_calls_total{result="lost"} 1.0' in await kuznia.metrics()


async def test_a_dead_database_is_named(enter: Start, database_url: str, end_database):
    kuznia = await enter(database=database_url)
    await end_database(kuznia)

    answer = await kuznia.client.get("/ready")

    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (503, "UNAVAILABLE")
    assert error["details"]["ready"] is False
    assert error["details"]["database"] != "ok"
    assert error["details"]["schema"] == "unknown"


async def test_a_schema_that_is_behind_is_named(enter: Start, database_url: str):
    kuznia = await enter(database=database_url)
    await asyncio.to_thread(migrate.downgrade, DatabaseUrl.read(database_url), "base")

    details = (await kuznia.client.get("/ready")).json()["error"]["details"]

    assert details["database"] == "ok"
    assert "make migrate" in details["schema"]


async def test_a_server_that_closes_is_not_ready(kuznia: Kuznia):
    await kuznia.doors.runs.close(0)

    answer = await kuznia.client.get("/ready")

    assert (answer.status_code, answer.json()["error"]["details"]["ready"]) == (503, False)


async def test_a_model_that_is_down_leaves_it_ready(enter: Start, modelserver: ModelServer):
    modelserver.will(status(500))
    kuznia = await enter(breaker_failures=1)
    await kuznia.make()

    ready = await kuznia.client.get("/ready")

    assert (ready.status_code, ready.json()["data"]["breakers"]) == (200, {"m": "open"})


async def test_an_open_breaker_says_when_to_come_again(enter: Start, modelserver: ModelServer):
    modelserver.will(status(500))
    kuznia = await enter(breaker_failures=1, breaker_pause=40)
    await kuznia.make()

    answer = await kuznia.make()

    assert (answer.status_code, answer.json()["error"]["details"]["reason"]) == (503, "open")
    assert 30 < int(answer.headers["retry-after"]) <= 40
    assert len(modelserver.calls) == 1


async def test_no_model_is_no_hindrance(log: Lines, sqlite_url: str):
    async with inside(made(sqlite_url)) as kuznia:
        answer = await kuznia.client.get("/ready")

    assert (answer.status_code, answer.json()["data"]["breakers"]) == (200, {})


async def test_an_artefact_is_given_though_no_row_can_be_written(
    enter: Start, modelserver: ModelServer, database_url: str, end_database
):
    modelserver.will(reply("note: fine"))
    kuznia = await enter(database=database_url)
    await end_database(kuznia)

    answer = await kuznia.make()

    assert (answer.status_code, answer.json()["data"]["status"]) == (200, "complete")


async def test_the_history_of_a_dead_database_is_a_fault(
    enter: Start, database_url: str, end_database
):
    kuznia = await enter(database=database_url)
    await end_database(kuznia)

    answer = await kuznia.client.get("/api/v1/artefacts")

    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "UNAVAILABLE")
    assert answer.headers["retry-after"] == "1"


async def test_metrics_count_what_was_done(enter: Start, modelserver: ModelServer):
    fine, bad = reply("note: fine", usage=(7, 3)), reply("note: bad", usage=(7, 3))
    modelserver.will(fine, bad, bad, status(401))
    kuznia = await enter(openai_price_input="1000", openai_price_output="2000")
    await kuznia.make("note 1")
    await kuznia.make("note 1")
    await kuznia.make("note 2")
    await kuznia.make("note 3", headers=EVENTS)
    await kuznia.make("x")

    counts = await counted(kuznia)

    expected = {
        f"http_requests_total|POST|{NOTES}|2xx": 3,
        f"http_requests_total|POST|{NOTES}|4xx": 2,
        f"http_request_seconds_count|{NOTES}": 5,
        "runs_total|notes|complete": 1,
        "runs_total|notes|failed": 1,
        "runs_total|notes|MODEL_UNAVAILABLE": 1,
        "shelf_lookups_total|hit": 1,
        "shelf_lookups_total|miss": 3,
        "model_attempts_total|m|ok": 3,
        "model_attempts_total|m|credentials": 1,
        "model_tokens_total|input|m": 21,
        "model_tokens_total|output|m": 9,
        "model_cost_dollars_total|m": pytest.approx(0.039),
        "overhead_seconds_count|notes": 3,
        "runs_in_progress|notes": 0,
        "breaker_state|m": 0,
        "streams_open": 0,
    }
    assert {name: counts[name] for name in expected} == expected


async def test_requests_are_counted_by_the_pattern_of_their_address(kuznia: Kuznia):
    await kuznia.make("x")
    await kuznia.client.get("/api/v1/artefacts/art_1")
    await kuznia.client.get("/health")
    await kuznia.client.get("/nowhere")

    counts = await counted(kuznia)

    assert {name for name in counts if name.startswith("http_requests_total")} == {
        f"http_requests_total|POST|{NOTES}|4xx",
        "http_requests_total|GET|/api/v1/artefacts/{artefact_id}|4xx",
        "http_requests_total|GET|/health|2xx",
        "http_requests_total|GET|other|4xx",
    }


async def test_no_odd_input_makes_a_series(kuznia: Kuznia):
    await kuznia.client.request("BREW", "/nowhere")
    await kuznia.client.get("/api/v1/runs/run_0/events")
    await kuznia.client.get("/api/v1/artefacts/art_0")
    before = set(await counted(kuznia))

    for number in range(1, 20):
        await kuznia.client.request(f"BREW{number}", f"/nowhere/{number}")
        await kuznia.client.get(f"/api/v1/runs/run_{number}/events")
        await kuznia.client.get(f"/api/v1/artefacts/art_{number}?q={number}")

    new = set(await counted(kuznia)) - before
    assert not {name for name in new if "|/metrics" not in name}


async def test_metrics_are_for_prometheus(kuznia: Kuznia):
    answer = await kuznia.client.get("/metrics")

    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"


async def test_the_reference_page_loads_only_what_is_served_here(kuznia: Kuznia):
    page = await kuznia.client.get("/api/docs")

    assert page.headers["content-type"].startswith("text/html")
    wanted = re.findall(r'(?:src|href)="([^"#]+)"', page.text)
    answers = [await kuznia.client.get(address) for address in wanted]
    assert {"/api/docs/reference.js", "/api/docs/reference.css"} <= set(wanted)
    assert {answer.status_code for answer in answers} == {200}
    assert all(address.startswith("/") for address in wanted)
    assert not re.search(r"<style|<script>|style=|\son[a-z]+=", page.text)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/api/docs", "text/html"),
        ("/api/docs/reference.js", "text/javascript"),
        ("/api/docs/reference.css", "text/css"),
    ],
)
async def test_the_reference_page_has_a_strict_policy(kuznia: Kuznia, path: str, kind: str):
    answer = await kuznia.client.get(path)

    assert answer.headers["content-type"] == f"{kind}; charset=utf-8"
    policy = dict(
        rule.split(" ", 1) for rule in answer.headers["content-security-policy"].split("; ")
    )
    assert policy["default-src"] == "'none'"
    assert set(policy.values()) == {"'none'", "'self'"}
    assert not re.search(r"https?://(?!www\.w3\.org)", answer.text)


async def test_the_document_has_every_address(kuznia: Kuznia):
    document = (await kuznia.client.get("/api/openapi.json")).json()

    assert {NOTES, f"{NOTES}/batch", "/ready", "/api/v1/runs/{run_id}"} <= set(document["paths"])
