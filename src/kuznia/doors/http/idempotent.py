"""Pure ASGI: a POST with an Idempotency-Key is done once, and answered as often as it is sent.

With a key the work goes on when the client leaves: the key is how it comes back for the answer.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress

from starlette.requests import Request as HttpRequest
from starlette.types import ASGIApp, Receive, Scope, Send

from kuznia.callers.replays import (
    Headers,
    Message,
    Replays,
    Request,
    StoredAnswer,
    Tape,
    request,
    reused,
    taken_over,
)
from kuznia.doors.context import DoorState
from kuznia.llm.layers.retry import random_jitter
from kuznia.platform.errors import Invalid, Unavailable
from kuznia.web.answers import EVENT_STREAM
from kuznia.web.body import whole
from kuznia.web.client_left import unless_gone
from kuznia.web.prefer import prefers_async
from kuznia.web.state import state_of

HEADER = b"idempotency-key"
REPLAYED = (b"idempotency-replayed", b"true")
KEY = re.compile(rb"[!-~]{1,255}")
# Seconds between looks at another process's work: ever longer, and not in step with others.
FIRST_POLL, LAST_POLL = 0.05, 1.0
EVENTS = EVENT_STREAM.encode()
FINISHED = b"\nevent: run.finished\n"


class Idempotent:
    """Applies only to orders: an answer that holds a secret must not be stored."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        key = _key(scope) if scope["type"] == "http" else None
        if key is None:
            await self._app(scope, receive, send)
            return
        state = state_of(scope, DoorState)
        assert state.caller is not None, "nobody places orders unknown"
        replays = state.doors.metering.replays
        body = await whole(receive)
        streamed = EVENTS in _header(scope, b"accept")
        parts = scope["path"].encode(), scope["query_string"], b"%d" % streamed, body
        # A job's address is another answer than an artefact.
        if prefers_async(HttpRequest(scope)):
            parts = (*parts, b"async")
        asked = request(state.caller.id, key, *parts)
        state.idempotency = f"{asked.id}{asked.hash}"
        await unless_gone(receive, self._answer(replays, asked, scope, body, send))

    async def _answer(
        self, replays: Replays, asked: Request, scope: Scope, body: bytes, send: Send
    ) -> None:
        while tape := replays.tapes.get(asked.id):
            if tape.request != asked:
                raise reused()
            played = await _play(tape, send, replayed=True)
            if tape.fault is not None:
                raise tape.fault
            if played:
                return
            # Whoever asked for us all has left before there was an answer.
        # Before the row is asked: of two in one process the second is to find the first.
        tape = replays.tapes[asked.id] = Tape(asked)
        try:
            poll = FIRST_POLL
            while (found := await replays.claim(asked)) == "theirs":
                await asyncio.sleep(poll * random_jitter())
                poll = min(2 * poll, LAST_POLL)
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
        """Start the work as a task of its own: this request only listens, and may leave."""
        task = asyncio.create_task(self._execute(replays, tape, scope, body))
        replays.tasks.add(task)
        task.add_done_callback(replays.tasks.discard)
        if not await _play(tape, send, replayed=False) or tape.fault is not None:
            # What broke in there is for the gate to tell.
            await asyncio.shield(task)

    async def _execute(self, replays: Replays, tape: Tape, scope: Scope, body: bytes) -> None:
        work = _Work(replays, tape, body)
        try:
            async with _renewed(replays, tape.request):
                await self._app(scope, work.receive, work.write)
            if tape.fault is not None:
                raise tape.fault
        finally:
            await work.end()


class _Work:
    """The work of one key: its answer goes onto the tape, its end only once that is stored."""

    def __init__(self, replays: Replays, tape: Tape, body: bytes) -> None:
        self._replays = replays
        self._tape = tape
        self._body: bytes | None = body
        self._pieces: list[Message] = []
        self._settled = False

    async def receive(self) -> Message:
        body, self._body = self._body, None
        if body is None:
            # Nobody leaves: who listens is not for the work to know.
            await asyncio.Event().wait()
        return {"type": "http.request", "body": body, "more_body": False}

    async def write(self, message: Message) -> None:
        self._pieces.append(dict(message))
        if message["type"] == "http.response.start":
            # Waits for what may be all of the answer, and turn out not to be ours to give.
            return
        tape = self._tape
        if not self._settled and _is_last(message):
            # Before anyone has its end: what was answered is what will be answered, and who
            # comes again after a fault does not find it still there.
            self._settled = True
            if not await _settle(self._replays, tape.request, _worth_keeping(self._pieces)):
                tape.fault = taken_over()
            del self._replays.tapes[tape.request.id]
        while tape.fault is None and len(tape.pieces) < len(self._pieces):
            tape.write(self._pieces[len(tape.pieces)])

    async def end(self) -> None:
        """Close the tape; without an answer the key is free for another attempt."""
        if self._settled:
            self._tape.end()
            return
        if not self._tape.pieces:
            self._tape.fault = Unavailable(
                "The request with this key failed; send it again.", retry_after=1
            )
        await self._replays.release(self._tape.request)
        _drop(self._replays, self._tape)


async def _settle(replays: Replays, asked: Request, answer: StoredAnswer | None) -> bool:
    """Store the answer; tell whether it may be sent."""
    if answer is not None:
        return await replays.keep(asked, answer)
    await replays.release(asked)
    return True


def _is_last(piece: Message) -> bool:
    """Whether this ends the answer; nothing follows the last event of a stream."""
    return not piece.get("more_body") or FINISHED in piece["body"]


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
    """Send all there is and all that comes; tell whether that was anything."""
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


def _worth_keeping(pieces: Sequence[Message]) -> StoredAnswer | None:
    """The answer to store, or None for a temporary fault, which is tried again instead."""
    status: int = pieces[0]["status"]
    headers: Headers = tuple((name, value) for name, value in pieces[0]["headers"])
    if not (200 <= status < 300 or status == 422):
        return None
    body = b"".join(piece.get("body", b"") for piece in pieces[1:])
    streamed = any(n == b"content-type" and v.startswith(EVENTS) for n, v in headers)
    if streamed and FINISHED not in body:
        return None
    return StoredAnswer(status, headers, body)


def _key(scope: Scope) -> str | None:
    if not state_of(scope, DoorState).target.rule.orders:
        return None
    for name, value in scope["headers"]:
        if name == HEADER:
            if not KEY.fullmatch(value):
                raise Invalid(
                    "Idempotency-Key must be 1 to 255 printable ASCII characters, without spaces.",
                    details={
                        "fields": [
                            {"where": "header.idempotency-key", "message": "not a valid key"}
                        ]
                    },
                )
            return value.decode()
    return None


def _header(scope: Scope, name: bytes) -> bytes:
    return next((value for key, value in scope["headers"] if key == name), b"")
