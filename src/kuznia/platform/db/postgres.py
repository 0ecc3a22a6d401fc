"""Connections to PostgreSQL that can be cut: a server gone silent does not hold up our end."""

import asyncio
from importlib import import_module
from typing import Any, Final, Protocol
from weakref import WeakSet

# Seconds in which the server may say that it has heard us leave.
CLOSE_SECONDS: Final = 2.0


class PostgresConnection(Protocol):
    """What we ask of a connection; the driver itself has no types."""

    def terminate(self) -> None: ...

    async def close(self, *, timeout: float | None = None) -> None: ...


class PostgresConnections:
    """All connections of one process, from the moment each is asked for."""

    def __init__(self) -> None:
        self._open: WeakSet[PostgresConnection] = WeakSet()
        self._opening: set[asyncio.Task[PostgresConnection]] = set()
        self._are_cut = False

    # Any: what SQLAlchemy hands its driver.
    async def connect(self, *arguments: Any, **options: Any) -> PostgresConnection:
        """What SQLAlchemy calls in the driver's place."""
        if self._are_cut:
            raise ConnectionAbortedError
        connect = import_module("asyncpg").connect
        opening: asyncio.Task[PostgresConnection] = asyncio.create_task(
            connect(*arguments, **options)
        )
        self._opening.add(opening)
        try:
            line = await opening
        except asyncio.CancelledError:
            # It may have been opened in that very moment, and nobody has it then.
            opening.add_done_callback(_hang_up)
            if self._are_cut:
                raise ConnectionAbortedError from None
            raise
        finally:
            self._opening.discard(opening)
        self._open.add(line)
        return line

    def cut(self) -> None:
        """Whoever waits for the server fails now, and nobody connects any more."""
        self._are_cut = True
        for opening in self._opening:
            opening.cancel()
        for line in list(self._open):
            line.terminate()

    async def close(self) -> None:
        """Take leave of the server on all of them at once; those it does not hear are cut."""
        leaving = [asyncio.create_task(line.close(timeout=CLOSE_SECONDS)) for line in self._open]
        if leaving:
            await asyncio.wait(leaving, timeout=CLOSE_SECONDS)
        # Looked at, so that nobody is told of a server that did not say good-bye.
        for task in leaving:
            task.add_done_callback(lambda task: task.cancelled() or task.exception())
        opening = set(self._opening)
        self.cut()
        if opening:
            await asyncio.wait(opening, timeout=CLOSE_SECONDS)
        # What is cut closes its socket in the loop's next round, which may be its last.
        await asyncio.sleep(0)


def _hang_up(opening: "asyncio.Task[PostgresConnection]") -> None:
    if not opening.cancelled() and opening.exception() is None:
        opening.result().terminate()
