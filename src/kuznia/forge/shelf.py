"""Where artefacts are found again and kept: cache and store are one thing.

Every artefact is a row of its owner's history. Only complete ones are found again for an equal
order, in memory and while they are fresh: asking the rows for every order that was never made
before would cost more than all the rest of its road.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

import sqlalchemy as sa
from pydantic_core import from_json, to_json

from kuznia.forge.terms import Artefact, ArtefactId, Caller, Domain, Making, Order, RunId, Status
from kuznia.platform.clock import Clock
from kuznia.platform.db import Database, WriteSession
from kuznia.platform.errors import NotFound, Unavailable
from kuznia.platform.journal import Journal
from kuznia.platform.log import get_log
from kuznia.platform.tables import artefacts

log = get_log("shelf")


@dataclass(frozen=True, slots=True)
class Kept:
    """An artefact as it lies on the shelf; `body` is its JSON, written once."""

    id: ArtefactId
    run_id: RunId
    owner: str
    domain: str
    status: Status
    created_at: datetime
    body: bytes


class Shelf:
    """Lives as long as the application. Without a database it remembers, and forgets at the end."""

    def __init__(
        self,
        db: Database | None,
        clock: Clock,
        *,
        ttl: float,
        size: int,
        journal: Journal | None = None,
    ) -> None:
        self._db = db
        self._clock = clock
        self._ttl = ttl
        self._size = size
        # Until when it is fresh, and whether it is already written as an answer from the shelf.
        self._fresh: OrderedDict[str, tuple[float, Kept, bool]] = OrderedDict()
        self._journal = journal or (Journal(db) if db else None)

    def find(self, key: str) -> Kept | None:
        """A fresh complete artefact for an equal order; the key holds the owner."""
        held = self._fresh.get(key)
        if held is None:
            return None
        until, kept, again = held
        if until <= self._clock.monotonic():
            del self._fresh[key]
            return None
        if not again:
            # Most are never asked for again, so this is not done when they are made.
            kept = unspent(kept)
            self._fresh[key] = (until, kept, True)
        self._fresh.move_to_end(key)
        return kept

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
    ) -> list[Kept]:
        """The caller's artefacts older than `before`, newest first."""
        if self._db is None:
            return []
        query = sa.select(artefacts).where(artefacts.c.owner == caller.id)
        if domain is not None:
            query = query.where(artefacts.c.domain == domain)
        if status is not None:
            query = query.where(artefacts.c.status == status)
        if before is not None:
            query = query.where(artefacts.c.id < before)
        query = query.order_by(artefacts.c.id.desc()).limit(limit)
        async with self._db.read() as session:
            return [_kept(row) for row in await session.execute(query)]

    def forget(self, caller: Caller) -> None:
        """Nothing of this caller's is found again in memory; their rows are another's to erase."""
        gone = [key for key, (_, kept, _) in self._fresh.items() if kept.owner == caller.id]
        for key in gone:
            del self._fresh[key]

    def _remember(self, key: str, kept: Kept, seconds: float) -> None:
        if seconds <= 0 or self._size <= 0:
            return
        self._fresh[key] = (self._clock.monotonic() + seconds, kept, False)
        self._fresh.move_to_end(key)
        while len(self._fresh) > self._size:
            self._fresh.popitem(last=False)


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


async def _put(session: WriteSession, rows: Sequence[dict[str, object]]) -> None:
    await session.execute(sa.insert(artefacts), list(rows))


def _row(kept: Kept, key: str) -> dict[str, object]:
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
