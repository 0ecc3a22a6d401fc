"""The job engine on rows: who gets which job, for how long, and what a lost one may still do."""

import asyncio
from collections import Counter

import pytest
import sqlalchemy as sa
from tests.jobs.makers import Booked, claimed, lapse, put, rows, tables_on

from kuznia.callers import personal_data
from kuznia.jobs.job import Claimed
from kuznia.jobs.tables import JobTables
from kuznia.platform.db.database import Database, moment
from kuznia.platform.db.tables import jobs, tape
from kuznia.platform.errors import InternalError, NotFound, RateLimited, Unavailable

FAULT = Unavailable("The database is away.")


async def test_of_many_who_claim_at_once_each_gets_another_job(db: Database) -> None:
    processes = [tables_on(db) for _ in range(6)]
    for _ in range(5):
        await put(processes[0])

    taken = await asyncio.gather(*(one.claim() for one in processes))

    found = [claim for claim in taken if claim]
    assert len({claim.job.id for claim in found}) == len({claim.fence for claim in found}) == 5


async def test_whoever_has_ten_jobs_is_not_last_behind_a_thousand(db: Database) -> None:
    tables = tables_on(db, waiting=5_000, at_once=2)
    await _thousand(tables, db)
    for _ in range(10):
        await put(tables, "olha")

    # Two processes, each of which works on one job at a time.
    order: list[str] = []
    under_way: list[Claimed] = []
    while order.count("olha") < 10:
        under_way.append(await claimed(tables))
        order.append(under_way[-1].job.owner)
        if len(under_way) == 2:
            assert await tables.fail(under_way.pop(0), FAULT, "failed")

    assert len(order) <= 21
    # Nor do they go before all others.
    assert order[:10].count("ivan") >= 4


async def _thousand(tables: JobTables, db: Database) -> None:
    """A thousand of ivan's, as if each had been put by itself."""
    await put(tables)
    (first,) = await rows(db, jobs)
    more = [first._asdict() | {"id": f"job_{n:04}", "turn": first.turn + n} for n in range(1, 1000)]
    async with db.write() as session:
        await session.execute(sa.insert(jobs), more)


async def test_a_caller_has_no_more_than_its_places(db: Database) -> None:
    processes = [tables_on(db, at_once=2) for _ in range(4)]
    for number in range(8):
        await put(processes[0], "olha" if number > 5 else "ivan")

    taken = await asyncio.gather(*(one.claim() for one in processes), processes[0].claim())

    owners = Counter(claim.job.owner for claim in taken if claim)
    assert owners == {"ivan": 2, "olha": 2}
    assert not (await processes[0].due()).claimable


async def test_a_lapsed_job_is_another_processs_and_its_old_fence_opens_nothing(
    db: Database,
) -> None:
    tables, other = tables_on(db), tables_on(db)
    await put(tables)
    lost = await claimed(tables)
    before = await other.due()
    await lapse(db)
    due = await other.due()
    await other.reap()
    found = await claimed(other)

    assert (before.lapsed, due.lapsed) == (False, True)
    assert found.job.attempts == 2
    assert await tables.renew([lost.fence, found.fence]) == {found.fence}
    assert await tables.held([lost.fence, found.fence]) == {found.fence}
    assert not await tables.fail(lost, FAULT, "failed")
    assert not await tables.delay(lost, 0, FAULT, counted=True)
    assert (await tables.get(found.job.id, "ivan")).state == "working"


async def test_a_job_without_a_lease_is_reaped_too_and_dies_in_the_end(db: Database) -> None:
    tables = tables_on(db, attempts=2)
    job = await put(tables)
    for _ in range(2):
        await claimed(tables)
        async with db.write() as session:
            await session.execute(sa.update(jobs).values(lease_until=None))
        assert await tables.reap() == 1

    dead = await tables.get(job.id, None)

    assert (dead.state, dead.attempts) == ("dead", 2)
    assert dead.error is not None
    assert "as often as a job is tried" in dead.error["message"]
    assert await tables.claim() is None


async def test_a_job_that_is_given_back_waits_its_time_and_then_goes_first(db: Database) -> None:
    tables = tables_on(db)
    first, second = await put(tables), await put(tables)
    await tables.delay(await claimed(tables), 100, FAULT, counted=True)
    meanwhile = await claimed(tables)
    third = await put(tables)
    async with db.write() as session:
        early = moment(db.url.dialect, -1)
        await session.execute(sa.update(jobs).where(jobs.c.id == first.id).values(run_at=early))

    assert meanwhile.job.id == second.id
    assert [(await claimed(tables)).job.id for _ in range(2)] == [first.id, third.id]


async def test_a_job_is_its_owners_alone(db: Database) -> None:
    tables = tables_on(db)
    job = await put(tables)

    for forbidden in (tables.get, tables.cancel, tables.requeue):
        with pytest.raises(NotFound):
            await forbidden(job.id, "olha")
    assert await tables.page("olha", state=None, before=None, limit=9) == []
    assert (await tables.get(job.id, "ivan")).state == "queued"


async def test_too_many_that_wait_are_refused_for_one_caller_alone(db: Database) -> None:
    tables = tables_on(db, waiting=1)
    job = await put(tables)
    await put(tables, "olha")

    with pytest.raises(RateLimited):
        await put(tables)
    await tables.cancel(job.id, "ivan")
    await put(tables)
    with pytest.raises(RateLimited):
        await tables.requeue(job.id, "ivan")


async def test_what_is_erased_is_gone_with_its_tape_and_cannot_come_back(db: Database) -> None:
    tables = tables_on(db)
    await put(tables)
    taken = await claimed(tables)
    async with db.write() as session:
        await session.execute(sa.insert(tape).values(**a_call(taken)))
    exported = [table async for table, _ in personal_data.taken(db, "ivan")]
    await personal_data.erase(db, "ivan")

    assert exported == ["jobs", "tape"]
    assert await rows(db, tape) == []
    assert not await tables.fail(taken, InternalError("Too late."), "failed")
    assert await rows(db, jobs) == []


async def test_old_jobs_go_and_no_others(db: Database) -> None:
    tables = tables_on(db)
    old, _ = await put(tables), await put(tables)
    await tables.cancel(old.id, None)
    kept = await tables.erase_older(60)
    async with db.write() as session:
        long_ago = moment(db.url.dialect, -100)
        await session.execute(sa.update(jobs).values(created_at=long_ago, ended_at=long_ago))
        await session.execute(
            sa.update(jobs).where(jobs.c.state == "queued").values(ended_at=sa.null())
        )

    assert (kept, await tables.erase_older(60)) == (0, 1)
    assert [row.state for row in await rows(db, jobs)] == ["queued"]


def a_call(claim: Claimed, **more: object) -> dict[str, object]:
    """A call that is under way."""
    return {
        "job": claim.job.id,
        "number": 1,
        "owner": claim.job.owner,
        "part": "note",
        "digest": "d",
        "state": "intent",
        "fence": claim.fence,
        "model": "m",
        "input_tokens": 50,
        "output_tokens": 200,
        "cost": 7,
        "estimated": True,
        "seconds": 0.0,
        "outcome": "",
    } | more


async def test_a_call_in_which_a_process_was_killed_is_asked_again_once_and_no_more(
    db: Database,
) -> None:
    book = Booked()
    tables = tables_on(db, book, attempts=9)
    job = await put(tables)
    for number in (1, 2):
        taken = await claimed(tables)
        async with db.write() as session:
            await session.execute(sa.insert(tape).values(**a_call(taken, number=number)))
        await lapse(db)
        await tables.reap()

    assert await tables.claim() is None
    dead = await tables.get(job.id, None)
    assert (dead.state, dead.attempts) == ("dead", 3)
    assert dead.error is not None
    assert "twice during the same call" in dead.error["message"]
    assert len(book.calls) == 2


async def test_a_call_of_a_job_that_was_cancelled_after_its_process_died_is_booked(
    db: Database,
) -> None:
    book = Booked()
    tables = tables_on(db, book)
    job = await put(tables)
    taken = await claimed(tables)
    async with db.write() as session:
        await session.execute(sa.insert(tape).values(**a_call(taken)))
    await tables.cancel(job.id, "ivan")
    await tables.settle_cancelled()
    young = list(book.calls)
    async with db.write() as session:
        await session.execute(sa.update(jobs).values(ended_at=moment(db.url.dialect, -60)))
    await tables.settle_cancelled()
    await tables.settle_cancelled()

    assert young == []
    ((owner, _, attempt),) = book.calls
    assert (owner, attempt.usage.total, attempt.cost) == ("ivan", 250, 7)
