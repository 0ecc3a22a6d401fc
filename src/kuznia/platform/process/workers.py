"""Other processes for work that would hold the interpreter's lock, shared fairly among callers.

A parser that is busy in C lets nothing else run, and some end the process they run in; arithmetic
in threads has every request wait for its turn. The pool costs nothing before its first job, its
workers end when they were idle for a while, and the application closes it when it stops. A worker
is a fresh interpreter (no fork of a threaded server) at the other end of a pipe: it ends when the
pipe does, which is also when this process dies, and an alarm ends it in a job that hangs.
"""

import asyncio
import os
import resource
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

from kuznia.platform.process.timer import Sweep
from kuznia.platform.process.turns import Full, Turns

R = TypeVar("R")
# A job is sent its deadline; if it knows how to stop, it returns Stopped itself.
Job = Callable[[float], R]


@dataclass(frozen=True, slots=True)
class Prepared(Generic[R]):
    """A job and what a worker has to load for it, which is not counted as the job's time."""

    prepare: Callable[[], object]
    job: Job[R]

    def __call__(self, deadline: float) -> R:
        return self.job(deadline)


@dataclass(frozen=True, slots=True)
class Stopped:
    """The job had no result in its time."""

    seconds: float


def within(seconds: float) -> float:
    """A deadline, counted in what this process works: a busy machine changes no verdict."""
    return time.process_time() + seconds


# Two work for as many callers as there are, the third for somebody who has none at work.
WORKERS = 3
# Jobs beyond this are told at once that there is no time, instead of growing a queue.
MAX_WAITING = 256
# What a worker may overrun a deadline by before its alarm ends it, and how much longer than the
# job's own time we wait for a worker that has to share its core: it is in less of a hurry than all.
GRACE_SECONDS = 0.05
WAIT_FACTOR = 30
# An interpreter with our parsers is there in half a second, on a busy machine in ten.
START_SECONDS = 30.0
# For work that is our own: more than any of it takes, so that nothing holds a worker for ever.
EASED_SECONDS = 60.0
# What a worker costs in memory, some 60 MB, is given back when it had nothing to do for so long.
IDLE_SECONDS = 30.0
# Requests are short and somebody waits for each; work that takes long is in less of a hurry.
NICE = 10
# A tree takes some hundred times its text; text that makes it more ends its worker, not the host.
MAX_MEMORY = 2 << 30
# The job found no place, so nothing was done.
BUSY = Stopped(0.0)
WORKER = (
    "from multiprocessing.connection import Connection; import sys;"
    "from kuznia.platform.process.workers import bounded, work;"
    "bounded(); work(Connection(int(sys.argv[1])))"
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
            self._ready = False

    def done(self, job: Job[R], seconds: float) -> tuple[R] | None:
        """The job's result; None: too slow, called off, or dead of what it was given."""
        try:
            # Its own beginning is not counted as the job's time.
            self._ready = self._ready or (self.pipe.poll(START_SECONDS) and self.pipe.recv())
            if self._ready:
                self.pipe.send((job, seconds))
            # Nor is what it has to load for it.
            has_begun = self._ready and self.pipe.poll(START_SECONDS) and self.pipe.recv()
            if has_begun and self.pipe.poll(WAIT_FACTOR * (seconds + GRACE_SECONDS)):
                return (self.pipe.recv(),)
        except (EOFError, OSError):
            pass
        return None

    def end(self) -> None:
        """Stop at once; a worker holds nothing worth saving."""
        self.process.kill()
        self.process.wait()
        self.pipe.close()


@dataclass(slots=True, eq=False)
class _Order(Generic[R]):
    """One job on its way, and the worker that has it, so that it can be called off."""

    job: Job[R]
    seconds: float
    worker: _Worker | None = None
    called_off: bool = False

    def call_off(self) -> None:
        self.called_off = True
        if worker := self.worker:
            worker.process.kill()


class Pool:
    """A few workers, started when first needed and used again; opens again after a close."""

    def __init__(
        self, size: int, waiting: int = MAX_WAITING, *, idle: float = IDLE_SECONDS
    ) -> None:
        self._size = size
        self._turns = Turns(size, waiting=waiting)
        self._threads: ThreadPoolExecutor | None = None
        self._idle: list[_Worker] = []
        self._under_way: list[_Order[Any]] = []
        self._eased = 0
        # How few were idle since the last look: those were too many.
        self._spare = 0
        self._idle_seconds = idle
        self._sweep = Sweep(idle, self._end_idle)

    async def run(self, job: Job[R], *, seconds: float) -> R | Stopped:
        """The job's result, or Stopped if it has none in time; cancelling ends its worker.

        Counted is what the worker works. Waiting for a place is not: callers take turns, and who
        waits has a deadline of their own.
        """
        try:
            async with self._turns.turn():
                return await self._served(_Order(job, seconds))
        except Full:
            return BUSY

    async def ease(self, work: Callable[[], R]) -> R:
        """The result of work of our own, done where it holds nobody up; what it raises is raised.

        One at a time is done in a thread: whoever is alone waits for no process to start. What
        comes beside it goes to workers, because threads share one lock. It may be begun twice:
        what a worker did not bring, perhaps because it raised, is done here.
        """
        if self._eased:
            result = await self.run(_Untimed(work), seconds=EASED_SECONDS)
            if not isinstance(result, Stopped):
                return result
        self._eased += 1
        try:
            return await asyncio.to_thread(work)
        finally:
            self._eased -= 1

    async def _served(self, order: _Order[R]) -> R | Stopped:
        self._threads = self._threads or ThreadPoolExecutor(self._size, "kuznia-workers")
        self._under_way.append(order)
        try:
            return await asyncio.wrap_future(self._threads.submit(self._serve, order))
        except asyncio.CancelledError:
            order.call_off()
            raise
        finally:
            self._under_way.remove(order)
            self._sweep.begin()

    async def end(self) -> None:
        """Close, and let others work meanwhile."""
        self._sweep.close()
        await asyncio.to_thread(self.close)

    def close(self) -> None:
        """End every worker, busy or idle, and wait until they are gone."""
        for order in self._under_way:
            order.call_off()
        if self._threads:
            self._threads.shutdown(cancel_futures=True)
            self._threads = None
        while self._idle:
            self._idle.pop().end()

    def _serve(self, order: _Order[R]) -> R | Stopped:
        """On a thread of ours: there are as many as workers, so one is idle or may be started."""
        if order.called_off:
            return BUSY
        worker = order.worker = self._idle.pop() if self._idle else _Worker()
        self._spare = min(self._spare, len(self._idle))
        result: tuple[R] | None = None
        try:
            result = worker.done(order.job, order.seconds)
        finally:
            order.worker = None
            if result is None or order.called_off:
                worker.end()
            else:
                self._idle.append(worker)
        return result[0] if result else Stopped(order.seconds)

    def _end_idle(self) -> bool:
        """End the workers nobody needed since the last look; whether any are left."""
        many, self._spare = self._spare, len(self._idle)
        # The longest idle first: the last to come back is the first to be used again.
        for _ in range(min(many, len(self._idle))):
            self._idle.pop(0).end()
        self._spare = len(self._idle)
        return bool(self._idle or self._under_way)


@dataclass(frozen=True, slots=True)
class _Untimed(Generic[R]):
    """Work that is ended from outside only."""

    work: Callable[[], R]

    def __call__(self, _deadline: float) -> R:
        return self.work()


def bounded() -> None:
    """Hold this process to what a worker may use, and let the server go first on a full core."""
    os.nice(NICE)
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))


def _prepare(job: object) -> None:
    # What is missing shows in the job itself, which has a result for that.
    if isinstance(job, Prepared):
        with suppress(Exception):
            job.prepare()


def work(pipe: Connection) -> None:
    """A worker's whole life: jobs in, results out, until the pipe or the time of a job ends."""
    with suppress(EOFError, OSError):
        pipe.send(True)
        while True:
            job, seconds = pipe.recv()
            _prepare(job)
            pipe.send(True)
            # The alarm's default is to end the process, also while it is deep in C. It counts what
            # the process works, as the deadline does.
            signal.setitimer(signal.ITIMER_PROF, seconds + GRACE_SECONDS)
            try:
                result = job(within(seconds))
            except Exception:  # noqa: BLE001 - whoever sent it hears that there is no result
                result = Stopped(0.0)
            signal.setitimer(signal.ITIMER_PROF, 0)
            pipe.send(result)


POOL = Pool(size=WORKERS)
