"""What was learnt about a caller: for each domain a log, read before an order and added to after.

What an entry says is the domain's own; here it is text with an owner and a place in the log.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kuznia.forge.terms import Caller
from kuznia.platform.db.database import Database, WriteSession
from kuznia.platform.db.tables import lessons
from kuznia.platform.errors import Unavailable

Entries = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Memory:
    """The logs in the database; without one nothing was learnt and nothing can be."""

    db: Database | None

    async def read(self, caller: Caller, domain: str) -> Entries:
        """The caller's own log, oldest first."""
        if self.db is None:
            return ()
        async with self.db.read() as session:
            return (await _log(session, caller, domain))[0]

    async def learn(
        self, caller: Caller, domain: str, change: Callable[[Entries], Entries], now: datetime
    ) -> Entries:
        """The log after `change`, which is given it whole and gives it back longer.

        Nobody else adds to this log meanwhile, so `change` may look before it adds: two that learn
        at once learn one after the other. A log that does not begin as the old one did replaces it:
        that is how a domain keeps its logs short.
        """
        if self.db is None:
            raise Unavailable("Nothing can be learnt without a database.")
        async with self.db.write() as session:
            await _alone(session, caller, domain)
            log, last = await _log(session, caller, domain)
            longer = change(log)
            added = longer[len(log) :]
            if longer[: len(log)] != log:
                own = (lessons.c.owner == caller.id, lessons.c.domain == domain)
                await session.execute(sa.delete(lessons).where(*own))
                added = longer
            rows = [
                {
                    "owner": caller.id,
                    "domain": domain,
                    "number": number,
                    "body": body,
                    "learnt_at": now,
                }
                for number, body in enumerate(added, last + 1)
            ]
            if rows:
                await session.execute(sa.insert(lessons), rows)
        return longer


NOTHING = Memory(None)


async def _log(session: AsyncConnection, caller: Caller, domain: str) -> tuple[Entries, int]:
    """The entries, and the number of the last one."""
    query = (
        sa.select(lessons.c.number, lessons.c.body)
        .where(lessons.c.owner == caller.id, lessons.c.domain == domain)
        .order_by(lessons.c.number)
    )
    rows = (await session.execute(query)).all()
    return tuple(row.body for row in rows), rows[-1].number if rows else 0


async def _alone(session: WriteSession, caller: Caller, domain: str) -> None:
    # SQLite has one writer at a time anyway. The lock goes with the transaction.
    if session.dialect.name == "postgresql":
        key = sa.func.hashtextextended(f"lessons:{domain}:{caller.id}", 0)
        await session.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))
