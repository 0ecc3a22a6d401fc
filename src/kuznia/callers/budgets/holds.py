"""What one process holds of a caller's budget, and who waits for it there."""

import asyncio
from collections import deque
from dataclasses import dataclass, field

from kuznia.callers.budgets.rows import NOTHING, Sum
from kuznia.callers.limits.allowances import Allowance


@dataclass(slots=True)
class Waiting:
    """An order that is not begun: its most, and whom to tell."""

    most: Sum
    told: "asyncio.Future[Sum]"


@dataclass(slots=True)
class Hold:
    """What this process holds of one caller's budget."""

    allowance: Allowance
    reserved: Sum = NOTHING
    # Of that: what orders under way may use, or have used and nobody wrote yet; and what is written
    # as spent, which is held no longer than until the next balance.
    under_way: Sum = NOTHING
    spent: Sum = NOTHING
    waiting: deque[Waiting] = field(default_factory=deque[Waiting])
    drawn_at: float = 0.0
    spare: Sum = NOTHING
    # Whether there was enough for a spare when it was last looked at.
    plenty: bool = False
    # While its row is written: what will be held whatever the outcome, and what of the spent is
    # being given back. Nothing else may be drawn on meanwhile.
    keep: Sum | None = None
    writing: Sum = NOTHING

    @property
    def free(self) -> Sum:
        held = self.reserved if self.keep is None else self.keep
        return held - self.under_way - (self.spent - self.writing)

    @property
    def idle(self) -> bool:
        return not (self.waiting or self.reserved or self.under_way)


@dataclass(frozen=True, slots=True)
class Round:
    """What one balance is about: all that has come until it began."""

    spent: Sum
    waiting: tuple[Waiting, ...]
