"""Two servers that share one Redis and one database, as their callers meet them."""

import asyncio

import pytest
from tests.doors.conftest import Start
from tests.forge.joining import given_back
from tests.servers.databases import Redis
from tests.servers.loop import (
    Kuznia,
    held,
    leave,
    told,
    until,
    watching,
)
from tests.servers.model import ModelServer, events, hang, reply, status, stream

NOTE = reply("note: fine")


@pytest.fixture
async def two(serve: Start, redis_url: str) -> tuple[Kuznia, Kuznia]:
    """Patient with Redis: the machine the tests run on may be busy."""
    shared = {"redis_url": redis_url, "redis_timeout": 0.9}
    return await serve(**shared), await serve(**shared)


async def resumed(kuznia: Kuznia, run: str, after: int = 0):
    headers = {"last-event-id": str(after)}
    async with kuznia.client.stream("GET", f"/api/v1/runs/{run}/events", headers=headers) as got:
        assert got.status_code == 200, await got.aread()
        return await told(got)


async def test_what_one_made_the_other_finds_without_asking_a_model(two, modelserver: ModelServer):
    here, there = two
    modelserver.will(NOTE)
    made = (await here.make()).json()["data"]
    await given_back(here.doors.redis)

    found = (await there.make()).json()["data"]

    took, takes = made.pop("evidence"), found.pop("evidence")
    assert found == made
    assert (takes["cost"], takes["output_tokens"], takes["attempts"]) == (0, 0, [])
    assert takes["making"]["output_tokens"] == took["output_tokens"] == 3
    assert len(modelserver.calls) == 1
    assert 'kuznia_shelf_lookups_total{result="shared"} 1.0' in await there.metrics()


async def test_equal_orders_at_once_cost_one_call(two, modelserver: ModelServer):
    go = asyncio.Event()
    modelserver.will(held(go, NOTE))
    asking = [asyncio.ensure_future(two[n % 2].make()) for n in range(20)]
    await modelserver.arrived()
    await asyncio.sleep(0.3)
    go.set()

    answers = await asyncio.gather(*asking)

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["data"]["id"] for answer in answers}) == 1
    assert len(modelserver.calls) == 1


async def test_who_follows_sees_the_drafts_as_they_are_written(two, modelserver: ModelServer):
    here, there = two
    modelserver.will(stream(*events("note: ", "fi", "ne"), gap=0.1))
    async with watching(here) as first:
        await until(first, "part.started")
        async with watching(there) as second:
            seen = [frame async for frame in second if frame.kind != "comment"]
            whole = [frame async for frame in first if frame.kind != "comment"]

    kinds = [frame.kind for frame in seen]
    assert kinds.count("part.draft") >= 2
    assert (kinds[0], kinds[-1]) == ("run.started", "run.finished")
    assert [frame.number for frame in seen] == list(range(1, len(seen) + 1))
    assert seen[-1].data == whole[-1].data
    assert len(modelserver.calls) == 1


async def test_a_fault_of_the_maker_is_the_fault_of_who_follows(two, modelserver: ModelServer):
    go = asyncio.Event()
    modelserver.will(held(go, status(401)))
    asking = [asyncio.ensure_future(one.make()) for one in two]
    await modelserver.arrived()
    await asyncio.sleep(0.3)
    go.set()

    errors = [(await one).json()["error"] for one in asking]

    assert errors[0] == errors[1]
    assert len(modelserver.calls) == 1


async def test_a_first_caller_who_leaves_does_not_take_the_other_along(
    two, modelserver: ModelServer
):
    here, there = two
    go = asyncio.Event()
    modelserver.will(held(go, NOTE))
    first = asyncio.ensure_future(here.make())
    await modelserver.arrived()
    second = asyncio.ensure_future(there.make())
    await asyncio.sleep(1)
    await leave(first)
    await asyncio.sleep(0.5)
    go.set()

    assert (await second).status_code == 200
    # The one call goes on for the one who is left.
    assert len(modelserver.calls) == 1


async def test_when_the_last_who_listens_anywhere_leaves_the_call_ends_within_a_second(
    two, modelserver: ModelServer
):
    here, there = two
    modelserver.will(hang)
    first = asyncio.ensure_future(here.make())
    await modelserver.arrived()
    second = asyncio.ensure_future(there.make())
    await asyncio.sleep(1)
    await leave(first)
    await asyncio.sleep(0.3)
    assert modelserver.calls[0].aborted is None

    await leave(second)

    async with asyncio.timeout(20):
        await modelserver.left()


async def test_a_run_that_is_stopped_under_a_follower_is_made_by_them(
    two, modelserver: ModelServer
):
    here, there = two
    modelserver.will(hang, NOTE)
    async with watching(here) as first:
        run = (await until(first, "run.started")).data["run_id"]
        await modelserver.arrived()
        second = asyncio.ensure_future(there.make())
        await asyncio.sleep(0.3)
        await here.client.delete(f"/api/v1/runs/{run}")

        assert (await until(first, "run.failed")).data["error"]["code"] == "CANCELLED"
    assert (await second).status_code == 200
    assert len(modelserver.calls) == 2


async def test_a_follower_who_takes_over_tells_that_the_drafts_are_void(
    two, modelserver: ModelServer
):
    here, there = two
    modelserver.will(stream(*events("note: old"), hang=True), stream(*events("note: new")))
    async with watching(here) as first, watching(there) as second:
        run = (await until(first, "run.started")).data["run_id"]
        await until(second, "part.draft")
        await here.client.delete(f"/api/v1/runs/{run}")
        rest = [frame async for frame in second if frame.kind != "comment"]

    kinds = [frame.kind for frame in rest]
    assert kinds[:2] == ["part.reset", "part.started"]
    assert rest[-1].data["artefact"]["parts"]["note"]["text"] == "new"
    assert "run.started" not in kinds


async def test_a_stream_is_resumed_after_any_event_on_another_server(two, modelserver: ModelServer):
    here, there = two
    modelserver.will(stream(*events("note: ", "ба", "d")), stream(*events("note: fine")))
    async with watching(here) as seen:
        whole = [frame async for frame in seen if frame.kind != "comment"]
    run = whole[0].data["run_id"]

    for place in range(len(whole)):
        assert whole[:place] + await resumed(there, run, place) == whole


async def test_a_stream_is_followed_on_another_server_while_it_goes_on(
    two, modelserver: ModelServer
):
    here, there = two
    modelserver.will(stream(*events("note: ", "f", "i", "n", "e"), gap=0.1))
    async with watching(here) as seen:
        run = (await until(seen, "run.started")).data["run_id"]
        await until(seen, "part.draft")
        following = asyncio.ensure_future(resumed(there, run))
        rest = [frame async for frame in seen if frame.kind != "comment"]

    followed = await following
    assert followed[-len(rest) :] == rest
    assert [frame.number for frame in followed] == list(range(1, len(followed) + 1))


async def test_the_end_of_a_run_elsewhere_is_told_once(two, modelserver: ModelServer):
    here, there = two
    modelserver.will(stream(*events("note: fine")))
    async with watching(here) as seen:
        whole = [frame async for frame in seen if frame.kind != "comment"]
    path = f"/api/v1/runs/{whole[0].data['run_id']}/events"
    await resumed(there, whole[0].data["run_id"])

    again, beyond = [
        await there.client.get(path, headers={"last-event-id": str(number)})
        for number in (whole[-1].number, whole[-1].number + 1)
    ]

    assert (again.status_code, beyond.status_code) == (204, 400)


async def test_a_run_is_cancelled_from_another_server_within_a_second(
    two, modelserver: ModelServer
):
    here, there = two
    modelserver.will(hang)
    async with watching(here) as seen:
        run = (await until(seen, "run.started")).data["run_id"]
        await until(seen, "part.started")
        await modelserver.arrived()
        await asyncio.sleep(0.05)

        async with asyncio.timeout(20):
            assert (await there.client.delete(f"/api/v1/runs/{run}")).status_code == 202
            failed = await until(seen, "run.failed")

    assert failed.data["error"]["code"] == "CANCELLED"


async def test_a_hit_that_was_streamed_is_resumed_on_another_server(two, modelserver: ModelServer):
    here, there = two
    modelserver.will(NOTE)
    await here.make()
    async with watching(here) as seen:
        whole = [frame async for frame in seen if frame.kind != "comment"]
    await asyncio.sleep(0.05)

    assert await resumed(there, whole[0].data["run_id"], 1) == whole[1:]


async def test_who_has_heard_more_than_the_copy_has_waits_for_it(two, modelserver: ModelServer):
    here, there = two
    go = asyncio.Event()
    modelserver.will(held(go, NOTE))
    async with watching(here) as seen:
        run = (await until(seen, "run.started")).data["run_id"]
        first = await until(seen, "part.started")
        await modelserver.arrived()
        ahead, beyond = [
            asyncio.ensure_future(resumed(there, run, first.number + more)) for more in (1, 1_000)
        ]
        await asyncio.sleep(0.3)
        go.set()
        rest = [frame async for frame in seen if frame.kind != "comment"]

    assert await ahead == [frame for frame in rest if frame.number > first.number + 1]
    # No such event came: the stream ends, and whoever comes again learns that it never will.
    assert await beyond == []
    headers = {"last-event-id": str(first.number + 1_000)}
    again = await there.client.get(f"/api/v1/runs/{run}/events", headers=headers)
    assert again.status_code == 400


async def test_while_redis_is_away_a_stream_elsewhere_begins_and_waits_for_it(
    serve: Start, own_redis: Redis, modelserver: ModelServer
):
    shared = {"redis_url": own_redis.url, "redis_timeout": 0.1}
    here, there = await serve(**shared), await serve(**shared)
    go = asyncio.Event()
    modelserver.will(held(go, NOTE))
    async with watching(here) as seen:
        started = await until(seen, "run.started")
        run = started.data["run_id"]
        await modelserver.arrived()
        own_redis.pause()
        elsewhere = asyncio.ensure_future(resumed(there, run, started.number))
        not_a_run = await there.client.get("/api/v1/runs/run_of_nobody/events")
        await asyncio.sleep(1)
        own_redis.resume()
        go.set()
        rest = [frame async for frame in seen if frame.kind != "comment"]

    assert await elsewhere == rest
    assert not_a_run.status_code == 503


async def test_redis_that_takes_no_writes_is_told_by_ready_and_metrics(
    serve: Start, own_redis: Redis, modelserver: ModelServer
):
    kuznia = await serve(redis_url=own_redis.url, redis_timeout=0.9)
    modelserver.will(NOTE)
    redis = kuznia.doors.redis
    assert redis
    await redis.do("CONFIG", "SET", "maxmemory", 1)

    answer = await kuznia.client.get("/ready")

    assert answer.status_code == 200
    assert "out of memory" in answer.json()["data"]["redis"]
    assert "kuznia_redis_up 0.0" in await kuznia.metrics()
    # An order is made all the same.
    assert (await kuznia.make()).status_code == 200
    await redis.do("CONFIG", "SET", "maxmemory", 0)
    assert (await kuznia.client.get("/ready")).json()["data"]["redis"] == "ok"
    assert "kuznia_redis_up 1.0" in await kuznia.metrics()
