"""What every test may ask for. Only a test that asks for a server waits for it to start.

The database's modules are imported in the fixtures: most tests need none of them.
"""

import gc
import os
import shutil
import sys
from collections import defaultdict
from collections.abc import AsyncGenerator, Generator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from tests import rooms
from tests.servers import databases as servers

if TYPE_CHECKING:
    from kuznia.platform.db.database import Database


# Where a machine forbids to keep it, every worker would rewrite the asserts of all tests, and every
# server that a test starts would compile all of Kuznia.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # noqa: TID251 - it is for the processes of tests

# A machine that is busy with other tests makes no example wrong.
settings.register_profile(
    "kuznia",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    # A build says the same twice; random examples are looked for by hand.
    derandomize=True,
    # And so the first of them find what the rest would: more belong to a look by hand.
    max_examples=50,
)
settings.load_profile("kuznia")


def pytest_itemcollected(item: pytest.Item) -> None:
    item.add_marker(rooms.kind(item))


# What waits longest, for other processes most of all. Begun last, it would keep one worker at work
# after the others have ended.
LONG = (
    *("bench/test_chaos", "setup/test_machine", "test_silence", "test_outage"),
    "outside/test_browser",
)


# Tracing lines takes twice as long as running them. Of a test with a hundred cases so many are
# traced, spread over them; what only the others reach has a test of its own.
TRACED = 40


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    cases: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        cases[item.nodeid.partition("[")[0]].append(item)
    for several in cases.values():
        several.sort(key=lambda item: item.nodeid)
        every = len(several) // TRACED + 1
        for place, item in enumerate(several):
            if place % every:
                item.add_marker("no_cover")
    items.sort(key=lambda item: not item.nodeid.partition(".py::")[0].endswith(LONG))


def pytest_collection_finish() -> None:
    # Thousands of tests and all that they import stay to the end: to look through them again and
    # again for garbage took a seventh of the processor's time.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture
def collected_as_ever() -> Generator[None]:
    """Garbage is looked for as often as in a server: for tests of how much memory is taken."""
    seldom = gc.get_threshold()
    gc.set_threshold(700, 10, 10)
    yield
    gc.set_threshold(*seldom)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def meeting(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """One folder for all workers of this run, where they find each other's servers."""
    own = tmp_path_factory.getbasetemp()
    return own if worker_id == "master" else own.parent


@pytest.fixture(scope="session")
def postgres(meeting: Path) -> Generator[servers.Postgres]:
    with servers.postgres(meeting) as server:
        yield server


@pytest.fixture
def pg_url(postgres: servers.Postgres) -> Generator[str]:
    """A fresh migrated PostgreSQL database."""
    with postgres.database() as url:
        yield url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from kuznia.platform.db import migrate
    from kuznia.platform.settings.values import DatabaseUrl

    file = tmp_path_factory.mktemp("template") / "kuznia.db"
    migrate.upgrade(DatabaseUrl.read(f"sqlite:///{file}"))
    return file


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A fresh migrated SQLite file."""
    return f"sqlite+aiosqlite:///{shutil.copy(sqlite_template, tmp_path / 'kuznia.db')}"


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh migrated database, once on SQLite and once on PostgreSQL."""
    return request.getfixturevalue({"sqlite": "sqlite_url", "postgres": "pg_url"}[request.param])


@pytest.fixture
async def db(database_url: str) -> AsyncGenerator["Database"]:
    """An open database, once on SQLite and once on PostgreSQL."""
    from kuznia.platform.db.database import Database
    from kuznia.platform.settings.values import DatabaseUrl

    database = await Database.open(
        DatabaseUrl.read(database_url), pool_size=2, overflow=2, pool_timeout=60
    )
    yield database
    await database.close()


@pytest.fixture(scope="session")
def redis(meeting: Path) -> Generator[str]:
    with servers.shared("redis", meeting) as url:
        yield url


@pytest.fixture
def own_redis(tmp_path: Path) -> Generator[servers.Redis]:
    """A Redis of this test alone, to be stopped and paused."""
    server = servers.Redis(tmp_path)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def redis_url(redis: str, worker_id: str) -> str:
    """An empty Redis database that no other worker uses."""
    from redis import Redis

    url = f"{redis}/{worker_id.removeprefix('gw').replace('master', '0')}"
    with Redis.from_url(url) as client:
        client.flushdb()
    return url
