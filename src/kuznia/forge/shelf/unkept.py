"""What could not be written when it was answered: held in memory, tried again, within a bound.

While the database takes no rows, what was paid for is not thrown away: its answer says that it is
not kept yet, its owner finds it here, and it becomes a row once rows are taken again. Past the
bound nothing more is promised.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Final

from kuznia.forge.shelf.kept import Kept
from kuznia.platform.db.database import WriteSession
from kuznia.platform.db.journal import Journal, Put
from kuznia.platform.errors import Unavailable
from kuznia.platform.log import get_log

log = get_log("shelf")

# Seconds between two tries, each of them with one artefact until it is taken.
AGAIN: Final = 1.0
LAST_TRY: Final = 2.0

# Writes what belongs to an artefact in the artefact's transaction; False keeps both unwritten.
Finish = Callable[[WriteSession, Kept], Awaitable[bool]]


class TakenOver(Unavailable):
    """The job of this order is another process's by now; what is made here is not kept."""


@dataclass(slots=True, eq=False)
class Unwritten:
    """An artefact on its way into a row; `written` is the attempt in progress, if any."""

    kept: Kept
    key: str
    written: "asyncio.Future[None] | None" = None
    finish: Finish | None = None
    # Whether `finish` kept it from being written.
    refused: bool = False

    async def may_be_written(self, session: WriteSession) -> bool:
        """Whether nothing stands against it, seen in the transaction that writes it."""
        self.refused = self.finish is not None and not await self.finish(session, self.kept)
        return not self.refused


class Unkept:
    """Artefacts not yet in the database; `put` writes new rows, `put_again` rows that may exist."""

    def __init__(
        self,
        journal: Journal,
        put: Put,
        put_again: Put,
        *,
        max_bytes: int,
        kept: Callable[[Kept], None],
        count: Callable[[str], None],
    ) -> None:
        self._journal = journal
        self._put = put
        self._put_again = put_again
        self._max_bytes = max_bytes
        # Told of each that has become a row.
        self._kept = kept
        self._count = count
        self._held: OrderedDict[str, Unwritten] = OrderedDict()
        self._bytes = 0
        self._largest = 0
        self._trying: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return len(self._held)

    def __contains__(self, artefact_id: str) -> bool:
        return artefact_id in self._held

    def find(self, owner: str, artefact_id: str) -> Kept | None:
        """The owner's own artefact, while it is only here."""
        held = self._held.get(artefact_id)
        return held.kept if held is not None and held.kept.owner == owner else None

    def of(self, owner: str) -> Iterator[Kept]:
        """All artefacts of an owner that are only here."""
        return (held.kept for held in self._held.values() if held.kept.owner == owner)

    def admit(self) -> None:
        """Raise Unavailable if another artefact like the largest would not fit."""
        if self._held and not self._has_room(self._largest):
            raise Unavailable(
                "The database takes no rows, and the room in memory for what waits is used up: "
                "what you order could not be kept. Nothing was made or spent.",
                details={"reason": "not-kept"},
                retry_after=5,
            )

    async def keep(
        self, kept: Kept, key: str, seconds: float, finish: Finish | None = None
    ) -> bool:
        """Write an artefact, or hold it until it is written; False if neither is possible."""
        if self._journal.stuck and not self._has_room(len(kept.body)):
            return self._refused()
        held = Unwritten(kept, key, finish=finish)
        held.written = self._journal.add(self._put, held)
        if await self._journal.settled(held.written, seconds):
            if held.refused:
                raise TakenOver("Another process makes this order by now.")
            self._kept(kept)
            return True
        if not self._has_room(len(kept.body)):
            held.written.cancel()
            return self._refused()
        self._count("later")
        self._hold(held)
        return True

    def hold(self, kept: Kept, key: str) -> bool:
        """Hold an artefact until it can be written; False if there is no room."""
        if not self._has_room(len(kept.body)):
            return False
        self._hold(Unwritten(kept, key))
        return True

    def take(self, owner: str, artefact_id: str) -> Kept | None:
        """Remove an artefact that its owner deleted before it became a row."""
        held = self._held.get(artefact_id)
        if held is None or held.kept.owner != owner:
            return None
        if held.written is not None and not held.written.done():
            raise Unavailable("It is being written at this moment; try again.", retry_after=1)
        self._drop(held)
        return held.kept

    async def forget(self, owner: str) -> None:
        """Drop the artefacts of an owner, and wait for those that are being written."""
        theirs = [held for held in self._held.values() if held.kept.owner == owner]
        for held in theirs:
            self._drop(held)
        if under_way := [held.written for held in theirs if held.written is not None]:
            await asyncio.wait(under_way)

    async def close(self) -> None:
        """Try to write everything once more within a time limit; the rest is lost."""
        if self._trying is not None:
            self._trying.cancel()
            with suppress(asyncio.CancelledError):
                await self._trying
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_TRY):
                await self._again(self._due())
        if self._held:
            for _ in self._held:
                self._count("lost")
            log.error("artefacts_lost", count=len(self._held), bytes=self._bytes)

    def _has_room(self, size: int) -> bool:
        return self._bytes + size <= self._max_bytes

    def _refused(self) -> bool:
        self._count("refused")
        return False

    def _hold(self, held: Unwritten) -> None:
        log.warning("artefact_not_kept_yet", artefact=held.kept.id, waiting=len(self._held) + 1)
        self._held[held.kept.id] = held
        self._bytes += len(held.kept.body)
        self._largest = max(self._largest, len(held.kept.body))
        if held.written is not None:
            held.written.add_done_callback(partial(self._tried, held))
        if self._trying is None or self._trying.done():
            self._trying = asyncio.create_task(self._try())

    def _drop(self, held: Unwritten) -> None:
        if self._held.pop(held.kept.id, None) is not None:
            self._bytes -= len(held.kept.body)

    def _tried(self, held: Unwritten, written: "asyncio.Future[None]") -> None:
        held.written = None
        if held.kept.id in self._held and not written.cancelled() and written.exception() is None:
            self._drop(held)
            if not held.refused:
                self._kept(held.kept)

    async def _try(self) -> None:
        """Try one artefact at a time, and all others once it succeeds."""
        while self._held:
            await asyncio.sleep(AGAIN)
            due = self._due()
            if not due:
                continue
            await self._again(due[:1])
            if due[0].kept.id not in self._held:
                await self._again(due[1:])
            else:
                # It may be the only one that cannot be written.
                self._held.move_to_end(due[0].kept.id)

    def _due(self) -> list[Unwritten]:
        return [held for held in self._held.values() if held.written is None]

    async def _again(self, due: Sequence[Unwritten]) -> None:
        tries: list[asyncio.Future[None]] = []
        for held in due:
            if held.kept.id not in self._held:
                # Its owner deleted it meanwhile.
                continue
            held.written = written = self._journal.add(self._put_again, held)
            written.add_done_callback(partial(self._tried, held))
            tries.append(written)
        if tries:
            await asyncio.wait(tries)
            # Their callbacks come right behind.
            await asyncio.sleep(0)
