"""A chat-completions server that fails on command, counts its calls and sees who hangs up.

server.will(status(500), reply("good"))      the last act is played for ever after
server.calls[0].aborted                      when the client left before the answer was whole
"""

import asyncio
import json
import socket
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import pytest

JSON = "application/json"
SSE = "text/event-stream"


@dataclass(slots=True)
class Call:
    """One request as it came, and how it ended."""

    headers: dict[str, str]
    body: dict[str, Any]
    started: float
    method: str = "POST"
    path: str = ""
    answered: float | None = None
    aborted: float | None = None


class Exchange:
    """What an act may do with its connection."""

    def __init__(self, transport: asyncio.Transport, call: Call) -> None:
        self.call = call
        self._transport = transport

    def head(self, status: int, kind: str, headers: Mapping[str, str]) -> None:
        """Begin an answer; its body follows in chunks."""
        lines = [f"HTTP/1.1 {status} Played", f"content-type: {kind}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self._transport.write("\r\n".join([*lines, "", ""]).encode())

    def write(self, data: bytes) -> None:
        self._transport.write(data)

    def chunk(self, data: bytes) -> None:
        self._transport.write(b"%x\r\n%s\r\n" % (len(data), data))

    def close(self) -> None:
        self._transport.close()

    @property
    def waiting(self) -> int:
        """Bytes the client has not read yet."""
        return self._transport.get_write_buffer_size()


Act = Callable[[Exchange], Awaitable[None]]


def answer(
    data: bytes,
    *,
    status: int = 200,
    kind: str = JSON,
    missing: int = 0,
    hang: bool = False,
    headers: Mapping[str, str] = MappingProxyType({}),
) -> Act:
    """Any body. `missing` bytes more are promised and never sent: then comes a cut, or silence."""

    async def act(to: Exchange) -> None:
        to.head(status, kind, {"content-length": str(len(data) + missing), **headers})
        to.write(data)
        if hang:
            await asyncio.Event().wait()
        if missing:
            to.close()

    return act


def status(code: int, message: str = "no", **headers: str) -> Act:
    """A refusal; `retry_after="3"` is sent as Retry-After: 3."""
    error = {"error": {"message": message, "code": None}}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return answer(json.dumps(error).encode(), status=code, headers=named)


def whole(
    text: str | None = "pong",
    *,
    usage: tuple[int, int] | None = (7, 3),
    finish: str = "stop",
    **message: str,
) -> dict[str, Any]:
    """A good reply as the protocol has it."""
    said = {"role": "assistant", "content": text, **message}
    body: dict[str, Any] = {"choices": [{"index": 0, "message": said, "finish_reason": finish}]}
    if usage is not None:
        body["usage"] = {"prompt_tokens": usage[0], "completion_tokens": usage[1]}
    return body


def reply(text: str | None = "pong", **more: Any) -> Act:
    return answer(json.dumps(whole(text, **more)).encode())


def huge(size: int) -> Act:
    """A reply of that many bytes, as fast as it is read."""

    async def act(to: Exchange) -> None:
        to.head(200, JSON, {"content-length": str(size)})
        for _ in range(size // 65_536):
            to.write(b"x" * 65_536)
            # No faster than it is read: a client that stops early must not find all of it sent.
            await asyncio.sleep(0.001 if to.waiting > 1 << 20 else 0)

    return act


def event(delta: dict[str, str] | None = None, finish: str | None = None, **more: Any) -> bytes:
    """One event of a stream."""
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish}]
    return b"data: " + json.dumps({"choices": choices, **more}).encode() + b"\n\n"


def events(
    *texts: str, usage: tuple[int, int] | None = (7, 3), finish: str = "stop"
) -> tuple[bytes, ...]:
    """A good stream, event by event."""
    said = [event({"content": text}) for text in texts]
    count = (
        []
        if usage is None
        else [event(usage={"prompt_tokens": usage[0], "completion_tokens": usage[1]})]
    )
    return (*said, event({}, finish), *count, b"data: [DONE]\n\n")


def stream(*chunks: bytes, gap: float = 0.0, hang: bool = False, cut: bool = False) -> Act:
    """These chunks, `gap` seconds apart; then the end, or silence, or a lost connection."""

    async def act(to: Exchange) -> None:
        to.head(200, SSE, {"transfer-encoding": "chunked"})
        for chunk in chunks:
            to.chunk(chunk)
            await asyncio.sleep(gap)
        if hang:
            await asyncio.Event().wait()
        if cut:
            to.close()
        else:
            to.write(b"0\r\n\r\n")

    return act


async def hang(_: Exchange) -> None:
    """Not even a status line."""
    await asyncio.Event().wait()


class ModelServer:
    """Plays its acts in order, the last one for ever."""

    def __init__(self) -> None:
        self.url = ""
        self.calls: list[Call] = []
        self.connections = 0
        self.news = asyncio.Event()
        self._acts: deque[Act] = deque([reply()])

    def will(self, *acts: Act) -> None:
        """Play these, the last one for ever."""
        self._acts = deque(acts)

    def act_for(self, call: Call) -> Act:
        """What this call is answered with."""
        return self._acts.popleft() if len(self._acts) > 1 else self._acts[0]

    async def arrived(self, number: int = 0) -> Call:
        """The call with this number, once it has come."""
        await self._until(lambda: len(self.calls) > number)
        return self.calls[number]

    async def left(self, number: int = 0) -> Call:
        """The call with this number, once its client has hung up before the end."""
        call = await self.arrived(number)
        await self._until(lambda: call.aborted is not None)
        return call

    async def _until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(60):
            while not true():
                self.news.clear()
                await self.news.wait()


@dataclass(slots=True, eq=False)
class Connection(asyncio.Protocol):
    server: ModelServer
    buffer: bytearray = field(default_factory=bytearray)
    playing: asyncio.Task[None] | None = None
    call: Call | None = None
    transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.server.connections += 1

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, gap, rest = bytes(self.buffer).partition(b"\r\n\r\n")
        if not gap:
            return
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {
            name.lower(): value.strip() for name, _, value in (x.partition(":") for x in lines)
        }
        size = int(headers.get("content-length", 0))
        if len(rest) < size:
            return
        self.buffer = bytearray(rest[size:])
        method, path, _ = first.split(" ")
        form = headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
        said = dict(parse_qsl(rest[:size].decode())) if form else json.loads(rest[:size] or b"{}")
        call = Call(headers, said, time.monotonic(), method=method, path=path)
        self.server.calls.append(call)
        self.server.news.set()
        self.playing = asyncio.ensure_future(self._play(self.server.act_for(call), call))

    async def _play(self, act: Act, call: Call) -> None:
        assert self.transport is not None
        try:
            await act(Exchange(self.transport, call))
            call.answered = time.monotonic()
        except asyncio.CancelledError:
            call.aborted = time.monotonic()
        self.server.news.set()

    def connection_lost(self, exc: Exception | None) -> None:
        if self.playing is not None and not self.playing.done():
            self.playing.cancel()


S = TypeVar("S", bound=ModelServer)


@asynccontextmanager
async def listening(server: S, path: str = "/v1") -> AsyncIterator[S]:
    """The server on a free port of this machine, for the length of the block."""
    connections: list[Connection] = []

    def connect() -> Connection:
        connections.append(Connection(server))
        return connections[-1]

    door = await asyncio.get_running_loop().create_server(connect, "127.0.0.1", 0)
    port = door.sockets[0].getsockname()[1]
    server.url = f"http://127.0.0.1:{port}{path}"
    try:
        yield server
    finally:
        door.close()
        for connection in connections:
            if connection.transport is not None:
                connection.transport.abort()
            if connection.playing is not None:
                connection.playing.cancel()
        await asyncio.sleep(0)


@pytest.fixture
async def modelserver() -> AsyncIterator[ModelServer]:
    async with listening(ModelServer()) as server:
        yield server


def nobody() -> str:
    """An address at which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/v1"
