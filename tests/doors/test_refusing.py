"""A database that is there and takes no rows: nobody hangs, nothing that was paid for is lost."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any

import pytest
from tests.callers.makers import SECRET, bearer
from tests.doors.conftest import Start
from tests.refusing import a_plain_user, eventually, forbidden, full, locked_up, standby
from tests.servers.loop import EVENTS, Kuznia, held, told
from tests.servers.model import ModelServer, reply

Refuse = Callable[[], AbstractAsyncContextManager[None]]
Begin = Callable[..., Awaitable[tuple[Kuznia, Refuse]]]
# So long that a row of it does not fit where another was.
FINE = reply(f"note: {' '.join(f'iron{number}' for number in range(2_500))}", usage=(7, 3))
REFUSALS = ("standby", "forbidden", "full", "locked up")


@pytest.fixture(params=REFUSALS)
def why(request: pytest.FixtureRequest) -> tuple[str, str]:
    """Why nothing is written, and where."""
    lite = request.param in ("full", "locked up")
    return request.param, request.getfixturevalue("sqlite_url" if lite else "pg_url")


@pytest.fixture
async def refusing(why: tuple[str, str], enter: Start) -> AsyncIterator[Begin]:
    """Start a server whose database can be made to refuse what is written."""
    reason, url = why
    async with AsyncExitStack() as opened:

        async def start(**settings: Any) -> tuple[Kuznia, Refuse]:
            if reason == "forbidden":
                plain, role = await opened.enter_async_context(a_plain_user(url))
                return await enter(database=plain, **settings), lambda: forbidden(url, role)
            kuznia = await enter(database=url, **settings)
            db = kuznia.doors.db
            if reason == "standby":
                return kuznia, lambda: standby(url)
            return kuznia, lambda: full(db) if reason == "full" else locked_up(db)

        yield start


async def readable(kuznia: Kuznia) -> dict[str, Any]:
    return (await kuznia.client.get("/ready")).json()


async def none_waits(kuznia: Kuznia) -> bool:
    return kuznia.doors.forge.shelf.unkept == 0


def codes(answer: Any) -> list[str]:
    """What is noted beside its length."""
    findings = answer.json()["data"]["findings"]
    return [finding["code"] for finding in findings if finding["code"] != "long"]


async def test_what_is_answered_is_kept_although_no_row_can_be_written(
    refusing: Begin, modelserver: ModelServer
):
    modelserver.will(FINE, FINE)
    kuznia, refuse = await refusing()
    await kuznia.make("a note on copper")

    async with refuse():
        answer = await kuznia.make()
        link = answer.json()["data"]["links"]["self"]
        meanwhile = await kuznia.client.get(link)
        history = await kuznia.client.get("/api/v1/artefacts")
        again = await kuznia.make()
        waiting = await kuznia.metrics()

    # It says so, it is found all the same, and an equal order is not paid for again.
    assert (answer.status_code, codes(answer)) == (200, ["not-yet-kept"])
    assert answer.headers["x-not-yet-kept"] == "true"
    assert meanwhile.json() == answer.json()
    assert history.json()["data"]["items"][0]["links"]["self"] == link
    assert (codes(again), len(modelserver.calls)) == (["not-yet-kept"], 2)
    assert "kuznia_artefacts_waiting 1.0" in waiting
    assert 'kuznia_artefacts_unkept_total{result="later"} 1.0' in waiting

    # And once rows are taken, it is one, and nothing is said of all this any more.
    await eventually(partial(none_waits, kuznia))
    later = await kuznia.client.get(link)
    assert (later.status_code, codes(later)) == (200, [])
    assert "x-not-yet-kept" not in later.headers
    assert codes(await kuznia.make()) == []


async def test_a_server_whose_database_takes_no_rows_is_not_ready(refusing: Begin):
    kuznia, refuse = await refusing()
    assert (await readable(kuznia))["data"]["ready"] is True

    async with refuse():

        async def refused() -> bool:
            return not (await readable(kuznia))["success"]

        await eventually(refused)
        details = (await readable(kuznia))["error"]["details"]

    assert details["schema"] == "ok"
    assert details["database"] != "ok"

    async def ready() -> bool:
        return (await readable(kuznia))["success"]

    await eventually(ready)


# What a full disk has room for is the change of a row that is there already.
@pytest.mark.parametrize("why", ["standby", "forbidden", "locked up"], indirect=True)
async def test_a_budget_that_cannot_be_held_is_a_fault_and_has_an_end(
    refusing: Begin, modelserver: ModelServer
):
    kuznia, refuse = await refusing(budget_tokens_day=1_000_000)
    modelserver.will(FINE, FINE)
    await kuznia.make("a note on copper")

    async with refuse():
        # The first may still draw on what was held before.
        answers = [await kuznia.make(f"note {number}") for number in range(3)]
        stream = await kuznia.client.post(
            "/api/v1/notes", json={"prompt": "a streamed note"}, headers=EVENTS
        )

    assert answers[-1].status_code == 503
    assert answers[-1].json()["error"]["code"] == "UNAVAILABLE"
    assert (await told(stream))[-1].kind == "run.failed"
    modelserver.will(FINE)

    async def made() -> bool:
        return (await kuznia.make("a note on tin")).status_code == 200

    await eventually(made)


async def test_a_stream_ends_with_what_was_made(refusing: Begin, modelserver: ModelServer):
    go = asyncio.Event()
    modelserver.will(held(go, FINE))
    kuznia, refuse = await refusing()
    asking = asyncio.create_task(
        kuznia.client.post("/api/v1/notes", json={"prompt": "a note on tin"}, headers=EVENTS)
    )
    await modelserver.arrived()

    async with refuse():
        go.set()
        last = (await told(await asking))[-1]

    assert last.kind == "run.finished"
    assert last.data["artefact"]["findings"][-1]["code"] == "not-yet-kept"


@pytest.fixture
async def small(
    enter: Start, modelserver: ModelServer
) -> Callable[..., AbstractAsyncContextManager[Kuznia]]:
    """A server on a full disk, with room in memory for so many bytes."""

    @asynccontextmanager
    async def start(unkept_bytes: int, **settings: Any) -> AsyncIterator[Kuznia]:
        kuznia = await enter(unkept_bytes=unkept_bytes, openai_price_output="1000", **settings)
        async with full(kuznia.doors.db):
            yield kuznia

    return start


async def test_past_the_bound_it_is_said_what_was_paid(small, modelserver: ModelServer):
    modelserver.will(FINE, FINE)
    async with small(unkept_bytes=10) as kuznia:
        answer = await kuznia.make()

        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (503, "UNAVAILABLE")
        assert error["details"] == {
            "reason": "not-kept",
            "paid": {"attempts": 1, "input_tokens": 7, "output_tokens": 3, "cost": 3_000_000},
        }
        assert "art_" not in answer.text
        assert 'kuznia_artefacts_unkept_total{result="refused"} 1.0' in await kuznia.metrics()


async def test_what_cannot_be_kept_is_not_made(small, modelserver: ModelServer):
    modelserver.will(FINE)
    async with small(unkept_bytes=30_000) as kuznia:
        first = await kuznia.make()

        second = await kuznia.make("another note")

        assert (first.status_code, second.status_code) == (200, 503)
        assert "Nothing was made or spent" in second.json()["error"]["message"]
        assert len(modelserver.calls) == 1


async def test_what_was_paid_for_and_refused_is_given_once_it_can_be_kept(
    small, modelserver: ModelServer
):
    go = asyncio.Event()
    modelserver.will(held(go, FINE), held(go, FINE))
    async with small(unkept_bytes=30_000) as kuznia:
        asking = [asyncio.create_task(kuznia.make(f"note {number}")) for number in range(2)]
        await modelserver.arrived()
        await modelserver.arrived()
        go.set()
        answers = await asyncio.gather(*asking)
    refused = [answer.status_code for answer in answers].index(503)
    await eventually(partial(none_waits, kuznia))

    again = await kuznia.make(f"note {refused}")

    assert again.status_code == 200
    assert len(modelserver.calls) == 2
    await eventually(partial(none_waits, kuznia))
    assert codes(await kuznia.make(f"note {refused}")) == []


async def test_what_is_deleted_in_memory_never_becomes_a_row(
    enter: Start, modelserver: ModelServer
):
    modelserver.will(FINE, FINE)
    kuznia = await enter()
    async with full(kuznia.doors.db):
        link = (await kuznia.make()).json()["data"]["links"]["self"]
        other = (await kuznia.make("another note")).json()["data"]["links"]["self"]

        async def deleted() -> bool:
            # It is tried again each second, and not to be had in that very moment.
            return (await kuznia.client.delete(link)).status_code == 200

        await eventually(deleted)
        assert (await kuznia.client.get(link)).status_code == 404

    await eventually(partial(none_waits, kuznia))
    assert (await kuznia.client.get(link)).status_code == 404
    assert (await kuznia.client.get(other)).status_code == 200


async def test_nobody_else_finds_what_is_in_memory_alone(enter: Start, modelserver: ModelServer):
    modelserver.will(FINE)
    kuznia = await enter(jwt_secret=SECRET)
    async with full(kuznia.doors.db):
        made = await kuznia.make(headers=bearer("ivan"))
        link = made.json()["data"]["links"]["self"]

        mine, theirs = [
            await kuznia.client.get(link, headers=bearer(who)) for who in ("ivan", "olena")
        ]
        history = await kuznia.client.get("/api/v1/artefacts", headers=bearer("olena"))

    assert (mine.status_code, theirs.status_code) == (200, 404)
    assert history.json()["data"]["items"] == []


async def test_who_is_erased_leaves_nothing_in_memory(enter: Start, modelserver: ModelServer):
    modelserver.will(FINE, FINE)
    kuznia = await enter(jwt_secret=SECRET)
    ivan, olena = bearer("ivan"), bearer("olena")
    async with full(kuznia.doors.db):
        link = (await kuznia.make(headers=ivan)).json()["data"]["links"]["self"]
        await kuznia.make(headers=olena)
        erased = await kuznia.client.delete("/api/v1/me", headers=ivan)
    await eventually(partial(none_waits, kuznia))

    assert erased.status_code == 200
    assert (await kuznia.client.get(link, headers=ivan)).status_code == 404


# The row of a key says for `budget_lease` that it is being worked on.
@pytest.mark.parametrize("why", ["standby"], indirect=True)
async def test_a_key_that_is_sent_again_is_not_paid_for_again(
    refusing: Begin, modelserver: ModelServer
):
    go = asyncio.Event()
    modelserver.will(held(go, FINE))
    kuznia, refuse = await refusing(budget_lease=3)
    key = {"idempotency-key": "a-note"}
    asking = asyncio.create_task(kuznia.make(headers=key))
    await modelserver.arrived()
    async with refuse():
        go.set()
        first = await asking

    again = await kuznia.make(headers=key)

    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json()["data"]["id"] == first.json()["data"]["id"]
    assert len(modelserver.calls) == 1
