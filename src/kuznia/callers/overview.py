"""What an admin sees of everybody, page by page: the only questions here that name no owner.

Whose it is, of what kind and how it went; never what anybody wrote or was given.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from pydantic_core import from_json

from kuznia.callers.credentials.keys import ApiKey, key_of
from kuznia.platform.db.database import Database, ReadSession
from kuznia.platform.db.tables import allowances, api_keys, artefacts, lessons, spending
from kuznia.platform.errors import NotFound

# Where a page begins: after the last row of the one before.
After = Sequence[str]


@dataclass(frozen=True, slots=True)
class ArtefactSummary:
    """An artefact from outside."""

    id: str
    run_id: str
    owner: str
    domain: str
    status: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Feedback:
    """How many entries of one kind a log holds."""

    owner: str
    domain: str
    kind: str
    count: int
    last: datetime


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why an artefact was accepted: its evidence, and the findings by part, severity and code."""

    # Any: JSON as it was written.
    evidence: Mapping[str, Any]
    findings: Sequence[tuple[str, str, str]]
    declined: str
    made_by: str
    # How many wishes of its prompt had each outcome.
    wishes: Mapping[str, int]


async def keys(db: Database, after: After, limit: int, owner: str = "") -> list[ApiKey]:
    """By owner, each one's together."""
    order = sa.tuple_(api_keys.c.owner, api_keys.c.id)
    query = sa.select(api_keys).order_by(api_keys.c.owner, api_keys.c.id).limit(limit)
    if owner:
        query = query.where(api_keys.c.owner == owner)
    if after:
        query = query.where(order > tuple(after))
    async with db.read() as session:
        return [key_of(row) for row in await session.execute(query)]


async def made(db: Database, after: After, limit: int, owner: str = "") -> list[ArtefactSummary]:
    """The newest first."""
    query = _made().order_by(artefacts.c.id.desc()).limit(limit)
    if owner:
        query = query.where(artefacts.c.owner == owner)
    if after:
        query = query.where(artefacts.c.id < after[0])
    async with db.read() as session:
        return [_from(row) for row in await session.execute(query)]


async def reasons(db: Database, id_: str) -> tuple[ArtefactSummary, Reasons]:
    """Of one artefact; what is in its parts, and what findings quote of them, stays there."""
    async with db.read() as session:
        query = _made().add_columns(artefacts.c.body).where(artefacts.c.id == id_)
        row = (await session.execute(query)).first()
    if row is None:
        raise NotFound("There is no such artefact.", message_id="no-such-artefact")
    # Any: JSON as it was written, by whatever version.
    body = cast("dict[str, Any]", from_json(row.body))
    found = [("–", one) for one in body["findings"]]
    found += [(unmet["part"], one) for unmet in body["unmet"] for one in unmet["findings"]]
    told = [(part, one["severity"], one["code"]) for part, one in found]
    decline = cast("dict[str, Any]", body["decline"] or {})
    outcomes = [wish["outcome"] for wish in body.get("wishes", ())]
    return _from(row), Reasons(
        body["evidence"],
        told,
        decline.get("code", ""),
        body.get("made_by") or "nobody",
        Counter(outcomes),
    )


async def feedback(db: Database, after: After, limit: int) -> list[Feedback]:
    """Of so many logs, in the order of their owners and domains."""
    log = (lessons.c.owner, lessons.c.domain)
    page = sa.select(*log).group_by(*log).order_by(*log).limit(limit)
    if after:
        page = page.where(sa.tuple_(*log) > tuple(after))
    these = page.subquery()
    same = sa.and_(lessons.c.owner == these.c.owner, lessons.c.domain == these.c.domain)
    async with db.read() as session:
        kind = _kind(session)
        query = (
            sa.select(*log, kind, sa.func.count(), sa.func.max(lessons.c.learnt_at))
            .join(these, same)
            .group_by(*log, kind)
            .order_by(*log, kind)
        )
        return [Feedback(*row) for row in await session.execute(query)]


async def counted(db: Database, after: After, limit: int) -> list[str]:
    """Callers about whose limits something was decided, or who have spent something."""
    begin = after[0] if after else ""
    pages = (
        sa.select(table.c.owner)
        .where(table.c.owner > begin)
        .order_by(table.c.owner)
        .limit(limit)
        .subquery()
        .select()
        for table in (allowances, spending)
    )
    both = sa.union(*pages).subquery()
    # Ordered where the pages begin: a database has its own idea of what comes after what.
    query = sa.select(both.c.owner).order_by(both.c.owner).limit(limit)
    async with db.read() as session:
        return list((await session.execute(query)).scalars())


def _made() -> sa.Select[Any]:
    """Without the body, which may be long."""
    columns = ("id", "run_id", "owner", "domain", "status", "created_at")
    return sa.select(*(artefacts.c[name] for name in columns))


# Any: what a row holds is known to the table, not to the type checker.
def _from(row: sa.Row[Any]) -> ArtefactSummary:
    return ArtefactSummary(row.id, row.run_id, row.owner, row.domain, row.status, row.created_at)


def _kind(session: ReadSession) -> sa.ColumnElement[str]:
    """The first words of an entry: what it does, and of what kind it is. The rest is personal."""
    body = cast("sa.ColumnElement[Any]", lessons.c.body)
    entry = (
        sa.cast(body, sa.JSON)
        if session.dialect.name == "postgresql"
        else sa.type_coerce(body, sa.JSON)
    )
    do, kind = (sa.func.coalesce(entry[name].as_string(), "") for name in ("do", "kind"))
    return sa.func.trim(do + " " + kind)
