"""Outages: errors of the database that are not a mistake in the statement.

A server that is gone, a disk that is full, a standby that takes no rows after a failover, a
privilege somebody took away: all of it passes once its operator has acted, and is told as
Unavailable. What is left is a mistake of ours.
"""

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from kuznia.platform.errors import Unavailable

# Results of SQLite and classes of SQLSTATE that say nothing about the statement, only that the
# database could not do it now: busy, disk, file; connection, login, deadlock, resources, shutdown,
# damage; and 42501, the one state of its class that is no mistake in a statement.
_SQLITE_OUTAGES: Final = frozenset(
    {
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_NOTADB,
    }
)
_POSTGRES_OUTAGES: Final = frozenset(
    {"08", "28", "3D", "40", "53", "55", "57", "58", "F0", "XX", "42501"}
)
# Whoever only reads has a connection that refuses to write: there the same is our mistake.
_SQLITE_WRITING: Final = frozenset({sqlite3.SQLITE_READONLY})
_POSTGRES_WRITING: Final = frozenset({"25"})

_NO_DATABASE: Final = (
    "The file of DATABASE_URL is damaged or not a database: restore a copy, or name another file."
)
_FULL: Final = "The disk with the database is full."
_READ_ONLY: Final = "The database is read-only now: nothing can be written."
_SAID: Final = {
    sqlite3.SQLITE_NOTADB: _NO_DATABASE,
    sqlite3.SQLITE_CORRUPT: _NO_DATABASE,
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    "53100": _FULL,
    "25006": _READ_ONLY,
    "42501": "The user of DATABASE_URL may not read or change one of the tables.",
}


@contextmanager
def outages_told(*, reading: bool = False) -> Generator[None]:
    """Raise Unavailable for what is the database's state, and leave what is our mistake."""
    try:
        yield
    except PoolExhausted as error:
        raise Unavailable("All connections to the database are in use.", retry_after=1) from error
    # Nothing but the database is awaited in a session, so an OSError is the connection's.
    except OSError as error:
        raise _unavailable(error, "The database is not answering.") from error
    except DBAPIError as error:
        if not (_is_outage(error) or (not reading and _refuses_writes(error))):
            raise
        message = _SAID.get(_result(error)) or _SAID.get(_state(error))
        raise _unavailable(error, message or "The database is not answering.") from error


def _unavailable(error: DBAPIError | OSError, message: str) -> Unavailable:
    cause = error.driver_exception if isinstance(error, DBAPIError) else error
    reason: str = getattr(cause, "sqlite_errorname", type(cause).__name__)
    return Unavailable(message, details={"reason": reason}, retry_after=1)


# Each driver has one of the two, and neither when it, not the database, found the mistake.
def _result(error: DBAPIError) -> int:
    result: int = getattr(error.orig, "sqlite_errorcode", 0)
    return result & 0xFF


def _state(error: DBAPIError) -> str:
    return getattr(error.orig, "sqlstate", None) or ""


def _is_outage(error: DBAPIError) -> bool:
    state = _state(error)
    known = {state, state[:2]} & _POSTGRES_OUTAGES or _result(error) in _SQLITE_OUTAGES
    return bool(known) or error.connection_invalidated


def _refuses_writes(error: DBAPIError) -> bool:
    return _result(error) in _SQLITE_WRITING or _state(error)[:2] in _POSTGRES_WRITING
