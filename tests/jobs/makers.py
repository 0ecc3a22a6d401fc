"""Jobs for tests, and what became of them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import sqlalchemy as sa
from tests.callers.spenders import eventually, rows

from kuznia.doors.context import Doors
from kuznia.doors.job_orders import job_of_order
from kuznia.forge.terms import Caller
from kuznia.jobs.job import Claimed, Job, NewJob, passed_by
from kuznia.jobs.tables import JobTables
from kuznia.jobs.tape import TapeRows
from kuznia.jobs.webhooks.outbox import Outbox
from kuznia.llm.model import Attempt
from kuznia.platform.clock import SystemClock
from kuznia.platform.db.database import Database, WriteSession, moment
from kuznia.platform.db.journal import Journal
from kuznia.platform.db.tables import jobs
from kuznia.platform.settings.values import DatabaseUrl

__all__ = ["rows"]


class Booked:
    """A ledger that only lists."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, Attempt]] = []

    async def __call__(self, _: WriteSession, calls: Any) -> None:
        self.calls += calls


def tables_on(db: Database, book: Any = None, **more: Any) -> JobTables:
    """The jobs as one process sees them."""
    rows = TapeRows(Journal(db), book or Booked(), passed_by)
    limits = {"lease": 30, "attempts": 3, "waiting": 100, "at_once": 1_000} | more
    return JobTables(db, SystemClock(), rows, Outbox(db, SystemClock()), **limits)


def a_job(owner: str = "ivan", **more: Any) -> NewJob:
    return NewJob(
        owner=owner, domain="notes", key="", request_id="req", payload='{"input": {}}', **more
    )


async def lapse(db: Database) -> None:
    """As if every lease had been taken long ago."""
    async with db.write() as session:
        earlier = moment(db.url.dialect, -1)
        leased = sa.update(jobs).where(jobs.c.state == "working")
        await session.execute(leased.values(lease_until=earlier))


async def put(tables: JobTables, owner: str = "ivan") -> Job:
    (job,) = await tables.put([a_job(owner)])
    return job


async def claimed(tables: JobTables) -> Claimed:
    found = await tables.claim()
    assert found is not None
    return found


async def order(doors: Doors, prompt: str = "a note on iron") -> Job:
    """Put a job for a note, as the API does."""
    who = Caller("local")
    input_ = doors.forge.domains["notes"].input(prompt=prompt)
    new = await job_of_order(doors, "notes", input_, who, strict=False, max_cost=None)
    (job,) = await doors.jobs.put([new])
    return job


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    db = await Database.open(DatabaseUrl.read(url), pool_size=2, overflow=2, pool_timeout=60)
    try:
        yield db
    finally:
        await db.close()


async def until_ended(doors: Doors, job: Job) -> Job:
    async def ended() -> bool:
        return (await doors.job_tables.get(job.id, None)).ended

    await eventually(ended)
    return await doors.job_tables.get(job.id, None)
