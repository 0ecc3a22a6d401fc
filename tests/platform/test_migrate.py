import asyncio
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError
from tests.servers.loop import inside, made

from kuznia.platform.db import migrate
from kuznia.platform.db.database import Database
from kuznia.platform.db.tables import metadata
from kuznia.platform.errors import Conflict, Unavailable
from kuznia.platform.settings.values import DatabaseUrl

POOL = "pool_size=1, overflow=0, pool_timeout=1"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def empty_url(database_url: str) -> str:
    """A database in which every migration has been undone."""
    migrate.downgrade(DatabaseUrl.read(database_url), "base")
    return database_url


def opened(url: str):
    return Database.open(DatabaseUrl.read(url), pool_size=1, overflow=0, pool_timeout=60)


def schema(connection: Connection) -> dict[str, object]:
    """All that a table is made of, as the database itself tells it."""
    found = inspect(connection)
    return {
        name: (
            [(it["name"], str(it["type"]), it["nullable"]) for it in found.get_columns(name)],
            found.get_pk_constraint(name),
            sorted((it["name"], it["sqltext"]) for it in found.get_check_constraints(name)),
            sorted((it["name"], it["column_names"]) for it in found.get_indexes(name)),
            found.get_foreign_keys(name),
        )
        for name in found.get_table_names()
        if name != "alembic_version"
    }


async def test_alembic_finds_nothing_to_do_after_the_migrations(db: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        return compare_metadata(MigrationContext.configure(connection), metadata)

    async with db.read() as session:
        assert await session.run_sync(differences) == []


async def test_migrations_make_what_the_tables_say_constraints_included(empty_url: str) -> None:
    db = await opened(empty_url)
    async with db.write() as session:
        await session.run_sync(metadata.create_all)
        declared = await session.run_sync(schema)
        await session.run_sync(metadata.drop_all)
    await asyncio.to_thread(migrate.upgrade, DatabaseUrl.read(empty_url))
    async with db.read() as session:
        migrated = await session.run_sync(schema)
    await db.close()

    assert migrated == declared
    assert migrated


async def test_down_leaves_nothing_and_up_again_brings_all_back(
    db: Database, database_url: str
) -> None:
    async with db.read() as session:
        before = await session.run_sync(schema)

    await asyncio.to_thread(migrate.downgrade, DatabaseUrl.read(database_url), "base")
    async with db.read() as session:
        assert await session.run_sync(schema) == {}
    await asyncio.to_thread(migrate.upgrade, DatabaseUrl.read(database_url))

    async with db.read() as session:
        assert await session.run_sync(schema) == before


async def test_a_schema_at_its_head_is_served_on(db: Database) -> None:
    await migrate.check(db)

    assert await migrate.current(db) == migrate.head()


async def test_a_schema_behind_is_refused_with_the_command_to_run(empty_url: str) -> None:
    db = await opened(empty_url)
    with pytest.raises(Unavailable, match=r"at nothing .* run `make migrate` or `kuznia migrate`"):
        await migrate.check(db)

    assert await migrate.current(db) is None
    await db.close()


async def test_a_new_file_has_no_revision(tmp_path: Path) -> None:
    db = await opened(f"sqlite:///{tmp_path}/kuznia.db")

    assert await migrate.current(db) is None
    await db.close()


async def test_a_schema_of_a_newer_version_is_refused_and_not_touched(
    db: Database, database_url: str
) -> None:
    async with db.write() as session:
        await session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        await session.execute(text("UPDATE schemas SET oldest = '9999'"))

    with pytest.raises(Unavailable, match="at 9999, which a newer version of Kuznia made"):
        await migrate.check(db)
    with pytest.raises(Conflict, match="newer version of Kuznia"):
        await asyncio.to_thread(migrate.upgrade, DatabaseUrl.read(database_url))
    assert await migrate.current(db) == "9999"


async def test_a_newer_schema_that_only_added_is_served_on(
    db: Database, tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = migrate.head()
    scripts = shutil.copytree(ROOT / "migrations", tmp_path / "migrations")
    # As a next version has it.
    (scripts / "versions" / "9999_more.py").write_text(
        "from alembic import op\n"
        "import sqlalchemy as sa\n"
        f"revision, down_revision, oldest = '9999', '{ours}', '{ours}'\n"
        "def upgrade(): op.add_column('lessons', sa.Column('more', sa.Text()))\n"
        "def downgrade(): op.drop_column('lessons', 'more')\n"
    )
    with monkeypatch.context() as next_version:
        next_version.setattr(migrate, "_scripts", lambda: scripts)
        await asyncio.to_thread(migrate.upgrade, DatabaseUrl.read(database_url))

    async with inside(made(database_url)) as kuznia:
        ready = await kuznia.client.get("/ready")

    assert (ready.status_code, ready.json()["data"]["schema"]) == (200, "ok")
    assert await migrate.current(db) == "9999"


async def test_tables_of_somebody_else_are_told_and_not_touched(empty_url: str) -> None:
    db = await opened(empty_url)
    async with db.write() as session:
        await session.execute(text("CREATE TABLE artefacts (id INTEGER)"))

    with pytest.raises(Conflict, match="no migration made: artefacts"):
        await asyncio.to_thread(migrate.upgrade, DatabaseUrl.read(empty_url))

    async with db.read() as session:
        assert list(await session.run_sync(schema)) == ["artefacts"]
    await db.close()


async def test_a_migration_that_fails_leaves_no_trace(empty_url: str) -> None:
    db = await opened(empty_url)
    async with db.write() as session:
        await session.execute(text("CREATE TABLE other (id INTEGER)"))
        # The last index the first migration makes is in the way: the table comes before it.
        await session.execute(text("CREATE INDEX artefacts_retention ON other (id)"))

    with pytest.raises(DBAPIError, match="artefacts_retention"):
        await asyncio.to_thread(migrate.upgrade, DatabaseUrl.read(empty_url))

    async with db.read() as session:
        assert list(await session.run_sync(schema)) == ["other"]
    assert await migrate.current(db) is None
    await db.close()


async def test_two_processes_may_migrate_at_once(empty_url: str) -> None:
    order = (
        "from kuznia.platform.db import migrate\n"
        "from kuznia.platform.settings.values import DatabaseUrl\n"
        f"migrate.upgrade(DatabaseUrl.read({empty_url!r}))"
    )
    both = [await asyncio.create_subprocess_exec(sys.executable, "-c", order) for _ in range(2)]

    assert [await process.wait() for process in both] == [0, 0]
    db = await opened(empty_url)
    await migrate.check(db)
    await db.close()


async def test_a_migration_waits_for_the_one_before_it(empty_url: str) -> None:
    db = await opened(empty_url)
    async with db.write() as session:
        # On SQLite any write will do: there is one at a time.
        lock = "" if "sqlite" in empty_url else f", pg_advisory_xact_lock({migrate.LOCK})"
        await session.execute(text(f"SELECT 1{lock}"))
        second = asyncio.create_task(
            asyncio.to_thread(migrate.upgrade, DatabaseUrl.read(empty_url))
        )
        await asyncio.sleep(0.3)
        assert not second.done()
    await second

    await migrate.check(db)
    await db.close()


def test_a_database_that_cannot_be_reached_is_told_without_its_address() -> None:
    with pytest.raises(Unavailable) as caught:
        migrate.upgrade(DatabaseUrl.read("postgresql://kuznia:hunter2@127.0.0.1:1/shelf"))

    assert "hunter2" not in f"{caught.value} {caught.value.details}"


def test_the_head_is_the_one_alembic_finds() -> None:
    assert ScriptDirectory(str(ROOT / "migrations")).get_heads() == [migrate.head()]


def test_a_server_whose_schema_is_right_does_not_load_alembic(sqlite_url: str) -> None:
    order = (
        "import asyncio, sys\n"
        "from kuznia.platform.db import database, migrate\n"
        "from kuznia.platform.settings.values import DatabaseUrl\n"
        "async def start():\n"
        f"    url = DatabaseUrl.read({sqlite_url!r})\n"
        f"    opened = await database.Database.open(url, {POOL})\n"
        "    await migrate.check(opened)\n"
        "    await opened.close()\n"
        "asyncio.run(start())\n"
        "print('alembic' in sys.modules)"
    )

    assert subprocess.check_output([sys.executable, "-c", order], text=True) == "False\n"


def test_an_installed_kuznia_brings_its_migrations(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        wheel.extractall(tmp_path / "installed")
    order = (
        "from kuznia.platform.db import migrate; print(migrate.__file__)\n"
        "from kuznia.platform.settings.values import DatabaseUrl\n"
        f"migrate.upgrade(DatabaseUrl.read('sqlite:///{tmp_path}/kuznia.db'))\n"
        "print(migrate.head())"
    )
    told = subprocess.run(
        [sys.executable, "-c", order],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path / "installed")},  # noqa: TID251 - a child's
        check=True,
        capture_output=True,
        text=True,
    )

    file, head = told.stdout.split()
    assert Path(file).is_relative_to(tmp_path)
    assert head == migrate.head()
