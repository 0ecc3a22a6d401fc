"""What is much is erased in pieces, between which others write."""

import asyncio
from datetime import UTC, datetime

import sqlalchemy as sa
from tests.callers.spenders import rows

from kuznia.callers import personal_data
from kuznia.platform.db.database import Database
from kuznia.platform.db.erasing import MAX_ROWS, erase, some_of
from kuznia.platform.db.tables import artefacts, lessons, storage

BATCHES = 6
COUNT = BATCHES * MAX_ROWS
BODY = "залізо"
MADE = datetime(2026, 1, 1, tzinfo=UTC)


async def fill(db: Database, owner: str, count: int) -> None:
    async with db.write() as session:
        learnt = {"owner": owner, "domain": "code", "body": BODY, "learnt_at": MADE}
        await session.execute(sa.insert(lessons), [{**learnt, "number": n} for n in range(count)])


async def keep(db: Database, owner: str, count: int) -> None:
    """Artefacts, and what they take in their owner's sum."""
    async with db.write() as session:
        row = {"owner": owner, "domain": "code", "status": "complete", "body": BODY}
        row |= {"key": None, "run_id": "run_1", "created_at": MADE}
        ids = [f"art_{owner}_{n}" for n in range(count)]
        await session.execute(sa.insert(artefacts), [{**row, "id": id_} for id_ in ids])
        size = count * len(BODY.encode())
        await session.execute(sa.insert(storage).values(owner=owner, bytes=size))


async def written_meanwhile(db: Database, work: "asyncio.Task[object]") -> int:
    """How many writes of somebody else came in before it was done."""
    count = 0
    while not work.done():
        async with db.write() as session:
            await session.execute(
                sa.update(lessons).where(lessons.c.owner == "olha").values(body="")
            )
        count += 1
    await work
    return count


async def test_a_statement_deletes_so_many_and_no_others(db: Database) -> None:
    await fill(db, "ivan", MAX_ROWS + 1)
    await fill(db, "olha", 1)
    async with db.write() as session:
        gone = (await session.execute(some_of(lessons, lessons.c.owner == "ivan"))).rowcount

    assert gone == MAX_ROWS
    assert await erase(db, lessons, lessons.c.owner == "ivan") == 1
    assert [row.owner for row in await rows(db, lessons)] == ["olha"]


async def test_others_write_while_much_is_erased(db: Database) -> None:
    await fill(db, "ivan", COUNT)
    await fill(db, "olha", 1)

    erasing = asyncio.create_task(erase(db, lessons, lessons.c.owner == "ivan"))

    assert await written_meanwhile(db, erasing) >= BATCHES - 1
    assert erasing.result() == COUNT


async def test_two_who_erase_the_same_do_not_wait_for_each_other(db: Database) -> None:
    await fill(db, "ivan", COUNT)

    counts = await asyncio.gather(*(erase(db, lessons, sa.true()) for _ in range(3)))

    assert await erase(db, lessons, sa.true()) + sum(counts) == COUNT


async def test_who_keeps_much_is_erased_without_holding_up_others(db: Database) -> None:
    await keep(db, "ivan", COUNT)
    await fill(db, "ivan", 3)
    await keep(db, "olha", 2)
    await fill(db, "olha", 1)

    erasing = asyncio.create_task(personal_data.erase(db, "ivan"))

    assert await written_meanwhile(db, erasing) >= BATCHES - 1
    gone = {name: count for name, count in erasing.result().items() if count}
    assert gone == {"artefacts": COUNT, "lessons": 3, "storage": 1}
    assert {row.owner for row in await rows(db, artefacts)} == {"olha"}
    assert [(row.owner, row.bytes) for row in await rows(db, storage)] == [("olha", 24)]
