"""A process that lives is seen to live, and one that has ended to have ended."""

import asyncio
import signal
import sys
from pathlib import Path

from sqlalchemy import text
from tests.callers.spenders import eventually

from kuznia.platform.clock import SystemClock
from kuznia.platform.db.database import Database
from kuznia.platform.ids import new_id
from kuznia.platform.process.presence import presence
from kuznia.platform.settings.values import DatabaseUrl

CLOCK = SystemClock()


async def test_it_is_seen_until_it_closes(db: Database) -> None:
    shown, other = presence(db, CLOCK), presence(db, CLOCK)
    await shown.show()

    lives = await other.ended(shown.id)
    await shown.close()

    assert (lives, await other.ended(shown.id)) == (False, True)
    await other.close()


async def test_of_ids_that_show_no_presence_nothing_is_known(db: Database) -> None:
    assert not await presence(db, CLOCK).ended(new_id("proc", CLOCK))


async def test_a_killed_process_has_ended_and_a_stopped_one_has_not(
    db: Database, database_url: str
) -> None:
    order = (
        "import asyncio\n"
        "from kuznia.platform.clock import SystemClock\n"
        "from kuznia.platform.db.database import Database\n"
        "from kuznia.platform.process.presence import presence\n"
        "from kuznia.platform.settings.values import DatabaseUrl\n"
        "async def main():\n"
        f"    url = DatabaseUrl.read({database_url!r})\n"
        "    db = await Database.open(url, pool_size=1, overflow=0, pool_timeout=9)\n"
        "    shown = presence(db, SystemClock())\n"
        "    await shown.show()\n"
        "    print(shown.id, flush=True)\n"
        "    await asyncio.Event().wait()\n"
        "asyncio.run(main())\n"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", order, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    named = (await process.stdout.readline()).decode().strip()
    process.send_signal(signal.SIGSTOP)
    stopped = await presence(db, CLOCK).ended(named)
    process.kill()
    await process.communicate()

    # PostgreSQL hears of it from the system, in a moment of its own.
    await eventually(lambda: presence(db, CLOCK).ended(named))
    assert not stopped


async def test_files_of_processes_that_ended_are_cleared_away(sqlite_url: str) -> None:
    db = await Database.open(DatabaseUrl.read(sqlite_url), pool_size=1, overflow=0, pool_timeout=9)
    file = Path(DatabaseUrl.read(sqlite_url).database)
    left = file.with_name(f"{file.name}-{new_id('alive', CLOCK)}")
    left.touch()
    shown, living = presence(db, CLOCK), presence(db, CLOCK)
    await living.show()
    await shown.show()

    assert not left.exists()
    assert not await shown.ended(living.id)
    await living.close()
    await shown.close()
    assert not list(file.parent.glob("*-alive_*"))
    await db.close()


async def test_a_connection_that_was_cut_is_made_again(pg_url: str) -> None:
    db = await Database.open(DatabaseUrl.read(pg_url), pool_size=1, overflow=0, pool_timeout=9)
    shown, other = presence(db, CLOCK), presence(db, CLOCK)
    await shown.show()
    cut = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND database"
    async with db.write() as session:
        own = "= (SELECT oid FROM pg_database WHERE datname = current_database())"
        assert (await session.execute(text(f"{cut} {own}"))).all() == [(True,)]

    # Whoever looks in between looks a second time.
    assert not await other.ended(shown.id)
    await shown.close()
    assert await other.ended(shown.id)
    await other.close()
    await db.close()


async def test_to_show_it_again_changes_nothing(db: Database) -> None:
    shown = presence(db, CLOCK)
    await shown.show()
    await shown.show()

    assert not await shown.ended(shown.id)
    await shown.close()
