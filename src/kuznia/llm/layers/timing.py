"""Time out: one attempt ends in time, its order's deadline is never passed."""

import asyncio
from collections.abc import AsyncGenerator
from math import inf
from types import TracebackType
from typing import Self

from kuznia.llm.model import Ask, Delta, Model, ModelFault
from kuznia.platform.clock import Clock
from kuznia.platform.errors import TimedOut

# Goes with the cancellation: what is cancelled can tell a passed limit from a caller who left.
RANG = "kuznia: out of time"


class Alarm:
    """asyncio.timeout whose cancellation says RANG; begun anew, it lasts `most` seconds in all."""

    __slots__ = (
        *("_before", "_due", "_end", "_handle", "_loop", "_most"),
        *("_rang", "_rings", "_seconds", "_task"),
    )

    def __init__(self, seconds: float, most: float = inf) -> None:
        self._seconds = seconds
        self._most = most
        self._rang = False

    def __enter__(self) -> Self:
        task = asyncio.current_task()
        assert task is not None, "a model is asked inside a task"
        self._task = task
        self._before = task.cancelling()
        self._loop = asyncio.get_running_loop()
        now = self._loop.time()
        self._end = now + self._most
        self._due = self._rings = min(now + self._seconds, self._end)
        self._handle = self._loop.call_at(self._rings, self._ring)
        return self

    def again(self, seconds: float) -> None:
        """Begin anew. Set later it costs nothing: it looks at the clock when it would have rung."""
        self._due = min(self._loop.time() + seconds, self._end)
        if self._due < self._rings:
            self._arm()

    @property
    def is_last(self) -> bool:
        """Whether it rings because of `most`, however often it was begun anew."""
        return self._due >= self._end

    def _arm(self) -> None:
        self._handle.cancel()
        self._rings = self._due
        self._handle = self._loop.call_at(self._rings, self._ring)

    def _ring(self) -> None:
        if self._loop.time() < self._due:
            self._arm()
            return
        self._rang = True
        self._task.cancel(RANG)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._handle.cancel()
        # A caller who left in the same moment is obeyed: then more than our own cancel is pending.
        if self._rang and self._task.uncancel() <= self._before and kind is asyncio.CancelledError:
            raise TimeoutError from error


class Silence(ModelFault):
    """The model said nothing for too long; the same question would take it as long again."""

    @property
    def transient(self) -> bool:
        return False


class Timed:
    """A Model whose every attempt ends in time.

    Silence ends it, not length: it has `first_token` seconds to begin and `idle` seconds between
    two pieces, whether somebody reads them or not. Only the ask's deadline limits the whole.
    """

    def __init__(self, inner: Model, *, first_token: float, idle: float, clock: Clock) -> None:
        self.name = inner.name
        self._inner = inner
        self._first_token = first_token
        self._idle = idle
        self._clock = clock

    async def stream(self, ask: Ask) -> AsyncGenerator[Delta]:
        if ask.deadline <= self._clock.monotonic():
            raise _past_deadline(begun=False)
        deltas = self._inner.stream(ask)
        begun = False
        try:
            while (delta := await self._next(deltas, ask, begun=begun)) is not None:
                yield delta
                begun = True
        finally:
            await deltas.aclose()

    async def _next(self, deltas: AsyncGenerator[Delta], ask: Ask, *, begun: bool) -> Delta | None:
        """The next piece that is handed on: any, or of a whole reply the last."""
        limit = self._idle if begun else self._first_token
        alarm = Alarm(limit, ask.deadline - self._clock.monotonic())
        try:
            with alarm:
                async for delta in deltas:
                    if delta.reply is not None or not ask.whole:
                        return delta
                    begun, limit = True, self._idle
                    alarm.again(limit)
        except TimeoutError:
            if alarm.is_last:
                raise _past_deadline(begun=begun) from None
            raise self._silence(limit, begun=begun) from None
        return None

    def _silence(self, limit: float, *, begun: bool) -> Silence:
        what = "stopped in the middle of its reply" if begun else "did not begin to answer"
        seconds = f"{limit:g} second{'' if limit == 1 else 's'}"
        return Silence("timeout", f"The model {what}: nothing came for {seconds}.", model=self.name)


def _past_deadline(*, begun: bool) -> TimedOut:
    when = "while the model was answering" if begun else "before the model had answered"
    return TimedOut(f"The deadline passed {when}.")
