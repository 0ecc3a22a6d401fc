"""Whether orders can be taken: what is asked of the database, by one for all who want to know."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final

from sqlalchemy.exc import SQLAlchemyError

from kuznia.forge.shelf.shelf import Shelf
from kuznia.platform.db import migrate
from kuznia.platform.db.database import PING_SECONDS, STATEMENT_SECONDS, Database
from kuznia.platform.errors import Fault

# Seconds an answer is good for: how often somebody asks is not for the database to feel.
FRESH: Final = 1.0
OK: Final = "ok"


class Look:
    """One question at a time, and none while the last answer is fresh."""

    def __init__(
        self, ask: Callable[[], Coroutine[Any, Any, None]], *, timeout: float = PING_SECONDS
    ) -> None:
        self._ask = ask
        # Whoever asks waits for a second; whether no answer by then is a bad one is another matter.
        self._timeout = timeout
        self._asked: asyncio.Task[None] | None = None
        self._since = 0.0
        self._state = OK
        self._known_at = float("-inf")

    async def state(self) -> str:
        """`ok`, or what is wrong in a sentence."""
        now = asyncio.get_running_loop().time()
        if self._asked is None and now - self._known_at >= FRESH:
            self._asked, self._since = asyncio.create_task(self._answer()), now
        if self._asked is not None:
            await asyncio.wait((self._asked,), timeout=PING_SECONDS)
        waited = asyncio.get_running_loop().time() - self._since
        if self._asked is not None and waited >= self._timeout:
            return f"The database has not answered for {waited:.0f} s."
        return self._state

    async def _answer(self) -> None:
        try:
            await self._ask()
        except Fault as fault:
            self._state = fault.message
        except SQLAlchemyError as error:
            self._state = f"The database refused what is asked of it ({type(error).__name__})."
        else:
            self._state = OK
        self._known_at, self._asked = asyncio.get_running_loop().time(), None


class DatabaseState:
    """Lives as long as the application."""

    def __init__(self, db: Database, shelf: Shelf) -> None:
        self._reads = Look(db.answer)
        self._schema = Look(lambda: migrate.check(db))
        # One writer may hold up all others for a while, and that is no outage yet.
        self._writes = Look(shelf.prove, timeout=STATEMENT_SECONDS)
        # Whether this process is about to stop, and others should be asked instead.
        self.leaving = False

    async def database(self) -> tuple[str, str]:
        """The state of the database, and of its schema, which is unknown unless it answers."""
        if (state := await self._reads.state()) != OK:
            return state, "unknown"
        if (schema := await self._schema.state()) != OK:
            return OK, schema
        return await self._writes.state(), OK
