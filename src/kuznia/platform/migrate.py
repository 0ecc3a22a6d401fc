"""Bring the schema up or down, and refuse to serve on one that is not this version's.

Alembic is imported where it is used: the command line and most of the server never need it.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, NullPool, text
from sqlalchemy.ext.asyncio import AsyncConnection

from kuznia.platform import db
from kuznia.platform.errors import Conflict, Unavailable

if TYPE_CHECKING:
    from alembic.config import Config

# Any number will do, as long as every Kuznia that migrates the same database asks for the same.
LOCK = 0x4B75_7A6E_6961
# A second process waits for the first one's migration, which may rewrite a large table.
LOCKED_SECONDS = 600.0


def upgrade(url: str) -> None:
    """Bring the database to the newest schema. Blocks, so a running loop calls it in a thread."""
    from alembic import command

    asyncio.run(_move(url, lambda config: command.upgrade(config, "head")))


def downgrade(url: str, to: str) -> None:
    """Take the database back to a revision, or to `base`; the data of what is undone is lost."""
    from alembic import command

    asyncio.run(_move(url, lambda config: command.downgrade(config, to)))


def head() -> str:
    """The revision this version of Kuznia works with."""
    from alembic.script import ScriptDirectory

    revision = ScriptDirectory.from_config(_config()).get_current_head()
    assert revision, "a Kuznia without migrations is not whole"
    return revision


async def current(database: db.Database) -> str | None:
    """The revision the database is at; None before the first migration."""
    from alembic.migration import MigrationContext

    def revision(connection: Connection) -> str | None:
        return MigrationContext.configure(connection).get_current_revision()

    async with database.read() as session:
        return await session.run_sync(revision)


async def check(database: db.Database) -> None:
    """Raise Unavailable, naming the command to run, unless the schema is this version's."""
    at, wanted = await current(database), head()
    if at != wanted:
        raise Unavailable(
            f"The database's schema is at {at or 'nothing'} and this version needs {wanted}:"
            " run `make migrate` or `kuznia migrate`, then start again."
        )


async def _move(url: str, step: Callable[["Config"], None]) -> None:
    from alembic.util import CommandError

    where = db.address(url)
    engine = db.write_engine(where, locked_seconds=LOCKED_SECONDS, poolclass=NullPool)
    try:
        with db.outages_told():
            async with engine.begin() as connection:
                if not db.is_sqlite(where):
                    await _take_turn(connection)
                await connection.run_sync(lambda sync: step(_config(sync)))
    except CommandError as error:
        raise Conflict(
            f"The schema cannot be moved: {error}. A newer version of Kuznia may have made it."
        ) from error
    finally:
        await engine.dispose()


async def _take_turn(connection: AsyncConnection) -> None:
    # Held to the end of the transaction. SQLite's BEGIN IMMEDIATE is such a lock by itself.
    await connection.execute(text("SET LOCAL statement_timeout = 0"))
    await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def _config(connection: Connection | None = None) -> "Config":
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_scripts()).replace("%", "%%"))
    return config


def _scripts() -> Path:
    """Where the migrations are: inside the installed package, or at the top of the source tree."""
    package = Path(__file__).parents[1]
    installed = package / "migrations"
    return installed if installed.is_dir() else package.parents[1] / "migrations"
