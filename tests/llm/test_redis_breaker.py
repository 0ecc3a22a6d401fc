"""One breaker for many processes, with a real Redis; here each has its own way to it."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
from tests.llm.makers import Act, Played, a_reply, an_ask, reply_of
from tests.servers.databases import Redis as Server

from kuznia.llm.layers.breaker import Admission, Breaking
from kuznia.llm.layers.redis_breaker import RedisCircuit
from kuznia.llm.model import ModelFault
from kuznia.platform.clock import SystemClock
from kuznia.platform.redis import RETRY_SECONDS, Redis

DOWN = ModelFault("server", "down")
COOLDOWN = 0.4
Join = Callable[..., Awaitable[RedisCircuit]]


@pytest.fixture
async def join(redis_url: str) -> AsyncGenerator[Join]:
    """One more process."""
    async with AsyncExitStack() as opened:

        async def one_more(url: str = redis_url, timeout: float = 0.9) -> RedisCircuit:
            clock = SystemClock()
            redis = await Redis.open(url, prefix="k:", connections=4, timeout=timeout, clock=clock)
            opened.push_async_callback(redis.close)
            return RedisCircuit(redis, "0:m", failures=3, cooldown=COOLDOWN, clock=clock)

        yield one_more


async def ask(circuit: RedisCircuit, *acts: Act) -> list[str]:
    """What so many asks came to: a text, or the reason of its fault."""
    inner, came = Played(*acts), list[str]()
    for _ in acts:
        try:
            came.append((await reply_of(Breaking(inner, circuit), an_ask(SystemClock()))).text)
        except ModelFault as fault:
            came.append(fault.reason)
    return came


async def rested() -> None:
    await asyncio.sleep(COOLDOWN + 0.05)


async def test_failures_seen_by_two_processes_are_counted_together(join: Join):
    here, there = await join(), await join()
    await ask(here, DOWN)
    await ask(there, DOWN)

    assert await ask(here, DOWN, DOWN) == ["server", "open"]
    assert await ask(there, DOWN) == ["open"]
    assert (here.state, there.state) == ("open", "open")


async def test_a_good_answer_anywhere_starts_the_count_again(join: Join):
    here, there = await join(), await join()
    await ask(here, DOWN, DOWN)

    await ask(there, a_reply())

    assert await ask(here, DOWN, DOWN) == ["server", "server"]
    assert here.state == "closed"


async def test_who_is_turned_away_is_told_when_to_return(join: Join):
    here, there = await join(), await join()
    await ask(here, DOWN, DOWN, DOWN)

    given = await there.ask()

    assert 0 < given.wait <= COOLDOWN


async def test_of_all_processes_exactly_one_sends_the_probe(join: Join):
    circuits = [await join() for _ in range(4)]
    await ask(circuits[0], DOWN, DOWN, DOWN)
    await rested()

    given = await asyncio.gather(*(circuits[n % 4].ask() for n in range(40)))

    assert sum(one.probe for one in given) == 1
    assert all(one.wait > 0 for one in given if not one.probe)


async def test_a_probe_that_works_closes_it_for_all(join: Join):
    here, there = await join(), await join()
    await ask(here, DOWN, DOWN, DOWN)
    await rested()

    assert await ask(there, a_reply()) == ["pong"]

    assert await ask(here, a_reply()) == ["pong"]
    assert (here.state, there.state) == ("closed", "closed")


async def test_a_probe_that_fails_opens_it_for_all_again(join: Join):
    here, there = await join(), await join()
    await ask(here, DOWN, DOWN, DOWN)
    await rested()
    assert here.state == "half-open"

    assert await ask(there, DOWN) == ["server"]

    assert await ask(here, DOWN) == ["open"]


async def test_a_probe_that_was_not_sent_gives_its_place_back(join: Join):
    here, there = await join(), await join()
    await ask(here, DOWN, DOWN, DOWN)
    await rested()
    await here.left(await here.ask())

    assert (await there.ask()).probe


async def test_a_probe_whose_process_was_killed_gives_its_place_back(join: Join):
    here, there = await join(), await join()
    await ask(here, DOWN, DOWN, DOWN)
    await rested()
    assert (await here.ask()).probe
    assert not (await there.ask()).probe

    await rested()

    assert (await there.ask()).probe


async def test_it_rests_as_long_as_the_server_asks(join: Join):
    here, there = await join(), await join()
    await ask(here, *[ModelFault("rate_limited", "slow down", retry_after=2.0)] * 3)

    assert (await there.ask()).wait > COOLDOWN


async def test_asks_that_began_before_it_opened_are_old_news(join: Join):
    here, there = await join(), await join()
    early = [await there.ask() for _ in range(2)]
    await ask(here, DOWN, DOWN, DOWN)

    await there.worked(early[0])
    await there.failed(early[1], 5.0)

    assert 0 < (await there.ask()).wait <= COOLDOWN


@pytest.mark.parametrize("how", ["pause", "stop"])
async def test_without_redis_each_goes_by_what_it_has_seen(own_redis: Server, join: Join, how: str):
    here, there = [await join(own_redis.url, 0.1) for _ in range(2)]
    getattr(own_redis, how)()

    assert await ask(here, DOWN, DOWN, DOWN, DOWN) == ["server", "server", "server", "open"]
    assert await ask(there, DOWN) == ["server"]
    assert (here.state, there.state) == ("open", "closed")
    own_redis.stop()


async def test_what_was_seen_with_redis_counts_when_it_is_gone(own_redis: Server, join: Join):
    here = await join(own_redis.url)
    await ask(here, DOWN, DOWN)
    own_redis.stop()

    assert await ask(here, DOWN, DOWN) == ["server", "open"]


async def test_when_redis_is_back_they_share_again(own_redis: Server, join: Join):
    here, there = await join(own_redis.url), await join(own_redis.url)
    own_redis.stop()
    await ask(here, DOWN)
    own_redis.start()
    await asyncio.sleep(RETRY_SECONDS + 0.05)

    await ask(here, DOWN, DOWN, DOWN)

    assert await there.ask() != Admission()
