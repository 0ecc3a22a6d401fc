"""`kuznia jobs`: what became of orders that nobody waits for, for the operator."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer
from pydantic_core import to_json

from kuznia.doors.cli.tools import tools_of
from kuznia.platform.errors import Conflict, Invalid, RateLimited
from kuznia.platform.terminal import AsJson, faults_as_exit, say, settings_of

# As in the command line itself: what is heavy is imported by the command that needs it.
if TYPE_CHECKING:
    from kuznia.callers.identify import Callers
    from kuznia.jobs.job import Job
    from kuznia.jobs.tables import JobTables

R = TypeVar("R")
JobWord = Annotated[str, typer.Argument(metavar="JOB", help="The id of a job.")]

jobs = typer.Typer(
    name="jobs",
    help="Show, cancel and requeue jobs: orders placed with `Prefer: respond-async`.",
    no_args_is_help=True,
)


@jobs.command("list")
def list_jobs(
    context: typer.Context,
    state: Annotated[
        str | None,
        typer.Option(help="queued, working, done, failed, dead or cancelled; all when unset."),
    ] = None,
    owner: Annotated[str | None, typer.Option(help="Name or id of a user; all when unset.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Jobs to list at most.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List jobs, the newest first."""

    async def work(callers: "Callers", tables: "JobTables") -> "list[Job]":
        from kuznia.jobs.job import STATES

        if state is not None and state not in STATES:
            raise Invalid(f"There is no state {state}; the states are {', '.join(STATES)}.")
        whose = await callers.users.owner(owner) if owner else None
        return await tables.page(whose, state=STATES.get(state or ""), before=None, limit=limit)

    with faults_as_exit(as_json):
        listed = _run(context, work)
        if as_json:
            say(to_json(listed).decode())
        else:
            for job in listed:
                say(_line(job))


@jobs.command("show")
def show(context: typer.Context, job: JobWord, as_json: AsJson = False) -> None:
    """Show one job: its attempts, its artefact, or why it failed."""
    _show(context, lambda _, tables: tables.get(job, None), as_json)


@jobs.command("cancel")
def cancel(context: typer.Context, job: JobWord, as_json: AsJson = False) -> None:
    """Cancel a job; a server that works on it stops within a second."""
    _show(context, lambda _, tables: tables.cancel(job, None), as_json)


@jobs.command("requeue")
def requeue(
    context: typer.Context,
    job: Annotated[str | None, typer.Argument(metavar="JOB", help="The id of a job.")] = None,
    since: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
            help="Instead of JOB: all that have ended since, in UTC.",
        ),
    ] = None,
    state: Annotated[
        str, typer.Option(help="With --since: which of them; dead, failed or cancelled.")
    ] = "dead",
    as_json: AsJson = False,
) -> None:
    """Try jobs again that ended without an artefact; servers see it within some seconds."""
    with faults_as_exit(as_json):
        if (job is None) == (since is None):
            raise Invalid("Name one job, or all with --since, such as --since 2026-12-01T09:30.")
        if state not in {"dead", "failed", "cancelled"}:
            raise Invalid("Only dead, failed and cancelled jobs can be requeued.")
    if job is not None:
        _show(context, lambda _, tables: tables.requeue(job, None), as_json)
        return
    assert since is not None
    moment = since.replace(tzinfo=UTC)
    with faults_as_exit(as_json):
        again, left = _run(context, lambda _, tables: _requeue_all(tables, state, moment))
        counts = {"requeued": again, "left": left}
        say(to_json(counts).decode() if as_json else f"{again} requeued, {left} left as they were")


async def _requeue_all(tables: "JobTables", state: str, since: datetime) -> tuple[int, int]:
    """How many were requeued, and how many could not be: enough wait, or there is an artefact."""
    from kuznia.jobs.job import STATES

    # First all that have ended: one that is requeued may end again while this goes on.
    ids, before = list[str](), None
    while page := await tables.page(None, state=STATES[state], before=before, limit=500):
        before = page[-1].id
        ids += [job.id for job in page if job.ended_at is not None and job.ended_at >= since]
    left = 0
    # In the order in which they were placed.
    for id_ in reversed(ids):
        try:
            await tables.requeue(id_, None)
        except (Conflict, RateLimited):
            left += 1
    return len(ids) - left, left


def _show(
    context: typer.Context, work: "Callable[[Callers, JobTables], Awaitable[Job]]", as_json: bool
) -> None:
    with faults_as_exit(as_json):
        job = _run(context, work)
        if as_json:
            say(to_json(job).decode())
            return
        say(_line(job))
        ended = f"{job.ended_at:%Y-%m-%d %H:%M:%S}" if job.ended_at else ""
        lines = {
            "owner": job.owner,
            "run": job.run_id,
            "ended": ended,
            "next attempt": f"{job.run_at:%Y-%m-%d %H:%M:%S}" if job.state == "queued" else "",
            "artefact": job.artefact,
            "diverged": job.diverged,
            "error": job.error and job.error["message"],
        }
        for name, value in lines.items():
            if value:
                say(f"  {name}: {value}")


def _line(job: "Job") -> str:
    why = job.error["code"] if job.error else job.artefact or ""
    created = f"{job.created_at:%Y-%m-%d %H:%M}"
    return f"{job.id}  {job.state:9}  {job.attempts}  {created}  {job.domain:9}  {why}".rstrip()


def _run(context: typer.Context, work: "Callable[[Callers, JobTables], Awaitable[R]]") -> R:
    from functools import partial

    from kuznia.callers.budgets.bookings import book_now
    from kuznia.jobs.opening import job_tables
    from kuznia.jobs.webhooks.outbox import Outbox
    from kuznia.platform.clock import SystemClock
    from kuznia.platform.db.journal import Journal

    settings, clock = settings_of(context), SystemClock()

    async def opened() -> R:
        async with tools_of(context).open_callers(settings) as (callers, db):
            book = partial(book_now, clock=clock)
            outbox = Outbox(db, clock)
            tables, _ = job_tables(settings, db, clock, Journal(db), book, outbox)
            return await work(callers, tables)

    return asyncio.run(opened())
