"""Limits, budgets and replays, opened from the settings."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from kuznia.callers.budgets.budgets import Budgets
from kuznia.callers.limits import rates
from kuznia.callers.limits.caller_limits import LimitsByCaller
from kuznia.callers.limits.rates import RateLimits
from kuznia.callers.limits.windows import MemoryWindows, RedisWindows
from kuznia.callers.replays import Replays
from kuznia.platform.clock import Clock
from kuznia.platform.db.database import Database
from kuznia.platform.db.journal import Journal
from kuznia.platform.ids import new_id
from kuznia.platform.metrics import Metrics
from kuznia.platform.process.presence import presence
from kuznia.platform.redis import Redis
from kuznia.platform.settings import Settings


@dataclass(frozen=True, slots=True)
class Metering:
    """What callers may use, and what they have used."""

    caller_limits: LimitsByCaller
    budgets: Budgets
    replays: Replays
    # None where nobody's requests are counted.
    limits: RateLimits | None


@asynccontextmanager
async def open_metering(
    settings: Settings,
    db: Database,
    clock: Clock,
    metrics: Metrics,
    redis: Redis | None,
    *,
    caller_limits: LimitsByCaller,
    journal: Journal,
    dearest: int,
) -> AsyncGenerator[Metering]:
    """Open all of it; at the end, holds are given back. Runs must have ended by then."""
    holder = new_id("proc", clock)
    counted = None
    if rates.counts_requests(settings):
        windows = RedisWindows(redis, clock) if redis else MemoryWindows(clock)
        counted = RateLimits(windows, caller_limits, metrics)
    budgets = Budgets(
        db,
        clock,
        caller_limits,
        metrics,
        journal=journal,
        holder=holder,
        dearest=dearest,
        lease=settings.budget_lease,
    )
    shown = presence(db, clock)
    replays = Replays(db, clock, presence=shown, lease=settings.budget_lease)
    try:
        yield Metering(caller_limits, budgets, replays, counted)
    finally:
        await replays.close()
        await shown.close()
        await budgets.close()
