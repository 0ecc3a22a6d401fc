"""Where artefacts are found again and kept: cache and store are one thing.

Every artefact is a row of its owner's history. Only complete ones are found again for an equal
order, in memory and while they are fresh: asking the rows for every order that was never made
before would cost more than all the rest of its road.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import timedelta
from hashlib import blake2b
from typing import Any

import sqlalchemy as sa

from kuznia.forge.artefact import Artefact
from kuznia.forge.shelf.kept import Kept, Listed, body, not_yet_kept, unspent
from kuznia.forge.shelf.rows import kept_of, put, put_again
from kuznia.forge.shelf.storage import Storage, count, size
from kuznia.forge.shelf.unkept import Finish, TakenOver, Unkept
from kuznia.forge.terms import AnyDomain, ArtefactId, Caller, Order, RunId, Status
from kuznia.platform.clock import Clock
from kuznia.platform.db.database import Database
from kuznia.platform.db.journal import WRITE_SECONDS, Journal
from kuznia.platform.db.tables import artefacts
from kuznia.platform.errors import NotFound, Unavailable
from kuznia.platform.ids import new_id
from kuznia.platform.process.timer import Sweep

# Deleted in one transaction, which nobody else's rows should wait long for.
MAX_DELETED = 1_000
# An order that is at its deadline still gets so many seconds to be written in.
LEAST_PATIENCE = 0.5
UNKEPT_BYTES = 64_000_000
# Whose row shows that rows are taken: nobody has this id. It is as long as an artefact, so that it
# needs room like one.
NOBODY = ""
PROOF_BYTES = 10_000


# All that a line of history is made of: a page of bodies is megabytes that nobody is shown.
_LISTED = tuple(artefacts.c[one.name] for one in fields(Listed))


@dataclass(frozen=True, slots=True)
class Deleted:
    """What a deletion removed: the number of artefacts, their runs, and the bytes freed."""

    count: int
    runs: frozenset[RunId]
    size: int


@dataclass(slots=True)
class _Fresh:
    """An artefact that may answer an equal order."""

    until: float
    kept: Kept
    # Whether it is written as an answer from the shelf already.
    again: bool = False
    # Whether it was made and could not be promised to be kept.
    refused: bool = False


class Shelf:
    """The store of artefacts, which is also the cache for equal orders."""

    def __init__(
        self,
        db: Database | None,
        clock: Clock,
        *,
        ttl: float,
        size: int,
        max_bytes: int = 32 << 20,
        storage: Storage | None = None,
        journal: Journal | None = None,
        unkept_bytes: int = UNKEPT_BYTES,
        count: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._db = db
        self._clock = clock
        self._ttl = ttl
        self._size = size
        self._max_bytes, self._bytes = max_bytes, 0
        # None where nobody's is limited.
        self._storage = storage
        self._fresh: OrderedDict[str, _Fresh] = OrderedDict()
        journal = journal or (Journal(db) if db else None)
        self._unkept = journal and Unkept(
            journal, put, put_again, max_bytes=unkept_bytes, kept=self._written, count=count
        )
        # Twice as long as anything is fresh, and it is gone although nobody asked for it again.
        self._sweep = Sweep(ttl, self._forget_stale)

    def find(self, key: str) -> Kept | None:
        """A fresh complete artefact for an equal order; the key holds the owner."""
        held = self._fresh.get(key)
        if held is None:
            return None
        if held.until <= self._clock.monotonic():
            self._drop(key)
            return None
        if held.refused:
            # It was made and paid for: once there is room to promise that it is kept, it is given.
            if self._unkept is not None and not self._unkept.hold(held.kept, key):
                return None
            held.refused = False
        if not held.again:
            # Most are never asked for again, so this is not done when they are made.
            self._bytes -= len(held.kept.body)
            held.kept, held.again = unspent(held.kept), True
            self._bytes += len(held.kept.body)
        self._fresh.move_to_end(key)
        return self._as_it_is(held.kept)

    @property
    def unkept(self) -> int:
        """The number of artefacts that are only in memory."""
        return len(self._unkept) if self._unkept is not None else 0

    @property
    def held(self) -> tuple[int, int]:
        """The number of artefacts in memory, and their bytes."""
        return len(self._fresh), self._bytes

    async def admit(self, caller: Caller) -> None:
        """Raise QuotaExceeded if there is no room for what this caller is about to have made, and
        Unavailable if nobody's could be kept."""
        if self._unkept is not None:
            self._unkept.admit()
        if self._storage is not None:
            await self._storage.admit(caller)

    async def warm(self) -> None:
        """Load what was fresh before a restart; after that equal orders cause no query."""
        if self._db is None or self._ttl <= 0:
            return
        now = self._clock.now()
        query = (
            sa.select(artefacts)
            .where(artefacts.c.created_at > now - timedelta(seconds=self._ttl))
            .where(artefacts.c.status == "complete")
            .order_by(artefacts.c.created_at.desc())
            .limit(self._size)
        )
        async with self._db.read() as session:
            rows = (await session.execute(query)).all()
        for row in reversed(rows):
            self.take_in(row.key, kept_of(row))

    def take_in(self, key: str, kept: Kept) -> None:
        """Remember an artefact of another process for as long as it is fresh."""
        self._remember(key, kept, self.freshness(kept))

    def freshness(self, kept: Kept) -> float:
        """The seconds for which an artefact may still answer equal orders."""
        return self._ttl - (self._clock.now() - kept.created_at).total_seconds()

    async def keep(
        self,
        artefact: Artefact,
        key: str,
        *,
        seconds: float = WRITE_SECONDS,
        finish: Finish | None = None,
    ) -> Kept:
        """Put it on the shelf. Where no row can be written in so many seconds it is held in memory
        until one can; raises Unavailable, with what was paid, when there is no room for that."""
        kept = Kept(
            id=artefact.id,
            run_id=artefact.run_id,
            owner=artefact.owner,
            domain=artefact.domain,
            status=artefact.status,
            created_at=artefact.created_at,
            body=body(artefact),
        )
        if artefact.status == "complete":
            self._remember(key, kept, self._ttl)
        patience = max(seconds, LEAST_PATIENCE)
        try:
            if self._unkept is None or await self._unkept.keep(kept, key, patience, finish):
                return self._as_it_is(kept)
        except TakenOver:
            self._drop(key)
            raise
        if (held := self._fresh.get(key)) and held.kept is kept:
            held.refused = True
        raise _not_kept(artefact)

    async def prove(self) -> None:
        """Raise Unavailable unless an artefact could be written now; nothing is left behind."""
        if self._db is None:
            return
        row: dict[str, Any] = {"id": new_id("art", self._clock), "run_id": "", "owner": NOBODY}
        row |= {"domain": "", "status": "failed", "key": None, "body": "." * PROOF_BYTES}
        async with self._db.write() as session:
            undone = await session.begin_nested()
            await session.execute(sa.insert(artefacts), row | {"created_at": self._clock.now()})
            await undone.rollback()
            # A disk that is full shows only in what is committed.
            await count(session, {NOBODY: 0})

    async def close(self) -> None:
        """Write what is only in memory, if possible."""
        if self._unkept is not None:
            await self._unkept.close()

    def _as_it_is(self, kept: Kept) -> Kept:
        alone = self._unkept is not None and kept.id in self._unkept
        return not_yet_kept(kept) if alone else kept

    def _written(self, kept: Kept) -> None:
        self._counted(kept.owner, len(kept.body))

    async def get(self, caller: Caller, artefact_id: str) -> Kept:
        """The caller's own artefact; anybody else's is not found."""
        if self._unkept is not None and (held := self._unkept.find(caller.id, artefact_id)):
            return not_yet_kept(held)
        if self._db is not None:
            query = sa.select(artefacts).where(
                artefacts.c.id == artefact_id, artefacts.c.owner == caller.id
            )
            async with self._db.read() as session:
                row = (await session.execute(query)).first()
            if row is not None:
                return kept_of(row)
        raise NotFound("There is no such artefact.", details={"id": artefact_id})

    async def page(
        self,
        caller: Caller,
        *,
        domain: str | None,
        status: Status | None,
        before: str | None,
        limit: int,
    ) -> list[Listed]:
        """The caller's artefacts older than `before`, newest first."""
        if self._db is None:
            return []
        query = sa.select(*_LISTED).where(artefacts.c.owner == caller.id)
        if domain is not None:
            query = query.where(artefacts.c.domain == domain)
        if status is not None:
            query = query.where(artefacts.c.status == status)
        if before is not None:
            query = query.where(artefacts.c.id < before)
        query = query.order_by(artefacts.c.id.desc()).limit(limit)
        async with self._db.read() as session:
            rows = [Listed(*row) for row in await session.execute(query)]
        return self._with_unkept(rows, caller, domain, status, before)[:limit]

    def _with_unkept(
        self,
        rows: list[Listed],
        caller: Caller,
        domain: str | None,
        status: Status | None,
        before: str | None,
    ) -> list[Listed]:
        """The page, with the artefacts on it that are only in memory."""
        alone = [
            kept
            for kept in (self._unkept.of(caller.id) if self._unkept is not None else ())
            if (domain is None or kept.domain == domain)
            and (status is None or kept.status == status)
            and (before is None or kept.id < before)
        ]
        both: dict[ArtefactId, Listed] = {kept.id: kept for kept in (*rows, *alone)}
        return [both[id_] for id_ in sorted(both, reverse=True)]

    async def delete(self, caller: Caller, artefact_id: str) -> Deleted:
        """Delete the caller's own artefact; raises NotFound as `get` does."""
        if self._unkept is not None and (held := self._unkept.take(caller.id, artefact_id)):
            self._drop_where(lambda fresh: fresh.kept.run_id == held.run_id)
            return Deleted(1, frozenset({held.run_id}), len(held.body))
        gone = await self._delete(caller, artefacts.c.id == artefact_id)
        if not gone.count:
            raise NotFound("There is no such artefact.", details={"id": artefact_id})
        return gone

    async def delete_before(self, caller: Caller, before: str, domain: str | None) -> Deleted:
        """The oldest of what the caller keeps that is older than `before`, some at a time."""
        own = (artefacts.c.owner == caller.id, artefacts.c.id < before)
        if domain is not None:
            own = (*own, artefacts.c.domain == domain)
        oldest = sa.select(artefacts.c.id).where(*own).order_by(artefacts.c.id).limit(MAX_DELETED)
        return await self._delete(caller, artefacts.c.id.in_(oldest))

    async def _delete(self, caller: Caller, which: sa.ColumnElement[bool]) -> Deleted:
        if self._db is None:
            return Deleted(0, frozenset(), 0)
        own = sa.delete(artefacts).where(which, artefacts.c.owner == caller.id)
        async with self._db.write() as session:
            shown = (artefacts.c.run_id, size(session, artefacts.c.body))
            rows = (await session.execute(own.returning(*shown))).all()
            freed = sum(row.size for row in rows)
            if freed:
                await count(session, {caller.id: -freed})
        runs = frozenset(row.run_id for row in rows)
        self._drop_where(lambda held: held.kept.run_id in runs)
        self._counted(caller.id, -freed)
        return Deleted(len(rows), runs, freed)

    def _counted(self, owner: str, size: int) -> None:
        if self._storage is not None:
            self._storage.add(owner, size)

    async def forget(self, caller: Caller) -> None:
        """Nothing of this caller's is found again in memory, or written from there; their rows are
        another's to erase."""
        if self._unkept is not None:
            await self._unkept.forget(caller.id)
        if self._storage is not None:
            self._storage.forget(caller.id)
        self._drop_where(lambda held: held.kept.owner == caller.id)

    def _remember(self, key: str, kept: Kept, seconds: float) -> None:
        if seconds <= 0 or self._size <= 0:
            return
        self._drop(key)
        self._fresh[key] = _Fresh(self._clock.monotonic() + seconds, kept)
        self._bytes += len(kept.body)
        while len(self._fresh) > self._size or self._bytes > self._max_bytes:
            self._drop(next(iter(self._fresh)))
        self._sweep.begin()

    def _drop(self, key: str) -> None:
        if gone := self._fresh.pop(key, None):
            self._bytes -= len(gone.kept.body)

    def _drop_where(self, left: Callable[[_Fresh], bool]) -> None:
        for key in [key for key, held in self._fresh.items() if left(held)]:
            self._drop(key)

    def _forget_stale(self) -> bool:
        now = self._clock.monotonic()
        self._drop_where(lambda held: held.until <= now)
        return bool(self._fresh)


def key_of(order: Order, domain: AnyDomain, model: str) -> str:
    """Equal cleaned orders of one owner, made by the same domain version and model, share a key."""
    parts = (order.caller.id, domain.name, domain.version, model)
    digest = blake2b("\0".join(parts).encode(), digest_size=20)
    digest.update(order.input.model_dump_json().encode())
    return digest.hexdigest()


def _not_kept(artefact: Artefact) -> Unavailable:
    took = artefact.evidence
    paid = {
        "attempts": len(took.attempts),
        "input_tokens": took.input_tokens,
        "output_tokens": took.output_tokens,
        "cost": took.cost,
    }
    return Unavailable(
        "What you ordered was made and cannot be kept: the database takes no rows, and the room in "
        f"memory for what waits is used up. {paid['attempts']} calls to a model, "
        f"{took.input_tokens + took.output_tokens} tokens and ${took.cost / 1e9:.6f} were spent on "
        "it. Order the same again in a while.",
        details={"reason": "not-kept", "paid": {**paid}},
        retry_after=5,
    )
