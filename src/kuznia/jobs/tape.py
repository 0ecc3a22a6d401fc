"""The tape of jobs: rows that hold every call to a model, and their booking, in one transaction.

A row begins as an `intent`, committed before bytes leave, and becomes a `reply` or `refused` before
the order's account hears of it. Both need the fence of the process that writes: what wakes up after
its lease has lapsed can send, book and overwrite nothing. A job that is taken up again finds each
intent without an end: it becomes `unknown`, is booked at the most it can have used, and may be
asked once more.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from pydantic_core import from_json, to_json

from kuznia.forge.shelf.unkept import TakenOver
from kuznia.jobs.job import Claimed, JobId, Reached
from kuznia.llm.model import (
    TRANSIENT,
    Attempt,
    CallIntent,
    ModelFault,
    PastCall,
    Reply,
    Usage,
)
from kuznia.platform.db.database import WriteSession
from kuznia.platform.db.journal import Journal
from kuznia.platform.db.tables import jobs, tape
from kuznia.platform.errors import Unavailable
from kuznia.platform.log import get_log

log = get_log("jobs")

# Writes down in a transaction what was spent: each call with its owner and the key it came with.
Book = Callable[[WriteSession, Sequence[tuple[str, str, Attempt]]], Awaitable[None]]
# Seconds between two tries to write a reply that is paid for: it is kept trying while it is ours.
RETRY_SECONDS = 0.2
# Why there is no reply, where that passes: such a question is asked again instead.
PASSING = TRANSIENT | {"cancelled", "unknown", "open", "busy"}
MAX_UNKNOWN = 2


@dataclass(slots=True, eq=False)
class TapeWrite:
    """One row to write; `written` says whether the fence let it through."""

    owner: str
    key: str
    # Any: values of every kind a column has.
    values: dict[str, Any]
    attempt: Attempt | None = None
    # Where this attempt asked something else than the one before it, if that is news.
    diverged: str | None = None
    written: bool = False


class TapeRows:
    """The rows, for the life of the application; `book` is who counts what callers spend."""

    def __init__(self, journal: Journal, book: Book, reached: Reached) -> None:
        self.journal = journal
        self.reached = reached
        self._book = book

    def add(self, write: TapeWrite) -> "asyncio.Future[None]":
        """Have it written with what else is written in these milliseconds."""
        return self.journal.add(self._put, write)

    async def _put(self, session: WriteSession, writes: Sequence[TapeWrite]) -> None:
        for write in writes:
            new = write.values["state"] == "intent"
            statement = _intent(write.values) if new else _end(write.values)
            write.written = (await session.execute(statement)).rowcount == 1
            if write.written and write.diverged:
                job = sa.update(jobs).where(jobs.c.id == write.values["job"])
                await session.execute(job.values(diverged=write.diverged))
        booked = [
            (write.owner, write.key, write.attempt)
            for write in writes
            if write.written and write.attempt is not None
        ]
        if booked:
            await self._book(session, booked)

    async def settle_unknown(
        self, session: WriteSession, which: sa.ColumnElement[bool]
    ) -> Sequence[sa.Row[Any]]:
        """Book calls whose process has ended, at the most they can have used."""
        ending = (
            sa.update(tape)
            .where(tape.c.state == "intent", which)
            .values(state="unknown", outcome="unknown")
            .returning(tape)
        )
        rows = (await session.execute(ending)).all()
        if rows:
            keys = sa.select(jobs.c.id, jobs.c.key).where(jobs.c.id.in_({row.job for row in rows}))
            key_of = {row.id: row.key for row in await session.execute(keys)}
            await self._book(
                session, [(row.owner, key_of[row.job], _past(row).attempt) for row in rows]
            )
            log.warning("calls_unknown", count=len(rows))
        return rows


async def read_tape(
    session: WriteSession, job: JobId
) -> tuple[dict[str, tuple[tuple[str, PastCall], ...]], int]:
    """The calls on a job's tape by part, and how many they are."""
    query = sa.select(tape).where(tape.c.job == job).order_by(tape.c.number)
    rows = (await session.execute(query)).all()
    parts: dict[str, tuple[tuple[str, PastCall], ...]] = {}
    for row in rows:
        parts[row.part] = (*parts.get(row.part, ()), (row.digest, _past(row)))
    return parts, max((row.number for row in rows), default=0)


def asked_too_often(past: Mapping[str, Sequence[tuple[str, PastCall]]]) -> bool:
    """Whether a question was under way each time when its process ended: it is not asked again."""
    unknown = Counter(
        (part, digest)
        for part, calls in past.items()
        for digest, call in calls
        if call.attempt.outcome == "unknown"
    )
    return any(count >= MAX_UNKNOWN for count in unknown.values())


class RunTape:
    """The tape of one attempt at a job: what earlier attempts wrote, and what this one adds."""

    def __init__(self, rows: TapeRows, claimed: Claimed) -> None:
        self.rows = rows
        self._claimed = claimed
        self._number = claimed.calls
        self._parts: dict[str, PartTape] = {}

    def part(self, name: str) -> "PartTape":
        """The tape of one part; a part may be made twice, and goes on where it was."""
        if name not in self._parts:
            self._parts[name] = PartTape(self, name, deque(self._claimed.past.get(name, ())))
        return self._parts[name]

    def next_number(self) -> int:
        """The number of the next call of this job, whatever its part."""
        self._number += 1
        return self._number

    def write(self, values: dict[str, Any], attempt: Attempt | None = None) -> TapeWrite:
        """A row to write under the fence of this attempt."""
        job = self._claimed.job
        values |= {"job": job.id, "fence": self._claimed.fence, "owner": job.owner}
        return TapeWrite(job.owner, self._claimed.key, values, attempt)


class PartTape:
    """The tape of one part, which asks one question after another."""

    def __init__(self, run: RunTape, part: str, past: deque[tuple[str, PastCall]]) -> None:
        self._run = run
        self._part = part
        self._past = past
        self._answered = 0
        self._diverged: str | None = None

    def past(self, digest: str) -> PastCall | None:
        """The next call of earlier attempts, if it was the same question."""
        if not self._past:
            return None
        if self._past[0][0] != digest:
            # A release may have changed a prompt: from here on nothing on the tape is of use.
            self._diverged = f"{self._part}/{self._answered + 1}"
            self._past.clear()
            return None
        self._answered += 1
        return self._past.popleft()[1]

    async def intend(self, intent: CallIntent) -> int:
        """Commit what is about to be asked; raises TakenOver for a job that was lost."""
        number = self._run.next_number()
        write = self._run.write(
            {
                "number": number,
                "part": self._part,
                "digest": intent.digest,
                "state": "intent",
                "model": intent.model,
                "input_tokens": intent.bound.input_tokens,
                "output_tokens": intent.bound.output_tokens,
                "cost": intent.cost,
                "estimated": True,
                "seconds": 0.0,
                "outcome": "",
                "reply": None,
            }
        )
        write.diverged, self._diverged = self._diverged, None
        self._run.rows.reached("before_intent")
        await self._run.rows.add(write)
        _check(write)
        self._run.rows.reached("after_intent")
        return number

    async def keep(self, number: int, attempt: Attempt, reply: Reply) -> None:
        """Commit a reply with its booking; raises TakenOver for a job that was lost."""
        said = {
            "text": reply.text,
            "model": reply.model,
            "reasoning": reply.reasoning,
            "truncated": reply.truncated,
        }
        values = _used(number, "reply", attempt, said)
        self._run.rows.reached("before_reply")
        while True:
            write = self._run.write(values, attempt)
            try:
                await self._run.rows.add(write)
                break
            except Unavailable:
                # It is paid for. Once the lease has lapsed, this is cancelled from outside.
                await asyncio.sleep(RETRY_SECONDS)
        _check(write)
        self._run.rows.reached("after_reply")

    def refuse(self, number: int, attempt: Attempt | None, fault: ModelFault | None) -> None:
        """Have it written that a call has no reply, with what it used."""
        unmade = Attempt("", Usage(), 0, 0.0, "cancelled")
        why = None if fault is None else {"fault": fault.message, "details": fault.details}
        values = _used(number, "refused", attempt or unmade, why)
        self._run.rows.add(self._run.write(values, attempt))


def _check(write: TapeWrite) -> None:
    if not write.written:
        raise TakenOver("Another process makes this order by now.")


# Any, here and below: values of every kind a column has.
def _used(
    number: int, state: str, attempt: Attempt, reply: Mapping[str, Any] | None
) -> dict[str, Any]:
    return {
        "number": number,
        "state": state,
        "input_tokens": attempt.usage.input_tokens,
        "output_tokens": attempt.usage.output_tokens,
        "cost": attempt.cost,
        "estimated": attempt.usage.estimated,
        "seconds": attempt.seconds,
        "outcome": attempt.outcome,
        "reply": None if reply is None else to_json(reply).decode(),
    }


def _intent(values: Mapping[str, Any]) -> sa.Insert:
    """A row for the process that holds the job, and for nobody else."""
    ours = sa.exists().where(jobs.c.id == values["job"], jobs.c.fence == values["fence"])
    columns = [tape.c[name] for name in values]
    row = sa.select(
        *(sa.literal(value, tape.c[name].type) for name, value in values.items())
    ).where(ours)
    return sa.insert(tape).from_select(columns, row)


def _end(values: dict[str, Any]) -> sa.Update:
    values = dict(values)
    where = (
        tape.c.job == values.pop("job"),
        tape.c.number == values.pop("number"),
        tape.c.fence == values.pop("fence"),
        tape.c.state == "intent",
    )
    return sa.update(tape).where(*where).values(values)


def _past(row: sa.Row[Any]) -> PastCall:
    usage = Usage(row.input_tokens, row.output_tokens, estimated=row.estimated)
    attempt = Attempt(row.model, usage, row.cost, row.seconds, row.outcome, booked=True)
    said: dict[str, Any] = from_json(row.reply) if row.reply else {}
    if row.state == "reply":
        return PastCall(attempt, reply=Reply(usage=usage, **said))
    if row.state == "refused" and said and row.outcome not in PASSING:
        fault = ModelFault(row.outcome, said["fault"], model=row.model)
        # With the details it was raised with the first time.
        fault.details = said["details"]
        return PastCall(attempt, fault=fault)
    return PastCall(attempt)
