import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, get_args

import pytest
from sqlalchemy import CheckConstraint, Executable, delete, insert, select, text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.sql import ClauseElement

from kuznia.forge.terms import Status
from kuznia.platform.db.database import Database, WriteSession
from kuznia.platform.db.tables import artefacts, lessons

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def a_row(number: int = 0, **other: Any) -> dict[str, Any]:
    """One of many rows: 400 owners, 4 domains, an hour between two."""
    return {
        "id": f"{number:08}",
        "run_id": f"run-{number}",
        "owner": f"owner-{number % 400}",
        "domain": f"domain-{number // 400 % 4}",
        "status": "complete",
        "key": f"key-{number}",
        "body": "{}",
        "created_at": NOON + timedelta(hours=number),
    } | other


async def keep(db: Database, *rows: dict[str, Any]) -> None:
    async with db.write() as session:
        await session.execute(insert(artefacts), rows)


async def test_a_moment_comes_back_aware_and_in_utc(db: Database) -> None:
    kyiv = timezone(timedelta(hours=2))
    await keep(db, a_row(created_at=datetime(2026, 3, 1, 14, 0, 0, 123456, tzinfo=kyiv)))

    async with db.read() as session:
        moment = (await session.scalars(select(artefacts.c.created_at))).one()

    assert moment == NOON.replace(microsecond=123456)
    assert moment.tzname() == "UTC"


async def test_moments_are_compared_as_moments(db: Database) -> None:
    tokyo = timezone(timedelta(hours=9))
    await keep(db, a_row(created_at=NOON))

    async with db.read() as session:
        before = artefacts.c.created_at < (NOON + timedelta(minutes=1)).astimezone(tokyo)
        found = await session.scalar(select(artefacts.c.id).where(before))

    assert found == a_row()["id"]


async def test_a_moment_without_a_time_zone_is_refused(db: Database) -> None:
    with pytest.raises(StatementError, match="without a time zone"):
        await keep(db, a_row(created_at=NOON.replace(tzinfo=None)))


async def test_every_status_of_an_artefact_can_be_kept(db: Database) -> None:
    await keep(db, *(a_row(n, status=status) for n, status in enumerate(get_args(Status))))

    async with db.read() as session:
        kept = set(await session.scalars(select(artefacts.c.status)))

    assert kept == set(get_args(Status))


async def test_another_status_is_refused(db: Database) -> None:
    with pytest.raises(IntegrityError, match="artefacts_status_check"):
        await keep(db, a_row(status="perfect"))


def test_everything_has_a_name_a_migration_can_call_it_by() -> None:
    checks = [each for each in artefacts.constraints if isinstance(each, CheckConstraint)]

    assert [each.name for each in checks] == ["artefacts_status_check"]
    assert artefacts.primary_key.name == "artefacts_pkey"


OWN = artefacts.c.owner == "owner-7"
LATEST = artefacts.c.created_at.desc()
QUERIES: list[tuple[str, Executable]] = [
    (
        "artefacts_shelf",
        select(artefacts)
        .where(OWN, artefacts.c.key == "key-7", artefacts.c.status == "complete")
        .where(artefacts.c.created_at > NOON)
        .order_by(LATEST)
        .limit(1),
    ),
    (
        "artefacts_history",
        select(artefacts)
        .where(OWN, artefacts.c.id < "00002000")
        .order_by(artefacts.c.id.desc())
        .limit(20),
    ),
    (
        "artefacts_history_of_domain",
        select(artefacts)
        .where(OWN, artefacts.c.domain == "domain-3", artefacts.c.id < "00002000")
        .order_by(artefacts.c.id.desc())
        .limit(20),
    ),
    ("artefacts_run", select(artefacts).where(OWN, artefacts.c.run_id == "run-7")),
    ("artefacts_retention", delete(artefacts).where(artefacts.c.created_at < NOON)),
]


@pytest.mark.parametrize(("index", "query"), QUERIES, ids=[name for name, _ in QUERIES])
async def test_what_is_asked_often_goes_by_its_index(
    db: Database, index: str, query: ClauseElement
) -> None:
    await keep(db, *(a_row(number) for number in range(4000)))

    async with db.write() as session:
        await session.execute(text("ANALYZE"))
        plan = await _plan(session, query)

    assert f"{index} " in plan
    # SQLite's word for sorting; PostgreSQL may rather sort the few rows of so small a table.
    assert "TEMP B-TREE" not in plan


async def test_a_log_is_read_in_its_order_by_its_key(db: Database) -> None:
    rows = [
        {"owner": f"owner-{n % 40}", "domain": "training", "number": n, "body": "{}"}
        for n in range(4000)
    ]
    query = (
        select(lessons.c.body)
        .where(lessons.c.owner == "owner-7", lessons.c.domain == "training")
        .order_by(lessons.c.number)
    )

    async with db.write() as session:
        await session.execute(insert(lessons), [row | {"learnt_at": NOON} for row in rows])
        await session.execute(text("ANALYZE"))
        plan = await _plan(session, query)

    assert re.search(r"lessons_pkey |sqlite_autoindex_lessons_1 ", plan)
    assert "TEMP B-TREE" not in plan


async def _plan(session: WriteSession, query: ClauseElement) -> str:
    literal = query.compile(session.engine.sync_engine, compile_kwargs={"literal_binds": True})
    explain = "EXPLAIN QUERY PLAN" if session.dialect.name == "sqlite" else "EXPLAIN"
    rows = await session.exec_driver_sql(f"{explain} {literal}")
    return "\n".join(str(row) for row in rows)
