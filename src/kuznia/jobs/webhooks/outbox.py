"""The outbox: what is to be told of jobs that have ended, written with their ends.

A message is a row for each endpoint, in the transaction that ends its job: neither can be without
the other. A process that delivers one holds it by a lease and a fence, as jobs are held; one that
is killed in between leaves it to the next, under the same id.
"""

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal, get_args

import sqlalchemy as sa
from pydantic import JsonValue
from pydantic_core import to_json

from kuznia.jobs.job import Job
from kuznia.jobs.webhooks.endpoints import WebhookEndpoint, endpoint_of, which
from kuznia.platform.clock import Clock
from kuznia.platform.db.database import Database, WriteSession, moment
from kuznia.platform.db.erasing import erase
from kuznia.platform.db.tables import deliveries, users, webhooks
from kuznia.platform.errors import Conflict, NotFound, RateLimited
from kuznia.platform.ids import new_id

DeliveryState = Literal["waiting", "delivered", "dead"]
DELIVERY_STATES: Mapping[str, DeliveryState] = MappingProxyType(
    {name: name for name in get_args(DeliveryState)}
)
# Seconds before each attempt, counted from the one before it: the specification's own ladder.
LADDER = (0, 5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
# Longer than any attempt may take. A process that was killed leaves its message for so long.
LEASE_SECONDS = 60
# Messages of one endpoint that may wait, and that are kept once they have ended.
MAX_WAITING, MAX_KEPT = 1000, 1000
# Deliveries of one caller at the same time: whose receivers are slow holds up nobody else.
MAX_PER_CALLER = 4
# An endpoint that fails is left alone for a while, which doubles up to the second of these.
FIRST_PAUSE, MAX_PAUSE = 5, 300
GONE = 410
TEST = "webhook.test"
_FREE = {"fence": None, "lease_until": None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A message as the owner of its endpoint sees it."""

    id: str
    endpoint: str
    type: str
    state: DeliveryState
    attempts: int
    next_at: datetime
    status: int | None
    error: str | None
    created_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedDelivery:
    """A message that is this process's to send for as long as its fence stands in the row."""

    delivery: Delivery
    fence: str
    body: bytes
    endpoint: WebhookEndpoint


@dataclass(frozen=True, slots=True)
class DeliveryOutcome:
    """What the receiver answered, or why there is no answer."""

    status: int | None = None
    error: str | None = None
    retry_after: float | None = None

    @property
    def accepted(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


class Outbox:
    """The messages in this database. `news` is set when this process has written one."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self.news = asyncio.Event()

    # What is written with the end of a job.

    async def tell(self, session: WriteSession, ended: Sequence[Job]) -> None:
        """Write a message for each endpoint that wants to know, in this very transaction."""
        if not ended:
            return
        on = sa.select(webhooks).where(
            webhooks.c.owner.in_({job.owner for job in ended}), webhooks.c.disabled_at.is_(None)
        )
        for row in (await session.execute(on)).all():
            for job in ended:
                type_ = f"job.{job.state}"
                if job.owner == row.owner and type_ in row.events.split():
                    await self._add(session, row, type_, _told_of(job), job.ended_at)

    # What processes do.

    async def due(self) -> bool:
        """Whether there is a message to send. Nothing is written."""
        async with self._db.read() as session:
            return bool(await session.scalar(sa.select(sa.exists(self._next()))))

    async def claim(self) -> ClaimedDelivery | None:
        """Take up the message that has waited longest, under a fresh fence."""
        first = self._next().with_for_update(of=deliveries, skip_locked=True)
        claiming = (
            sa.update(deliveries)
            .where(deliveries.c.id == first.scalar_subquery())
            .values(
                fence=secrets.token_hex(16),
                lease_until=self._moment(LEASE_SECONDS),
                attempts=deliveries.c.attempts + 1,
            )
            .returning(deliveries)
        )
        async with self._db.write() as session:
            row = (await session.execute(claiming)).first()
            if row is None:
                return None
            to = sa.select(webhooks).where(webhooks.c.id == row.endpoint)
            endpoint = endpoint_of((await session.execute(to)).one())
        return ClaimedDelivery(
            delivery=_delivery_of(row), fence=row.fence, body=row.body.encode(), endpoint=endpoint
        )

    async def settle(
        self, claimed: ClaimedDelivery, outcome: DeliveryOutcome, stretch: float = 1
    ) -> bool:
        """Write down how an attempt ended; False if another process has it by now.

        `stretch` makes the wait before the next one longer, so that not all come at once.
        """
        attempts = claimed.delivery.attempts
        values: dict[str, Any] = {"status": outcome.status, "error": outcome.error, **_FREE}
        if outcome.accepted:
            values |= {"state": "delivered", "ended_at": self._moment()}
        elif attempts >= len(LADDER) or outcome.status == GONE:
            values |= {"state": "dead", "ended_at": self._moment()}
        else:
            wait = max(LADDER[attempts] * stretch, outcome.retry_after or 0)
            values["next_at"] = self._moment(wait)
        ours = deliveries.c.id == claimed.delivery.id, deliveries.c.fence == claimed.fence
        async with self._db.write() as session:
            changing = sa.update(deliveries).where(*ours).values(values)
            if (await session.execute(changing)).rowcount != 1:
                return False
            if state := self._state_of(claimed.endpoint, outcome):
                changing = sa.update(webhooks).where(webhooks.c.id == claimed.endpoint.id)
                await session.execute(changing.values(state))
        return True

    # What owners and operators do. Without an owner, it is anybody's endpoint.

    async def page(
        self,
        endpoint: str,
        *,
        state: DeliveryState | None = None,
        before: str | None = None,
        limit: int,
    ) -> list[Delivery]:
        """Messages of one endpoint, the newest first."""
        query = sa.select(deliveries).where(deliveries.c.endpoint == endpoint)
        if state is not None:
            query = query.where(deliveries.c.state == state)
        if before is not None:
            query = query.where(deliveries.c.id < before)
        async with self._db.read() as session:
            rows = await session.execute(query.order_by(deliveries.c.id.desc()).limit(limit))
            return [_delivery_of(row) for row in rows]

    async def test(self, endpoint: str, owner: str | None) -> Delivery:
        """Write a message that tells of nothing, to be sent at once."""
        async with self._db.write() as session:
            row = await self._open(session, endpoint, owner)
            now = self._clock.now()
            made = await self._add(session, row, TEST, {"webhook": endpoint}, now)
            if made is None:
                raise RateLimited(
                    f"{MAX_WAITING} messages wait for this webhook already. Send this again when "
                    "its receiver has taken some.",
                    retry_after=MAX_PAUSE,
                )
        return made

    async def redeliver(self, id_: str, endpoint: str, owner: str | None) -> Delivery:
        """Have a message sent again, at once and under the same id, whatever became of it."""
        values = {
            "state": "waiting",
            "attempts": 0,
            "next_at": self._moment(),
            "ended_at": None,
            "error": None,
        }
        it = deliveries.c.id == id_, deliveries.c.endpoint == endpoint
        async with self._db.write() as session:
            await self._open(session, endpoint, owner)
            changing = sa.update(deliveries).where(*it).values(values).returning(deliveries)
            row = (await session.execute(changing)).first()
            if row is None:
                raise NotFound(
                    "There is no such delivery.",
                    details={"id": id_},
                    message_id="no-such-delivery",
                )
        self.news.set()
        return _delivery_of(row)

    # What is done once in a while.

    async def erase_older(self, seconds: float) -> None:
        """Erase messages that were written longer ago, and the oldest where too many are kept."""
        table = deliveries.c
        old = table.created_at <= self._moment(-seconds)
        async with self._db.read() as session:
            is_old = await session.scalar(sa.select(sa.exists().where(old)))
            ended = table.state != "waiting"
            many = sa.select(table.endpoint).where(ended).group_by(table.endpoint)
            crowded = (await session.scalars(many.having(sa.func.count() > MAX_KEPT))).all()
        if is_old:
            await erase(self._db, deliveries, old)
        for endpoint in crowded:
            theirs = ended & (table.endpoint == endpoint)
            kept = sa.select(table.id).where(theirs).order_by(table.id.desc()).offset(MAX_KEPT)
            async with self._db.read() as session:
                newest = await session.scalar(kept.limit(1))
            if newest is not None:
                await erase(self._db, deliveries, theirs & (table.id <= newest))

    # How it is done.

    async def _add(
        self,
        session: WriteSession,
        # Any, here and below: values of every kind a column has.
        endpoint: sa.Row[Any],
        type_: str,
        data: Mapping[str, JsonValue],
        happened: datetime | None,
    ) -> Delivery | None:
        """Write a message, unless too many wait already; that is counted at its endpoint."""
        waiting = sa.select(deliveries.c.id).where(
            deliveries.c.endpoint == endpoint.id, deliveries.c.state == "waiting"
        )
        if await session.scalar(waiting.offset(MAX_WAITING - 1).limit(1)) is not None:
            counting = sa.update(webhooks).where(webhooks.c.id == endpoint.id)
            await session.execute(counting.values(dropped=webhooks.c.dropped + 1))
            return None
        body = {"type": type_, "timestamp": happened, "data": data}
        values = {
            "id": new_id("msg", self._clock),
            "owner": endpoint.owner,
            "endpoint": endpoint.id,
            "type": type_,
            "body": to_json(body).decode(),
            "state": "waiting",
            "attempts": 0,
            "next_at": self._moment(),
            "created_at": self._moment(),
        }
        adding = sa.insert(deliveries).values(values).returning(deliveries)
        row = (await session.execute(adding)).one()
        self.news.set()
        return _delivery_of(row)

    async def _open(self, session: WriteSession, endpoint: str, owner: str | None) -> sa.Row[Any]:
        """An endpoint that can be sent something now: it waits for nothing any more."""
        trying = {"paused_until": None, "failures": 0}
        changing = sa.update(webhooks).where(*which(endpoint, owner)).values(trying)
        row = (await session.execute(changing.returning(webhooks))).first()
        if row is None:
            raise NotFound(
                "There is no such webhook.", details={"id": endpoint}, message_id="no-such-webhook"
            )
        if row.disabled_at is not None:
            raise Conflict(
                "This webhook is disabled; enable it first.", message_id="webhook-disabled"
            )
        return row

    def _state_of(self, endpoint: WebhookEndpoint, outcome: DeliveryOutcome) -> Mapping[str, Any]:
        """What an attempt says about its endpoint; nothing, if that is no news."""
        if outcome.accepted:
            return {"failures": 0, "paused_until": None} if endpoint.failures else {}
        pause = min(FIRST_PAUSE * 2 ** min(endpoint.failures, 10), MAX_PAUSE)
        state = {
            "failures": webhooks.c.failures + 1,
            "paused_until": self._moment(max(pause, outcome.retry_after or 0)),
        }
        return state | {"disabled_at": self._moment()} if outcome.status == GONE else state

    def _next(self) -> sa.Select[str]:
        """The next message to send; each endpoint gets one at a time, in their order."""
        table, now = deliveries.c, self._moment()
        # Of the row itself too: PostgreSQL asks that again of a row that was changed meanwhile.
        free = table.lease_until.is_(None) | (table.lease_until <= now)
        held = deliveries.alias("held")
        busy = sa.select(held.c.endpoint).where(held.c.lease_until > now)
        full = (
            sa.select(held.c.owner)
            .where(held.c.lease_until > now)
            .group_by(held.c.owner)
            .having(sa.func.count() >= MAX_PER_CALLER)
        )
        banned = sa.exists().where(users.c.id == table.owner, users.c.disabled_at.is_not(None))
        return (
            sa.select(table.id)
            .join(webhooks, webhooks.c.id == table.endpoint)
            .where(table.state == "waiting", table.next_at <= now, free)
            .where(webhooks.c.disabled_at.is_(None), ~banned)
            .where(webhooks.c.paused_until.is_(None) | (webhooks.c.paused_until <= now))
            .where(table.endpoint.not_in(busy), table.owner.not_in(full))
            .order_by(table.next_at, table.id)
            .limit(1)
        )

    def _moment(self, seconds: float = 0) -> sa.ColumnElement[Any]:
        return moment(self._db.url.dialect, seconds)


def _told_of(job: Job) -> dict[str, JsonValue]:
    """Ids, a state and links: what was ordered or made is for those who may read it."""
    code = job.error["code"] if job.error else None
    return {
        "id": job.id,
        "domain": job.domain,
        "state": job.state,
        "attempts": job.attempts,
        "run_id": job.run_id,
        "artefact": job.artefact,
        "error": code,
        "links": {
            "self": f"/api/v1/jobs/{job.id}",
            "artefact": job.artefact and f"/api/v1/artefacts/{job.artefact}",
        },
    }


def _delivery_of(row: sa.Row[Any]) -> Delivery:
    return Delivery(
        id=row.id,
        endpoint=row.endpoint,
        type=row.type,
        state=row.state,
        attempts=row.attempts,
        next_at=row.next_at,
        status=row.status,
        error=row.error,
        created_at=row.created_at,
        ended_at=row.ended_at,
    )
