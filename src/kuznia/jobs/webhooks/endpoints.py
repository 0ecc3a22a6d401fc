"""Endpoints: where callers want to be told that their jobs have ended."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from types import MappingProxyType
from typing import Any, Literal, get_args

import httpx2
import sqlalchemy as sa

from kuznia.jobs.webhooks.signing import WebhookSecrets
from kuznia.platform.clock import Clock
from kuznia.platform.db.database import Database
from kuznia.platform.db.tables import deliveries, webhooks
from kuznia.platform.errors import Conflict, NotFound, invalid
from kuznia.platform.http.public_addresses import is_public
from kuznia.platform.ids import new_id

EventType = Literal["job.done", "job.failed", "job.dead", "job.cancelled"]
EVENT_TYPES: Mapping[str, EventType] = MappingProxyType(
    {name: name for name in get_args(EventType)}
)
MAX_URL_LENGTH = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEndpoint:
    """An endpoint as its owner sees it; its secret is shown once, when it is made or rotated."""

    id: str
    owner: str
    url: str
    events: tuple[EventType, ...]
    generation: int
    overlap_until: datetime | None
    created_at: datetime
    disabled_at: datetime | None
    failures: int
    paused_until: datetime | None
    dropped: int

    def generations(self, now: datetime) -> Sequence[int]:
        """The secrets that sign at this moment, the newest first."""
        overlaps = self.overlap_until is not None and self.overlap_until > now
        return (self.generation, self.generation - 1) if overlaps else (self.generation,)

    @property
    def host(self) -> str:
        """Where it is. The rest of an address may hold a secret: many services put one there."""
        return httpx2.URL(self.url).host


class Endpoints:
    """The table of endpoints. Without an owner, it is anybody's endpoint."""

    def __init__(
        self, db: Database, clock: Clock, secrets: WebhookSecrets, *, limit: int, private: bool
    ) -> None:
        self._db = db
        self._clock = clock
        self._limit = limit
        self._private = private
        self.secrets = secrets

    async def create(
        self, owner: str, url: str, events: Collection[EventType]
    ) -> tuple[WebhookEndpoint, str]:
        """A new endpoint, and the secret that is never shown again."""
        check_url(url, private=self._private)
        id_ = new_id("whk", self._clock)
        row = {
            "id": id_,
            "owner": owner,
            "url": url,
            "events": " ".join(name for name in EVENT_TYPES if name in events),
            "generation": 1,
            "created_at": self._clock.now(),
            "failures": 0,
            "dropped": 0,
        }
        theirs = sa.select(sa.func.count()).where(webhooks.c.owner == owner)
        async with self._db.write() as session:
            if (await session.scalar(theirs) or 0) >= self._limit:
                raise Conflict(f"You can have at most {self._limit} webhooks; delete one first.")
            adding = sa.insert(webhooks).values(row).returning(webhooks)
            endpoint = endpoint_of((await session.execute(adding)).one())
        return endpoint, self.secrets.shared(id_, 1)

    async def get(self, id_: str, owner: str | None) -> WebhookEndpoint:
        """An endpoint of this owner; raises NotFound for another's."""
        async with self._db.read() as session:
            query = sa.select(webhooks).where(*which(id_, owner))
            row = (await session.execute(query)).first()
        return endpoint_of(_known(row, id_))

    async def of(
        self, owner: str | None, *, before: str | None = None, limit: int
    ) -> list[WebhookEndpoint]:
        """The endpoints of one owner, or of all, the newest first."""
        query = sa.select(webhooks).order_by(webhooks.c.id.desc()).limit(limit)
        if owner is not None:
            query = query.where(webhooks.c.owner == owner)
        if before is not None:
            query = query.where(webhooks.c.id < before)
        async with self._db.read() as session:
            return [endpoint_of(row) for row in await session.execute(query)]

    async def counts(self, ids: Sequence[str]) -> Mapping[str, Mapping[str, int]]:
        """How many messages each endpoint has, by their state."""
        table = deliveries.c
        query = (
            sa.select(table.endpoint, table.state, sa.func.count().label("number"))
            .where(table.endpoint.in_(ids))
            .group_by(table.endpoint, table.state)
        )
        counts: dict[str, dict[str, int]] = {}
        async with self._db.read() as session:
            for row in await session.execute(query):
                counts.setdefault(row.endpoint, {})[row.state] = row.number
        return counts

    async def rotate(
        self, id_: str, owner: str | None, overlap: timedelta
    ) -> tuple[WebhookEndpoint, str]:
        """The same endpoint with a new secret; the old one signs too until the overlap is over."""
        values = {
            "generation": webhooks.c.generation + 1,
            "overlap_until": self._clock.now() + overlap,
        }
        endpoint = await self._change(id_, owner, values)
        return endpoint, self.secrets.shared(id_, endpoint.generation)

    async def enable(self, id_: str, owner: str | None, *, enabled: bool) -> WebhookEndpoint:
        """Have events written for it again, or no more; what waits goes out once it is enabled."""
        off = sa.func.coalesce(webhooks.c.disabled_at, sa.literal(self._clock.now()))
        on = {"disabled_at": None, "paused_until": None, "failures": 0}
        return await self._change(id_, owner, on if enabled else {"disabled_at": off})

    async def delete(self, id_: str, owner: str | None) -> WebhookEndpoint:
        """Delete an endpoint with all its messages."""
        deleting = sa.delete(webhooks).where(*which(id_, owner)).returning(webhooks)
        async with self._db.write() as session:
            return endpoint_of(_known((await session.execute(deleting)).first(), id_))

    # Any, here and below: values of every kind a column has.
    async def _change(
        self, id_: str, owner: str | None, values: Mapping[str, Any]
    ) -> WebhookEndpoint:
        changing = sa.update(webhooks).where(*which(id_, owner)).values(values)
        async with self._db.write() as session:
            row = (await session.execute(changing.returning(webhooks))).first()
            return endpoint_of(_known(row, id_))


def check_url(url: str, *, private: bool) -> None:
    """Raise Invalid for an address no webhook can have; a name is resolved for each delivery."""
    try:
        parts = httpx2.URL(url)
    except (httpx2.InvalidURL, ValueError):
        parts = httpx2.URL("")
    secure = parts.scheme == "https" or (private and parts.scheme == "http")
    plain = parts.userinfo == b"" and "#" not in url and url.isprintable() and " " not in url
    whole = parts.host and 0 < (parts.port or 443) < 65_536
    if not (secure and whole and plain and len(url) <= MAX_URL_LENGTH):
        kinds = "http:// or https://" if private else "https://"
        raise _wrong(
            f"Expected an address that begins with {kinds}, without a user name, blanks or a #"
        )
    try:
        literal = str(ip_address(parts.host))
    except ValueError:
        return
    if not (private or is_public(literal)):
        raise _wrong("Expected an address of the internet; WEBHOOK_PRIVATE_TARGETS allows others")


def _wrong(message: str) -> Exception:
    return invalid([{"loc": ("url",), "msg": message, "type": "url"}])


def which(id_: str, owner: str | None) -> Sequence[sa.ColumnElement[bool]]:
    """The endpoint with this id, if it is this owner's."""
    return webhooks.c.id == id_, *(() if owner is None else (webhooks.c.owner == owner,))


def _known(row: sa.Row[Any] | None, id_: str) -> sa.Row[Any]:
    if row is None:
        raise NotFound(
            "There is no such webhook.", details={"id": id_}, message_id="no-such-webhook"
        )
    return row


def endpoint_of(row: sa.Row[Any]) -> WebhookEndpoint:
    """A row as its owner sees it."""
    return WebhookEndpoint(
        id=row.id,
        owner=row.owner,
        url=row.url,
        events=tuple(EVENT_TYPES[name] for name in row.events.split() if name in EVENT_TYPES),
        generation=row.generation,
        overlap_until=row.overlap_until,
        created_at=row.created_at,
        disabled_at=row.disabled_at,
        failures=row.failures,
        paused_until=row.paused_until,
        dropped=row.dropped,
    )
