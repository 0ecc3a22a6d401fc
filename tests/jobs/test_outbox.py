"""The outbox: a message is there exactly when its job has ended, and is not lost or sent twice."""

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from tests.callers.spenders import eventually
from tests.jobs.conftest import Fork, gone
from tests.jobs.makers import claimed, lapse, opened, order, put, rows, tables_on, until_ended
from tests.servers.loop import inside, made
from tests.servers.model import ModelServer, reply
from tests.servers.receiver import Receiver, receiver

from kuznia.forge.shelf.kept import Kept
from kuznia.forge.terms import ArtefactId
from kuznia.jobs.job import Job
from kuznia.jobs.webhooks import outbox as outbox_room
from kuznia.jobs.webhooks.endpoints import EVENT_TYPES, Endpoints, WebhookEndpoint
from kuznia.jobs.webhooks.outbox import LADDER, DeliveryOutcome, Outbox
from kuznia.jobs.webhooks.signing import WebhookSecrets
from kuznia.platform.clock import SystemClock
from kuznia.platform.db.database import Database, moment
from kuznia.platform.db.tables import deliveries, jobs, webhooks
from kuznia.platform.errors import Conflict, NotFound, Unavailable

__all__ = ["receiver"]

FAULT = Unavailable("The database is away.")
REFUSED = DeliveryOutcome(500)
URL = "https://example.com/hook"


def endpoints_of(db: Database) -> Endpoints:
    return Endpoints(db, SystemClock(), WebhookSecrets("s" * 64), limit=10, private=True)


async def endpoint(db: Database, owner: str = "ivan", url: str = URL) -> WebhookEndpoint:
    made_now, _ = await endpoints_of(db).create(owner, url, EVENT_TYPES.values())
    return made_now


async def turn_back(db: Database, seconds: float) -> None:
    """As if so much time had passed for all that waits."""
    earlier = moment(db.url.dialect, -seconds)
    async with db.write() as session:
        waiting = sa.update(deliveries).values(next_at=earlier)
        await session.execute(waiting)
        await session.execute(sa.update(webhooks).values(paused_until=earlier))


async def lapse_deliveries(db: Database) -> None:
    leased = sa.update(deliveries).where(deliveries.c.lease_until.is_not(None))
    async with db.write() as session:
        await session.execute(leased.values(lease_until=moment(db.url.dialect, -1)))


async def seconds_to_next(db: Database) -> float:
    """How long the one message waits from now, by the database's clock."""
    async with db.read() as session:
        (row,) = (await session.execute(sa.select(deliveries.c.next_at))).all()
    return (row.next_at - SystemClock().now()).total_seconds()


async def _done(db: Database, job: Job) -> None:
    tables = tables_on(db)
    assert await tables.fail(await claimed(tables), FAULT, "failed")


async def _cancelled(db: Database, job: Job) -> None:
    await tables_on(db).cancel(job.id, None)


async def _reaped(db: Database, job: Job) -> None:
    tables = tables_on(db, attempts=1)
    await claimed(tables)
    await lapse(db)
    assert await tables.reap() == 1


@pytest.mark.parametrize(
    ("end", "type_"),
    [(_done, "job.failed"), (_cancelled, "job.cancelled"), (_reaped, "job.dead")],
)
async def test_each_end_of_a_job_writes_one_message_for_each_of_its_owners_endpoints(
    db: Database, end: Any, type_: str
) -> None:
    for owner in ("ivan", "ivan", "olha"):
        await endpoint(db, owner)
    job = await put(tables_on(db))
    assert await rows(db, deliveries) == []

    await end(db, job)

    written = await rows(db, deliveries)
    assert [(row.owner, row.type, row.state) for row in written] == [("ivan", type_, "waiting")] * 2
    assert all(job.id in row.body for row in written)


async def test_an_end_that_is_not_committed_writes_no_message(db: Database) -> None:
    await endpoint(db)
    tables = tables_on(db)
    await put(tables)
    claim = await claimed(tables)
    kept = Kept(
        ArtefactId("art"), claim.job.run_id, "ivan", "notes", "complete", SystemClock().now(), b"{}"
    )

    async def broken() -> None:
        async with db.write() as session:
            assert await tables.finish(session, claim, kept, None)
            assert (await session.execute(sa.select(deliveries))).all()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await broken()

    assert await rows(db, deliveries) == []
    assert [row.state for row in await rows(db, jobs)] == ["working"]


async def test_of_many_processes_that_look_at_once_one_sends_each_message(db: Database) -> None:
    outboxes = [Outbox(db, SystemClock()) for _ in range(4)]
    for number in range(8):
        hook = await endpoint(db, f"ivan{number}")
        for _ in range(3):
            await outboxes[0].test(hook.id, None)
    sent = list[str]()

    async def work(outbox: Outbox) -> None:
        while await outbox.due():
            if claim := await outbox.claim():
                sent.append(claim.delivery.id)
                assert await outbox.settle(claim, DeliveryOutcome(200))

    await asyncio.gather(*map(work, outboxes))

    assert sorted(sent) == sorted(row.id for row in await rows(db, deliveries))
    assert len(sent) == 24


async def test_an_endpoint_gets_one_message_at_a_time(db: Database) -> None:
    hook, outbox = await endpoint(db), Outbox(db, SystemClock())
    first, second = await outbox.test(hook.id, "ivan"), await outbox.test(hook.id, "ivan")
    claim = await outbox.claim()

    assert claim
    assert claim.delivery.id == first.id
    assert await outbox.claim() is None
    await outbox.settle(claim, DeliveryOutcome(200))
    following = await outbox.claim()
    assert following
    assert following.delivery.id == second.id


async def test_a_caller_whose_receivers_are_slow_holds_up_nobody_else(db: Database) -> None:
    outbox = Outbox(db, SystemClock())
    for _ in range(6):
        await outbox.test((await endpoint(db)).id, "ivan")
    await outbox.test((await endpoint(db, "olha")).id, "olha")
    taken = list[str]()
    while claim := await outbox.claim():
        taken.append(claim.endpoint.owner)

    assert taken == ["ivan"] * outbox_room.MAX_PER_CALLER + ["olha"]


async def test_what_a_killed_process_held_is_sent_by_another_and_it_can_write_no_more(
    db: Database,
) -> None:
    hook = await endpoint(db)
    outbox = Outbox(db, SystemClock())
    await outbox.test(hook.id, "ivan")
    first = await outbox.claim()
    assert first
    assert await outbox.claim() is None
    await lapse_deliveries(db)
    second = await outbox.claim()
    assert second

    assert (second.delivery.id, second.body) == (first.delivery.id, first.body)
    assert second.fence != first.fence
    assert not await outbox.settle(first, REFUSED)
    assert await outbox.settle(second, DeliveryOutcome(204))
    assert [row.state for row in await rows(db, deliveries)] == ["delivered"]


async def test_the_ladder_is_climbed_to_its_end_and_then_the_message_is_dead(db: Database) -> None:
    hook = await endpoint(db)
    outbox = Outbox(db, SystemClock())
    await outbox.test(hook.id, "ivan")
    waits = list[float]()
    for _ in LADDER:
        claim = await outbox.claim()
        assert claim
        assert await outbox.settle(claim, REFUSED)
        waits.append(await seconds_to_next(db))
        # Neither before its time nor while its endpoint is left alone.
        assert await outbox.claim() is None
        await turn_back(db, 1)

    assert [round(wait, -1) for wait in waits[1:-1]] == list(LADDER[2:])
    assert [row.state for row in await rows(db, deliveries)] == ["dead"]
    assert await outbox.claim() is None
    assert (await endpoints_of(db).get(hook.id, None)).failures == len(LADDER)


async def test_a_receiver_says_how_long_to_wait_and_a_failing_one_is_left_alone(
    db: Database,
) -> None:
    hook = await endpoint(db)
    outbox = Outbox(db, SystemClock())
    for _ in range(2):
        await outbox.test(hook.id, "ivan")
    claim = await outbox.claim()
    assert claim
    await outbox.settle(claim, DeliveryOutcome(429, retry_after=3000))
    paused = (await endpoints_of(db).get(hook.id, None)).paused_until
    assert paused

    # The other one is due, and waits all the same.
    assert await outbox.claim() is None
    assert paused - SystemClock().now() > timedelta(seconds=2900)


async def test_no_more_wait_than_may_and_what_is_dropped_is_counted(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox_room, "MAX_WAITING", 2)
    hook = await endpoint(db)
    tables = tables_on(db)
    for _ in range(3):
        job = await put(tables)
        await tables.cancel(job.id, None)

    assert len(await rows(db, deliveries)) == 2
    assert (await endpoints_of(db).get(hook.id, None)).dropped == 1


async def test_old_messages_go_and_of_many_the_oldest(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox_room, "MAX_KEPT", 2)
    hook = await endpoint(db)
    outbox = Outbox(db, SystemClock())
    for _ in range(4):
        await outbox.test(hook.id, "ivan")
        claim = await outbox.claim()
        assert claim
        await outbox.settle(claim, DeliveryOutcome(200))
    ids = [row.id for row in sorted(await rows(db, deliveries), key=lambda row: row.id)]

    await outbox.erase_older(3600)
    assert sorted(row.id for row in await rows(db, deliveries)) == ids[2:]
    await outbox.erase_older(-1)
    assert await rows(db, deliveries) == []


async def test_anothers_endpoint_is_not_there(db: Database) -> None:
    hook = await endpoint(db)
    endpoints, outbox = endpoints_of(db), Outbox(db, SystemClock())
    sent = await outbox.test(hook.id, "ivan")
    for ask in (
        endpoints.get(hook.id, "olha"),
        endpoints.enable(hook.id, "olha", enabled=False),
        endpoints.rotate(hook.id, "olha", timedelta()),
        endpoints.delete(hook.id, "olha"),
        outbox.test(hook.id, "olha"),
        outbox.redeliver(sent.id, hook.id, "olha"),
    ):
        with pytest.raises(NotFound):
            await ask
    await endpoints.enable(hook.id, "ivan", enabled=False)
    with pytest.raises(Conflict):
        await outbox.test(hook.id, "ivan")
    assert await outbox.claim() is None


@pytest.mark.parametrize("point", ["after_finish", "before_webhook", "after_webhook"])
async def test_a_process_killed_round_a_delivery_is_followed_by_one_that_sends_the_same_id(
    fork: Fork, database_url: str, receiver: Receiver, modelserver: ModelServer, point: str
) -> None:
    """The end of the job is committed, and the process is gone before it knows of a delivery."""
    modelserver.will(reply("note: iron"))
    allowed: dict[str, Any] = {"webhook_private_targets": True}
    async with AsyncExitStack() as running:
        idle = made(database_url, modelserver.url, jobs_at_once=0, **allowed)
        kuznia = await running.enter_async_context(inside(idle))
        await kuznia.client.post("/api/v1/webhooks", json={"url": receiver.url})
        job = await order(kuznia.doors)
        pid = await fork(point, database=database_url, upstream=modelserver.url, **allowed)
        await gone(pid)
    async with opened(database_url) as db:
        await lapse_deliveries(db)
        (left,) = await rows(db, deliveries)
        async with inside(made(database_url, modelserver.url, **allowed)) as kuznia:
            assert (await until_ended(kuznia.doors, job)).state == "done"
            # What was sent before the kill is sent once more: nobody knows that it was.
            await receiver.arrived(2 if point == "after_webhook" else 1)
            await eventually(lambda: _is_delivered(db))

    assert {one.id for one in receiver.received} == {left.id}
    assert len({one.body for one in receiver.received}) == 1
    assert len(modelserver.calls) == 1


async def _is_delivered(db: Database) -> bool:
    return [row.state for row in await rows(db, deliveries)] == ["delivered"]
