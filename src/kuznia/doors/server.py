"""The web server that holds the sockets. Its end begins with our runs, not with its own waiting."""

import asyncio
import gc
import math
import socket

import uvicorn
from starlette.types import ASGIApp

from kuznia.doors.at import Doors
from kuznia.platform.errors import Conflict
from kuznia.platform.log import get_log
from kuznia.platform.settings import Settings

log = get_log("server")

# Seconds for the last events of what was cancelled to reach whoever listens.
FAREWELL = 2


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


def listen(settings: Settings) -> socket.socket:
    """The socket of HOST and PORT, taken before anything is started for it."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        door = socket.create_server((settings.host, settings.port), family=family)
    except OSError as error:
        raise Conflict(
            f"Nobody can listen on {settings.host}:{settings.port}: {error.strerror}. Stop what "
            "listens there, or choose another port with --port or PORT."
        ) from None
    host = f"[{settings.host}]" if family == socket.AF_INET6 else settings.host
    log.info("listening", url=f"http://{host}:{door.getsockname()[1]}")
    return door
