"""A server of every domain behind the old addresses, asked by people with tokens."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
from bench.replies import reply_to
from tests.callers.makers import SECRET
from tests.doors.conftest import Lines
from tests.servers.loop import Kuznia, inside, made

from kuznia.app import Made
from kuznia.domains import load
from kuznia.llm.model import Ask
from kuznia.llm.scripted import ScriptedModel, readable

Open = Callable[..., Awaitable[Kuznia]]


def good(ask: Ask) -> str:
    """A reply that passes its checks, whatever part is asked for."""
    return reply_to(readable(ask).encode())


@pytest.fixture
async def open_(log: Lines, sqlite_url: str) -> AsyncIterator[Open]:
    """`await open_(say=good)`; without `say` no model is configured."""
    async with AsyncExitStack() as running:

        async def start(say: Callable[[Ask], str] | None = None, **settings: object) -> Kuznia:
            model = ScriptedModel()
            model.always(say or good)
            given = made(sqlite_url, **{"jwt_secret": SECRET, **settings}).settings
            makings = Made(settings=given, domains=load(), model=model if say else None)
            return await running.enter_async_context(inside(makings))

        yield start


@pytest.fixture
async def old(open_: Open) -> Kuznia:
    """One without a model: planners answer where there are some."""
    return await open_()
