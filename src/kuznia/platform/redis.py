"""The Redis client: every command has a time limit, and one that fails raises NoRedis.

The caller decides what to do without an answer; docs/redis.md has the table. There are two kinds of
commands: short ones somebody waits for, and writes nobody waits for, which have connections of
their own and seconds to finish. A write that fails does not count against the others.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha1
from typing import TYPE_CHECKING, Any, Final, Literal, Self, TypeVar

from kuznia.platform.clock import Clock
from kuznia.platform.errors import Unavailable
from kuznia.platform.log import get_log

if TYPE_CHECKING:
    from redis.asyncio import BlockingConnectionPool

log = get_log("redis")

T = TypeVar("T")
Word = str | bytes | int | float

# Once it has failed, one question in so many seconds finds out whether it is back.
RETRY_SECONDS: Final = 1.0
# Seconds a silent Redis has to answer a PING on a fresh connection before it is taken for gone. A
# question may be late because the machine is busy or the connections are.
PING_SECONDS: Final = 0.5
# Seconds a write may go without one more answer, and connections for writes: while one carries
# events, claims are given back on the other.
WRITE_SECONDS: Final = 5.0
WRITE_CONNECTIONS: Final = 2
# Patience is counted in slices, each ended by the event loop itself: time in which the loop was
# held up, and could not have seen an answer, counts for no more than one of them.
SLICES: Final = 10
CLOSE_SECONDS: Final = 1.0

# How a question ends that is not answered.
End = Literal["silent", "lost", "refused", "skipped"]

# What keeps Redis from taking any write, by what its error is called or says.
REFUSALS: Final = {
    r"OutOfMemory|OOM command": "it is out of memory: raise its maxmemory, or set a"
    " maxmemory-policy that evicts (volatile-lru)",
    r"ReadOnly|READONLY": "it is a read-only replica: REDIS_URL must name the master",
    r"MISCONF": "it cannot save to its disk",
    r"NOREPLICAS": "it lacks the replicas it was told to have",
    r"NoPermission|NOPERM": "its user may not write under REDIS_PREFIX",
}


class NoRedis(Unavailable):
    """Redis refuses, is silent or cannot be reached; the caller decides what that means."""

    def __init__(self, message: str, end: End = "refused") -> None:
        super().__init__(message, retry_after=RETRY_SECONDS)
        self.end: End = end


@dataclass(frozen=True)
class Script:
    """A few lines of Lua that Redis runs as one step; sent once, then called by its digest."""

    source: str

    @cached_property
    def digest(self) -> str:
        return sha1(self.source.encode(), usedforsecurity=False).hexdigest()


class Redis:
    """Bounded pools of connections, and the memory of whether they lead anywhere.

    A connection that fails, or a PING that is not answered after a question was not, means that
    Redis is gone. Then every caller is told so at once, and once a second one of them waits
    `timeout` to see whether it is back.
    """

    def __init__(
        self,
        pool: "BlockingConnectionPool",
        writing: "BlockingConnectionPool",
        *,
        prefix: str,
        timeout: float,
        clock: Clock,
        count: Callable[[str], None],
    ) -> None:
        from redis.asyncio import Redis as Client

        # For libraries that speak to Redis themselves, inside `ask`.
        self.pool = pool
        # Any: the library's own types of commands and answers are not complete.
        self._client: Any = Client.from_pool(pool)
        self._writing: Any = writing
        self._prefix = prefix
        self._timeout = timeout
        self._clock = clock
        self._count = count
        self._trouble = ""
        self._refusal = ""
        self._until = 0.0
        self._back_since = float("-inf")
        self._checking: asyncio.Task[None] | None = None

    @classmethod
    async def open(
        cls,
        url: str,
        *,
        prefix: str,
        connections: int,
        timeout: float,
        clock: Clock,
        count: Callable[[str], None] = lambda _: None,
    ) -> Self:
        """Ready at once, whether or not Redis is there; `count` is told how each question ended."""
        from redis.asyncio import BlockingConnectionPool
        from redis.asyncio.retry import Retry
        from redis.backoff import NoBackoff

        def pool(size: int) -> BlockingConnectionPool:
            # Any: as above.
            kind: Any = BlockingConnectionPool
            return kind.from_url(
                url,
                max_connections=size,
                # Ours is the bound, on waiting, connecting and answering together.
                timeout=None,
                # Once more and at once, not three times with pauses: a kept connection whose server
                # was started anew is only found dead when it is used.
                retry=Retry(NoBackoff(), 1),
            )

        redis = cls(
            pool(max(1, connections - WRITE_CONNECTIONS)),
            pool(WRITE_CONNECTIONS),
            prefix=prefix,
            timeout=timeout,
            clock=clock,
            count=count,
        )
        try:
            await redis.ping()
        except NoRedis:
            log.warning("redis_not_there_yet")
        return redis

    @property
    def trouble(self) -> str:
        """What is wrong with it, as far as was seen; empty when it answers and takes writes."""
        return self._trouble or self._refusal

    @property
    def back_since(self) -> float:
        """When it came back after it was gone, by the monotonic clock."""
        return self._back_since

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
        if self._trouble and not await self._is_back():
            self._count("skipped")
            raise NoRedis(self._trouble, "skipped")
        try:
            answer = await self._answer(question(), self._timeout)
        except NoRedis as failed:
            self._count(failed.end)
            if failed.end == "lost":
                self._is_gone(failed)
            elif failed.end == "silent":
                self._check_again(failed)
            raise
        self._count("answered")
        self._answers()
        return answer

    async def write(self, commands: Sequence[Sequence[Word]]) -> list[Any]:
        """Many commands, and as many of their answers as came; raises NoRedis when none did.

        For what nobody waits for. An answer may take seconds; the answer to a command that failed
        is its error; what became of commands without an answer is unknown.
        """
        answers: list[Any] = []
        sending = asyncio.ensure_future(self._send(commands, answers))
        try:
            while True:
                count = len(answers)
                if (await asyncio.wait((sending,), timeout=WRITE_SECONDS))[0]:
                    self._read(sending)
                    break
                if len(answers) == count:
                    raise _silent(WRITE_SECONDS)
        except NoRedis as failed:
            self._count(failed.end)
            if not answers:
                raise
        else:
            self._count("answered")
        finally:
            if sending.cancel():
                sending.add_done_callback(_drop)
        return answers

    async def ping(self) -> None:
        """Raise NoRedis unless it answers."""
        await self.do("PING")

    async def check(self) -> None:
        """Raise NoRedis unless it takes a write: one that is full still answers questions."""
        answers = await self.do_all((("SET", self.key("check"), 1, "PX", 1000),))
        self.wrote(answers[0])
        if self._refusal:
            raise NoRedis(self._refusal)

    def wrote(self, answer: object) -> None:
        """Learn from the answer to a write whether Redis takes any."""
        refusal = _refusal(answer) if isinstance(answer, Exception) else ""
        if refusal != self._refusal:
            self._refusal = refusal
            if refusal:
                log.warning("redis_refuses", reason=refusal)
            else:
                log.info("redis_takes_writes")

    async def close(self) -> None:
        """Close the connections, also those to a server that is silent."""
        if self._checking is not None:
            self._checking.cancel()
            # Its own connection is closed by itself.
            await asyncio.wait((self._checking,), timeout=CLOSE_SECONDS)
        closing = asyncio.ensure_future(self._close_pools())
        await asyncio.wait((closing,), timeout=CLOSE_SECONDS)
        if closing.cancel():
            closing.add_done_callback(_drop)
        # What is cut closes its socket in the loop's next round, which may be its last.
        await asyncio.sleep(0)

    async def _close_pools(self) -> None:
        await asyncio.gather(self.pool.aclose(), self._writing.aclose())

    async def _answer(self, question: Awaitable[T], timeout: float) -> T:
        answer = asyncio.ensure_future(question)
        try:
            # Not `asyncio.timeout`: a client that is slow to let go must not keep us either.
            for _ in range(SLICES):
                if (await asyncio.wait((answer,), timeout=timeout / SLICES))[0]:
                    return self._read(answer)
        finally:
            if answer.cancel():
                answer.add_done_callback(_drop)
        raise _silent(timeout)

    def _read(self, answer: "asyncio.Future[T]") -> T:
        from redis.exceptions import ConnectionError as Lost
        from redis.exceptions import RedisError

        try:
            return answer.result()
        except (OSError, Lost) as error:
            message = f"Redis cannot be reached ({type(error).__name__})."
            raise NoRedis(message, "lost") from None
        except RedisError as error:
            # It is there and says no.
            if refusal := _refusal(error):
                self.wrote(error)
                raise NoRedis(refusal) from None
            log.warning("redis_refused", error=type(error).__name__)
            raise NoRedis(f"Redis refused ({type(error).__name__}).") from None

    async def _is_back(self) -> bool:
        now = self._clock.monotonic()
        if now < self._until:
            return False
        # Taken before it is asked: whoever comes meanwhile is not to wait as well.
        self._until = now + RETRY_SECONDS
        await asyncio.wait((self._check_again(NoRedis(self._trouble)),), timeout=self._timeout)
        return not self._trouble

    def _check_again(self, failed: NoRedis) -> "asyncio.Task[None]":
        if self._checking is None or self._checking.done():
            self._checking = asyncio.create_task(self._check(failed))
        return self._checking

    async def _check(self, failed: NoRedis) -> None:
        """Whether it is gone, or only was too slow for one question."""
        try:
            await self._answer(self._greet(), max(PING_SECONDS, self._timeout))
        except NoRedis as again:
            self._is_gone(again if again.end == "lost" else failed)
        else:
            self._answers()

    async def _greet(self) -> None:
        # Any: as above. Not one of the pool, which may all be waiting.
        connection: Any = self._writing.make_connection()
        try:
            await connection.connect()
            await connection.send_command("PING")
            await connection.read_response()
        finally:
            await connection.disconnect(nowait=True)

    def _is_gone(self, failed: NoRedis) -> None:
        if not self._trouble:
            log.warning("redis_gone", reason=failed.message)
        self._trouble, self._until = failed.message, self._clock.monotonic() + RETRY_SECONDS

    def _answers(self) -> None:
        if self._trouble:
            self._trouble, self._back_since = "", self._clock.monotonic()
            log.info("redis_back")

    async def _pipe(self, commands: Sequence[Sequence[Word]]) -> list[Any]:
        async with self._client.pipeline(transaction=False) as pipe:
            for command in commands:
                pipe.execute_command(*command)
            return await pipe.execute(raise_on_error=False)

    async def _send(self, commands: Sequence[Sequence[Word]], answers: list[Any]) -> None:
        from redis.exceptions import ResponseError

        connection = await self._writing.get_connection()
        whole = False
        try:
            await connection.send_packed_command(connection.pack_commands(commands))
            for _ in commands:
                try:
                    answers.append(await connection.read_response())
                except ResponseError as error:
                    answers.append(error)
            whole = True
        finally:
            if not whole:
                # Answers that are still to come must not be taken for those to the next commands.
                await connection.disconnect(nowait=True)
            await self._writing.release(connection)

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


def _silent(timeout: float) -> NoRedis:
    return NoRedis(f"Redis did not answer within {timeout:g} s.", "silent")


def _refusal(error: Exception) -> str:
    """Why no write is taken; empty when only this one command was wrong."""
    text = f"{type(error).__name__} {error}"
    reasons = [reason for pattern, reason in REFUSALS.items() if re.search(pattern, text)]
    return f"Redis takes no writes: {reasons[0]}." if reasons else ""
