"""One order over plain HTTP, and every way it can end."""

import asyncio

import pytest
from tests.doors.conftest import Lines, Start
from tests.makers import Note, a_domain, a_part
from tests.servers.loop import NOTES, Kuznia, inside, made
from tests.servers.model import Act, ModelServer, hang, reply, status

from kuznia.callers.identify import local
from kuznia.forge.runs.supervisor import MAX_UNDER_WAY
from kuznia.platform.envelope import Envelope
from kuznia.web.shapes import ArtefactShape

CANARY = "granny keeps her silver under the stove"


@pytest.mark.smoke
async def test_an_order_becomes_an_artefact(kuznia: Kuznia, modelserver: ModelServer):
    modelserver.will(reply("note: iron is hot"))

    answer = await kuznia.make()

    artefact = Envelope[ArtefactShape].model_validate_json(answer.content).data
    assert (artefact.status, artefact.parts) == ("complete", {"note": {"text": "iron is hot"}})


async def test_an_artefact_says_where_it_is_found_again(kuznia: Kuznia, modelserver: ModelServer):
    modelserver.will(reply("note: fine"))
    made = (await kuznia.make()).json()

    again = await kuznia.client.get(made["data"]["links"]["self"])

    assert again.json() == made


async def test_an_artefact_says_where_its_run_is_told(kuznia: Kuznia, modelserver: ModelServer):
    modelserver.will(reply("note: fine"))
    answer = await kuznia.make()

    told = await kuznia.client.get(answer.json()["data"]["links"]["events"])

    assert told.headers["x-run-id"] == answer.headers["x-run-id"]
    assert told.text.count("event: run.finished\n") == 1


async def test_fifty_equal_orders_at_once_cost_one_call(serve: Start, modelserver: ModelServer):
    modelserver.will(reply("note: fine"))
    kuznia = await serve()

    answers = await asyncio.gather(*(kuznia.make() for _ in range(50)))

    assert len({answer.json()["data"]["id"] for answer in answers}) == 1
    assert len(modelserver.calls) == 1


async def test_an_equal_order_later_costs_no_call(kuznia: Kuznia, modelserver: ModelServer):
    modelserver.will(reply("note: fine"))
    first = await kuznia.make()

    second = await kuznia.make("a note\u200b on iron")

    made, again = first.json()["data"], second.json()["data"]
    assert made.pop("evidence")["making"] is None
    assert again.pop("evidence")["making"] is not None
    assert made == again
    assert len(modelserver.calls) == 1


async def test_what_was_not_accepted_is_told_with_the_reasons(
    kuznia: Kuznia, modelserver: ModelServer
):
    modelserver.will(reply("note: bad iron"))

    answer = await kuznia.make()

    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (422, "NOT_ACCEPTED")
    assert error["details"]["unmet"][0]["findings"][0]["code"] == "bad-word"


async def test_what_was_not_accepted_is_kept(kuznia: Kuznia, modelserver: ModelServer):
    modelserver.will(reply("note: bad iron"))
    refused = (await kuznia.make()).json()["error"]["details"]["artefact"]

    kept = (await kuznia.client.get(f"/api/v1/artefacts/{refused}")).json()["data"]

    assert (kept["status"], kept["parts"]) == ("failed", {})


@pytest.mark.parametrize(
    ("act", "reason", "retry_after"),
    [
        (status(429, retry_after="500"), "rate_limited", "500"),
        (status(429), "rate_limited", None),
        (status(500), "server", None),
        (status(401, CANARY), "credentials", None),
        (status(400, CANARY), "rejected", None),
        (reply(""), "empty", None),
    ],
)
async def test_a_model_that_fails_is_named_as_the_reason(
    kuznia: Kuznia, modelserver: ModelServer, act: Act, reason: str, retry_after: str | None
):
    modelserver.will(act)

    answer = await kuznia.make()

    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (503, "MODEL_UNAVAILABLE")
    assert error["details"]["reason"] == reason
    assert answer.headers.get("retry-after") == retry_after
    assert CANARY not in answer.text


async def test_without_a_model_the_answer_says_what_to_set(log: Lines, sqlite_url: str):
    async with inside(made(sqlite_url)) as kuznia:
        answer = await kuznia.make()

    assert (answer.status_code, answer.json()["error"]["details"]["reason"]) == (503, "unset")
    assert "OPENAI_BASE_URL" in answer.json()["error"]["message"]


@pytest.mark.smoke
async def test_our_own_planner_answers_without_a_model(log: Lines, sqlite_url: str):
    planned = a_domain(a_part(make=lambda _: Note(text="planned")))
    async with inside(made(sqlite_url, None, planned)) as kuznia:
        answer = await kuznia.make()

    assert (answer.status_code, answer.json()["data"]["status"]) == (200, "complete")
    assert answer.json()["data"]["made_by"] == "planner"


async def test_a_missing_optional_part_is_told(kuznia: Kuznia, modelserver: ModelServer):
    modelserver.will(reply("note: fine"), status(400))

    artefact = (await kuznia.make(summary=True)).json()["data"]

    assert (artefact["status"], artefact["unmet"][0]["part"]) == ("partial", "summary")


async def test_what_is_declined_is_a_good_answer(kuznia: Kuznia, modelserver: ModelServer):
    answer = await kuznia.make("a curse on iron")

    declined = answer.json()["data"]
    assert (answer.status_code, declined["status"]) == (200, "declined")
    assert declined["decline"]["questions"] == ["What do you mean?"]
    assert modelserver.calls == []


async def test_a_budget_too_small_to_begin_is_told(enter: Start, modelserver: ModelServer):
    kuznia = await enter(order_tokens=100)

    answer = await kuznia.make()

    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "BUDGET_SPENT")
    assert modelserver.calls == []


async def test_a_server_with_too_much_to_do_says_when_to_come_again(
    enter: Start, modelserver: ModelServer
):
    modelserver.will(hang)
    kuznia = await enter(shutdown_grace=0)
    domain = kuznia.doors.forge.domains["notes"]
    for number in range(MAX_UNDER_WAY):
        given = domain.input(prompt=f"note {number}")
        kuznia.doors.runs.start(await kuznia.doors.order("notes", given, local(remote=False)))

    answer = await kuznia.make()

    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "UNAVAILABLE")
    assert answer.headers["retry-after"] == "5"


async def test_what_a_domain_refuses_is_refused_before_a_run(enter: Start):
    kuznia = await enter(a_domain(refuses=frozenset({"script-injection"})))

    answer = await kuznia.make("<script>alert(1)</script>")

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "VALIDATION_ERROR")
    assert answer.json()["error"]["details"] == {"codes": ["script-injection"]}


async def test_nothing_private_is_logged(enter: Start, modelserver: ModelServer, log: Lines):
    modelserver.will(reply(f"note: bad {CANARY}"))
    kuznia = await enter(openai_api_key="sk-canary-0123456789")

    await kuznia.make(CANARY)
    await kuznia.make(CANARY * 200)

    lines = log()
    assert {"model_attempt", "run_ended", "request"} <= {line["event"] for line in lines}
    assert not [line for line in lines if CANARY in str(line) or "sk-canary" in str(line)]


async def test_the_lines_of_a_request_share_its_id(
    enter: Start, modelserver: ModelServer, log: Lines
):
    modelserver.will(reply("note: fine"))
    kuznia = await enter()

    await kuznia.make(headers={"x-request-id": "follow-me-1"})

    of_it = [line["event"] for line in log() if line.get("request_id") == "follow-me-1"]
    assert of_it == ["model_attempt", "run_ended", "request"]


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("GET", NOTES, "POST"),
        ("GET", f"{NOTES}/batch", "POST"),
        ("PATCH", "/api/v1/artefacts", "DELETE, GET, HEAD"),
        ("POST", "/api/v1/runs/run_1", "DELETE"),
        ("POST", "/health", "GET, HEAD"),
    ],
)
async def test_a_wrong_method_is_told_the_right_one(
    kuznia: Kuznia, method: str, path: str, allow: str
):
    answer = await kuznia.client.request(method, path)

    assert (answer.status_code, answer.json()["error"]["code"]) == (405, "METHOD_NOT_ALLOWED")
    assert answer.headers["allow"] == allow
    assert answer.json()["error"]["message"].endswith(f"accepts {allow}.")


@pytest.mark.parametrize("path", ["/nowhere", "/api/v1/", "/api/v1/notes/x/y", "/API/V1/NOTES"])
async def test_an_unknown_address_is_told_in_the_envelope(kuznia: Kuznia, path: str):
    answer = await kuznia.client.get(path)

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NOT_FOUND")
