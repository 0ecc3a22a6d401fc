"""Budgets and allowances for the tests of this room."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import sqlalchemy as sa

from kuznia.callers.allowances import Allowance, Allowances
from kuznia.callers.budgets import Budgets
from kuznia.forge.ledger import Grant
from kuznia.forge.terms import Budget, Caller, RunId
from kuznia.platform.clock import Clock, SystemClock
from kuznia.platform.db import Database
from kuznia.platform.ids import new_id
from kuznia.platform.metrics import Metrics
from kuznia.platform.tables import bookings, reservations, spending

IVAN = Caller("ivan")
# A thousand tokens cost a thousandth of a dollar.
DEAREST = 1_000_000_000


def an_order_of(tokens: int, cost: int | None = None) -> Budget:
    return Budget(attempts=5, tokens=tokens, cost=cost)


@asynccontextmanager
async def budgets(
    db: Database,
    allowed: Allowance,
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
        Allowances(db, clock, allowed),
        metrics or Metrics(version="0"),
        holder=new_id("proc", SystemClock()),
        dearest=DEAREST,
        lease=lease,
    )
    try:
        yield made
    finally:
        await made.close()


async def granted(made: Budgets, budget: Budget, caller: Caller = IVAN) -> Grant:
    grant = await made.reserve(caller, budget)
    assert grant is not None
    return grant


def spend(made: Budgets, grant: Grant, tokens: int, cost: int = 0, caller: Caller = IVAN) -> None:
    made.settle(caller, grant, RunId(new_id("run", SystemClock())), tokens, cost)


async def rows(db: Database, table: sa.Table) -> list[Any]:
    async with db.read() as session:
        return list(await session.execute(sa.select(table)))


async def assert_adds_up(db: Database, tokens: int, cost: int = 0) -> None:
    """Nothing is reserved, and what was booked is what the sums say."""
    booked = await rows(db, bookings)
    sums = await rows(db, spending)
    assert sum(one.tokens for one in booked) == sum(one.tokens_month for one in sums) == tokens
    assert sum(one.cost for one in booked) == sum(one.cost_month for one in sums) == cost
    assert await rows(db, reservations) == []


async def eventually(look: Callable[[], Awaitable[bool]], within: float = 60) -> None:
    """Returns once it is so."""
    async with asyncio.timeout(within):
        while True:
            if await look():
                return
            await asyncio.sleep(0.01)


async def until_written(db: Database, count: int) -> None:
    async def enough() -> bool:
        return len(await rows(db, bookings)) >= count

    await eventually(enough)
