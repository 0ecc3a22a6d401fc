"""Budgets and allowances for the tests of this room."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import sqlalchemy as sa

from kuznia.callers.budgets.budgets import Budgets, OrderHold
from kuznia.callers.limits.caller_limits import CallerLimits, LimitsByCaller
from kuznia.forge.terms import Budget, Caller
from kuznia.llm.model import Attempt, Usage
from kuznia.platform.clock import Clock, SystemClock
from kuznia.platform.db.database import Database
from kuznia.platform.db.journal import Journal
from kuznia.platform.db.tables import bookings, reservations, spending
from kuznia.platform.ids import new_id
from kuznia.platform.metrics import Metrics

IVAN = Caller("ivan")
# A thousand tokens cost a thousandth of a dollar.
DEAREST = 1_000_000_000


def an_order_of(tokens: int, cost: int | None = None) -> Budget:
    return Budget(attempts=5, tokens=tokens, cost=cost)


@asynccontextmanager
async def budgets(
    db: Database,
    allowed: CallerLimits,
    *,
    clock: Clock | None = None,
    lease: float = 30.0,
    metrics: Metrics | None = None,
) -> AsyncIterator[Budgets]:
    """The budgets of one process."""
    clock = clock or SystemClock()
    made = Budgets(
        db,
        clock,
        LimitsByCaller(db, clock, allowed),
        metrics or Metrics(version="0"),
        journal=Journal(db),
        holder=new_id("proc", SystemClock()),
        dearest=DEAREST,
        lease=lease,
    )
    try:
        yield made
    finally:
        await made.close()


def a_call(tokens: int, cost: int = 0, model: str = "m") -> Attempt:
    """A call that was answered; three of four tokens went in."""
    output = tokens // 4
    return Attempt(model, Usage(tokens - output, output), cost, 0.1, "ok")


def spend(grant: OrderHold, tokens: int, cost: int = 0) -> None:
    """One call, and the order's end."""
    grant.book(a_call(tokens, cost))
    grant.release()


async def rows(db: Database, table: sa.Table) -> list[Any]:
    async with db.read() as session:
        return list(await session.execute(sa.select(table)))


def tokens_of(booked: list[Any]) -> int:
    return sum(one.input_tokens + one.output_tokens for one in booked)


async def assert_adds_up(db: Database, tokens: int, cost: int = 0) -> None:
    """Nothing is reserved, and what was booked is what the sums say."""
    booked = await rows(db, bookings)
    sums = await rows(db, spending)
    assert tokens_of(booked) == sum(one.tokens_month for one in sums) == tokens
    assert sum(one.cost for one in booked) == sum(one.cost_month for one in sums) == cost
    assert await rows(db, reservations) == []


async def eventually(look: Callable[[], Awaitable[bool]], within: float = 60) -> None:
    """Returns once it is so."""
    async with asyncio.timeout(within):
        while True:
            if await look():
                return
            await asyncio.sleep(0.01)


async def until_written(db: Database, calls: int) -> None:
    async def enough() -> bool:
        return sum(one.calls for one in await rows(db, bookings)) >= calls

    await eventually(enough)
