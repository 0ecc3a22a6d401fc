"""Our own API, asked from inside: a tool may do what its caller may do, by the same rules.

Each call goes through the gate as any request does, with the credential that came with it. So
scopes, rates, limits and budgets hold for agents, and no tool is a way round them.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.types import ASGIApp, Message, Scope

# What of the request that brought the call goes on with each question: who asks, and from where.
PASSED_ON = frozenset(
    (b"authorization", b"x-api-key", b"host", b"accept-language", b"forwarded", b"x-real-ip")
)
FORWARDED = b"x-forwarded-"
# Pieces of an answer that wait for their reader.
AHEAD = 8


@dataclass(frozen=True, slots=True)
class InnerReply:
    """The head of an answer, and its pieces as they come: of a stream each is one event."""

    status: int
    headers: Mapping[str, str]
    pieces: AsyncIterator[bytes]

    async def body(self) -> bytes:
        """All of it."""
        return b"".join([piece async for piece in self.pieces])


@dataclass(frozen=True, slots=True)
class Inner:
    """The application as one caller reaches it."""

    app: ASGIApp
    scope: Scope

    @asynccontextmanager
    async def asking(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        query: Mapping[str, str | int] | None = None,
        accept: str = "application/json",
    ) -> AsyncGenerator[InnerReply]:
        """Ask, and read the answer while it comes. Whoever leaves the block has hung up."""
        sent = False
        pieces: asyncio.Queue[Message] = asyncio.Queue(AHEAD)

        async def receive() -> Message:
            nonlocal sent
            if sent:
                # Hanging up is being cancelled.
                await asyncio.Event().wait()
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}

        headers = [
            *_passed_on(self.scope["headers"]),
            (b"accept", accept.encode()),
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
        ]
        scope = {
            **{name: self.scope[name] for name in ("type", "asgi", "scheme", "server", "client")},
            "http_version": "1.1",
            "root_path": "",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": urlencode(query or {}).encode(),
            "headers": headers,
            "state": self.scope["state"],
        }
        task = asyncio.ensure_future(self.app(scope, receive, pieces.put))
        try:
            start = await _next(pieces, task)
            assert start is not None, "an answer has a head"
            yield InnerReply(
                start["status"],
                {name.decode().lower(): value.decode() for name, value in start["headers"]},
                _bodies(pieces, task),
            )
        finally:
            task.cancel()
            await asyncio.wait((task,))

    async def ask(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        query: Mapping[str, str | int] | None = None,
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Ask, and read the whole answer."""
        async with self.asking(method, path, body, query=query) as reply:
            return reply.status, reply.headers, await reply.body()


def _passed_on(headers: Sequence[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    return [
        (name, value) for name, value in headers if name in PASSED_ON or name.startswith(FORWARDED)
    ]


async def _bodies(
    pieces: "asyncio.Queue[Message]", task: "asyncio.Future[None]"
) -> AsyncIterator[bytes]:
    while (message := await _next(pieces, task)) is not None:
        yield message.get("body", b"")
        if not message.get("more_body"):
            return


async def _next(pieces: "asyncio.Queue[Message]", task: "asyncio.Future[None]") -> Message | None:
    """The next message; None once the application has ended without one."""
    if pieces.empty() and not task.done():
        getting = asyncio.ensure_future(pieces.get())
        try:
            await asyncio.wait((getting, task), return_when=asyncio.FIRST_COMPLETED)
            if getting.done():
                return getting.result()
        finally:
            getting.cancel()
    return None if pieces.empty() else pieces.get_nowait()
