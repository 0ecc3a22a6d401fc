"""Bookings: what callers spent, by day, key and model, written with every order.

Each call to a model is added up here the moment it ends, and written within `TICK`, or at once when
its order goes on to another call or ends: a killed process has lost what was on its way, no more.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from kuznia.callers.budgets.rows import NOTHING, Amount
from kuznia.forge.terms import Caller
from kuznia.llm.model import Attempt
from kuznia.platform.clock import Clock
from kuznia.platform.db.database import Database, WriteSession, insert
from kuznia.platform.db.erasing import some_of
from kuznia.platform.db.journal import WRITE_SECONDS, Journal
from kuznia.platform.db.tables import api_keys, bookings, reservations, spending
from kuznia.platform.log import get_log

log = get_log("budgets")

# What is used within this time is written together.
TICK_SECONDS = 0.05
# Until it is tried again where the database did not take it.
RETRY_SECONDS = 1.0
MAX_DAYS = 62


@dataclass(frozen=True, slots=True)
class BookingKey:
    """The key of a booking: a caller, one of their API keys, and a model."""

    owner: str
    # The public half of an API key; empty for whoever signed in, or needed no credential.
    key: str
    model: str


@dataclass(frozen=True, slots=True)
class BookedUsage:
    """Calls to a model, and the tokens and billionths of a dollar they used."""

    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: int = 0

    def __add__(self, more: "BookedUsage") -> "BookedUsage":
        return BookedUsage(
            self.calls + more.calls,
            self.input_tokens + more.input_tokens,
            self.output_tokens + more.output_tokens,
            self.cost + more.cost,
        )


@dataclass(slots=True)
class BookingBatch:
    """Bookings since the batch before; `tried` ends with the first attempt to write them."""

    tried: "asyncio.Future[None]"
    lines: dict[BookingKey, BookedUsage] = field(default_factory=dict[BookingKey, BookedUsage])
    # Of each caller's: what was held for it, and need not be once it is written as spent.
    held: dict[str, Amount] = field(default_factory=dict[str, Amount])

    def add(self, lines: Mapping[BookingKey, BookedUsage], held: Mapping[str, Amount]) -> None:
        for line, used in lines.items():
            self.lines[line] = self.lines.get(line, BookedUsage()) + used
        for owner, amount in held.items():
            self.held[owner] = self.held.get(owner, NOTHING) + amount


@dataclass(frozen=True, slots=True)
class DatedBatch:
    """A batch as it is written, with its day."""

    day: str
    lines: Mapping[BookingKey, BookedUsage]
    held: Mapping[str, Amount]
    holder: str


class Bookings:
    """All bookings, for the life of the application; `written` gets what is spent of each hold."""

    def __init__(
        self,
        journal: Journal,
        clock: Clock,
        written: Callable[[Mapping[str, Amount]], None],
        *,
        holder: str,
    ) -> None:
        self._journal = journal
        self._holder = holder
        self._clock = clock
        self._written = written
        self._page: BookingBatch | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._writing: set[asyncio.Future[None]] = set()

    def book(self, caller: Caller, attempt: Attempt, held: Amount) -> "asyncio.Future[None]":
        """Book one call, unless a tape has; the future ends after the first attempt to write it."""
        lines = {} if attempt.booked else dict((_line(caller.id, caller.key, attempt),))
        return self._add(lines, {caller.id: held}, TICK_SECONDS)

    def flush(self) -> None:
        """Write now what was added up."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        page, self._page = self._page, None
        if page is None:
            return
        # The day on which it is written: of a call at midnight either would be right, and what is
        # limited and what is shown must be of one day.
        ready = DatedBatch(_day(self._clock.now()), page.lines, page.held, self._holder)
        done = self._journal.add(put, ready)
        self._writing.add(done)
        done.add_done_callback(partial(self._tried, page))

    async def written(self) -> bool:
        """Wait until everything booked was tried to be written; False if there was nothing."""
        self.flush()
        if not self._writing:
            return False
        await asyncio.wait(self._writing, timeout=WRITE_SECONDS)
        return True

    async def settled(self, tried: "asyncio.Future[None]", seconds: float) -> None:
        """Wait until what was booked was tried to be written, as long as that makes sense."""
        self.flush()
        await self._journal.settled(tried, seconds)

    async def close(self) -> None:
        """Write what is not written; what the database does not take now is lost."""
        await self.written()
        if self._timer is not None:
            self._timer.cancel()

    def _add(
        self, lines: Mapping[BookingKey, BookedUsage], held: Mapping[str, Amount], seconds: float
    ) -> "asyncio.Future[None]":
        loop = asyncio.get_running_loop()
        if self._page is None:
            self._page = BookingBatch(loop.create_future())
        if self._timer is None:
            self._timer = loop.call_later(seconds, self.flush)
        self._page.add(lines, held)
        return self._page.tried

    def _tried(self, page: BookingBatch, done: "asyncio.Future[None]") -> None:
        self._writing.discard(done)
        failed = None if done.cancelled() else done.exception()
        if done.cancelled() or failed is not None:
            log.warning("spending_not_written", reason=str(failed))
            self._add(page.lines, page.held, RETRY_SECONDS)
        else:
            self._written(page.held)
        page.tried.set_result(None)


def _line(owner: str, key: str, attempt: Attempt) -> tuple[BookingKey, BookedUsage]:
    usage = attempt.usage
    used = BookedUsage(1, usage.input_tokens, usage.output_tokens, attempt.cost)
    return BookingKey(owner, key, attempt.model), used


async def book_now(
    session: WriteSession, calls: Sequence[tuple[str, str, Attempt]], *, clock: Clock
) -> None:
    """Book calls in the transaction of a tape, each of an owner who came with this key."""
    page = BookingBatch(asyncio.get_running_loop().create_future())
    for call in calls:
        page.add(dict((_line(*call),)), {})
    await put(session, [DatedBatch(_day(clock.now()), page.lines, {}, "")])


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d}"


async def put(session: WriteSession, pages: Sequence[DatedBatch]) -> None:
    """Add batches to the rows, and lower what is held by what is spent now.

    The sums' rows are locked first, as a balance does: what is held is never lowered twice.
    """
    lines: dict[tuple[str, str, str, str], BookedUsage] = {}
    sums: dict[tuple[str, str], BookedUsage] = {}
    for page in pages:
        for line, used in page.lines.items():
            row = (line.owner, page.day, line.key, line.model)
            lines[row] = lines.get(row, BookedUsage()) + used
            sums[line.owner, page.day] = sums.get((line.owner, page.day), BookedUsage()) + used
    if lines:
        await _put_lines(session, lines, sums)
    held = [
        {"of": owner, "by": page.holder, "used_tokens": sum_.tokens, "used_cost": sum_.cost}
        for page in pages
        for owner, sum_ in page.held.items()
        if sum_
    ]
    if held:
        await session.execute(LOWERING, held)


async def _put_lines(
    session: WriteSession,
    lines: Mapping[tuple[str, str, str, str], BookedUsage],
    sums: Mapping[tuple[str, str], BookedUsage],
) -> None:
    # In the order of their names, so that no two processes each wait for the other's lock.
    await session.execute(
        _summing(session.dialect.name),
        [
            {
                "owner": owner,
                "day": day,
                "tokens_day": used.input_tokens + used.output_tokens,
                "tokens_month": used.input_tokens + used.output_tokens,
                "cost_day": used.cost,
                "cost_month": used.cost,
            }
            for (owner, day), used in sorted(sums.items(), key=itemgetter(0))
        ],
    )
    await session.execute(
        _adding(session.dialect.name),
        [
            {
                "owner": owner,
                "day": day,
                "key": key,
                "model": model,
                "calls": used.calls,
                "input_tokens": used.input_tokens,
                "output_tokens": used.output_tokens,
                "cost": used.cost,
            }
            for (owner, day, key, model), used in sorted(lines.items(), key=itemgetter(0))
        ],
    )


LOWERING = (
    sa.update(reservations)
    .where(reservations.c.owner == sa.bindparam("of"))
    .where(reservations.c.holder == sa.bindparam("by"))
    .values(
        tokens=reservations.c.tokens - sa.bindparam("used_tokens"),
        cost=reservations.c.cost - sa.bindparam("used_cost"),
    )
)


# Made once: to make such a statement takes as long as to execute it.
@cache
def _adding(dialect: str) -> sa.Insert:
    adding = insert(dialect, bookings)
    names = ("calls", "input_tokens", "output_tokens", "cost")
    return adding.on_conflict_do_update(
        index_elements=["owner", "day", "key", "model"],
        set_={name: bookings.c[name] + adding.excluded[name] for name in names},
    )


@cache
def _summing(dialect: str) -> sa.Insert:
    """A new day or month begins at nothing. A clock that is behind does not turn it back."""
    adding = insert(dialect, spending)
    fresh, there = adding.excluded, spending.c

    def added(name: str, letters: int) -> sa.ColumnElement[int]:
        begins = sa.func.substr(fresh.day, 1, letters) > sa.func.substr(there.day, 1, letters)
        return sa.case((begins, fresh[name]), else_=there[name] + fresh[name])

    return adding.on_conflict_do_update(
        index_elements=["owner"],
        set_={
            "tokens_day": added("tokens_day", 10),
            "tokens_month": added("tokens_month", 7),
            "cost_day": added("cost_day", 10),
            "cost_month": added("cost_month", 7),
            "day": sa.case((fresh.day > there.day, fresh.day), else_=there.day),
        },
    )


@dataclass(frozen=True, slots=True)
class Booking:
    """One row of what a caller spent. `name` is the key's, while the key exists."""

    day: str
    key: str
    name: str
    model: str
    calls: int
    input_tokens: int
    output_tokens: int
    cost: int


async def booked(db: Database, owner: str, now: datetime, days: int) -> list[Booking]:
    """What a caller spent today and on the days before, the newest first."""
    begin = _day(now - timedelta(days=days - 1))
    query = (
        sa.select(bookings, api_keys.c.name)
        .outerjoin(api_keys, api_keys.c.id == bookings.c.key)
        .where(bookings.c.owner == owner, bookings.c.day >= begin)
        .order_by(bookings.c.day.desc(), bookings.c.key, bookings.c.model)
    )
    async with db.read() as session:
        return [_booked(row) for row in await session.execute(query)]


# Any: what a row holds is known to the table, not to the type checker.
def _booked(row: sa.Row[Any]) -> Booking:
    return Booking(
        row.day,
        row.key,
        row.name or "",
        row.model,
        row.calls,
        row.input_tokens,
        row.output_tokens,
        row.cost,
    )


def forgotten(now: datetime) -> sa.Delete:
    """Delete some rows of days that are long over; the rest is for the next time."""
    return some_of(bookings, bookings.c.day < _day(now - timedelta(days=MAX_DAYS)))
