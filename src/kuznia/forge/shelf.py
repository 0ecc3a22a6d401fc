"""Where artefacts are found again and kept: cache and store are one thing.

Every artefact is a row of its owner's history. Only complete ones are found again for an equal
order, in memory and while they are fresh: asking the rows for every order that was never made
before would cost more than all the rest of its road.
"""

from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

import sqlalchemy as sa
from pydantic_core import from_json, to_json

from kuznia.forge.storage import Storage, count, size
from kuznia.forge.terms import Artefact, ArtefactId, Caller, Domain, Making, Order, RunId, Status
from kuznia.platform.clock import Clock
from kuznia.platform.db import Database, WriteSession
from kuznia.platform.errors import NotFound, Unavailable
from kuznia.platform.journal import Journal
from kuznia.platform.log import get_log
from kuznia.platform.sweep import Sweep
from kuznia.platform.tables import artefacts

log = get_log("shelf")

# Deleted in one transaction, which nobody else's rows should wait long for.
MAX_DELETED = 1_000


@dataclass(frozen=True, slots=True)
class Listed:
    """An artefact as a line of its owner's history."""

    id: ArtefactId
    run_id: RunId
    owner: str
    domain: str
    status: Status
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Kept(Listed):
    """An artefact as it lies on the shelf; `body` is its JSON, written once."""

    body: bytes


# All that a line of history is made of: a page of bodies is megabytes that nobody is shown.
_LISTED = tuple(artefacts.c[one.name] for one in fields(Listed))


@dataclass(frozen=True, slots=True)
class Deleted:
    """So many artefacts, the runs that had made them, and the bytes that are free again."""

    count: int
    runs: frozenset[RunId]
    size: int


class Shelf:
    """Lives as long as the application. Without a database it remembers, and forgets at the end."""

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
    ) -> None:
        self._db = db
        self._clock = clock
        self._ttl = ttl
        self._size = size
        self._max_bytes, self._bytes = max_bytes, 0
        # None where nobody's is limited.
        self._storage = storage
        # Until when it is fresh, and whether it is already written as an answer from the shelf.
        self._fresh: OrderedDict[str, tuple[float, Kept, bool]] = OrderedDict()
        # Twice as long as anything is fresh, and it is gone although nobody asked for it again.
        self._sweep = Sweep(ttl, self._forget_stale)
        self._journal = journal or (Journal(db) if db else None)

    def find(self, key: str) -> Kept | None:
        """A fresh complete artefact for an equal order; the key holds the owner."""
        held = self._fresh.get(key)
        if held is None:
            return None
        until, kept, again = held
        if until <= self._clock.monotonic():
            self._drop(key)
            return None
        if not again:
            # Most are never asked for again, so this is not done when they are made.
            self._bytes -= len(kept.body)
            kept = unspent(kept)
            self._bytes += len(kept.body)
            self._fresh[key] = (until, kept, True)
        self._fresh.move_to_end(key)
        return kept

    @property
    def held(self) -> tuple[int, int]:
        """How many artefacts are in memory, and their bytes."""
        return len(self._fresh), self._bytes

    async def admit(self, caller: Caller) -> None:
        """Raise QuotaExceeded if there is no room for what this caller is about to have made."""
        if self._storage is not None:
            await self._storage.admit(caller)

    async def warm(self) -> None:
        """Remember what was fresh before a restart; from then on no row is asked."""
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
            self.take_in(row.key, _kept(row))

    def take_in(self, key: str, kept: Kept) -> None:
        """Remember what was made elsewhere, for as long as it is fresh."""
        self._remember(key, kept, self.freshness(kept))

    def freshness(self, kept: Kept) -> float:
        """Seconds in which it may still be given for an equal order."""
        return self._ttl - (self._clock.now() - kept.created_at).total_seconds()

    async def keep(self, artefact: Artefact, key: str) -> Kept:
        """Put it on the shelf. It is paid for, so it is given even if no row can be written."""
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
        if self._journal is not None:
            try:
                await self._journal.add(_put, _row(kept, key))
                self._counted(kept.owner, len(kept.body))
            except Unavailable as fault:
                log.warning("artefact_not_kept", artefact=kept.id, reason=fault.message)
        return kept

    async def get(self, caller: Caller, artefact_id: str) -> Kept:
        """The caller's own artefact; another's is as absent as one that never was."""
        if self._db is not None:
            query = sa.select(artefacts).where(
                artefacts.c.id == artefact_id, artefacts.c.owner == caller.id
            )
            async with self._db.read() as session:
                row = (await session.execute(query)).first()
            if row is not None:
                return _kept(row)
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
            return [Listed(*row) for row in await session.execute(query)]

    async def delete(self, caller: Caller, artefact_id: str) -> Deleted:
        """The caller's own artefact is gone for good; NotFound as for `get`."""
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
        self._drop_where(lambda _, kept: kept.run_id in runs)
        self._counted(caller.id, -freed)
        return Deleted(len(rows), runs, freed)

    def _counted(self, owner: str, size: int) -> None:
        if self._storage is not None:
            self._storage.add(owner, size)

    def forget(self, caller: Caller) -> None:
        """Nothing of this caller's is found again in memory; their rows are another's to erase."""
        if self._storage is not None:
            self._storage.forget(caller.id)
        self._drop_where(lambda _, kept: kept.owner == caller.id)

    def _remember(self, key: str, kept: Kept, seconds: float) -> None:
        if seconds <= 0 or self._size <= 0:
            return
        self._drop(key)
        self._fresh[key] = (self._clock.monotonic() + seconds, kept, False)
        self._bytes += len(kept.body)
        while len(self._fresh) > self._size or self._bytes > self._max_bytes:
            self._drop(next(iter(self._fresh)))
        self._sweep.begin()

    def _drop(self, key: str) -> None:
        if gone := self._fresh.pop(key, None):
            self._bytes -= len(gone[1].body)

    def _drop_where(self, said: Callable[[float, Kept], bool]) -> None:
        for key in [key for key, (until, kept, _) in self._fresh.items() if said(until, kept)]:
            self._drop(key)

    def _forget_stale(self) -> bool:
        now = self._clock.monotonic()
        self._drop_where(lambda until, _: until <= now)
        return bool(self._fresh)


def key_of(order: Order, domain: Domain, model: str) -> str:
    """Equal cleaned orders of one owner, made by the same domain version and model, share a key."""
    parts = (order.caller.id, domain.name, domain.version, model)
    digest = blake2b("\0".join(parts).encode(), digest_size=20)
    digest.update(order.input.model_dump_json().encode())
    return digest.hexdigest()


def body(artefact: Artefact) -> bytes:
    """The artefact as everyone sees it. The owner stays out: who may read it already knows."""
    return to_json(
        {
            "id": artefact.id,
            "domain": artefact.domain,
            "status": artefact.status,
            "parts": artefact.parts,
            "unmet": artefact.unmet,
            "findings": artefact.findings,
            "decline": artefact.decline,
            "evidence": artefact.evidence,
            "created_at": artefact.created_at,
        }
    )


def unspent(kept: Kept) -> Kept:
    """The same artefact as the answer to an equal order: what it took is not taken again."""
    # Any: JSON as this version or one before wrote it.
    artefact: dict[str, Any] = from_json(kept.body)
    evidence: dict[str, Any] = artefact["evidence"]
    making = {one.name: evidence[one.name] for one in fields(Making)}
    nothing = {**dict.fromkeys(making, 0), "attempts": ()}
    artefact["evidence"] = {**evidence, **nothing, "making": making}
    return replace(kept, body=to_json(artefact))


# Any, here and below: values of every kind a column has.
async def _put(session: WriteSession, rows: Sequence[dict[str, Any]]) -> None:
    """The rows, and in the sums of their owners what they take."""
    sizes = Counter[str]()
    for row in rows:
        sizes[row["owner"]] += len(row["body"].encode())
    await session.execute(sa.insert(artefacts), list(rows))
    await count(session, sizes)


def _row(kept: Kept, key: str) -> dict[str, Any]:
    return {
        "id": kept.id,
        "run_id": kept.run_id,
        "owner": kept.owner,
        "domain": kept.domain,
        "status": kept.status,
        "key": key,
        "body": kept.body.decode(),
        "created_at": kept.created_at,
    }


# Any: what a row holds is known to the table, not to the type checker.
def _kept(row: sa.Row[Any]) -> Kept:
    return Kept(
        id=row.id,
        run_id=row.run_id,
        owner=row.owner,
        domain=row.domain,
        status=row.status,
        created_at=row.created_at,
        body=row.body.encode(),
    )
