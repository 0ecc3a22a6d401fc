"""API keys, for programs: `kz_<public id>_<secret>`, of which only a hash is kept."""

import hmac
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Literal, get_args

import sqlalchemy as sa

from kuznia.platform.clock import Clock
from kuznia.platform.db.database import Database, ReadSession, WriteSession
from kuznia.platform.db.tables import api_keys as table
from kuznia.platform.errors import Conflict, NotFound, invalid

# domains: have artefacts made; read: read one's own; metrics: for Prometheus; admin: look after
# the server. The last two open nothing unless the owner is an admin.
Scope = Literal["domains", "read", "metrics", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)

PREFIX = "kz_"
_SHAPE = re.compile(r"kz_([0-9a-f]{16})_[0-9a-f]{64}")
MAX_KEYS = 100
MAX_NAME_LENGTH = 100


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as its owner sees it; the secret half is shown once, when it is made."""

    id: str
    owner: str
    name: str
    scopes: tuple[Scope, ...]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None

    def works(self, now: datetime) -> bool:
        """Whether it opens anything at this moment."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key with the hash its secret is compared with."""

    key: ApiKey
    hash: str

    def fits(self, secret: str) -> bool:
        """Whether this is the whole key; takes as long for a near miss as for a far one."""
        return hmac.compare_digest(self.hash, _hash(secret))


class ApiKeys:
    """The table of keys. Every question but the one for a request names the owner."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def create(
        self, owner: str, name: str, scopes: Sequence[Scope], life: timedelta | None = None
    ) -> tuple[ApiKey, str]:
        """A new key, and the text that is never shown again."""
        expires_at = None if life is None else self._clock.now() + life
        async with self._db.write() as session:
            return await self._create(session, owner, name, scopes, expires_at)

    async def of(self, owner: str) -> list[ApiKey]:
        """All keys of one owner, expired and revoked ones too, the oldest first."""
        query = sa.select(table).where(table.c.owner == owner).order_by(table.c.created_at)
        async with self._db.read() as session:
            return [key_of(row) for row in await session.execute(query)]

    async def find(self, id_: str) -> StoredKey | None:
        """Find a key of any owner by its public half, to judge a request."""
        async with self._db.read() as session:
            row = (await session.execute(sa.select(table).where(table.c.id == id_))).first()
        return None if row is None else StoredKey(key_of(row), row.hash)

    async def rotate(self, owner: str, id_: str, overlap: timedelta) -> tuple[ApiKey, str]:
        """The same key with a new secret; the old one works until the overlap has passed."""
        async with self._db.write() as session:
            old = await self._get(session, owner, id_)
            now = self._clock.now()
            if not old.works(now):
                raise Conflict("This key has expired or was revoked; create a new one.")
            until = min(filter(None, (old.expires_at, now + overlap)))
            shorter = sa.update(table).where(table.c.id == id_).values(expires_at=until)
            await session.execute(shorter)
            return await self._create(session, owner, old.name, old.scopes, old.expires_at)

    async def revoke(self, owner: str, id_: str) -> ApiKey:
        """Revoke a key; one that is revoked already stays as it is."""
        async with self._db.write() as session:
            key = await self._get(session, owner, id_)
            if key.revoked_at is None:
                now = self._clock.now()
                dead = sa.update(table).where(table.c.id == id_).values(revoked_at=now)
                key = key_of((await session.execute(dead.returning(table))).one())
        return key

    async def _create(
        self,
        session: WriteSession,
        owner: str,
        name: str,
        scopes: Sequence[Scope],
        expires_at: datetime | None,
    ) -> tuple[ApiKey, str]:
        if not 0 < len(name) <= MAX_NAME_LENGTH or not name.isprintable():
            message = f"1 to {MAX_NAME_LENGTH} printable characters"
            raise invalid([{"loc": ("name",), "msg": message, "type": "name"}])
        now = self._clock.now()
        await _make_room(session, owner, now)
        key = ApiKey(
            secrets.token_hex(8),
            owner,
            name,
            scopes_of(scopes),
            now,
            expires_at,
            None,
        )
        text = f"{PREFIX}{key.id}_{secrets.token_hex(32)}"
        row = {
            "id": key.id,
            "owner": owner,
            "name": name,
            "hash": _hash(text),
            "scopes": " ".join(key.scopes),
            "created_at": now,
            "expires_at": expires_at,
        }
        await session.execute(sa.insert(table).values(row))
        return key, text

    async def _get(self, session: ReadSession | WriteSession, owner: str, id_: str) -> ApiKey:
        query = sa.select(table).where(table.c.id == id_, table.c.owner == owner)
        row = (await session.execute(query)).first()
        if row is None:
            raise NotFound("There is no such key.", details={"id": id_})
        return key_of(row)


async def _make_room(session: WriteSession, owner: str, now: datetime) -> None:
    """Delete expired and revoked keys once their place is needed."""
    own = table.c.owner == owner
    count = sa.select(sa.func.count()).select_from(table).where(own)
    if (await session.scalar(count) or 0) < MAX_KEYS:
        return
    dead = sa.or_(table.c.revoked_at.is_not(None), table.c.expires_at <= now)
    await session.execute(sa.delete(table).where(own, dead))
    if (await session.scalar(count) or 0) >= MAX_KEYS:
        raise Conflict(f"You can have at most {MAX_KEYS} keys; revoke one first.")


def scopes_of(words: Iterable[str]) -> tuple[Scope, ...]:
    """The scopes of these names, in one order; Invalid for one there is not."""
    named = set(words)
    if unknown := named.difference(SCOPES):
        message = f"unknown scope {', '.join(sorted(unknown))}; the scopes are {', '.join(SCOPES)}"
        raise invalid([{"loc": ("scopes",), "msg": message, "type": "scope"}])
    return tuple(one for one in SCOPES if one in named)


def public_id(text: str) -> str | None:
    """The half of a key that finds it, if the text is shaped like a key at all."""
    found = _SHAPE.fullmatch(text)
    return found and found[1]


def _hash(text: str) -> str:
    # 32 random bytes need no slow hash: there is nothing to guess.
    return sha256(text.encode()).hexdigest()


# Any: what a row holds is known to the table, not to the type checker.
def key_of(row: sa.Row[Any]) -> ApiKey:
    """A row of the table without its hash."""
    scopes = scopes_of(row.scopes.split())
    return ApiKey(
        row.id, row.owner, row.name, scopes, row.created_at, row.expires_at, row.revoked_at
    )
