"""Limit: a bounded number of concurrent calls, shared fairly among callers."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack

from kuznia.llm.model import Ask, Delta, Model, ModelFault
from kuznia.platform.clock import Clock
from kuznia.platform.process.turns import Full, Turns


class Limited:
    """A Model that lets `concurrency` asks in and `waiting` more wait, none past its deadline."""

    def __init__(self, inner: Model, *, concurrency: int, waiting: int, clock: Clock) -> None:
        self.name = inner.name
        self._inner = inner
        self._turns = Turns(concurrency, waiting=waiting)
        self._clock = clock

    async def stream(self, ask: Ask) -> AsyncGenerator[Delta]:
        place = await self._place(ask)
        deltas = self._inner.stream(ask)
        try:
            async for delta in deltas:
                yield delta
        finally:
            # The place is free only once the connection is closed.
            try:
                await deltas.aclose()
            finally:
                await place.aclose()

    async def _place(self, ask: Ask) -> AsyncExitStack:
        """A place, to be given back by closing what is returned."""
        place = AsyncExitStack()
        try:
            async with asyncio.timeout(ask.deadline - self._clock.monotonic()):
                await place.enter_async_context(self._turns.turn())
        except (TimeoutError, Full):
            raise self._busy() from None
        return place

    def _busy(self) -> ModelFault:
        return ModelFault(
            "busy",
            "Too many calls to the model are running; try again shortly.",
            model=self.name,
            retry_after=1.0,
        )
