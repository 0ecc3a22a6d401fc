"""The web server that holds the sockets. On shutdown it ends our runs first."""

import asyncio
import errno
import gc
import math
import os
import socket
import sys
from collections.abc import Callable
from functools import partial
from resource import RLIM_INFINITY, RLIMIT_NOFILE, getrlimit, setrlimit
from types import FrameType
from typing import cast

import uvicorn
from starlette.types import ASGIApp

from kuznia.doors.context import Doors
from kuznia.doors.listen.connection import PATIENCE, ServerConnection
from kuznia.doors.listen.connection_count import Crowd
from kuznia.platform.errors import Conflict
from kuznia.platform.log import get_log
from kuznia.platform.process.memory import map_large_pieces
from kuznia.platform.settings import Settings

log = get_log("server")

# Seconds for the last events of what was cancelled to reach whoever listens.
SWITCH = 0.001
FAREWELL = 2
# Descriptors for all that is no connection of a caller.
BESIDE = 100
# Seconds until it is logged again that there are none left.
TELL_AGAIN = 60
RAISE = "callers are turned away: raise `ulimit -n`, or lower MAX_CONNECTIONS"


class Server(uvicorn.Server):
    """A server that ends runs first, so that every open stream ends with its last event."""

    # Ends the process, where it is ours to end; a second signal wants no more waiting of any kind.
    end_process: Callable[[int], None] | None = None
    _leaves_at: float | None = None
    _told_at = float("-inf")

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Shut down gracefully on the first signal, at once on the second."""
        if not self.should_exit:
            super().handle_exit(sig, frame)
            return
        self.force_exit = True
        if self.end_process is not None:
            self.end_process(128 + sig)

    async def on_tick(self, counter: int) -> bool:
        """Look for slow connections and exhausted descriptors; called ten times a second."""
        now = asyncio.get_running_loop().time()
        if now - self._told_at > TELL_AGAIN and not _one_more():
            # The loop closes what it cannot take, and tells nobody.
            self._told_at = now
            log.error("descriptors_spent", held=getrlimit(RLIMIT_NOFILE)[0], note=RAISE)
        if counter % 10 == 0:
            for connection in list(self.server_state.connections):
                if isinstance(connection, ServerConnection):
                    connection.look(now)
        return await super().on_tick(counter) and self._has_given_notice(now)

    def _has_given_notice(self, now: float) -> bool:
        """Whether load balancers had the time to see that this server is leaving."""
        doors: Doors = self.lifespan.state["doors"]
        doors.ready.leaving = True
        if self._leaves_at is None:
            self._leaves_at = now + doors.settings.shutdown_notice
        return now >= self._leaves_at or self.force_exit

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept no more, let runs use the grace period, then cancel them and close."""
        doors: Doors = self.lifespan.state["doors"]
        # Left to itself it would wait for streams that wait for runs nobody has told to end.
        closing = asyncio.create_task(doors.runs.close(doors.settings.shutdown_grace))
        await super().shutdown(sockets)
        if self.force_exit:
            # Ctrl-C came twice: nobody wants to wait for the grace.
            closing.cancel()
        else:
            await closing


def _one_more() -> bool:
    """Whether another connection or file can be opened now."""
    try:
        os.close(os.dup(sys.stderr.fileno()))
    except OSError as error:
        return error.errno not in (errno.EMFILE, errno.ENFILE)
    return True


def server(app: ASGIApp, settings: Settings) -> Server:
    """A server of this application that does not listen yet."""
    crowd = Crowd(
        _room(settings.max_connections),
        settings.max_connections_per_address,
        settings.trusted_proxies,
    )
    return Server(
        uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            http=cast(type[asyncio.Protocol], partial(ServerConnection, crowd=crowd)),
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


def _room(limit: int) -> int:
    """The number of connections, limited by the file descriptors this process may open."""
    held, allowed = (math.inf if one == RLIM_INFINITY else one for one in getrlimit(RLIMIT_NOFILE))
    if (needed := limit + BESIDE) <= held:
        return limit
    if (raised := int(min(needed, allowed))) > held:
        setrlimit(RLIMIT_NOFILE, (raised, RLIM_INFINITY if allowed == math.inf else int(allowed)))
    if raised < needed:
        log.warning("setting", note=f"MAX_CONNECTIONS is {raised - BESIDE} here; see `ulimit -n`.")
    return max(1, raised - BESIDE)


def settle() -> None:
    """Tell the garbage collector that what is loaded by now stays, and threads to switch sooner.

    Walking all modules and schemas again and again cost one request in a hundred some 90 ms. A
    request asks for the interpreter's lock several times, and a thread at work gives it back only
    after this long. What requests leave is looked through often: that is little beside what stays,
    and what a thousand large plans left held some 30 MB until then, much of it for good.
    """
    sys.setswitchinterval(SWITCH)
    map_large_pieces()
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000, 5, 4)


def _reason(error: OSError) -> str:
    # asyncio and the socket module add the address again, a name that is not found has no number.
    return os.strerror(error.errno) if error.errno and error.errno > 0 else str(error.strerror)


def listen(settings: Settings) -> socket.socket:
    """Open the socket of HOST and PORT before anything else is started."""
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
