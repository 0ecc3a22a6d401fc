import asyncio
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.clocks import TurnedClock

from kuznia.callers.limits.caller_limits import Rate
from kuznia.callers.limits.windows import SLOTS, MemoryWindows, RedisWindows, Windows
from kuznia.platform.clock import SystemClock
from kuznia.platform.redis import Redis

A_MINUTE = Rate(10, 60)


async def a_redis(url: str) -> Redis:
    return await Redis.open(
        url,
        prefix="test:",
        connections=5,
        timeout=0.9,
        clock=SystemClock(),
        count=lambda _: None,
    )


@pytest.fixture(params=["memory", "redis"])
async def windows(request: pytest.FixtureRequest):
    if request.param == "memory":
        yield MemoryWindows(SystemClock())
        return
    redis = await a_redis(request.getfixturevalue("redis_url"))
    yield RedisWindows(redis, SystemClock())
    await redis.close()


async def test_of_many_at_once_just_so_many_are_admitted(windows: Windows) -> None:
    verdicts = await asyncio.gather(*(windows.admit("k", Rate(100, 60)) for _ in range(300)))

    assert Counter(one.admitted for one in verdicts) == {True: 100, False: 200}
    assert sorted(one.left for one in verdicts if one.admitted) == list(range(100))


async def test_it_is_told_how_many_are_left_and_when_there_are_more(windows: Windows) -> None:
    first = await windows.admit("k", Rate(2, 60))
    await windows.admit("k", Rate(2, 60))
    refused = await windows.admit("k", Rate(2, 60))

    assert (first.admitted, first.left) == (True, 1)
    assert (refused.admitted, refused.left) == (False, 0)
    assert 59 <= first.seconds <= 61.1
    assert 58 <= refused.seconds <= 61.1


async def test_what_is_refused_counts_for_nothing(windows: Windows) -> None:
    await windows.admit("k", A_MINUTE, 8)
    refused = await windows.admit("k", A_MINUTE, 3)
    fits = await windows.admit("k", A_MINUTE, 2)

    assert [refused.admitted, fits.admitted] == [False, True]
    assert refused.left == 2


async def test_there_is_room_again_when_it_was_said(windows: Windows) -> None:
    rate = Rate(2, 1)
    await windows.admit("k", rate, 2)
    refused = await windows.admit("k", rate)
    await asyncio.sleep(refused.seconds + 0.02)

    assert not refused.admitted
    assert (await windows.admit("k", rate, 2)).admitted


async def test_keys_and_rates_are_counted_apart(windows: Windows) -> None:
    for key, rate in (("a", Rate(1, 60)), ("b", Rate(1, 60)), ("a", Rate(1, 3600))):
        assert (await windows.admit(key, rate)).admitted


async def test_processes_with_one_redis_admit_together_what_one_may(redis_url: str) -> None:
    redises = [await a_redis(redis_url) for _ in range(3)]
    made = [RedisWindows(redis, SystemClock()) for redis in redises]

    verdicts = await asyncio.gather(*(made[n % 3].admit("k", Rate(50, 60)) for n in range(300)))
    for redis in redises:
        await redis.close()

    assert Counter(one.admitted for one in verdicts)[True] == 50


async def test_a_key_in_redis_ends_with_its_period(redis_url: str) -> None:
    redis = await a_redis(redis_url)
    await RedisWindows(redis, SystemClock()).admit("k", A_MINUTE)
    (key,) = await redis.do("KEYS", "*")
    left = await redis.do("PTTL", key)
    await redis.close()

    assert 59_000 < left <= 61_000


async def test_without_redis_each_process_counts_for_itself() -> None:
    redis = await a_redis("redis://127.0.0.1:1/0")
    windows = RedisWindows(redis, SystemClock())

    verdicts = [await windows.admit("k", Rate(3, 60)) for _ in range(5)]
    await redis.close()

    assert [one.admitted for one in verdicts] == [True, True, True, False, False]


async def test_one_who_leaves_does_not_take_the_others_along(redis_url: str) -> None:
    redis = await a_redis(redis_url)
    windows = RedisWindows(redis, SystemClock())
    leaving = asyncio.create_task(windows.admit("k", A_MINUTE))
    staying = asyncio.create_task(windows.admit("k", A_MINUTE))
    await asyncio.sleep(0)
    leaving.cancel()

    verdict = await staying
    await redis.close()

    assert verdict.admitted


def test_past_the_bound_the_key_that_was_longest_silent_is_forgotten() -> None:
    windows = MemoryWindows(TurnedClock(), most=2)
    once = Rate(1, 60)
    for key in ("a", "b", "a", "c"):
        windows.admit_now(key, once)

    assert [windows.admit_now(key, once).admitted for key in ("a", "c", "b")] == [
        False,
        False,
        True,
    ]


@given(
    st.integers(1, 30),
    st.lists(st.tuples(st.floats(0, 40), st.integers(1, 5)), min_size=1, max_size=200),
)
def test_no_stretch_of_a_period_ever_holds_more_than_the_limit(
    count: int, coming: list[tuple[float, int]]
) -> None:
    clock, rate = TurnedClock(), Rate(count, 60)
    windows = MemoryWindows(clock)
    admitted: list[tuple[float, int]] = []

    for after, wanted in coming:
        clock.turn(after)
        cost = min(wanted, count)
        verdict = windows.admit_now("k", rate, cost)
        if verdict.admitted:
            admitted.append((clock.monotonic(), cost))
        # Nobody is kept out for longer than the period and one slot of it.
        assert 0 < verdict.seconds <= 60 * (1 + 2 / SLOTS)

    for began, _ in admitted:
        assert sum(cost for at, cost in admitted if began <= at < began + 60) <= count
