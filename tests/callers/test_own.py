"""All that is somebody's, taken away: whole, and in time that grows as it does."""

import time
from datetime import UTC, datetime

import sqlalchemy as sa

from kuznia.callers import personal_data
from kuznia.platform.db.database import Database
from kuznia.platform.db.tables import bookings, replays
from kuznia.platform.settings.values import DatabaseUrl

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
IVAN, OLENA = "ivan", "olena"


async def keep_replays(db: Database, owner: str, count: int, size: int) -> None:
    row: dict[str, object] = {"owner": owner, "hash": "h", "holder": "", "expires_at": NOON}
    row |= {"status": 200, "headers": "[]", "body": "x" * size}
    rows = [{"id": f"{owner}{number:08}", **row} for number in range(count)]
    async with db.write() as session:
        for start in range(0, count, 100):
            await session.execute(sa.insert(replays), rows[start : start + 100])


async def seconds_to_take(db: Database, owner: str, rows: int) -> float:
    began = time.process_time()
    assert (
        len([name async for name, _ in personal_data.taken(db, owner) if name == "replays"]) == rows
    )
    return time.process_time() - began


async def test_twice_the_rows_take_about_twice_the_work(sqlite_url: str) -> None:
    db = await Database.open(DatabaseUrl.read(sqlite_url), pool_size=2, overflow=2, pool_timeout=60)
    # In this process, so that its work is counted as ours.
    await keep_replays(db, IVAN, 2_000, 10_000)
    await keep_replays(db, OLENA, 8_000, 10_000)

    few = min([await seconds_to_take(db, IVAN, 2_000) for _ in range(3)])
    many = min([await seconds_to_take(db, OLENA, 8_000) for _ in range(3)])

    await db.close()
    assert many < 2.5 * 2.5 * few


async def test_every_row_is_taken_once_past_a_page_of_keys(db: Database) -> None:
    count = personal_data.KEYS + personal_data.PAGE + 1
    used = dict.fromkeys(("calls", "input_tokens", "output_tokens", "cost"), 1)
    rows = [{"day": "2026-11-21", "key": f"{i:08}", "model": "m", **used} for i in range(count)]
    async with db.write() as session:
        for owner in (IVAN, OLENA):
            await session.execute(sa.insert(bookings), [{"owner": owner, **row} for row in rows])

    taken = [row async for name, row in personal_data.taken(db, IVAN) if name == "bookings"]

    assert [row["key"] for row in taken] == [row["key"] for row in rows]
    assert {row["owner"] for row in taken} == {IVAN}
