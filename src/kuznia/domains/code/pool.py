"""Other processes for work that would hold the interpreter's lock: large or hostile sources.

A parser that is busy in C lets nothing else run. The pool costs nothing before its first job, and
the domain closes it when the server stops. A worker is a fresh interpreter (no fork of a threaded
server) at the other end of a pipe: it ends when the pipe does, which is also when this process
dies, and an alarm ends it in a job that hangs.
"""

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any, Generic, TypeVar

from kuznia.domains.code.grammar import Stopped, within
from kuznia.domains.code.table import Language

R = TypeVar("R")
# The last argument is the deadline; a job that knows how to stop returns Stopped itself.
Job = Callable[[bytes, Language, float], R]

# Callers beyond this are told at once that there is no time, instead of growing a queue.
MOST_UNDER_WAY = 32
# What a worker may overrun a deadline by before it is ended: a reply has to travel too.
GRACE = 0.05
WORKER = (
    "from multiprocessing.connection import Connection; import sys;"
    "from kuznia.domains.code.pool import work; work(Connection(int(sys.argv[1])))"
)


class _Worker:
    """One interpreter and the pipe to it."""

    def __init__(self) -> None:
        self.pipe, theirs = Pipe()
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603 - fixed command line
                [sys.executable, "-c", WORKER, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )

    def end(self) -> None:
        """Stop at once; a worker holds nothing worth saving."""
        self.process.kill()
        self.process.wait()
        self.pipe.close()


@dataclass(slots=True, eq=False)
class _Order(Generic[R]):
    """One job on its way, and the worker that has it, so that it can be called off."""

    job: Job[R]
    source: bytes
    language: Language
    deadline: float
    worker: _Worker | None = None
    called_off: bool = False

    def call_off(self) -> None:
        self.called_off = True
        if worker := self.worker:
            worker.process.kill()


class Pool:
    """A few workers, started when first needed and used again; opens again after a close."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._threads: ThreadPoolExecutor | None = None
        self._idle: list[_Worker] = []
        self._under_way: list[_Order[Any]] = []

    async def run(
        self, job: Job[R], source: bytes, language: Language, *, seconds: float
    ) -> R | Stopped:
        """The job's result, or Stopped if it has none in time; cancelling ends its worker."""
        if len(self._under_way) >= MOST_UNDER_WAY:
            return Stopped(0.0)
        self._threads = self._threads or ThreadPoolExecutor(self._size, "kuznia-code")
        order = _Order(job, source, language, within(seconds))
        self._under_way.append(order)
        try:
            return await asyncio.wrap_future(self._threads.submit(self._serve, order))
        except asyncio.CancelledError:
            order.call_off()
            raise
        finally:
            self._under_way.remove(order)

    def close(self) -> None:
        """End every worker, busy or idle, and wait until they are gone."""
        for order in self._under_way:
            order.call_off()
        if self._threads:
            self._threads.shutdown(cancel_futures=True)
            self._threads = None
        while self._idle:
            self._idle.pop().end()

    def _serve(self, order: "_Order[R]") -> R | Stopped:
        """On a thread of ours: there are as many as workers, so one is idle or may be started."""
        began = time.monotonic()
        if order.called_off or began > order.deadline:
            return Stopped(0.0)
        worker = self._idle.pop() if self._idle else _Worker()
        order.worker = worker
        result = _exchange(worker.pipe, order)
        order.worker = None
        if isinstance(result, _Lost) or order.called_off:
            worker.end()
            return Stopped(time.monotonic() - began)
        self._idle.append(worker)
        return result


class _Lost:
    """No answer: the worker was too slow, was called off, or died of what it was given."""


def _exchange(pipe: Connection, order: _Order[R]) -> R | _Lost:
    try:
        pipe.send((order.job, order.source, order.language, order.deadline))
        left = order.deadline - time.monotonic()
        if pipe.poll(max(0.0, left) + GRACE):
            return pipe.recv()
    except (EOFError, OSError):
        pass
    return _Lost()


def work(pipe: Connection) -> None:
    """A worker's whole life: jobs in, results out, until the pipe or the time of a job ends."""
    with suppress(EOFError, OSError):
        while True:
            job, source, language, deadline = pipe.recv()
            # The alarm's default is to end the process, also while it is deep in C.
            signal.setitimer(signal.ITIMER_REAL, max(GRACE, deadline - time.monotonic()) + GRACE)
            result = job(source, language, deadline)
            signal.setitimer(signal.ITIMER_REAL, 0)
            pipe.send(result)


POOL = Pool(size=2)
