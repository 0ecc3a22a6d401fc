"""The way to Redis: every question has its bound, and one that fails is told as a fault.

Who asks decides what to do without an answer; docs/redis.md has the table.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha1
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

from kuznia.platform.clock import Clock
from kuznia.platform.errors import Unavailable
from kuznia.platform.log import get_log

if TYPE_CHECKING:
    from redis.asyncio import BlockingConnectionPool

log = get_log("redis")

T = TypeVar("T")
Word = str | bytes | int | float

# Once it has failed, one question in so many seconds finds out whether it is back.
REST: Final = 1.0
# A loop that was held up sees its timer before the answer that has long come.
HELD_UP: Final = 0.01
CLOSE_SECONDS: Final = 1.0


class NoRedis(Unavailable):
    """Redis refuses, is silent or is gone; whoever asked it decides what that means."""

    def __init__(self, message: str) -> None:
        super().__init__(message, retry_after=REST)


@dataclass(frozen=True)
class Script:
    """A few lines of Lua that Redis runs as one step; sent once, then called by its digest."""

    source: str

    @cached_property
    def digest(self) -> str:
        return sha1(self.source.encode(), usedforsecurity=False).hexdigest()


class Redis:
    """One bounded pool of connections, and the memory of whether they lead anywhere.

    After a failure everybody is told so at once for a second; then one question is let through. A
    Redis that is paused costs one caller `patience` a second and all others nothing.
    """

    def __init__(
        self,
        pool: "BlockingConnectionPool",
        *,
        prefix: str,
        patience: float,
        clock: Clock,
        count: Callable[[str], None],
    ) -> None:
        from redis.asyncio import Redis as Client

        # For libraries that speak to Redis themselves, inside `ask`.
        self.pool = pool
        # Any: the library's own types of commands and answers are not complete.
        self._client: Any = Client.from_pool(pool)
        self._prefix = prefix
        self._patience = patience
        self._clock = clock
        self._count = count
        self._trouble = ""
        self._until = 0.0

    @classmethod
    async def open(
        cls,
        url: str,
        *,
        prefix: str,
        connections: int,
        patience: float,
        clock: Clock,
        count: Callable[[str], None] = lambda _: None,
    ) -> Self:
        """Ready at once, whether or not Redis is there; `count` is told how each question ended."""
        from redis.asyncio import BlockingConnectionPool
        from redis.asyncio.retry import Retry
        from redis.backoff import NoBackoff

        # Any: as above.
        kind: Any = BlockingConnectionPool
        pool: BlockingConnectionPool = kind.from_url(
            url,
            max_connections=connections,
            # Ours is the bound, on waiting, connecting and answering together.
            timeout=None,
            # Once more and at once, not three times with pauses: a kept connection whose server was
            # started anew is only found dead when it is used.
            retry=Retry(NoBackoff(), 1),
        )
        redis = cls(pool, prefix=prefix, patience=patience, clock=clock, count=count)
        try:
            await redis.ping()
        except NoRedis:
            log.warning("redis_not_there_yet")
        return redis

    @property
    def trouble(self) -> str:
        """What was wrong when it was last asked; empty when it answered."""
        return self._trouble

    def key(self, *words: str) -> str:
        """A key of ours; others may use the server too."""
        return self._prefix + ":".join(words)

    # Any, here and below: what Redis answers depends on the command.
    async def do(self, *command: Word) -> Any:
        """One command and its answer, in bytes."""
        return await self.ask(lambda: self._client.execute_command(*command))

    async def do_all(self, commands: Sequence[Sequence[Word]]) -> list[Any]:
        """Many commands in one trip; the answer to one that failed is its error."""
        return await self.ask(lambda: self._pipe(commands))

    async def run(self, script: Script, keys: Sequence[str], *words: Word) -> Any:
        """A script and its answer."""
        return await self.ask(lambda: self._call(script, (len(keys), *keys, *words)))

    async def ask(self, question: Callable[[], Awaitable[T]]) -> T:
        """What it answers within the patience; raises NoRedis for every error of Redis."""
        if self._trouble:
            now = self._clock.monotonic()
            if now < self._until:
                self._count("skipped")
                raise NoRedis(self._trouble)
            # Taken before it is asked: whoever comes meanwhile is not to wait as well.
            self._until = now + REST
        answer = asyncio.ensure_future(question())
        try:
            # Not `asyncio.timeout`: a client that is slow to let go must not keep us either.
            if not (await asyncio.wait((answer,), timeout=self._patience - HELD_UP))[0]:
                await asyncio.wait((answer,), timeout=HELD_UP)
        finally:
            if given_up := answer.cancel():
                answer.add_done_callback(_drop)
        if given_up:
            raise self._failed("silent", f"Redis did not answer within {self._patience:g} s.")
        return self._read(answer)

    async def ping(self) -> None:
        """Raise NoRedis unless it answers."""
        await self.do("PING")

    async def close(self) -> None:
        """Close the connections, also those to a server that is silent."""
        closing = asyncio.ensure_future(self.pool.aclose())
        await asyncio.wait((closing,), timeout=CLOSE_SECONDS)
        if closing.cancel():
            closing.add_done_callback(_drop)

    def _read(self, answer: "asyncio.Future[T]") -> T:
        from redis.exceptions import ConnectionError as Lost
        from redis.exceptions import RedisError

        try:
            said = answer.result()
        except (OSError, Lost) as error:
            said = f"Redis cannot be reached ({type(error).__name__})."
            raise self._failed("lost", said) from None
        except RedisError as error:
            # It is there and says no: read-only, out of memory, no permission.
            self._count("refused")
            log.warning("redis_refused", error=type(error).__name__)
            raise NoRedis(f"Redis refused ({type(error).__name__}).") from None
        self._count("answered")
        if self._trouble:
            self._trouble = ""
            log.info("redis_back")
        return said

    def _failed(self, how: str, said: str) -> NoRedis:
        self._count(how)
        if not self._trouble:
            log.warning("redis_gone", reason=said)
        self._trouble, self._until = said, self._clock.monotonic() + REST
        return NoRedis(said)

    async def _pipe(self, commands: Sequence[Sequence[Word]]) -> list[Any]:
        async with self._client.pipeline(transaction=False) as pipe:
            for command in commands:
                pipe.execute_command(*command)
            return await pipe.execute(raise_on_error=False)

    async def _call(self, script: Script, words: Sequence[Word]) -> Any:
        from redis.exceptions import NoScriptError

        try:
            return await self._client.execute_command("EVALSHA", script.digest, *words)
        except NoScriptError:
            # The first time, and again after Redis was started anew.
            return await self._client.execute_command("EVAL", script.source, *words)


# Any: what was asked is no business of whoever gives it up.
def _drop(answer: "asyncio.Future[Any]") -> None:
    if not answer.cancelled():
        answer.exception()
