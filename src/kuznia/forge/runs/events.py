"""The event log of a run: written once, read from any place by anyone who may."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from typing import Protocol

from kuznia.forge.terms import LAST, Event, EventKind


class EventLog(Protocol):
    """One run's events."""

    @property
    def newest(self) -> int:
        """The number of the newest event; 0 before the first."""
        ...

    def after(self, number: int, idle: float) -> AsyncGenerator[Event | None]:
        """Events numbered higher, those to come included; ends after the last one.

        None comes after each `idle` seconds of silence, so that a door can show it is alive.
        """
        ...


class MemoryLog:
    """A list, and whoever waits for more of it. Appending never waits: telling slows no work."""

    def __init__(self) -> None:
        self._events: list[Event] = []
        self._waiting: set[asyncio.Future[bool]] = set()

    @property
    def newest(self) -> int:
        return len(self._events)

    @property
    def told(self) -> tuple[Event, ...]:
        """All of it so far."""
        return tuple(self._events)

    def append(self, kind: EventKind, data: Mapping[str, object]) -> None:
        self._events.append(Event(len(self._events) + 1, kind, data))
        for waiter in self._waiting:
            _wake(waiter, True)
        self._waiting.clear()

    def publish(self) -> None:
        """Let other processes read it, where they can: not here."""

    async def after(self, number: int, idle: float) -> AsyncGenerator[Event | None]:
        """Reads from the list each time, so nothing falls between catching up and listening."""
        loop = asyncio.get_running_loop()
        place = max(0, number)
        while True:
            while place < len(self._events):
                event = self._events[place]
                place += 1
                yield event
            if self._events and self._events[-1].kind in LAST:
                return
            waiter: asyncio.Future[bool] = loop.create_future()
            self._waiting.add(waiter)
            silence = loop.call_later(idle, _wake, waiter, False)
            try:
                told = await waiter
            finally:
                silence.cancel()
                self._waiting.discard(waiter)
            if not told:
                yield None


def _wake(waiter: "asyncio.Future[bool]", told: bool) -> None:
    if not waiter.done():
        waiter.set_result(told)
