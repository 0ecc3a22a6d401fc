"""Rows of jobs: what is read from them, and the conditions by which they are found."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from pydantic_core import from_json, to_json

from kuznia.forge.terms import RunId
from kuznia.jobs.job import Claimed, Job, JobId
from kuznia.platform.db.tables import jobs
from kuznia.platform.errors import Fault

# In place of a turn: a job that is tried again, which nobody is measured by.
FIRST = 0


# Any, here and below: values of every kind a column has.
def job_of(row: sa.Row[Any]) -> Job:
    """A row as its owner sees it."""
    return Job(
        id=JobId(row.id),
        owner=row.owner,
        domain=row.domain,
        run_id=RunId(row.run_id),
        state=row.state,
        attempts=row.attempts,
        created_at=row.created_at,
        run_at=row.run_at,
        ended_at=row.ended_at,
        artefact=row.artefact,
        error=from_json(row.error) if row.error else None,
        diverged=row.diverged,
    )


async def row_of(session: Any, *which: sa.ColumnElement[bool]) -> sa.Row[Any] | None:
    return (await session.execute(sa.select(jobs).where(*which))).first()


def which(id_: str, owner: str | None) -> Sequence[sa.ColumnElement[bool]]:
    return (jobs.c.id == id_, *(() if owner is None else (jobs.c.owner == owner,)))


def ours(claimed: Claimed) -> Sequence[sa.ColumnElement[bool]]:
    return jobs.c.id == claimed.job.id, jobs.c.fence == claimed.fence, jobs.c.state == "working"


def next_turn(owner: str) -> sa.ColumnElement[int]:
    """One place behind the owner's last job, and not before whoever is first in the line."""
    others = jobs.alias("line")
    last = sa.select(sa.func.max(others.c.turn)).where(
        others.c.owner == owner, others.c.state.in_(("queued", "working"))
    )
    first = sa.select(sa.func.min(others.c.turn)).where(
        others.c.state == "queued", others.c.turn > FIRST
    )
    mine = sa.func.coalesce(last.scalar_subquery(), 0)
    front = sa.func.coalesce(first.scalar_subquery(), 1) - 1
    return sa.case((mine > front, mine), else_=front) + 1


def json_of(fault: Fault | None) -> str | None:
    return None if fault is None else to_json(fault.public()).decode()
