"""A clock for tests: it stands still until it is turned, and a sleep turns it.

And what work costs the processor: other processes on a busy machine are not counted, and where they
slow it down all the same, the least of some tries knows nothing of them.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta


class TurnedClock:
    """A `kuznia.platform.clock.Clock` whose waits cost no time and are all remembered."""

    def __init__(self, start: datetime = datetime(2026, 1, 1, 12, tzinfo=UTC)) -> None:
        self._start = start
        self._turned = 0.0
        self.waits: list[float] = []

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._turned)

    def monotonic(self) -> float:
        # Not from zero: a deadline taken for a duration must not look right.
        return 1_000.0 + self._turned

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.turn(seconds)
        # Others get their turn, as they would in a real wait.
        await asyncio.sleep(0)

    def turn(self, seconds: float) -> None:
        """Let this much time pass."""
        self._turned += max(seconds, 0.0)


TRIES = 5


def least_work(enough: float, work: Callable[[], object]) -> float:
    """The least seconds of processor time of some tries; one of less than `enough` ends them."""
    costs: list[float] = []
    while len(costs) < TRIES and min(costs, default=enough) >= enough:
        began = time.process_time()
        work()
        costs.append(time.process_time() - began)
    return min(costs)


async def least_work_of(enough: float, work: Callable[[], Awaitable[object]]) -> float:
    """`least_work` of what is awaited."""
    costs: list[float] = []
    while len(costs) < TRIES and min(costs, default=enough) >= enough:
        began = time.process_time()
        await work()
        costs.append(time.process_time() - began)
    return min(costs)
