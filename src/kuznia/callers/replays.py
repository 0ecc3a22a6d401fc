"""One execution for an Idempotency-Key: who is at it, and the answer to give again.

The row is claimed before the work and kept a day after it. While the work is under way its row has
an expiry that is moved on; of a process that was killed it is not, and another may claim it.
"""

import asyncio
from collections.abc import MutableMapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import blake2b
from typing import Any, Literal

import sqlalchemy as sa
from pydantic_core import from_json, to_json

from kuznia.platform.clock import Clock
from kuznia.platform.db import Database, insert
from kuznia.platform.errors import KeyReused, Unavailable
from kuznia.platform.log import get_log
from kuznia.platform.tables import replays

log = get_log("replays")

KEPT = timedelta(days=1)
# An answer that is longer is not kept; whoever asks again is told where to find what was made.
MOST_LETTERS = 16_000_000
TIDY_SECONDS = 300.0
# In a row: it was answered, at too great a length to say it again.
TOO_LONG = 0

Headers = tuple[tuple[bytes, bytes], ...]
# Any: a message of ASGI, which this room only hands on.
Message = MutableMapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said the first time."""

    status: int
    headers: Headers
    body: bytes


@dataclass(frozen=True, slots=True)
class Request:
    """What makes two requests the same one; neither key nor body is kept."""

    owner: str
    id: str
    hash: str


class Tape:
    """An answer as it is given: written once, read from its start by all who asked for it here."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.pieces: list[Message] = []
        self.ended = False
        # The work ended without an answer: a mistake of ours, not worth doing again at once.
        self.broke = False
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

    def __init__(self, db: Database, clock: Clock, *, holder: str, lease: float) -> None:
        self._db = db
        self._clock = clock
        self._holder = holder
        self.lease = lease
        self._tidied_at = float("-inf")
        # Those under way in this process.
        self.tapes: dict[str, Tape] = {}
        self.tasks: set[asyncio.Task[None]] = set()

    async def claim(self, request: Request) -> Answer | Literal["ours", "theirs"]:
        """Whose it is to do, or what was answered; raises KeyReused for another request."""
        now = self._clock.now()
        await self._tidy()
        async with self._db.write() as session:
            ours = {
                "hash": request.hash,
                "holder": self._holder,
                "expires_at": now + timedelta(seconds=self.lease),
                "status": None,
                "headers": None,
                "body": None,
            }
            # One statement, so that of all who try at once one has it.
            claimed = await session.execute(
                insert(session.dialect.name, replays)
                .values(id=request.id, owner=request.owner, **ours)
                .on_conflict_do_update(
                    index_elements=["id"], set_=ours, where=replays.c.expires_at <= now
                )
                .returning(replays.c.id)
            )
            if claimed.first():
                return "ours"
            query = sa.select(replays).where(replays.c.id == request.id)
            row = (await session.execute(query)).first()
        if row is None:
            # Given up between the two statements.
            return "theirs"
        if row.hash != request.hash:
            raise reused()
        if row.status is None:
            return "theirs"
        if row.status == TOO_LONG:
            raise KeyReused(
                "This was done, and its answer was too long to be kept; /api/v1/artefacts has "
                "what was made."
            )
        headers = tuple((name.encode(), value.encode()) for name, value in from_json(row.headers))
        return Answer(row.status, headers, row.body.encode())

    async def renew(self, request: Request) -> None:
        """Say that it is still being done."""
        until = self._clock.now() + timedelta(seconds=self.lease)
        await self._write(sa.update(replays).where(*self._mine(request)).values(expires_at=until))

    async def keep(self, request: Request, answer: Answer) -> None:
        """What every equal request gets from now on, for a day."""
        long = len(answer.body) > MOST_LETTERS
        headers = [
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in answer.headers
        ]
        told = {
            "status": TOO_LONG if long else answer.status,
            "headers": to_json(headers).decode(),
            "body": "" if long else answer.body.decode("utf-8", "replace"),
            "expires_at": self._clock.now() + KEPT,
        }
        await self._write(sa.update(replays).where(*self._mine(request)).values(**told))

    async def release(self, request: Request) -> None:
        """It came to nothing that is worth keeping: whoever comes next may try again."""
        await self._write(sa.delete(replays).where(*self._mine(request)))

    async def close(self) -> None:
        """Those under way have ended with their runs; they only have to write it down."""
        if self.tasks:
            _, late = await asyncio.wait(self.tasks, timeout=1.0)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late, timeout=1.0)

    def _mine(self, request: Request) -> tuple[sa.ColumnElement[bool], ...]:
        mine = replays.c.holder == self._holder
        return replays.c.id == request.id, mine, replays.c.status.is_(None)

    async def _write(self, statement: sa.Update | sa.Delete) -> None:
        try:
            async with self._db.write() as session:
                await session.execute(statement)
        except Unavailable as fault:
            # The work is done or not, whatever can be written about it.
            log.warning("replay_not_written", reason=fault.message)

    async def _tidy(self) -> None:
        if self._clock.monotonic() - self._tidied_at < TIDY_SECONDS:
            return
        self._tidied_at = self._clock.monotonic()
        now = self._clock.now()
        async with self._db.write() as session:
            await session.execute(sa.delete(replays).where(replays.c.expires_at <= now))


def request(owner: str, key: str, *parts: bytes) -> Request:
    """The same owner, key and parts are the same request."""
    named = blake2b(f"{owner}\0{key}".encode(), digest_size=20).hexdigest()
    digest = blake2b(digest_size=20)
    for part in parts:
        digest.update(b"%d:%b" % (len(part), part))
    return Request(owner, named, digest.hexdigest())


def reused() -> KeyReused:
    return KeyReused(
        "This Idempotency-Key came before with another request. Send that one again, or this one "
        "with a key of its own."
    )
