"""How often passwords may be tried: so that guessing takes too long and shuts no owner out.

A name that strangers try from everywhere is limited for strangers alone. From an address its owner
has signed in from, only what came from that address counts.
"""

import hmac
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

import sqlalchemy as sa

from kuznia.platform.clock import Clock
from kuznia.platform.db.database import Database, WriteSession, insert
from kuznia.platform.db.tables import known_addresses, sign_ins
from kuznia.platform.errors import RateLimited
from kuznia.platform.log import get_log

log = get_log("callers")

WINDOW = timedelta(minutes=5)
# Wrong passwords in a window: for one name from one address; from one address for all names; for
# one name from all addresses that its owner does not use.
TRIES, ADDRESS_TRIES, NAME_TRIES = 10, 50, 100
# An address is its owner's for so long after the last time they signed in from it.
KNOWN = timedelta(days=90)
MAX_KNOWN = 50


@dataclass(frozen=True, slots=True)
class Try:
    """One password that is about to be compared, and where it is counted."""

    # Of the name and the address together.
    id: str
    counted: tuple[str, ...]
    # Whether the name's owner has signed in from there.
    known: bool


class Tries:
    """The counts, in the database: one truth for all processes."""

    def __init__(self, db: Database, clock: Clock, key: str) -> None:
        self._db = db
        self._clock = clock
        self._key = key.encode()

    async def begin(self, name: str, address: str) -> Try:
        """Count one try before anything is compared, or raise RateLimited."""
        now = self._clock.now()
        pair = self._id("both", name, address)
        strange = {
            self._id("address", address): ADDRESS_TRIES,
            pair: TRIES,
            self._id("name", name): NAME_TRIES,
        }
        async with self._db.write() as session:
            await session.execute(sa.delete(sign_ins).where(sign_ins.c.since <= now - WINDOW))
            known = await session.scalar(
                sa.select(known_addresses.c.id)
                .where(known_addresses.c.id == pair)
                .where(known_addresses.c.seen_at > now - KNOWN)
            )
            bounds = {pair: TRIES} if known else strange
            for id_, most in bounds.items():
                await self._count(session, id_, most)
        return Try(pair, tuple(bounds), known is not None)

    async def succeed(self, session: WriteSession, tried: Try, owner: str) -> None:
        """The password was right: it counts nowhere, and its owner uses this address."""
        now = self._clock.now()
        await self._uncount(session, tried)
        await session.execute(sa.delete(sign_ins).where(sign_ins.c.id == tried.id))
        known = insert(session.dialect.name, known_addresses).values(
            id=tried.id, owner=owner, seen_at=now
        )
        again = {"owner": owner, "seen_at": now}
        await session.execute(known.on_conflict_do_update(index_elements=["id"], set_=again))
        table = known_addresses
        newest = (
            sa.select(table.c.id).where(table.c.owner == owner).order_by(table.c.seen_at.desc())
        )
        older = newest.offset(MAX_KNOWN).limit(MAX_KNOWN)
        gone = sa.or_(table.c.seen_at <= now - KNOWN, table.c.id.in_(older))
        await session.execute(sa.delete(table).where(table.c.owner == owner, gone))

    async def undo(self, tried: Try) -> None:
        """Take back a try for which no password was compared."""
        async with self._db.write() as session:
            await self._uncount(session, tried)

    async def _count(self, session: WriteSession, id_: str, most: int) -> None:
        now = self._clock.now()
        first = insert(session.dialect.name, sign_ins).values(id=id_, tries=1, since=now)
        more = {"tries": sign_ins.c.tries + 1}
        counted = first.on_conflict_do_update(index_elements=["id"], set_=more)
        row = (await session.execute(counted.returning(sign_ins))).one()
        if row.tries > most:
            # Leaving the transaction like this takes back what it counted.
            wait = (row.since + WINDOW - now).total_seconds()
            log.warning("sign_in_limited", seconds=round(wait))
            raise RateLimited(
                "Too many attempts to sign in; try again later.",
                retry_after=wait,
                message_id="too-many-attempts",
            )

    async def _uncount(self, session: WriteSession, tried: Try) -> None:
        # One by one in the order they were counted in, so that no two wait for each other.
        for id_ in tried.counted:
            less = {"tries": sign_ins.c.tries - 1}
            there = sa.and_(sign_ins.c.id == id_, sign_ins.c.tries > 0)
            await session.execute(sa.update(sign_ins).where(there).values(less))

    def _id(self, *parts: str) -> str:
        # Keyed: names and addresses are few enough to be found again from a plain hash.
        text = "\0".join(parts).encode(errors="replace")
        return hmac.new(self._key, text, sha256).hexdigest()
