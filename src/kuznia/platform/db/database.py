"""The database: short sessions for reading and for writing, on SQLite or PostgreSQL."""

import asyncio
import os
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager
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
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from kuznia.platform.db.outages import outages_told
from kuznia.platform.db.postgres import PostgresConnections
from kuznia.platform.errors import Invalid, Unavailable
from kuznia.platform.settings.values import DatabaseUrl

# Two types, so that what only reads cannot be handed to what writes. Connections, not ORM sessions:
# nothing here is mapped to objects, and the ORM's session takes half as long again for each read.
ReadSession = NewType("ReadSession", AsyncConnection)
WriteSession = NewType("WriteSession", AsyncConnection)

DRIVERS: Final = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
CONNECT_SECONDS: Final = 5.0
# For one statement and the locks it waits for. Everything asked here goes by an index: what takes
# longer is a fault, not a slow query.
STATEMENT_SECONDS: Final = 10.0
PING_SECONDS: Final = 1.0

Synchronous = Literal["normal", "full"]
# To what the journal is cut back once it is in the database; while somebody reads for long it may
# be longer.
JOURNAL_BYTES: Final = 16_000_000
# Whoever is cancelled waits so long for their connection to be given back; then that goes on alone.
RELEASE_SECONDS: Final = 1.0


class Database:
    """Two pools on one database: one whose connections only read, one whose connections write.

    A read is one statement at a time, each its own snapshot: no BEGIN and COMMIT to pay for.
    A write is a transaction: on PostgreSQL BEGIN, the statements and COMMIT are a round trip each,
    and COMMIT waits for the disk. On SQLite there is one writer at a time: its pool holds a single
    connection, and the pool's queue is the lock. A row in a write of its own takes this process
    0.3 ms on either, a hundred rows in one write 0.02 ms each. Await nothing else inside.
    """

    def __init__(
        self,
        url: DatabaseUrl,
        reads: AsyncEngine,
        writes: AsyncEngine,
        lines: PostgresConnections | None = None,
    ) -> None:
        self.url = url
        self._reads = reads
        self._writes = writes
        self._lines = lines or PostgresConnections()
        self._are_cut = False

    @classmethod
    async def open(
        cls,
        url: DatabaseUrl,
        *,
        pool_size: int,
        overflow: int,
        pool_timeout: float,
        synchronous: Synchronous = "normal",
    ) -> Self:
        """Open both pools, each of this size, and see that the database answers."""
        pool: dict[str, Any] = {"pool_size": pool_size, "max_overflow": overflow}
        one: dict[str, Any] = {"pool_size": 1, "max_overflow": 0, "synchronous": synchronous}
        lines = PostgresConnections()
        writing = one if url.is_sqlite else pool
        database = cls(
            url,
            read_engine(url, lines=lines, pool_timeout=pool_timeout, **pool),
            write_engine(url, lines=lines, pool_timeout=pool_timeout, **writing),
            lines,
        )
        try:
            # Busy machines start slowly: this has longer than a look whether we are ready.
            await within(STATEMENT_SECONDS, database.answer())
        except BaseException:
            await database.close()
            raise
        return database

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[ReadSession]:
        """A session in which the database itself refuses to write."""
        async with self._borrowed(self._reads) as connection:
            yield ReadSession(connection)

    @asynccontextmanager
    async def write(self) -> AsyncGenerator[WriteSession]:
        """One transaction: committed on leaving, rolled back by whatever else ends the block."""
        async with self._borrowed(self._writes) as connection:
            yield WriteSession(connection)
            # Not to be stopped half way: a cancelled write, too, is kept whole or not at all.
            await _in_full(connection.commit())

    async def answer(self) -> None:
        """Returns once the database has answered."""
        async with self.read() as session:
            await session.execute(text("SELECT 1"))

    def checked_out(self) -> int:
        """How many connections are in use at this moment."""
        pools = (engine.pool for engine in (self._reads, self._writes))
        return sum(pool.checkedout() for pool in pools if isinstance(pool, QueuePool))

    def cut(self) -> None:
        """Whoever waits for the database fails now, and nobody asks it any more."""
        self._are_cut = True
        self._lines.cut()

    async def close(self) -> None:
        """Close what is idle now and what is in use when it comes back; a server is told within
        two seconds, or not at all."""
        await self._lines.close()
        await _in_full(self._reads.dispose())
        await _in_full(self._writes.dispose())

    @asynccontextmanager
    async def _borrowed(self, engine: AsyncEngine) -> AsyncGenerator[AsyncConnection]:
        if self._are_cut:
            raise Unavailable("The server is shutting down.", retry_after=5)
        with outages_told(reading=engine is self._reads):
            pool, connection = engine.pool, await engine.connect()
            try:
                yield connection
            finally:
                if engine.pool is not pool:
                    # Closed meanwhile: nobody would ever close what went back to that pool.
                    await _in_full(connection.invalidate(), let_go=RELEASE_SECONDS)
                # Rolls back what is not committed. A connection not given back is lost for good.
                await _in_full(connection.close(), let_go=RELEASE_SECONDS)


async def within(seconds: float, question: Coroutine[Any, Any, None]) -> None:
    """Ask the database; raise Unavailable when it has not answered in so many seconds."""
    answer = asyncio.create_task(question)
    # A stopped server lets even the cancelled question wait; nobody is kept waiting for that.
    answer.add_done_callback(lambda task: task.cancelled() or task.exception())
    try:
        await asyncio.wait((answer,), timeout=seconds)
    finally:
        answered = not answer.cancel()
    if not answered:
        raise Unavailable(f"The database did not answer within {seconds:g} s.")
    answer.result()


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


def _engine_url(url: DatabaseUrl) -> URL:
    """The address in SQLAlchemy's form, with our driver."""
    query: dict[str, tuple[str, ...]] = {}
    for name, value in url.query:
        query[name] = (*query.get(name, ()), value)
    return URL.create(
        DRIVERS[url.dialect],
        username=url.username,
        password=None if url.password is None else url.password.get_secret_value(),
        host=url.host,
        port=url.port,
        database=url.database,
        query=query,
    )


def read_engine(
    url: DatabaseUrl, *, lines: PostgresConnections | None = None, **options: Any
) -> AsyncEngine:
    """An engine for single statements that change nothing; the options are the pool's."""
    options |= {"isolation_level": "AUTOCOMMIT", "skip_autocommit_rollback": True}
    if url.is_sqlite:
        return _sqlite(url, (*_pragmas("normal"), "query_only = ON"), STATEMENT_SECONDS, options)
    read_only = {"default_transaction_read_only": "on"}
    return _postgres(url, read_only, STATEMENT_SECONDS, lines or PostgresConnections(), options)


def write_engine(
    url: DatabaseUrl,
    *,
    timeout: float = STATEMENT_SECONDS,
    synchronous: Synchronous = "normal",
    lines: PostgresConnections | None = None,
    **options: Any,
) -> AsyncEngine:
    """An engine for transactions; the options are the pool's. A server knows its own safety."""
    if not url.is_sqlite:
        return _postgres(url, {}, timeout, lines or PostgresConnections(), options)
    engine = _sqlite(url, _pragmas(synchronous), timeout, options)
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
    url: DatabaseUrl, pragmas: tuple[str, ...], timeout: float, options: dict[str, Any]
) -> AsyncEngine:
    _make_file(Path(url.database))

    def prepare(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    # Without an isolation level the driver begins nothing on its own.
    connect = {"isolation_level": None, "timeout": timeout}
    engine = create_async_engine(
        _engine_url(url), connect_args=connect, hide_parameters=True, **options
    )
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
    url: DatabaseUrl,
    settings: dict[str, str],
    timeout: float,
    lines: PostgresConnections,
    options: dict[str, Any],
) -> AsyncEngine:
    connect = {
        "async_creator_fn": lines.connect,
        "timeout": CONNECT_SECONDS,
        # The server stops a statement first; this is for a server that has gone silent.
        "command_timeout": timeout + 5,
        "server_settings": {
            "application_name": "kuznia",
            "statement_timeout": f"{timeout:g}s",
            "idle_in_transaction_session_timeout": f"{2 * timeout:g}s",
            **settings,
        },
    }
    try:
        return create_async_engine(
            _engine_url(url),
            connect_args=connect,
            pool_pre_ping=True,
            hide_parameters=True,
            **options,
        )
    except ModuleNotFoundError:
        raise Invalid("PostgreSQL needs a driver: pip install 'kuznia[postgres]'.") from None


async def _in_full(work: Coroutine[Any, Any, None], *, let_go: float | None = None) -> None:
    """Wait for work to its end even when cancelled meanwhile, and only then be cancelled.

    With `let_go`, no longer than that after being cancelled: the work then goes on by itself.
    """
    # The web framework cancels again at every wait until the request is gone. What it interrupts
    # here would end in a connection thrown away, for each client that hangs up.
    task = asyncio.create_task(work)
    loop = asyncio.get_running_loop()
    cancelled: asyncio.CancelledError | None = None
    until: float | None = None
    while not task.done() and (until is None or loop.time() < until):
        try:
            await asyncio.wait((task,), timeout=until and until - loop.time())
        except asyncio.CancelledError as error:
            if cancelled is None and let_go is not None:
                until = loop.time() + let_go
            cancelled = error
    if task.done():
        task.result()
    else:
        task.add_done_callback(lambda task: task.cancelled() or task.exception())
    if cancelled is not None:
        raise cancelled
