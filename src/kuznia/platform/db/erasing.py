"""Many rows are deleted some at a time, so that nobody else's write waits for all of them."""

import asyncio
from collections.abc import Awaitable, Callable

import sqlalchemy as sa

from kuznia.platform.db.database import Database, WriteSession

# A hundred thousand in one transaction hold SQLite's one writer for seven seconds.
MAX_ROWS = 200


def some_of(table: sa.Table, which: sa.ColumnElement[bool]) -> sa.Delete:
    """Deletes `MAX_ROWS` of these rows, or all where there are fewer."""
    key = table.primary_key.columns
    # Rows that another process is deleting are left to it: neither waits for the other.
    some = sa.select(*key).where(which).limit(MAX_ROWS).with_for_update(skip_locked=True)
    return sa.delete(table).where(sa.tuple_(*key).in_(some))


async def erase(db: Database, table: sa.Table, which: sa.ColumnElement[bool]) -> int:
    """Delete all of these rows, and say how many they were."""

    async def some(session: WriteSession) -> int:
        return (await session.execute(some_of(table, which))).rowcount

    return await in_batches(db, some)


async def in_batches(db: Database, some: Callable[[WriteSession], Awaitable[int]]) -> int:
    """Do it in one transaction after another until one finds less than `MAX_ROWS` to do.

    Between them is a pause as long as the last took: half of the writer's time stays for others.
    """
    loop = asyncio.get_running_loop()
    total = 0
    while True:
        began = loop.time()
        async with db.write() as session:
            count = await some(session)
        total += count
        if count < MAX_ROWS:
            return total
        await asyncio.sleep(loop.time() - began)
