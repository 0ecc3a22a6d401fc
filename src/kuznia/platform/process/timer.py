"""A timer that forgets what is kept for a while, also when nothing more comes."""

import asyncio
from collections.abc import Callable

from kuznia.platform.process.memory import give_back


class Sweep:
    """Calls `forget` every so many seconds for as long as that answers that something is left."""

    def __init__(self, seconds: float, forget: Callable[[], bool]) -> None:
        self._seconds = seconds
        self._forget = forget
        self._timer: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def begin(self) -> None:
        """There is something to forget; needs a running loop."""
        loop = asyncio.get_running_loop()
        # A timer of a loop that was closed will never go off.
        if self._timer is None or self._loop is not loop:
            self._loop = loop
            self._timer = loop.call_later(self._seconds, self._go)

    def close(self) -> None:
        """No timer of ours is left."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _go(self) -> None:
        self._timer = None
        if self._forget():
            self.begin()
        give_back()
