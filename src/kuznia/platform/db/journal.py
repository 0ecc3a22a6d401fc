"""Group commit: what comes while one transaction is being written goes together into the next.

A commit costs more than many rows do, and whoever adds rows in the same moment as somebody else
shares a transaction with them, whatever the rows are.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from kuznia.platform.db.database import Database, WriteSession
from kuznia.platform.errors import Unavailable

# One transaction for as many rows as came in while the last one was written.
MAX_ROWS = 200
# Seconds between the end of one transaction and the next: under load more rows come together.
GATHER_SECONDS = 0.002
# Seconds in which a row is written unless something is wrong; and while that is known already.
WRITE_SECONDS: Final = 5.0
STUCK_SECONDS: Final = 1.0

# Any: each kind of row has its own function, which alone knows what the rows are.
Put = Callable[[WriteSession, Sequence[Any]], Awaitable[None]]
Batch = list[tuple[Put, object, "asyncio.Future[None]"]]


class Journal:
    """Lives as long as the application."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._waiting: Batch = []
        self._flushing: asyncio.Task[None] | None = None
        self._failed = False
        # Since when the transaction under way is waited for.
        self._since: float | None = None
        self._ended = 0.0

    def add(self, put: Put, row: object) -> "asyncio.Future[None]":
        """Have `put` write it. The future ends when it is committed, or with what kept it from
        that; it is the caller's alone, so whoever leaves does not take the other rows along. To
        cancel it is to withdraw the row, if it is not being written yet."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        # Looked at, so that nobody is told of a future whose owner has left.
        done.add_done_callback(lambda done: done.cancelled() or done.exception())
        self._waiting.append((put, row, done))
        if self._flushing is None or self._flushing.done():
            self._flushing = asyncio.create_task(self._flush())
        return done

    @property
    def stuck(self) -> bool:
        """Whether the last rows were refused, or those under way take longer than any should."""
        now = asyncio.get_running_loop().time()
        return self._failed or (self._since is not None and now - self._since > WRITE_SECONDS)

    async def settled(self, done: "asyncio.Future[None]", seconds: float = WRITE_SECONDS) -> bool:
        """Wait for what was added, as long as that makes sense and no longer than `seconds`.

        Whether it is written; what is not by then goes on being tried, or has failed.
        """
        await asyncio.wait(
            (done,), timeout=min(seconds, STUCK_SECONDS if self.stuck else WRITE_SECONDS)
        )
        return done.done() and not done.cancelled() and done.exception() is None

    async def _flush(self) -> None:
        while self._waiting:
            if (wait := self._ended + GATHER_SECONDS - asyncio.get_running_loop().time()) > 0:
                await asyncio.sleep(wait)
            batch, self._waiting = self._waiting[:MAX_ROWS], self._waiting[MAX_ROWS:]
            batch = [row for row in batch if not row[2].cancelled()]
            failed = await self._tried(batch) if batch else None
            if failed is not None and not isinstance(failed, Unavailable) and len(batch) > 1:
                # One of these rows cannot be written: it must not take the others with it.
                for row in batch:
                    _settle([row], await self._tried([row]))
            else:
                _settle(batch, failed)

    async def _tried(self, batch: Batch) -> BaseException | None:
        """What kept these rows from being written. A task of its own, so that of whatever can
        happen in there those who wait are told."""
        self._since = asyncio.get_running_loop().time()
        writing = asyncio.create_task(self._write(batch))
        await asyncio.wait((writing,))
        self._since, self._ended = None, asyncio.get_running_loop().time()
        failed = Unavailable("Nothing is written any more.")
        if not writing.cancelled():
            failed = writing.exception()
        self._failed = isinstance(failed, Unavailable)
        return failed

    async def _write(self, batch: Batch) -> None:
        kinds: dict[Put, list[object]] = {}
        for put, row, _ in batch:
            kinds.setdefault(put, []).append(row)
        async with self._db.write() as session:
            for put, rows in kinds.items():
                await put(session, rows)


def _settle(batch: Batch, failed: BaseException | None) -> None:
    for _, _, done in batch:
        if done.done():
            continue
        if failed is None:
            done.set_result(None)
        else:
            done.set_exception(failed)
