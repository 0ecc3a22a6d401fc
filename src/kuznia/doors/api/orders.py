"""Plain HTTP: make one, make many."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from fastapi import FastAPI, Request, Response
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    create_model,
)
from pydantic_core import to_json

from kuznia.doors.api.jobs import JobPage, JobShape, accepted_as, address_of, all_accepted
from kuznia.doors.api.stream import EVENTS, EventStream, wants_events
from kuznia.doors.context import DoorState, doors
from kuznia.doors.http.turnstile import take_more
from kuznia.doors.job_orders import job_of_order
from kuznia.doors.orders import BATCH_AT_ONCE, MAX_IN_BATCH, accepted, ended, in_turns
from kuznia.forge.shelf.shelf import Kept
from kuznia.forge.terms import AnyDomain, Input
from kuznia.jobs.job import Job
from kuznia.jobs.worker import worth_trying_again
from kuznia.platform.envelope import Envelope
from kuznia.platform.errors import Fault, Invalid
from kuznia.platform.log import get_log
from kuznia.platform.settings.types import Dollars, billionths
from kuznia.web.answers import EVENT_STREAM, answered
from kuznia.web.body import ORDER, JsonBody
from kuznia.web.prefer import prefers_async
from kuznia.web.shapes import ArtefactShape, BatchShape, kept_headers, linked
from kuznia.web.state import caller_of, state_of

log = get_log("orders")

DOLLARS: TypeAdapter[Decimal] = TypeAdapter(Dollars)

ON_DISCONNECT = {
    "name": "on_disconnect",
    "in": "query",
    "description": "What happens to the work if you close the connection before it has ended.",
    "schema": {"type": "string", "enum": ["cancel", "continue"], "default": "cancel"},
}

MAX_COST = {
    "name": "max_cost",
    "in": "query",
    "description": "The most an order may cost in dollars, retries and repairs included; "
    "in a batch, each order.",
    "schema": {"type": "number", "minimum": 0, "maximum": 10000},
}
WISHES = {
    "name": "wishes",
    "in": "query",
    "description": "With `strict` an artefact that does not do everything the prompt asks for is "
    "answered with the error `WISHES_OPEN`; with `lenient` its status is `partial`. A stream ends "
    "with the artefact in either case.",
    "schema": {"type": "string", "enum": ["lenient", "strict"]},
}
RETRY = {
    "name": "retry",
    "in": "query",
    "description": "With `later`, an order that fails for a reason that may pass (no model "
    "answers, or time runs out) becomes a job that tries it again: the answer is 202 with its "
    "address. A stream ends with the error in either case.",
    "schema": {"type": "string", "enum": ["never", "later"], "default": "never"},
}
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "A request repeated with the same key is carried out once. For a day its stored "
    "answer is returned, with `Idempotency-Replayed: true`. With a key the work goes on when you "
    "close the connection.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}
PREFER = {
    "name": "Prefer",
    "in": "header",
    "description": "With `respond-async` the order becomes a job, which outlives your connection "
    "and a restart of the server: you are answered at once, with its address. Ignored with "
    f"`Accept: {EVENT_STREAM}`; anything else in it is ignored too.",
    "schema": {"type": "string", "pattern": "^[^\\r\\n]*$"},
}
AS_EVENTS = (
    f"With `Accept: {EVENT_STREAM}` the events of the run are streamed; the last one holds the "
    "artefact. With `Prefer: respond-async` the answer is the address of a job."
)
# Any: what FastAPI takes for responses.
MADE: dict[int | str, dict[str, Any]] = {
    200: {
        "model": Envelope[ArtefactShape],
        "content": EVENTS,
        "description": "The artefact, or a stream of events if you asked for it.",
    },
    202: {
        "model": Envelope[JobShape],
        "description": "The job, if you asked for one, or for one in case of failure; `Location` "
        "is its address.",
    },
}
PARAMETERS = [ON_DISCONNECT, MAX_COST, WISHES, RETRY, IDEMPOTENCY_KEY, PREFER]


class Batch(BaseModel):
    """Many orders; each domain has one of its own kind."""

    model_config = ConfigDict(extra="forbid")

    orders: tuple[Input, ...]


def add_makers(app: FastAPI, domain: AnyDomain) -> None:
    """The two doors every domain has: one order, and a batch of them.

    They stand in the application itself, not in a router inside it, and the bodies are read here:
    bytes go straight into the domain's own input. Together this halves what a request costs us.
    """
    path = f"/api/v1/{domain.path}"
    single, many = JsonBody(domain.input, ORDER), JsonBody(_batch_of(domain))

    async def make(request: Request) -> Response:
        return await carried_out(request, domain.name, await single.read(request))

    async def make_many(request: Request) -> Response:
        context, who, goes_on = doors(request), caller_of(request), _goes_on(request)
        strict, later = _strict(request), _later(request)
        max_cost, inputs = _max_cost(request), (await many.read(request)).orders
        await take_more(request, len(inputs) - 1)
        if prefers_async(request):
            return all_accepted(await _as_jobs(request, domain.name, inputs, strict=strict))
        # All before the first is begun: together they have the time of one request.
        orders = [await context.order(domain.name, each, who, max_cost=max_cost) for each in inputs]
        outcomes = await in_turns(request, orders, goes_on=goes_on, strict=strict)
        failed = _passing(outcomes, later=later)
        jobs = await _tried_again(request, domain.name, inputs, failed, strict=strict)
        return answered(_outcomes(outcomes, jobs))

    app.post(
        path,
        tags=[domain.name],
        summary=domain.summary,
        operation_id=f"make_{domain.name}",
        description=AS_EVENTS,
        response_class=Response,
        responses=MADE,
        openapi_extra={"parameters": PARAMETERS, **single.described(domain.shown.examples)},
    )(make)
    app.post(
        f"{path}/batch",
        tags=[domain.name],
        summary=f"Up to {MAX_IN_BATCH} such orders, {BATCH_AT_ONCE} at a time",
        operation_id=f"make_{domain.name}_batch",
        response_class=Response,
        responses={
            200: {"model": Envelope[BatchShape]},
            202: {"model": Envelope[JobPage], "description": "A job for each, if you asked so."},
        },
        openapi_extra={
            "parameters": PARAMETERS,
            **many.described([{"orders": list(domain.shown.examples)}]),
        },
    )(make_many)


async def carried_out(request: Request, domain: str, input_: Input, after: str = "") -> Response:
    """Make one order as its request asks: in a stream or at once, within its cost."""
    context, who = doors(request), caller_of(request)
    streamed, strict, goes_on = wants_events(request), _strict(request), _goes_on(request)
    later = _later(request)
    if not streamed and prefers_async(request):
        (job,) = await _as_jobs(request, domain, (input_,), strict=strict, after=after)
        return accepted_as(job)
    order = await context.order(
        domain, input_, who, drafts=streamed, max_cost=_max_cost(request), after=after
    )
    run = context.runs.start(order, goes_on=goes_on)
    if streamed:
        return EventStream(context.runs, run)
    await ended(request, run)
    try:
        kept = accepted(run, strict=strict)
    except Fault as fault:
        failed = _passing([fault], later=later)
        jobs = await _tried_again(request, domain, (input_,), failed, strict=strict, after=after)
        if not jobs:
            raise
        return accepted_as(jobs[0], failed=True)
    return answered(linked(kept), headers={"X-Run-Id": run.id, **kept_headers(kept)})


async def _as_jobs(
    request: Request,
    domain: str,
    inputs: Sequence[Input],
    *,
    strict: bool,
    after: str = "",
    failed: Mapping[int, Fault] | None = None,
) -> list[Job]:
    """Keep orders as jobs, all or none of them; of orders that were tried, those that `failed`."""
    context, who = doors(request), caller_of(request)
    key, max_cost = state_of(request.scope, DoorState).idempotency, _max_cost(request)
    new = [
        await job_of_order(
            context,
            domain,
            input_,
            who,
            strict=strict,
            max_cost=max_cost,
            after=after,
            hash_=key and f"{key}{number}",
            failed=None if failed is None else failed[number],
        )
        for number, input_ in enumerate(inputs)
        if failed is None or number in failed
    ]
    return await context.jobs.put(new)


async def _tried_again(
    request: Request,
    domain: str,
    inputs: Sequence[Input],
    failed: Mapping[int, Fault],
    *,
    strict: bool,
    after: str = "",
) -> Mapping[int, Job]:
    """Jobs for orders that failed; none where no more may wait, or none can be kept."""
    if not failed:
        return {}
    try:
        jobs = await _as_jobs(request, domain, inputs, strict=strict, after=after, failed=failed)
    except Fault as fault:
        # What became of the order is the news, not that it cannot be tried again.
        log.warning("orders_not_tried_again", count=len(failed), reason=fault.code)
        return {}
    return dict(zip(failed, jobs, strict=True))


def _passing(outcomes: Sequence[Kept | Fault], *, later: bool) -> Mapping[int, Fault]:
    """By their number, the orders to try again: they may end otherwise the next time."""
    return {
        number: outcome
        for number, outcome in enumerate(outcomes)
        if later and isinstance(outcome, Fault) and worth_trying_again(outcome)
    }


def _batch_of(domain: AnyDomain) -> type[Batch]:
    """A list of the domain's own inputs, so that a wrong one is named before any is paid for."""
    orders = (tuple[domain.input, ...], Field(min_length=1, max_length=MAX_IN_BATCH))
    return create_model(f"{domain.input.__name__}Batch", __base__=Batch, orders=orders)


def _goes_on(request: Request) -> bool:
    return _chosen(request, "on_disconnect", ("cancel", "continue"), "cancel") == "continue"


def _later(request: Request) -> bool:
    return _chosen(request, "retry", ("never", "later"), "never") == "later"


def _strict(request: Request) -> bool:
    """Whether open wishes are an error; a caller cannot be less strict than the operator."""
    operator = doors(request).settings.wishes
    chosen = _chosen(request, "wishes", ("lenient", "strict"), operator)
    return "strict" in {operator, chosen}


def _chosen(request: Request, name: str, choices: tuple[str, str], default: str) -> str:
    if not request.scope["query_string"]:
        return default
    choice = request.query_params.get(name, default)
    if choice not in choices:
        raise Invalid(
            f"{name} must be `{choices[0]}` or `{choices[1]}`.",
            details={"fields": [{"where": f"query.{name}", "message": " or ".join(choices)}]},
        )
    return choice


def _max_cost(request: Request) -> int | None:
    """Billionths of a dollar, where the caller said what an order may cost."""
    if not request.scope["query_string"] or (text := request.query_params.get("max_cost")) is None:
        return None
    try:
        return billionths(DOLLARS.validate_python(text))
    except ValidationError:
        raise Invalid(
            "max_cost must be dollars from 0 to 10000 with at most 9 decimals, such as 0.05.",
            details={"fields": [{"where": "query.max_cost", "message": "dollars, such as 0.05"}]},
        ) from None


def _outcomes(outcomes: Sequence[Kept | Fault], jobs: Mapping[int, Job]) -> bytes:
    lines = [
        to_json({"success": False, "error": outcome.public(), **_job_of(jobs.get(number))})
        if isinstance(outcome, Fault)
        else b'{"success":true,"data":%b}' % linked(outcome)
        for number, outcome in enumerate(outcomes)
    ]
    failed = sum(isinstance(outcome, Fault) for outcome in outcomes)
    content = b'{"outcomes":[%b],"succeeded":%d,"failed":%d}'
    return content % (b",".join(lines), len(lines) - failed, failed)


def _job_of(job: Job | None) -> Mapping[str, str]:
    return {} if job is None else {"job": address_of(job)}
