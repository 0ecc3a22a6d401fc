"""Retry: the one place that asks again."""

import random
from collections.abc import AsyncGenerator, Callable

from kuznia.llm.model import Ask, Delta, Model, ModelFault
from kuznia.platform.clock import Clock

FIRST_WAIT_SECONDS, MAX_WAIT_SECONDS = 1.0, 10.0


def random_jitter() -> float:
    """Between a half and the whole, so that callers who failed together do not return together."""
    return 0.5 + random.random() / 2  # noqa: S311 - spreads load, keeps no secret


class Retrying:
    """A Model that asks at most `attempts` times, and only while asking again may help."""

    def __init__(
        self,
        inner: Model,
        *,
        attempts: int,
        clock: Clock,
        jitter: Callable[[], float] = random_jitter,
    ) -> None:
        self.name = inner.name
        self._inner = inner
        self._attempts = attempts
        self._clock = clock
        self._jitter = jitter

    async def stream(self, ask: Ask) -> AsyncGenerator[Delta]:
        attempt = 1
        while True:
            spoken = False
            deltas = self._inner.stream(ask)
            try:
                async for delta in deltas:
                    spoken = spoken or delta.text != ""
                    yield delta
            except ModelFault as fault:
                wait = None if spoken else self._wait(fault, attempt, ask)
                if wait is None:
                    raise
            else:
                return
            finally:
                await deltas.aclose()
            await self._clock.sleep(wait)
            attempt += 1

    def _wait(self, fault: ModelFault, attempt: int, ask: Ask) -> float | None:
        """Seconds until the next attempt, or None when there shall be none."""
        if not fault.transient or attempt >= self._attempts:
            return None
        backoff = min(FIRST_WAIT_SECONDS * 2 ** (attempt - 1), MAX_WAIT_SECONDS) * self._jitter()
        wait = max(backoff, fault.retry_after or 0.0)
        # Waiting past the deadline costs the caller the time and gives nothing.
        return wait if self._clock.monotonic() + wait < ask.deadline else None
