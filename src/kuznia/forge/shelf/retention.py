"""Artefacts are erased when they are older than the retention time."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from kuznia.forge.shelf.storage import erase_artefacts
from kuznia.platform.clock import Clock
from kuznia.platform.db.database import Database
from kuznia.platform.db.tables import artefacts
from kuznia.platform.errors import Unavailable
from kuznia.platform.log import get_log

log = get_log("shelf")

PERIOD = 3600.0


@asynccontextmanager
async def forgetting(db: Database, clock: Clock, days: int | None) -> AsyncGenerator[None]:
    """While it is open, old artefacts are erased: at once, and then every hour."""
    if days is None:
        yield
        return
    task = asyncio.create_task(_forget(db, clock, timedelta(days=days)))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _forget(db: Database, clock: Clock, age: timedelta) -> None:
    while True:
        try:
            count = await erase_artefacts(db, artefacts.c.created_at < clock.now() - age)
            if count:
                log.info("artefacts_forgotten", count=count)
        except (Unavailable, SQLAlchemyError) as error:
            # The next hour will do.
            log.warning("artefacts_not_forgotten", reason=type(error).__name__)
        await clock.sleep(PERIOD)
