"""Migrations: move the schema up or down, and refuse one this version cannot work with.

Alembic is imported where it is used: a server whose schema is as it should be never needs it.
"""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, cast

from sqlalchemy import Connection, NullPool, func, inspect, select, text

from kuznia.platform.db.database import Database, write_engine
from kuznia.platform.db.outages import outages_told
from kuznia.platform.db.tables import metadata, schemas
from kuznia.platform.errors import Conflict, Unavailable
from kuznia.platform.settings.values import DatabaseUrl

if TYPE_CHECKING:
    from alembic.config import Config

# Any number will do, as long as every Kuznia that migrates the same database asks for the same.
LOCK = 0x4B75_7A6E_6961
# A migration may rewrite a large table, and a second process waits for the first one's.
MIGRATION_SECONDS = 3600.0


def upgrade(url: DatabaseUrl) -> None:
    """Bring the database to the newest schema. Blocks, so a running loop calls it in a thread."""
    command = _alembic()
    asyncio.run(_move(url, lambda config: command.upgrade(config, "head")))


def downgrade(url: DatabaseUrl, to: str) -> None:
    """Take the database back to a revision, or to `base`; the data of what is undone is lost."""
    command = _alembic()
    asyncio.run(_move(url, lambda config: command.downgrade(config, to)))


def head() -> str:
    """The revision this version of Kuznia works with."""
    # Migrations are numbered in their files' names. Alembic would say the same for 12 MB of memory.
    return max(file.name for file in _scripts().glob("versions/[0-9]*.py")).partition("_")[0]


async def current(database: Database) -> str | None:
    """The revision the database is at; None before the first migration."""
    async with database.read() as session:
        if not await session.run_sync(lambda sync: inspect(sync).has_table("alembic_version")):
            return None
        return await session.scalar(text("SELECT version_num FROM alembic_version"))


async def check(database: Database) -> None:
    """Raise Unavailable, saying what to do, unless this version can work with the schema."""
    at, ours = await current(database), head()
    if at == ours:
        return
    if at is None or at < ours:
        raise Unavailable(
            f"The database's schema is at {at or 'nothing'} and this version needs {ours}:"
            " run `make migrate` or `kuznia migrate`, then start again."
        )
    async with database.read() as session:
        oldest = await session.scalar(select(schemas.c.oldest))
    if oldest is None or oldest > ours:
        raise Unavailable(
            f"The database's schema is at {at}, which a newer version of Kuznia made, and this"
            f" version can work with none after {ours}: start that version, or put back a copy"
            " from before."
        )


async def is_behind(database: Database) -> bool:
    """Whether there is something for `upgrade` to do."""
    at = await current(database)
    return at is None or at < head()


def _alembic() -> ModuleType:
    # Its templates would load 4 MB of lexers, to colour errors in templates that we do not have.
    sys.modules.setdefault("mako.ext.pygmentplugin", cast("ModuleType", None))
    from alembic import command

    return command


async def _move(url: DatabaseUrl, step: Callable[["Config"], None]) -> None:
    from alembic.util import CommandError

    engine = write_engine(url, timeout=MIGRATION_SECONDS, poolclass=NullPool)
    try:
        with outages_told():
            async with engine.begin() as connection:
                # SQLite's BEGIN IMMEDIATE is such a lock by itself.
                if not url.is_sqlite:
                    await connection.execute(select(func.pg_advisory_xact_lock(LOCK)))
                await connection.run_sync(_not_anothers)
                await connection.run_sync(lambda sync: step(_config(sync)))
    except CommandError as error:
        raise Conflict(
            f"The schema cannot be moved: {error}. A newer version of Kuznia may have made it."
        ) from error
    finally:
        await engine.dispose()


def _not_anothers(connection: Connection) -> None:
    """Raise Conflict where tables have our names and no migration of ours made them."""
    names = inspect(connection).get_table_names()
    version = text("SELECT version_num FROM alembic_version")
    at = connection.scalar(version) if "alembic_version" in names else None
    if at is None and (taken := sorted(metadata.tables.keys() & names)):
        raise Conflict(
            f"The database has tables of ours that no migration made: {', '.join(taken)}. Name a"
            " database of Kuznia's own in DATABASE_URL, or put a whole copy back."
        )


def _config(connection: Connection) -> "Config":
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_scripts()).replace("%", "%%"))
    return config


def _scripts() -> Path:
    """Where the migrations are: inside the installed package, or at the top of the source tree."""
    package = Path(__file__).parents[2]
    installed = package / "migrations"
    return installed if installed.is_dir() else package.parents[1] / "migrations"
