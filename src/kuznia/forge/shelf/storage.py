"""How much each caller stores: a running sum, and the limit an order must fit in."""

from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from functools import cache

import sqlalchemy as sa

from kuznia.forge.terms import Caller
from kuznia.platform.clock import Clock
from kuznia.platform.db.database import Database, WriteSession, insert
from kuznia.platform.db.erasing import in_batches, some_of
from kuznia.platform.db.tables import artefacts, storage
from kuznia.platform.errors import QuotaExceeded, Unavailable
from kuznia.platform.log import get_log

log = get_log("shelf")

# What other processes keep for a caller counts here after so many seconds.
FRESH = 5.0
MAX_REMEMBERED = 10_000

# The bytes this caller may keep; None is no limit.
Allowed = Callable[[str], Awaitable[int | None]]


class Storage:
    """The storage limits; it asks the database only now and then for each caller."""

    def __init__(self, db: Database, clock: Clock, allowed: Allowed) -> None:
        self._db = db
        self._clock = clock
        self._allowed = allowed
        self._known: OrderedDict[str, tuple[float, int]] = OrderedDict()

    async def admit(self, caller: Caller) -> None:
        """Raise QuotaExceeded if a caller has used up their storage, before anything is spent."""
        try:
            limit = await self._allowed(caller.id)
            if limit is None:
                return
            used = self._remembered(caller.id)
            if used is None or used >= limit:
                used = await self._look(caller.id)
        except Unavailable:
            # Nobody is kept out by an outage, in which nothing can be kept either.
            return
        if used < limit:
            return
        log.warning("storage_full", owner=caller.id)
        raise QuotaExceeded(
            f"Your artefacts take {used:,} bytes, and {limit:,} may be kept. Make room with "
            "DELETE /api/v1/artefacts/ID, or with DELETE /api/v1/artefacts?before=ID for all that "
            "are older than that one.",
            details={"unit": "bytes", "limit": limit, "used": used},
        )

    def add(self, owner: str, size: int) -> None:
        """Count at once what this process stored or deleted."""
        if held := self._known.get(owner):
            self._known[owner] = (held[0], held[1] + size)

    def forget(self, owner: str) -> None:
        """Drop the remembered sum, so that the next order reads it again."""
        self._known.pop(owner, None)

    def _remembered(self, owner: str) -> int | None:
        held = self._known.get(owner)
        return held[1] if held is not None and held[0] > self._clock.monotonic() else None

    async def _look(self, owner: str) -> int:
        used = await used_by(self._db, owner)
        self._known[owner] = (self._clock.monotonic() + FRESH, used)
        self._known.move_to_end(owner)
        while len(self._known) > MAX_REMEMBERED:
            self._known.popitem(last=False)
        return used


async def used_by(db: Database, owner: str) -> int:
    """The bytes of all artefacts a caller stores."""
    query = sa.select(storage.c.bytes).where(storage.c.owner == owner)
    async with db.read() as session:
        return await session.scalar(query) or 0


def size(session: WriteSession, text: sa.Column[str]) -> sa.Label[int]:
    """The bytes of a text; SQLite would count characters."""
    if session.dialect.name == "postgresql":
        return sa.func.octet_length(text).label("size")
    return sa.func.length(sa.cast(text, sa.LargeBinary)).label("size")


async def erase_artefacts(db: Database, which: sa.ColumnElement[bool]) -> int:
    """Delete these artefacts in batches, and subtract them from the sums of their owners."""

    async def some(session: WriteSession) -> int:
        shown = (artefacts.c.owner, size(session, artefacts.c.body))
        rows = (await session.execute(some_of(artefacts, which).returning(*shown))).all()
        freed = Counter[str]()
        for row in rows:
            freed[row.owner] -= row.size
        if freed:
            await count(session, freed)
        return len(rows)

    return await in_batches(db, some)


async def count(session: WriteSession, sizes: Mapping[str, int]) -> None:
    """Add to the sums of these callers, in the transaction that changes what they store."""
    # In the order of their names, so that no two processes each wait for the other's lock.
    await session.execute(
        _adding(session.dialect.name),
        [{"owner": owner, "bytes": size} for owner, size in sorted(sizes.items())],
    )


# Made once: to make such a statement takes as long as to execute it.
@cache
def _adding(dialect: str) -> sa.Insert:
    row = insert(dialect, storage)
    more = {"bytes": storage.c.bytes + row.excluded.bytes}
    return row.on_conflict_do_update(index_elements=["owner"], set_=more)
