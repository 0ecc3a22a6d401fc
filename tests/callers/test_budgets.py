import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from tests.callers.spenders import (
    DEAREST,
    IVAN,
    an_order_of,
    assert_adds_up,
    budgets,
    eventually,
    rows,
    spend,
    tokens_of,
    until_written,
)
from tests.clocks import TurnedClock

from kuznia.callers.budgets.budgets import Budgets
from kuznia.callers.limits.caller_limits import CallerLimits
from kuznia.forge.terms import Caller
from kuznia.platform.db.database import Database
from kuznia.platform.db.tables import bookings, reservations, spending
from kuznia.platform.errors import Fault, InternalError, QuotaExceeded, RateLimited, Unavailable
from kuznia.platform.metrics import Metrics
from kuznia.platform.settings.values import DatabaseUrl

A_DAY = CallerLimits(tokens_day=10_000)


async def test_what_is_not_limited_is_booked_all_the_same(db: Database) -> None:
    async with budgets(db, CallerLimits()) as made:
        grant = await made.reserve(IVAN, an_order_of(5_000))
        spend(grant, 120, 7)

    assert grant.budget == an_order_of(5_000)
    await assert_adds_up(db, 120, 7)


async def test_what_was_used_is_booked_and_the_rest_given_back(db: Database) -> None:
    async with budgets(db, A_DAY) as made:
        grant = await made.reserve(IVAN, an_order_of(5_000))
        held = await rows(db, reservations)
        spend(grant, 120, 7)

    assert grant.budget.tokens == 5_000
    assert not grant.narrowed
    assert [one.tokens for one in held] == [5_000]
    await assert_adds_up(db, 120, 7)


async def test_an_order_gets_what_is_left_and_is_told_it_is_less(db: Database) -> None:
    async with budgets(db, A_DAY) as made:
        first = await made.reserve(IVAN, an_order_of(6_000))
        second = await made.reserve(IVAN, an_order_of(6_000))

    assert first.budget.tokens + second.budget.tokens == 10_000
    assert second.narrowed


async def test_what_is_spent_is_refused_until_tomorrow(db: Database) -> None:
    clock = TurnedClock()
    async with budgets(db, A_DAY, clock=clock) as made:
        spend(await made.reserve(IVAN, an_order_of(10_000)), 9_500)

        with pytest.raises(QuotaExceeded) as refused:
            await made.reserve(IVAN, an_order_of(5_000))

    fault = refused.value
    assert fault.code == "QUOTA_EXCEEDED"
    assert "used up until 2026-01-02 00:00 UTC" in fault.message
    assert fault.retry_after == pytest.approx(12 * 3600, abs=5)
    assert fault.details["spent"] == 9_500


async def test_what_others_hold_is_refused_for_a_moment_only(db: Database) -> None:
    metrics = Metrics(version="0")
    async with budgets(db, A_DAY) as one, budgets(db, A_DAY, metrics=metrics) as other:
        await one.reserve(IVAN, an_order_of(10_000))

        with pytest.raises(QuotaExceeded, match="reserved by orders that are running") as refused:
            await other.reserve(IVAN, an_order_of(10_000))

    assert refused.value.retry_after == 2
    assert b'kuznia_refused_total{limit="tokens"} 1.0' in metrics.render()


async def test_tomorrow_there_is_a_new_budget_and_the_month_goes_on(db: Database) -> None:
    clock = TurnedClock()
    allowed = CallerLimits(tokens_day=10_000, tokens_month=15_000)
    async with budgets(db, allowed, clock=clock) as made:
        spend(await made.reserve(IVAN, an_order_of(10_000)), 10_000)
        await until_written(db, 1)
        clock.turn(24 * 3600)

        grant = await made.reserve(IVAN, an_order_of(10_000))

    assert grant.budget.tokens == 5_000


async def test_money_is_limited_by_the_price_of_all_the_tokens(db: Database) -> None:
    # Five thousand tokens at the dearest.
    async with budgets(db, CallerLimits(cost_day=7_000_000)) as made:
        first = await made.reserve(IVAN, an_order_of(5_000))
        second = await made.reserve(IVAN, an_order_of(5_000, cost=10_000_000))
        spend(first, 5_000, 5_000_000)
        spend(second, 100, 2_000_000)

        with pytest.raises(QuotaExceeded, match="dollars"):
            await made.reserve(IVAN, an_order_of(5_000))

    assert DEAREST * 5_000 // 1_000_000 == 5_000_000
    assert (first.budget.cost, second.budget.cost) == (5_000_000, 2_000_000)
    # Tokens are not limited, so they are as they were.
    assert second.budget.tokens == 5_000


async def test_so_many_orders_at_once(db: Database) -> None:
    async with (
        budgets(db, CallerLimits(at_once=2)) as one,
        budgets(db, CallerLimits(at_once=2)) as other,
    ):
        first, _ = (
            await one.reserve(IVAN, an_order_of(1)),
            await other.reserve(IVAN, an_order_of(1)),
        )
        with pytest.raises(RateLimited, match="2 orders running") as refused:
            await other.reserve(IVAN, an_order_of(1))
        spend(first, 0)

        again = await other.reserve(IVAN, an_order_of(1))

    assert refused.value.retry_after == 1
    assert again.budget.tokens == 1


async def test_another_caller_has_a_budget_of_their_own(db: Database) -> None:
    async with budgets(db, A_DAY) as made:
        await made.reserve(IVAN, an_order_of(10_000))

        grant = await made.reserve(Caller("olha"), an_order_of(10_000))

    assert not grant.narrowed


async def test_many_processes_never_give_out_more_than_there_is(database_url: str) -> None:
    taken: list[int] = []

    async def order(made: Budgets) -> None:
        try:
            grant = await made.reserve(IVAN, an_order_of(2_000))
        except Fault:
            return
        await asyncio.sleep(0.01)
        taken.append(grant.budget.tokens)
        spend(grant, grant.budget.tokens)

    async with AsyncExitStack() as opened:
        bases = [
            await Database.open(
                DatabaseUrl.read(database_url), pool_size=2, overflow=2, pool_timeout=20
            )
            for _ in range(3)
        ]
        for base in bases:
            opened.push_async_callback(base.close)
        allowed = CallerLimits(tokens_month=50_000)
        made = [await opened.enter_async_context(budgets(base, allowed)) for base in bases]
        await asyncio.gather(*(order(made[i % 3]) for i in range(90)))
        for one in made:
            await one.close()

        # What one process holds and does not need may come back after the last has asked for it.
        assert 44_000 <= sum(taken) <= 50_000
        await assert_adds_up(bases[0], sum(taken))


async def test_what_the_dead_held_is_free_when_their_lease_is_over(db: Database) -> None:
    async with budgets(db, A_DAY, lease=0.6) as dead, budgets(db, A_DAY, lease=0.6) as other:
        await dead.reserve(IVAN, an_order_of(10_000))
        # Killed: it says nothing more, and nobody settles.
        assert dead._living is not None
        dead._living.cancel()
        await asyncio.sleep(0.7)

        grant = await other.reserve(IVAN, an_order_of(10_000))

        async def buried() -> bool:
            return len(await rows(db, reservations)) == 1

        await eventually(buried)

    assert not grant.narrowed


async def test_the_living_keep_what_they_hold_past_their_lease(db: Database) -> None:
    async with budgets(db, A_DAY, lease=0.6) as one, budgets(db, A_DAY, lease=0.6) as other:
        await one.reserve(IVAN, an_order_of(10_000))
        await asyncio.sleep(0.9)

        with pytest.raises(QuotaExceeded):
            await other.reserve(IVAN, an_order_of(10_000))


async def test_where_there_is_plenty_the_next_order_need_not_ask(db: Database) -> None:
    async with budgets(db, CallerLimits(tokens_day=1_000_000)) as made:
        spend(await made.reserve(IVAN, an_order_of(1_000)), 10)
        async with db.write():
            # The one writer is busy, or would have to wait for this row.
            async with asyncio.timeout(60):
                grant = await made.reserve(IVAN, an_order_of(1_000))

    assert grant.budget.tokens == 1_000


async def test_one_who_leaves_while_waiting_holds_nothing(db: Database) -> None:
    async with budgets(db, A_DAY) as made:
        asking = asyncio.create_task(made.reserve(IVAN, an_order_of(10_000)))
        await asyncio.sleep(0)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking

        grant = await made.reserve(IVAN, an_order_of(10_000))

    assert not grant.narrowed


async def test_without_the_database_nobody_is_let_in_unaccounted(
    sqlite_url: str,
) -> None:
    db = await Database.open(
        DatabaseUrl.read(sqlite_url), pool_size=1, overflow=0, pool_timeout=0.05
    )
    async with budgets(db, A_DAY) as made:
        # What they may have is known from here on.
        spend(await made.reserve(IVAN, an_order_of(10_000)), 1)
        await until_written(db, 1)
        async with db.write():
            with pytest.raises(Unavailable):
                await made.reserve(IVAN, an_order_of(10_000))

        grant = await made.reserve(IVAN, an_order_of(10_000))
    await db.close()

    assert grant.narrowed


async def test_whatever_breaks_nobody_waits_for_ever(db: Database) -> None:
    async with budgets(db, A_DAY) as made:
        async with db.write() as session:
            await session.execute(sa.text("DROP TABLE reservations"))

        with pytest.raises(InternalError):
            await asyncio.wait_for(made.reserve(IVAN, an_order_of(10_000)), 60)
        async with db.write() as session:
            await session.run_sync(reservations.create)

        grant = await made.reserve(IVAN, an_order_of(10_000))

    assert not grant.narrowed


async def test_bookings_whose_month_is_long_over_are_let_go(db: Database) -> None:
    clock = TurnedClock(datetime(2026, 1, 1, tzinfo=UTC))
    async with budgets(db, A_DAY, clock=clock) as made:
        spend(await made.reserve(IVAN, an_order_of(5_000)), 1)
        await until_written(db, 1)
        clock.turn(63 * 24 * 3600)
        spend(await made.reserve(IVAN, an_order_of(5_000)), 2)

        async def forgotten() -> bool:
            return tokens_of(await rows(db, bookings)) == 2

        await eventually(forgotten)

        assert [one.tokens_month for one in await rows(db, spending)] == [2]


async def test_an_outage_keeps_nobody_out_whose_spending_is_not_limited(sqlite_url: str) -> None:
    db = await Database.open(
        DatabaseUrl.read(sqlite_url), pool_size=1, overflow=0, pool_timeout=0.05
    )
    async with db.read(), budgets(db, CallerLimits()) as free, budgets(db, A_DAY) as counted:
        got = await free.reserve(IVAN, an_order_of(1))
        with pytest.raises(Unavailable):
            await counted.reserve(IVAN, an_order_of(1))
    await db.close()

    assert got.budget == an_order_of(1)
