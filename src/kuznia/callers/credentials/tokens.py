"""Bearer tokens of an identity provider: who signed them, for whom, and until when."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

# What reads tokens takes 20 MB: a server that nobody brings one to is spared them.
if TYPE_CHECKING:
    from kuznia.callers.credentials.keysets import Keys, PublicKey

# Which key an algorithm takes is decided here and never by the token: a public key that is taken
# for a shared secret would let everyone sign.
SHARED = frozenset({"HS256"})
PUBLIC = frozenset({"RS256", "ES256"})
# Two clocks may differ by this much.
LEEWAY_SECONDS = 10.0
MAX_TOKEN_LENGTH = 8_192
MAX_SUBJECT_LENGTH = 255
# The year 2286, past which only mistakes lie: milliseconds, for one.
LAST_MOMENT = 1e10
# How a token ends that cannot be read: parts of any shape come to whoever reads them.
UNREADABLE = (ValueError, TypeError, RecursionError)


class CredentialRefused(Exception):
    """The credential is refused. The reason is for the log, never for the sender."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a proven token says."""

    subject: str
    # Seconds since 1970.
    expires: float
    all: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """Whose tokens are taken."""

    secret: str | None = None
    keys: "Keys | None" = None
    issuer: str | None = None
    audience: tuple[str, ...] = ()


async def verified(token: str, issuer: Issuer, now: float) -> Claims:
    """The claims of a token that was signed by the issuer, for us, and is in force."""
    import jwt
    from jwt.exceptions import PyJWTError

    header = head(token)
    try:
        algorithm: object = header.get("alg")
        if not isinstance(algorithm, str):
            raise CredentialRefused("algorithm")
        key = await _key(algorithm, header.get("kid"), issuer)
        claims = jwt.decode(
            token,
            key,
            algorithms=[algorithm],
            issuer=issuer.issuer,
            audience=issuer.audience or None,
            # Times are compared below, by the clock that was handed in.
            options={
                "require": ["exp", "sub"],
                "verify_exp": False,
                "verify_nbf": False,
                "verify_iat": False,
            },
        )
    except (PyJWTError, *UNREADABLE) as error:
        raise CredentialRefused(type(error).__name__) from None
    return Claims(_subject(claims), in_force(claims, now), claims)


# Any: a token may say anything.
def head(token: str) -> Mapping[str, Any]:
    """What it says of itself, with no proof of anything."""
    import jwt
    from jwt.exceptions import PyJWTError

    # Unread: all that is done with one that is read takes time that grows with its length.
    if len(token) > MAX_TOKEN_LENGTH:
        raise CredentialRefused("long")
    try:
        return jwt.get_unverified_header(token)
    except (PyJWTError, *UNREADABLE) as error:
        raise CredentialRefused(type(error).__name__) from None


async def _key(algorithm: str, kid: object, issuer: Issuer) -> "PublicKey | str":
    if algorithm in SHARED and issuer.secret is not None:
        return issuer.secret
    if algorithm in PUBLIC and issuer.keys is not None:
        if kid is not None and not isinstance(kid, str):
            raise CredentialRefused("kid")
        key = await issuer.keys.find(kid, algorithm)
        if key is not None:
            return key
        raise CredentialRefused("unknown_key")
    raise CredentialRefused("algorithm")


# Any: as above.
def in_force(claims: Mapping[str, Any], now: float) -> float:
    """When it ends, if it has begun and not ended yet."""
    ends = _moment(claims["exp"])
    if ends + LEEWAY_SECONDS <= now:
        raise CredentialRefused("expired")
    for name in ("nbf", "iat"):
        if claims.get(name) is not None and _moment(claims[name]) - LEEWAY_SECONDS > now:
            raise CredentialRefused("not_yet")
    return ends


def _moment(value: object) -> float:
    # JSON as Python reads it has numbers without end, and some that are none.
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise CredentialRefused("time")
    if not 0 <= value < LAST_MOMENT:
        raise CredentialRefused("time")
    return float(value)


def _subject(claims: Mapping[str, Any]) -> str:
    subject = claims["sub"]
    # A database refuses some of what a string can hold, and a log line would break at others.
    if not isinstance(subject, str) or not 0 < len(subject) <= MAX_SUBJECT_LENGTH:
        raise CredentialRefused("subject")
    if not subject.isprintable() or subject.isspace():
        raise CredentialRefused("subject")
    return subject
