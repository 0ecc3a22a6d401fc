"""One connection: what is received and what is sent is bounded in size and in time."""

import asyncio
from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

from kuznia.doors.context import Doors
from kuznia.doors.http.faults import answer
from kuznia.doors.http.gate import SECURITY
from kuznia.doors.listen.connection_count import Crowd
from kuznia.platform.errors import Fault, Invalid, TooLarge, TooSlow, Unavailable
from kuznia.platform.ids import new_id
from kuznia.platform.log import request_id
from kuznia.web.state import KEY, RequestState

if TYPE_CHECKING:
    from uvicorn._types import ASGI3Application

# Seconds for a whole head, and between two bytes of a body; the other bounds are so many times it.
PATIENCE = 10
# A whole body, while nobody knows who sends it. Who is known has a second more for each of so
# many bytes that came.
WHOLE_BODY = 3
SLOWEST_SENDER = 10_000
# An answer that waits to be taken must grow shorter in this time, by so many bytes a second. It is
# less than what the gate allows: a connection that is gone ends its request without a word.
STALL = 5
SLOWEST_READER = 1_000
# What is not a body: the address, headers, trailers and the sizes of chunks. A browser's whole
# head is some 4 kB; the parser would collect as much as anybody sends.
MAX_HEAD_BYTES = 64_000


class ServerConnection(HttpToolsProtocol):
    """A connection with limits on slow senders and slow readers."""

    _beside = 0
    # What came last and belongs to no message yet.
    _unread = 0
    _in_head = False
    _in_body = False
    _refused = False
    # What is worked on; what was asked on top of it comes after, and is uvicorn's `cycle` already.
    _running: RequestResponseCycle | None = None
    # When the head that is awaited was, and when the body that comes began and was last heard of.
    _head_due: float | None = None
    _body_began: float | None = None
    _body_heard = 0.0
    _body_bytes = 0
    # How much was waiting to be taken, and when that was looked at.
    _untaken: tuple[int, float] | None = None

    # Any: what uvicorn gives every protocol is its own business.
    def __init__(self, *args: Any, crowd: Crowd, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._crowd = crowd

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        self._head_due = self.loop.time() + self.timeout_keep_alive
        if not self._crowd.enter(self, self.client[0] if self.client else ""):
            self._refuse(
                Unavailable("Too many connections are open; try again shortly.", retry_after=1), 0
            )

    def connection_lost(self, exc: Exception | None) -> None:
        self._crowd.leave(self)
        self._leave()
        super().connection_lost(exc)

    def evict(self) -> None:
        self.transport.abort()

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        self._beside += len(data)
        self._unread = len(data)
        super().data_received(data)
        if self._refused or self.transport.is_closing():
            return
        if self._beside > MAX_HEAD_BYTES:
            self._refuse(
                TooLarge(f"Address and headers together are longer than {MAX_HEAD_BYTES} bytes.")
            )
        elif self._in_body:
            self._body_heard = self.loop.time()
            if self._body_began is None:
                self._body_began = self._body_heard
        elif self._head_due is None and not self._busy():
            self._head_due = self.loop.time() + self.timeout_keep_alive

    def on_message_begin(self) -> None:
        # What came with its beginning is its own, unless another message began in that before.
        self._beside, self._unread = self._unread, 0
        self._in_head = True
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        # A trailer comes after who asks was looked at, so it is nobody's header.
        if self._in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._head_due = None
        super().on_headers_complete()
        # Only now: an address that cannot be read ends it before there is a body to wait for.
        self._in_body = True
        self._body_began = None
        self._body_bytes = 0

    def on_body(self, body: bytes) -> None:
        # A chunk of a single byte is six on the wire.
        self._beside -= 8 * len(body)
        self._unread = max(0, self._unread - 8 * len(body))
        self._body_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._in_body = False
        if self._busy():
            self._crowd.works(self)
        super().on_message_complete()

    def on_response_complete(self) -> None:
        if not self.pipeline:
            self._crowd.waits(self)
        super().on_response_complete()

    def resume_writing(self) -> None:
        self._untaken = None
        super().resume_writing()

    def look(self, now: float) -> None:
        """Close the connection if it is slower than any honest client; called once a second."""
        if self._stuck(now):
            self.transport.abort()
        elif self._head_due is not None and now > self._head_due:
            self.transport.close()
        elif self._in_body and self._body_began is not None and self._trickles(now):
            self._refuse(TooSlow("The body arrived too slowly or not at all; send it again."))

    def _trickles(self, now: float) -> bool:
        """Whether the body has used up its time."""
        if self.flow.read_paused or self.cycle.waiting_for_100_continue:
            # Nobody may send now: it is we who are slow.
            self._body_began = self._body_heard = now
            return False
        whole: float = WHOLE_BODY * self.timeout_keep_alive
        state: RequestState | None = self.cycle.scope.get(KEY)
        if state is not None and state.caller is not None:
            whole += self._body_bytes / SLOWEST_SENDER
        return (
            now - self._body_heard > self.timeout_keep_alive
            or now - (self._body_began or now) > whole
        )

    def _stuck(self, now: float) -> bool:
        """Whether the client does not read what was sent."""
        left = self.transport.get_write_buffer_size()
        if not left or not (self.flow.write_paused or self.transport.is_closing()):
            self._untaken = None
            return False
        if self._untaken is None:
            self._untaken = left, now
        before, then = self._untaken
        time = STALL * self.timeout_keep_alive
        if now - then < time:
            return False
        self._untaken = left, now
        return left > before - time * SLOWEST_READER

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - it tells nobody what to do
        """Answer what is not valid HTTP in the form of every other error."""
        self._refuse(
            Invalid(
                "This is not a valid HTTP request. Percent-encode spaces and characters outside "
                "ASCII in the address, and check Content-Length."
            )
        )

    def _unsupported_upgrade_warning(self) -> None:
        """Ignore an upgrade without a log line: the request is answered in HTTP."""

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: "ASGI3Application") -> None:
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    def _busy(self) -> bool:
        return self._running is not None and not self._running.response_complete

    def _leave(self) -> None:
        """Tell the request in progress that its client has left."""
        if self._running is not None and not self._running.response_complete:
            self._running.disconnected = True
            self._running.message_event.set()

    def _refuse(self, fault: Fault, linger: float = 1) -> None:
        self._refused = True
        running = self._running if self._in_body or self._busy() else None
        if running is not None and (running.response_started or running is not self.cycle):
            # An answer is on its way already, or it is the turn of another's.
            self.transport.close()
            return
        self._leave()
        doors: Doors = self.app_state["doors"]
        request_id.set(new_id("req", doors.forge.clock))
        response = answer(fault)
        headers = [
            *response.raw_headers,
            *SECURITY,
            (b"x-request-id", request_id.get().encode()),
            (b"connection", b"close"),
        ]
        lines = b"".join(b"%b: %b\r\n" % header for header in headers)
        body = bytes(response.body)
        self.transport.write(STATUS_LINE[response.status_code] + lines + b"\r\n" + body)
        # Closed with something unread, it would be reset and the answer lost on its way.
        self.loop.call_later(linger, self.transport.close)
