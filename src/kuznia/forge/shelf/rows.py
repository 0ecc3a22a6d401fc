"""Artefacts as rows, written in groups with the sums of what their owners store."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from kuznia.forge.shelf.kept import Kept
from kuznia.forge.shelf.storage import count
from kuznia.forge.shelf.unkept import Unwritten
from kuznia.platform.db.database import WriteSession
from kuznia.platform.db.tables import artefacts


async def put(session: WriteSession, all_of_them: Sequence[Unwritten]) -> None:
    """Insert the rows, and add their sizes to the sums of their owners."""
    sizes = Counter[str]()
    rows: list[dict[str, Any]] = []
    for held in all_of_them:
        if held.finish is None or await held.may_be_written(session):
            sizes[held.kept.owner] += len(held.kept.body)
            rows.append(_row(held.kept, held.key))
    if not rows:
        return
    await session.execute(sa.insert(artefacts), rows)
    await count(session, sizes)


async def put_again(session: WriteSession, all_of_them: Sequence[Unwritten]) -> None:
    """Insert rows that may be there already: their commit may have succeeded unnoticed."""
    ids = [held.kept.id for held in all_of_them]
    query = sa.select(artefacts.c.id).where(artefacts.c.id.in_(ids))
    there = set(await session.scalars(query))
    if missing := [held for held in all_of_them if held.kept.id not in there]:
        await put(session, missing)


# Any, here and below: values of every kind a column has.
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


def kept_of(row: sa.Row[Any]) -> Kept:
    return Kept(
        id=row.id,
        run_id=row.run_id,
        owner=row.owner,
        domain=row.domain,
        status=row.status,
        created_at=row.created_at,
        body=row.body.encode(),
    )
