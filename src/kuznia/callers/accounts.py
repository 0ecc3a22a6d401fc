"""Signing in: a short access token, and a refresh token that changes each time it is used."""

import hmac
import re
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from kuznia.callers.passwords import Passwords
from kuznia.callers.people import People, Person, Role, plain_name
from kuznia.callers.tokens import Claims, Issuer, verified
from kuznia.platform.clock import Clock
from kuznia.platform.db import Database, WriteSession
from kuznia.platform.errors import Conflict, RateLimited, Unauthorized
from kuznia.platform.ids import new_id
from kuznia.platform.log import get_log
from kuznia.platform.tables import refresh_tokens, sign_ins, signing_secrets, users

log = get_log("callers")

# In the head of our own tokens, so that they are never taken for an issuer's.
KEY_ID = "kuznia"
NAME = "kuznia"
_REFRESH = re.compile(r"kr_(ses_[0-9a-f]{32})_[0-9a-f]{64}")
MOST_SESSIONS = 50
# Tries of one name: from one address, and from everywhere together.
WINDOW = timedelta(minutes=5)
TRIES, ALL_TRIES = 10, 100


@dataclass(frozen=True, slots=True)
class Tokens:
    """What signing in gives."""

    access_token: str
    expires_in: int
    refresh_token: str
    refresh_expires_in: int
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - what kind it is, as OAuth calls it


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long tokens are good for, in seconds."""

    access: int = 900
    refresh: int = 2_592_000


class Accounts:
    """Passwords in, tokens out; lives as long as the application."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        *,
        people: People,
        secret: str,
        passwords: Passwords,
        lifetimes: Lifetimes,
    ) -> None:
        self._db = db
        self._clock = clock
        self._people = people
        # Never the given secret itself: an issuer who shares it must not sign our tokens by chance.
        self._secret = hmac.new(secret.encode(), b"kuznia access token", sha256).hexdigest()
        self._own = Issuer(secret=self._secret, issuer=NAME, audience=(NAME,))
        self._passwords = passwords
        self._lifetimes = lifetimes

    async def create(self, name: str, password: str, role: Role = "user") -> Person:
        """A new account. There is no way to make one over the network."""
        return await self._people.create(name, await self._passwords.hash(password, name), role)

    async def set_password(self, who: str, password: str) -> Person:
        """An operator's word; every sign-in of theirs ends."""
        person = await self._people.get(who)
        hash_ = await self._passwords.hash(password, person.name or "")
        return await self._people.set_hash(person.id, hash_)

    async def sign_in(self, name: str, password: str, address: str) -> Tokens:
        """Tokens for the right password. No answer tells whether there is such a name."""
        name = plain_name(name)
        await self._count(name, address)
        found = await self._people.find_with_hash(name)
        person, kept = found or (None, None)
        if not await self._passwords.matches(password, kept) or person is None or person.disabled:
            log.info("sign_in_refused", person=person.id if person else None)
            raise Unauthorized("The name or the password is wrong.")
        async with self._db.write() as session:
            await session.execute(sa.delete(sign_ins).where(sign_ins.c.id == _who(name, address)))
            tokens = await self._begin(session, person)
        log.info("signed_in", person=person.id)
        return tokens

    async def refresh(self, token: str) -> Tokens:
        """The next pair of tokens. One that was used before ends the whole sign-in."""
        id_ = _session_id(token)
        async with self._db.write() as session:
            row = await self._session_of(session, id_)
            reused = row is not None and not hmac.compare_digest(row.hash, _hash(token))
            if row is not None and reused:
                # The thief and the owner both have it, and nobody knows which of them asks.
                await self._end(session, id_, row.owner)
                log.warning("refresh_token_reused", person=row.owner)
            elif row and row.expires_at > self._clock.now() and row.disabled_at is None:
                return await self._next(session, id_, row)
        raise Unauthorized("Sign in again.")

    async def sign_out(self, token: str) -> None:
        """The sign-in of this refresh token is over; one that is over already stays so."""
        id_ = _session_id(token)
        async with self._db.write() as session:
            row = await self._session_of(session, id_)
            if row is not None and hmac.compare_digest(row.hash, _hash(token)):
                gone = sa.delete(refresh_tokens).where(refresh_tokens.c.id == id_)
                await session.execute(gone)

    async def signed_in(self, token: str, within: timedelta) -> Person | None:
        """Whose sign-in this is, if it is no older than that; nothing is used up by asking."""
        found = _REFRESH.fullmatch(token)
        if found is None:
            return None
        query = (
            sa.select(refresh_tokens.c.owner, refresh_tokens.c.hash)
            .where(refresh_tokens.c.id == found[1])
            .where(refresh_tokens.c.expires_at > self._clock.now())
            .where(refresh_tokens.c.created_at > self._clock.now() - within)
        )
        async with self._db.read() as session:
            row = (await session.execute(query)).first()
        if row is None or not hmac.compare_digest(row.hash, _hash(token)):
            return None
        person = await self._people.find(row.owner)
        return None if person is None or person.disabled else person

    def form_token(self, session: str) -> str:
        """What a form of this session carries: nobody can make it who has not read our page."""
        return hmac.new(self._secret.encode(), f"form\0{session}".encode(), sha256).hexdigest()

    async def change_password(self, id_: str, old: str, new: str, address: str) -> None:
        """A new password for one who knows the old; every sign-in ends."""
        person = await self._people.find(id_)
        if person is None or person.name is None:
            raise Conflict("You sign in elsewhere: the password is kept there.")
        await self._count(person.name, address)
        found = await self._people.find_with_hash(person.name)
        if not await self._passwords.matches(old, found and found[1]):
            raise Unauthorized("The old password is wrong.")
        await self.set_password(id_, new)
        log.info("password_changed", person=id_)

    async def proven(self, token: str) -> Claims:
        """The claims of an access token of ours."""
        return await verified(token, self._own, self._clock.now().timestamp())

    async def _count(self, name: str, address: str) -> None:
        """Take one try of those this name has, before anything is compared."""
        now = self._clock.now()
        async with self._db.write() as session:
            await session.execute(sa.delete(sign_ins).where(sign_ins.c.since <= now - WINDOW))
            for id_, most in ((_who(name, address), TRIES), (_who(name), ALL_TRIES)):
                insert = (postgresql if session.dialect.name == "postgresql" else sqlite).insert
                more = {"tries": sign_ins.c.tries + 1}
                tried = (
                    insert(sign_ins)
                    .values(id=id_, tries=1, since=now)
                    .on_conflict_do_update(index_elements=["id"], set_=more)
                    .returning(sign_ins)
                )
                row = (await session.execute(tried)).one()
                if row.tries > most:
                    wait = (row.since + WINDOW - now).total_seconds()
                    log.warning("sign_in_limited", seconds=round(wait))
                    raise RateLimited("Too many tries to sign in.", retry_after=wait)

    async def _begin(self, session: WriteSession, person: Person) -> Tokens:
        """A sign-in of its own; the oldest of too many, and what has run out, makes room."""
        now = self._clock.now()
        table = refresh_tokens
        await session.execute(sa.delete(table).where(table.c.expires_at <= now))
        newest = sa.select(table.c.id).where(table.c.owner == person.id).order_by(table.c.id.desc())
        older = newest.offset(MOST_SESSIONS - 1).limit(MOST_SESSIONS)
        await session.execute(sa.delete(table).where(table.c.id.in_(older)))
        id_ = new_id("ses", self._clock)
        token, values = self._refresh_token(id_)
        row = {"id": id_, "owner": person.id, "created_at": now, **values}
        await session.execute(sa.insert(table).values(row))
        return self._tokens(person.id, person.version, token)

    # Any: what a row holds is known to the table, not to the type checker.
    async def _next(self, session: WriteSession, id_: str, row: sa.Row[Any]) -> Tokens:
        token, values = self._refresh_token(id_)
        changed = sa.update(refresh_tokens).where(refresh_tokens.c.id == id_).values(values)
        await session.execute(changed)
        return self._tokens(row.owner, row.version, token)

    async def _session_of(self, session: WriteSession, id_: str) -> sa.Row[Any] | None:
        """A sign-in and whose it is, held until the transaction ends: two must not use it."""
        query = (
            sa.select(refresh_tokens, users.c.version, users.c.disabled_at)
            .join(users, users.c.id == refresh_tokens.c.owner)
            .where(refresh_tokens.c.id == id_)
            .with_for_update(of=refresh_tokens)
        )
        return (await session.execute(query)).first()

    async def _end(self, session: WriteSession, id_: str, owner: str) -> None:
        """Over for all who hold it; their other sign-ins only ask for new access tokens."""
        await session.execute(sa.delete(refresh_tokens).where(refresh_tokens.c.id == id_))
        later = {"version": users.c.version + 1}
        await session.execute(sa.update(users).where(users.c.id == owner).values(later))

    def _refresh_token(self, id_: str) -> tuple[str, dict[str, object]]:
        token = f"kr_{id_}_{secrets.token_hex(32)}"
        expires = self._clock.now() + timedelta(seconds=self._lifetimes.refresh)
        return token, {"hash": _hash(token), "expires_at": expires}

    def _tokens(self, owner: str, version: int, refresh_token: str) -> Tokens:
        import jwt

        now = int(self._clock.now().timestamp())
        claims = {
            "iss": NAME,
            "aud": NAME,
            "sub": owner,
            "ver": version,
            "iat": now,
            "exp": now + self._lifetimes.access,
        }
        return Tokens(
            access_token=jwt.encode(claims, self._secret, "HS256", {"kid": KEY_ID}),
            expires_in=self._lifetimes.access,
            refresh_token=refresh_token,
            refresh_expires_in=self._lifetimes.refresh,
        )


async def signing_secret(db: Database, name: str = "tokens") -> str:
    """What is signed with it is named: made by the first to ask, the same for all processes."""
    table = signing_secrets
    kept = sa.select(table.c.secret).where(table.c.name == name)
    async with db.read() as session:
        found = await session.scalar(kept)
    if found is not None:
        return found
    # Another process may be faster: then its secret is the one.
    with suppress(IntegrityError):
        async with db.write() as session:
            made = {"name": name, "secret": secrets.token_hex(32)}
            await session.execute(sa.insert(table).values(made))
    async with db.read() as session:
        return (await session.execute(kept)).scalar_one()


def _session_id(token: str) -> str:
    found = _REFRESH.fullmatch(token)
    if found is None:
        raise Unauthorized("Sign in again.")
    return found[1]


def _who(name: str, address: str = "") -> str:
    return _hash(f"{name}\0{address}")


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()
