"""Databases that are there and take no rows, each for a reason operators know; and ones that are
silent. Each is a real one, and well again when its block ends."""

import asyncio
import secrets
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import asyncpg
import psutil
from sqlalchemy import make_url

from kuznia.platform.db.database import Database


@asynccontextmanager
async def standby(pg_url: str) -> AsyncIterator[None]:
    """PostgreSQL as it is after a failover to a standby: every session is read-only."""
    async with _admin(pg_url) as (order, name):
        await order(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        await order(HANG_UP.format(name=name))
        try:
            yield
        finally:
            await order(f"ALTER DATABASE {name} RESET default_transaction_read_only")
            await order(HANG_UP.format(name=name))


@asynccontextmanager
async def forbidden(pg_url: str, role: str) -> AsyncIterator[None]:
    """Somebody took the right to add rows from the user Kuznia comes as."""
    async with _admin(pg_url, inside=True) as (order, _):
        await order(f"REVOKE INSERT, UPDATE ON ALL TABLES IN SCHEMA public FROM {role}")
        try:
            yield
        finally:
            await order(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}")


@asynccontextmanager
async def a_plain_user(pg_url: str) -> AsyncIterator[tuple[str, str]]:
    """The address of the same database for somebody who may only use its tables; and their name."""
    role = f"plain_{secrets.token_hex(4)}"
    async with _admin(pg_url, inside=True) as (order, _):
        await order(f"CREATE ROLE {role} LOGIN PASSWORD 'plain'")
        await order(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}")
        try:
            there = make_url(pg_url).set(username=role, password="plain")
            yield there.render_as_string(hide_password=False), role
        finally:
            await order(f"DROP OWNED BY {role}")
            await order(f"DROP ROLE {role}")


@asynccontextmanager
async def full(db: Database) -> AsyncIterator[None]:
    """SQLite that may not grow by a page."""
    async with _told_to_sqlite(db, "max_page_count = 1", "max_page_count = 1000000"):
        yield


@asynccontextmanager
async def locked_up(db: Database) -> AsyncIterator[None]:
    """SQLite whose file may not be changed."""
    async with _told_to_sqlite(db, "query_only = ON", "query_only = OFF"):
        yield


@contextmanager
def silent(postmaster: int) -> Iterator[None]:
    """PostgreSQL that takes connections, as the kernel does for it, and says nothing."""
    server = psutil.Process(postmaster)
    # First the one that starts others; of its children some end while they are listed.
    server.send_signal(signal.SIGSTOP)
    stopped = [server, *server.children(recursive=True)]
    for process in stopped:
        _signal(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in stopped:
            _signal(process, signal.SIGCONT)


def _signal(process: psutil.Process, number: int) -> None:
    with suppress(psutil.NoSuchProcess):
        process.send_signal(number)


@contextmanager
def no_room(server: int) -> Iterator[None]:
    """A disk that is full for one process: no file of its grows past what it is."""
    process = psutil.Process(server)
    before = process.rlimit(psutil.RLIMIT_FSIZE)
    process.rlimit(psutil.RLIMIT_FSIZE, (1, before[1]))
    try:
        yield
    finally:
        process.rlimit(psutil.RLIMIT_FSIZE, before)


HANG_UP = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"


@asynccontextmanager
async def _admin(pg_url: str, *, inside: bool = False):
    where = make_url(pg_url).set(drivername="postgresql")
    there = where if inside else where.set(database="postgres")
    connection = await asyncpg.connect(there.render_as_string(hide_password=False))
    try:
        yield connection.execute, where.database
    finally:
        await connection.close()


@asynccontextmanager
async def _told_to_sqlite(db: Database, *pragmas: str) -> AsyncIterator[None]:
    # There is one connection that writes, and what it is told stays with it. Below SQLAlchemy: a
    # transaction can no more be begun on a file that may not be changed.
    for pragma in pragmas:
        async with db._writes.connect() as connection:
            raw = await connection.get_raw_connection()
            assert raw.driver_connection
            await raw.driver_connection.execute(f"PRAGMA {pragma}")
        if pragma == pragmas[0]:
            yield


def postmaster(pg_url: str) -> int:
    """The process of a server on this machine."""

    async def folder() -> str:
        where = make_url(pg_url).set(drivername="postgresql")
        connection = await asyncpg.connect(where.render_as_string(hide_password=False))
        try:
            return await connection.fetchval("SHOW data_directory")
        finally:
            await connection.close()

    return int((Path(asyncio.run(folder())) / "postmaster.pid").read_text().split()[0])


async def eventually(done, seconds: float = 60) -> None:
    """Wait for the event, however long a busy machine takes."""
    async with asyncio.timeout(seconds):
        while not await done():  # noqa: ASYNC110 - another process tells nobody
            await asyncio.sleep(0.02)
