"""The outermost ASGI middleware: request id, security headers, deadline, log line, metrics."""

import asyncio
import re
import time
from collections.abc import Callable, Sequence
from urllib.parse import unquote

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kuznia.doors.context import Doors, DoorState
from kuznia.doors.http.faults import answer
from kuznia.doors.http.routing import Targets
from kuznia.doors.http.versions import CURRENT, check, farewell
from kuznia.platform.clock import Clock
from kuznia.platform.errors import (
    Fault,
    Forbidden,
    InternalError,
    Invalid,
    NotFound,
    TimedOut,
    TooLarge,
)
from kuznia.platform.ids import new_id
from kuznia.platform.log import get_log, request_id
from kuznia.platform.metrics import Metrics
from kuznia.web.state import KEY, RequestState, state_of

log = get_log("gate")

# An id from outside is taken over only if it can do no harm in a log line or a header.
_SAFE_ID = re.compile(rb"[A-Za-z0-9._-]{8,64}")

# What proxies add; beside these, every name that begins with X-Forwarded.
_FORWARDED = frozenset({b"forwarded", b"x-real-ip"})
# U+FFFD stands where bytes were no UTF-8.
_UNREADABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ufffd\ud800-\udfff]")
_ENCODED_SLASH = re.compile(rb"%(?:2f|5c)", re.IGNORECASE)

# The API answers JSON and never a page: nothing may be loaded, framed or guessed from it. A page
# of ours brings its own policy, which then stands instead of this one.
POLICY = b"default-src 'none'; frame-ancestors 'none'"
SECURITY: Sequence[tuple[bytes, bytes]] = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"strict-transport-security", b"max-age=31536000"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"x-api-version", CURRENT.encode()),
)


# Seconds between two pieces of an answer: a stream has its heartbeat after ten, so what takes
# longer is a reader that has stopped reading, and would hold its answer in memory for ever.
STALL = 60.0


class Gate:
    """One middleware for what every request needs: six would each wrap `send` and cost as much."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        targets: Targets,
        cors: Callable[[ASGIApp], ASGIApp],
        clock: Clock,
        metrics: Metrics,
        deadline: float,
        stall: float = STALL,
        max_bytes: int,
        hosts: frozenset[str],
        unforwarded: bool = False,
    ) -> None:
        self._app = cors(app)
        self._targets = targets
        self._cors = cors
        self._clock = clock
        self._metrics = metrics
        self._deadline = deadline
        self._stall = stall
        self._max_bytes = max_bytes
        self._hosts = hosts
        # Nobody needs a credential, because only this machine can come: a proxy brings others.
        self._unforwarded = unforwarded

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            # There is no door for it.
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        if scope["method"] == "HEAD":
            send = _headless(send)
        state = scope[KEY] = self._state(scope)
        request_id.set(state.request_id)
        status = 0
        fault: Fault | None = None
        loop = asyncio.get_running_loop()

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _add_headers(message, state)
            if fault is None:
                # From the first byte on a stream has the deadline of its run, not ours; but who
                # takes nothing any more is let go.
                limit.reschedule(loop.time() + self._stall)
            await send(message)

        limit = asyncio.timeout(self._deadline)
        fault = await self._guarded(scope, receive, send_with_headers, limit)
        if fault is not None and status == 0:
            # A page may read what it is told here as well as any other answer.
            await self._cors(answer(fault))(scope, receive, send_with_headers)
        seconds = time.perf_counter() - began
        # The route's words, never the path: a path may hold an id or what somebody mistyped.
        route = state.target.path or "other"
        self._metrics.request(scope["method"], route, status, seconds)
        log.info(
            "request",
            method=scope["method"],
            route=route,
            status=status,
            ms=round(seconds * 1000, 2),
        )

    async def _guarded(
        self, scope: Scope, receive: Receive, send: Send, limit: asyncio.Timeout
    ) -> Fault | None:
        """The fault the request ended with, unless it was answered further in."""
        try:
            async with limit:
                _readable(scope)
                self._known(scope)
                if self._unforwarded:
                    _refuse_forwarded(scope)
                check(scope)
                await self._app(scope, self._bounded(scope, receive), send)
        except Fault as fault:
            return fault
        except TimeoutError:
            return TimedOut("The request took longer than this server allows and was stopped.")
        # The outer loop of a request: whatever broke is logged whole and told as a fault.
        except Exception:
            route = state_of(scope, RequestState).target.path
            log.exception("request_broke", method=scope["method"], route=route)
            return InternalError(
                "Something broke on our side; the log has the details under this id."
            )
        return None

    def _state(self, scope: Scope) -> DoorState:
        # The lifespan's state is a plain dict to the server; it is read nowhere else.
        doors: Doors = scope["state"]["doors"]
        return DoorState(
            request_id=_request_id(scope, self._clock),
            target=self._targets.match(scope),
            forge=doors.forge,
            doors=doors,
        )

    def _known(self, scope: Scope) -> None:
        """Refuse foreign host names: a page elsewhere can point its own name at this machine."""
        if not self._hosts:
            return
        sent = next((value for name, value in scope["headers"] if name == b"host"), b"")
        whole = sent.decode("latin-1").lower()
        name, colon, port = whole.rpartition(":")
        if (name if colon and port.isdigit() else whole) not in self._hosts:
            raise Forbidden("This server does not answer to that host name; see ALLOWED_HOSTS.")

    def _bounded(self, scope: Scope, receive: Receive) -> Receive:
        """Refuse a body whose announced length is too long; count one without a length."""
        announced = next((v for k, v in scope["headers"] if k == b"content-length"), None)
        if announced is not None and announced.isdigit():
            if int(announced) > self._max_bytes:
                raise self._too_large()
            return receive
        seen = 0

        async def counting() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._max_bytes:
                raise self._too_large()
            return message

        return counting

    def _too_large(self) -> TooLarge:
        return TooLarge(f"The body is longer than {self._max_bytes} bytes, the limit here.")


def _refuse_forwarded(scope: Scope) -> None:
    for name, _ in scope["headers"]:
        if name in _FORWARDED or name.startswith(b"x-forwarded-"):
            raise Forbidden(
                "This request came through a proxy, but this server asks nobody for a credential. "
                "Ask its operator to set ACCOUNTS=true, or ALLOW_REMOTE=true if everyone who can "
                "reach the proxy may use it."
            )


def _readable(scope: Scope) -> None:
    """Refuse an address that two readers may read differently, or that no log should hold."""
    raw: bytes = scope.get("raw_path") or b""
    # What stands before us may have read an encoded slash as part of a name, and we as its end.
    if _UNREADABLE.search(scope["path"]) or (b"%" in raw and _ENCODED_SLASH.search(raw)):
        raise NotFound("An address must be UTF-8, without control characters or encoded slashes.")
    query: bytes = scope["query_string"]
    if query and _UNREADABLE.search(unquote(query.decode("latin-1"))):
        raise Invalid("The query string contains control characters, or is not UTF-8.")


def _headless(send: Send) -> Send:
    """Send the head of what a GET would answer; a stream ends before its first event."""
    ended = False

    async def send_head(message: Message) -> None:
        nonlocal ended
        if not ended:
            await send(message)
        if message["type"] == "http.response.start":
            ended = True
            await send({"type": "http.response.body", "body": b""})

    return send_head


def _request_id(scope: Scope, clock: Clock) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _SAFE_ID.fullmatch(value):
            return value.decode()
    return new_id("req", clock)


def _add_headers(message: Message, state: RequestState) -> None:
    headers: list[tuple[bytes, bytes]] = list(message["headers"])
    headers.append((b"x-request-id", state.request_id.encode()))
    headers.extend(SECURITY)
    # What a layer inside has to say, whatever the answer will be.
    headers.extend(state.headers)
    headers.extend(farewell(state.target.rule.successors))
    if not any(name == b"content-security-policy" for name, _ in headers):
        headers.append((b"content-security-policy", POLICY))
    if not any(name == b"cache-control" for name, _ in headers):
        headers.append((b"cache-control", b"no-store"))
    message["headers"] = headers
