"""Passwords: hashed slowly, beside the event loop, and only so many at once."""

import asyncio
import unicodedata
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from kuznia.callers.guessable import SHORTEST, weakness
from kuznia.platform.errors import Invalid, Unavailable, invalid

if TYPE_CHECKING:
    from pwdlib import PasswordHash

# Each takes 64 MB and a core for 150 ms.
AT_ONCE = 2
MOST_WAITING = 20
LONGEST = 1_000


class Passwords:
    """The hasher and its turns; lives as long as the application."""

    def __init__(self, hasher: "PasswordHash | None" = None) -> None:
        self._hasher = hasher
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0
        self._nobodys: str | None = None

    async def hash(self, password: str, name: str) -> str:
        """What is kept of a new password, or the Fault that says what is wrong with it."""
        if not SHORTEST <= len(password) <= LONGEST:
            raise _unfit(f"{SHORTEST} to {LONGEST} letters; a sentence is easy to keep")
        if why := weakness(password, name):
            raise _unfit(f"{why}; take four words that have nothing to do with each other")
        async with self._turn() as hasher:
            return await asyncio.to_thread(hasher.hash, _normal(password))

    async def matches(self, password: str, kept: str | None) -> bool:
        """Whether it is that password. Without one to compare with, no is said as slowly."""
        async with self._turn() as hasher:
            if self._nobodys is None:
                # By whoever comes first, so that no name can be told by it from another.
                self._nobodys = await asyncio.to_thread(hasher.hash, "nobody's")
            given = _normal(password[:LONGEST])
            same = await asyncio.to_thread(hasher.verify, given, kept or self._nobodys)
        return same and kept is not None

    @asynccontextmanager
    async def _turn(self) -> AsyncGenerator["PasswordHash"]:
        if self._waiting >= MOST_WAITING:
            raise Unavailable("Too many sign in at this moment.", retry_after=2)
        self._waiting += 1
        try:
            async with self._turns:
                yield self._loaded()
        finally:
            self._waiting -= 1

    def _loaded(self) -> "PasswordHash":
        if self._hasher is None:
            # Not loaded for those who come with a token or a key.
            from pwdlib import PasswordHash

            self._hasher = PasswordHash.recommended()
        return self._hasher


def _unfit(message: str) -> Invalid:
    return invalid([{"loc": ("password",), "msg": message, "type": "password"}])


def _normal(password: str) -> bytes:
    """The same password from every keyboard: some write й as one letter, others as two."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
