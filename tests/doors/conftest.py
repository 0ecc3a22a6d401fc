"""Servers of notes for the tests of the doors; each lasts as long as its test."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
from tests.doors import served
from tests.doors.served import Kuznia
from tests.modelserver import ModelServer, modelserver

from kuznia.app import Made

__all__ = ["modelserver"]

Start = Callable[..., Awaitable[Kuznia]]


@pytest.fixture
async def serve(sqlite_url: str, modelserver: ModelServer) -> AsyncIterator[Start]:
    """Start the application on a real socket: `await serve(domain, request_timeout=1)`."""
    async with AsyncExitStack() as running:

        async def start(*domain, database: str = sqlite_url, **settings) -> Kuznia:
            made: Made = served.made(database, modelserver.url, *domain, **settings)
            return await running.enter_async_context(served.served(made))

        yield start


@pytest.fixture
async def enter(sqlite_url: str, modelserver: ModelServer) -> AsyncIterator[Start]:
    """Start it in this process, for what needs no socket of ours."""
    async with AsyncExitStack() as running:

        async def start(*domain, database: str = sqlite_url, **settings) -> Kuznia:
            made: Made = served.made(database, modelserver.url, *domain, **settings)
            return await running.enter_async_context(served.inside(made))

        yield start


@pytest.fixture
async def kuznia(enter: Start) -> Kuznia:
    """One with nothing special about it."""
    return await enter()
