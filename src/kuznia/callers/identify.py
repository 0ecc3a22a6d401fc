"""From a credential to a Caller: the one place that knows what each kind of credential allows."""

from collections import OrderedDict
from dataclasses import dataclass
from hashlib import sha256

from kuznia.callers.accounts import KEY_ID, Accounts
from kuznia.callers.credentials.keys import PREFIX, ApiKeys, Guarded, public_id
from kuznia.callers.credentials.signed_links import Passes
from kuznia.callers.credentials.tokens import Issuer, Refused, head, verified
from kuznia.callers.people import FOREIGN, People, Person
from kuznia.callers.short_cache import Fleeting
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
MOST_SECONDS = 300.0
MOST_PROVEN = 10_000
# Whoever is at this machine where nobody needs a credential, and its operator's commands.
LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Proven:
    """Whose a token is, and until when it needs no second look."""

    person: str
    # The state of the account it was given out in; None: an issuer's.
    version: int | None
    until: float


class Callers:
    """Everyone who may call; lives as long as the application."""

    def __init__(
        self,
        *,
        accounts: Accounts,
        people: People,
        keys: ApiKeys,
        issuer: Issuer,
        passes: Passes,
        clock: Clock,
    ) -> None:
        self.accounts = accounts
        self.people = people
        self.keys = keys
        self.passes = passes
        self._issuer = issuer
        self._clock = clock
        self._known = Fleeting(people.find, clock)
        self._guarded = Fleeting(keys.find, clock)
        self._proven: OrderedDict[bytes, Proven] = OrderedDict()

    async def identify(self, credential: str) -> Caller:
        """Who comes with this, or Unauthorized in the same words for whatever is wrong."""
        try:
            if credential.startswith(PREFIX):
                return await self._by_key(credential)
            return await self._by_token(credential)
        except Refused as refused:
            log.info("credential_refused", reason=str(refused))
            raise Unauthorized("The credential is not valid, or not any more.") from None

    async def by_pass(self, path: str, text: str) -> tuple[Caller, str] | None:
        """Whom a pass to this path is from, allowed nothing else, and the pass renewed."""
        try:
            found = self.passes.renew(path, text)
            if found.owner != LOCAL:
                await self._standing(found.owner)
        except Refused as refused:
            log.info("credential_refused", reason=str(refused))
            return None
        return Caller(found.owner, scopes=frozenset()), found.text

    async def admitted(self, session: str) -> Caller:
        """The admin who signed in to the panel; asked anew each time, so that nothing lingers."""
        person = await self.accounts.in_panel(session)
        if person is None or person.role != "admin":
            raise Unauthorized("Sign in again.")
        return Caller(person.id, admin=True, scopes=ADMIN)

    def forget(self, *names: str) -> None:
        """People or keys that were changed from here: the next request looks again."""
        for name in names:
            self._known.forget(name)
            self._guarded.forget(name)

    async def _by_key(self, text: str) -> Caller:
        id_ = public_id(text)
        found: Guarded | None = await self._guarded.get(id_) if id_ else None
        if found is None or not found.fits(text):
            raise Refused("unknown_key")
        if not found.key.works(self._clock.now()):
            raise Refused("dead_key")
        person = await self._standing(found.key.owner)
        return _caller(found.key.owner, person, frozenset(found.key.scopes), found.key.id)

    async def _by_token(self, token: str) -> Caller:
        proven = await self._prove(token)
        person = await self._standing(proven.person)
        if proven.version is not None and (person is None or person.version != proven.version):
            raise Refused("outdated")
        return _caller(proven.person, person, ADMIN)

    async def _standing(self, id_: str) -> Person | None:
        """What we know of them now; nobody needs to be known whose issuer vouches for them."""
        person = await self._known.get(id_)
        if person is None and not id_.startswith(FOREIGN):
            raise Refused("gone")
        if person is not None and person.disabled:
            raise Refused("disabled")
        return person

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
        while len(self._proven) > MOST_PROVEN:
            self._proven.popitem(last=False)
        return proven

    async def _looked_at(self, token: str, now: float) -> Proven:
        if head(token).get("kid") == KEY_ID:
            claims = await self.accounts.proven(token)
            version = claims.all.get("ver")
            if not isinstance(version, int):
                raise Refused("version")
            return Proven(claims.subject, version, min(claims.expires, now + MOST_SECONDS))
        claims = await verified(token, self._issuer, now)
        until = min(claims.expires, now + MOST_SECONDS)
        return Proven(FOREIGN + claims.subject, None, until)


def _caller(id_: str, person: Person | None, allowed: frozenset[str], key: str = "") -> Caller:
    """What the credential allows, as far as the person may do it."""
    admin = person is not None and person.role == "admin"
    scopes = allowed if admin else allowed - ONLY_ADMINS
    return Caller(id_, admin=admin and "admin" in scopes, scopes=scopes, key=key)


def local(*, remote: bool) -> Caller:
    """Who comes when nobody needs a credential: the owner of this machine, or a stranger."""
    return Caller(LOCAL, admin=not remote, scopes=USER | {"metrics"} if remote else ADMIN)
