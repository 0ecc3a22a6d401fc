"""Fair queues: places in a pool go to callers in turn, however many jobs each of them has waiting.

First come, first served lets one caller fill a queue and everybody else wait behind it. Here each
caller has a queue, the queues are served round robin, and of three places or more the last goes
only to a caller who holds none: a newcomer does not wait until another's slow jobs end.
"""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from contextvars import ContextVar
from functools import partial
from math import inf
from threading import Lock
from typing import Any, Generic, TypeVar

T = TypeVar("T")

# Whose share of every pool this request's work comes out of; set at the door.
share: ContextVar[str] = ContextVar("share", default="")


class Full(Exception):
    """As many wait as may, and nobody has more of them than the caller who comes."""


class Rounds(Generic[T]):
    """Who holds places and who waits for one; a waiter is a ticket of whatever kind."""

    def __init__(self, places: int, waiting: float) -> None:
        self._free = places
        self._spare = 1 if places > 2 else 0
        self._waiting = waiting
        self._held = Counter[str]()
        self._queues: dict[str, deque[T]] = {}

    def enter(self, caller: str, ticket: T) -> bool:
        """Take a place, or join the queue and answer False."""
        if self._may_have(caller):
            self._take(caller)
            return True
        self._queues.setdefault(caller, deque()).append(ticket)
        return False

    def leave(self, caller: str) -> tuple[str, T] | None:
        """Give a place back; the ticket that holds it from now on, and whose it is."""
        self._free += 1
        self._held[caller] -= 1
        if not self._held[caller]:
            del self._held[caller]
        for waiter in self._queues:
            if self._may_have(waiter):
                ticket = self._queues[waiter].popleft()
                queue = self._queues.pop(waiter)
                if queue:
                    # To the end of the round.
                    self._queues[waiter] = queue
                self._take(waiter)
                return waiter, ticket
        return None

    def forget(self, caller: str, ticket: T) -> None:
        """A ticket that waits no more, if it still did."""
        queue = self._queues.get(caller, deque[T]())
        if ticket in queue:
            queue.remove(ticket)
            if not queue:
                del self._queues[caller]

    def crowded_out(self, caller: str) -> tuple[str, T] | None:
        """Where too many wait: the last ticket of the longest queue, which has to go."""
        if sum(map(len, self._queues.values())) <= self._waiting:
            return None
        # The newcomer is counted already; among equals it is the newcomer who goes.
        longest = max(self._queues, key=lambda name: (len(self._queues[name]), name == caller))
        return longest, self._queues[longest][-1]

    def _may_have(self, caller: str) -> bool:
        return self._free > (self._spare if self._held[caller] else 0)

    def _take(self, caller: str) -> None:
        self._free -= 1
        self._held[caller] += 1


class Turns:
    """A semaphore that is fair to callers, with a bound on how many wait for it."""

    def __init__(self, places: int, *, waiting: int) -> None:
        self._rounds = Rounds[asyncio.Future[None]](places, waiting)

    @asynccontextmanager
    async def turn(self) -> AsyncGenerator[None]:
        """A place while the block runs; raises Full where no more may wait."""
        caller = share.get()
        ticket = asyncio.get_running_loop().create_future()
        if not self._rounds.enter(caller, ticket):
            await self._place(caller, ticket)
        try:
            yield
        finally:
            self._leave(caller)

    async def _place(self, caller: str, ticket: asyncio.Future[None]) -> None:
        if last := self._rounds.crowded_out(caller):
            self._rounds.forget(*last)
            if not last[1].done():
                last[1].set_exception(Full())
        try:
            await ticket
        except (asyncio.CancelledError, Full):
            if ticket.cancelled() or ticket.exception():
                self._rounds.forget(caller, ticket)
            else:
                # Cancelled at the very moment the place came.
                self._leave(caller)
            raise

    def _leave(self, caller: str) -> None:
        handed = self._rounds.leave(caller)
        while handed and handed[1].done():
            # Cancelled, and not yet out of the queue.
            handed = self._rounds.leave(handed[0])
        if handed:
            handed[1].set_result(None)


# Any: what a thread is given to do may return anything.
_Task = tuple[Future[Any], Callable[[], Any]]


class Threads(ThreadPoolExecutor):
    """Threads for `asyncio.to_thread` that are shared out fairly."""

    def __init__(self, size: int) -> None:
        super().__init__(size, "kuznia")
        self._rounds = Rounds[_Task](size, inf)
        self._turning = Lock()

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Run it when it is its caller's turn."""
        caller, future = share.get(), Future[T]()
        task: _Task = (future, partial(fn, *args, **kwargs))
        with self._turning:
            if self._rounds.enter(caller, task):
                super().submit(self._run, caller, task)
        return future

    def _run(self, caller: str, task: _Task) -> None:
        _settle(*task)
        with self._turning:
            if handed := self._rounds.leave(caller):
                try:
                    super().submit(self._run, *handed)
                except RuntimeError:
                    # The pool was shut down; nobody will ever run what still waits.
                    handed[1][0].cancel()


def _settle(future: Future[Any], work: Callable[[], Any]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = work()
    except BaseException as error:  # noqa: BLE001 - whoever awaits it gets it, whatever it is
        future.set_exception(error)
    else:
        future.set_result(result)
