"""Limit: no more calls at once than we mean to pay for or the server can take."""

import asyncio
from collections.abc import AsyncGenerator

from kuznia.llm.model import Ask, Delta, Model, ModelFault, Reply
from kuznia.platform.clock import Clock


class Limited:
    """A Model that lets `concurrency` asks in and `waiting` more wait, none past its deadline."""

    def __init__(self, inner: Model, *, concurrency: int, waiting: int, clock: Clock) -> None:
        self.name = inner.name
        self._inner = inner
        self._places = asyncio.Semaphore(concurrency)
        self._room = waiting
        self._clock = clock

    async def reply(self, ask: Ask) -> Reply:
        await self._enter(ask)
        try:
            return await self._inner.reply(ask)
        finally:
            self._places.release()

    async def stream(self, ask: Ask) -> AsyncGenerator[Delta]:
        await self._enter(ask)
        deltas = self._inner.stream(ask)
        try:
            async for delta in deltas:
                yield delta
        finally:
            # The place is free only once the connection is closed.
            try:
                await deltas.aclose()
            finally:
                self._places.release()

    async def _enter(self, ask: Ask) -> None:
        if not self._places.locked():
            await self._places.acquire()
            return
        if self._room == 0:
            raise self._busy()
        self._room -= 1
        try:
            async with asyncio.timeout(ask.deadline - self._clock.monotonic()):
                await self._places.acquire()
        except TimeoutError:
            raise self._busy() from None
        finally:
            self._room += 1

    def _busy(self) -> ModelFault:
        return ModelFault(
            "busy",
            "All places at the model are taken; try again shortly.",
            model=self.name,
            retry_after=1.0,
        )
