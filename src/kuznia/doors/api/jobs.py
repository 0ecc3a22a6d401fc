"""Jobs: what became of orders that nobody waits for, and how to stop or try them again."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, get_args

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from kuznia.doors.context import doors
from kuznia.jobs.job import Job, JobState
from kuznia.platform.envelope import Envelope, FaultShape
from kuznia.web.answers import answered
from kuznia.web.ids import BeforeInQuery, InPath, LimitInQuery
from kuznia.web.route import ExactRoute
from kuznia.web.state import caller_of

router = APIRouter(prefix="/api/v1/jobs", tags=["jobs"], route_class=ExactRoute)

# When to look at a job again, in seconds.
AGAIN: Mapping[str, str] = {"Retry-After": "2"}
APPLIED: Mapping[str, str] = {"Preference-Applied": "respond-async"}


class JobLinks(BaseModel):
    self: str
    events: str
    artefact: str | None


class JobShape(BaseModel):
    """An order that is made whether or not anybody waits for it."""

    id: str
    domain: str
    state: JobState = Field(
        description="`failed`: trying again would give the same; `dead`: it was tried as often as "
        "this server tries."
    )
    attempts: int = Field(description="How often it was begun.")
    run_id: str
    created_at: datetime
    run_at: datetime = Field(description="When it may be tried, or tried again.")
    ended_at: datetime | None
    artefact: str | None = Field(description="The id of the artefact, once there is one.")
    error: FaultShape | None = Field(description="Why it failed, or why the last attempt did.")
    diverged: str | None = Field(
        description="The part and the number of the call where a later attempt asked a model "
        "something else than an earlier one, so that it could not use its replies."
    )
    links: JobLinks


class JobPage(BaseModel):
    items: list[JobShape]
    next: str | None = Field(
        description="Send it as `before` to get the next page; null on the last page."
    )


def shape_of(job: Job) -> JobShape:
    """A job as its owner gets it."""
    return JobShape(
        id=job.id,
        domain=job.domain,
        state=job.state,
        attempts=job.attempts,
        run_id=job.run_id,
        created_at=job.created_at,
        run_at=job.run_at,
        ended_at=job.ended_at,
        artefact=job.artefact,
        error=None if job.error is None else FaultShape(**job.error),
        diverged=job.diverged,
        links=JobLinks(
            self=address_of(job),
            events=f"/api/v1/runs/{job.run_id}/events",
            artefact=job.artefact and f"/api/v1/artefacts/{job.artefact}",
        ),
    )


def answer_for(job: Job) -> Response:
    """A job, and when to look again if it has not ended."""
    return answered(shape_of(job), headers=None if job.ended else AGAIN)


def accepted_as(job: Job, *, failed: bool = False) -> Response:
    """The answer to an order that became a job, at once or once it had failed."""
    headers = {"Location": address_of(job), "X-Run-Id": job.run_id, **AGAIN}
    message = "The order failed and will be tried again; its job says what becomes of it."
    if not failed:
        headers |= APPLIED
        message = "The order was accepted; its job says what becomes of it."
    return answered(shape_of(job), status=202, message=message, headers=headers)


def all_accepted(jobs: Sequence[Job]) -> Response:
    """The answer to a batch whose orders became jobs, in their order."""
    page = JobPage(items=[shape_of(job) for job in jobs], next=None)
    message = "The orders were accepted; their jobs say what becomes of them."
    return answered(page, status=202, message=message, headers={**APPLIED, **AGAIN})


def address_of(job: Job) -> str:
    """Where a job is looked at."""
    return f"/api/v1/jobs/{job.id}"


# Any: what FastAPI takes for responses.
ONE: dict[int | str, dict[str, Any]] = {200: {"model": Envelope[JobShape]}}


@router.get(
    "",
    summary="Your jobs, newest first",
    response_class=Response,
    responses={200: {"model": Envelope[JobPage]}},
)
async def page(
    request: Request,
    state: Annotated[
        JobState | None, Query(json_schema_extra={"enum": list(get_args(JobState))})
    ] = None,
    before: BeforeInQuery = None,
    limit: LimitInQuery = 20,
) -> Response:
    rows = await doors(request).job_tables.page(
        caller_of(request).id, state=state, before=before, limit=limit + 1
    )
    following = rows[limit - 1].id if len(rows) > limit else None
    return answered(JobPage(items=[shape_of(job) for job in rows[:limit]], next=following))


@router.get("/{job_id}", summary="One job", response_class=Response, responses=ONE)
async def read(request: Request, job_id: InPath) -> Response:
    """Its state, its attempts, and its artefact or its error. `Retry-After` says when to look
    again; it is missing once the job has ended."""
    return answer_for(await doors(request).job_tables.get(job_id, caller_of(request).id))


@router.delete("/{job_id}", summary="Cancel a job", response_class=Response, responses=ONE)
async def cancel(request: Request, job_id: InPath) -> Response:
    """Stops the work within a second, including calls to a model. A job that has ended does not
    change."""
    context = doors(request)
    job = await context.job_tables.cancel(job_id, caller_of(request).id)
    context.jobs.wake()
    return answer_for(job)


@router.post("/{job_id}/requeue", summary="Try a job again", response_class=Response, responses=ONE)
async def requeue(request: Request, job_id: InPath) -> Response:
    """Only a job that ended without an artefact. What models have replied is not asked again."""
    context = doors(request)
    job = await context.job_tables.requeue(job_id, caller_of(request).id)
    context.jobs.wake()
    return answer_for(job)
