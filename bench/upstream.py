"""A fake model server: speaks the chat completions protocol, far faster than what is measured.

`python -m bench.upstream --port N [--delay S] [--gap S]`; what it saw is told at /seen.
"""

import argparse
import asyncio
import json
import re
import time
from dataclasses import dataclass
from typing import cast

import httptools
import uvloop

from bench.replies import NUMBER, reply_to

STREAMED = re.compile(rb'"stream"\s*:\s*true')
PIECE = 40
BODY_LIMIT = 4_000_000


@dataclass(slots=True)
class Seen:
    """What callers did. An abort is a caller that left before its answer was whole."""

    calls: int = 0
    streams: int = 0
    aborts: int = 0
    open: int = 0

    def json(self) -> bytes:
        counts = {name: getattr(self, name) for name in ("calls", "streams", "aborts", "open")}
        return json.dumps(counts | {"cpu_seconds": time.process_time()}).encode()


def head(status: str, kind: str, length: int | None) -> bytes:
    size = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
    return f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n{size}\r\n\r\n".encode()


def whole(body: bytes, status: str = "200 OK") -> bytes:
    return head(status, "application/json", len(body)) + body


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def usage(text: str) -> dict[str, int]:
    out = len(text) // 4 + 1
    return {"prompt_tokens": 60, "completion_tokens": out, "total_tokens": 60 + out}


def completion(text: str) -> bytes:
    """A whole answer, as the protocol says it."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text}}
    return json.dumps(
        {
            "id": "chatcmpl-bench",
            "object": "chat.completion",
            "created": 1_700_000_000,
            "model": "bench",
            "choices": [choice | {"finish_reason": "stop"}],
            "usage": usage(text),
        }
    ).encode()


def events(text: str) -> list[bytes]:
    """The same answer as the frames of a stream, usage and [DONE] last."""

    def frame(choices: list[object], **more: object) -> bytes:
        said = {"id": "chatcmpl-bench", "object": "chat.completion.chunk", "created": 1_700_000_000}
        data = json.dumps(said | {"model": "bench", "choices": choices} | more)
        return f"data: {data}\n\n".encode()

    def choice(delta: dict[str, str], end: str | None = None) -> dict[str, object]:
        return {"index": 0, "delta": delta, "finish_reason": end}

    pieces = [text[at : at + PIECE] for at in range(0, len(text), PIECE)]
    return [
        frame([choice({"role": "assistant", "content": ""})]),
        *(frame([choice({"content": piece})]) for piece in pieces),
        frame([choice({}, "stop")]),
        frame([], usage=usage(text)),
        b"data: [DONE]\n\n",
    ]


MODELS = whole(b'{"object": "list", "data": [{"id": "bench", "object": "model"}]}')
MISSING = whole(b'{"error": {"message": "no such address"}}', "404 Not Found")
TOO_LARGE = whole(b'{"error": {"message": "too large"}}', "413 Content Too Large")


class Caller(asyncio.Protocol):
    """One connection. Answers made before are kept: an answer costs a search and a write."""

    def __init__(self, seen: Seen, kept: dict[tuple[bool, str], list[bytes]], pace: "Pace") -> None:
        self.seen, self.kept, self.pace = seen, kept, pace
        self.parser = httptools.HttpRequestParser(self)
        self.body: list[bytes] = []
        self.size = 0
        self.path = b""
        self.timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # No isinstance: transports of uvloop do not descend from asyncio's.
        self.transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        if self.timer:
            self.timer.cancel()
            self.timer = None
            self.seen.aborts += 1
            self.seen.open -= 1

    def data_received(self, data: bytes) -> None:
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError:
            self.transport.close()

    def on_message_begin(self) -> None:
        self.body, self.size, self.path = [], 0, b""

    def on_url(self, url: bytes) -> None:
        self.path += url

    def on_body(self, body: bytes) -> None:
        self.size += len(body)
        if self.size <= BODY_LIMIT:
            self.body.append(body)

    def on_message_complete(self) -> None:
        if self.size > BODY_LIMIT:
            self.transport.write(TOO_LARGE)
        elif self.path.endswith(b"/chat/completions"):
            self.complete(b"".join(self.body))
        elif self.path.endswith(b"/models"):
            self.transport.write(MODELS)
        elif self.path == b"/seen":
            self.transport.write(whole(self.seen.json()))
        else:
            self.transport.write(MISSING)

    def complete(self, body: bytes) -> None:
        streamed = STREAMED.search(body) is not None
        self.seen.calls += 1
        self.seen.streams += streamed
        frames = self.frames(streamed, reply_to(body))
        if not self.pace.delay and not (streamed and self.pace.gap):
            answer = b"".join(frames)
            self.transport.write(answer.replace(NUMBER, b"%08d" % self.seen.calls))
            return
        self.seen.open += 1
        # Without a gap all that follows the delay leaves in one write.
        paced = frames if streamed and self.pace.gap else [b"".join(frames)]
        self.later(self.pace.delay, paced, 0)

    def frames(self, streamed: bool, text: str) -> list[bytes]:
        found = self.kept.get((streamed, text))
        if found is None:
            if streamed:
                chunks = [chunk(event) for event in events(text)]
                chunks[0] = head("200 OK", "text/event-stream", None) + chunks[0]
                found = [*chunks, chunk(b"")]
            else:
                found = [whole(completion(text))]
            self.kept[streamed, text] = found
        return found

    def later(self, seconds: float, frames: list[bytes], at: int) -> None:
        self.timer = asyncio.get_running_loop().call_later(seconds, self.send, frames, at)

    def send(self, frames: list[bytes], at: int) -> None:
        self.transport.write(frames[at])
        if at + 1 < len(frames):
            self.later(self.pace.gap, frames, at + 1)
        else:
            self.timer = None
            self.seen.open -= 1


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds before the first byte, and between the pieces of a stream."""

    delay: float = 0.0
    gap: float = 0.0


async def serve(host: str, port: int, pace: Pace) -> asyncio.Server:
    """Listen; one set of counts for all callers."""
    seen = Seen()
    kept: dict[tuple[bool, str], list[bytes]] = {}
    loop = asyncio.get_running_loop()
    return await loop.create_server(lambda: Caller(seen, kept, pace), host, port, backlog=4096)


async def until_stopped(host: str, port: int, pace: Pace) -> None:
    server = await serve(host, port, pace)
    async with server:
        await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--delay", type=float, default=0.0)
    parser.add_argument("--gap", type=float, default=0.0)
    said = parser.parse_args()
    uvloop.run(until_stopped("127.0.0.1", said.port, Pace(said.delay, said.gap)))


if __name__ == "__main__":
    main()
