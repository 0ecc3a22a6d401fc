"""A client that leaves ends the work it asked for; one that said so finds it done."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from tests.doors.conftest import Lines, Start
from tests.makers import a_domain, a_part
from tests.servers.loop import NOTES, Kuznia, held, leave, listed, told, until, watching
from tests.servers.model import Act, ModelServer, events, hang, reply, status, stream

from kuznia.callers.budgets.bookings import Booking, booked
from kuznia.forge.terms import Check, Finding
from kuznia.llm.model import Ask, Delta
from kuznia.llm.scripted import ScriptedModel
from kuznia.llm.token_count import estimated_input

GOES_ON = {"on_disconnect": "continue"}
WRITING = stream(*events("note:")[:1], hang=True)


@asynccontextmanager
async def plain(kuznia: Kuznia, params: dict[str, str] | None = None) -> AsyncIterator[None]:
    """Ask for a note and leave at the end of the block."""
    asking = asyncio.create_task(kuznia.make(params=params))
    try:
        yield
    finally:
        await leave(asking)


@asynccontextmanager
async def streamed(kuznia: Kuznia, params: dict[str, str] | None = None) -> AsyncIterator[None]:
    """Watch a note being made and leave at the end of the block."""
    async with watching(kuznia, params=params) as seen:
        await until(seen, "part.started")
        yield


@asynccontextmanager
async def batch(kuznia: Kuznia, params: dict[str, str] | None = None) -> AsyncIterator[None]:
    """Ask for a batch of one and leave at the end of the block."""
    orders = {"orders": [{"prompt": "a note on iron"}]}
    asking = asyncio.create_task(kuznia.client.post(f"{NOTES}/batch", json=orders, params=params))
    try:
        yield
    finally:
        await leave(asking)


ways = pytest.mark.parametrize("asking", [plain, streamed, batch])


class Writing(ScriptedModel):
    """Writes five pieces of a token each, and then no more."""

    def __init__(self) -> None:
        super().__init__(name="m")
        self.asked = 0
        self.heard_all = asyncio.Event()

    async def stream(self, ask: Ask) -> AsyncGenerator[Delta]:
        self.asked = estimated_input(ask)
        for _ in range(5):
            yield Delta("word", model=self.name)
        self.heard_all.set()
        await asyncio.Event().wait()


@ways
async def test_who_leaves_pays_for_what_was_written_and_for_no_more(
    asking, serve: Start, sqlite_url: str
) -> None:
    model = Writing()
    kuznia = await serve(model=model)

    async with asking(kuznia):
        await model.heard_all.wait()
    (spent,) = await spending_of(kuznia, "local")

    assert (spent.model, spent.calls) == ("m", 1)
    assert (spent.input_tokens, spent.output_tokens) == (model.asked, 5)


async def spending_of(kuznia: Kuznia, owner: str) -> list[Booking]:
    """Once there is any."""
    async with asyncio.timeout(20):
        while True:
            now = kuznia.doors.forge.clock.now()
            if found := await booked(kuznia.doors.db, owner, now, 2):
                return found
            await asyncio.sleep(0.01)


class SlowCheck:
    """A check that takes its time, and knows whether it was stopped."""

    def __init__(self) -> None:
        self.began = asyncio.Event()
        self.stopped = asyncio.Event()

    async def run(self, *_: object) -> list[Finding]:
        self.began.set()
        try:
            await asyncio.sleep(60)
        finally:
            self.stopped.set()
        return []


@ways
@pytest.mark.parametrize("act", [hang, WRITING], ids=["before the first token", "mid-stream"])
async def test_who_leaves_stops_the_call(
    serve: Start, modelserver: ModelServer, asking: Callable, act: Act
):
    modelserver.will(act)
    kuznia = await serve()

    async with asking(kuznia):
        await modelserver.arrived()
        await asyncio.sleep(0.02)
    left = time.monotonic()

    call = await modelserver.left()
    assert call.aborted is not None
    assert call.aborted - left < 20


async def test_who_leaves_between_two_drafts_stops_the_call(serve: Start, modelserver: ModelServer):
    modelserver.will(stream(*events(*["word "] * 100), gap=0.05))
    kuznia = await serve()

    async with watching(kuznia) as seen:
        await until(seen, "part.draft")
        await until(seen, "part.draft")
    left = time.monotonic()

    call = await modelserver.left()
    assert call.aborted is not None
    assert call.aborted - left < 20


@ways
async def test_who_leaves_stops_the_checks(
    serve: Start, modelserver: ModelServer, asking: Callable
):
    modelserver.will(reply("note: fine"))
    check = SlowCheck()
    kuznia = await serve(a_domain(a_part(checks=(Check("slow", check.run),))))

    async with asking(kuznia):
        await asyncio.wait_for(check.began.wait(), 60)

    await asyncio.wait_for(check.stopped.wait(), 20)


async def test_who_leaves_is_not_asked_for_again(serve: Start, modelserver: ModelServer):
    modelserver.will(status(500))
    kuznia = await serve(model_attempts=3)

    async with plain(kuznia):
        call = await modelserver.arrived()
        while call.answered is None:  # noqa: ASYNC110 - the server says it no other way
            await asyncio.sleep(0.01)
    await asyncio.sleep(1.2)

    assert len(modelserver.calls) == 1


async def test_who_leaves_is_logged_as_gone(serve: Start, modelserver: ModelServer, log: Lines):
    modelserver.will(hang)
    kuznia = await serve()

    async with plain(kuznia):
        await modelserver.arrived()
    await modelserver.left()
    await kuznia.client.get("/health")

    statuses = [line["status"] for line in log() if line["event"] in {"run_ended", "request"}]
    assert sorted(map(str, statuses)) == ["200", "499", "CANCELLED"]


async def test_one_of_two_who_leaves_takes_nothing_from_the_other(
    serve: Start, modelserver: ModelServer
):
    go = asyncio.Event()
    modelserver.will(held(go, reply("note: fine")))
    kuznia = await serve()
    staying = asyncio.create_task(kuznia.make())
    async with streamed(kuznia):
        await modelserver.arrived()
    await asyncio.sleep(0.05)

    go.set()

    assert (await staying).json()["data"]["status"] == "complete"
    assert len(modelserver.calls) == 1


@ways
async def test_what_shall_go_on_is_found_in_the_history(
    serve: Start, modelserver: ModelServer, asking: Callable
):
    go = asyncio.Event()
    modelserver.will(held(go, reply("note: fine")))
    kuznia = await serve()
    async with asking(kuznia, GOES_ON):
        await modelserver.arrived()
    await asyncio.sleep(0.05)

    go.set()

    (line,) = await listed(kuznia, 1)
    assert line["status"] == "complete"


@ways
async def test_what_shall_go_on_can_be_followed_again(
    serve: Start, modelserver: ModelServer, asking: Callable
):
    go = asyncio.Event()
    modelserver.will(held(go, reply("note: fine")))
    kuznia = await serve()
    async with asking(kuznia, GOES_ON):
        await modelserver.arrived()
    (run,) = kuznia.doors.runs._under_way

    go.set()
    async with kuznia.client.stream("GET", f"/api/v1/runs/{run}/events") as said:
        kinds = [frame.kind for frame in await told(said)]

    assert (kinds[0], kinds[-1]) == ("run.started", "run.finished")


async def test_who_drops_a_stream_finds_it_cancelled(serve: Start, modelserver: ModelServer):
    modelserver.will(WRITING)
    kuznia = await serve()
    async with watching(kuznia) as seen:
        run = (await until(seen, "run.started")).data["run_id"]
        await until(seen, "part.draft")
    await modelserver.left()

    async with kuznia.client.stream("GET", f"/api/v1/runs/{run}/events") as said:
        last = (await told(said))[-1]

    assert (last.kind, last.data["error"]["code"]) == ("run.failed", "CANCELLED")


async def test_a_second_wish_to_go_on_is_obeyed(serve: Start, modelserver: ModelServer):
    go = asyncio.Event()
    modelserver.will(held(go, reply("note: fine")))
    kuznia = await serve()
    async with plain(kuznia):
        await modelserver.arrived()
        async with streamed(kuznia, GOES_ON):
            pass
    await asyncio.sleep(0.05)

    go.set()

    assert [line["status"] for line in await listed(kuznia, 1)] == ["complete"]


async def test_a_hundred_who_leave_at_once_leave_nothing_behind(
    serve: Start, modelserver: ModelServer
):
    modelserver.will(hang)
    kuznia = await serve()
    tasks = [
        asyncio.create_task(kuznia.make(f"note {number}", headers={"connection": "close"}))
        for number in range(100)
    ]
    await modelserver.arrived(19)

    await asyncio.gather(*map(leave, tasks))

    async with asyncio.timeout(60):
        # What they had used is written behind them.
        while kuznia.doors.runs._under_way or kuznia.doors.db.checked_out():  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.01)
    assert kuznia.doors.runs._joinable == {}
