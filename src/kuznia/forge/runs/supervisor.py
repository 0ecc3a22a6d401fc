"""The supervisor: runs belong to it, not to the connection that asked for them."""

import asyncio
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from functools import partial

from kuznia.forge.ledger import CallerBudgets, Ledger
from kuznia.forge.run import run
from kuznia.forge.runs.events import RunFailed, RunFinished
from kuznia.forge.runs.far import FarRun, SoughtRun
from kuznia.forge.runs.fleet import Fleet
from kuznia.forge.runs.live import Run, ending_of
from kuznia.forge.runs.past import Past, PastLog, PastRun
from kuznia.forge.runs.redis_log import RedisLog
from kuznia.forge.runs.wrapping import Budgeted, Make, Wrapper, wrapped
from kuznia.forge.sanitise import clean
from kuznia.forge.shelf.shelf import Kept, key_of
from kuznia.forge.terms import Caller, Order, RunId
from kuznia.forge.work import Forge, JobRecord, Work
from kuznia.platform.errors import (
    Cancelled,
    Fault,
    InternalError,
    NotFound,
    Unavailable,
)
from kuznia.platform.ids import new_id
from kuznia.platform.log import get_log
from kuznia.platform.metrics import Metrics

log = get_log("runs")

# Past these under way a caller is asked to come again.
MAX_UNDER_WAY = 2_000
# Listeners of one run through other processes; those past it are not waited for.
MAX_FAR = 1_000


class Runs:
    """Starts runs, lets equal ones be shared, ends those nobody waits for."""

    def __init__(
        self,
        forge: Forge,
        metrics: Metrics,
        *,
        retention: float,
        max_bytes: int = 32 << 20,
        fleet: Fleet | None = None,
        budgets: CallerBudgets | None = None,
    ) -> None:
        self._forge = forge
        self._fleet = fleet
        self._budgeted = () if budgets is None else (Budgeted(budgets, forge.clock),)
        self._metrics = metrics
        # By key, for equal orders to join; by id, for their owner to read.
        self._joinable: dict[str, Run] = {}
        self._under_way: dict[RunId, Run] = {}
        self._past = Past(forge.clock, retention=retention, max_bytes=max_bytes)
        self.closing = False

    def start(self, order: Order, *, goes_on: bool = False) -> Run:
        """A new run, or the one under way for an equal order of the same caller."""
        forge = self._forge
        domain = forge.domains[order.domain]
        # Cleaned before anything else: a refusal is an answer, not an event, and orders that differ
        # only in what nobody can see are equal.
        order, noted = clean(order, domain)
        key = key_of(order, domain, forge.asked_for(domain.name))
        if equal := self._joinable.get(key):
            equal.goes_on = equal.goes_on or goes_on
            equal.streamed = equal.streamed or goes_on
            return equal
        self._make_room()
        fresh = Run(
            id=RunId(new_id("run", forge.clock)),
            caller=order.caller,
            domain=domain.name,
            key=key,
            goes_on=goes_on,
            outcome=asyncio.get_running_loop().create_future(),
            streamed=goes_on or order.drafts,
        )
        kept = forge.shelf.find(key)
        shared: tuple[Wrapper, ...] = ()
        if self._fleet and (kept is None or order.drafts):
            fresh.events = events = self._fleet.log(fresh.id, order)
            shared = (partial(self._fleet.make, events),)
        if kept:
            self._metrics.shelf_hit()
            fresh.events.append("run.started", {"run_id": fresh.id, "domain": domain.name})
            self._end(fresh, kept)
            # Only a stream can break and be resumed: a plain hit must not push a run out of memory.
            if order.drafts:
                self._remember(fresh, kept)
                fresh.events.publish()
            return fresh
        self._joinable[key] = fresh
        # What is found or followed elsewhere costs nothing, so the budget is inside the fleet.
        ledger = Ledger(order.budget, forge.clock)
        self._begin(fresh, Work(fresh.id, order, key, noted, ledger, fresh.events.append), shared)
        return fresh

    def take_up(self, order: Order, run_id: RunId, record: JobRecord) -> Run:
        """The run of a job. It is nobody else's: equal orders neither join it nor are joined."""
        forge = self._forge
        domain = forge.domains[order.domain]
        order, noted = clean(order, domain)
        key = key_of(order, domain, forge.asked_for(domain.name))
        self._make_room()
        if run_id in self._under_way:
            raise Unavailable("An earlier attempt is still being stopped.", retry_after=1)
        fresh = Run(
            id=run_id,
            caller=order.caller,
            domain=domain.name,
            key=key,
            goes_on=True,
            outcome=asyncio.get_running_loop().create_future(),
            streamed=True,
        )
        if kept := forge.shelf.find(key):
            self._metrics.shelf_hit()
            fresh.events.append("run.started", {"run_id": fresh.id, "domain": domain.name})
            self._end(fresh, kept)
            self._remember(fresh, kept)
            return fresh
        ledger = Ledger(order.budget, forge.clock)
        work = Work(run_id, order, key, noted, ledger, fresh.events.append, record)
        self._begin(fresh, work)
        return fresh

    def _begin(self, fresh: Run, work: Work, shared: Sequence[Wrapper] = ()) -> None:
        """Start the making of a run."""
        self._under_way[fresh.id] = fresh
        self._metrics.shelf_miss()
        self._metrics.run_started(fresh.domain)
        make = wrapped([*shared, *self._budgeted], partial(run, self._forge))
        began = self._forge.clock.monotonic()
        fresh.task = asyncio.create_task(self._supervise(work, make))
        fresh.task.add_done_callback(partial(self._done, fresh, work.ledger, began))

    @contextmanager
    def listening(self, run: Run) -> Generator[None]:
        """Counts a listener; when the last one leaves, the run is stopped."""
        run.listeners += 1
        try:
            yield
        finally:
            run.listeners -= 1
            self._stop_unneeded(run)

    @contextmanager
    def streaming(self, run: Run | PastRun | FarRun | SoughtRun) -> Generator[None]:
        """Counts a listener that reads each event over a connection held open."""
        self._metrics.stream_opened()
        if isinstance(run, Run):
            run.streamed = True
        try:
            # A run elsewhere is told by its log that somebody listens.
            with self.listening(run) if isinstance(run, Run) else nullcontext():
                yield
        finally:
            self._metrics.stream_closed()

    async def get(self, caller: Caller, run_id: str) -> Run | PastRun | FarRun:
        """The caller's own run, under way or ended not long ago, in any process."""
        run = await self._own(caller, run_id)
        if isinstance(run, PastRun) and isinstance(run.events, PastLog):
            return replace(run, events=await self._whole(run, run.events))
        return run

    async def _own(self, caller: Caller, run_id: str) -> Run | PastRun | FarRun:
        run = self.find(run_id)
        if run is not None and run.caller == caller:
            return run
        if run is None and self._fleet and (far := await self._fleet.find(caller, RunId(run_id))):
            return far
        raise _no_such_run(run_id)

    def seek(self, caller: Caller, run_id: str) -> SoughtRun | None:
        """A run elsewhere that may be the caller's, while Redis cannot be asked whose it is."""
        return self._fleet.seek(caller, RunId(run_id)) if self._fleet else None

    async def _whole(self, run: PastRun, events: PastLog) -> PastLog:
        """The events with their artefact, taken from the shelf if the log does not hold it."""
        if events.kept is not None or run.artefact is None:
            return events
        try:
            return PastLog(events, await self._forge.shelf.get(run.caller, run.artefact))
        except NotFound:
            raise _no_such_run(run.id) from None

    def newest(self) -> list[Run | PastRun]:
        """All runs of this process, those under way first: for its operator."""
        return [*reversed(self._under_way.values()), *self._past.newest()]

    def find(self, run_id: str) -> Run | PastRun | None:
        """A run of this process, whoever owns it: for its operator."""
        return self._under_way.get(RunId(run_id)) or self._past.find(RunId(run_id))

    async def cancel(self, caller: Caller, run_id: str) -> None:
        """Stop a run, even if others listen. A run that has ended stays as it ended."""
        run = await self._own(caller, run_id)
        if isinstance(run, Run):
            self._stop(run)
        elif self._fleet and isinstance(run, FarRun):
            await self._fleet.stop(run.events.maker)

    async def forget(self, caller: Caller) -> None:
        """Stop all that is under way for this caller, and remember none of what ended."""
        own = [live for live in self._under_way.values() if live.caller == caller]
        for live in own:
            self._stop(live)
        if tasks := [live.task for live in own if live.task]:
            # What they still write must not come after the erasing.
            await asyncio.wait(tasks, timeout=5.0)
        self._past.forget_where(lambda run: run.caller == caller)

    def forget_runs(self, ids: Iterable[RunId]) -> None:
        """Forget the events of runs whose artefacts were deleted."""
        self._past.forget(ids)

    async def close(self, grace: float) -> None:
        """No new runs; those under way get `grace` seconds, then they are cancelled."""
        self.closing = True
        self._past.close()
        tasks = [run.task for run in self._under_way.values() if run.task]
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=grace)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=1.0)

    def listens(self, run_id: RunId, listener: str, until: float) -> None:
        """Note that a remote listener follows a run of this process."""
        if run := self._under_way.get(run_id):
            run.far = run.far or {}
            if listener in run.far or len(run.far) < MAX_FAR:
                run.far[listener] = until

    def left(self, run_id: RunId, listener: str) -> None:
        """Note that a remote listener hung up."""
        run = self._under_way.get(run_id)
        if run and run.far and run.far.pop(listener, None):
            self._stop_unneeded(run)

    def stop(self, run_id: RunId) -> None:
        """Stop a run because its owner asked another process to."""
        if run := self._under_way.get(run_id):
            self._stop(run)

    def forget_listeners(self, now: float) -> None:
        """Drop remote listeners of processes that died: they do not say that they left."""
        for live in self._under_way.values():
            if live.far and min(live.far.values()) < now:
                live.far = {who: until for who, until in live.far.items() if until >= now}
                self._stop_unneeded(live)

    def _stop_unneeded(self, run: Run) -> None:
        if not run.needed:
            self._stop(run)

    def _stop(self, run: Run) -> None:
        # Taken out at once: an equal order must not join a run that is being stopped.
        if self._joinable.get(run.key) is run:
            del self._joinable[run.key]
        run.cancel()

    def _make_room(self) -> None:
        if self.closing:
            raise Unavailable("The server is shutting down.", retry_after=5)
        if len(self._under_way) >= MAX_UNDER_WAY:
            raise Unavailable("Too many runs are under way; try again shortly.", retry_after=5)
        # The timer's clock is the loop's: by ours nothing is read past its time.
        self._past.prune()

    def _remember(self, run: Run, outcome: Kept | Fault) -> None:
        events = run.events
        if isinstance(outcome, Kept):
            if run.streamed and isinstance(events, RedisLog):
                # It is still written to Redis, and written again if Redis loses it.
                events.leave_out(outcome)
            else:
                events = PastLog(events, outcome if run.streamed else None)
        past = PastRun(
            id=run.id,
            caller=run.caller,
            domain=run.domain,
            ending=ending_of(outcome),
            artefact=run.artefact,
            events=events,
            ended_at=self._forge.clock.monotonic(),
        )
        self._past.add(past, streamed=run.streamed)

    async def _supervise(self, work: Work, make: Make) -> Kept | Fault:
        try:
            return await make(work)
        except Fault as fault:
            # Whoever keeps the fault would keep the frames it came through, too.
            return fault.with_traceback(None)
        # The outer loop of a run: what broke is logged whole; the fault that answers it hides it.
        except Exception:
            log.exception("run_broke", run=work.run_id, domain=work.order.domain)
            return InternalError(
                "Something broke on our side; the log has the details under this request id."
            )

    def _done(
        self, run: Run, ledger: Ledger, began: float, task: "asyncio.Task[Kept | Fault]"
    ) -> None:
        """Settle a run however it ended, even if it was cancelled before its first step."""
        if self._joinable.get(run.key) is run:
            del self._joinable[run.key]
        del self._under_way[run.id]
        outcome = self._cancelled() if task.cancelled() else task.result()
        seconds, model_seconds = self._forge.clock.monotonic() - began, ledger.model_seconds
        status = ending_of(outcome)
        log.info(
            "run_ended",
            run=run.id,
            domain=run.domain,
            status=status,
            seconds=round(seconds, 4),
            model_seconds=round(model_seconds, 4),
            attempts=len(ledger.attempts),
            tokens=ledger.input_tokens + ledger.output_tokens,
            cost=ledger.cost,
        )
        self._metrics.run_ended(run.domain, status, seconds=seconds, model_seconds=model_seconds)
        self._end(run, outcome)
        self._remember(run, outcome)

    def _cancelled(self) -> Fault:
        if self.closing:
            return Unavailable("The server is shutting down.", retry_after=5)
        return Cancelled("The run was cancelled.")

    def _end(self, run: Run, outcome: Kept | Fault) -> None:
        if isinstance(outcome, Fault):
            run.events.append("run.failed", RunFailed(error=outcome.public()))
        else:
            run.events.append("run.finished", RunFinished(artefact=outcome))
        run.outcome.set_result(outcome)


def _no_such_run(run_id: str) -> NotFound:
    return NotFound(
        "There is no such run, or it ended too long ago for its events to be kept; "
        "its artefact, if it made one, is still in /api/v1/artefacts.",
        details={"id": run_id},
    )
