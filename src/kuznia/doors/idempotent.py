"""Pure ASGI: a POST with an Idempotency-Key is done once, and answered as often as it is sent.

With a key the work goes on when the client leaves: the key is how it comes back for the answer.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress

from starlette.types import ASGIApp, Receive, Scope, Send

from kuznia.callers.replays import Answer, Headers, Message, Replays, Request, Tape, request, reused
from kuznia.doors.stream import MEDIA_TYPE
from kuznia.platform.errors import Invalid, Unavailable
from kuznia.web.body import whole
from kuznia.web.leaving import unless_gone

HEADER = b"idempotency-key"
REPLAYED = (b"idempotency-replayed", b"true")
KEY = re.compile(rb"[!-~]{1,255}")
# How often another process's work is looked at.
POLL = 0.1
EVENTS = MEDIA_TYPE.encode()


class Idempotent:
    """Only where orders are placed: an answer that holds a secret must not be kept."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        orders = scope["type"] == "http" and scope["target"].rule.orders
        if not orders or (key := _key(scope)) is None:
            await self._app(scope, receive, send)
            return
        replays: Replays = scope["state"]["replays"]
        body = await whole(receive)
        streamed = EVENTS in _header(scope, b"accept")
        parts = scope["path"].encode(), scope["query_string"], b"%d" % streamed, body
        asked = request(scope["state"]["caller"].id, key, *parts)
        await unless_gone(receive, self._answer(replays, asked, scope, body, send))

    async def _answer(
        self, replays: Replays, asked: Request, scope: Scope, body: bytes, send: Send
    ) -> None:
        while tape := replays.tapes.get(asked.id):
            if tape.request != asked:
                raise reused()
            if await _play(tape, send, replayed=True):
                return
            if tape.broke:
                raise Unavailable("What this request repeats broke.", retry_after=1)
            # Whoever asked for us all has left before there was an answer.
        # Before the row is asked: of two in one process the second is to find the first.
        tape = replays.tapes[asked.id] = Tape(asked)
        try:
            while (found := await replays.claim(asked)) == "theirs":  # noqa: ASYNC110 - another process tells nobody
                await asyncio.sleep(POLL)
        except BaseException:
            _drop(replays, tape)
            raise
        if found == "ours":
            await self._begin(replays, tape, scope, body, send)
            return
        headers = [*found.headers]
        tape.write({"type": "http.response.start", "status": found.status, "headers": headers})
        tape.write({"type": "http.response.body", "body": found.body})
        _drop(replays, tape)
        await _play(tape, send, replayed=True)

    async def _begin(
        self, replays: Replays, tape: Tape, scope: Scope, body: bytes, send: Send
    ) -> None:
        """The work is a task of its own: this request is the first listener, and may leave."""
        task = asyncio.create_task(self._execute(replays, tape, scope, body))
        replays.tasks.add(task)
        task.add_done_callback(replays.tasks.discard)
        if not await _play(tape, send, replayed=False):
            # What broke in there is for the gate to tell.
            await asyncio.shield(task)

    async def _execute(self, replays: Replays, tape: Tape, scope: Scope, body: bytes) -> None:
        sent = False
        settled = False

        async def receive() -> Message:
            nonlocal sent
            if sent:
                # Nobody leaves: who listens is not for the work to know.
                await asyncio.Event().wait()
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def write(message: Message) -> None:
            nonlocal settled
            piece = dict(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                # Before anyone has its end: what was answered is what will be answered, and who
                # comes again after a fault does not find it still there.
                await _settle(replays, tape.request, _worth_keeping([*tape.pieces, piece]))
                del replays.tapes[tape.request.id]
                settled = True
            tape.write(piece)

        try:
            async with _renewed(replays, tape.request):
                await self._app(scope, receive, write)
        finally:
            if settled:
                tape.end()
            else:
                tape.broke = not tape.pieces
                await _settle(replays, tape.request, None)
                _drop(replays, tape)


async def _settle(replays: Replays, asked: Request, answer: Answer | None) -> None:
    if answer is None:
        await replays.release(asked)
    else:
        await replays.keep(asked, answer)


def _drop(replays: Replays, tape: Tape) -> None:
    del replays.tapes[tape.request.id]
    tape.end()


@asynccontextmanager
async def _renewed(replays: Replays, asked: Request) -> AsyncGenerator[None]:
    async def renew() -> None:
        while True:
            await asyncio.sleep(replays.lease / 3)
            await replays.renew(asked)

    beat = asyncio.create_task(renew())
    try:
        yield
    finally:
        beat.cancel()
        with suppress(asyncio.CancelledError):
            await beat


async def _play(tape: Tape, send: Send, *, replayed: bool) -> bool:
    """All there is and all that comes; whether that was anything."""
    place = 0
    while True:
        while place < len(tape.pieces):
            # A copy: what is outside of us adds its own headers.
            piece = dict(tape.pieces[place])
            place += 1
            if replayed and piece["type"] == "http.response.start":
                piece["headers"] = [*piece["headers"], REPLAYED]
            await send(piece)
        if tape.ended:
            return place > 0
        await tape.more()


def _worth_keeping(pieces: Sequence[Message]) -> Answer | None:
    """What was done, or refused after the work: a fault that may pass is tried again instead."""
    status: int = pieces[0]["status"]
    headers: Headers = tuple((name, value) for name, value in pieces[0]["headers"])
    if not (200 <= status < 300 or status == 422):
        return None
    body = b"".join(piece.get("body", b"") for piece in pieces[1:])
    streamed = any(n == b"content-type" and v.startswith(EVENTS) for n, v in headers)
    if streamed and b"\nevent: run.finished\n" not in body:
        return None
    return Answer(status, headers, body)


def _key(scope: Scope) -> str | None:
    for name, value in scope["headers"]:
        if name == HEADER:
            if not KEY.fullmatch(value):
                raise Invalid(
                    "Idempotency-Key is 1 to 255 letters, digits and signs, without spaces.",
                    details={"fields": [{"where": "header.idempotency-key", "message": "no key"}]},
                )
            return value.decode()
    return None


def _header(scope: Scope, wanted: bytes) -> bytes:
    return next((value for name, value in scope["headers"] if name == wanted), b"")
