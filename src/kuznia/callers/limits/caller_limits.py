"""Limits of callers: what an operator decided for one of them, otherwise what the settings say."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from decimal import Decimal, InvalidOperation
from typing import Any

import sqlalchemy as sa

from kuznia.platform.clock import Clock
from kuznia.platform.db.database import Database, WriteSession
from kuznia.platform.db.tables import allowances
from kuznia.platform.errors import Unavailable
from kuznia.platform.settings import Settings
from kuznia.platform.settings.types import billionths, is_loopback
from kuznia.platform.settings.values import Rate, read_rate

# A change made in another process counts here after so many seconds.
FRESH_SECONDS = 5.0
MAX_REMEMBERED = 10_000
# So long the database may take to say what nobody waits for in an outage.
OUTAGE_SECONDS = 2.0
# In a row: no limit, whatever the settings say.
NO_LIMIT = -1
# Beyond what a row can hold.
MAX_ORDERS, MAX_AMOUNT = 1 << 31, 1 << 60


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerLimits:
    """The limits of one caller; None is no limit. Money is in billionths of a dollar."""

    requests: Rate | None = None
    generation: Rate | None = None
    at_once: int | None = None
    tokens_day: int | None = None
    tokens_month: int | None = None
    cost_day: int | None = None
    cost_month: int | None = None
    # Bytes of artefacts that are kept.
    storage: int | None = None

    @property
    def tokens(self) -> bool:
        return self.tokens_day is not None or self.tokens_month is not None

    @property
    def cost(self) -> bool:
        return self.cost_day is not None or self.cost_month is not None

    @property
    def needs_account(self) -> bool:
        """Whether this caller's orders need an account at all."""
        return self.at_once is not None or self.tokens or self.cost


NAMES = tuple(field.name for field in fields(CallerLimits))


def parsed_limit(name: str, text: str) -> str | int | None:
    """The value an operator's text has in the row: None is the default, -1 no limit."""
    said = text.strip().lower()
    if said == "default":
        return None
    if name in ("requests", "generation"):
        read_rate(said)
        return said
    if said == "off":
        return NO_LIMIT
    try:
        number = Decimal(said) * (1_000_000_000 if name.startswith("cost") else 1)
        whole = int(number)
    except (InvalidOperation, ValueError, OverflowError):
        number, whole = Decimal(), 0
    if whole != number or not 0 < whole < (MAX_ORDERS if name == "at_once" else MAX_AMOUNT):
        raise ValueError(
            "expected dollars above 0 with at most 9 decimals, off or default"
            if name.startswith("cost")
            else "expected a whole number above 0, off or default"
        )
    return whole


def limit_text(name: str, value: Rate | int | None) -> str:
    """A limit, or what was used of it, for people."""
    if value is None:
        return "no limit"
    if isinstance(value, int):
        if name == "storage":
            return f"{value:,} bytes"
        return f"${value / 1e9:.4f}" if name.startswith("cost") else f"{value:,}"
    return f"{value.count} in {value.seconds} s"


def default_limits(settings: Settings) -> CallerLimits:
    """The limits of every caller for whom an operator decided nothing else."""
    day, month = settings.budget_cost_day, settings.budget_cost_month
    return CallerLimits(
        requests=settings.rate_limit_requests,
        generation=settings.rate_limit_generation,
        at_once=settings.orders_at_once,
        tokens_day=settings.budget_tokens_day,
        tokens_month=settings.budget_tokens_month,
        cost_day=None if day is None else billionths(day),
        cost_month=None if month is None else billionths(month),
        storage=_storage(settings),
    )


def others_come(settings: Settings) -> bool:
    """Whether anyone but the owner of the machine can send requests."""
    return settings.closed or not is_loopback(settings.host)


def _storage(settings: Settings) -> int | None:
    """The disk of one's own machine is one's own to fill, unless it is limited all the same."""
    if others_come(settings) or "storage_per_caller" in settings.model_fields_set:
        return settings.storage_per_caller or None
    return None


class LimitsByCaller:
    """The limits of all callers, read from the database once in a while for each."""

    def __init__(self, db: Database, clock: Clock, default_limits: CallerLimits) -> None:
        self._db = db
        self._clock = clock
        self.usual = default_limits
        self._known: OrderedDict[str, tuple[float, CallerLimits]] = OrderedDict()

    def known(self, owner: str) -> CallerLimits | None:
        """The limits read not long ago, without waiting; None if they must be read."""
        held = self._known.get(owner)
        return held[1] if held is not None and held[0] > self._clock.monotonic() else None

    async def of(self, owner: str) -> CallerLimits:
        """The limits of this caller now."""
        if found := self.known(owner):
            return found
        try:
            found = self._merged(await self._asked(owner))
        except Unavailable:
            # Whose orders are counted anyway must wait; nobody else is kept out by an outage, or
            # held up by asking a silent database for every order.
            if self.usual.needs_account:
                raise
            held = self._known.get(owner)
            found = held[1] if held is not None else self.usual
        self._known[owner] = (self._clock.monotonic() + FRESH_SECONDS, found)
        self._known.move_to_end(owner)
        while len(self._known) > MAX_REMEMBERED:
            self._known.popitem(last=False)
        return found

    async def _asked(self, owner: str) -> Mapping[str, str | int]:
        if self.usual.needs_account:
            return await self.decided(owner)
        try:
            async with asyncio.timeout(OUTAGE_SECONDS):
                return await self.decided(owner)
        except TimeoutError:
            raise Unavailable("The database does not answer.", retry_after=1) from None

    async def storage(self, owner: str) -> int | None:
        """The bytes this caller may keep."""
        return (self.known(owner) or await self.of(owner)).storage

    async def decided(self, owner: str) -> Mapping[str, str | int]:
        """What an operator decided for this caller, by name; the rest is as usual."""
        query = sa.select(allowances).where(allowances.c.owner == owner)
        async with self._db.read() as session:
            row = (await session.execute(query)).first()
        said = {name: getattr(row, name, None) for name in NAMES}
        return {name: value for name, value in said.items() if value is not None}

    async def decide(self, owner: str, changes: Mapping[str, str | int | None]) -> None:
        """Write the limits of this caller; None is the default."""
        async with self._db.write() as session:
            await _insert_missing(session, owner)
            await session.execute(
                sa.update(allowances).where(allowances.c.owner == owner).values(**changes)
            )
            # A row that says nothing is none.
            nothing = (allowances.c[name].is_(None) for name in NAMES)
            await session.execute(
                sa.delete(allowances).where(allowances.c.owner == owner, *nothing)
            )
        self._known.pop(owner, None)

    def _merged(self, decided: Mapping[str, str | int]) -> CallerLimits:
        changes: dict[str, Any] = {}  # Any: rates, counts and sums
        for name, value in decided.items():
            if isinstance(value, str):
                changes[name] = read_rate(value)
            else:
                changes[name] = None if value == NO_LIMIT else value
        return replace(self.usual, **changes) if changes else self.usual


async def _insert_missing(session: WriteSession, owner: str) -> None:
    there = sa.select(sa.literal(1)).where(allowances.c.owner == owner)
    missing = sa.select(sa.literal(owner)).where(~sa.exists(there))
    await session.execute(sa.insert(allowances).from_select(["owner"], missing))
