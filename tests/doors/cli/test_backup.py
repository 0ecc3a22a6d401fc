"""A copy of a database in use that has all that was acknowledged; and the way back is asked for."""

import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from tests.doors.cli.conftest import Kuznia
from tests.servers.databases import Postgres

from kuznia.platform.db import migrate
from kuznia.platform.settings.values import DatabaseUrl

# Acknowledges each row by its number once it is committed, as fast as it can.
WRITER = """
import asyncio, sys
from sqlalchemy import text
from kuznia.platform.db.database import Database
from kuznia.platform.settings.values import DatabaseUrl
async def main():
    url = DatabaseUrl.read(sys.argv[1])
    db = await Database.open(url, pool_size=1, overflow=0, pool_timeout=60)
    number = 0
    while True:
        async with db.write() as session:
            row = f"'ivan', 'code', {number}, '{'x' * 2000}', '2026-01-01'"
            await session.execute(text(f"INSERT INTO lessons VALUES ({row})"))
        print(number, flush=True)
        number += 1
asyncio.run(main())
"""


@contextmanager
def under_load(url: str) -> Generator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, url], stdout=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def acknowledged(writer: "subprocess.Popen[str]", count: int) -> int:
    """The last of so many more rows."""
    assert writer.stdout
    return [int(writer.stdout.readline()) for _ in range(count)][-1]


def numbers(file: Path) -> list[int]:
    with closing(sqlite3.connect(file)) as copy:
        return [number for (number,) in copy.execute("SELECT number FROM lessons ORDER BY number")]


def test_a_copy_under_load_has_every_row_that_was_acknowledged(
    kuznia: Kuznia, sqlite_url: str, tmp_path: Path
) -> None:
    lost_by_hand = 0
    with under_load(sqlite_url) as writer:
        for n in range(5):
            last = acknowledged(writer, 200)
            by_hand = shutil.copy(DatabaseUrl.read(sqlite_url).database, tmp_path / f"{n}.hand")
            told = kuznia("backup", str(tmp_path / f"{n}.db"), DATABASE_URL=sqlite_url)

            assert told.exit_code == 0, told.output
            copied = numbers(tmp_path / f"{n}.db")
            assert copied == list(range(len(copied)))
            assert copied[-1] >= last
            lost_by_hand += _lacks(Path(by_hand), last)

    # Why there is a command for it.
    assert lost_by_hand > 0


def _lacks(copy: Path, last: int) -> bool:
    try:
        return last not in numbers(copy)
    except sqlite3.DatabaseError:
        return True


def test_a_copy_is_one_private_file_that_serves(
    kuznia: Kuznia, sqlite_url: str, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.db"

    told = kuznia("backup", str(copy), "--json", DATABASE_URL=sqlite_url)

    assert json.loads(told.stdout) == {
        "bytes": copy.stat().st_size,
        "artefacts": 0,
        "schema": migrate.head(),
    }
    assert copy.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in tmp_path.glob("copy.db*")] == ["copy.db"]
    assert "schema up to date" in kuznia("doctor", DATABASE_URL=f"sqlite:///{copy}").stdout


def test_a_copy_writes_over_nothing(kuznia: Kuznia, sqlite_url: str, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("mine")

    told = kuznia("backup", str(tmp_path / "copy.db"), DATABASE_URL=sqlite_url)

    assert (told.exit_code, (tmp_path / "copy.db").read_text()) == (5, "mine")
    assert "already exists" in told.stderr


def test_what_cannot_be_copied_leaves_no_file(kuznia: Kuznia, tmp_path: Path) -> None:
    (tmp_path / "letter.db").write_text("This is a letter and no database, and long enough. " * 20)
    copy = str(tmp_path / "copy.db")

    letter = kuznia("backup", copy, DATABASE_URL=f"sqlite:///{tmp_path}/letter.db")
    none = kuznia("backup", copy, DATABASE_URL=f"sqlite:///{tmp_path}/none.db")

    assert "could not be copied" in letter.stderr
    assert "does not exist yet" in none.stderr
    assert not (tmp_path / "copy.db").exists()
    assert not (tmp_path / "none.db").exists()


def test_postgresql_is_copied_by_its_own_tool(kuznia: Kuznia) -> None:
    url = "postgresql://olha:hunter2@db.corp:5433/kuznia"

    told = kuznia("backup", "copy.dump", DATABASE_URL=url)

    assert told.exit_code == 2
    assert "--host=db.corp --port=5433 --username=olha kuznia" in told.stderr
    assert "hunter2" not in told.output


@pytest.mark.parametrize(("typed", "goes"), [("base\n", True), ("y\n", False), ("", False)])
def test_the_way_back_is_asked_for(
    kuznia: Kuznia, postgres: Postgres, typed: str, goes: bool
) -> None:
    with postgres.database() as url:
        told = kuznia("migrate", "--to", "base", DATABASE_URL=url, typed=typed)
        after = kuznia("doctor", DATABASE_URL=url)

    assert (told.exit_code == 0) is goes
    assert ("schema up to date" in after.stdout) is not goes
