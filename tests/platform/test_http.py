"""A client asks one upstream over few connections, and never on its own account."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import perf_counter

import httpx2
import pytest
from pydantic import SecretStr

from kuznia.platform.http.client import open_client

TLS_HELLO = b"\x16"


@dataclass
class Upstream:
    """A real server on the loopback that remembers what it heard and says what it is told to."""

    says: bytes = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
    connections: int = 0
    open: int = 0
    most_open: int = 0
    heard: list[str] = field(default_factory=list[str])
    closed: asyncio.Event = field(default_factory=asyncio.Event)
    url: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        try:
            while (first := await reader.readexactly(1)) != TLS_HELLO:
                rest = await reader.readuntil(b"\r\n\r\n")
                self.heard.append((first + rest).decode())
                await asyncio.sleep(0.005)
                writer.write(self.says)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.open -= 1
            self.closed.set()
            writer.close()

    async def until_open(self, count: int) -> None:
        async with asyncio.timeout(60):
            while self.open > count:
                self.closed.clear()
                await self.closed.wait()


@asynccontextmanager
async def serving(says: bytes = Upstream.says) -> AsyncGenerator[Upstream]:
    upstream = Upstream(says)
    server = await asyncio.start_server(upstream.serve, "127.0.0.1", 0)
    async with server:
        upstream.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        yield upstream


async def test_requests_go_under_the_base_url_with_the_key():
    async with serving() as upstream, open_client(upstream.url, key=SecretStr("sk-1")) as client:
        await client.get("models")

    assert upstream.heard[0].startswith("GET /v1/models HTTP/1.1\r\n")
    assert "authorization: bearer sk-1\r\n" in upstream.heard[0].lower()


async def test_without_a_key_none_is_sent():
    async with serving() as upstream, open_client(upstream.url, headers={"x-a": "b"}) as client:
        await client.get("")

    assert "authorization" not in upstream.heard[0].lower()
    assert "x-a: b\r\n" in upstream.heard[0].lower()


async def test_a_connection_is_used_again():
    async with serving() as upstream, open_client(upstream.url) as client:
        for _ in range(5):
            await client.get("")

    assert upstream.connections == 1


async def test_there_are_never_more_connections_than_allowed():
    async with serving() as upstream, open_client(upstream.url, connections=3) as client:
        answers = await asyncio.gather(*(client.get("") for _ in range(12)))

    assert [answer.status_code for answer in answers] == [200] * 12
    assert upstream.most_open == 3


async def test_idle_connections_beyond_those_kept_are_closed():
    async with (
        serving() as upstream,
        open_client(upstream.url, connections=6, keepalive=2) as client,
    ):
        await asyncio.gather(*(client.get("") for _ in range(6)))
        await upstream.until_open(2)

    assert upstream.most_open == 6


async def test_requests_that_come_together_again_find_the_connections_of_the_last():
    async with (
        serving() as upstream,
        open_client(upstream.url, connections=6, keepalive=2) as client,
    ):
        for _ in range(5):
            await asyncio.gather(*(client.get("") for _ in range(6)))

    # A machine that stops between two of the five may have closed some.
    assert upstream.connections < 5 * 4


async def test_an_idle_connection_is_not_used_after_its_time():
    async with serving() as upstream, open_client(upstream.url, expiry=0.05) as client:
        await client.get("")
        await asyncio.sleep(0.1)
        await client.get("")

    assert upstream.connections == 2


async def test_closing_the_client_closes_its_connections():
    async with serving() as upstream:
        client = open_client(upstream.url)
        await client.get("")
        await client.aclose()
        await upstream.until_open(0)

        assert client.is_closed


async def test_a_redirect_is_an_answer_and_is_not_followed():
    moved = b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:9/\r\ncontent-length: 0\r\n\r\n"
    async with serving(moved) as upstream, open_client(upstream.url) as client:
        answer = await client.get("")

    assert answer.status_code == 302
    assert len(upstream.heard) == 1


async def test_a_failed_request_is_sent_once():
    broken = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n"
    async with serving(broken) as upstream, open_client(upstream.url) as client:
        answer = await client.get("")

    assert (answer.status_code, len(upstream.heard)) == (503, 1)


async def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with serving() as upstream, open_client(upstream.url) as client:
        answer = await client.get("")

    assert answer.status_code == 200


async def test_a_secure_client_does_not_speak_in_the_clear():
    async with (
        serving() as upstream,
        open_client(upstream.url.replace("http:", "https:")) as client,
    ):
        with pytest.raises(httpx2.ConnectError):
            await client.get("")

    assert upstream.heard == []


async def test_a_server_that_is_not_there_is_given_up():
    async with open_client("http://127.0.0.1:9/", connect_timeout=0.2) as client:
        began = perf_counter()
        with pytest.raises(httpx2.ConnectError):
            await client.get("")

        assert perf_counter() - began < 20
