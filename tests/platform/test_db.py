import asyncio
import contextlib
import socket
import sqlite3
import stat
import sys
import time
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio
import asyncpg
import pytest
from sqlalchemy import func, insert, make_url, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from kuznia.platform.db.database import Database, read_engine, write_engine
from kuznia.platform.db.tables import artefacts
from kuznia.platform.errors import Invalid, Unavailable
from kuznia.platform.settings.values import DatabaseUrl

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def a_row(number: int = 0, **other: Any) -> dict[str, Any]:
    row = {"run_id": "run", "owner": "ana", "domain": "code", "status": "complete"}
    return row | {"id": f"{number:08}", "key": None, "body": "{}", "created_at": NOON} | other


async def keep(db: Database, *numbers: int, **other: Any) -> None:
    async with db.write() as session:
        for number in numbers:
            await session.execute(insert(artefacts), a_row(number, **other))


async def kept(db: Database) -> int:
    async with db.read() as session:
        return await session.scalar(select(func.count()).select_from(artefacts)) or 0


@pytest.fixture
async def narrow(database_url: str) -> AsyncGenerator[Database]:
    """A database with one connection for reading and one for writing, and little patience."""
    database = await Database.open(
        DatabaseUrl.read(database_url), pool_size=1, overflow=0, pool_timeout=0.1
    )
    yield database
    await database.close()


@pytest.fixture
async def lite(sqlite_url: str) -> AsyncGenerator[Database]:
    database = await Database.open(
        DatabaseUrl.read(sqlite_url), pool_size=2, overflow=0, pool_timeout=60
    )
    yield database
    await database.close()


@pytest.fixture
async def postgres_db(pg_url: str) -> AsyncGenerator[Database]:
    database = await Database.open(
        DatabaseUrl.read(pg_url), pool_size=1, overflow=0, pool_timeout=1
    )
    yield database
    await database.close()


@pytest.fixture
async def admin(pg_url: str) -> AsyncGenerator[asyncpg.Connection]:
    """A connection to the same server, but to another database."""
    there = make_url(pg_url).set(drivername="postgresql", database="postgres")
    connection = await asyncpg.connect(there.render_as_string(hide_password=False))
    yield connection
    await connection.close()


async def test_a_write_is_committed_on_leaving(db: Database) -> None:
    await keep(db, 1, 2)

    assert await kept(db) == 2


async def test_a_write_that_fails_is_rolled_back_and_its_connection_returned(db: Database) -> None:
    async def write() -> None:
        async with db.write() as session:
            await session.execute(insert(artefacts), a_row())
            raise LookupError

    with pytest.raises(LookupError):
        await write()

    assert (await kept(db), db.checked_out()) == (0, 0)


async def test_a_refused_statement_takes_the_whole_write_with_it(db: Database) -> None:
    with pytest.raises(IntegrityError):
        await keep(db, 1, 2, 1)

    assert (await kept(db), db.checked_out()) == (0, 0)


async def test_a_write_cancelled_at_any_moment_is_whole_or_nothing_and_leaks_nothing(
    db: Database,
) -> None:
    for steps in range(60):
        before = await kept(db)
        write = asyncio.create_task(keep(db, 2 * steps, 2 * steps + 1))
        for _ in range(steps):
            await asyncio.sleep(0)
        write.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await write

        assert db.checked_out() == 0
        assert await kept(db) - before in {0, 2}


async def test_a_cancelled_read_returns_its_connection(db: Database) -> None:
    inside = asyncio.Event()

    async def read() -> None:
        async with db.read() as session:
            await session.execute(text("SELECT 1"))
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(read())
    await inside.wait()
    assert db.checked_out() == 1
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert db.checked_out() == 0


async def test_the_database_refuses_to_write_in_a_read_session(db: Database) -> None:
    with pytest.raises(DBAPIError, match=r"read-?only"):
        async with db.read() as session:
            await session.execute(insert(artefacts), a_row())

    assert await kept(db) == 0


async def test_a_read_sees_nothing_of_a_write_before_its_end(db: Database) -> None:
    async with db.write() as session:
        await session.execute(insert(artefacts), a_row())

        assert await kept(db) == 0


async def test_a_used_up_pool_is_told_within_its_timeout(narrow: Database) -> None:
    async with narrow.read(), narrow.write():
        began = time.monotonic()
        for session in (narrow.read, narrow.write):
            with pytest.raises(Unavailable, match="All connections to the database are in use"):
                await session().__aenter__()

    assert 0.2 <= time.monotonic() - began < 20
    assert narrow.checked_out() == 0


async def test_a_mistake_of_ours_is_not_called_an_outage_and_shows_no_values(db: Database) -> None:
    with pytest.raises(IntegrityError) as caught:
        await keep(db, 1, 1, body="a secret")

    assert "a secret" not in str(caught.value)


async def test_a_mistake_only_the_driver_sees_is_not_called_an_outage(lite: Database) -> None:
    async with lite.read() as session:
        with pytest.raises(DBAPIError, match="number of bindings"):
            await session.exec_driver_sql("SELECT ?", ())


async def test_a_database_that_answers_gets_its_connection_back(db: Database) -> None:
    await db.answer()

    assert db.checked_out() == 0


async def test_200_writers_at_once_lose_nothing_on_sqlite(lite: Database) -> None:
    await asyncio.gather(*(keep(lite, number) for number in range(200)))

    assert await kept(lite) == 200


async def test_on_sqlite_writers_wait_for_each_other_and_not_for_the_file(sqlite_url: str) -> None:
    db = await Database.open(
        DatabaseUrl.read(sqlite_url), pool_size=2, overflow=2, pool_timeout=0.1
    )
    async with db.write():
        with pytest.raises(Unavailable, match="connections to the database are in use"):
            await keep(db, 1)

    await db.close()


async def test_a_writer_waits_for_another_process_to_unlock_the_file(
    lite: Database, tmp_path: Path
) -> None:
    with contextlib.closing(sqlite3.connect(tmp_path / "kuznia.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        write = asyncio.create_task(keep(lite, 1))
        await asyncio.sleep(0.05)
        assert not write.done()
        other.rollback()
    await write

    assert await kept(lite) == 1


async def test_a_file_that_stays_locked_is_an_outage(sqlite_url: str, tmp_path: Path) -> None:
    url = DatabaseUrl.read(sqlite_url)
    hasty = Database(url, read_engine(url), write_engine(url, timeout=0.05))
    with contextlib.closing(sqlite3.connect(tmp_path / "kuznia.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable) as caught:
            await keep(hasty, 1)

    assert caught.value.details == {"reason": "SQLITE_BUSY"}
    assert hasty.checked_out() == 0
    await hasty.close()


async def test_a_new_file_is_its_owners_alone_and_its_folder_is_made(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "er" / "kuznia.db"
    url = DatabaseUrl.read(f"sqlite:///{file}")
    db = await Database.open(url, pool_size=1, overflow=0, pool_timeout=1)
    async with db.write() as session:
        await session.execute(text("CREATE TABLE anything (id)"))
    paths = [file.parent, *(file.with_name(f"kuznia.db{end}") for end in ("", "-wal", "-shm"))]
    modes = [stat.S_IMODE(path.stat().st_mode) for path in paths]
    await db.close()

    assert modes == [0o700, 0o600, 0o600, 0o600]


async def test_sqlite_is_set_up_for_many_readers_and_one_writer(lite: Database) -> None:
    async with lite.write() as session:
        pragmas = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        found = [await session.scalar(text(f"PRAGMA {name}")) for name in pragmas]

    assert found == ["wal", 1, 1, 10_000]


@pytest.mark.parametrize("path", ["", "/folder/that/cannot/be/made/kuznia.db"])
async def test_a_file_that_cannot_be_opened_is_told_with_the_reason(
    path: str, tmp_path: Path
) -> None:
    (tmp_path / "folder").write_text("a file where a folder is needed")

    url = DatabaseUrl.read(f"sqlite:///{tmp_path}{path}")

    with pytest.raises(Unavailable, match=r"cannot be opened: (Is|Not) a directory"):
        await Database.open(url, pool_size=1, overflow=0, pool_timeout=1)


async def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("milk, bread, salt " * 100)
    url = DatabaseUrl.read(f"sqlite:///{tmp_path}/notes.txt")

    with pytest.raises(Unavailable, match="damaged or not a database: restore a copy"):
        await Database.open(url, pool_size=1, overflow=0, pool_timeout=1)


async def test_postgres_knows_who_asks_and_for_how_long(postgres_db: Database) -> None:
    async with postgres_db.read() as session:
        names = ("application_name", "statement_timeout", "default_transaction_read_only")
        found = [await session.scalar(text(f"SHOW {name}")) for name in names]

    assert found == ["kuznia", "10s", "on"]


async def backend(db: Database) -> int:
    """The process that serves the one connection for writing."""
    async with db.write() as session:
        return (await session.execute(select(func.pg_backend_pid()))).scalar_one()


async def test_a_cancelled_request_costs_no_connection(postgres_db: Database) -> None:
    before = await backend(postgres_db)
    # As the web framework cancels: again and again, at every wait, until the request is gone.
    with anyio.CancelScope() as request:
        async with postgres_db.write() as session:
            await session.execute(insert(artefacts), a_row())
            request.cancel()
            await anyio.sleep_forever()

    assert await backend(postgres_db) == before
    assert await kept(postgres_db) == 0


async def test_a_write_cancelled_while_it_is_committed_is_kept(postgres_db: Database) -> None:
    before = await backend(postgres_db)
    with anyio.CancelScope() as request:
        async with postgres_db.write() as session:
            await session.execute(insert(artefacts), a_row())
            request.cancel()

    assert await backend(postgres_db) == before
    assert await kept(postgres_db) == 1


async def test_a_statement_that_takes_too_long_is_an_outage(postgres_db: Database) -> None:
    async def write() -> None:
        async with postgres_db.write() as session:
            await session.execute(text("SET LOCAL statement_timeout = 20"))
            await session.execute(text("SELECT pg_sleep(10)"))

    with pytest.raises(Unavailable) as caught:
        await write()

    assert caught.value.details == {"reason": "QueryCanceledError"}
    assert postgres_db.checked_out() == 0


async def test_a_restarted_server_costs_one_write_and_no_read(
    postgres_db: Database, pg_url: str, admin: asyncpg.Connection
) -> None:
    hang_up = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1"

    async def write() -> None:
        async with postgres_db.write() as session:
            await session.execute(insert(artefacts), a_row())
            await admin.execute(hang_up, make_url(pg_url).database)

    with pytest.raises(Unavailable):
        await write()

    assert await kept(postgres_db) == 0
    await keep(postgres_db, 1)
    assert await kept(postgres_db) == 1


async def test_a_database_that_went_away_is_told_without_its_address(
    postgres_db: Database, pg_url: str, admin: asyncpg.Connection
) -> None:
    name = make_url(pg_url).database
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")

    with pytest.raises(Unavailable) as caught:
        await kept(postgres_db)

    assert str(name) not in f"{caught.value} {caught.value.details}"


async def test_a_server_that_is_not_there_is_told_without_its_address() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"postgresql://kuznia:hunter2@127.0.0.1:{port}/shelf"

    with pytest.raises(Unavailable) as caught:
        await Database.open(DatabaseUrl.read(url), pool_size=1, overflow=0, pool_timeout=1)

    told = f"{caught.value} {caught.value.details}"
    assert not [secret for secret in ("hunter2", str(port), "shelf", "SELECT") if secret in told]


async def test_a_server_that_accepts_and_says_nothing_is_not_waited_for_long() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://kuznia@127.0.0.1:{silent.getsockname()[1]}/shelf"
        began = time.monotonic()
        with pytest.raises(Unavailable, match="is not answering"):
            await Database.open(DatabaseUrl.read(url), pool_size=1, overflow=0, pool_timeout=30)

    assert time.monotonic() - began < 20


async def test_a_missing_driver_is_told_with_the_command_that_brings_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "asyncpg", None)
    url = DatabaseUrl.read("postgresql://u@h/d")

    with pytest.raises(Invalid, match=r"pip install 'kuznia\[postgres\]'"):
        await Database.open(url, pool_size=1, overflow=0, pool_timeout=1)


async def test_what_is_in_use_at_the_close_is_closed_when_it_comes_back(
    lite: Database, tmp_path: Path
) -> None:
    def is_open() -> bool:
        files = Path("/proc/self/fd").iterdir()
        return str(tmp_path / "kuznia.db") in {str(f.readlink()) for f in files if f.exists()}

    async with lite.read() as session:
        await session.execute(text("SELECT 1"))
        await lite.close()
        assert is_open()

    assert not is_open()
