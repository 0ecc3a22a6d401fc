"""Group commit: what comes while one transaction is being written goes together into the next.

A commit costs more than many rows do, and whoever adds rows in the same moment as somebody else
shares a transaction with them, whatever the rows are.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from kuznia.platform.db import Database, WriteSession
from kuznia.platform.errors import Unavailable

# One transaction for as many rows as came in while the last one was written.
MAX_ROWS = 200

# Any: each kind of row has its own function, which alone knows what the rows are.
Put = Callable[[WriteSession, Sequence[Any]], Awaitable[None]]


class Journal:
    """Lives as long as the application."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._waiting: list[tuple[Put, object, asyncio.Future[None]]] = []
        self._flushing: asyncio.Task[None] | None = None

    def add(self, put: Put, row: object) -> "asyncio.Future[None]":
        """Have `put` write it. The future ends when it is committed, or with what kept it from
        that; it is the caller's alone, so whoever leaves does not take the other rows along."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((put, row, done))
        if self._flushing is None or self._flushing.done():
            self._flushing = asyncio.create_task(self._flush())
        return done

    async def _flush(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:MAX_ROWS], self._waiting[MAX_ROWS:]
            kinds: dict[Put, list[object]] = {}
            for put, row, _ in batch:
                kinds.setdefault(put, []).append(row)
            failed: Exception | None = None
            try:
                async with self._db.write() as session:
                    for put, rows in kinds.items():
                        await put(session, rows)
            except (Unavailable, SQLAlchemyError) as error:
                failed = error
            for _, _, done in batch:
                if done.done():
                    continue
                if failed is None:
                    done.set_result(None)
                else:
                    done.set_exception(failed)
