"""The arithmetic of budgets, and the rows it is kept in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa

from kuznia.callers.limits.caller_limits import CallerLimits
from kuznia.platform.db.database import Database, ReadSession, WriteSession, insert
from kuznia.platform.db.tables import reservations, spending
from kuznia.platform.errors import Fault, QuotaExceeded, RateLimited

Unit = Literal["orders", "tokens", "cost"]

# More than any budget.
BOUNDLESS = 1 << 62
# With less than this no order can begin anything.
MIN_TOKENS = 1_000


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount of orders, tokens and money (in billionths of a dollar)."""

    orders: int = 0
    tokens: int = 0
    cost: int = 0

    def __add__(self, more: "Amount") -> "Amount":
        return Amount(self.orders + more.orders, self.tokens + more.tokens, self.cost + more.cost)

    def __sub__(self, less: "Amount") -> "Amount":
        return Amount(self.orders - less.orders, self.tokens - less.tokens, self.cost - less.cost)

    def __mul__(self, times: int) -> "Amount":
        return Amount(self.orders * times, self.tokens * times, self.cost * times)

    def __bool__(self) -> bool:
        return bool(self.orders or self.tokens or self.cost)

    def fits(self, state: "Amount") -> bool:
        fit = self.orders <= state.orders and self.tokens <= state.tokens
        return fit and self.cost <= state.cost

    def within(self, state: "Amount") -> "Amount":
        """The part of it that fits."""
        return Amount(
            min(self.orders, max(0, state.orders)),
            min(self.tokens, max(0, state.tokens)),
            min(self.cost, max(0, state.cost)),
        )

    def or_more(self, other: "Amount") -> "Amount":
        return Amount(
            max(self.orders, other.orders),
            max(self.tokens, other.tokens),
            max(self.cost, other.cost),
        )


NOTHING = Amount()


@dataclass(slots=True)
class BudgetState:
    """The state of one caller's budget: spent today and this month, and held by other processes."""

    day: str
    tokens_day: int = 0
    tokens_month: int = 0
    cost_day: int = 0
    cost_month: int = 0
    held: Amount = NOTHING

    @property
    def used(self) -> dict[str, int]:
        """What is used, by the names of the limits."""
        return {
            "at_once": self.held.orders,
            "tokens_day": self.tokens_day,
            "tokens_month": self.tokens_month,
            "cost_day": self.cost_day,
            "cost_month": self.cost_month,
        }

    def turn_to(self, day: str) -> None:
        """Start a new day or month at zero. A clock that is behind changes nothing."""
        if day <= self.day:
            return
        if day[:7] != self.day[:7]:
            self.tokens_month = self.cost_month = 0
        self.day, self.tokens_day, self.cost_day = day, 0, 0

    def left(self, limits: CallerLimits) -> Amount:
        """The most this process may hold."""
        unspent = Amount(
            BOUNDLESS if limits.at_once is None else limits.at_once,
            _least(limits.tokens_day, self.tokens_day, limits.tokens_month, self.tokens_month),
            _least(limits.cost_day, self.cost_day, limits.cost_month, self.cost_month),
        )
        return unspent - self.held


def _least(day: int | None, day_spent: int, month: int | None, month_spent: int) -> int:
    left = BOUNDLESS if day is None else day - day_spent
    return left if month is None else min(left, month - month_spent)


def limited_part(most: Amount, limits: CallerLimits) -> Amount:
    """The part of an amount that is limited: nothing else needs to be held."""
    return Amount(
        most.orders if limits.at_once is not None else 0,
        most.tokens if limits.tokens else 0,
        most.cost if limits.cost else 0,
    )


def too_little(got: Amount, most: Amount) -> Unit | None:
    """The unit there is too little of for an order to begin; None if there is enough."""
    if got.orders < most.orders:
        return "orders"
    if got.tokens < min(most.tokens, MIN_TOKENS):
        return "tokens"
    return "cost" if got.cost < min(most.cost, 1) else None


class BudgetRefused(Exception):
    """Too little of a budget is left; `transient` when others hold some and may give it back."""

    def __init__(self, unit: Unit, limits: CallerLimits, state: BudgetState) -> None:
        super().__init__(unit)
        self.unit: Unit = unit
        self._allowed = limits
        self._state = state
        held = {"orders": state.held.orders, "tokens": state.held.tokens, "cost": state.held.cost}
        self.transient = held[unit] > 0

    def fault(self, now: datetime) -> Fault:
        """The fault for the caller, with the time to come again."""
        limits, state = self._allowed, self._state
        if self.unit == "orders":
            return RateLimited(
                f"You may have {limits.at_once} orders running at once; wait for one to end.",
                details={"kind": "orders", "limit": limits.at_once},
                retry_after=1,
            )
        if self.unit == "tokens":
            day = (limits.tokens_day, state.tokens_day)
            month = (limits.tokens_month, state.tokens_month)
        else:
            day, month = (limits.cost_day, state.cost_day), (limits.cost_month, state.cost_month)
        by_day = month[0] is None or (day[0] is not None and day[0] - day[1] <= month[0] - month[1])
        (limit, spent), period = (day, "day") if by_day else (month, "month")
        least = MIN_TOKENS if self.unit == "tokens" else 1
        held = limit is not None and limit - spent >= least
        resets = _resets(now, period)
        what = "tokens" if self.unit == "tokens" else "dollars"
        why = (
            "reserved by orders that are running"
            if held
            else f"used up until {resets:%Y-%m-%d %H:%M} UTC"
        )
        return QuotaExceeded(
            f"Your {what} for this {period} are {why}.",
            details={
                "unit": self.unit,
                "period": period,
                "limit": limit,
                "spent": spent,
                "resets_at": resets.isoformat(),
            },
            retry_after=2 if held else (resets - now).total_seconds(),
        )


def _resets(now: datetime, period: str) -> datetime:
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if period == "day":
        return today + timedelta(days=1)
    return (today.replace(day=1) + timedelta(days=32)).replace(day=1)


async def lock_states(
    session: WriteSession, owners: Sequence[str], holder: str, now: datetime
) -> dict[str, BudgetState]:
    """The budgets of these callers, their rows locked until the session ends."""
    today = f"{now.astimezone(UTC):%Y-%m-%d}"
    states = await _locked_states(session, owners)
    if missing := [owner for owner in owners if owner not in states]:
        nothing = {"tokens_day": 0, "tokens_month": 0, "cost_day": 0, "cost_month": 0}
        await session.execute(
            insert(session.dialect.name, spending).on_conflict_do_nothing(),
            [{"owner": owner, "day": today, **nothing} for owner in missing],
        )
        # Another process may have made it meanwhile: what counts is what is there now.
        states |= await _locked_states(session, missing)
    for owner, held in await _held(session, owners, holder, now):
        states[owner].held = held
    for state in states.values():
        state.turn_to(today)
    return states


async def _locked_states(session: WriteSession, owners: Sequence[str]) -> dict[str, BudgetState]:
    # In the order of their names, so that no two processes each wait for the other's lock.
    query = (
        sa.select(spending)
        .where(spending.c.owner.in_(owners))
        .order_by(spending.c.owner)
        .with_for_update()
    )
    return {row.owner: _state(row) for row in await session.execute(query)}


# Any: what a row holds is known to the table, not to the type checker.
def _state(row: sa.Row[Any]) -> BudgetState:
    return BudgetState(row.day, row.tokens_day, row.tokens_month, row.cost_day, row.cost_month)


async def _held(
    session: ReadSession | WriteSession, owners: Sequence[str], holder: str, now: datetime
) -> list[tuple[str, Amount]]:
    """What all processes but this one hold of each caller's budget."""
    query = (
        sa.select(
            reservations.c.owner,
            sa.func.sum(reservations.c.orders),
            sa.func.sum(reservations.c.tokens),
            sa.func.sum(reservations.c.cost),
        )
        .where(reservations.c.owner.in_(owners), reservations.c.holder != holder)
        .where(reservations.c.expires_at > now)
        .group_by(reservations.c.owner)
    )
    # A sum of whole numbers is a decimal to PostgreSQL.
    return [
        (owner, Amount(int(orders), int(tokens), int(cost)))
        for owner, orders, tokens, cost in await session.execute(query)
    ]


async def budget_state(db: Database, owner: str, now: datetime) -> BudgetState:
    """One caller's budget, with what all processes hold."""
    today = f"{now.astimezone(UTC):%Y-%m-%d}"
    async with db.read() as session:
        row = (await session.execute(sa.select(spending).where(spending.c.owner == owner))).first()
        state = BudgetState(today) if row is None else _state(row)
        for _, held in await _held(session, [owner], "", now):
            state.held = held
    state.turn_to(today)
    return state


async def write_holds(
    session: WriteSession, holds: Mapping[str, Amount], holder: str, until: datetime
) -> None:
    """Write what this process holds of each budget until then."""
    if held := [(owner, hold) for owner, hold in holds.items() if hold]:
        adding = insert(session.dialect.name, reservations)
        fresh = {name: adding.excluded[name] for name in ("orders", "tokens", "cost", "expires_at")}
        await session.execute(
            adding.on_conflict_do_update(index_elements=["owner", "holder"], set_=fresh),
            [
                {
                    "owner": owner,
                    "holder": holder,
                    "orders": hold.orders,
                    "tokens": hold.tokens,
                    "cost": hold.cost,
                    "expires_at": until,
                }
                for owner, hold in held
            ],
        )
    if none := [owner for owner, hold in holds.items() if not hold]:
        await session.execute(
            sa.delete(reservations)
            .where(reservations.c.holder == holder)
            .where(reservations.c.owner.in_(none))
        )
