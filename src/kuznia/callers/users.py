"""Users: our own accounts, and what an operator decided about an identity provider's users."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Any, Literal

import sqlalchemy as sa
from pydantic import JsonValue
from sqlalchemy.exc import IntegrityError

from kuznia.callers.personal_data import owned
from kuznia.platform.clock import Clock
from kuznia.platform.db.database import Database, WriteSession
from kuznia.platform.db.tables import refresh_tokens, spending, users
from kuznia.platform.errors import Conflict, NotFound, invalid
from kuznia.platform.ids import new_id

Role = Literal["user", "admin"]

# How the ids of an issuer's people begin, so that none of them can be one of ours, or `local`.
FOREIGN = "jwt:"
MAX_NAME_LENGTH = 200
NOBODY = "There is no user with this name or id."
# So many names, and letters of one, are compared with a name that nobody has.
MAX_NAMES, MAX_COMPARED = 500, 60


@dataclass(frozen=True, slots=True)
class User:
    """A user, without the password hash, which only signing in needs."""

    id: str
    name: str | None
    role: Role
    version: int
    disabled: bool
    created_at: datetime


class Users:
    """The table of users. A disabled user's tokens and sessions end."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def create(self, name: str, hash_: str, role: Role = "user") -> User:
        """A new account; the name must be free."""
        user = User(new_id("usr", self._clock), plain_name(name), role, 1, False, self._clock.now())
        try:
            async with self._db.write() as session:
                await session.execute(_inserted(user, hash_))
        except IntegrityError:
            raise Conflict("There is already a user with this name.") from None
        return user

    async def find(self, id_: str) -> User | None:
        """Find a user by id alone: this is done for every request."""
        async with self._db.read() as session:
            row = (await session.execute(sa.select(users).where(users.c.id == id_))).first()
        return None if row is None else _person(row)

    async def get(self, who: str) -> User:
        """Get a user by name or id, as an operator types it."""
        async with self._db.read() as session:
            row = (await session.execute(sa.select(users).where(_is(who)))).first()
        if row is None:
            raise await self._nobody(who)
        return _person(row)

    async def owner(self, who: str, *, erased: bool = False) -> str:
        """Whose things are meant, by name or id: the one way in which an operator says whom.

        Some have things here and no account: whoever is at this machine, an issuer's people, and,
        where it is only to be looked at, those of whom all but their spending was erased.
        """
        if who == "local":
            return who
        if (erased or who.startswith(FOREIGN)) and who.isprintable() and await self._left(who):
            return who
        return (await self.get(who)).id

    async def _left(self, id_: str) -> bool:
        """Whether anything at all in the database is theirs."""
        theirs = (sa.exists().where(whose == id_) for whose in owned().values())
        async with self._db.read() as session:
            return bool(await session.scalar(sa.select(sa.or_(*theirs))))

    async def _nobody(self, who: str) -> NotFound:
        """NotFound with similar names, for an operator."""
        # What is compared is bounded in both directions: each comparison costs the product.
        word = _folded(who)[:MAX_COMPARED]
        name = sa.func.coalesce(users.c.name, users.c.id)
        alike = sa.func.length(name).between(len(word) - 3, len(word) + 3)
        longer = name.contains(word, autoescape=True)
        foreign = sa.select(spending.c.owner).where(spending.c.owner.startswith(FOREIGN))
        async with self._db.read() as session:
            pages = [sa.select(name).where(alike | longer), foreign]
            found = [await session.execute(page.limit(MAX_NAMES)) for page in pages]
        names = ["local", *(one for rows in found for one in rows.scalars())]
        nearest = get_close_matches(word, names) or [one for one in names if word in one][:3]
        meant = f" Did you mean {' or '.join(nearest)}?" if nearest else ""
        if who.startswith(FOREIGN):
            meant += " `kuznia users role ID user` adds a user who has not signed in yet."
        details: dict[str, JsonValue] = {"nearest": [*nearest]}
        return NotFound(f"{NOBODY}{meant}", details=details, message_id="no-such-user")

    async def find_with_hash(self, name: str) -> tuple[User, str | None] | None:
        """The user of this name, with the hash of their password, for signing in."""
        async with self._db.read() as session:
            found = sa.select(users).where(users.c.name == plain_name(name))
            row = (await session.execute(found)).first()
        return None if row is None else (_person(row), row.hash)

    async def all(self, after: str = "", limit: int = 1000) -> Sequence[User]:
        """One page of users, in the order of their ids."""
        query = sa.select(users).where(users.c.id > after).order_by(users.c.id).limit(limit)
        async with self._db.read() as session:
            return [_person(row) for row in await session.execute(query)]

    async def has_admin(self) -> bool:
        """Whether there is somebody who may look after the server."""
        admin = sa.and_(users.c.role == "admin", users.c.disabled_at.is_(None))
        async with self._db.read() as session:
            return await session.scalar(sa.select(users.c.id).where(admin).limit(1)) is not None

    async def set_role(self, who: str, role: Role) -> User:
        """Change a user's role; keys and tokens stay valid, and allow what the new role allows."""
        return await self._change(who, role=role)

    async def disable(self, who: str) -> User:
        """Refuse all credentials of a user until they are enabled."""
        return await self._change(who, disabled_at=self._clock.now(), version=users.c.version + 1)

    async def enable(self, who: str) -> User:
        """Let a user sign in again; their keys work again, their earlier tokens do not."""
        return await self._change(who, disabled_at=None)

    async def set_hash(self, who: str, hash_: str) -> User:
        """Set a password hash; sign-ins with the old password end."""
        if (await self.get(who)).name is None:
            raise Conflict(
                "This user signs in with the identity provider, which keeps the password."
            )
        return await self._change(who, hash=hash_, version=users.c.version + 1)

    async def _change(self, who: str, **values: object) -> User:
        async with self._db.write() as session:
            changed = sa.update(users).where(_is(who)).values(values).returning(users)
            if who.startswith(FOREIGN):
                await self._note(session, who)
            row = (await session.execute(changed)).first()
            if row is not None and "version" in values:
                gone = refresh_tokens.c.owner == row.id
                await session.execute(sa.delete(refresh_tokens).where(gone))
        if row is None:
            raise await self._nobody(who)
        return _person(row)

    async def _note(self, session: WriteSession, id_: str) -> None:
        """An issuer's people have no row until something is decided about them."""
        if (await session.execute(sa.select(users.c.id).where(users.c.id == id_))).first() is None:
            stranger = User(id_, None, "user", 1, False, self._clock.now())
            await session.execute(_inserted(stranger, None))


def plain_name(name: str) -> str:
    """The name as it is compared: Ivan and ivan are one person, however they are typed."""
    name = _folded(name)
    if not 0 < len(name) <= MAX_NAME_LENGTH or not name.isprintable() or name.startswith(FOREIGN):
        message = f"a name of 1 to {MAX_NAME_LENGTH} printable characters, such as an email"
        raise invalid([{"loc": ("name",), "msg": message, "type": "name"}])
    return name


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().casefold()


def _is(who: str) -> sa.ColumnElement[bool]:
    # What no name or id can hold, a database may not even be asked for.
    if not who.isprintable():
        raise NotFound(NOBODY, message_id="no-such-user")
    return sa.or_(users.c.id == who, users.c.name == _folded(who))


def _inserted(user: User, hash_: str | None) -> sa.Insert:
    return sa.insert(users).values(
        id=user.id,
        name=user.name,
        hash=hash_,
        role=user.role,
        version=user.version,
        created_at=user.created_at,
    )


# Any: what a row holds is known to the table, not to the type checker.
def _person(row: sa.Row[Any]) -> User:
    return User(
        row.id, row.name, row.role, row.version, row.disabled_at is not None, row.created_at
    )
