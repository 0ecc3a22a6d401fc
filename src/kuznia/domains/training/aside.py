"""Our own arithmetic, done where it holds nobody up, whoever has to wait for it."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeVar

from kuznia.domains.training.catalogue import STOCK, Exercise
from kuznia.platform.process.workers import POOL

R = TypeVar("R")


async def aside(work: Callable[[], R]) -> R:
    """Its result, or what it raises; in another process too it knows the operator's exercises."""
    return await POOL.ease(partial(_stocked, STOCK.theirs, work))


def _stocked(theirs: Mapping[str, Exercise], work: Callable[[], R]) -> R:
    STOCK.keep(theirs)
    return work()
