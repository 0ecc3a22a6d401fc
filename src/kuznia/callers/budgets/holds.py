"""What one process holds of a caller's budget, and who waits for it there."""

import asyncio
from collections import deque
from dataclasses import dataclass, field

from kuznia.callers.budgets.rows import NOTHING, Amount
from kuznia.callers.limits.caller_limits import CallerLimits


@dataclass(slots=True)
class HoldRequest:
    """A request for a hold: the most the order can use, and the future that gets the amount."""

    most: Amount
    granted: "asyncio.Future[Amount]"


@dataclass(slots=True)
class ProcessHold:
    """The hold of this process on one caller's budget."""

    limits: CallerLimits
    reserved: Amount = NOTHING
    # Of that: what orders under way may use, or have used and nobody wrote yet; and what is written
    # as spent, which is held no longer than until the next balance.
    under_way: Amount = NOTHING
    spent: Amount = NOTHING
    requests: deque[HoldRequest] = field(default_factory=deque[HoldRequest])
    drawn_at: float = 0.0
    spare: Amount = NOTHING
    # Whether there was enough for a spare when it was last looked at.
    plenty: bool = False
    # While its row is written: what will be held whatever the outcome, and what of the spent is
    # being given back. Nothing else may be drawn on meanwhile.
    keep: Amount | None = None
    writing: Amount = NOTHING

    @property
    def free(self) -> Amount:
        held = self.reserved if self.keep is None else self.keep
        return held - self.under_way - (self.spent - self.writing)

    @property
    def idle(self) -> bool:
        return not (self.requests or self.reserved or self.under_way)


@dataclass(frozen=True, slots=True)
class HoldSnapshot:
    """A hold as it was when a balance began: what is spent, and which requests wait."""

    spent: Amount
    requests: tuple[HoldRequest, ...]
