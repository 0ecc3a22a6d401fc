"""Processes on one Redis: each has its own pool, shelf and supervisor, as if it ran alone."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from time import monotonic

import pytest
from tests.forge.test_runs import result
from tests.makers import a_forge, an_order

from kuznia.forge.runs.events import Event
from kuznia.forge.runs.far import FarRun
from kuznia.forge.runs.fleet import Fleet
from kuznia.forge.runs.live import Run
from kuznia.forge.runs.supervisor import Runs
from kuznia.forge.terms import Caller, Order, RunId
from kuznia.platform.clock import SystemClock
from kuznia.platform.errors import NotFound
from kuznia.platform.metrics import Metrics
from kuznia.platform.redis import Redis

IVAN = Caller("ivan")


@dataclass(frozen=True)
class Process:
    """What one process has."""

    runs: Runs
    fleet: Fleet
    redis: Redis

    @property
    def process(self) -> str:
        return self.fleet._process

    def start(
        self, prompt: str = "a note on iron", *, seconds: float = 30, goes_on=False, **more
    ) -> Run:
        return self.runs.start(within(an_order(prompt, **more), seconds), goes_on=goes_on)

    async def make(self, prompt: str = "a note on iron", **more):
        return await result(self.runs, self.start(prompt, **more))

    async def vanish(self) -> None:
        """As if it had been killed: it gives no sign of life and does not say goodbye."""
        assert self.fleet._heartbeat
        self.fleet._heartbeat.cancel()
        await self.redis.do("DEL", self.fleet._alive)

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
            redis = await Redis.open(url, prefix="k:", connections=8, timeout=patience, clock=clock)
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


async def given_back(redis: Redis | None) -> None:
    """Return once nobody makes anything: claims are given back behind the answer."""
    assert redis
    while await redis.do("KEYS", redis.key("making", "*")):  # noqa: ASYNC110 - nothing tells of it
        await asyncio.sleep(0.01)


async def readable(process: Process, run: RunId) -> FarRun:
    """A run of another process, once it can be seen."""
    async with asyncio.timeout(60):
        while True:
            try:
                found = await process.runs.get(IVAN, run)
            except NotFound:
                await asyncio.sleep(0.01)
            else:
                assert isinstance(found, FarRun)
                return found
