"""A receiver of webhooks: it keeps each message byte for byte, and answers as it is asked to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest


@dataclass(frozen=True, slots=True)
class Received:
    """One message as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


class Receiver:
    """`receiver.will(500, 200)`: the last answer is given for ever after; 0 is none at all."""

    def __init__(self, port: int = 0) -> None:
        self.port = port
        self.received: list[Received] = []
        # Answered in full, so that whoever sent it knows.
        self.connections = 0
        self._answers: list[bytes] = [b"HTTP/1.1 204 No Content\r\n\r\n"]
        self._arrived = asyncio.Condition()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def will(self, *statuses: int, head: str = "", body: bytes = b"") -> None:
        size = f"content-length: {len(body)}\r\n"
        self._answers = [
            f"HTTP/1.1 {status} Played\r\n{head}{size}\r\n".encode() + body if status else b""
            for status in statuses
        ]

    async def arrived(self, count: int = 1) -> list[Received]:
        """Once so many messages have come."""
        async with self._arrived:
            await asyncio.wait_for(
                self._arrived.wait_for(lambda: len(self.received) >= count), timeout=60
            )
        return self.received

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            first, *lines = head.split("\r\n")
            pairs = (line.partition(":") for line in lines if line)
            headers = {name.lower(): value.strip() for name, _, value in pairs}
            body = await reader.readexactly(int(headers["content-length"]))
            answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
            async with self._arrived:
                self.received.append(Received(first.split(" ")[1], headers, body))
                self._arrived.notify_all()
            if not answer:
                await reader.read()
            writer.write(answer)
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def receiving(port: int = 0) -> AsyncIterator[Receiver]:
    receiver = Receiver()
    server = await asyncio.start_server(receiver.handle, "127.0.0.1", port)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as running:
        yield running
