"""The event writer: whatever waits for Redis gets there, and keeps nobody from asking it."""

import asyncio
from contextlib import suppress
from dataclasses import replace

from pydantic_core import from_json, to_json
from tests.forge.joining import Join, Process, join, readable
from tests.forge.test_runs import Waiting, result
from tests.makers import an_order
from tests.servers.databases import Redis as Server

from kuznia.forge.runs import redis_log
from kuznia.forge.runs.events import Event, MemoryLog
from kuznia.forge.runs.fleet import ALIVE
from kuznia.forge.runs.past import PastRun
from kuznia.forge.runs.redis_log import RedisLog
from kuznia.forge.terms import RunId
from kuznia.llm.model import Reply, Usage
from kuznia.llm.scripted import ScriptedModel
from kuznia.platform.redis import RETRY_SECONDS, NoRedis

__all__ = ["join"]


def a_log(process: Process, name: str, drafts: int, text: str = "word") -> RedisLog:
    """A run that has ended, of which nothing has gone to Redis."""
    log = process.fleet.log(RunId(name), an_order())
    log.append("run.started", {})
    for _ in range(drafts):
        log.append("part.draft", {"part": "note", "text": text})
    log.append("run.failed", {"error": {}})
    return log


async def test_a_heap_of_events_gets_there_and_nobody_waits_behind_it(join: Join, redis_url: str):
    here = await join(ScriptedModel(), redis_url, 0.1)
    there = await join(ScriptedModel(), redis_url)
    logs = [a_log(here, f"run_{number}", drafts=300) for number in range(50)]
    for log in logs:
        log.publish()

    while any(log.written < log.newest for log in logs):
        # As a claim is asked for, a breaker and a rate.
        with suppress(NoRedis):
            await here.redis.ping()
        assert not here.redis.trouble
        await asyncio.sleep(0.01)

    for log in logs:
        found = await readable(there, log.maker.run)
        assert found.events.newest == log.newest


async def test_what_was_being_written_when_redis_stopped_is_not_written_twice(
    own_redis: Server, join: Join
):
    here = await join(ScriptedModel(), own_redis.url)
    there = await join(ScriptedModel(), own_redis.url)
    log = a_log(here, "run_cut", drafts=5_000)
    log.publish()
    while not log.written:  # noqa: ASYNC110 - nothing tells of it
        await asyncio.sleep(0.001)
    own_redis.pause()
    await asyncio.sleep(0.3)
    own_redis.resume()
    while log.written < log.newest:  # noqa: ASYNC110 - nothing tells of it
        await asyncio.sleep(0.01)

    numbers = [event.number for event in await there.follow(RunId("run_cut"))]

    assert numbers == list(range(1, log.newest + 1))


async def test_what_waits_for_a_redis_that_is_away_is_bounded_in_bytes(
    own_redis: Server, join: Join
):
    here = await join(ScriptedModel(), own_redis.url)
    own_redis.stop()
    long = "x" * (redis_log.MAX_WAITING // 10)
    drafty = [a_log(here, f"run_{number}", drafts=1, text=long) for number in range(20)]
    heavy = [a_log(here, f"run_error_{number}", drafts=0) for number in range(20)]
    for log in heavy:
        log.append("run.failed", {"error": long})
    for log in (*drafty, *heavy):
        log.publish()
    writer = here.fleet._writer

    async with asyncio.timeout(60):
        while sum(log.bytes for log in writer._waiting) > redis_log.MAX_WAITING:  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.01)

    # Drafts went first, then what waited longest; the newest are still there.
    assert all(dict(log.events[1].data)["text"] == "" for log in drafty)
    assert heavy[-1] in writer._waiting
    assert dict(heavy[-1].events[-1].data)["error"] == long


async def test_a_run_that_ended_holds_its_artefact_once_and_is_told_whole_everywhere(
    own_redis: Server, join: Join
):
    model = ScriptedModel()
    usage = Usage(input_tokens=1, output_tokens=1)
    model.always(
        Reply(text="note: " + " ".join(map(str, range(18_000))), model="scripted", usage=usage)
    )
    here = await join(model, own_redis.url)
    there = await join(ScriptedModel(), own_redis.url)
    run = here.start(drafts=True)
    heard = [event async for event in run.events.after(0, 60) if event]
    kept = await result(here.runs, run)
    await readable(there, run.id)

    past = here.runs.find(run.id)
    assert isinstance(past, PastRun)
    accepted = [event for event in past.events.events if event.kind == "part.accepted"]
    assert [event.data["draft"] for event in accepted] == [None]
    whole = MemoryLog()
    for event in heard:
        whole.append(event.kind, event.data)
    assert replace(past, events=whole).size - past.size > 4 * len(kept.body)

    own_redis.stop()
    assert written(await here.follow(run.id)) == written(heard)
    own_redis.start()
    await asyncio.sleep(2 * RETRY_SECONDS)
    # Redis came back empty: all was written again, from what is held.
    assert written(await there.follow(run.id)) == written(heard)


def written(events: list[Event]) -> list[tuple[str, bytes]]:
    """Events as a door writes them."""
    return [(event.kind, to_json(told_of(event))) for event in events]


def told_of(event: Event) -> object:
    if event.kind == "run.finished":
        kept = event.data["artefact"]
        assert kept
        return from_json(kept.body)
    return event.data


async def test_a_maker_is_not_dead_because_redis_could_not_hear_it(own_redis: Server, join: Join):
    model = Waiting("note: fine")
    here = await join(model, own_redis.url, 0.1)
    there = await join(ScriptedModel("note: twice"), own_redis.url, 0.1)
    making = asyncio.ensure_future(here.make())
    await model.asked.wait()
    own_redis.pause()
    # Longer than a sign of life lasts.
    await asyncio.sleep(ALIVE + 0.5)
    own_redis.resume()
    async with asyncio.timeout(60):
        # Until it knows that Redis is back it makes what it is asked for, whoever makes it too.
        while there.redis.trouble:  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.01)
    second = asyncio.ensure_future(there.make())
    await asyncio.sleep(0.5)
    model.go.set()

    assert (await making).id == (await second).id


async def test_a_process_lives_on_in_a_redis_that_is_full(own_redis: Server, join: Join):
    here = await join(ScriptedModel(), own_redis.url)
    await here.redis.do("CONFIG", "SET", "maxmemory", 1)
    await asyncio.sleep(ALIVE + 0.5)

    assert await here.redis.do("EXISTS", here.fleet._alive)
    assert "out of memory" in here.redis.trouble
    with suppress(NoRedis):
        await here.redis.check()
    await here.redis.do("CONFIG", "SET", "maxmemory", 0)
    await here.redis.check()
    assert not here.redis.trouble
