"""A copy of the embedded database while it is in use: whole, of one moment, and checked."""

import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from kuznia.platform.errors import Conflict, Invalid, Unavailable
from kuznia.platform.settings.values import DatabaseUrl

# Whoever writes holds the file for a moment only.
LOCK_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Copied:
    """What went into a copy."""

    bytes: int
    artefacts: int
    schema: str


def back_up(url: DatabaseUrl, to: Path) -> Copied:
    """Copy the database into a new file that only its owner may read.

    Everything that was acknowledged before this began is in it. Nobody who writes meanwhile waits.
    """
    if not url.is_sqlite:
        raise Invalid(
            "PostgreSQL is copied by its own tool: pg_dump --format=custom "
            f"--file={to} --host={url.host or 'localhost'} --port={url.port or 5432} "
            f"--username={url.username or 'USER'} {url.database or 'NAME'}"
        )
    source = Path(url.database)
    if not source.is_file():
        raise Conflict(f"There is no database to copy: {source} does not exist yet.")
    try:
        os.close(os.open(to, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        raise Conflict(f"{to} already exists; a copy never overwrites a file.") from None
    except OSError as error:
        raise Conflict(f"{to} cannot be written: {error.strerror}.") from None
    try:
        return _copied(source, to)
    except BaseException as error:
        to.unlink()
        if isinstance(error, sqlite3.Error):
            raise Unavailable(f"The database could not be copied: {error}.") from None
        raise


def _copied(source: Path, to: Path) -> Copied:
    with (
        closing(sqlite3.connect(source, timeout=LOCK_SECONDS)) as reading,
        closing(sqlite3.connect(to)) as writing,
    ):
        # In one piece: a copy in steps begins anew whenever somebody writes.
        reading.backup(writing, pages=-1)
        # One file that is complete without others beside it.
        writing.execute("PRAGMA journal_mode = DELETE")
        (flaw,) = writing.execute("PRAGMA integrity_check(1)").fetchone()
        if flaw != "ok":
            raise Unavailable(f"The database is damaged, so it was not copied: {flaw}.")
        (schema,) = writing.execute("SELECT version_num FROM alembic_version").fetchone()
        (artefacts,) = writing.execute("SELECT count(*) FROM artefacts").fetchone()
    with to.open("rb") as file:
        os.fsync(file.fileno())
    return Copied(to.stat().st_size, artefacts, schema)
