"""Signing in: for programs tokens that are renewed, for the panel a session that is not."""

import hmac
import re
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from kuznia.callers.credentials.passwords import Passwords
from kuznia.callers.credentials.tokens import Claims, Issuer, verified
from kuznia.callers.limits.tries import Tries, Try
from kuznia.callers.users import Role, User, Users, plain_name
from kuznia.platform.clock import Clock
from kuznia.platform.db.database import Database, WriteSession
from kuznia.platform.db.tables import refresh_tokens, signing_secrets, users
from kuznia.platform.errors import Conflict, Forbidden, Unauthorized, Unavailable
from kuznia.platform.ids import new_id
from kuznia.platform.log import get_log

log = get_log("callers")

# In the head of our own tokens, so that they are never taken for an issuer's.
KEY_ID = "kuznia"
NAME = "kuznia"
# What a sign-in is for stands before it and is hashed with it: none can be taken for the other.
Kind = Literal["kr", "kp"]
REFRESH: Kind = "kr"
PANEL: Kind = "kp"
_SHAPE = re.compile(r"(kr|kp)_(ses_[0-9a-f]{32})_[0-9a-f]{64}")
MAX_SESSIONS = 50
WRONG = "The name or the password is wrong."


@dataclass(frozen=True, slots=True)
class TokenPair:
    """The access token and the refresh token that signing in gives."""

    access_token: str
    expires_in: int
    refresh_token: str
    refresh_expires_in: int
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - what kind it is, as OAuth calls it


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long tokens are good for, in seconds."""

    access: int = 900
    # Unused for so long, and used or not.
    refresh: int = 2_592_000
    sign_in: int = 2_592_000
    # A day's work.
    panel: int = 43_200


class Accounts:
    """Sign-ins: passwords in, tokens out."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        *,
        users: Users,
        secret: str,
        passwords: Passwords,
        lifetimes: Lifetimes,
    ) -> None:
        self._db = db
        self._clock = clock
        self._users = users
        # Never the given secret itself: an issuer who shares it must not sign our tokens by chance.
        self._secret = hmac.new(secret.encode(), b"kuznia access token", sha256).hexdigest()
        self._own = Issuer(secret=self._secret, issuer=NAME, audience=(NAME,))
        self._passwords = passwords
        self._lifetimes = lifetimes
        self._tries = Tries(db, clock, self._secret)

    async def create(self, name: str, password: str, role: Role = "user") -> User:
        """A new account. There is no way to make one over the network."""
        return await self._users.create(name, await self._passwords.hash(password, name), role)

    async def set_password(self, who: str, password: str) -> User:
        """Set a user's password for an operator; all sign-ins of the user end."""
        user = await self._users.get(who)
        hash_ = await self._passwords.hash(password, user.name or "")
        return await self._users.set_hash(user.id, hash_)

    async def sign_in(self, name: str, password: str, address: str) -> TokenPair:
        """Tokens for the right password. No answer tells whether there is such a name."""
        user, tried = await self._proved(name, password, address)
        async with self._db.write() as session:
            await self._tries.succeed(session, tried, user.id)
            begun, seconds = await self._begin(session, user.id, REFRESH)
        log.info("signed_in", user=user.id)
        return self._tokens(user.id, user.version, begun, seconds)

    async def open_panel(self, name: str, password: str, address: str) -> str:
        """A session of the admin panel for an admin's password; it opens nothing else."""
        user, tried = await self._proved(name, password, address)
        begun = ""
        async with self._db.write() as session:
            await self._tries.succeed(session, tried, user.id)
            if user.role == "admin":
                begun, _ = await self._begin(session, user.id, PANEL)
        if not begun:
            raise Forbidden("This is for administrators.", message_id="administrators-only")
        log.info("signed_in", user=user.id)
        return begun

    async def refresh(self, token: str) -> TokenPair:
        """The next pair of tokens. A token that was used before ends the whole sign-in."""
        id_ = _session_id(token, REFRESH)
        async with self._db.write() as session:
            row = await self._session_of(session, id_)
            reused = row is not None and not hmac.compare_digest(row.hash, _hash(token))
            if row is not None and reused:
                # The thief and the owner both have it, and nobody knows which of them asks.
                await self._end(session, id_, row.owner)
                log.warning("refresh_token_reused", user=row.owner)
            elif row and self._in_force(row) and row.disabled_at is None:
                return await self._next(session, id_, row)
        raise Unauthorized("Sign in again.")

    async def sign_out(self, token: str, kind: Kind = REFRESH) -> None:
        """End the sign-in of this token, if it has not ended yet."""
        id_ = _session_id(token, kind)
        async with self._db.write() as session:
            row = await self._session_of(session, id_)
            if row is not None and hmac.compare_digest(row.hash, _hash(token)):
                gone = sa.delete(refresh_tokens).where(refresh_tokens.c.id == id_)
                await session.execute(gone)

    async def in_panel(self, token: str) -> User | None:
        """The user of this panel session, while it lasts."""
        found = _SHAPE.fullmatch(token)
        if found is None or found[1] != PANEL:
            return None
        query = sa.select(refresh_tokens).where(refresh_tokens.c.id == found[2])
        async with self._db.read() as session:
            row = (await session.execute(query)).first()
        if row is None or not hmac.compare_digest(row.hash, _hash(token)):
            return None
        user = await self._users.find(row.owner) if self._in_force(row) else None
        return None if user is None or user.disabled else user

    def form_token(self, session: str) -> str:
        """What a form of this session carries: nobody can make it who has not read our page."""
        return hmac.new(self._secret.encode(), f"form\0{session}".encode(), sha256).hexdigest()

    async def change_password(self, id_: str, old: str, new: str, address: str) -> None:
        """Set a new password for a user who knows the old one; all their sign-ins end."""
        user = await self._users.find(id_)
        if user is None or user.name is None:
            raise Conflict("You sign in with an identity provider: change your password there.")
        _, tried = await self._proved(user.name, old, address, "The old password is wrong.")
        await self._tries.undo(tried)
        await self.set_password(id_, new)
        log.info("password_changed", user=id_)

    async def proven(self, token: str) -> Claims:
        """The claims of an access token of ours."""
        return await verified(token, self._own, self._clock.now().timestamp())

    async def _proved(
        self, name: str, password: str, address: str, wrong: str = WRONG
    ) -> tuple[User, Try]:
        """Whose name and password these are, and the try it took."""
        name = plain_name(name)
        tried = await self._tries.begin(name, address)
        found = await self._users.find_with_hash(name)
        user, kept = found or (None, None)
        try:
            right = await self._passwords.matches(password, kept, known=tried.known)
        except Unavailable:
            await self._tries.undo(tried)
            raise
        if not right or user is None or user.disabled:
            log.info("sign_in_refused", user=user and user.id)
            raise Unauthorized(wrong, message_id="wrong-password")
        return user, tried

    async def _begin(self, session: WriteSession, owner: str, kind: Kind) -> tuple[str, int]:
        """A sign-in of its own; the oldest of too many, and what has run out, makes room."""
        now = self._clock.now()
        table = refresh_tokens
        await session.execute(sa.delete(table).where(table.c.expires_at <= now))
        newest = sa.select(table.c.id).where(table.c.owner == owner).order_by(table.c.id.desc())
        older = newest.offset(MAX_SESSIONS - 1).limit(MAX_SESSIONS)
        await session.execute(sa.delete(table).where(table.c.id.in_(older)))
        id_ = new_id("ses", self._clock)
        lives = self._lifetimes
        seconds = lives.panel if kind == PANEL else min(lives.refresh, lives.sign_in)
        token, values = _drawn(kind, id_, now + timedelta(seconds=seconds))
        row = {"id": id_, "owner": owner, "created_at": now, **values}
        await session.execute(sa.insert(table).values(row))
        return token, seconds

    # Any: what a row holds is known to the table, not to the type checker.
    def _in_force(self, row: sa.Row[Any]) -> bool:
        """Neither left unused for too long nor, however it was used, begun too long ago."""
        now = self._clock.now()
        return row.expires_at > now and self._ends(row) > now

    def _ends(self, row: sa.Row[Any]) -> datetime:
        return row.created_at + timedelta(seconds=self._lifetimes.sign_in)

    async def _next(self, session: WriteSession, id_: str, row: sa.Row[Any]) -> TokenPair:
        now = self._clock.now()
        expires = min(now + timedelta(seconds=self._lifetimes.refresh), self._ends(row))
        token, values = _drawn(REFRESH, id_, expires)
        changed = sa.update(refresh_tokens).where(refresh_tokens.c.id == id_).values(values)
        await session.execute(changed)
        seconds = int((expires - now).total_seconds())
        return self._tokens(row.owner, row.version, token, seconds)

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
        """End a sign-in for all who hold it; other sign-ins of the user need new access tokens."""
        await session.execute(sa.delete(refresh_tokens).where(refresh_tokens.c.id == id_))
        later = {"version": users.c.version + 1}
        await session.execute(sa.update(users).where(users.c.id == owner).values(later))

    def _tokens(self, owner: str, version: int, refresh_token: str, seconds: int) -> TokenPair:
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
        return TokenPair(
            access_token=jwt.encode(claims, self._secret, "HS256", {"kid": KEY_ID}),
            expires_in=self._lifetimes.access,
            refresh_token=refresh_token,
            refresh_expires_in=seconds,
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


def _session_id(token: str, kind: Kind) -> str:
    found = _SHAPE.fullmatch(token)
    if found is None or found[1] != kind:
        raise Unauthorized("Sign in again.")
    return found[2]


def _drawn(kind: Kind, id_: str, expires: datetime) -> tuple[str, dict[str, object]]:
    """A token that nobody can guess, and what is kept of it."""
    token = f"{kind}_{id_}_{secrets.token_hex(32)}"
    return token, {"hash": _hash(token), "expires_at": expires}


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()
