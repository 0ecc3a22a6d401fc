"""What a run is wrapped in: each wrapper is given the making inside it, and the order's work."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial

from kuznia.forge.ledger import CallerBudgets
from kuznia.forge.shelf.shelf import LEAST_PATIENCE, Kept
from kuznia.forge.terms import Order
from kuznia.forge.work import Work
from kuznia.platform.clock import Clock
from kuznia.platform.errors import BudgetSpent, Fault, QuotaExceeded, TimedOut

Make = Callable[[Work], Awaitable[Kept]]
Wrapper = Callable[[Make, Work], Awaitable[Kept]]


def wrapped(wrappers: Sequence[Wrapper], innermost: Make) -> Make:
    """The making in all its wrappers, the first of which is the outermost."""
    make = innermost
    for wrapper in reversed(wrappers):
        make = partial(wrapper, make)
    return make


@dataclass(frozen=True, slots=True)
class Budgeted:
    """A wrapper: the caller's own budget may leave an order less than it was given."""

    budgets: CallerBudgets
    clock: Clock

    async def __call__(self, make: Make, work: Work) -> Kept:
        order, ledger = work.order, work.ledger
        try:
            async with asyncio.timeout(order.deadline - self.clock.monotonic()):
                hold = await self.budgets.reserve(order.caller, order.budget)
        except TimeoutError:
            raise TimedOut("The deadline passed before the order could begin.") from None
        ledger.hold, ledger.budget = hold, hold.budget
        try:
            kept = await make(work)
        except Fault as fault:
            await hold.written(self._left(order))
            if not (isinstance(fault, BudgetSpent) and hold.narrowed):
                raise
            raise QuotaExceeded(f"Too little of your budget is left. {fault.message}") from None
        else:
            # Nobody gets an answer whose cost a crash could still lose, unless there is no way.
            await hold.written(self._left(order))
            return kept
        finally:
            hold.release()

    def _left(self, order: Order) -> float:
        return max(LEAST_PATIENCE, order.deadline - self.clock.monotonic())
