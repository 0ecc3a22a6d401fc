"""Presence: a lock that shows whether a process lives, since it is released when it ends.

Each process that others may wait for holds a lock named by its id: on SQLite a lock on a file
beside the database's own, which only this machine has open; on PostgreSQL an advisory lock of a
session of its own, which ends with the process's connection.
"""

import asyncio
import fcntl
import os
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import Protocol

from sqlalchemy import NullPool, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import BigInteger

from kuznia.platform.clock import Clock
from kuznia.platform.db.database import Database, read_engine
from kuznia.platform.db.outages import outages_told
from kuznia.platform.errors import Unavailable
from kuznia.platform.ids import new_id
from kuznia.platform.log import get_log

log = get_log("presence")

PREFIX = "alive"
# A living process whose connection to PostgreSQL was cut has this long to take its lock again.
GRACE_SECONDS = 1.0
RETRY_SECONDS = 0.1


class Presence(Protocol):
    """Lives as long as the application; nothing is locked before `show`."""

    id: str

    async def show(self) -> None:
        """Hold the lock from now on; Unavailable if it cannot be had."""
        ...

    async def ended(self, other: str) -> bool:
        """Whether the process of this id has ended; False of ids that are not a presence's."""
        ...

    async def close(self) -> None: ...


def presence(db: Database, clock: Clock) -> Presence:
    """This process's own, with an id that no other has had."""
    own = new_id(PREFIX, clock)
    return FilePresence(db, own) if db.url.is_sqlite else SessionPresence(db, own)


class FilePresence:
    """A file `DATABASE-alive_...`, locked while its process lives."""

    def __init__(self, db: Database, own: str) -> None:
        self.id = own
        self._database = Path(db.url.database).resolve()
        self._file: int | None = None

    async def show(self) -> None:
        if self._file is None:
            try:
                self._file = self._lock()
            except OSError as error:
                raise Unavailable(
                    f"No file can be locked beside the database: {error.strerror}."
                ) from None
            for left in self._database.parent.glob(f"{self._database.name}-{PREFIX}_*"):
                self._free(left)

    async def ended(self, other: str) -> bool:
        return _is_presence(other) and self._free(self._path(other))

    async def close(self) -> None:
        if self._file is not None:
            self._path(self.id).unlink(missing_ok=True)
            os.close(self._file)
            self._file = None

    def _path(self, process: str) -> Path:
        return self._database.with_name(f"{self._database.name}-{process}")

    def _lock(self) -> int:
        path = self._path(self.id)
        while True:
            file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(file, fcntl.LOCK_EX)
            # Another may have cleared it away before it was locked.
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(file), path.stat()):
                    return file
            os.close(file)

    @staticmethod
    def _free(path: Path) -> bool:
        """Whether nobody holds it; what nobody holds is cleared away."""
        try:
            file = os.open(path, os.O_RDWR)
        except FileNotFoundError:
            return True
        except OSError:
            return False
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        else:
            path.unlink(missing_ok=True)
            return True
        finally:
            os.close(file)


class SessionPresence:
    """An advisory lock of a connection of its own, taken again whenever that connection is cut."""

    def __init__(self, db: Database, own: str) -> None:
        self.id = own
        self._db = db
        self._engine = read_engine(db.url, poolclass=NullPool)
        self._turn = asyncio.Lock()
        self._held: AsyncConnection | None = None
        self._again: asyncio.Task[None] | None = None
        self._closed = False

    async def show(self) -> None:
        async with self._turn:
            if self._held is None:
                with outages_told():
                    self._held = await self._lock()

    async def ended(self, other: str) -> bool:
        if not (_is_presence(other) and await self._free(other)):
            return False
        await asyncio.sleep(GRACE_SECONDS)
        return await self._free(other)

    async def close(self) -> None:
        self._closed = True
        if self._again is not None:
            self._again.cancel()
        if self._held is not None:
            await _close(self._held)
        await self._engine.dispose()

    async def _lock(self) -> AsyncConnection:
        connection = await self._engine.connect()
        try:
            await connection.execute(select(func.pg_advisory_lock(_number(self.id))))
            raw = await connection.get_raw_connection()
            # Any: the driver's connection, which SQLAlchemy does not know the type of.
            raw.driver_connection.add_termination_listener(self._lost)  # type: ignore[union-attr]
        except BaseException:
            await connection.close()
            raise
        return connection

    def _lost(self, _: object) -> None:
        """The server or the network has cut it, and to others we seem to have ended."""
        cut, self._held = self._held, None
        if cut is not None and not self._closed:
            log.warning("presence_lost")
            self._again = asyncio.create_task(self._return(cut))

    async def _return(self, cut: AsyncConnection) -> None:
        await _close(cut)
        while True:
            try:
                return await self.show()
            except Unavailable:
                await asyncio.sleep(RETRY_SECONDS)

    async def _free(self, other: str) -> bool:
        # Let go at the end of the statement, which is a transaction by itself.
        query = select(func.pg_try_advisory_xact_lock_shared(_number(other)))
        async with self._db.read() as session:
            return bool(await session.scalar(query))


async def _close(connection: AsyncConnection) -> None:
    with suppress(Unavailable), outages_told():
        await connection.close()


def _is_presence(process: str) -> bool:
    return process.startswith(f"{PREFIX}_")


def _number(process: str) -> object:
    digest = blake2b(process.encode(), digest_size=8).digest()
    return bindparam(None, int.from_bytes(digest, signed=True), BigInteger())
