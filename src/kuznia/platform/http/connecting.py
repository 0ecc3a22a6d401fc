"""The way to a host: its addresses, tried side by side when the first is slow."""

import asyncio
import socket
import ssl
from collections.abc import Callable
from itertools import zip_longest

from kuznia.platform.http.connection import ClientConnection, Origin

# Seconds that one address gets before the next is tried beside it.
HEAD_START_SECONDS = 0.25

Admits = Callable[[str], bool]


class AddressRefused(OSError):
    """A name that leads only to addresses where this client may not connect."""


def admits_all(_: str) -> bool:
    """An operator decides where a server of theirs is."""
    return True


async def connect(
    origin: Origin, tls: ssl.SSLContext | None, admits: Admits = admits_all
) -> ClientConnection:
    """Open a connection to whichever of the host's addresses is quickest, IPv6 having the start.

    Not every loop can race them, and a host that is silent over IPv6 would use up all the time.
    The name is resolved once: what was admitted is what is connected to.
    Raises OSError if there is no address, or the last one's error if none takes a connection.
    """
    loop = asyncio.get_running_loop()
    # Resolved here: an attempt that is given up while it resolves leaves an error nobody reads.
    found = await loop.getaddrinfo(origin.host, origin.port, type=socket.SOCK_STREAM)
    new, old = (
        [
            str(address[0])
            for family, _, _, _, address in found
            if family == wanted and admits(str(address[0]))
        ]
        for wanted in (socket.AF_INET6, socket.AF_INET)
    )
    waiting = [host for pair in zip_longest(new, old) for host in pair if host is not None]
    if found and not waiting:
        raise AddressRefused("The name leads to no address that may be connected to.")
    attempts: list[asyncio.Task[ClientConnection]] = []
    pending: set[asyncio.Task[ClientConnection]] = set()
    try:
        while waiting or pending:
            if waiting:
                attempts.append(asyncio.ensure_future(_attempt(origin, waiting.pop(0), tls)))
                pending.add(attempts[-1])
            done, pending = await asyncio.wait(
                pending,
                timeout=HEAD_START_SECONDS if waiting else None,
                return_when=asyncio.FIRST_COMPLETED,
            )
            for attempt in done:
                if attempt.exception() is None:
                    attempts.remove(attempt)
                    return attempt.result()
        return attempts[-1].result()
    finally:
        for attempt in attempts:
            attempt.cancel()
            attempt.add_done_callback(_drop)


async def _attempt(origin: Origin, address: str, tls: ssl.SSLContext | None) -> ClientConnection:
    _, connection = await asyncio.get_running_loop().create_connection(
        lambda: ClientConnection(origin),
        address,
        origin.port,
        ssl=tls,
        server_hostname=origin.host if tls else None,
    )
    return connection


def _drop(attempt: asyncio.Task[ClientConnection]) -> None:
    if not attempt.cancelled() and attempt.exception() is None:
        attempt.result().abort()
