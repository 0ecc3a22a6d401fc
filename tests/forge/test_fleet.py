"""Processes that share one Redis, and what becomes of their work when it is not there.

Each has its own pool, shelf and supervisor, as if it ran alone; the Redis is a real one.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, replace
from time import monotonic

import pytest
from pydantic_core import from_json
from tests.forge.test_runs import Waiting, result
from tests.makers import a_forge, an_order
from tests.servers import Redis as Server

from kuznia.forge import fleet as fleets
from kuznia.forge.fleet import FarRun, Fleet
from kuznia.forge.redis_log import MOST_EVENTS
from kuznia.forge.runs import Run, Runs
from kuznia.forge.terms import Caller, Event, Order, RunId
from kuznia.llm.model import ModelFault
from kuznia.llm.scripted import ScriptedModel
from kuznia.platform.clock import SystemClock
from kuznia.platform.errors import Cancelled, ModelUnavailable, NotFound, TimedOut, Unavailable
from kuznia.platform.metrics import Metrics
from kuznia.platform.redis import REST, NoRedis, Redis

IVAN = Caller("ivan")


@dataclass(frozen=True)
class Process:
    """What one process has."""

    runs: Runs
    fleet: Fleet
    redis: Redis

    def start(self, prompt: str = "a note on iron", *, seconds: float = 30, **more) -> Run:
        return self.runs.start(within(an_order(prompt, **more), seconds))

    async def make(self, prompt: str = "a note on iron", **more):
        return await result(self.runs, self.start(prompt, **more))

    async def follow(self, run: RunId, after: int = 0) -> list[Event]:
        found = await self.runs.get(IVAN, run)
        return [event async for event in found.events.after(after, 60) if event]


Join = Callable[..., Awaitable[Process]]


def within(order: Order, seconds: float) -> Order:
    return replace(order, deadline=monotonic() + seconds)


@pytest.fixture
async def join(redis_url: str) -> AsyncGenerator[Join]:
    """One more process: `await join(model)`."""
    async with AsyncExitStack() as opened:

        async def one_more(model, url: str = redis_url, patience: float = 0.9) -> Process:
            clock, metrics = SystemClock(), Metrics(version="test")
            redis = await Redis.open(
                url, prefix="k:", connections=8, patience=patience, clock=clock
            )
            opened.push_async_callback(redis.close)
            forge = a_forge(model, clock)
            fleet = Fleet(redis, forge.shelf, clock, metrics, retention=60, longest=30)
            opened.push_async_callback(fleet.close)
            runs = Runs(forge, metrics, retention=60, fleet=fleet)
            fleet.begin(runs)
            opened.push_async_callback(runs.close, 0)
            # Alive from here on, as a server that takes orders is.
            await asyncio.sleep(0.02)
            return Process(runs, fleet, redis)

        yield one_more


async def readable(process: Process, run: RunId) -> FarRun:
    """A run of another process, once it can be seen."""
    async with asyncio.timeout(5):
        while True:
            try:
                found = await process.runs.get(IVAN, run)
            except NotFound:
                await asyncio.sleep(0.01)
            else:
                assert isinstance(found, FarRun)
                return found


async def test_what_one_made_is_found_by_all_without_a_database(join: Join):
    here, there = await join(ScriptedModel("note: fine")), await join(ScriptedModel())
    made = await here.make()

    found = await there.make()

    assert found == made


async def test_another_caller_finds_nothing_of_it(join: Join):
    here, there = await join(ScriptedModel("note: one")), await join(ScriptedModel("note: two"))
    await here.make()

    found = await there.make(caller="olena")

    assert from_json(found.body)["parts"]["note"]["text"] == "two"


async def test_what_is_not_complete_is_not_shared(join: Join):
    short = ScriptedModel("note: fine", "note: bad", "note: bad")
    here, there = await join(short), await join(ScriptedModel("note: two", "note: whole"))
    await here.make(summary=True)
    await asyncio.sleep(0.05)

    again = await there.make(summary=True)

    assert (again.status, again.owner) == ("complete", "ivan")


async def test_one_makes_it_and_the_others_wait_for_it(join: Join):
    model = Waiting("note: fine")
    processes = [await join(model) for _ in range(4)]
    making = [asyncio.ensure_future(one.make()) for one in processes]
    await model.asked.wait()
    await asyncio.sleep(0.1)
    model.go.set()

    kept = await asyncio.gather(*making)

    assert len({one.id for one in kept}) == 1
    assert len(model.heard) == 1


async def test_a_fault_is_the_same_for_who_waited_and_its_claim_is_given_back(join: Join):
    model = Waiting(ModelFault("credentials", "It refuses the key."), "note: fine")
    here, there = await join(model), await join(model)
    first = asyncio.ensure_future(here.make())
    await model.asked.wait()
    second = asyncio.ensure_future(there.make())
    await asyncio.sleep(0.1)
    model.go.set()

    outcomes = await asyncio.gather(first, second, return_exceptions=True)

    assert all(isinstance(one, ModelUnavailable) for one in outcomes)
    assert (await there.make()).status == "complete"


async def test_who_waits_for_another_ends_at_their_own_deadline(join: Join):
    model = Waiting("note: fine")
    here, there = await join(model), await join(model)
    first = asyncio.ensure_future(here.make())
    await model.asked.wait()

    with pytest.raises(TimedOut):
        await there.make(seconds=0.3)

    model.go.set()
    await first


async def test_a_process_that_is_gone_holds_nothing(join: Join):
    model = Waiting("note: fine")
    gone, here = await join(model), await join(ScriptedModel("note: mine"))
    run = gone.start()
    await model.asked.wait()
    # As if it had been killed: it gives no sign of life and does not say goodbye.
    gone.fleet._pulse.cancel()
    await gone.redis.do("DEL", gone.fleet._alive)

    kept = await here.make()

    assert from_json(kept.body)["parts"]["note"]["text"] == "mine"
    run.cancel()


async def test_the_events_of_a_process_that_is_gone_end_with_a_fault(join: Join):
    model = Waiting("note: fine")
    gone, here = await join(model), await join(ScriptedModel())
    run = gone.start(drafts=True)
    await model.asked.wait()
    await readable(here, run.id)
    gone.fleet._pulse.cancel()
    await gone.redis.do("DEL", gone.fleet._alive)

    async with asyncio.timeout(10):
        told = await here.follow(run.id)

    assert told[-1].kind == "run.failed"
    assert told[-1].data["error"]["code"] == "UNAVAILABLE"
    assert told[-1].number == len(told)
    run.cancel()


async def test_another_callers_run_is_as_absent_as_none(join: Join):
    here, there = await join(ScriptedModel("note: fine")), await join(ScriptedModel())
    run = here.start(drafts=True)
    await result(here.runs, run)
    await readable(there, run.id)

    for act in (there.runs.get, there.runs.cancel):
        with pytest.raises(NotFound):
            await act(Caller("olena"), run.id)


async def test_a_run_is_cancelled_by_another_process(join: Join):
    model = Waiting("note: fine")
    here, there = await join(model), await join(ScriptedModel())
    run = here.start()
    await model.asked.wait()
    await readable(there, run.id)

    await there.runs.cancel(IVAN, run.id)

    async with asyncio.timeout(1):
        await model.cancelled.wait()
    with pytest.raises(Cancelled):
        await result(here.runs, run)


async def test_letters_nobody_could_have_written_are_dropped(join: Join):
    model = Waiting("note: fine")
    here = await join(model)
    run = here.start()
    await model.asked.wait()
    box = here.fleet._box(here.fleet._process)
    await here.redis.do("RPUSH", box, "no JSON", '["stop"]', '["stop", "run_of_nobody", ""]')
    await asyncio.sleep(2 * fleets.PULSE)

    await here.redis.do("RPUSH", box, f'["stop", "{run.id}", ""]')

    await asyncio.wait_for(model.cancelled.wait(), 2)


async def test_a_listener_whose_process_died_is_forgotten(join: Join):
    model = Waiting("note: fine")
    here = await join(model)
    alone = asyncio.ensure_future(here.make())
    await model.asked.wait()
    (run,) = here.runs._under_way
    here.runs.listens(run, "ear_1", until=monotonic() + 1)
    alone.cancel()
    await asyncio.sleep(0.1)
    assert not model.cancelled.is_set()

    await asyncio.wait_for(model.cancelled.wait(), 10)


async def test_every_key_has_an_end(join: Join):
    model = Waiting("note: fine", "note: two")
    here, there = await join(model), await join(model)
    first = asyncio.ensure_future(here.make(drafts=True))
    second = asyncio.ensure_future(there.make(drafts=True))
    await asyncio.sleep(0.6)
    model.go.set()
    await asyncio.gather(first, second)
    await asyncio.sleep(0.1)

    keys = await here.redis.do("KEYS", "*")
    ends = await here.redis.do_all([("PTTL", key) for key in keys])

    assert len(keys) >= 5
    assert all(0 < end <= 300_000 for end in ends), dict(zip(keys, ends, strict=True))
    assert all(key.startswith(b"k:") for key in keys)


async def test_of_a_very_long_run_others_miss_drafts_and_nothing_else(join: Join):
    here, there = await join(ScriptedModel()), await join(ScriptedModel())
    log = here.fleet.log(RunId("run_long"), an_order())
    log.append("run.started", {})
    for number in range(MOST_EVENTS + 50):
        log.append("part.draft", {"text": str(number)})
    log.append("part.accepted", {"part": "note"})
    log.append("run.failed", {"error": {}})
    log.publish()
    await readable(there, RunId("run_long"))
    await asyncio.sleep(0.5)

    told = await there.follow(RunId("run_long"))

    assert [event.number for event in told[:-2]] == list(range(1, MOST_EVENTS + 1))
    assert [event.kind for event in told[-2:]] == ["part.accepted", "run.failed"]


async def test_what_somebody_else_wrote_on_the_shelf_is_no_artefact(join: Join):
    here = await join(ScriptedModel("note: fine", "note: again"))
    made = here.start()
    await result(here.runs, made)
    await asyncio.sleep(0.05)
    there = await join(ScriptedModel("note: mine"))
    await here.redis.do("SET", here.redis.key("shelf", made.key), b"\x80\x04 a pickle")

    kept = await there.make()

    assert from_json(kept.body)["parts"]["note"]["text"] == "mine"


# What docs/redis.md says of a Redis that is not there. `stop` is refused, `pause` is silence.
AWAY = pytest.mark.parametrize("how", ["stop", "pause"])


@AWAY
async def test_without_redis_orders_are_made_and_nobody_waits(
    own_redis: Server, join: Join, how: str
):
    model = ScriptedModel("note: one", "note: two")
    here, there = [await join(model, own_redis.url, 0.1) for _ in range(2)]
    getattr(own_redis, how)()

    async with asyncio.timeout(1):
        kept = await asyncio.gather(here.make(), there.make())

    # Cache and single making are open: each process made its own.
    assert {one.status for one in kept} == {"complete"}
    assert len(model.heard) == 2
    # What is remembered here needs no Redis.
    assert await here.make() == kept[0]
    own_redis.stop()


@AWAY
async def test_without_redis_equal_orders_in_one_process_are_still_made_once(
    own_redis: Server, join: Join, how: str
):
    model = ScriptedModel("note: fine")
    here = await join(model, own_redis.url, 0.1)
    getattr(own_redis, how)()

    await asyncio.gather(*(here.make() for _ in range(20)))

    assert len(model.heard) == 1
    own_redis.stop()


@AWAY
async def test_who_waited_for_another_when_redis_went_makes_it_within_a_second(
    own_redis: Server, join: Join, how: str
):
    model = Waiting("note: fine")
    here = await join(model, own_redis.url, 0.1)
    there = await join(ScriptedModel("note: mine"), own_redis.url, 0.1)
    first = here.start()
    await model.asked.wait()
    second = asyncio.ensure_future(there.make())
    await asyncio.sleep(0.2)

    getattr(own_redis, how)()

    async with asyncio.timeout(1):
        kept = await second
    assert from_json(kept.body)["parts"]["note"]["text"] == "mine"
    first.cancel()
    own_redis.stop()


@AWAY
async def test_without_redis_the_events_of_a_run_here_are_told_as_ever(
    own_redis: Server, join: Join, how: str
):
    here = await join(ScriptedModel("note: fine"), own_redis.url, 0.1)
    getattr(own_redis, how)()
    run = here.start(drafts=True)
    await result(here.runs, run)

    told = await here.follow(run.id)

    assert (told[0].kind, told[-1].kind) == ("run.started", "run.finished")
    own_redis.stop()


@AWAY
async def test_without_redis_a_run_that_is_not_here_cannot_be_read_or_cancelled(
    own_redis: Server, join: Join, how: str
):
    here = await join(ScriptedModel("note: fine"), own_redis.url, 0.1)
    there = await join(ScriptedModel(), own_redis.url, 0.1)
    run = here.start(drafts=True)
    await result(here.runs, run)
    await readable(there, run.id)
    getattr(own_redis, how)()

    for act in (there.runs.get, there.runs.cancel):
        async with asyncio.timeout(1):
            with pytest.raises(Unavailable) as caught:
                await act(IVAN, run.id)
        assert caught.value.retry_after == REST
    own_redis.stop()


async def test_a_stream_that_is_open_lives_through_a_pause(own_redis: Server, join: Join):
    model = Waiting("note: fine")
    here = await join(model, own_redis.url, 0.1)
    there = await join(ScriptedModel(), own_redis.url, 0.1)
    run = here.start(drafts=True)
    await model.asked.wait()
    found = await readable(there, run.id)
    async with aclosing(found.events.after(0, 0.2)) as events:
        assert (await anext(events)).kind == "run.started"
        own_redis.pause()
        await asyncio.sleep(0.5)
        model.go.set()
        await asyncio.wait((run.outcome,))
        own_redis.resume()
        rest = [event async for event in events if event]

    assert rest[-1].kind == "run.finished"
    assert [event.number for event in rest] == list(range(2, run.events.newest + 1))


async def test_events_wait_for_redis_and_are_whole_when_it_comes_back_empty(
    own_redis: Server, join: Join
):
    model = Waiting("note: bad", "note: fine")
    here = await join(model, own_redis.url)
    there = await join(ScriptedModel(), own_redis.url)
    run = here.start(drafts=True)
    await model.asked.wait()
    await readable(there, run.id)
    own_redis.stop()
    model.go.set()
    await asyncio.wait((run.outcome,))
    own_redis.start()
    await asyncio.sleep(2.5 * REST)

    told = await there.follow(run.id)

    assert [event.number for event in told] == list(range(1, run.events.newest + 1))
    assert told[-1].data["artefact"] == run.result()


async def test_when_redis_is_back_all_is_shared_again(own_redis: Server, join: Join):
    here = await join(ScriptedModel("note: one", "note: two"), own_redis.url)
    there = await join(ScriptedModel(), own_redis.url)
    own_redis.stop()
    await here.make("the first note")
    own_redis.start()
    await asyncio.sleep(1.5 * REST)

    made = await here.make("the second note")
    await asyncio.sleep(0.05)

    assert await there.make("the second note") == made


async def test_a_listener_that_could_not_be_heard_while_redis_was_away_has_not_left(
    own_redis: Server, join: Join
):
    model = Waiting("note: fine")
    here = await join(model, own_redis.url, 0.1)
    alone = asyncio.ensure_future(here.make())
    await model.asked.wait()
    (run,) = here.runs._under_way
    own_redis.pause()
    here.runs.listens(run, "ear_1", until=monotonic() + 0.1)
    alone.cancel()
    await asyncio.sleep(1)
    own_redis.resume()
    await asyncio.sleep(1.5)

    assert not model.cancelled.is_set()


async def test_a_server_that_ends_does_not_wait_for_a_redis_that_is_silent(
    own_redis: Server, join: Join
):
    here = await join(ScriptedModel("note: fine"), own_redis.url, 0.1)
    own_redis.pause()
    await here.make(drafts=True)

    async with asyncio.timeout(4):
        await here.fleet.close()


def test_the_fault_of_a_silent_redis_is_unavailable():
    assert NoRedis("silent").code == "UNAVAILABLE"
