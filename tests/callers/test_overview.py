"""Pages of everybody's rows, on both databases: whole, in order, and without what is private."""

from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa
from pydantic_core import to_json
from tests.callers.conftest import Here

from kuznia.callers import overview
from kuznia.forge.memory import Memory
from kuznia.forge.terms import Caller
from kuznia.platform.db.database import Database
from kuznia.platform.db.tables import artefacts
from kuznia.platform.errors import NotFound

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


async def keep(db: Database, number: int, owner: str, **body: Any) -> None:
    made = {"parts": {"note": {"text": "kanarka"}}, "unmet": [], "findings": [], "decline": None}
    row = {
        "id": f"art_{number}",
        "run_id": f"run_{number}",
        "owner": owner,
        "domain": "notes",
        "status": "complete",
        "body": to_json({**made, "evidence": {"cost": number}, **body}).decode(),
        "created_at": NOW,
    }
    async with db.write() as session:
        await session.execute(sa.insert(artefacts).values(row))


async def test_keys_come_page_by_page_each_owners_together(here: Here) -> None:
    for owner in ("b", "a", "b", "a", "a"):
        await here.callers.keys.create(owner, "k", ("read",))

    pages: list[list[tuple[str, str]]] = []
    after: tuple[str, str] | tuple[()] = ()
    for _ in range(3):
        page = [(key.owner, key.id) for key in await overview.keys(here.db, after, 2)]
        pages.append(page)
        after = page[-1]

    seen = [key for page in pages for key in page]
    assert [len(page) for page in pages] == [2, 2, 1]
    assert [owner for owner, _ in seen] == ["a", "a", "a", "b", "b"]
    assert len(set(seen)) == 5
    assert len(await overview.keys(here.db, (), 9, "a")) == 3


async def test_artefacts_come_newest_first_without_what_is_in_them(db: Database) -> None:
    for number, owner in enumerate(("a", "b", "a")):
        await keep(db, number, owner)

    first = await overview.made(db, (), 2)
    second = await overview.made(db, (first[-1].id,), 2)

    assert [one.id for one in first + second] == ["art_2", "art_1", "art_0"]
    assert [one.id for one in await overview.made(db, (), 9, "a")] == ["art_2", "art_0"]
    assert "kanarka" not in str(first)


async def test_why_an_artefact_was_accepted_says_nothing_of_what_is_in_it(db: Database) -> None:
    finding = {"code": "long", "severity": "warn", "where": "kanarka", "message": "kanarka"}
    unmet = [{"part": "summary", "findings": [{**finding, "code": "no-note"}]}]
    decline = {"code": "CURSE", "message": "kanarka", "questions": ["kanarka"]}
    await keep(db, 1, "a", findings=[finding], unmet=unmet, decline=decline)

    made, why = await overview.reasons(db, "art_1")

    assert made.owner == "a"
    assert why.evidence == {"cost": 1}
    assert list(why.findings) == [("–", "warn", "long"), ("summary", "warn", "no-note")]
    assert why.declined == "CURSE"
    assert "kanarka" not in f"{made} {why}"


async def test_an_artefact_there_is_not_is_not_found(db: Database) -> None:
    with pytest.raises(NotFound):
        await overview.reasons(db, "art_1")


async def test_feedback_is_counted_by_kind_and_not_read(db: Database) -> None:
    memory, numbers = Memory(db), count()
    learn = to_json({"do": "learn", "kind": "safety", "text": "kanarka"}).decode()
    close = to_json({"do": "close", "lesson": "kanarka"}).decode()
    for owner in ("a", "b", "c"):
        await memory.learn(Caller(owner), "training", lambda _: (learn, close, learn), NOW)
        await memory.learn(Caller(owner), "notes", lambda _: (f'"{next(numbers)}"',), NOW)

    first = await overview.feedback(db, (), 3)
    rest = await overview.feedback(db, ("b", "notes"), 9)

    told = [(one.owner, one.domain, one.kind, one.count) for one in first]
    assert told == [
        ("a", "notes", "", 1),
        ("a", "training", "close", 1),
        ("a", "training", "learn safety", 2),
        ("b", "notes", "", 1),
    ]
    assert [one.owner for one in rest] == ["b", "b", "c", "c", "c"]
    assert first[0].last == NOW
    assert "kanarka" not in f"{first} {rest}"
