"""The way to Redis, with a real one that is stopped, paused and started again."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import pytest
from tests.clocks import TurnedClock
from tests.servers.databases import Redis as Server

from kuznia.platform.clock import Clock
from kuznia.platform.redis import RETRY_SECONDS, NoRedis, Redis, Script


@pytest.fixture
def ends() -> Counter[str]:
    """How the questions ended."""
    return Counter()


@asynccontextmanager
async def opened(
    url: str, ends: Counter[str], clock: Clock | None = None, timeout: float = 0.9
) -> AsyncGenerator[Redis]:
    redis = await Redis.open(
        url,
        prefix="k:",
        connections=4,
        timeout=timeout,
        clock=clock or TurnedClock(),
        count=lambda end: ends.update([end]),
    )
    yield redis
    await redis.close()


@pytest.fixture
async def shared(redis_url: str, ends: Counter[str]) -> AsyncGenerator[Redis]:
    async with opened(redis_url, ends) as redis:
        yield redis


async def gone(redis: Redis) -> None:
    """Ask until it is known to be gone."""
    while not redis.trouble:
        with suppress(NoRedis):
            await redis.ping()


async def test_a_key_is_ours(shared: Redis):
    assert shared.key("shelf", "abc") == "k:shelf:abc"


async def test_what_was_set_is_read(shared: Redis):
    await shared.do("SET", "k:a", b"\x00\xff", "PX", 60_000)

    assert await shared.do("GET", "k:a") == b"\x00\xff"


async def test_many_commands_go_in_one_trip_and_one_that_fails_spoils_no_other(shared: Redis):
    said = await shared.do_all([("SET", "k:a", 1), ("LPUSH", "k:a", 2), ("GET", "k:a")])

    assert (said[0], type(said[1]).__name__, said[2]) == (True, "ResponseError", b"1")


async def test_a_script_runs_also_when_redis_has_never_seen_it(shared: Redis):
    twice = Script("return {KEYS[1], ARGV[1] * 2}")
    await shared.do("SCRIPT", "FLUSH")

    assert [await shared.run(twice, ["k:a"], 21) for _ in range(2)] == [[b"k:a", 42]] * 2


async def test_more_at_once_than_there_are_connections_wait_for_their_turn(shared: Redis):
    said = await asyncio.gather(*(shared.do("INCR", "k:n") for _ in range(100)))

    assert sorted(said) == list(range(1, 101))


async def test_no_answer_in_time_is_told_and_then_told_at_once(
    own_redis: Server, ends: Counter[str]
):
    async with opened(own_redis.url, ends, timeout=0.1) as redis:
        own_redis.pause()
        await gone(redis)
        ends.clear()
        for _ in range(20):
            with pytest.raises(NoRedis, match="did not answer"):
                await redis.ping()

    assert ends == {"skipped": 20}


async def test_after_a_rest_one_of_many_finds_out_and_the_others_do_not_wait(
    own_redis: Server, ends: Counter[str]
):
    clock = TurnedClock()
    async with opened(own_redis.url, ends, clock, timeout=0.5) as redis:
        own_redis.pause()
        await gone(redis)
        clock.turn(RETRY_SECONDS)
        asking = [asyncio.ensure_future(redis.ping()) for _ in range(20)]
        waited, waiting = await asyncio.wait(asking, timeout=0.01)
        own_redis.resume()
        await asyncio.wait(waiting)

    assert (len(waited), len(waiting)) == (19, 1)
    assert all(isinstance(one.exception(), NoRedis) for one in waited)
    assert not waiting.pop().exception()


async def test_all_who_ask_at_once_of_a_paused_redis_wait_no_longer_than_one(
    own_redis: Server, ends: Counter[str]
):
    async with opened(own_redis.url, ends, timeout=0.1) as redis:
        own_redis.pause()
        async with asyncio.timeout(60):
            said = await asyncio.gather(*(redis.ping() for _ in range(50)), return_exceptions=True)

    assert all(isinstance(one, NoRedis) for one in said)


@pytest.mark.parametrize("how", ["pause", "stop"])
async def test_one_that_comes_back_is_used_again_by_itself(
    own_redis: Server, ends: Counter[str], how: str
):
    clock = TurnedClock()
    async with opened(own_redis.url, ends, clock, timeout=0.5) as redis:
        getattr(own_redis, how)()
        await gone(redis)

        getattr(own_redis, {"pause": "resume", "stop": "start"}[how])()
        clock.turn(RETRY_SECONDS)

        await redis.do("SET", "k:a", 1)
        assert await redis.do("GET", "k:a") == b"1"
        assert not redis.trouble


async def test_connections_kept_over_a_restart_trouble_nobody(
    own_redis: Server, ends: Counter[str]
):
    async with opened(own_redis.url, ends) as redis:
        await asyncio.gather(*(redis.ping() for _ in range(20)))
        own_redis.stop()
        own_redis.start()

        await asyncio.gather(*(redis.ping() for _ in range(20)))

    assert set(ends) == {"answered"}


async def test_one_that_is_gone_is_told_at_once(own_redis: Server, ends: Counter[str]):
    async with opened(own_redis.url, ends) as redis:
        own_redis.stop()

        with pytest.raises(NoRedis, match="cannot be reached") as caught:
            await redis.ping()

    assert (caught.value.retry_after, ends["lost"]) == (RETRY_SECONDS, 1)


async def test_it_opens_without_a_redis_and_finds_it_later(own_redis: Server, ends: Counter[str]):
    own_redis.stop()
    clock = TurnedClock()
    async with opened(own_redis.url, ends, clock) as redis:
        own_redis.start()
        clock.turn(RETRY_SECONDS)

        await redis.ping()


async def test_a_redis_that_says_no_is_there(shared: Redis, ends: Counter[str]):
    with pytest.raises(NoRedis, match=r"refused \(ResponseError\)"):
        await shared.do("HSET", "k:a")

    await shared.ping()
    assert ends["refused"] == 1


async def test_who_leaves_in_the_middle_harms_nobody_after_them(own_redis: Server, ends):
    async with opened(own_redis.url, ends, timeout=0.9) as redis:
        await redis.do("SET", "k:a", "mine")
        own_redis.pause()
        leaving = [asyncio.ensure_future(redis.do("GET", "k:a")) for _ in range(4)]
        await asyncio.sleep(0.02)
        for one in leaving:
            one.cancel()
        await asyncio.wait(leaving)
        own_redis.resume()

        # An answer that was not waited for must not be taken for the answer to this one.
        assert await redis.do("ECHO", "fresh") == b"fresh"


async def test_an_answer_that_came_while_the_loop_was_held_up_counts(redis_url: str, ends):
    async with opened(redis_url, ends, timeout=0.1) as redis:
        asking = asyncio.ensure_future(redis.ping())
        await asyncio.sleep(0.001)
        time.sleep(0.3)  # noqa: ASYNC251 - this is what holds it up

        await asking


async def test_a_loop_that_is_busy_all_the_time_is_no_dead_redis(redis_url: str, ends):
    async def busy() -> None:
        while True:
            time.sleep(0.3)  # noqa: ASYNC251 - this is what keeps it busy
            await asyncio.sleep(0)

    async with opened(redis_url, ends, timeout=0.25) as redis:
        keeping_busy = asyncio.ensure_future(busy())
        # More than there are connections, some of which have still to be made.
        await asyncio.gather(*(redis.ping() for _ in range(5)))
        keeping_busy.cancel()

    assert set(ends) == {"answered"}


async def test_one_slow_answer_makes_no_redis_dead(own_redis: Server, ends: Counter[str]):
    async with opened(own_redis.url, ends, timeout=0.1) as redis:
        await redis.ping()
        own_redis.pause()
        with pytest.raises(NoRedis, match="did not answer"):
            await redis.ping()
        own_redis.resume()
        for _ in range(20):
            await redis.ping()

    assert not ends["skipped"]


async def test_a_write_may_take_longer_than_a_question_and_speaks_for_none(
    own_redis: Server, ends: Counter[str]
):
    async with opened(own_redis.url, ends, timeout=0.1) as redis:
        await redis.do("CLIENT", "PAUSE", 500, "WRITE")
        writing = asyncio.ensure_future(redis.write([("SET", "k:a", 1)] * 300))
        while not writing.done():
            await redis.ping()
            await asyncio.sleep(0.05)

        assert await writing == [b"OK"] * 300
    assert set(ends) == {"answered"}


async def test_of_a_write_that_is_cut_the_answers_that_came_are_given(
    own_redis: Server, ends: Counter[str]
):
    async with opened(own_redis.url, ends) as redis:
        await redis.do("CLIENT", "PAUSE", 60_000, "WRITE")
        writing = asyncio.ensure_future(redis.write([("ECHO", "a"), ("SET", "k:a", 1)]))
        await asyncio.sleep(0.3)
        own_redis.stop()
        assert await writing == [b"a"]

        with pytest.raises(NoRedis, match="cannot be reached"):
            await redis.write([("SET", "k:a", 1)])
        own_redis.start()
        # Nothing is left on the connection that could be taken for an answer.
        assert await redis.write([("ECHO", "b")]) == [b"b"]
    # Whether Redis is there is found out by questions alone.
    assert not redis.trouble


FULL = ("CONFIG", "SET", "maxmemory", 1), ("CONFIG", "SET", "maxmemory", 0)
REPLICA = ("REPLICAOF", "127.0.0.1", 1), ("REPLICAOF", "NO", "ONE")


@pytest.mark.parametrize(("how", "says"), [(FULL, "out of memory"), (REPLICA, "read-only")])
async def test_one_that_takes_no_writes_is_in_trouble_until_it_does(
    own_redis: Server, ends: Counter[str], how, says: str
):
    async with opened(own_redis.url, ends) as redis:
        await redis.do(*how[0])
        # It answers all the same.
        await redis.ping()
        with pytest.raises(NoRedis, match=says):
            await redis.check()
        with pytest.raises(NoRedis, match=says):
            await redis.run(Script("return redis.call('SET', KEYS[1], 1)"), ["k:a"])
        assert says in redis.trouble
        # What only reads is asked as ever.
        assert await redis.do("GET", "k:a") is None

        await redis.do(*how[1])
        await redis.check()
        assert not redis.trouble


async def test_an_error_that_is_not_of_redis_is_nobody_s_to_hide(shared: Redis):
    async def broken() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await shared.ask(broken)


async def test_closing_does_not_wait_for_one_that_is_silent(own_redis: Server, ends):
    async with asyncio.timeout(60):
        async with opened(own_redis.url, ends, timeout=0.1) as redis:
            own_redis.pause()
            with pytest.raises(NoRedis):
                await redis.ping()
