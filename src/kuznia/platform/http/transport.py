"""HTTP/1.1 under httpx2's client, for a fifth of the processor time of its own transport."""

import asyncio
import re
import ssl
from collections import deque
from collections.abc import AsyncGenerator, Mapping

import httpx2

from kuznia.platform.http.connecting import Admits, admits_all, connect
from kuznia.platform.http.connection import ClientConnection, Origin

HEAD = re.compile(
    rb"[!-~]+ [!-~]+ HTTP/1\.1\r\n(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+: [^\0\r\n]*\r\n)*\r\n"
)
FRAMING = {b"content-length", b"transfer-encoding"}
PORTS = {"http": 80, "https": 443}

# Seconds a connection beyond `keepalive` is kept all the same: answers that come together would
# else close what the next requests, a moment later, have to open again.
SURPLUS_SECONDS = 1.0

Limits = Mapping[str, float | None]  # seconds, as httpx2 names them


class Transport(httpx2.AsyncBaseTransport):
    """At most so many connections, the newest idle one first; who finds none free waits in turn.

    Without a TLS context only http is spoken. Neither proxies, redirects, cookies nor encodings.
    """

    def __init__(
        self,
        *,
        tls: ssl.SSLContext | None,
        connections: int,
        keepalive: int,
        expiry: float,
        admits: Admits = admits_all,
    ) -> None:
        self._tls = tls
        self._admits = admits
        self._free = connections
        self._keepalive = keepalive
        self._expiry = expiry
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._called = 0  # waited, and are about to take a connection
        self._busy: set[ClientConnection] = set()
        self._idle: deque[ClientConnection] = deque()
        self._expiring: asyncio.TimerHandle | None = None
        self._closed = False

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send it, and answer as soon as the headers are there; the body comes as it is read."""
        origin = self._origin(request.url)
        limits = request.extensions.get("timeout", {})
        data = write(request, await request.aread())
        await self._enter(limits.get("pool"))
        try:
            connection = await self._exchange(
                origin, data, limits, bodiless=request.method == "HEAD"
            )
        except BaseException:
            self._leave()
            raise
        answer = connection.answer
        body = ResponseBody(self, connection, limits.get("read"))
        return httpx2.Response(answer.status, headers=answer.headers, stream=body)

    async def aclose(self) -> None:
        """Close every connection, whatever is under way on it, and send away who waits."""
        self._closed = True
        if self._expiring is not None:
            self._expiring.cancel()
        for turn in self._waiting:
            if not turn.done():
                turn.set_exception(closed())
        self._waiting.clear()
        for connection in (*self._idle, *self._busy):
            connection.abort()
        self._idle.clear()
        # The loop closes the sockets on its next turn.
        await asyncio.sleep(0)

    def give_back(self, connection: ClientConnection) -> None:
        """Keep it for the next request if it can carry one, and let who waits go on."""
        self._busy.discard(connection)
        self._leave()
        if not connection.usable or self._closed:
            connection.abort()
            return
        if not self._keepalive and not self._called:
            connection.abort()
            return
        connection.idle_until = asyncio.get_running_loop().time() + self._expiry
        self._idle.append(connection)
        if self._expiring is None:
            self._expire()

    def _origin(self, url: httpx2.URL) -> Origin:
        if url.scheme not in PORTS or not url.raw_host:
            raise httpx2.UnsupportedProtocol("Only http and https addresses can be asked.")
        secure = url.scheme == "https"
        if secure and self._tls is None:
            raise httpx2.UnsupportedProtocol("This client was opened for http alone.")
        return Origin(secure, url.raw_host.decode("ascii"), url.port or PORTS[url.scheme])

    async def _enter(self, seconds: float | None) -> None:
        """Wait for the right to use one connection."""
        if self._closed:
            raise closed()
        if self._free:
            self._free -= 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            async with asyncio.timeout(seconds):
                await turn
            self._called -= 1
        except BaseException as error:
            if turn in self._waiting:
                self._waiting.remove(turn)
            elif not turn.cancelled() and turn.exception() is None:
                # Its turn came in the very moment it gave up.
                self._called -= 1
                self._leave()
            if isinstance(error, TimeoutError):
                raise httpx2.PoolTimeout("All connections are taken.") from None
            raise

    def _leave(self) -> None:
        """Hand the right on to who has waited longest."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                self._called += 1
                turn.set_result(None)
                return
        self._free += 1

    async def _exchange(
        self, origin: Origin, data: bytes, limits: Limits, **to: bool
    ) -> ClientConnection:
        kept = self._take(origin)
        if kept is not None:
            try:
                return await self._ask(kept, data, limits, **to)
            except httpx2.TransportError:
                if not kept.stale:
                    raise
        fresh = await self._open(origin, limits.get("connect"))
        return await self._ask(fresh, data, limits, **to)

    async def _ask(
        self, connection: ClientConnection, data: bytes, limits: Limits, *, bodiless: bool
    ) -> ClientConnection:
        self._busy.add(connection)
        try:
            await connection.ask(
                data, bodiless=bodiless, write=limits.get("write"), read=limits.get("read")
            )
        except BaseException:
            self._busy.discard(connection)
            connection.abort()
            raise
        return connection

    def _take(self, origin: Origin) -> ClientConnection | None:
        """The newest idle connection that leads there."""
        now = asyncio.get_running_loop().time()
        for connection in (*reversed(self._idle),):
            if connection.origin == origin:
                self._idle.remove(connection)
                if connection.usable and now < connection.idle_until:
                    return connection
                connection.abort()
        return None

    async def _open(self, origin: Origin, seconds: float | None) -> ClientConnection:
        if self._closed:
            raise closed()
        while len(self._idle) > self._free + self._called:
            # Idle ones that lead elsewhere make room.
            self._idle.popleft().abort()
        try:
            async with asyncio.timeout(seconds):
                connection = await connect(
                    origin, self._tls if origin.secure else None, self._admits
                )
        except TimeoutError:
            raise httpx2.ConnectTimeout("The server took no connection in time.") from None
        except (OSError, UnicodeError) as error:
            raise httpx2.ConnectError(str(error)) from error
        if self._closed:
            connection.abort()
            raise closed()
        return connection

    def _expire(self) -> None:
        """Close what was idle for too long, or for a moment and is too many; then come again."""
        loop = asyncio.get_running_loop()
        surplus = min(SURPLUS_SECONDS, self._expiry)
        while self._idle:
            is_surplus = len(self._idle) > self._keepalive + self._called
            closes_at = self._idle[0].idle_until - (self._expiry - surplus) * is_surplus
            if closes_at > loop.time():
                self._expiring = loop.call_at(min(closes_at, loop.time() + surplus), self._expire)
                return
            self._idle.popleft().abort()
        self._expiring = None


class ResponseBody(httpx2.AsyncByteStream):
    """The body of an answer, no faster than it is read."""

    def __init__(
        self, transport: Transport, connection: ClientConnection, seconds: float | None
    ) -> None:
        self._transport = transport
        self._connection: ClientConnection | None = connection
        self._seconds = seconds

    async def __aiter__(self) -> AsyncGenerator[bytes]:
        while self._connection is not None and (data := await self._connection.read(self._seconds)):
            yield data

    async def aclose(self) -> None:
        """Give the connection back; one whose answer is not whole is closed at once."""
        connection, self._connection = self._connection, None
        if connection is not None:
            self._transport.give_back(connection)


def write(request: httpx2.Request, body: bytes) -> bytes:
    """The request as it goes out; raise LocalProtocolError for what is no HTTP."""
    given = request.headers.raw
    lines = [b"%b: %b\r\n" % pair for pair in given if pair[0].lower() not in FRAMING]
    if body or len(lines) < len(given):
        # What was announced does not count: the length is the one the body has.
        lines.append(b"Content-Length: %d\r\n" % len(body))
    start = b"%b %b HTTP/1.1\r\n" % (request.method.encode(), request.url.raw_path)
    head = b"".join((start, *lines, b"\r\n"))
    # A value with a line end in it would go out as another header, and a good one.
    if head.count(b"\n") != len(lines) + 2 or HEAD.fullmatch(head) is None:
        raise httpx2.LocalProtocolError("The request's headers are not HTTP.")
    return head + body


def closed() -> httpx2.ConnectError:
    return httpx2.ConnectError("The client was closed.")
