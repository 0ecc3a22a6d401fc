"""Personal data: the export and the erasure of everything that belongs to one user.

A table says by its column `owner` that it holds such things. A new one is found here by itself.
What somebody spent, and what an operator decided about them, is not theirs alone: it is shown to
them and not erased, or one could give oneself a fresh budget, and lift a ban.
"""

from collections import Counter
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from typing import Any, cast

import sqlalchemy as sa

from kuznia.forge.shelf.storage import erase_artefacts
from kuznia.platform.db import erasing
from kuznia.platform.db.database import Database
from kuznia.platform.db.tables import (
    allowances,
    artefacts,
    bookings,
    deliveries,
    lessons,
    metadata,
    replays,
    reservations,
    spending,
    users,
)

# Rows read at once, and keys: those are small.
PAGE = 50
KEYS = 5_000
# Of use to nobody but us, and to a thief.
KEPT_BACK = frozenset({"hash"})
# They know an id, and nothing of what was ordered.
ACCOUNTS = frozenset({allowances, bookings, reservations, spending})


def owned() -> dict[sa.Table, sa.Column[str]]:
    """Every table with what is somebody's, and the column that says whose."""
    tables: list[sa.Table] = [*metadata.sorted_tables]
    found = {table: table.c["owner"] for table in tables if "owner" in table.c}
    return {cast("sa.Table", users): users.c["id"], **found}


async def taken(db: Database, owner: str) -> AsyncGenerator[tuple[str, Mapping[str, object]]]:
    """Row by row with the name of its table, in pages: nobody's life fits into memory."""
    for table, whose in owned().items():
        order = [*table.primary_key.columns]
        shown = [column for column in table.c if column.name not in KEPT_BACK]
        # Not by owner as well: SQLite would then look at all that the owner has for each page.
        query = sa.select(*shown).order_by(*order)
        async for keys in _keys(db, table, whose == owner):
            async with db.read() as session:
                rows = (await session.execute(query.where(_among(order, keys)))).mappings().all()
            for row in rows:
                yield table.name, dict(row)


async def _keys(
    db: Database, table: sa.Table, theirs: sa.ColumnElement[bool]
) -> AsyncGenerator[Sequence[sa.Row[Any]]]:
    """The primary keys of somebody's rows, a page at a time.

    Not every table has an index in this order: a page may sort all that is left. Keys are sorted
    in no time, while a page of whole rows would move the same megabytes again each time.
    """
    order = [*table.primary_key.columns]
    query = sa.select(*order).where(theirs).order_by(*order).limit(KEYS)
    page = query
    while True:
        async with db.read() as session:
            keys = (await session.execute(page)).all()
        for start in range(0, len(keys), PAGE):
            yield keys[start : start + PAGE]
        if len(keys) < KEYS:
            return
        page = query.where(sa.tuple_(*order) > tuple(keys[-1]))


# Any, here and above: keys are of every kind a column has.
def _among(order: list[sa.Column[Any]], keys: Sequence[sa.Row[Any]]) -> sa.ColumnElement[bool]:
    if len(order) == 1:
        return order[0].in_([key[0] for key in keys])
    return sa.tuple_(*order).in_([tuple(key) for key in keys])


async def erase(db: Database, owner: str) -> dict[str, int]:
    """How many rows of each table. The account goes last: what is stopped half way can be resumed.

    What may be much goes some rows at a time; the rest, and what came meanwhile, all at once.
    """
    rows = Counter(artefacts=await erase_artefacts(db, artefacts.c.owner == owner))
    for table in (lessons, replays, deliveries):
        rows[table.name] += await erasing.erase(db, table, table.c.owner == owner)
    async with db.write() as session:
        for table, theirs in _erasable(owner):
            rows[table.name] += (await session.execute(sa.delete(table).where(theirs))).rowcount
    return dict(rows)


def _erasable(owner: str) -> Iterator[tuple[sa.Table, sa.ColumnElement[bool]]]:
    """The rows that go. An issuer's people come back with the same id, so a ban of theirs stays."""
    for table, whose in owned().items():
        if table not in ACCOUNTS:
            banned = sa.and_(users.c.name.is_(None), users.c.disabled_at.is_not(None))
            theirs = whose == owner
            yield table, sa.and_(theirs, ~banned) if table is users else theirs
