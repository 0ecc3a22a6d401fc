"""Replays: one execution for each Idempotency-Key, and its answer, which is given again.

The row is claimed before the work and kept a day after it. While the work is under way its row has
an expiry that is moved on. Another process may claim it once its holder has ended, which shows at
once, or has let the expiry pass: a process that was stopped finds, when it wakes, that the row is
no longer its own. All of this goes by the database's clock.
"""

import asyncio
from collections.abc import MutableMapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Literal

import sqlalchemy as sa
from pydantic_core import from_json, to_json

from kuznia.platform.clock import Clock
from kuznia.platform.db.database import Database, insert, moment
from kuznia.platform.db.erasing import erase
from kuznia.platform.db.tables import replays
from kuznia.platform.errors import KeyReused, Unavailable
from kuznia.platform.log import get_log
from kuznia.platform.process.presence import Presence

log = get_log("replays")

# Seconds.
KEPT_SECONDS = 86_400.0
# An answer that is longer is not kept; whoever asks again is told where to find what was made.
MAX_BODY_LENGTH = 16_000_000
TIDY_SECONDS = 300.0
# In a row: it was answered, at too great a length to say it again.
TOO_LONG = 0

Headers = tuple[tuple[bytes, bytes], ...]
# Any: a message of ASGI, which this room only hands on.
Message = MutableMapping[str, Any]


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """The answer to the first request with a key."""

    status: int
    headers: Headers
    body: bytes


@dataclass(frozen=True, slots=True)
class Request:
    """What identifies a request with a key; only hashes of the key and the body are kept."""

    owner: str
    id: str
    hash: str


class Tape:
    """An answer while it is being given: written once, read from its start by all who asked."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.pieces: list[Message] = []
        self.ended = False
        # Why there is no answer, or no more of it: not worth doing again at once.
        self.fault: Unavailable | None = None
        self._news = asyncio.Event()

    def write(self, piece: Message) -> None:
        self.pieces.append(piece)
        self._tell()

    def end(self) -> None:
        self.ended = True
        self._tell()

    async def more(self) -> None:
        """Wait until there is more of it, or its end."""
        await self._news.wait()

    def _tell(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()


class Replays:
    """Lives as long as the application."""

    def __init__(self, db: Database, clock: Clock, *, presence: Presence, lease: float) -> None:
        self._db = db
        self._clock = clock
        self._presence = presence
        self._dialect = db.url.dialect
        self.lease = lease
        self._tidied_at = float("-inf")
        # Until when each of ours is certainly ours, by a clock that also counts while we are
        # stopped.
        self._until: dict[str, float] = {}
        # Those under way in this process; the tasks are what is to end with it.
        self.tapes: dict[str, Tape] = {}
        self.tasks: set[asyncio.Task[None]] = set()

    async def claim(self, request: Request) -> StoredAnswer | Literal["ours", "theirs"]:
        """Whose it is to do, or what was answered; raises KeyReused for another request.

        Only what is free is written to: whoever waits for another process does no more than read.
        """
        self._tidy()
        row = await self._look(request)
        if row is not None and not row.expired and not await self._orphaned(row):
            return _answered(row, request)
        # Before anyone can find our id in a row.
        await self._presence.show()
        until = self._clock.monotonic() + self.lease
        ours = {
            "hash": request.hash,
            "holder": self._presence.id,
            "expires_at": moment(self._dialect, self.lease),
            "status": None,
            "headers": None,
            "body": None,
        }
        free = replays.c.expires_at <= moment(self._dialect)
        if row is not None:
            free |= sa.and_(replays.c.status.is_(None), replays.c.holder == row.holder)
        # One statement, so that of all who try at once one has it.
        claiming = (
            insert(self._dialect, replays)
            .values(id=request.id, owner=request.owner, **ours)
            .on_conflict_do_update(index_elements=["id"], set_=ours, where=free)
            .returning(replays.c.id)
        )
        async with self._db.write() as session:
            if not (await session.execute(claiming)).first():
                return "theirs"
        self._until[request.id] = until
        return "ours"

    async def renew(self, request: Request) -> None:
        """Extend the claim of a request that is still running."""
        until = self._clock.monotonic() + self.lease
        values = {"expires_at": moment(self._dialect, self.lease)}
        if await self._write(sa.update(replays).where(*self._mine(request)).values(**values)):
            self._until[request.id] = until

    async def keep(self, request: Request, answer: StoredAnswer) -> bool:
        """What every equal request gets from now on, for a day.

        False where it is ours no longer: whoever took it over gives the answer.
        """
        long = len(answer.body) > MAX_BODY_LENGTH
        headers = [
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in answer.headers
        ]
        values = {
            "status": TOO_LONG if long else answer.status,
            "headers": to_json(headers).decode(),
            "body": "" if long else answer.body.decode("utf-8", "replace"),
            "expires_at": moment(self._dialect, KEPT_SECONDS),
        }
        kept = await self._write(sa.update(replays).where(*self._mine(request)).values(**values))
        until = self._until.pop(request.id, 0.0)
        # It is paid for, so it is given while nobody else can have given another.
        return self._clock.monotonic() < until if kept is None else kept

    async def release(self, request: Request) -> None:
        """Give up the claim: no answer is worth keeping, and the next request may try again."""
        self._until.pop(request.id, None)
        await self._write(sa.delete(replays).where(*self._mine(request)))

    async def close(self) -> None:
        """Wait a moment for requests that only have to write down their answer."""
        if self.tasks:
            _, late = await asyncio.wait(self.tasks, timeout=1.0)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late, timeout=1.0)

    # Any: what a row holds is known to the table, not to the type checker.
    async def _look(self, request: Request) -> sa.Row[Any] | None:
        expired = (replays.c.expires_at <= moment(self._dialect)).label("expired")
        query = sa.select(replays, expired).where(replays.c.id == request.id)
        async with self._db.read() as session:
            return (await session.execute(query)).first()

    async def _orphaned(self, row: sa.Row[Any]) -> bool:
        """Whether nobody is at it any more."""
        return row.status is None and await self._presence.ended(row.holder)

    def _mine(self, request: Request) -> tuple[sa.ColumnElement[bool], ...]:
        mine = replays.c.holder == self._presence.id
        return replays.c.id == request.id, mine, replays.c.status.is_(None)

    async def _write(self, statement: sa.Update | sa.Delete) -> bool | None:
        """Whether there was a row of ours to write to; None if the database did not say."""
        try:
            async with self._db.write() as session:
                return (await session.execute(statement)).rowcount > 0
        except Unavailable as fault:
            # The work is done or not, whatever can be written about it.
            log.warning("replay_not_written", reason=fault.message)
            return None

    def _tidy(self) -> None:
        if self._clock.monotonic() - self._tidied_at < TIDY_SECONDS:
            return
        self._tidied_at = self._clock.monotonic()
        # Nobody waits for it: there may be many.
        task = asyncio.create_task(self._erase_old())
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _erase_old(self) -> None:
        try:
            await erase(self._db, replays, replays.c.expires_at <= moment(self._dialect))
        except Unavailable as fault:
            log.warning("replays_not_erased", reason=fault.message)


# Any: what a row holds is known to the table, not to the type checker.
def _answered(row: sa.Row[Any], request: Request) -> StoredAnswer | Literal["theirs"]:
    if row.hash != request.hash:
        raise reused()
    if row.status is None:
        return "theirs"
    if row.status == TOO_LONG:
        raise KeyReused(
            "This request was answered, but the answer was too long to keep; the artefacts it made "
            "are at /api/v1/artefacts."
        )
    headers = tuple((name.encode(), value.encode()) for name, value in from_json(row.headers))
    return StoredAnswer(row.status, headers, row.body.encode())


def request(owner: str, key: str, *parts: bytes) -> Request:
    """The same owner, key and parts are the same request."""
    named = blake2b(f"{owner}\0{key}".encode(), digest_size=20).hexdigest()
    digest = blake2b(digest_size=20)
    for part in parts:
        digest.update(b"%d:%b" % (len(part), part))
    return Request(owner, named, digest.hexdigest())


def reused() -> KeyReused:
    return KeyReused(
        "This Idempotency-Key was used with another request. Repeat that request, or send this one "
        "with a new key."
    )


def taken_over() -> Unavailable:
    return Unavailable(
        "This took so long that another process has taken it over. Send it again with the same "
        "Idempotency-Key to get the answer.",
        retry_after=1,
    )
