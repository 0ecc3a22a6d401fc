"""What an order may use and what it has used: reserved before a call, settled after it."""

from typing import Protocol

from kuznia.forge.artefact import AttemptEvidence
from kuznia.forge.terms import Budget, Caller
from kuznia.llm.model import Attempt
from kuznia.platform.clock import Clock
from kuznia.platform.db.journal import WRITE_SECONDS
from kuznia.platform.errors import BudgetSpent


class BudgetHold(Protocol):
    """What an order may use of its caller's own budget, until it is released."""

    budget: Budget
    # Whether that is less than the order might have used.
    narrowed: bool

    def book(self, attempt: Attempt) -> None:
        """A call has ended, however; it counts from now on."""
        ...

    def flush(self) -> None:
        """Have what was booked written now."""
        ...

    async def written(self, seconds: float = WRITE_SECONDS) -> None:
        """Returns when what was booked is written, or could not be in so many seconds and is tried
        again later."""
        ...

    def release(self) -> None:
        """Give back what is still held."""
        ...


class CallerBudgets(Protocol):
    """What callers may spend, and what they spent."""

    async def reserve(self, caller: Caller, budget: Budget) -> BudgetHold:
        """The most this order may use. Raises the Fault to refuse it."""
        ...


class Ledger:
    """The account of one order. Parts made side by side share it and together stay within it."""

    def __init__(self, budget: Budget, clock: Clock) -> None:
        self.budget = budget
        # Of the caller's own budget; None where nobody keeps one.
        self.hold: BudgetHold | None = None
        self._clock = clock
        self._reserved_tokens = 0
        self._reserved_cost = 0
        self._under_way = 0
        self._waiting_since = 0.0
        self._calls = 0
        self.attempts: list[AttemptEvidence] = []
        self.input_tokens = 0
        self.output_tokens = 0
        self.cost = 0
        # Seconds during which at least one call was under way; the rest of an order's time is ours.
        self.model_seconds = 0.0

    def admit(self, tokens: int, cost: int) -> None:
        """Reserve the most a call can use, or raise BudgetSpent before it costs anything."""
        budget = self.budget
        used = self.input_tokens + self.output_tokens + self._reserved_tokens
        if self._calls + 1 > budget.attempts:
            raise BudgetSpent(f"The order's {budget.attempts} calls to a model are used up.")
        if used + tokens > budget.tokens:
            raise BudgetSpent(
                f"The next call may take {tokens} tokens and the order has "
                f"{budget.tokens - used} of {budget.tokens} left."
            )
        if budget.cost is not None and self.cost + self._reserved_cost + cost > budget.cost:
            raise BudgetSpent("The next call may cost more than the order has left.")
        self._calls += 1
        self._reserved_tokens += tokens
        self._reserved_cost += cost
        if self._under_way == 0:
            self._waiting_since = self._clock.monotonic()
        self._under_way += 1

    def settle(self, tokens: int, cost: int, attempt: Attempt) -> None:
        """Give the reservation back and book what the call really used, however it ended."""
        self._reserved_tokens -= tokens
        self._reserved_cost -= cost
        self.input_tokens += attempt.usage.input_tokens
        self.output_tokens += attempt.usage.output_tokens
        self.cost += attempt.cost
        if self.hold is not None:
            self.hold.book(attempt)
        self._under_way -= 1
        if self._under_way == 0:
            self.model_seconds += self._clock.monotonic() - self._waiting_since
        self.attempts.append(
            AttemptEvidence(
                model=attempt.model,
                outcome=attempt.outcome,
                input_tokens=attempt.usage.input_tokens,
                output_tokens=attempt.usage.output_tokens,
                cost=attempt.cost,
                seconds=round(attempt.seconds, 6),
                estimated=attempt.usage.estimated,
            )
        )

    def flush(self) -> None:
        """Have what was used until now written with what is written next."""
        if self.hold is not None:
            self.hold.flush()

    async def written(self) -> None:
        """Returns once what was used until now is written down, as far as it can be."""
        if self.hold is not None:
            await self.hold.written()
