"""Servers of every domain, where somebody has an account."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from tests.doors.conftest import Lines, log
from tests.servers.loop import Kuznia, inside, made

from kuznia.app import Made
from kuznia.domains import load

__all__ = ["log"]

PASSWORD = "correct horse battery staple"


@pytest.fixture
async def kuznia(log: Lines, sqlite_url: str) -> AsyncIterator[Kuznia]:
    async with _open(sqlite_url) as running:
        yield running


@pytest.fixture
async def on_postgres(log: Lines, pg_url: str) -> AsyncIterator[Kuznia]:
    async with _open(pg_url) as running:
        yield running


@asynccontextmanager
async def _open(database: str) -> AsyncIterator[Kuznia]:
    """The client comes as an admin who has signed in."""
    settings = made(
        database, accounts=True, rate_limit_requests="off", rate_limit_generation="off"
    ).settings
    async with inside(Made(settings=settings, domains=load())) as running:
        accounts = running.doors.callers.accounts
        await accounts.create("ivan", PASSWORD, "admin")
        tokens = await accounts.sign_in("ivan", PASSWORD, "")
        running.client.headers["authorization"] = f"Bearer {tokens.access_token}"
        yield running
