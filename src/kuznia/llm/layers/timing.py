"""Time out: one attempt ends in time, its order's deadline is never passed."""

import asyncio
from collections.abc import AsyncGenerator
from types import TracebackType

from kuznia.llm.model import Ask, Delta, Model, ModelFault
from kuznia.platform.clock import Clock
from kuznia.platform.errors import Fault, TimedOut

# Goes with the cancellation: what is cancelled can tell a passed limit from a caller who left.
RANG = "kuznia: out of time"


class Alarm:
    """asyncio.timeout whose cancellation says RANG."""

    __slots__ = ("_before", "_handle", "_rang", "_seconds", "_task")

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._rang = False

    def __enter__(self) -> None:
        task = asyncio.current_task()
        assert task is not None, "a model is asked inside a task"
        self._task = task
        self._before = task.cancelling()
        self._handle = asyncio.get_running_loop().call_later(self._seconds, self._ring)

    def _ring(self) -> None:
        self._rang = True
        self._task.cancel(RANG)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._handle.cancel()
        # A caller who left in the same moment is obeyed: then more than our own cancel is pending.
        if self._rang and self._task.uncancel() <= self._before and kind is asyncio.CancelledError:
            raise TimeoutError from error


class Timed:
    """A Model whose every attempt ends in time.

    A whole reply has `total` seconds. A stream shows that it lives, so it has `first_token` seconds
    to begin and `idle` seconds between two pieces. Both end at the ask's deadline.
    """

    def __init__(
        self, inner: Model, *, total: float, first_token: float, idle: float, clock: Clock
    ) -> None:
        self.name = inner.name
        self._inner = inner
        self._total = total
        self._first_token = first_token
        self._idle = idle
        self._clock = clock

    async def stream(self, ask: Ask) -> AsyncGenerator[Delta]:
        limit = self._total if ask.whole else self._first_token
        left = self._left(ask)
        deltas = self._inner.stream(ask)
        try:
            while True:
                try:
                    with Alarm(min(limit, left)):
                        delta = await anext(deltas, None)
                except TimeoutError:
                    raise self._late(left, limit) from None
                if delta is None:
                    return
                yield delta
                limit = self._idle
                # Nothing is raised here when it is over: the alarm ends the attempt under its name.
                left = ask.deadline - self._clock.monotonic()
        finally:
            await deltas.aclose()

    def _left(self, ask: Ask) -> float:
        left = ask.deadline - self._clock.monotonic()
        if left <= 0:
            raise self._late(left, 0.0)
        return left

    def _late(self, left: float, limit: float) -> Fault:
        if left <= limit:
            return TimedOut("The deadline passed before the model had answered.")
        return ModelFault(
            "timeout", f"The model gave no answer within {limit:g} seconds.", model=self.name
        )
