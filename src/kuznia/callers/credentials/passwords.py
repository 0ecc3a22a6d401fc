"""Passwords: hashed slowly, beside the event loop, and only so many at once."""

import asyncio
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from kuznia.callers.credentials.guessable import MIN_LENGTH, weakness
from kuznia.platform.errors import Invalid, Unavailable, invalid

if TYPE_CHECKING:
    from pwdlib import PasswordHash

R = TypeVar("R")

# Of one lane: each waits for the one before it, some 150 ms.
MAX_WAITING = 20
MAX_LENGTH = 1_000


class Lane:
    """One thread, and a bounded queue before it: a hash takes a core and 64 MB."""

    def __init__(self) -> None:
        # A thread of its own and no turn of a shared one: whoever leaves while a hash is made
        # cannot stop it, and the next must wait for it all the same.
        self._thread = ThreadPoolExecutor(1, "password")
        self._waiting = 0

    async def run(self, work: Callable[..., R], *arguments: object) -> R:
        if self._waiting >= MAX_WAITING:
            raise Unavailable(
                "Too many people are signing in right now; try again shortly.", retry_after=2
            )
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._thread, work, *arguments)
        finally:
            self._waiting -= 1


class Passwords:
    """The hasher and its two lanes; lives as long as the application."""

    def __init__(self, hasher: "PasswordHash | None" = None) -> None:
        self._hasher = hasher
        # Strangers in any number keep nobody waiting who is known.
        self._known, self._strange = Lane(), Lane()
        self._nobodys: str | None = None

    async def hash(self, password: str, name: str) -> str:
        """What is kept of a new password, or the Fault that says what is wrong with it."""
        if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
            raise _unfit(f"{MIN_LENGTH} to {MAX_LENGTH} characters; a sentence is easy to remember")
        if why := weakness(password, name):
            raise _unfit(f"{why}; use four unrelated words")
        return await self._known.run(self._loaded().hash, _normal(password))

    async def matches(self, password: str, kept: str | None, *, known: bool = False) -> bool:
        """Whether the password is right; takes as long when there is no hash to compare with."""
        lane, hasher = self._known if known else self._strange, self._loaded()
        if self._nobodys is None:
            # By whoever comes first, so that no name can be told by it from another.
            self._nobodys = await lane.run(hasher.hash, "nobody's")
        entered = _normal(password[:MAX_LENGTH])
        same = await lane.run(hasher.verify, entered, kept or self._nobodys)
        return same and kept is not None

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
