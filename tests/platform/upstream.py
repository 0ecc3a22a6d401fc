"""A server of bytes: it says what its act tells it to, HTTP or not, and sees who hangs up."""

import asyncio
import socket
import ssl
import struct
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest

from kuznia.platform.http.transport import Transport

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


@dataclass(eq=False)
class Wire:
    """One connection, as the server has it."""

    number: int
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    heard: list[bytes]

    async def request(self) -> bytes:
        """The next request whole; IncompleteReadError if the client leaves."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        size = 0
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                size = int(line.partition(b":")[2])
        whole = head + await self.reader.readexactly(size)
        self.heard.append(whole)
        return whole

    async def say(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    def reset(self) -> None:
        """Close it so that the client is told of a reset."""
        linger = struct.pack("ii", 1, 0)
        self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.writer.transport.abort()


Act = Callable[[Wire], Awaitable[None]]


@dataclass(eq=False)
class Upstream:
    """Plays its act on every connection; one that returns closes it."""

    act: Act
    url: str = ""
    port: int = 0
    connections: int = 0
    open: int = 0
    most_open: int = 0
    heard: list[bytes] = field(default_factory=list[bytes])
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        wire = Wire(self.connections, reader, writer, self.heard)
        self.connections += 1
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        try:
            with suppress(asyncio.IncompleteReadError, OSError):
                await self.act(wire)
        finally:
            self.open -= 1
            self.news.set()
            writer.close()

    async def until_open(self, count: int) -> float:
        """Seconds until no more connections than that were open."""
        began = time.perf_counter()
        async with asyncio.timeout(60):
            while self.open > count:
                self.news.clear()
                await self.news.wait()
        return time.perf_counter() - began


@asynccontextmanager
async def serving(
    act: Act, *, host: str = "127.0.0.1", name: str = "", tls: ssl.SSLContext | None = None
) -> AsyncGenerator[Upstream]:
    """A server on a free port; `name` is what its address calls the host."""
    upstream = Upstream(act)
    server = await asyncio.start_server(upstream.serve, host, 0, ssl=tls)
    upstream.port = server.sockets[0].getsockname()[1]
    upstream.url = f"{'https' if tls else 'http'}://{name or host}:{upstream.port}/"
    # Not the server's own context: leaving that one waits for every connection to end.
    try:
        yield upstream
    finally:
        server.close()


async def oks(wire: Wire) -> None:
    """Every request is answered well."""
    while True:
        await wire.request()
        await wire.say(OK)


async def silence(wire: Wire) -> None:
    """No request is answered; ends when the client leaves."""
    await wire.request()
    await wire.reader.read()


def says(data: bytes, *, times: int = 1_000, close: bool = False) -> Act:
    """These bytes for every request; then the connection stays open, or is closed."""

    async def act(wire: Wire) -> None:
        for _ in range(times):
            await wire.request()
            await wire.say(data)
            if close:
                return
        await wire.reader.read()

    return act


@asynccontextmanager
async def asking(
    upstream: Upstream,
    *,
    connections: int = 1,
    expiry: float = 30.0,
    tls: ssl.SSLContext | None = None,
    **timeout: float,
) -> AsyncGenerator[httpx2.AsyncClient]:
    """A client of that server, with nothing between it and the transport."""
    async with httpx2.AsyncClient(
        base_url=upstream.url,
        transport=Transport(tls=tls, connections=connections, keepalive=5, expiry=expiry),
        timeout=httpx2.Timeout(None, **timeout),
    ) as client:
        yield client


@pytest.fixture(scope="module", params=[False, True], ids=["asyncio", "uvloop"])
def both_loops(request: pytest.FixtureRequest) -> tuple[str, dict[str, Any]]:
    return "asyncio", {"use_uvloop": request.param}
