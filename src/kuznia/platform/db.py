"""The database: short sessions for reading and for writing, on SQLite or PostgreSQL."""

import asyncio
import os
import sqlite3
from collections.abc import AsyncGenerator, Coroutine, Generator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, Literal, NewType, Self

from sqlalchemy import (
    ColumnElement,
    Connection,
    Interval,
    Table,
    event,
    func,
    literal,
    make_url,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from kuznia.platform.errors import Invalid, Unavailable

# Two types, so that what only reads cannot be handed to what writes. Connections, not ORM sessions:
# nothing here is mapped to objects, and the ORM's session takes half as long again for each read.
ReadSession = NewType("ReadSession", AsyncConnection)
WriteSession = NewType("WriteSession", AsyncConnection)

DRIVERS: Final = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+asyncpg",
    "postgres": "postgresql+asyncpg",
}
CONNECT_SECONDS: Final = 5.0
# For one statement and the locks it waits for. Everything asked here goes by an index: what takes
# longer is a fault, not a slow query.
PATIENCE_SECONDS: Final = 10.0
PING_SECONDS: Final = 1.0

Synchronous = Literal["normal", "full"]
# To what the journal is cut back once it is in the database; while somebody reads for long it may
# be longer.
JOURNAL_BYTES: Final = 16_000_000

# Results of SQLite and classes of SQLSTATE that say nothing about the statement, only that the
# database could not do it now: busy, disk, file; connection, login, deadlock, resources, shutdown.
_SQLITE_OUTAGES: Final = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_NOTADB,
    }
)
_NO_DATABASE: Final = (
    "The file of DATABASE_URL is damaged, or no database: put a copy of it back, or name another."
)
_SAID: Final = {
    sqlite3.SQLITE_NOTADB: _NO_DATABASE,
    sqlite3.SQLITE_CORRUPT: _NO_DATABASE,
    sqlite3.SQLITE_FULL: "The disk with the database is full.",
}
_POSTGRES_OUTAGES: Final = frozenset({"08", "28", "3D", "40", "53", "55", "57", "58"})


class Database:
    """Two pools on one database: one whose connections only read, one whose connections write.

    A read is one statement at a time, each its own snapshot: no BEGIN and COMMIT to pay for.
    A write is a transaction: on PostgreSQL BEGIN, the statements and COMMIT are a round trip each,
    and COMMIT waits for the disk. On SQLite there is one writer at a time: its pool holds a single
    connection, and the pool's queue is the lock. A row in a write of its own takes this process
    0.3 ms on either, a hundred rows in one write 0.02 ms each. Await nothing else inside.
    """

    def __init__(self, reads: AsyncEngine, writes: AsyncEngine) -> None:
        # Where it is, with the password in it.
        self.address = reads.url
        self._reads = reads
        self._writes = writes

    @classmethod
    async def open(
        cls,
        url: str,
        *,
        pool_size: int,
        overflow: int,
        pool_timeout: float,
        synchronous: Synchronous = "normal",
    ) -> Self:
        """Open both pools, each of this size, and see that the database answers."""
        where = address(url)
        pool: dict[str, Any] = {"pool_size": pool_size, "max_overflow": overflow}
        one: dict[str, Any] = {"pool_size": 1, "max_overflow": 0, "synchronous": synchronous}
        database = cls(
            read_engine(where, pool_timeout=pool_timeout, **pool),
            write_engine(where, pool_timeout=pool_timeout, **(one if is_sqlite(where) else pool)),
        )
        try:
            await database.ping()
        except BaseException:
            await database.close()
            raise
        return database

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[ReadSession]:
        """A session in which the database itself refuses to write."""
        async with _borrowed(self._reads) as connection:
            yield ReadSession(connection)

    @asynccontextmanager
    async def write(self) -> AsyncGenerator[WriteSession]:
        """One transaction: committed on leaving, rolled back by whatever else ends the block."""
        async with _borrowed(self._writes) as connection:
            yield WriteSession(connection)
            # Not to be stopped half way: a cancelled write, too, is kept whole or not at all.
            await _in_full(connection.commit())

    async def ping(self) -> None:
        """Raise Unavailable unless the database answers within a second."""
        answer = asyncio.create_task(self._answer())
        # A stopped server lets even the cancelled question wait; nobody is kept waiting for that.
        answer.add_done_callback(lambda task: task.cancelled() or task.exception())
        try:
            await asyncio.wait((answer,), timeout=PING_SECONDS)
        finally:
            answered = not answer.cancel()
        if not answered:
            raise Unavailable(f"The database did not answer within {PING_SECONDS:g} s.")
        answer.result()

    async def _answer(self) -> None:
        async with self.read() as session:
            await session.execute(text("SELECT 1"))

    def checked_out(self) -> int:
        """How many connections are in use at this moment."""
        pools = (engine.pool for engine in (self._reads, self._writes))
        return sum(pool.checkedout() for pool in pools if isinstance(pool, QueuePool))

    async def close(self) -> None:
        """Close what is idle now and what is in use when it comes back."""
        await _in_full(self._reads.dispose())
        await _in_full(self._writes.dispose())


def insert(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Both have the same words for a row that is there already; the core of SQL has none."""
    made = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return made(table)


def moment(dialect: str, seconds: float = 0) -> ColumnElement[datetime]:
    """So many seconds from now by the database's clock, which all processes have in common."""
    if dialect == "postgresql":
        # Any later than when the transaction began: it may have waited for a row since.
        return func.clock_timestamp() + literal(timedelta(seconds=seconds), Interval())
    # As `Moment` is kept there; SQLite knows thousandths.
    return func.strftime("%Y-%m-%d %H:%M:%f000", "now", f"{seconds:+.3f} seconds")


def address(url: str) -> URL:
    """Read DATABASE_URL, with or without a driver's name in it."""
    try:
        where = make_url(url)
    except (ArgumentError, ValueError):
        # Its message may hold a part of the address, and the address a password.
        raise Invalid("DATABASE_URL is not the address of a database.") from None
    driver = DRIVERS.get(where.get_backend_name())
    if driver is None:
        raise Invalid("DATABASE_URL must begin with sqlite:// or postgresql://.")
    where = where.set(drivername=driver)
    if is_sqlite(where) and where.database in {None, "", ":memory:"}:
        raise Invalid("DATABASE_URL must name a file, for example sqlite:///data/kuznia.db.")
    # libpq and asyncpg have two names for one thing.
    if "sslmode" in where.query:
        where = where.update_query_dict({"ssl": where.query["sslmode"]})
        where = where.difference_update_query(["sslmode"])
    return where


def is_sqlite(where: URL) -> bool:
    return where.get_backend_name() == "sqlite"


def read_engine(where: URL, **options: Any) -> AsyncEngine:
    """An engine for single statements that change nothing; the options are the pool's."""
    options |= {"isolation_level": "AUTOCOMMIT", "skip_autocommit_rollback": True}
    if is_sqlite(where):
        return _sqlite(where, (*_pragmas("normal"), "query_only = ON"), PATIENCE_SECONDS, options)
    return _postgres(where, {"default_transaction_read_only": "on"}, PATIENCE_SECONDS, options)


def write_engine(
    where: URL,
    *,
    patience: float = PATIENCE_SECONDS,
    synchronous: Synchronous = "normal",
    **options: Any,
) -> AsyncEngine:
    """An engine for transactions; the options are the pool's. A server knows its own safety."""
    if not is_sqlite(where):
        return _postgres(where, {}, patience, options)
    engine = _sqlite(where, _pragmas(synchronous), patience, options)
    event.listen(engine.sync_engine, "begin", _begin_immediate)
    return engine


def _pragmas(synchronous: Synchronous) -> tuple[str, ...]:
    # In WAL mode NORMAL is consistent: a power cut may undo the last commits, our own crash none.
    return (
        "journal_mode = WAL",
        f"synchronous = {synchronous}",
        "foreign_keys = ON",
        f"journal_size_limit = {JOURNAL_BYTES}",
    )


def _sqlite(
    where: URL, pragmas: tuple[str, ...], patience: float, options: dict[str, Any]
) -> AsyncEngine:
    _make_file(Path(where.database or ""))

    def prepare(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    # Without an isolation level the driver begins nothing on its own.
    connect = {"isolation_level": None, "timeout": patience}
    engine = create_async_engine(where, connect_args=connect, hide_parameters=True, **options)
    event.listen(engine.sync_engine, "connect", prepare)
    return engine


def _make_file(path: Path) -> None:
    """Artefacts are their owners' own: a new file is for nobody else on this machine to read."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise Unavailable(f"The file of DATABASE_URL cannot be opened: {error.strerror}.") from None


def _begin_immediate(connection: Connection) -> None:
    # The lock is taken before anything is read: to upgrade a read lock later is to risk SQLITE_BUSY
    # at once, with no waiting, when another process has written in between.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _postgres(
    where: URL, settings: dict[str, str], patience: float, options: dict[str, Any]
) -> AsyncEngine:
    connect = {
        "timeout": CONNECT_SECONDS,
        # The server stops a statement first; this is for a server that has gone silent.
        "command_timeout": patience + 5,
        "server_settings": {
            "application_name": "kuznia",
            "statement_timeout": f"{patience:g}s",
            "idle_in_transaction_session_timeout": f"{2 * patience:g}s",
            **settings,
        },
    }
    try:
        return create_async_engine(
            where, connect_args=connect, pool_pre_ping=True, hide_parameters=True, **options
        )
    except ModuleNotFoundError:
        raise Invalid("PostgreSQL needs a driver: pip install 'kuznia[postgres]'.") from None


@asynccontextmanager
async def _borrowed(engine: AsyncEngine) -> AsyncGenerator[AsyncConnection]:
    with outages_told():
        connection = await engine.connect()
        try:
            yield connection
        finally:
            # Rolls back what is not committed. A connection not given back is lost for good.
            await _in_full(connection.close())


@contextmanager
def outages_told() -> Generator[None]:
    """Raise Unavailable for what is the database's state, and leave what is our mistake."""
    try:
        yield
    except PoolExhausted as error:
        raise Unavailable("All connections to the database are in use.", retry_after=1) from error
    # Nothing but the database is awaited in a session, so an OSError is the connection's.
    except (DBAPIError, OSError) as error:
        if isinstance(error, DBAPIError) and not _is_outage(error):
            raise
        told = error.driver_exception if isinstance(error, DBAPIError) else error
        reason: str = getattr(told, "sqlite_errorname", type(told).__name__)
        said = _SAID.get(_result(error), "The database is not answering.")
        raise Unavailable(said, details={"reason": reason}, retry_after=1) from error


def _result(error: DBAPIError | OSError) -> int:
    orig = error.orig if isinstance(error, DBAPIError) else None
    result: int = getattr(orig, "sqlite_errorcode", 0)
    return result & 0xFF


def _is_outage(error: DBAPIError) -> bool:
    # Each driver has one of the two, and neither when it, not the database, found the mistake.
    state: str = getattr(error.orig, "sqlstate", None) or ""
    known = _result(error) in _SQLITE_OUTAGES or state[:2] in _POSTGRES_OUTAGES
    return known or error.connection_invalidated


async def _in_full(work: Coroutine[Any, Any, None]) -> None:
    """Wait for work to its end even when cancelled meanwhile, and only then be cancelled."""
    # The web framework cancels again at every wait until the request is gone. What it interrupts
    # here would end in a connection thrown away, for each client that hangs up.
    task = asyncio.create_task(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait((task,))
        except asyncio.CancelledError as error:
            cancelled = error
    task.result()
    if cancelled is not None:
        raise cancelled
