"""The supervisor: runs belong to it, not to the connection that asked for them."""

import asyncio
from collections.abc import Awaitable, Callable, Generator, Iterable, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from functools import partial

from kuznia.forge.ledger import CallerBudgets, Ledger
from kuznia.forge.run import run
from kuznia.forge.runs.events import MemoryLog
from kuznia.forge.runs.far import FarRun, SoughtRun
from kuznia.forge.runs.fleet import Fleet
from kuznia.forge.runs.past import Past, PastLog, PastRun
from kuznia.forge.sanitise import clean
from kuznia.forge.shelf.shelf import LEAST_PATIENCE, Kept, key_of
from kuznia.forge.terms import ArtefactId, Caller, EventKind, Order, RunId
from kuznia.forge.work import Forge, Work
from kuznia.platform.errors import (
    BudgetSpent,
    Cancelled,
    Fault,
    InternalError,
    NotFound,
    QuotaExceeded,
    TimedOut,
    Unavailable,
)
from kuznia.platform.ids import new_id
from kuznia.platform.log import get_log
from kuznia.platform.metrics import Metrics

log = get_log("runs")

Make = Callable[[Work], Awaitable[Kept]]

# Past these under way a caller is asked to come again.
MOST_UNDER_WAY = 2_000
# Of one run, through other processes; those past it are not waited for.
MOST_FAR = 1_000


@dataclass(slots=True, eq=False)
class Run:
    """The making of one order. It goes on while somebody listens, or because it was told to."""

    id: RunId
    caller: Caller
    domain: str
    key: str
    goes_on: bool
    outcome: "asyncio.Future[Kept | Fault]"
    events: MemoryLog = field(default_factory=MemoryLog)
    listeners: int = 0
    task: "asyncio.Task[Kept | Fault] | None" = None
    # Somebody streams it, or was told to come back for it: its events are kept for a while.
    streamed: bool = False
    # Who listens through other processes, and until when they are believed to.
    far: "dict[str, float] | None" = None

    @property
    def ended(self) -> bool:
        return self.outcome.done()

    @property
    def ending(self) -> str:
        """Its artefact's status or its fault's code; nothing while it is under way."""
        outcome = self.outcome.result() if self.ended else None
        return "" if outcome is None else _ending(outcome)

    @property
    def artefact(self) -> ArtefactId | None:
        outcome = self.outcome.result() if self.ended else None
        return outcome.id if isinstance(outcome, Kept) else None

    def result(self) -> Kept:
        """The artefact an ended run made, or the Fault it ended with."""
        outcome = self.outcome.result()
        if isinstance(outcome, Fault):
            # All who wait raise the same object: without this each would add to its traceback.
            raise outcome.with_traceback(None)
        return outcome

    def cancel(self) -> None:
        if self.task is not None:
            self.task.cancel()


class Runs:
    """Starts runs, lets equal ones be shared, ends those nobody waits for."""

    def __init__(
        self,
        forge: Forge,
        metrics: Metrics,
        *,
        retention: float,
        most_bytes: int = 32 << 20,
        fleet: Fleet | None = None,
        budgets: CallerBudgets | None = None,
    ) -> None:
        self._forge = forge
        self._fleet = fleet
        self._make: Make = partial(run, forge) if budgets is None else partial(self._paid, budgets)
        self._metrics = metrics
        # By key, for equal orders to join; by id, for their owner to read.
        self._joinable: dict[str, Run] = {}
        self._under_way: dict[RunId, Run] = {}
        self._past = Past(forge.clock, retention=retention, max_bytes=most_bytes)
        self.closing = False

    def start(self, order: Order, *, goes_on: bool = False) -> Run:
        """A new run, or the one under way for an equal order of the same caller."""
        forge = self._forge
        domain = forge.domains[order.domain]
        # Cleaned before anything else: a refusal is an answer, not an event, and orders that differ
        # only in what nobody can see are equal.
        order, noted = clean(order, domain)
        key = key_of(order, domain, forge.asked_for(domain.name))
        if shared := self._joinable.get(key):
            shared.goes_on = shared.goes_on or goes_on
            shared.streamed = shared.streamed or goes_on
            return shared
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
        make = self._make
        if self._fleet and (kept is None or order.drafts):
            fresh.events = log = self._fleet.log(fresh.id, order)
            make = partial(self._fleet.make, log, make)
        if kept:
            self._metrics.shelf_hit()
            fresh.events.append("run.started", {"run_id": fresh.id, "domain": domain.name})
            self._end(fresh, kept)
            # Only a stream can break and be resumed: a plain hit must not push a run out of memory.
            if order.drafts:
                self._remember(fresh, kept)
                fresh.events.publish()
            return fresh
        ledger = Ledger(order.budget, forge.clock)
        work = Work(fresh.id, order, key, noted, ledger, fresh.events.append)
        self._joinable[key] = self._under_way[fresh.id] = fresh
        self._metrics.shelf_miss()
        self._metrics.run_started(domain.name)
        fresh.task = asyncio.create_task(self._supervise(work, make))
        fresh.task.add_done_callback(partial(self._done, fresh, ledger, forge.clock.monotonic()))
        return fresh

    @contextmanager
    def listening(self, run: Run) -> Generator[None]:
        """Whoever wants the outcome is in here; when the last one leaves, the work stops."""
        run.listeners += 1
        try:
            yield
        finally:
            run.listeners -= 1
            if run.listeners == 0 and not run.goes_on and not run.far:
                self._stop(run)

    @contextmanager
    def streaming(self, run: Run | PastRun | FarRun | SoughtRun) -> Generator[None]:
        """Listening to each event, for a while perhaps; counted, because each one is held open."""
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
        """The caller's own run, under way or ended not long ago, in whichever process."""
        found = await self._own(caller, run_id)
        if isinstance(found, PastRun) and isinstance(found.events, PastLog):
            return replace(found, events=await self._whole(found, found.events))
        return found

    async def _own(self, caller: Caller, run_id: str) -> Run | PastRun | FarRun:
        found = self.find(run_id)
        if found is not None and found.caller == caller:
            return found
        if found is None and self._fleet and (far := await self._fleet.find(caller, RunId(run_id))):
            return far
        raise _no_such_run(run_id)

    def seek(self, caller: Caller, run_id: str) -> SoughtRun | None:
        """A run elsewhere that may be the caller's, while Redis cannot be asked whose it is."""
        return self._fleet.seek(caller, RunId(run_id)) if self._fleet else None

    async def _whole(self, run: PastRun, events: PastLog) -> PastLog:
        """With the artefact they tell of, which is on the shelf if it is not with them."""
        if events.kept is not None or run.artefact is None:
            return events
        try:
            return PastLog(events, await self._forge.shelf.get(run.caller, run.artefact))
        except NotFound:
            raise _no_such_run(run.id) from None

    def newest(self) -> list[Run | PastRun]:
        """Everybody's in this process, those under way first: for whoever looks after it."""
        return [*reversed(self._under_way.values()), *self._past.newest()]

    def find(self, run_id: str) -> Run | PastRun | None:
        """Anybody's in this process, for whoever looks after it."""
        return self._under_way.get(RunId(run_id)) or self._past.find(RunId(run_id))

    async def cancel(self, caller: Caller, run_id: str) -> None:
        """Stop it, whoever listens. A run that has ended stays as it ended."""
        found = await self._own(caller, run_id)
        if isinstance(found, Run):
            self._stop(found)
        elif self._fleet and isinstance(found, FarRun):
            await self._fleet.stop(found.events.maker)

    async def forget(self, caller: Caller) -> None:
        """Stop all that is under way for this caller, and remember none of what ended."""
        mine = [one for one in self._under_way.values() if one.caller == caller]
        for one in mine:
            self._stop(one)
        if tasks := [one.task for one in mine if one.task]:
            # Told to stop they do; what they still write must not come after the erasing.
            await asyncio.wait(tasks, timeout=5.0)
        self._past.forget_where(lambda run: run.caller == caller)

    def forget_runs(self, ids: Iterable[RunId]) -> None:
        """What these made was deleted: their events are not to be read any more."""
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

    def listens(self, run: RunId, listener: str, until: float) -> None:
        """Somebody listens through another process."""
        if found := self._under_way.get(run):
            found.far = found.far or {}
            if listener in found.far or len(found.far) < MOST_FAR:
                found.far[listener] = until

    def left(self, run: RunId, listener: str) -> None:
        """They do no more."""
        found = self._under_way.get(run)
        if found and found.far and found.far.pop(listener, None):
            self._stop_unheard(found)

    def stop_here(self, run: RunId) -> None:
        """Its owner said so, through another process."""
        if found := self._under_way.get(run):
            self._stop(found)

    def forget_listeners(self, now: float) -> None:
        """A process that died does not say that its listeners left."""
        for one in self._under_way.values():
            if one.far and min(one.far.values()) < now:
                one.far = {who: until for who, until in one.far.items() if until >= now}
                self._stop_unheard(one)

    def _stop_unheard(self, run: Run) -> None:
        if run.listeners == 0 and not run.goes_on and not run.far:
            self._stop(run)

    def _stop(self, run: Run) -> None:
        # Taken out at once: an equal order must not join a run that is being stopped.
        if self._joinable.get(run.key) is run:
            del self._joinable[run.key]
        run.cancel()

    def _make_room(self) -> None:
        if self.closing:
            raise Unavailable("The server is shutting down.", retry_after=5)
        if len(self._under_way) >= MOST_UNDER_WAY:
            raise Unavailable("Too many runs are under way; try again shortly.", retry_after=5)
        # The timer's clock is the loop's: by ours nothing is read past its time.
        self._past.prune()

    def _remember(self, run: Run, outcome: Kept | Fault) -> None:
        events = run.events
        # What others read in Redis is written from the log as it is.
        if isinstance(outcome, Kept) and not (self._fleet and run.streamed):
            events = PastLog(events, outcome if run.streamed else None)
        past = PastRun(
            id=run.id,
            caller=run.caller,
            domain=run.domain,
            ending=_ending(outcome),
            artefact=run.artefact,
            events=events,
            ended_at=self._forge.clock.monotonic(),
        )
        self._past.add(past, streamed=run.streamed)

    async def _supervise(self, work: Work, make: Make) -> Kept | Fault:
        try:
            return await make(work)
        except Fault as fault:
            return fault
        # The one outer loop: whatever broke is logged whole and told as a fault that says nothing.
        except Exception:
            log.exception("run_broke", run=work.run_id, domain=work.order.domain)
            return InternalError(
                "Something broke on our side; the log has the rest under this request's id."
            )

    async def _paid(self, budgets: CallerBudgets, work: Work) -> Kept:
        """The caller's own budget may leave this order less than it was given."""
        order, ledger, clock = work.order, work.ledger, self._forge.clock
        try:
            async with asyncio.timeout(order.deadline - clock.monotonic()):
                hold = await budgets.reserve(order.caller, order.budget)
        except TimeoutError:
            raise TimedOut("The deadline passed before the order could begin.") from None
        ledger.hold, ledger.budget = hold, hold.budget
        try:
            kept = await run(self._forge, work)
        except Fault as fault:
            await hold.written(self._left(order))
            if not (isinstance(fault, BudgetSpent) and hold.narrowed):
                raise
            raise QuotaExceeded(f"Of your budget too little is left. {fault.message}") from None
        else:
            # Nobody gets an answer whose cost a crash could still lose, unless there is no way.
            await hold.written(self._left(order))
            return kept
        finally:
            hold.release()

    def _left(self, order: Order) -> float:
        return max(LEAST_PATIENCE, order.deadline - self._forge.clock.monotonic())

    def _done(
        self, run: Run, ledger: Ledger, began: float, task: "asyncio.Task[Kept | Fault]"
    ) -> None:
        """Settle, however it ended, even if it was cancelled before its first step."""
        if self._joinable.get(run.key) is run:
            del self._joinable[run.key]
        del self._under_way[run.id]
        outcome = self._cancelled() if task.cancelled() else task.result()
        seconds, model_seconds = self._forge.clock.monotonic() - began, ledger.model_seconds
        status = _ending(outcome)
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
        kind: EventKind
        data: Mapping[str, object]
        if isinstance(outcome, Fault):
            kind, data = "run.failed", {"error": outcome.public()}
        else:
            kind, data = "run.finished", {"artefact": outcome}
        run.events.append(kind, data)
        run.outcome.set_result(outcome)


def _ending(outcome: Kept | Fault) -> str:
    return outcome.code if isinstance(outcome, Fault) else outcome.status


def _no_such_run(run_id: str) -> NotFound:
    return NotFound(
        "There is no such run, or it ended too long ago for its events to be kept; "
        "its artefact, if it made one, is still in /api/v1/artefacts.",
        details={"id": run_id},
    )
