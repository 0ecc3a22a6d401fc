"""Signed links: an address that opens one page for anyone who has it, for a while.

A browser tab sends no credential, so the address has one. No link is stored: its owner and its end
are signed, and every process on one database has the key.
"""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime

from kuznia.callers.credentials.tokens import CredentialRefused
from kuznia.platform.clock import Clock

# Seconds a link is valid. Each page opened with it has a new one, but not for ever: an address that
# got into other hands must expire even if somebody keeps opening pages.
PAGE_SECONDS = 900
MAX_SECONDS = 4 * 3600
MAX_LENGTH = 2000


@dataclass(frozen=True, slots=True)
class SignedLink:
    """The signed part of an address: whose artefact it opens, and until when."""

    text: str
    owner: str
    until: datetime


class SignedLinks:
    """Makes signed links and checks them."""

    def __init__(self, key: str, clock: Clock) -> None:
        self._key = key.encode()
        self._clock = clock

    def sign(self, path: str, owner: str) -> SignedLink:
        """A link to this path alone."""
        return self._signed(path, owner, self._now() + MAX_SECONDS)

    def renew(self, path: str, text: str) -> SignedLink:
        """The link with a new end; CredentialRefused if it is not for this path, or has expired."""
        payload, _, mark = text[:MAX_LENGTH].partition("~")
        expected = self._mark(path, payload)
        if not hmac.compare_digest(mark.encode(errors="replace"), expected.encode()):
            raise CredentialRefused("pass")
        # Signed by us, so of the shape we gave it.
        until, ends, owner = payload.split(".")
        if int(until) <= self._now():
            raise CredentialRefused("pass_expired")
        return self._signed(path, urlsafe_b64decode(owner + "==").decode(), int(ends))

    def _signed(self, path: str, owner: str, ends: int) -> SignedLink:
        until = min(self._now() + PAGE_SECONDS, ends)
        payload = f"{until}.{ends}.{_letters(owner.encode())}"
        text = f"{payload}~{self._mark(path, payload)}"
        return SignedLink(text, owner, datetime.fromtimestamp(until, UTC))

    def _mark(self, path: str, payload: str) -> str:
        words = f"{path}\0{payload}".encode(errors="replace")
        return _letters(hmac.new(self._key, words, hashlib.sha256).digest())

    def _now(self) -> int:
        return int(self._clock.now().timestamp())


def _letters(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")
