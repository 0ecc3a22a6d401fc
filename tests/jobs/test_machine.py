"""Whatever processes do to jobs, in whatever order: nothing is done twice, everything ends."""

import asyncio
import shutil
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from tests.jobs.makers import Booked, lapse, put, rows

from kuznia.forge.shelf.unkept import TakenOver
from kuznia.jobs.job import Claimed, passed_by
from kuznia.jobs.tables import JobTables
from kuznia.jobs.tape import PartTape, RunTape, TapeRows
from kuznia.jobs.webhooks.outbox import Outbox
from kuznia.llm.model import Attempt, CallIntent, Reply, Usage
from kuznia.platform.clock import SystemClock
from kuznia.platform.db.database import Database
from kuznia.platform.db.journal import Journal
from kuznia.platform.db.tables import jobs, tape
from kuznia.platform.errors import Unavailable
from kuznia.platform.settings.values import DatabaseUrl

ATTEMPTS, AT_ONCE, QUESTIONS = 4, 2, 2
USED, MOST = 10, 100
FAULT = Unavailable("Try it later.")


class Worker:
    """A process's hand on one job: it asks two questions and is done."""

    def __init__(self, claim: Claimed, tape_rows: TapeRows) -> None:
        self.claim = claim
        self.part: PartTape = RunTape(tape_rows, claim).part("note")
        self.asked = 0
        # The number of the call in flight.
        self.call: int | None = None
        self.alive = True


class Jobs(RuleBasedStateMachine):
    """Two owners, any number of processes, and a model that keeps the truth."""

    template: Path

    @initialize()
    def start(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.folder = tempfile.mkdtemp()
        self.workers: list[Worker] = []
        # What the model counts, and what only it knows: calls whose process was killed.
        self.answered = self.killed_in_call = 0
        # What the ends say that were let through, by job.
        self.ends = Counter[str]()
        self.loop.run_until_complete(self._open())
        for owner in ("ivan", "ivan", "ivan", "olha"):
            self.put(owner)
        self.claim()

    async def _open(self) -> None:
        database = shutil.copy(self.template, self.folder)
        self.db = await Database.open(
            DatabaseUrl.read(f"sqlite:///{database}"), pool_size=1, overflow=0, pool_timeout=60
        )
        self.book = Booked()
        self.tape = TapeRows(Journal(self.db), self.book, passed_by)
        limits: dict[str, Any] = {"lease": 30, "attempts": ATTEMPTS, "waiting": 99}
        outbox = Outbox(self.db, SystemClock())
        self.tables = JobTables(
            self.db, SystemClock(), self.tape, outbox, at_once=AT_ONCE, **limits
        )

    def teardown(self) -> None:
        if hasattr(self, "loop"):
            self.loop.run_until_complete(self._finish())
            self.loop.close()
            shutil.rmtree(self.folder)

    def do(self, work: Any) -> Any:
        return self.loop.run_until_complete(work)

    @rule(owner=st.sampled_from(("ivan", "olha")))
    def put(self, owner: str) -> None:
        self.do(put(self.tables, owner))

    @rule()
    def claim(self) -> None:
        if (claim := self.do(self.tables.claim())) is not None:
            self.workers.append(Worker(claim, self.tape))

    @precondition(lambda self: any(w.alive for w in self.workers))
    @rule(data=st.data())
    def ask(self, data: st.DataObject) -> None:
        """The next step of any process, also of one that has lost its job and does not know."""
        worker = data.draw(st.sampled_from([w for w in self.workers if w.alive]))
        for _ in range(data.draw(st.integers(1, 3))):
            if worker.alive:
                self.do(self._step(worker))

    async def _step(self, worker: Worker) -> None:
        try:
            if worker.call is not None:
                self.answered += 1
                attempt = Attempt("m", Usage(USED), 0, 0.1, "ok")
                reply = Reply(text="note", model="m", usage=attempt.usage)
                number, worker.call = worker.call, None
                await worker.part.keep(number, attempt, reply)
                worker.asked += 1
            elif worker.asked < QUESTIONS:
                await self._ask(worker)
            else:
                await self._end(worker)
        except TakenOver:
            worker.alive = False

    async def _ask(self, worker: Worker) -> None:
        digest = f"question {worker.asked}"
        while (past := worker.part.past(digest)) is not None:
            if past.reply is not None:
                worker.asked += 1
                return
        worker.call = await worker.part.intend(CallIntent(digest, "m", Usage(MOST), 0))
        # Nobody sends what is another's to send.
        assert await self.tables.held([worker.claim.fence])

    async def _end(self, worker: Worker) -> None:
        if await self.tables.fail(worker.claim, FAULT, "failed"):
            self.ends[worker.claim.job.id] += 1
        worker.alive = False

    @precondition(lambda self: any(w.alive for w in self.workers))
    @rule(data=st.data(), counted=st.booleans())
    def give_back(self, data: st.DataObject, counted: bool) -> None:
        worker = data.draw(st.sampled_from([w for w in self.workers if w.alive]))
        if worker.call is None:
            self.do(self.tables.delay(worker.claim, 0, FAULT, counted=counted))
            worker.alive = False

    @precondition(lambda self: any(w.alive for w in self.workers))
    @rule(data=st.data())
    def kill(self, data: st.DataObject) -> None:
        worker = data.draw(st.sampled_from([w for w in self.workers if w.alive]))
        worker.alive = False
        self.killed_in_call += worker.call is not None

    @rule()
    def renew(self) -> None:
        self.do(self.tables.renew([w.claim.fence for w in self.workers if w.alive] or ["-"]))

    @rule()
    def reap(self) -> None:
        """Every process is silent for longer than its lease; those that live do not know it, and
        another one takes up what they did."""
        self.do(lapse(self.db))
        self.do(self.tables.reap())
        self.claim()

    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        every = self.do(self.tables.page(None, state=None, before=None, limit=99))
        if every:
            self.do(self.tables.cancel(data.draw(st.sampled_from(every)).id, None))

    @invariant()
    def holds(self) -> None:
        if hasattr(self, "db"):
            self.do(self._compare())

    async def _compare(self) -> None:
        calls, every = await rows(self.db, tape), await rows(self.db, jobs)
        booked = Counter(attempt.outcome for _, _, attempt in self.book.calls)
        states = Counter(call.state for call in calls)
        # Each call is booked once: as what it used, or at the most it can have used.
        assert (booked["ok"], booked["unknown"]) == (states["reply"], states["unknown"])
        spent = sum(attempt.usage.total for _, _, attempt in self.book.calls)
        assert spent == USED * states["reply"] + MOST * states["unknown"]
        # A question has at most one reply, and is asked again at most once.
        replies = Counter((call.job, call.digest) for call in calls if call.state == "reply")
        lost = Counter((call.job, call.digest) for call in calls if call.state == "unknown")
        assert set(replies.values()) <= {1}
        assert set(lost.values()) <= {1, 2}
        assert states["reply"] <= self.answered
        # A job ends once, and is one process's at most.
        assert set(self.ends.values()) <= {1}
        working = [row for row in every if row.state == "working"]
        assert len({row.fence for row in working}) == len(working)
        assert max(Counter(row.owner for row in working).values(), default=0) <= AT_ONCE
        assert all((row.fence is None) == (row.state != "working") for row in every)
        assert all((row.ended_at is None) == (row.state in {"queued", "working"}) for row in every)

    async def _finish(self) -> None:
        """Every job ends in a bounded number of steps, once processes live long enough."""
        for worker in self.workers:
            worker.alive = False
        steps = 0
        while True:
            await lapse(self.db)
            await self.tables.reap()
            if (claim := await self.tables.claim()) is None:
                break
            worker = Worker(claim, self.tape)
            while worker.alive:
                steps += 1
                assert steps < 1_000
                await self._step(worker)
        states = {row.state for row in await rows(self.db, jobs)}
        await self._compare()
        await self.db.close()
        assert states <= {"failed", "dead", "cancelled"}


@pytest.mark.parametrize("examples", [20])
def test_whatever_happens_to_processes_jobs_end_once_and_are_paid_once(
    examples: int, sqlite_template: Path
) -> None:
    Jobs.template = sqlite_template

    run_state_machine_as_test(
        Jobs,
        settings=settings(
            max_examples=examples,
            stateful_step_count=30,
            deadline=None,
            # To shrink a failure means to run it some hundred times on a database.
            phases=(Phase.generate,),
        ),
    )
