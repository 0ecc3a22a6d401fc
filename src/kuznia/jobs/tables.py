"""The job engine that needs nothing else: rows in SQLite, or in PostgreSQL for a few machines.

Each job has a turn in one line for all callers: a caller's next job stands one place behind their
last, but never before the job that is first in the line. So whoever has ten jobs is served among
the thousand of somebody else.
"""

import secrets
from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa

from kuznia.forge.shelf.kept import Kept
from kuznia.jobs.job import Claimed, Due, Job, JobId, JobState, NewJob
from kuznia.jobs.rows import FIRST, job_of, json_of, next_turn, ours, row_of, which
from kuznia.jobs.tape import TapeRows, asked_too_often, read_tape
from kuznia.jobs.webhooks.outbox import Outbox
from kuznia.platform.clock import Clock
from kuznia.platform.db.database import Database, WriteSession, insert, moment
from kuznia.platform.db.erasing import erase
from kuznia.platform.db.tables import jobs, tape
from kuznia.platform.errors import Conflict, Fault, InternalError, NotFound, RateLimited
from kuznia.platform.ids import new_id

# PostgreSQL's lock on claiming: two processes must not both give a caller their last free place.
CLAIMING = 5_017_017
# Of a caller whose jobs wait: when to look again whether there is room.
ROOM_SECONDS = 30

_OPEN = jobs.c.state.in_(("queued", "working"))
_GONE = {"fence": None, "lease_until": None}
LOST = InternalError(
    "The process that worked on this ended, as often as a job is tried. Look into the server's "
    "log for the reason, then requeue the job."
)
ASKED_TWICE = InternalError(
    "The process that worked on this ended twice during the same call to a model, which is not "
    "paid for a third time. Look into the server's log for the reason, then requeue the job."
)


class JobTables:
    """A JobEngine on the database, and what owners and operators may do with its jobs."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        tape_rows: TapeRows,
        outbox: Outbox,
        *,
        lease: float,
        attempts: int,
        waiting: int,
        at_once: int,
    ) -> None:
        self._db = db
        self._clock = clock
        self._tape = tape_rows
        self._outbox = outbox
        self._lease = lease
        self._attempts = attempts
        self._waiting = waiting
        self._at_once = at_once

    # What processes do.

    async def put(self, new: Sequence[NewJob]) -> list[Job]:
        """Keep jobs of one owner, all or none; raises RateLimited where too many of theirs wait."""
        async with self._db.write() as session:
            known = [
                await row_of(session, jobs.c.hash == one.hash) if one.hash else None for one in new
            ]
            await self._admit(session, new[0].owner, known.count(None))
            return [
                job_of(row or await self._insert(session, one))
                for one, row in zip(new, known, strict=True)
            ]

    async def due(self) -> Due:
        """What there is to do. Nothing is written."""
        query = sa.select(
            sa.exists(self._next()).label("claimable"),
            sa.exists().where(self._is_lapsed()).label("lapsed"),
        )
        async with self._db.read() as session:
            row = (await session.execute(query)).one()
        return Due(claimable=row.claimable, lapsed=row.lapsed)

    async def claim(self) -> Claimed | None:
        """Take up the next job, under a fresh fence. One that may not be asked again ends here."""
        while True:
            async with self._db.write() as session:
                if not self._db.url.is_sqlite:
                    await session.execute(sa.select(sa.func.pg_advisory_xact_lock(CLAIMING)))
                row = (await session.execute(self._claiming())).first()
                if row is None:
                    return None
                await self._tape.settle_unknown(session, tape.c.job == row.id)
                past, calls = await read_tape(session, JobId(row.id))
                if not asked_too_often(past):
                    return Claimed(
                        job=job_of(row),
                        fence=row.fence,
                        key=row.key,
                        request_id=row.request_id,
                        payload=row.payload,
                        past=past,
                        calls=calls,
                    )
                await self._end(session, (jobs.c.id == row.id,), self._ended("dead", ASKED_TWICE))

    async def held(self, fences: Collection[str]) -> frozenset[str]:
        """Which of these fences still stand. Nothing is written."""
        query = sa.select(jobs.c.fence).where(jobs.c.state == "working", jobs.c.fence.in_(fences))
        async with self._db.read() as session:
            return frozenset(filter(None, await session.scalars(query)))

    async def renew(self, fences: Collection[str]) -> frozenset[str]:
        """Extend the leases of these fences; those that are not in the answer have lapsed."""
        renewing = (
            sa.update(jobs)
            .where(jobs.c.state == "working", jobs.c.fence.in_(fences))
            .values(lease_until=moment(self._db.url.dialect, self._lease))
            .returning(jobs.c.fence)
        )
        async with self._db.write() as session:
            return frozenset(filter(None, await session.scalars(renewing)))

    async def reap(self) -> int:
        """Give free what dead processes held; how many jobs that were."""
        again = jobs.c.attempts < self._attempts
        reaping = (
            sa.update(jobs)
            .where(self._is_lapsed())
            .values(
                state=sa.case((again, "queued"), else_="dead"),
                ended_at=sa.case((again, sa.null()), else_=self._now()),
                error=sa.case((again, jobs.c.error), else_=json_of(LOST)),
                turn=FIRST,
                run_at=self._now(),
                **_GONE,
            )
            .returning(jobs)
        )
        async with self._db.write() as session:
            freed = [job_of(row) for row in await session.execute(reaping)]
            dead = [job for job in freed if job.ended]
            if dead:
                which_calls = tape.c.job.in_([job.id for job in dead])
                await self._tape.settle_unknown(session, which_calls)
                await self._outbox.tell(session, dead)
        return len(freed)

    async def finish(
        self, session: WriteSession, claimed: Claimed, kept: Kept, fault: Fault | None
    ) -> bool:
        """End a job with its artefact, in a transaction of the shelf's; False if it was lost."""
        ending = self._ended("failed" if fault else "done", fault)
        ending |= {"artefact": kept.id, "payload": None}
        if not await self._end(session, ours(claimed), ending):
            return False
        # What was asked and what was replied is in the artefact, and goes with it.
        silencing = sa.update(tape).where(tape.c.job == claimed.job.id).values(reply=None)
        await session.execute(silencing)
        return True

    async def fail(self, claimed: Claimed, fault: Fault, state: JobState) -> bool:
        """End a job without an artefact; False if it was lost."""
        async with self._db.write() as session:
            return await self._end(session, ours(claimed), self._ended(state, fault))

    async def delay(
        self, claimed: Claimed, seconds: float, fault: Fault | None, *, counted: bool
    ) -> bool:
        """Give a job back, to be taken up later; an attempt that is not `counted` was none."""
        values = {
            "state": "queued",
            "turn": FIRST,
            "run_at": moment(self._db.url.dialect, seconds),
            "attempts": jobs.c.attempts - (0 if counted else 1),
            "error": json_of(fault),
            **_GONE,
        }
        delaying = sa.update(jobs).where(*ours(claimed)).values(values)
        async with self._db.write() as session:
            return (await session.execute(delaying)).rowcount == 1

    # What owners and operators do. Without an owner, it is anybody's job.

    async def get(self, id_: str, owner: str | None) -> Job:
        """A job of this owner; raises NotFound for another's."""
        async with self._db.read() as session:
            row = await row_of(session, *which(id_, owner))
        if row is None:
            raise NotFound("There is no such job.", details={"id": id_}, message_id="no-such-job")
        return job_of(row)

    async def page(
        self, owner: str | None, *, state: JobState | None, before: str | None, limit: int
    ) -> list[Job]:
        """Jobs older than `before`, the newest first."""
        query = sa.select(jobs).order_by(jobs.c.id.desc()).limit(limit)
        for column, value in ((jobs.c.owner, owner), (jobs.c.state, state)):
            if value is not None:
                query = query.where(column == value)
        if before is not None:
            query = query.where(jobs.c.id < before)
        async with self._db.read() as session:
            return [job_of(row) for row in await session.execute(query)]

    async def cancel(self, id_: str, owner: str | None) -> Job:
        """End a job before it has ended by itself; one that has ended stays as it is."""
        values = self._ended("cancelled", None) | {"error": None}
        async with self._db.write() as session:
            await self._end(session, (*which(id_, owner), _OPEN), values)
        return await self.get(id_, owner)

    async def requeue(self, id_: str, owner: str | None) -> Job:
        """Have a job tried again that ended without an artefact; Conflict for any other."""
        again = jobs.c.state.in_(("failed", "dead", "cancelled")) & jobs.c.payload.is_not(None)
        job = await self.get(id_, owner)
        values = {
            "state": "queued",
            "turn": next_turn(job.owner),
            "attempts": 0,
            "run_at": self._now(),
            "ended_at": None,
            "error": None,
        }
        async with self._db.write() as session:
            await self._admit(session, job.owner, 1)
            changing = sa.update(jobs).where(*which(id_, owner), again).values(values)
            changed = (await session.execute(changing)).rowcount
        if not changed:
            raise Conflict(
                f"This job is {job.state}: only a job that ended without an artefact can be "
                "requeued. Place the order again to have it made anew.",
                message_id="job-not-requeued",
            )
        return await self.get(id_, owner)

    # What is done once in a while.

    async def settle_cancelled(self) -> None:
        """Book the last calls of jobs that were cancelled while their process was dead."""
        long = moment(self._db.url.dialect, -self._lease)
        over = sa.select(jobs.c.id).where(jobs.c.state == "cancelled", jobs.c.ended_at <= long)
        which = tape.c.job.in_(over)
        if await self._any(sa.exists().where(tape.c.state == "intent", which)):
            async with self._db.write() as session:
                await self._tape.settle_unknown(session, which)

    async def erase_older(self, seconds: float) -> int:
        """Erase jobs that ended longer ago, with their tapes; how many jobs that were.

        So with messages, whatever became of them.
        """
        await self._outbox.erase_older(seconds)
        old = jobs.c.ended_at <= moment(self._db.url.dialect, -seconds)
        return await erase(self._db, jobs, old) if await self._any(sa.exists().where(old)) else 0

    # How it is done.

    async def _insert(self, session: WriteSession, new: NewJob) -> sa.Row[Any]:
        id_ = new_id("job", self._clock)
        values = {
            "id": id_,
            "owner": new.owner,
            "domain": new.domain,
            "key": new.key,
            "run_id": new_id("run", self._clock),
            "request_id": new.request_id,
            "payload": new.payload,
            "state": "queued",
            "turn": next_turn(new.owner),
            "run_at": moment(self._db.url.dialect, new.wait),
            "error": json_of(new.error),
            "attempts": 0,
            "created_at": self._now(),
            "hash": new.hash,
        }
        adding = insert(self._db.url.dialect, jobs).values(values)
        # Of two equal requests in two processes the second finds the job of the first.
        await session.execute(adding.on_conflict_do_nothing(index_elements=["hash"]))
        row = await row_of(session, jobs.c.hash == new.hash if new.hash else jobs.c.id == id_)
        assert row is not None
        return row

    async def _any(self, exists: sa.Exists) -> bool:
        async with self._db.read() as session:
            return bool(await session.scalar(sa.select(exists)))

    def _now(self) -> sa.ColumnElement[Any]:
        return moment(self._db.url.dialect)

    def _is_lapsed(self) -> sa.ColumnElement[bool]:
        # A row without a lease counts as lapsed: nobody would ever give it free.
        lapsed = jobs.c.lease_until.is_(None) | (jobs.c.lease_until <= self._now())
        return (jobs.c.state == "working") & lapsed

    def _next(self) -> sa.Select[str]:
        """The first in the line whose owner has a place free."""
        working = jobs.alias("working_jobs")
        full = (
            sa.select(working.c.owner)
            .where(working.c.state == "working")
            .group_by(working.c.owner)
            .having(sa.func.count() >= self._at_once)
        )
        return (
            sa.select(jobs.c.id)
            .where(jobs.c.state == "queued", jobs.c.run_at <= self._now())
            .where(jobs.c.owner.not_in(full))
            .order_by(jobs.c.turn, jobs.c.id)
            .limit(1)
        )

    def _claiming(self) -> sa.UpdateBase:
        first = self._next().with_for_update(skip_locked=True)
        return (
            sa.update(jobs)
            .where(jobs.c.id == first.scalar_subquery())
            .values(
                state="working",
                fence=secrets.token_hex(16),
                lease_until=moment(self._db.url.dialect, self._lease),
                attempts=jobs.c.attempts + 1,
            )
            .returning(jobs)
        )

    def _ended(self, state: JobState, fault: Fault | None) -> dict[str, Any]:
        return {"state": state, "ended_at": self._now(), "error": json_of(fault), **_GONE}

    async def _end(
        self,
        session: WriteSession,
        which_job: Sequence[sa.ColumnElement[bool]],
        values: dict[str, Any],
    ) -> bool:
        """End a job, and write to whom it is to be told; False if it is not there to be ended."""
        ending = sa.update(jobs).where(*which_job).values(values).returning(jobs)
        ended = [job_of(row) for row in await session.execute(ending)]
        await self._outbox.tell(session, ended)
        return bool(ended)

    async def _admit(self, session: WriteSession, owner: str, more: int) -> None:
        theirs = (jobs.c.owner == owner, jobs.c.state == "queued")
        count = await session.scalar(sa.select(sa.func.count()).where(*theirs)) or 0
        if more and count + more > self._waiting:
            raise RateLimited(
                f"{count} of your jobs are waiting, and {self._waiting} is the limit here. Send "
                "this again when some of them have ended, or cancel some with "
                "DELETE /api/v1/jobs/ID.",
                details={"waiting": count, "limit": self._waiting},
                retry_after=ROOM_SECONDS,
                message_id="too-many-jobs",
            )
