"""Jobs are erased with their tapes when they ended longer ago than the retention time.

So are the messages that told of them.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from kuznia.jobs.tables import JobTables
from kuznia.platform.errors import Unavailable
from kuznia.platform.log import get_log
from kuznia.platform.settings import Settings

log = get_log("jobs")

# Seconds; nothing hurries here.
PERIOD: Final = 3600.0
DAY_SECONDS: Final = 86_400


@asynccontextmanager
async def forgetting_jobs(tables: JobTables, settings: Settings) -> AsyncGenerator[None]:
    """While it is open, old jobs are erased and dead calls are booked: at once, then hourly."""
    # What was ordered is in a job that made nothing, as it is in an artefact.
    days = min(settings.job_retention, settings.artefact_retention or settings.job_retention)
    task = asyncio.create_task(_forget(tables, days))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _forget(tables: JobTables, days: int) -> None:
    while True:
        try:
            await tables.settle_cancelled()
            if count := await tables.erase_older(days * DAY_SECONDS):
                log.info("jobs_forgotten", count=count)
        except (Unavailable, SQLAlchemyError) as error:
            log.warning("jobs_not_forgotten", reason=type(error).__name__)
        await asyncio.sleep(PERIOD)
