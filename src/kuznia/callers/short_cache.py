"""A short cache: what was looked up is remembered for less than a second."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from kuznia.platform.clock import Clock

V = TypeVar("V")

# A key revoked elsewhere must be dead within a second, the time to ask included.
FRESH_SECONDS = 0.5
MAX_ENTRIES = 10_000


class ShortCache(Generic[V]):
    """A cache in which one lookup serves all who ask for a name at about the same time."""

    def __init__(self, look: Callable[[str], Awaitable[V]], clock: Clock) -> None:
        self._look = look
        self._clock = clock
        self._held: OrderedDict[str, tuple[float, V]] = OrderedDict()
        self._looking: dict[str, asyncio.Task[V]] = {}

    async def get(self, name: str) -> V:
        """The value for this name, half a second old at most."""
        held = self._held.get(name)
        if held is not None and held[0] > self._clock.monotonic():
            return held[1]
        task = self._looking.get(name)
        if task is None:
            # The answer is as old as the question.
            until = self._clock.monotonic() + FRESH_SECONDS
            task = self._looking[name] = asyncio.create_task(self._asked(name, until))
            task.add_done_callback(lambda done: self._end(name, done))
        # One who leaves does not take the answer away from the others.
        return await asyncio.shield(task)

    def forget(self, name: str) -> None:
        """Look this name up again next time: it was changed here."""
        self._held.pop(name, None)
        self._looking.pop(name, None)

    async def _asked(self, name: str, until: float) -> V:
        value = await self._look(name)
        if self._looking.get(name) is asyncio.current_task():
            self._held[name] = (until, value)
            self._held.move_to_end(name)
            while len(self._held) > MAX_ENTRIES:
                self._held.popitem(last=False)
        return value

    def _end(self, name: str, done: "asyncio.Task[V]") -> None:
        if self._looking.get(name) is done:
            del self._looking[name]
        # Told to whoever waited; if all have left, there is nobody to tell.
        if not done.cancelled():
            done.exception()
