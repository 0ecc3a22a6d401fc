"""What was spent, by day, key and model; of whoever has limits and whoever has none."""

import asyncio
from datetime import UTC, datetime

import sqlalchemy as sa
from tests.callers.spenders import (
    IVAN,
    a_call,
    an_order_of,
    assert_adds_up,
    budgets,
    rows,
    spend,
    until_written,
)
from tests.clocks import TurnedClock

from kuznia.callers.budgets.bookings import Booking, booked
from kuznia.callers.budgets.rows import budget_state
from kuznia.callers.limits.caller_limits import CallerLimits
from kuznia.forge.terms import Caller
from kuznia.platform.db import migrate
from kuznia.platform.db.database import Database
from kuznia.platform.db.tables import bookings, spending
from kuznia.platform.settings.values import DatabaseUrl

FREE = CallerLimits()
WITH_A_KEY = Caller("ivan", key="aa11")


async def test_calls_of_one_day_key_and_model_are_one_row(db: Database) -> None:
    clock = TurnedClock()
    async with budgets(db, FREE, clock=clock) as made:
        for caller, model in ((IVAN, "m"), (IVAN, "m"), (WITH_A_KEY, "m"), (WITH_A_KEY, "second")):
            grant = await made.reserve(caller, an_order_of(1_000))
            grant.book(a_call(100, 3, model))
            grant.release()

    assert await booked(db, "ivan", clock.now(), 1) == [
        Booking("2026-01-01", "", "", "m", 2, 150, 50, 6),
        Booking("2026-01-01", "aa11", "", "m", 1, 75, 25, 3),
        Booking("2026-01-01", "aa11", "", "second", 1, 75, 25, 3),
    ]
    await assert_adds_up(db, 400, 12)


async def test_each_call_is_booked_when_it_ends_and_not_only_the_order(db: Database) -> None:
    clock = TurnedClock()
    async with budgets(db, CallerLimits(tokens_day=10_000), clock=clock) as made:
        grant = await made.reserve(IVAN, an_order_of(5_000))
        grant.book(a_call(1_000))
        await grant.written()
        during = await budget_state(db, "ivan", clock.now())
        grant.book(a_call(500))
        grant.release()

    assert during.tokens_day == 1_000
    await assert_adds_up(db, 1_500)


async def test_what_is_booked_is_no_longer_held_as_well(db: Database) -> None:
    async with budgets(db, CallerLimits(tokens_day=10_000)) as made:
        first = await made.reserve(IVAN, an_order_of(6_000))
        first.book(a_call(5_000))
        await first.written()

        second = await made.reserve(IVAN, an_order_of(6_000))
        first.release()

    # 5,000 are spent and 1,000 are held by the first.
    assert second.budget.tokens == 4_000


async def test_a_day_begins_at_midnight_in_utc_for_the_sums_and_the_rows(db: Database) -> None:
    clock = TurnedClock(datetime(2026, 1, 31, 23, 59, 50, tzinfo=UTC))
    async with budgets(db, FREE, clock=clock) as made:
        grant = await made.reserve(IVAN, an_order_of(1_000))
        grant.book(a_call(100))
        await grant.written()
        # The same order goes on in the next month.
        clock.turn(20)
        grant.book(a_call(40))
        await grant.written()
        now = await budget_state(db, "ivan", clock.now())

        assert (now.day, now.tokens_day, now.tokens_month) == ("2026-02-01", 40, 40)
        days = await booked(db, "ivan", clock.now(), 2)
        assert [(one.day, one.input_tokens + one.output_tokens) for one in days] == [
            ("2026-02-01", 40),
            ("2026-01-31", 100),
        ]


async def test_a_clock_that_is_behind_does_not_turn_the_day_back(db: Database) -> None:
    ahead = TurnedClock(datetime(2026, 1, 2, 0, 0, 1, tzinfo=UTC))
    behind = TurnedClock(datetime(2026, 1, 1, 23, 59, 59, tzinfo=UTC))
    for clock in (ahead, behind):
        async with budgets(db, FREE, clock=clock) as made:
            spend(await made.reserve(IVAN, an_order_of(1_000)), 100)

    (sums,) = await rows(db, spending)
    assert (sums.day, sums.tokens_day, sums.tokens_month) == ("2026-01-02", 200, 200)


async def test_many_processes_add_to_one_row(database_url: str) -> None:
    async def process(calls: int) -> None:
        db = await Database.open(
            DatabaseUrl.read(database_url), pool_size=2, overflow=2, pool_timeout=20
        )
        async with budgets(db, FREE) as made:
            for number in range(calls):
                grant = await made.reserve(IVAN, an_order_of(1_000))
                grant.book(a_call(10 + number % 3, 1))
                # Some wait and some do not, as orders do.
                if number % 2:
                    await grant.written()
                grant.release()
        await db.close()

    await asyncio.gather(*(process(30) for _ in range(4)))

    db = await Database.open(
        DatabaseUrl.read(database_url), pool_size=1, overflow=0, pool_timeout=5
    )
    (row,) = await rows(db, bookings)
    assert (row.calls, row.cost) == (120, 120)
    await assert_adds_up(db, 4 * 330, 120)
    await db.close()


async def test_what_the_database_did_not_take_is_written_later(sqlite_url: str) -> None:
    db = await Database.open(
        DatabaseUrl.read(sqlite_url), pool_size=1, overflow=0, pool_timeout=0.05
    )
    async with budgets(db, FREE) as made:
        grant = await made.reserve(IVAN, an_order_of(1_000))
        async with db.write():
            grant.book(a_call(100, 1))
            # It returns all the same: nobody's answer hangs on it.
            await grant.written()
        assert await rows(db, bookings) == []
        grant.book(a_call(20, 1))
        grant.release()
        await until_written(db, 2)

        await assert_adds_up(db, 120, 2)
    await db.close()


async def test_what_was_booked_for_each_run_is_kept_for_each_day(database_url: str) -> None:
    await asyncio.to_thread(migrate.downgrade, DatabaseUrl.read(database_url), "0004")
    db = await Database.open(
        DatabaseUrl.read(database_url), pool_size=1, overflow=0, pool_timeout=5
    )
    runs = sa.table("bookings", *map(sa.column, ("id", "owner", "tokens", "cost", "created_at")))
    moments = [datetime(2026, 1, day, 23, 59, tzinfo=UTC) for day in (1, 1, 2)]
    typed = sa.bindparam("created_at", type_=sa.DateTime(timezone=True))
    async with db.write() as session:
        for number, moment in enumerate(moments):
            row = {"id": f"run_{number}", "owner": "ivan", "tokens": 100, "cost": 7}
            values = row | {"created_at": typed}
            await session.execute(sa.insert(runs).values(values), {"created_at": moment})
    await db.close()

    await asyncio.to_thread(migrate.upgrade, DatabaseUrl.read(database_url))

    db = await Database.open(
        DatabaseUrl.read(database_url), pool_size=1, overflow=0, pool_timeout=5
    )
    assert await booked(db, "ivan", datetime(2026, 1, 2, tzinfo=UTC), 2) == [
        Booking("2026-01-02", "", "", "", 1, 100, 0, 7),
        Booking("2026-01-01", "", "", "", 2, 200, 0, 14),
    ]
    await db.close()
