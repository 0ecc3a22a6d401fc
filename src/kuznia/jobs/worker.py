"""The jobs of one process: it works on some at a time, and looks for more while there are any.

While nothing is to be done it reads now and then, ever more seldom, and writes nothing. A job put
by this process is seen at once. A lease that cannot be extended, or that somebody else has ended,
stops the work before another process can have begun it.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from kuznia.forge.runs.live import Run
from kuznia.forge.runs.supervisor import Runs
from kuznia.forge.shelf.kept import Kept
from kuznia.forge.shelf.unkept import TakenOver
from kuznia.forge.terms import Order
from kuznia.jobs.job import Claimed, Job, JobEngine, NewJob
from kuznia.jobs.tape import PASSING, PartTape, RunTape, TapeRows
from kuznia.platform.db.database import Database, WriteSession
from kuznia.platform.errors import Cancelled, Fault, Unavailable
from kuznia.platform.log import get_log, request_id
from kuznia.platform.process.turns import share

log = get_log("jobs")

# Seconds between looks for work while there is none: ever longer, and not in step with others.
FIRST_POLL, LAST_POLL = 0.5, 5.0
# Seconds between looks whether the jobs under way are still ours: a cancelled one ends within them.
LOOK_SECONDS = 0.5
# Seconds from a lease's end at which its work is stopped, as a share of the lease.
MARGIN = 0.15
# How much longer each wait for another attempt is than the one before it, and the longest.
GROWTH, MAX_WAIT_SECONDS = 4, 3600.0
CLOSE_SECONDS = 2.0
# A fault of one of these may be gone the next time. The fourth is another limit of the caller's,
# which a job waits for as long as it takes.
WORTH_IT = frozenset({"MODEL_UNAVAILABLE", "TIMEOUT_ERROR", "UNAVAILABLE"})
WAITS = "RATE_LIMITED"


@dataclass(frozen=True, slots=True)
class PreparedJob:
    """A job as an order, and what is wrong with an artefact of it, where its caller is strict."""

    order: Order
    verdict: Callable[[Kept], Fault | None]


# Raises the Fault that makes a job impossible.
Prepare = Callable[[Claimed], Awaitable[PreparedJob]]


@dataclass(slots=True, eq=False)
class ActiveJob:
    """A job this process works on; its run is stopped once the lease is not certain any more."""

    claimed: Claimed
    run: Run | None = None
    lost: bool = False
    timer: asyncio.TimerHandle | None = None


class AttemptRecord:
    """What is written of a job while its order is made."""

    def __init__(
        self, engine: JobEngine, rows: TapeRows, claimed: Claimed, prepared: PreparedJob
    ) -> None:
        self._engine = engine
        self._rows = rows
        self._claimed = claimed
        self._prepared = prepared
        self._tape = RunTape(rows, claimed)

    def tape(self, part: str) -> PartTape:
        """The tape of one part."""
        return self._tape.part(part)

    async def finish(self, session: WriteSession, kept: Kept) -> bool:
        """End the job with its artefact, in one transaction; False for a job that was lost."""
        self._rows.reached("before_finish")
        fault = self._prepared.verdict(kept)
        return await self._engine.finish(session, self._claimed, kept, fault)


class Jobs:
    """The jobs of this server; lives as long as the application, and works once it has begun."""

    def __init__(
        self,
        engine: JobEngine,
        rows: TapeRows,
        db: Database,
        runs: Runs,
        *,
        at_once: int,
        lease: float,
        attempts: int,
        first_wait: float,
    ) -> None:
        self._engine = engine
        self._rows = rows
        self._db = db
        self._runs = runs
        self._at_once = at_once
        self._lease = lease
        self._attempts = attempts
        self._first_wait = first_wait
        self._active: dict[str, ActiveJob] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._watch: asyncio.Task[None] | None = None
        self._loop: asyncio.Task[None] | None = None
        self._renew_at = 0.0
        # Not the module's own: what nobody asked for must not change what others draw from it.
        self._chance = random.Random()  # noqa: S311 - spreads load, keeps no secret
        self._closing = False

    @property
    def under_way(self) -> int:
        """How many jobs this process works on."""
        return len(self._active)

    async def put(self, new: Sequence[NewJob]) -> list[Job]:
        """Keep jobs of one owner, and have them looked at by this process at once."""
        jobs = await self._engine.put(new)
        self._wake.set()
        return jobs

    def wake(self) -> None:
        """Look for work now: there is some, or something was cancelled."""
        self._wake.set()
        if self._active:
            self._in_background(self._look())

    def begin(self, prepare: Prepare) -> None:
        """Work on jobs from now on, unless that is left to other processes."""
        if self._at_once:
            self._loop = asyncio.create_task(self._live(prepare))

    async def close(self, grace: float) -> None:
        """Take up nothing more, and give back what does not end within `grace` seconds."""
        self._closing = True
        if self._loop is not None:
            self._loop.cancel()
            with suppress(asyncio.CancelledError):
                await self._loop
        if self._tasks:
            # Their runs are ended with all other runs; what is left is to write down.
            await asyncio.wait(self._tasks, timeout=grace + CLOSE_SECONDS)
        if self._watch is not None:
            self._watch.cancel()

    async def _live(self, prepare: Prepare) -> None:
        pause = FIRST_POLL
        while True:
            self._wake.clear()
            try:
                busy = len(self._active) < self._at_once and await self._take_up(prepare)
            except (Unavailable, SQLAlchemyError) as error:
                log.warning("jobs_not_looked_at", reason=type(error).__name__)
                busy = False
            if busy:
                pause = FIRST_POLL
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(pause * self._jitter()):
                    await self._wake.wait()
                    pause = FIRST_POLL
                    continue
            pause = min(2 * pause, LAST_POLL)

    async def _take_up(self, prepare: Prepare) -> bool:
        """Take up one job, if there is one; whether anything was done."""
        due = await self._engine.due()
        if due.lapsed and (count := await self._engine.reap()):
            log.warning("jobs_reaped", count=count)
            return True
        loop = asyncio.get_running_loop()
        until = loop.time() + self._lease
        claimed = await self._engine.claim() if due.claimable else None
        if claimed is None:
            return False
        active = self._active[claimed.fence] = ActiveJob(claimed)
        self._hold(active, until)
        self._renew_at = min(self._renew_at, loop.time() + self._lease / 3)
        self._in_background(self._carry_out(active, prepare))
        if self._watch is None or self._watch.done():
            self._renew_at = loop.time() + self._lease / 3
            self._watch = asyncio.create_task(self._watch_leases())
        return True

    async def _carry_out(self, active: ActiveJob, prepare: Prepare) -> None:
        claimed = active.claimed
        # Logged under the request that put it, and served in its caller's share of what is scarce.
        request_id.set(claimed.request_id)
        share.set(claimed.job.owner)
        try:
            outcome = await self._made(active, prepare)
            if isinstance(outcome, Kept):
                self._rows.reached("after_finish")
            await self._end(active, outcome)
        except (Unavailable, SQLAlchemyError) as error:
            # Its lease will lapse, and what is on its tape is not asked again.
            log.warning("job_not_ended", job=claimed.job.id, reason=type(error).__name__)
        finally:
            del self._active[claimed.fence]
            if active.timer is not None:
                active.timer.cancel()
            self._wake.set()

    async def _made(self, active: ActiveJob, prepare: Prepare) -> Kept | Fault:
        claimed = active.claimed
        log.info("job_taken_up", job=claimed.job.id, attempt=claimed.job.attempts)
        try:
            prepared = await prepare(claimed)
            record = AttemptRecord(self._engine, self._rows, claimed, prepared)
            if active.lost:
                return TakenOver("Another process makes this order by now.")
            run = active.run = self._runs.take_up(prepared.order, claimed.job.run_id, record)
        except Fault as fault:
            return fault
        await asyncio.wait((run.outcome,))
        outcome = run.outcome.result()
        if run.task is None and isinstance(outcome, Kept):
            # It was on the shelf, so nothing has ended the job yet.
            async with self._db.write() as session:
                await record.finish(session, outcome)
        return outcome

    async def _end(self, active: ActiveJob, outcome: Kept | Fault) -> None:
        """Write down how an attempt ended, unless it was lost, or its artefact says so already."""
        job, claimed = active.claimed.job, active.claimed
        ending = outcome.code if isinstance(outcome, Fault) else outcome.status
        log.info("job_tried", job=job.id, attempt=job.attempts, lost=active.lost, ending=ending)
        if active.lost or isinstance(outcome, Kept | TakenOver):
            return
        if self._closing and isinstance(outcome, Unavailable):
            await self._engine.delay(claimed, 0, None, counted=False)
        elif isinstance(outcome, Cancelled):
            await self._engine.fail(claimed, outcome, "cancelled")
        elif outcome.code == WAITS:
            seconds = max(outcome.retry_after or 0, self._first_wait)
            await self._engine.delay(claimed, seconds, outcome, counted=False)
        elif not worth_trying_again(outcome):
            await self._engine.fail(claimed, outcome, "failed")
        elif job.attempts >= self._attempts:
            await self._engine.fail(claimed, outcome, "dead")
        else:
            wait = min(self._first_wait * GROWTH ** (job.attempts - 1), MAX_WAIT_SECONDS)
            wait = max(wait * self._jitter(), outcome.retry_after or 0)
            await self._engine.delay(claimed, wait, outcome, counted=True)

    async def _watch_leases(self) -> None:
        while self._active:
            await asyncio.sleep(min(LOOK_SECONDS, self._lease / 6))
            await self._look()

    async def _look(self) -> None:
        """See which jobs are still ours, and extend their leases in time."""
        loop = asyncio.get_running_loop()
        began, asked = loop.time(), {*self._active}
        if not asked:
            return
        renewing = began >= self._renew_at
        try:
            ours = await (self._engine.renew if renewing else self._engine.held)(asked)
        except (Unavailable, SQLAlchemyError) as error:
            # What nobody can say is ours is stopped by its timer.
            log.warning("leases_not_looked_at", reason=type(error).__name__)
            return
        if renewing:
            self._renew_at = began + self._lease / 3
        for fence in asked & {*self._active}:
            if fence not in ours:
                self._lose(self._active[fence])
            elif renewing:
                self._hold(self._active[fence], began + self._lease)

    def _hold(self, active: ActiveJob, until: float) -> None:
        """Have the work stopped before its lease ends at `until`, by the loop's clock."""
        if active.timer is not None:
            active.timer.cancel()
        loop = asyncio.get_running_loop()
        active.timer = loop.call_at(until - self._lease * MARGIN, self._lose, active)

    def _lose(self, active: ActiveJob) -> None:
        """Stop what is no longer ours to do, and the call to a model with it."""
        if not active.lost:
            active.lost = True
            log.warning("job_lost", job=active.claimed.job.id)
            if active.run is not None:
                self._runs.stop(active.run.id)

    def _jitter(self) -> float:
        """Between a half and the whole: processes that began together do not look together."""
        return 0.5 + self._chance.random() / 2

    def _in_background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def worth_trying_again(fault: Fault) -> bool:
    """Whether the same order may end otherwise the next time."""
    reason = fault.details.get("reason", "connect")
    return fault.code in WORTH_IT and (fault.code != "MODEL_UNAVAILABLE" or reason in PASSING)
