"""Servers of notes for the tests of the doors; each lasts as long as its test."""

import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from contextlib import AsyncExitStack
from io import StringIO
from typing import Any

import pytest
import structlog
from tests.doors.browsing import admin, browser
from tests.servers.loop import Kuznia, inside, made, served
from tests.servers.model import ModelServer, modelserver

from kuznia.platform.log import configure
from kuznia.platform.settings import Settings

__all__ = ["admin", "browser", "modelserver"]

Start = Callable[..., Awaitable[Kuznia]]
Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def log() -> Generator[Lines]:
    """The lines the server has logged, as an operator would read them; asking ends the log."""
    written, level = StringIO(), logging.getLogger().level
    log = configure(Settings(log_format="json"), written)

    def lines() -> list[dict[str, Any]]:
        log.stop()
        return [json.loads(line) for line in written.getvalue().splitlines()]

    yield lines
    log.stop()
    structlog.reset_defaults()
    logging.getLogger().setLevel(level)


@pytest.fixture
async def serve(log: Lines, sqlite_url: str, modelserver: ModelServer) -> AsyncIterator[Start]:
    """Start the application on a real socket: `await serve(domain, request_timeout=1)`."""
    async with AsyncExitStack() as running:

        async def start(*domain, database: str = sqlite_url, **settings) -> Kuznia:
            makings = made(database, modelserver.url, *domain, **settings)
            return await running.enter_async_context(served(makings))

        yield start


@pytest.fixture
async def enter(log: Lines, sqlite_url: str, modelserver: ModelServer) -> AsyncIterator[Start]:
    """Start it in this process, for what needs no socket of ours."""
    async with AsyncExitStack() as running:

        async def start(*domain, database: str = sqlite_url, **settings) -> Kuznia:
            makings = made(database, modelserver.url, *domain, **settings)
            return await running.enter_async_context(inside(makings))

        yield start


@pytest.fixture
async def kuznia(enter: Start) -> Kuznia:
    """One with nothing special about it."""
    return await enter()
