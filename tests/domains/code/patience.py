"""How long something took by its own fault: other processes on a busy machine are not it."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

R = TypeVar("R")


async def lag_while(task: "asyncio.Future[R]") -> float:
    """The longest the event loop was late while a task ran, as far as this process was at work.

    A loop that waits for a core is late too, but then nobody here works: what holds it up, on its
    own thread or by the interpreter's lock on another, shows as processor time of this process.
    """
    worst = 0.0
    while not task.done():
        before, worked = time.monotonic(), time.process_time()
        await asyncio.sleep(0.005)
        late = time.monotonic() - before - 0.005
        worst = max(worst, min(late, time.process_time() - worked))
    return worst


async def least_lag(most: float, ask: Callable[[], Awaitable[R]]) -> tuple[float, R]:
    """The smallest lag of ten, none asked for after the first that is small enough."""
    lags: list[float] = []
    while True:
        task = asyncio.ensure_future(ask())
        lags.append(await lag_while(task))
        if lags[-1] < most or len(lags) == 10:
            return min(lags), task.result()


async def soonest(most: float, ask: Callable[[], Awaitable[R]]) -> tuple[float, R]:
    """The shortest of ten times, none asked for after the first that is short enough."""
    times: list[float] = []
    while True:
        began = time.monotonic()
        result = await ask()
        times.append(time.monotonic() - began)
        if times[-1] <= most or len(times) == 10:
            return min(times), result
