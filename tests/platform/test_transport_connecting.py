"""A server is reached by its name or its number, soon or not at all."""

import asyncio
import errno
import socket
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from time import perf_counter
from typing import Any

import httpx2
import pytest
from tests.platform.upstream import Upstream, asking, both_loops, oks, serving

from kuznia.platform.http.connecting import AddressRefused, connect
from kuznia.platform.http.connection import Origin
from kuznia.platform.http.public_addresses import is_public

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


@pytest.fixture
def two_addresses(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Once called, every name leads to this machine over both protocols, IPv4 being named first."""

    async def both(host: str, port: int, **_: object) -> list[Any]:
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", port)),
            (socket.AF_INET6, socket.SOCK_STREAM, 0, "", ("::1", port, 0, 0)),
        ]

    return lambda: monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", both)


# The other loop resolves names where no test can put its own.
ASYNCIO_ALONE = pytest.mark.parametrize("anyio_backend", ["asyncio"])


@ASYNCIO_ALONE
async def test_a_host_that_is_silent_over_ipv6_is_asked_over_ipv4(
    two_addresses: Callable[[], None],
):
    async with serving(oks, name="two.test") as upstream, asking(upstream, connect=60) as client:
        two_addresses()
        with full_server(socket.AF_INET6, "::1", upstream.port):
            began = perf_counter()
            answer = await client.get("")

    assert answer.content == b"ok"
    assert 0.2 < perf_counter() - began < 20


@ASYNCIO_ALONE
async def test_an_address_that_refuses_does_not_end_the_wait_for_the_other(
    two_addresses: Callable[[], None],
):
    two_addresses()
    with full_server(socket.AF_INET6, "::1", 0) as port:
        async with asking(Upstream(oks, f"http://two.test:{port}/"), connect=0.5) as client:
            with pytest.raises(httpx2.ConnectTimeout):
                await client.get("")


async def test_a_name_is_resolved_once_and_only_what_was_admitted_is_connected_to(
    monkeypatch: pytest.MonkeyPatch,
):
    """A name that leads elsewhere the second time, and to both at once, gets nobody inside."""
    loop, asked = asyncio.get_running_loop(), list[str]()
    real = loop.getaddrinfo

    async def rebinding(host: str, port: int, **more: Any) -> list[Any]:
        asked.append(host)
        addresses = ("127.0.0.1", "127.0.0.2") if len(asked) == 1 else ("127.0.0.2",)
        return [found for each in addresses for found in await real(each, port, **more)]

    async with serving(oks, name="localhost") as upstream:
        monkeypatch.setattr(loop, "getaddrinfo", rebinding)
        origin = Origin(secure=False, host="kuznia.example", port=upstream.port)
        connection = await connect(origin, None, lambda address: address == "127.0.0.1")
        peer = connection._transport.get_extra_info("peername")
        connection.abort()
        with pytest.raises(AddressRefused):
            await connect(origin, None, lambda address: address == "127.0.0.1")

    assert peer[0] == "127.0.0.1"
    assert asked == ["kuznia.example"] * 2


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.255.255.254",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "100.100.100.200",
        "169.254.169.254",
        "168.63.129.16",
        "192.0.0.192",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "fe80::1",
        "fe80::1%lo",
        "fc00::1",
        "fd00:ec2::254",
        "fec0::1",
        "ff02::1",
        "64:ff9b::a00:1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "2001:0:a00:1::f5ff:fffe",
        "2001:db8::1",
        "kuznia.example",
        "",
    ],
)
def test_what_is_not_of_the_internet_is_not_public(address: str):
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "8.8.8.8", "2606:4700:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8"]
)
def test_what_is_of_the_internet_is_public(address: str):
    assert is_public(address)
