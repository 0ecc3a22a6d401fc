"""What the tests of this room make and hold."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Any

from kuznia.llm.model import Ask, Attempt, Delta, Message, Model, Reply, Usage
from kuznia.platform.clock import Clock
from kuznia.platform.errors import BudgetSpent


class FakeAccount:
    """An Account that remembers all it was told, and can be empty."""

    def __init__(self, tokens: int | None = None) -> None:
        self._tokens = tokens
        self.admitted: list[tuple[int, int]] = []
        self.settled: list[tuple[int, int]] = []
        self.attempts: list[Attempt] = []

    async def written(self) -> None:
        """Nothing is written anywhere."""

    def admit(self, tokens: int, cost: int) -> None:
        if self._tokens is not None and tokens > self._tokens:
            raise BudgetSpent("The account is empty.")
        self.admitted.append((tokens, cost))

    def settle(self, tokens: int, cost: int, attempt: Attempt) -> None:
        self.settled.append((tokens, cost))
        self.attempts.append(attempt)

    @property
    def outcomes(self) -> list[str]:
        return [attempt.outcome for attempt in self.attempts]


def an_ask(clock: Clock, *, seconds: float = 60.0, **more: Any) -> Ask:
    """An ask whose deadline is `seconds` from now."""
    given: dict[str, Any] = {
        "messages": (Message("system", "Be brief."), Message("user", "ping")),
        "deadline": clock.monotonic() + seconds,
        "account": FakeAccount(),
        "max_tokens": 100,
        "request_id": "r-1",
    }
    return Ask(**(given | more))


def a_reply(text: str = "pong", usage: Usage | None = None) -> Reply:
    return Reply(text=text, model="played", usage=usage or Usage(7, 3))


class Forever:
    """An act: says nothing until it is cancelled."""


Act = Reply | BaseException | Forever


class Played:
    """A Model that plays acts, in a stream after the `pieces`; the last act is played for ever."""

    def __init__(
        self, *acts: Act, pieces: tuple[str | Delta, ...] = (), name: str = "played"
    ) -> None:
        self.name = name
        self.calls = 0
        self.closed = 0
        self._acts = list(acts or (a_reply(),))
        self._pieces = pieces

    async def stream(self, ask: Ask) -> AsyncGenerator[Delta]:
        act = self._acts[min(self.calls, len(self._acts) - 1)]
        self.calls += 1
        try:
            for piece in self._pieces:
                yield piece if isinstance(piece, Delta) else Delta(piece)
            yield Delta(reply=await self._play(act))
        finally:
            self.closed += 1

    async def _play(self, act: Act) -> Reply:
        await asyncio.sleep(0)
        if isinstance(act, Forever):
            await asyncio.Event().wait()
        if isinstance(act, BaseException):
            raise act
        assert isinstance(act, Reply)
        return act


async def reply_of(model: Model, ask: Ask) -> Reply:
    """The reply alone, as an order that is not streamed has it."""
    _, reply = await drained(model.stream(replace(ask, whole=True)))
    assert reply is not None
    return reply


async def drained(deltas: AsyncGenerator[Delta]) -> tuple[str, Reply | None]:
    """All the text of a stream as it came, and its reply."""
    texts: list[str] = []
    reply: Reply | None = None
    async for delta in deltas:
        texts.append(delta.text)
        reply = delta.reply
    return "".join(texts), reply
