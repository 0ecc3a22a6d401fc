"""What SQLite's journal may lose in a power cut, and how long it may be."""

from pathlib import Path

from sqlalchemy import text

from kuznia.platform.db.database import JOURNAL_BYTES, Database
from kuznia.platform.settings.values import DatabaseUrl


async def test_an_operator_may_have_each_write_wait_for_the_disk(sqlite_url: str) -> None:
    url = DatabaseUrl.read(sqlite_url)
    db = await Database.open(url, pool_size=1, overflow=0, pool_timeout=1, synchronous="full")
    async with db.write() as session:
        assert await session.scalar(text("PRAGMA synchronous")) == 2
    await db.close()


async def test_a_journal_that_grew_is_cut_back(sqlite_url: str) -> None:
    db = await Database.open(DatabaseUrl.read(sqlite_url), pool_size=1, overflow=0, pool_timeout=60)

    def journal() -> int:
        return Path(f"{DatabaseUrl.read(sqlite_url).database}-wal").stat().st_size

    row = "INSERT INTO lessons SELECT 'ivan', 'code', :n, hex(zeroblob(1000000)), '2026-01-01'"

    async def write(number: int) -> None:
        async with db.write() as session:
            await session.execute(text(row), {"n": number})

    async with db.read() as reading:
        # While somebody reads what was, nothing of it can go into the database.
        await reading.execute(text("BEGIN"))
        await reading.execute(text("SELECT count(*) FROM lessons"))
        for number in range(12):
            await write(number)
        grown = journal()
        await reading.execute(text("COMMIT"))
    for number in range(12, 15):
        await write(number)

    assert grown > JOURNAL_BYTES >= journal()
    await db.close()
