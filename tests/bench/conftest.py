"""A fake model on loopback, in the test's own loop."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from bench.upstream import Pace, serve

Open = Callable[[Pace], Awaitable[int]]


@pytest.fixture
async def open_upstream() -> AsyncIterator[Open]:
    """Opens a fake model of that pace and gives its port."""
    servers = []

    async def opened(pace: Pace) -> int:
        servers.append(await serve("127.0.0.1", 0, pace))
        return servers[-1].sockets[0].getsockname()[1]

    yield opened
    for server in servers:
        server.close()
        await server.wait_closed()
