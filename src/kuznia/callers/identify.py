"""From a credential to a Caller: the one place that knows what each kind of credential allows."""

from collections import OrderedDict
from dataclasses import dataclass
from hashlib import sha256

from kuznia.callers.accounts import KEY_ID, Accounts
from kuznia.callers.credentials.keys import PREFIX, ApiKeys, StoredKey, public_id
from kuznia.callers.credentials.signed_links import SignedLinks
from kuznia.callers.credentials.tokens import CredentialRefused, Issuer, head, verified
from kuznia.callers.short_cache import ShortCache
from kuznia.callers.users import FOREIGN, User, Users
from kuznia.forge.terms import Caller
from kuznia.platform.clock import Clock
from kuznia.platform.errors import Unauthorized
from kuznia.platform.log import get_log

log = get_log("callers")

# Who signs in may all that is one's own; a key may what it was made for, and never `account`:
# with a key that got lost nobody makes further keys, or erases its owner.
USER = frozenset({"domains", "read", "account"})
ADMIN = USER | {"metrics", "admin"}
# What only an admin's credential opens, whatever is written in it.
ONLY_ADMINS = ADMIN - USER

# A proven token is taken at its word for this long at most, so that a key an issuer has taken back
# does not live on here.
MAX_PROVEN_SECONDS = 300.0
MAX_PROVEN = 10_000
# Whoever is at this machine where nobody needs a credential, and its operator's commands.
LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Proven:
    """A verified token: its user, and until when it is not verified again."""

    user: str
    # The state of the account it was given out in; None: an issuer's.
    version: int | None
    until: float


class Callers:
    """Everyone who may call; lives as long as the application."""

    def __init__(
        self,
        *,
        accounts: Accounts,
        users: Users,
        keys: ApiKeys,
        issuer: Issuer,
        links: SignedLinks,
        clock: Clock,
    ) -> None:
        self.accounts = accounts
        self.users = users
        self.keys = keys
        self.links = links
        self._issuer = issuer
        self._clock = clock
        self._known = ShortCache(users.find, clock)
        self._guarded = ShortCache(keys.find, clock)
        self._proven: OrderedDict[bytes, Proven] = OrderedDict()

    async def identify(self, credential: str) -> Caller:
        """The caller with this credential; Unauthorized, in the same words whatever is wrong."""
        try:
            if credential.startswith(PREFIX):
                return await self._by_key(credential)
            return await self._by_token(credential)
        except CredentialRefused as refused:
            log.info("credential_refused", reason=str(refused))
            raise Unauthorized("The credential is not valid or has expired.") from None

    async def by_link(self, path: str, text: str) -> tuple[Caller, str] | None:
        """The caller of a signed link to this path, with no other scope, and the link renewed."""
        try:
            found = self.links.renew(path, text)
            if found.owner != LOCAL:
                await self._standing(found.owner)
        except CredentialRefused as refused:
            log.info("credential_refused", reason=str(refused))
            return None
        return Caller(found.owner, scopes=frozenset()), found.text

    async def admitted(self, session: str) -> Caller:
        """The admin of this panel session; looked up each time, so that a change counts at once."""
        user = await self.accounts.in_panel(session)
        if user is None or user.role != "admin":
            raise Unauthorized("Sign in again.")
        return Caller(user.id, admin=True, scopes=ADMIN)

    def forget(self, *names: str) -> None:
        """Forget cached users or keys that were changed here: the next request looks again."""
        for name in names:
            self._known.forget(name)
            self._guarded.forget(name)

    async def _by_key(self, text: str) -> Caller:
        id_ = public_id(text)
        found: StoredKey | None = await self._guarded.get(id_) if id_ else None
        if found is None or not found.fits(text):
            raise CredentialRefused("unknown_key")
        if not found.key.works(self._clock.now()):
            raise CredentialRefused("dead_key")
        user = await self._standing(found.key.owner)
        return _caller(found.key.owner, user, frozenset(found.key.scopes), found.key.id)

    async def _by_token(self, token: str) -> Caller:
        proven = await self._prove(token)
        user = await self._standing(proven.user)
        if proven.version is not None and (user is None or user.version != proven.version):
            raise CredentialRefused("outdated")
        return _caller(proven.user, user, ADMIN)

    async def _standing(self, id_: str) -> User | None:
        """The user as they are now; None for an issuer's user about whom nothing was decided."""
        user = await self._known.get(id_)
        if user is None and not id_.startswith(FOREIGN):
            raise CredentialRefused("gone")
        if user is not None and user.disabled:
            raise CredentialRefused("disabled")
        return user

    async def _prove(self, token: str) -> Proven:
        now = self._clock.now().timestamp()
        # Not the token itself: what opens doors is not left lying in memory.
        digest = sha256(token.encode(errors="replace")).digest()
        held = self._proven.get(digest)
        if held is not None and held.until > now:
            self._proven.move_to_end(digest)
            return held
        proven = await self._looked_at(token, now)
        self._proven[digest] = proven
        while len(self._proven) > MAX_PROVEN:
            self._proven.popitem(last=False)
        return proven

    async def _looked_at(self, token: str, now: float) -> Proven:
        if head(token).get("kid") == KEY_ID:
            claims = await self.accounts.proven(token)
            version = claims.all.get("ver")
            if not isinstance(version, int):
                raise CredentialRefused("version")
            return Proven(claims.subject, version, min(claims.expires, now + MAX_PROVEN_SECONDS))
        claims = await verified(token, self._issuer, now)
        until = min(claims.expires, now + MAX_PROVEN_SECONDS)
        return Proven(FOREIGN + claims.subject, None, until)


def _caller(id_: str, user: User | None, allowed: frozenset[str], key: str = "") -> Caller:
    """What the credential allows, as far as the person may do it."""
    admin = user is not None and user.role == "admin"
    scopes = allowed if admin else allowed - ONLY_ADMINS
    return Caller(id_, admin=admin and "admin" in scopes, scopes=scopes, key=key)


def local(*, remote: bool) -> Caller:
    """Who comes when nobody needs a credential: the owner of this machine, or a stranger."""
    return Caller(LOCAL, admin=not remote, scopes=USER | {"metrics"} if remote else ADMIN)
