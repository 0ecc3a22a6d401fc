"""Long computations of this domain, done outside the event loop."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeVar

from kuznia.domains.training.catalogue import STOCK, Exercise
from kuznia.platform.process.workers import POOL

R = TypeVar("R")


async def in_worker(work: Callable[[], R]) -> R:
    """The result of `work`, or what it raises; a worker gets the operator's exercises with it."""
    return await POOL.ease(partial(_with_exercises, STOCK.theirs, work))


def _with_exercises(theirs: Mapping[str, Exercise], work: Callable[[], R]) -> R:
    STOCK.keep(theirs)
    return work()
