"""Rows that are written together, and what becomes of them when they cannot be."""

import asyncio
from collections.abc import Sequence

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from tests.platform.test_db import a_row

from kuznia.platform.db.database import Database, WriteSession
from kuznia.platform.db.journal import Journal
from kuznia.platform.db.tables import artefacts


async def put(session: WriteSession, rows: Sequence[int]) -> None:
    for number in rows:
        await session.execute(insert(artefacts), a_row(number))


async def numbers(db: Database) -> list[int]:
    async with db.read() as session:
        return sorted(int(id_) for id_ in await session.scalars(select(artefacts.c.id)))


async def test_a_row_that_cannot_be_written_takes_no_other_with_it(db: Database) -> None:
    journal = Journal(db)

    done = [journal.add(put, number) for number in (1, 2, 2, 3)]
    await asyncio.wait(done)

    assert await numbers(db) == [1, 2, 3]
    assert isinstance(done[2].exception(), IntegrityError)
    assert not journal.stuck


async def test_whatever_breaks_is_told_to_those_who_wait(db: Database) -> None:
    async def broken(session: WriteSession, rows: Sequence[int]) -> None:
        raise LookupError

    journal = Journal(db)
    done = [journal.add(broken, 1), journal.add(put, 2)]
    await asyncio.wait(done)

    with pytest.raises(LookupError):
        done[0].result()
    assert await numbers(db) == [2]


async def test_a_row_that_is_withdrawn_is_not_written(db: Database) -> None:
    journal = Journal(db)
    withdrawn, other = journal.add(put, 1), journal.add(put, 2)

    withdrawn.cancel()

    assert await journal.settled(other)
    assert await numbers(db) == [2]
