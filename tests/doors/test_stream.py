"""Runs as they are watched: from the first second on, to the last event, whatever comes between."""

import asyncio
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any, cast

import pytest
from tests.doors.conftest import Start
from tests.makers import a_domain
from tests.servers.loop import (
    EVENTS,
    NOTES,
    Frame,
    Kuznia,
    frames,
    held,
    listed,
    told,
    until,
    watching,
)
from tests.servers.model import ModelServer, events, hang, reply, status, stream

from kuznia.forge.runs.events import Event, MemoryLog
from kuznia.forge.terms import Caller

GOES_ON = {"on_disconnect": "continue"}


async def events_of(kuznia: Kuznia, run: str, after: int | str | None = None) -> list[Frame]:
    """What the run tells to its end, after the event with this number."""
    headers = {} if after is None else {"last-event-id": str(after)}
    async with kuznia.client.stream("GET", f"/api/v1/runs/{run}/events", headers=headers) as said:
        assert said.status_code == 200
        return await told(said)


async def run_of(kuznia: Kuznia) -> str:
    """A run that has ended."""
    answer = await kuznia.client.post(NOTES, json={"prompt": "a note"}, headers=EVENTS)
    return answer.headers["x-run-id"]


@pytest.mark.smoke
async def test_a_run_is_told_step_by_step(serve: Start, modelserver: ModelServer):
    modelserver.will(stream(*events("note: bad")), stream(*events("note: fine")))
    kuznia = await serve()

    async with watching(kuznia) as seen:
        steps = [frame.kind async for frame in seen if frame.kind not in ("comment", "part.draft")]

    assert steps == [
        "run.started",
        "part.started",
        "part.checked",
        "part.reset",
        "part.checked",
        "part.accepted",
        "run.finished",
    ]


async def test_drafts_are_shown_as_they_are_written(serve: Start, modelserver: ModelServer):
    modelserver.will(stream(*events("note: iron", " is hot"), gap=0.01))
    kuznia = await serve()

    async with watching(kuznia) as seen:
        drafts = [frame.data["text"] async for frame in seen if frame.kind == "part.draft"]

    assert drafts == ["note: iron", " is hot"]


async def test_the_artefact_of_a_stream_is_the_one_that_is_kept(
    serve: Start, modelserver: ModelServer
):
    modelserver.will(stream(*events("note: fine")))
    kuznia = await serve()
    async with watching(kuznia) as seen:
        artefact = (await until(seen, "run.finished")).data["artefact"]

    kept = await kuznia.client.get(f"/api/v1/artefacts/{artefact['id']}")

    assert kept.json()["data"] == artefact


async def test_a_sign_of_life_comes_before_the_first_token(serve: Start, modelserver: ModelServer):
    modelserver.will(hang)
    kuznia = await serve()
    began = time.monotonic()

    async with watching(kuznia) as seen:
        first = await anext(seen)

    assert first.kind == "comment"
    assert time.monotonic() - began < 10


@dataclass
class Impatient:
    """An event log that finds every silence too long."""

    inner: MemoryLog
    kept: None = None

    def append(self, kind, data) -> None:
        self.inner.append(kind, data)

    @property
    def newest(self) -> int:
        return self.inner.newest

    @property
    def events(self) -> tuple[Event, ...]:
        return self.inner.events

    def after(self, number: int, idle: float) -> AsyncGenerator[Event | None]:
        return self.inner.after(number, 0.01)


async def test_signs_of_life_fill_the_silence(serve: Start, modelserver: ModelServer):
    modelserver.will(hang)
    kuznia = await serve()
    asking = asyncio.create_task(kuznia.make())
    await modelserver.arrived()
    (run,) = kuznia.doors.runs._under_way.values()
    run.events = cast("Any", Impatient(run.events))

    async with kuznia.client.stream("GET", f"/api/v1/runs/{run.id}/events") as said:
        seen = frames(said)
        kinds = [(await anext(seen)).kind for _ in range(6)]
        await seen.aclose()

    assert kinds == ["comment", "run.started", "part.started", "comment", "comment", "comment"]
    asking.cancel()


async def test_a_stream_has_headers_that_keep_it_flowing(serve: Start, modelserver: ModelServer):
    modelserver.will(stream(*events("note: fine")))
    kuznia = await serve()

    answer = await kuznia.client.post(NOTES, json={"prompt": "a note"}, headers=EVENTS)

    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-accel-buffering"] == "no"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "x-request-id" in answer.headers
    assert "content-length" not in answer.headers


async def test_a_refused_order_opens_no_stream(kuznia: Kuznia):
    answer = await kuznia.make("x", headers=EVENTS)

    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/json")


@pytest.mark.parametrize(
    ("act", "code"), [(status(401), "MODEL_UNAVAILABLE"), (hang, "TIMEOUT_ERROR")]
)
async def test_a_fault_is_the_last_event(serve: Start, modelserver: ModelServer, act, code: str):
    modelserver.will(act)
    kuznia = await serve(request_timeout=1)

    async with watching(kuznia) as seen:
        last = [frame async for frame in seen][-1]

    assert (last.kind, last.data["error"]["code"]) == ("run.failed", code)


async def test_what_breaks_is_the_last_event_without_a_trace(serve: Start):
    def break_(_):
        raise ZeroDivisionError("secret")

    kuznia = await serve(a_domain(screen=break_))

    async with watching(kuznia) as seen:
        last = [frame async for frame in seen][-1]

    assert (last.kind, last.data["error"]["code"]) == ("run.failed", "PROCESSING_ERROR")
    assert "secret" not in str(last.data)


async def test_dropped_at_every_event_it_is_told_without_gap_or_double(
    serve: Start, modelserver: ModelServer
):
    words = ["note:", *(f" w{n}" for n in range(8))]
    modelserver.will(stream(*events(*words), gap=0.01))
    kuznia = await serve()
    async with watching(kuznia, params=GOES_ON) as seen:
        pieces = [await until(seen, "run.started")]
    run = pieces[0].data["run_id"]

    while pieces[-1].kind != "run.finished":
        headers = {"last-event-id": str(pieces[-1].number)}
        async with kuznia.client.stream(
            "GET", f"/api/v1/runs/{run}/events", headers=headers
        ) as said:
            rest = frames(said)
            pieces.append(await anext(frame async for frame in rest if frame.number))
            await rest.aclose()

    assert pieces == await events_of(kuznia, run)
    assert [frame.number for frame in pieces] == list(range(1, len(pieces) + 1))
    assert len(modelserver.calls) == 1


async def test_resuming_an_ended_run_gives_the_rest(kuznia: Kuznia, modelserver: ModelServer):
    modelserver.will(reply("note: bad"), reply("note: fine"))
    run = await run_of(kuznia)
    whole = await events_of(kuznia, run)

    rests = [await events_of(kuznia, run, after) for after in range(len(whole))]

    assert rests == [whole[after:] for after in range(len(whole))]


async def test_who_has_the_last_event_is_told_not_to_come_again(
    kuznia: Kuznia, modelserver: ModelServer
):
    modelserver.will(reply("note: fine"))
    run = await run_of(kuznia)
    last = (await events_of(kuznia, run))[-1].number

    answer = await kuznia.client.get(
        f"/api/v1/runs/{run}/events", headers={"last-event-id": str(last)}
    )

    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize(
    "given", ["-1", "99", "9" * 19, "9" * 5000, "text", "", "1.5", "0x1", "1e3", "²", "1 2", "nan"]
)
async def test_a_place_no_event_has_is_refused(
    kuznia: Kuznia, modelserver: ModelServer, given: str
):
    modelserver.will(reply("note: fine"))
    run = await run_of(kuznia)

    answer = await kuznia.client.get(
        f"/api/v1/runs/{run}/events", headers=[(b"last-event-id", given.encode())]
    )

    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, "VALIDATION_ERROR")
    assert error["details"]["fields"][0]["where"] == "header.last-event-id"


async def test_the_events_of_an_order_nobody_streamed_are_all_there(
    kuznia: Kuznia, modelserver: ModelServer
):
    modelserver.will(reply("note: bad"), reply("note: fine"))
    made = (await kuznia.make()).json()["data"]
    run = kuznia.doors.runs.newest()[0].id

    told = await events_of(kuznia, run)

    assert [frame.number for frame in told] == list(range(1, len(told) + 1))
    accepted = next(frame for frame in told if frame.kind == "part.accepted")
    assert list(accepted.data) == ["part", "draft", "by"]
    assert accepted.data["draft"] == made["parts"]["note"]
    assert told[-1].data["artefact"] == made


async def test_the_events_of_what_was_deleted_are_gone(kuznia: Kuznia, modelserver: ModelServer):
    modelserver.will(reply("note: fine"))
    made = (await kuznia.make()).json()["data"]
    await kuznia.client.delete(f"/api/v1/artefacts/{made['id']}")

    answer = await kuznia.client.get(made["links"]["events"])

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize("run", ["none", "run_" + "0" * 32, "x" * 64])
async def test_a_run_that_never_was_is_absent(kuznia: Kuznia, run: str):
    answer = await kuznia.client.get(f"/api/v1/runs/{run}/events")

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NOT_FOUND")


async def test_a_cancelled_run_ends_for_all_who_watch(serve: Start, modelserver: ModelServer):
    modelserver.will(stream(*events("note:")[:1], hang=True))
    kuznia = await serve()
    async with watching(kuznia) as seen:
        run = (await until(seen, "run.started")).data["run_id"]
        waiting = asyncio.create_task(kuznia.make())
        await until(seen, "part.draft")
        cancelled = time.monotonic()

        answer = await kuznia.client.delete(f"/api/v1/runs/{run}")

        last = await until(seen, "run.failed")
    assert answer.status_code == 202
    assert last.data["error"]["code"] == "CANCELLED"
    assert (await waiting).json()["error"]["code"] == "CANCELLED"
    aborted = (await modelserver.left()).aborted
    assert aborted is not None
    assert aborted - cancelled < 20


async def test_cancelling_what_has_ended_changes_nothing(kuznia: Kuznia, modelserver: ModelServer):
    modelserver.will(reply("note: fine"))
    run = await run_of(kuznia)

    answer = await kuznia.client.delete(f"/api/v1/runs/{run}")

    assert answer.status_code == 202
    assert (await events_of(kuznia, run))[-1].kind == "run.finished"


@pytest.mark.parametrize(("method", "path"), [("GET", "/events"), ("DELETE", "")])
async def test_anothers_run_is_as_absent_as_none(
    kuznia: Kuznia, modelserver: ModelServer, method: str, path: str
):
    modelserver.will(reply("note: fine"))
    given = kuznia.doors.forge.domains["notes"].input(prompt="a note")
    run = kuznia.doors.runs.start(await kuznia.doors.order("notes", given, Caller("olena")))
    await asyncio.wait((run.outcome,))

    answer = await kuznia.client.request(method, f"/api/v1/runs/{run.id}{path}")

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NOT_FOUND")


async def test_two_hundred_streams_hold_no_connection_to_the_database(
    serve: Start, modelserver: ModelServer
):
    go = asyncio.Event()
    modelserver.will(held(go, stream(*events("note: fine"))))
    kuznia = await serve()
    halfway = asyncio.Semaphore(0)

    async def watch(number: int) -> str:
        async with watching(kuznia, f"note {number}") as seen:
            await until(seen, "part.started")
            halfway.release()
            return [frame async for frame in seen][-1].kind

    watchers = [asyncio.create_task(watch(number)) for number in range(200)]
    for _ in watchers:
        await halfway.acquire()

    assert "kuznia_streams_open 200.0" in await kuznia.metrics()
    async with asyncio.timeout(60):
        # What looks for work borrows one for a moment.
        while kuznia.doors.db.checked_out():  # noqa: ASYNC110 - a pool has no event for it
            await asyncio.sleep(0.01)

    go.set()
    assert await asyncio.gather(*watchers) == ["run.finished"] * 200
    assert len(await listed(kuznia, 20)) == 20
    assert "kuznia_streams_open 0.0" in await kuznia.metrics()
