"""A server is reached by its name or its number, soon or not at all."""

import asyncio
import errno
import socket
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from time import perf_counter
from typing import Any

import httpx2
import pytest
from tests.platform.upstream import Upstream, asking, both_loops, oks, serving

anyio_backend = both_loops


@contextmanager
def full_server(family: socket.AddressFamily, host: str, port: int) -> Generator[int]:
    """A port whose server takes no more connections, and does not say so."""
    with ExitStack() as sockets:
        full, *waiting = (sockets.enter_context(socket.socket(family)) for _ in range(3))
        full.bind((host, port))
        full.listen(0)
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        yield full.getsockname()[1]


async def test_a_server_that_takes_no_connection_is_given_up():
    with full_server(socket.AF_INET, "127.0.0.1", 0) as port:
        async with asking(Upstream(oks, f"http://127.0.0.1:{port}/"), connect=0.3) as client:
            with pytest.raises(httpx2.ConnectTimeout):
                await client.get("")


async def test_a_server_that_is_not_there_says_so():
    async with serving(oks) as upstream:
        pass
    async with asking(upstream) as client:
        with pytest.raises(httpx2.ConnectError) as refused:
            await client.get("")

    assert str(refused.value.request.url) == upstream.url
    assert str(errno.ECONNREFUSED) in str(refused.value)


async def test_a_server_is_found_by_its_name_and_over_either_protocol():
    async with (
        serving(oks, name="localhost") as old,
        serving(oks, host="::1", name="[::1]") as new,
        asking(old, connections=2) as client,
    ):
        answers = [await client.get(server.url) for server in (old, new)]

    assert [answer.content for answer in answers] == [b"ok", b"ok"]


@pytest.mark.parametrize("url", ["https://127.0.0.1:9/", "ftp://127.0.0.1/"])
async def test_only_what_it_was_opened_for_is_spoken(url: str):
    async with serving(oks) as upstream, asking(upstream) as client:
        with pytest.raises(httpx2.UnsupportedProtocol):
            await client.get(url)


# The other loop resolves names where no test can put its own.
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_host_that_is_silent_over_ipv6_is_asked_over_ipv4(monkeypatch: pytest.MonkeyPatch):
    async def both(host: str, port: int, *, family: int, **_: object) -> list[Any]:
        address = "::1" if family == socket.AF_INET6 else "127.0.0.1"
        return [(family, socket.SOCK_STREAM, 0, "", (address, port))]

    async with serving(oks, name="two.test") as upstream, asking(upstream, connect=5) as client:
        with full_server(socket.AF_INET6, "::1", upstream.port):
            monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", both)
            began = perf_counter()
            answer = await client.get("")

    assert answer.content == b"ok"
    assert 0.2 < perf_counter() - began < 2
