"""Part of the composition root: what is opened before the forge, each from its settings."""

import asyncio
from contextlib import AsyncExitStack
from functools import partial

from kuznia.callers.accounts import signing_secret
from kuznia.callers.budgets.bookings import book_now
from kuznia.callers.limits.caller_limits import LimitsByCaller
from kuznia.forge.runs.supervisor import Runs
from kuznia.forge.shelf.shelf import Shelf
from kuznia.forge.shelf.storage import Storage
from kuznia.jobs.job import Reached
from kuznia.jobs.opening import Webhooks, job_tables, open_webhooks
from kuznia.jobs.tables import JobTables
from kuznia.jobs.worker import Jobs
from kuznia.platform.clock import Clock
from kuznia.platform.db import migrate
from kuznia.platform.db.database import Database
from kuznia.platform.db.journal import Journal
from kuznia.platform.log import get_log
from kuznia.platform.metrics import Metrics
from kuznia.platform.redis import Redis
from kuznia.platform.settings import Settings

log = get_log("app")


async def open_database(settings: Settings) -> Database:
    """The database, at the schema of this version."""
    url = settings.database_url
    db = await Database.open(
        url,
        pool_size=settings.database_pool_size,
        overflow=settings.database_pool_overflow,
        pool_timeout=settings.database_pool_timeout,
        synchronous=settings.database_synchronous,
    )
    try:
        # The embedded database is ours to bring up to date; a server's is its operator's.
        if url.is_sqlite and await migrate.is_behind(db):
            await asyncio.to_thread(migrate.upgrade, url)
            log.info("schema_upgraded", to=migrate.head())
        await migrate.check(db)
    except BaseException:
        await db.close()
        raise
    return db


def open_shelf(
    settings: Settings,
    clock: Clock,
    db: Database,
    metrics: Metrics,
    opened: AsyncExitStack,
    caller_limits: LimitsByCaller,
    journal: Journal,
) -> Shelf:
    """Where artefacts are kept, within what each caller may keep."""
    shelf = Shelf(
        db,
        clock,
        journal=journal,
        ttl=settings.cache_ttl,
        size=settings.cache_size,
        max_bytes=settings.cache_bytes,
        storage=Storage(db, clock, caller_limits.storage),
        unkept_bytes=settings.unkept_bytes,
        count=metrics.unkept,
    )
    opened.push_async_callback(shelf.close)
    metrics.watch_unkept(lambda: shelf.unkept)
    return shelf


async def open_jobs(
    settings: Settings,
    clock: Clock,
    db: Database,
    journal: Journal,
    runs: Runs,
    reached: Reached,
) -> tuple[Jobs, JobTables, Webhooks]:
    """The jobs of this process, which has not begun to work on any, those of all processes, and
    what is told of them."""
    secret = await signing_secret(db, "webhooks")
    webhooks = open_webhooks(settings, db, clock, secret, reached)
    book = partial(book_now, clock=clock)
    tables, rows = job_tables(settings, db, clock, journal, book, webhooks.outbox, reached)
    jobs = Jobs(
        tables,
        rows,
        db,
        runs,
        at_once=settings.jobs_at_once,
        lease=settings.job_lease,
        attempts=settings.job_attempts,
        first_wait=settings.job_wait,
    )
    return jobs, tables, webhooks


async def open_redis(
    settings: Settings, clock: Clock, metrics: Metrics, opened: AsyncExitStack
) -> Redis | None:
    """What is shared with other processes, where Redis is configured."""
    if settings.redis_url is None:
        return None
    redis = await Redis.open(
        settings.redis_url.get_secret_value(),
        prefix=settings.redis_prefix,
        connections=settings.redis_connections,
        timeout=settings.redis_timeout,
        clock=clock,
        count=metrics.redis_call,
    )
    opened.push_async_callback(redis.close)
    metrics.watch_redis(lambda: not redis.trouble)
    return redis
