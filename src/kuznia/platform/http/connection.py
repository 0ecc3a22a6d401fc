"""One HTTP/1.1 connection: a request goes out as bytes, its answer is parsed as it comes."""

import asyncio
from dataclasses import dataclass
from typing import cast

import httpx2
from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

# Bytes of an answer that may come without any of its body: headers, trailers, the sizes of chunks.
MAX_HEAD_BYTES = 65_536
# Bytes of a body that may wait for its reader before no more are taken from the socket.
MAX_HELD_BYTES = 262_144
# Seconds within which a lost connection was lost before the request, and the two met on the way.
CROSSING_SECONDS = 1.0
CUT = "The server closed the connection before its answer was whole."
TOO_LONG = "The server's headers are too long."


@dataclass(frozen=True, slots=True)
class Origin:
    """Where connections lead; only a request to the same place may use one again."""

    secure: bool
    host: str
    port: int


class ResponseParser:
    """Reads a connection's answers one after another; it knows nothing of sockets."""

    def __init__(self) -> None:
        self._parser = HttpResponseParser(self)
        self.begin(bodiless=False)
        self.whole = True  # nothing has been asked yet

    def begin(self, *, bodiless: bool) -> None:
        """Make ready for the next answer; one to HEAD is `bodiless` whatever its headers say."""
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.chunks: list[bytes] = []
        self.held = 0  # bytes in the chunks
        self.begun = self.headed = self.whole = self.keeps = False
        self._bodiless = bodiless
        self._ends_itself = False
        self._head = 0

    def feed(self, data: bytes) -> None:
        """Take what came; raise RemoteProtocolError if that is no HTTP, or too much of it."""
        self.begun = True
        room = MAX_HEAD_BYTES - self._head
        if not self.headed and len(data) > room:
            self._parse(data[:room])
            if not self.headed:
                raise httpx2.RemoteProtocolError(TOO_LONG)
            data = data[room:]
        self._head += len(data)
        self._parse(data)
        if self._head > MAX_HEAD_BYTES and not self.whole:
            raise httpx2.RemoteProtocolError(TOO_LONG)

    def _parse(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade):
            # The error quotes what was sent, so it must not be chained.
            if not self.whole:
                raise httpx2.RemoteProtocolError("The server's answer is not HTTP.") from None
            self.keeps = False

    def end(self) -> None:
        """The server will send no more, which ends an answer that did not tell its length."""
        if self.headed and not self._ends_itself:
            self.whole = True

    # What follows is called by the parser.

    def on_message_begin(self) -> None:
        if self.whole:
            raise ValueError("An answer nobody asked for.")

    def on_header(self, name: bytes, value: bytes) -> None:
        if self.headed:
            return  # a trailer
        self.headers.append((name, value))
        if name.lower() in {b"content-length", b"transfer-encoding"}:
            self._ends_itself = True

    def on_headers_complete(self) -> None:
        self.status = self._parser.get_status_code()
        if self.status < 200:
            # An interim answer: the real one follows.
            self.headers = []
            self._ends_itself = False
            return
        self.headed = True
        self.whole = self._bodiless

    def on_body(self, body: bytes) -> None:
        self._head = 0
        if not self._bodiless:
            self.chunks.append(body)
            self.held += len(body)

    def on_message_complete(self) -> None:
        if self.headed and not self._bodiless:
            self.whole = True
            self.keeps = self._parser.should_keep_alive()


class ClientConnection(asyncio.Protocol):
    """Carries one exchange at a time; who took it from the pool gives it back, or aborts it."""

    _transport: asyncio.Transport

    def __init__(self, origin: Origin) -> None:
        self.origin = origin
        self.answer = ResponseParser()
        self.idle_until = 0.0
        self._loop = asyncio.get_running_loop()
        self._lost: httpx2.TransportError | None = None
        self._asked = 0.0
        self._paused = self._choked = False
        self._waiter: asyncio.Future[None] | None = None

    @property
    def usable(self) -> bool:
        """Whether another request may go out on it."""
        return (
            self.answer.whole
            and self.answer.keeps
            and self._lost is None
            and not self._paused
            and not self._transport.is_closing()
            and not self._transport.get_write_buffer_size()
        )

    @property
    def stale(self) -> bool:
        """Whether the server closed it while the request was on its way, and so did not read it."""
        return (
            self._lost is not None
            and not self.answer.begun
            and self._loop.time() - self._asked < CROSSING_SECONDS
        )

    async def ask(
        self,
        data: bytes,
        *,
        bodiless: bool,
        write: float | None = None,
        read: float | None = None,
    ) -> None:
        """Send a request, and return when the headers of its answer have come."""
        answer = self.answer
        answer.begin(bodiless=bodiless)
        self._check()
        self._asked = self._loop.time()
        self._transport.write(data)
        # A server may answer before it has read all, to say that it will not.
        while self._choked and not answer.headed:
            await self._news(write, httpx2.WriteTimeout)
        while not answer.headed:
            await self._news(read, httpx2.ReadTimeout)

    async def read(self, seconds: float | None) -> bytes:
        """The next bytes of the body, none at its end."""
        answer = self.answer
        while not answer.chunks:
            if answer.whole:
                return b""
            await self._news(seconds, httpx2.ReadTimeout)
        data = answer.chunks[0] if len(answer.chunks) == 1 else b"".join(answer.chunks)
        answer.chunks = []
        answer.held = 0
        if self._paused:
            self._paused = False
            self._transport.resume_reading()
        return data

    def abort(self) -> None:
        """Close it now, whatever is under way."""
        self._transport.abort()

    async def _news(self, seconds: float | None, late: type[httpx2.TimeoutException]) -> None:
        self._check()
        if self._waiter is not None:
            # A reader that another task has closed: what comes next belongs to the next request.
            raise httpx2.StreamClosed
        self._waiter = self._loop.create_future()
        try:
            async with asyncio.timeout(seconds):
                await self._waiter
        except TimeoutError:
            raise late(f"The server was silent for {seconds:g} s.") from None
        finally:
            self._waiter = None

    def _check(self) -> None:
        if self._lost is None and self._transport.is_closing():
            self._lost = httpx2.RemoteProtocolError(CUT)
        if self._lost is not None:
            raise self._lost

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    # What follows is called by the event loop.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # A stream's transport, but not every loop's is of that class.
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        answer = self.answer
        if answer.whole:
            # Nobody asked for it, so it must not be read as the answer to what is asked next.
            self.abort()
            return
        try:
            answer.feed(data)
        except httpx2.RemoteProtocolError as error:
            self._lost = error
            self.abort()
        if answer.held > MAX_HELD_BYTES and not self._paused and not answer.whole:
            self._paused = True
            self._transport.pause_reading()
        self._wake()

    def eof_received(self) -> None:
        self.answer.end()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._lost is None:
            self._lost = httpx2.RemoteProtocolError(CUT) if exc is None else httpx2.ReadError(CUT)
        self._wake()

    def pause_writing(self) -> None:
        self._choked = True

    def resume_writing(self) -> None:
        self._choked = False
        self._wake()
