"""Pages of the admin panel on jobs: which are dead and why; they never show a content."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from kuznia.doors.context import doors
from kuznia.doors.panel.page import (
    ROWS,
    Content,
    Panel,
    PanelView,
    Text,
    ask_first,
    el,
    facts,
    link,
    page,
    rows_of,
    view_of,
)
from kuznia.jobs.job import STATES, Job, JobState
from kuznia.jobs.tables import JobTables
from kuznia.platform.errors import Invalid
from kuznia.platform.log import get_log
from kuznia.web.ids import NAME, InPath
from kuznia.web.state import caller_of

log = get_log("panel")
router = APIRouter(prefix="/admin", include_in_schema=False, route_class=Panel)

JobAct = Callable[[JobTables, str], Awaitable[Job]]
JOB_ACTS: Mapping[str, JobAct] = {
    "cancel": lambda tables, id_: tables.cancel(id_, None),
    "requeue": lambda tables, id_: tables.requeue(id_, None),
}
After = Annotated[str, Query(max_length=64, pattern=f"{NAME}|^$")]


@router.get("/jobs")
async def jobs(request: Request, state: Text = "", after: After = "") -> Response:
    context, view = doors(request), view_of(request)
    chosen = STATES.get(state)
    listed = await context.job_tables.page(None, state=chosen, before=after or None, limit=ROWS + 1)
    rows, more = rows_of(listed, lambda last: {"state": state, "after": last.id})
    heads = ("Job", "Domain", "Owner", "State", "Attempts", "Reason", "Created")
    table = view.table("Jobs", heads, (_job(view, job) for job in rows))
    return page(view, view.say("Jobs"), _states(view, chosen), table, view.more(more))


def _states(view: PanelView, chosen: JobState | None) -> Content:
    """Links to the jobs of each state."""
    names: tuple[JobState | None, ...] = (None, *STATES.values())
    links = [
        el(
            "a",
            view.say(name or "All"),
            href=link("jobs", state=name) if name else link("jobs"),
            aria_current="true" if name == chosen else None,
        )
        for name in names
    ]
    return el("nav", *((each, " ") for each in links), class_="pages", aria_label=view.say("State"))


def _job(view: PanelView, job: Job) -> Sequence[Content]:
    return (
        el("a", el("code", job.id), href=link(f"jobs/{job.id}")),
        job.domain,
        el("code", job.owner),
        view.say(job.state),
        str(job.attempts),
        job.error["code"] if job.error else "",
        view.moment(job.created_at),
    )


@router.get("/jobs/{job_id}")
async def job_page(request: Request, job_id: InPath) -> Response:
    context, view = doors(request), view_of(request)
    job = await context.job_tables.get(job_id, None)
    made, error = job.artefact, job.error or {"code": "", "message": ""}
    values: dict[str, Content] = {
        "Job": el("code", job.id),
        "Domain": job.domain,
        "Owner": el("code", job.owner),
        "State": view.say(job.state),
        "Attempts": str(job.attempts),
        "Run": el("code", job.run_id),
        "Artefact": made and el("a", el("code", made), href=link(f"artefacts/{made}")),
        "Code": error["code"],
        "Reason": error["message"],
        "Created": view.moment(job.created_at),
        "Next attempt": view.moment(job.run_at) if job.state == "queued" else "",
        "Ended": view.moment(job.ended_at) if job.ended_at else "",
    }
    act = None
    if not job.ended:
        act = ask_first(view, "Cancel", job.id, f"jobs/{job.id}/cancel")
    elif made is None:
        act = ask_first(view, "Requeue", job.id, f"jobs/{job.id}/requeue")
    return page(view, view.say("Job"), facts(view, values), act)


@router.post("/jobs/{job_id}/{act}")
async def change_job(request: Request, job_id: InPath, act: InPath) -> Response:
    """Cancel a job, or have it tried again."""
    context, me = doors(request), caller_of(request)
    if act not in JOB_ACTS:
        raise Invalid("There is no such action.", message_id="no-such-action")
    job = await JOB_ACTS[act](context.job_tables, job_id)
    context.jobs.wake()
    log.info("job_changed", job=job.id, act=act, by=me.id)
    return RedirectResponse(link(f"jobs/{job.id}"), 303)
