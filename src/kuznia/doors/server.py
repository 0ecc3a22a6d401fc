"""The web server that holds the sockets. Its end begins with our runs, not with its own waiting."""

import asyncio
import gc
import math
import os
import socket

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from kuznia.doors.at import Doors
from kuznia.doors.faults import answer
from kuznia.doors.gate import SECURITY
from kuznia.platform.errors import Conflict, Fault, Invalid, TooLarge
from kuznia.platform.ids import new_id
from kuznia.platform.log import get_log, request_id
from kuznia.platform.settings import Settings

log = get_log("server")

# Seconds for the last events of what was cancelled to reach whoever listens.
FAREWELL = 2
# A connection that has no whole request to show is closed after so many seconds.
PATIENCE = 10
# What is not a body: the address, headers, trailers and the sizes of chunks. A browser's whole
# head is some 4 kB; the parser would collect as much as anybody sends.
MOST_BESIDE = 64_000


class Connection(HttpToolsProtocol):
    """One connection. What is sent before a request is known is bounded, in size and in time."""

    _beside = 0
    _due: asyncio.TimerHandle | None = None
    _in_head = False
    _refused = False

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._disarm()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        self._beside += len(data)
        super().data_received(data)
        if self._refused or self.transport.is_closing():
            return
        if self._beside > MOST_BESIDE:
            self._refuse(
                TooLarge(f"Address and headers are longer than the {MOST_BESIDE} bytes we read.")
            )
        elif self._due is None and not self._busy():
            self._wait()

    def on_message_begin(self) -> None:
        self._beside = 0
        self._in_head = True
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        # A trailer comes after who asks was looked at, so it is nobody's header.
        if self._in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._disarm()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        # A chunk of a single byte is six on the wire.
        self._beside -= 8 * len(body)
        super().on_body(body)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - it tells nobody what to do
        """What cannot be read as HTTP is answered in the form of every other error."""
        self._refuse(
            Invalid(
                "This is no HTTP request that can be read. Write spaces and what is not ASCII in "
                "an address as %20 and the like, and look at the lengths that are announced."
            )
        )

    def _unsupported_upgrade_warning(self) -> None:
        """Whoever offers another protocol is answered in this one, and no line is worth it."""

    def _busy(self) -> bool:
        return bool(self.cycle) and not self.cycle.response_complete

    def _wait(self) -> None:
        self._due = self.loop.call_later(self.timeout_keep_alive, self.transport.close)

    def _disarm(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def _refuse(self, fault: Fault) -> None:
        self._refused = True
        if self._busy() and self.cycle.response_started:
            # Half of its answer is on its way.
            self.transport.close()
        else:
            if self._busy():
                # Whoever works on it is told what a client that left would tell.
                self.cycle.disconnected = True
                self.cycle.message_event.set()
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
            self.loop.call_later(1, self.transport.close)


class Server(uvicorn.Server):
    """A server that ends runs first, so that every open stream ends with its last event."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more, give what is under way its grace, then cancel it and close."""
        doors: Doors = self.lifespan.state["doors"]
        # Left to itself it would wait for streams that wait for runs nobody has told to end.
        closing = asyncio.create_task(doors.runs.close(doors.settings.shutdown_grace))
        await super().shutdown(sockets)
        if self.force_exit:
            # Ctrl-C came twice: nobody wants to wait for the grace.
            closing.cancel()
        else:
            await closing


def server(app: ASGIApp, settings: Settings) -> Server:
    """A server of this application that does not listen yet."""
    return Server(
        uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            http=Connection,
            # There is no door for it: left on, its handshake would pass by the gate.
            ws="none",
            timeout_keep_alive=PATIENCE,
            # Lines go through our own pipe; each request is logged once, by the gate.
            log_config=None,
            access_log=False,
            server_header=False,
            # Whose word about an address counts is TRUSTED_PROXIES; the turnstile asks.
            proxy_headers=False,
            timeout_graceful_shutdown=math.ceil(settings.shutdown_grace) + FAREWELL,
        )
    )


def settle() -> None:
    """Tell the collector that what is loaded by now stays.

    Walking all modules and schemas again and again cost one request in a hundred some 90 ms.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def _reason(error: OSError) -> str:
    # asyncio and the socket module add the address again, a name that is not found has no number.
    return os.strerror(error.errno) if error.errno and error.errno > 0 else str(error.strerror)


def listen(settings: Settings) -> socket.socket:
    """The socket of HOST and PORT, taken before anything is started for it."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        door = socket.create_server((settings.host, settings.port), family=family)
    except OSError as error:
        raise Conflict(
            f"Nobody can listen on {settings.host}:{settings.port}: {_reason(error)}. Stop what "
            "listens there, or choose another port with --port or PORT."
        ) from None
    host = f"[{settings.host}]" if family == socket.AF_INET6 else settings.host
    log.info("listening", url=f"http://{host}:{door.getsockname()[1]}")
    return door
