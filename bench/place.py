"""Two servers on one database and one Redis of their own, for faults to be tried on."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from tests.servers.databases import Redis, postgres
from tests.servers.model import ModelServer, listening
from tests.servers.process import Process, process


@dataclass(frozen=True, slots=True)
class Row:
    """One promise under one fault."""

    fault: str
    promise: str
    measured: str
    kept: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Two servers on one Redis and one database, and the model whose own count is the truth."""

    here: Process
    there: Process
    redis: Redis
    model: ModelServer
    database: str


Fault = Callable[[Place], Awaitable[list[Row]]]
Database = Callable[[Path], AbstractContextManager[str]]


@contextmanager
def sqlite(folder: Path) -> Iterator[str]:
    """A fresh database in a file."""
    from kuznia.platform.db import migrate
    from kuznia.platform.settings.values import DatabaseUrl

    database = f"sqlite:///{folder / 'kuznia.db'}"
    migrate.upgrade(DatabaseUrl.read(database))
    yield database


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """A fresh database on a server of its own."""
    with postgres(folder) as server, server.database() as database:
        yield database


@asynccontextmanager
async def place(folder: Path, database: str) -> AsyncIterator[Place]:
    """All of it fresh, and gone after the block."""
    redis = Redis(folder)
    redis.start()
    try:
        async with AsyncExitStack() as running:
            model = await running.enter_async_context(listening(ModelServer()))
            settings = {
                "redis_url": redis.url,
                "database_url": database,
                "openai_base_url": model.url,
                "openai_model": "m",
                # Jobs are taken in here, and worked on by servers that are killed.
                "jobs_at_once": "0",
            }
            here, there = await asyncio.gather(
                *(running.enter_async_context(process(folder, **settings)) for _ in range(2))
            )
            yield Place(here, there, redis, model, database)
    finally:
        redis.stop()


def order(prompt: str) -> dict[str, Any]:
    return {"prompt": prompt, "language": "python", "include_tests": False, "include_docs": False}


async def make(at: Process, prompt: str) -> httpx2.Response:
    return await at.client.post("/api/v1/code", json=order(prompt))
