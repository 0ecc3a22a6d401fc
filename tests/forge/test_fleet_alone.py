"""Processes that share one Redis, when it is not there: each line of the table in docs/redis.md."""

import asyncio
from contextlib import aclosing
from time import monotonic

import pytest
from pydantic_core import from_json
from tests.forge.joining import IVAN, Join, join, readable
from tests.forge.test_runs import Waiting, result
from tests.servers.databases import Redis as Server

from kuznia.forge.runs.events import EventLog
from kuznia.forge.terms import Caller, RunId
from kuznia.llm.scripted import ScriptedModel
from kuznia.platform.errors import Unavailable
from kuznia.platform.redis import RETRY_SECONDS

__all__ = ["join"]

# What docs/redis.md says of a Redis that is not there. `stop` is refused, `pause` is silence.
AWAY = pytest.mark.parametrize("how", ["stop", "pause"])


@AWAY
async def test_without_redis_orders_are_made_and_nobody_waits(
    own_redis: Server, join: Join, how: str
):
    model = ScriptedModel("note: one", "note: two")
    here, there = [await join(model, own_redis.url, 0.5) for _ in range(2)]
    getattr(own_redis, how)()

    async with asyncio.timeout(20):
        kept = await asyncio.gather(here.make(), there.make())

    # Cache and single making are open: each process made its own.
    assert {one.status for one in kept} == {"complete"}
    assert len(model.heard) == 2
    # What is remembered here needs no Redis.
    assert (await here.make()).id == kept[0].id
    own_redis.stop()


@AWAY
async def test_without_redis_equal_orders_in_one_process_are_still_made_once(
    own_redis: Server, join: Join, how: str
):
    model = ScriptedModel("note: fine")
    here = await join(model, own_redis.url, 0.5)
    getattr(own_redis, how)()

    await asyncio.gather(*(here.make() for _ in range(20)))

    assert len(model.heard) == 1
    own_redis.stop()


@AWAY
async def test_who_waited_for_another_when_redis_went_makes_it_within_a_second(
    own_redis: Server, join: Join, how: str
):
    model = Waiting("note: fine")
    here = await join(model, own_redis.url, 0.5)
    there = await join(ScriptedModel("note: mine"), own_redis.url, 0.5)
    first = here.start()
    await model.asked.wait()
    second = asyncio.ensure_future(there.make())
    await asyncio.sleep(0.2)

    getattr(own_redis, how)()

    async with asyncio.timeout(20):
        kept = await second
    assert from_json(kept.body)["parts"]["note"]["text"] == "mine"
    first.cancel()
    own_redis.stop()


@AWAY
async def test_without_redis_the_events_of_a_run_here_are_told_as_ever(
    own_redis: Server, join: Join, how: str
):
    here = await join(ScriptedModel("note: fine"), own_redis.url, 0.5)
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
    here = await join(ScriptedModel("note: fine"), own_redis.url, 0.5)
    there = await join(ScriptedModel(), own_redis.url, 0.5)
    run = here.start(drafts=True)
    await result(here.runs, run)
    await readable(there, run.id)
    getattr(own_redis, how)()

    for act in (there.runs.get, there.runs.cancel):
        async with asyncio.timeout(20):
            with pytest.raises(Unavailable) as caught:
                await act(IVAN, run.id)
        assert caught.value.retry_after == RETRY_SECONDS
    own_redis.stop()


async def test_a_run_is_sought_until_redis_is_back_and_told_to_its_owner_alone(
    own_redis: Server, join: Join
):
    here = await join(ScriptedModel("note: fine"), own_redis.url, 0.5)
    there = await join(ScriptedModel(), own_redis.url, 0.5)
    run = here.start(drafts=True)
    await result(here.runs, run)
    newest = (await readable(there, run.id)).events.newest
    own_redis.pause()
    sought = [
        (there.runs.seek(caller, run.id), after)
        for caller, after in ((IVAN, 0), (IVAN, newest), (Caller("olena"), 0))
    ]
    following = [asyncio.ensure_future(heard(one.events, after)) for one, after in sought if one]
    await asyncio.sleep(0.3)
    own_redis.resume()

    whole, rest, of_another = await asyncio.gather(*following)

    assert whole == list(range(1, newest + 1))
    # Nothing, and no pretence that there could be more.
    assert (rest, of_another) == ([], [])
    assert there.runs.seek(IVAN, RunId("run_0")) is None


async def heard(log: EventLog, after: int) -> list[int]:
    return [event.number async for event in log.after(after, 60) if event]


async def test_a_stream_that_is_open_lives_through_a_pause(own_redis: Server, join: Join):
    model = Waiting("note: fine")
    here = await join(model, own_redis.url, 0.5)
    there = await join(ScriptedModel(), own_redis.url, 0.5)
    run = here.start(drafts=True)
    await model.asked.wait()
    found = await readable(there, run.id)
    async with aclosing(found.events.after(0, 0.2)) as events:
        first = await anext(events)
        own_redis.pause()
        await asyncio.sleep(0.5)
        model.go.set()
        await asyncio.wait((run.outcome,))
        own_redis.resume()
        rest = [event async for event in events if event]

    assert first
    assert (first.kind, rest[-1].kind) == ("run.started", "run.finished")
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
    await asyncio.sleep(2.5 * RETRY_SECONDS)

    told = await there.follow(run.id)

    assert [event.number for event in told] == list(range(1, run.events.newest + 1))
    assert dict(told[-1].data)["artefact"] == run.result()


async def test_what_had_ended_before_redis_lost_it_is_told_again(own_redis: Server, join: Join):
    here = await join(ScriptedModel("note: fine"), own_redis.url)
    there = await join(ScriptedModel(), own_redis.url)
    run = here.start(drafts=True)
    await result(here.runs, run)
    await readable(there, run.id)
    own_redis.stop()
    own_redis.start()
    await asyncio.sleep(2 * RETRY_SECONDS)

    told = await there.follow(run.id)

    assert [event.number for event in told] == list(range(1, run.events.newest + 1))


async def test_an_artefact_that_redis_takes_no_more_is_given_all_the_same(
    own_redis: Server, join: Join
):
    here = await join(ScriptedModel("note: fine"), own_redis.url)
    await here.redis.do("CONFIG", "SET", "maxmemory", "1")

    async with asyncio.timeout(20):
        kept = await here.make(drafts=True)

    assert kept.status == "complete"
    await asyncio.sleep(0.1)
    await here.redis.do("CONFIG", "SET", "maxmemory", "0")


async def test_when_redis_is_back_all_is_shared_again(own_redis: Server, join: Join):
    here = await join(ScriptedModel("note: one", "note: two"), own_redis.url)
    there = await join(ScriptedModel(), own_redis.url)
    own_redis.stop()
    await here.make("the first note")
    own_redis.start()
    await asyncio.sleep(1.5 * RETRY_SECONDS)

    made = await here.make("the second note")
    await asyncio.sleep(0.05)

    assert (await there.make("the second note")).id == made.id


async def test_a_listener_that_could_not_be_heard_while_redis_was_away_has_not_left(
    own_redis: Server, join: Join
):
    model = Waiting("note: fine")
    here = await join(model, own_redis.url, 0.5)
    alone = asyncio.ensure_future(here.make())
    await model.asked.wait()
    (run,) = here.runs._under_way
    own_redis.pause()
    here.runs.listens(run, "listener_1", until=monotonic() + 0.1)
    alone.cancel()
    await asyncio.sleep(1)
    own_redis.resume()
    await asyncio.sleep(1.5)

    assert not model.cancelled.is_set()


async def test_a_server_that_ends_does_not_wait_for_a_redis_that_is_silent(
    own_redis: Server, join: Join
):
    here = await join(ScriptedModel("note: fine"), own_redis.url, 0.5)
    own_redis.pause()
    await here.make(drafts=True)

    async with asyncio.timeout(20):
        await here.fleet.close()
