"""Plain HTTP: make one, make many."""

import asyncio
from collections.abc import Mapping, Sequence
from decimal import Decimal

from fastapi import FastAPI, Request, Response
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    TypeAdapter,
    ValidationError,
    create_model,
)
from pydantic_core import from_json, to_json

from kuznia.doors.at import doors
from kuznia.doors.stream import EVENTS, MEDIA_TYPE, EventStream, wants_events
from kuznia.doors.turnstile import take_more
from kuznia.forge.runs import Run
from kuznia.forge.shelf import Kept
from kuznia.forge.terms import Domain, Input, Order
from kuznia.platform.errors import Fault, Invalid, NotAccepted
from kuznia.platform.kinds import Dollars, billionths
from kuznia.platform.wire import Envelope
from kuznia.web.answers import answered
from kuznia.web.asked import caller_of
from kuznia.web.body import ORDER, JsonBody
from kuznia.web.leaving import done_or_gone, unless_gone
from kuznia.web.shapes import ArtefactShape, BatchShape, kept_headers, linked

MOST_IN_BATCH = 20
BATCH_AT_ONCE = 3
DOLLARS: TypeAdapter[Decimal] = TypeAdapter(Dollars)

ON_DISCONNECT = {
    "name": "on_disconnect",
    "in": "query",
    "description": "What happens to the work when you close the connection before its end.",
    "schema": {"type": "string", "enum": ["cancel", "continue"], "default": "cancel"},
}

MAX_COST = {
    "name": "max_cost",
    "in": "query",
    "description": "Dollars an order may cost, retries and repairs included; of a batch, each.",
    "schema": {"type": "number", "minimum": 0, "maximum": 10000},
}
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "The same request with the same key is done once, and its answer given again "
    "for a day, with `Idempotency-Replayed: true`. The work then goes on if you close the "
    "connection.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}
PARAMETERS = [ON_DISCONNECT, MAX_COST, IDEMPOTENCY_KEY]


class Batch(BaseModel):
    """Many orders; each domain has one of its own kind."""

    model_config = ConfigDict(extra="forbid")

    orders: tuple[Input, ...]


def add_makers(app: FastAPI, domain: Domain) -> None:
    """The two doors every domain has: one order, and a batch of them.

    They stand in the application itself, not in a router inside it, and the bodies are read here:
    bytes go straight into the domain's own input. Together this halves what a request costs us.
    """
    path = f"/api/v1/{domain.path}"
    one, many = JsonBody(domain.input, ORDER), JsonBody(_batch_of(domain))

    async def make(request: Request) -> Response:
        at = doors(request)
        streamed = wants_events(request)
        given, who, most_cost = await one.read(request), caller_of(request), _most_cost(request)
        order = await at.order(domain.name, given, who, drafts=streamed, most_cost=most_cost)
        run = at.runs.start(order, goes_on=_goes_on(request))
        if streamed:
            return EventStream(at.runs, run)
        await ended(request, run)
        kept = accepted(run)
        return answered(linked(kept), headers={"X-Run-Id": run.id, **kept_headers(kept)})

    async def make_many(request: Request) -> Response:
        at, who, goes_on = doors(request), caller_of(request), _goes_on(request)
        most_cost, wanted = _most_cost(request), (await many.read(request)).orders
        await take_more(request, len(wanted) - 1)
        # All before the first is begun: together they have the time of one request.
        orders = [await at.order(domain.name, one, who, most_cost=most_cost) for one in wanted]
        outcomes = await in_turns(request, orders, goes_on=goes_on)
        return answered(_told(outcomes))

    app.post(
        path,
        tags=[domain.name],
        summary=domain.summary,
        operation_id=f"make_{domain.name}",
        description=f"With `Accept: {MEDIA_TYPE}` the answer is the run as it happens; its last "
        "event holds the artefact.",
        response_class=Response,
        responses={
            200: {
                "model": Envelope[ArtefactShape],
                "content": EVENTS,
                "description": "The artefact; or, when asked for, the events that lead to it.",
            }
        },
        openapi_extra={"parameters": PARAMETERS, **one.described(domain.examples)},
    )(make)
    app.post(
        f"{path}/batch",
        tags=[domain.name],
        summary=f"The same for up to {MOST_IN_BATCH} orders, {BATCH_AT_ONCE} at once",
        operation_id=f"make_{domain.name}_batch",
        response_class=Response,
        responses={200: {"model": Envelope[BatchShape]}},
        openapi_extra={
            "parameters": PARAMETERS,
            **many.described([{"orders": list(domain.examples)}]),
        },
    )(make_many)


def _batch_of(domain: Domain) -> type[Batch]:
    """A list of the domain's own inputs, so that a wrong one is named before any is paid for."""
    orders = (tuple[domain.input, ...], Field(min_length=1, max_length=MOST_IN_BATCH))
    return create_model(f"{domain.input.__name__}Batch", __base__=Batch, orders=orders)


def _goes_on(request: Request) -> bool:
    if not request.scope["query_string"]:
        return False
    wanted = request.query_params.get("on_disconnect", "cancel")
    if wanted not in ("cancel", "continue"):
        raise Invalid(
            "on_disconnect is `cancel` or `continue`.",
            details={"fields": [{"where": "query.on_disconnect", "message": "cancel or continue"}]},
        )
    return wanted == "continue"


def _most_cost(request: Request) -> int | None:
    """Billionths of a dollar, where the caller said what an order may cost."""
    if not request.scope["query_string"] or (told := request.query_params.get("max_cost")) is None:
        return None
    try:
        return billionths(DOLLARS.validate_python(told))
    except ValidationError:
        raise Invalid(
            "max_cost is dollars, like 0.05, from 0 to 10000 with at most 9 decimals.",
            details={"fields": [{"where": "query.max_cost", "message": "dollars, like 0.05"}]},
        ) from None


async def ended(request: Request, run: Run) -> None:
    """Wait for the end of a run, for as long as the client does."""
    with doors(request).runs.listening(run):
        if not run.outcome.done():
            await done_or_gone(request.receive, run.outcome)


async def in_turns(
    request: Request, orders: Sequence[Order], *, goes_on: bool = False
) -> list[Kept | Fault]:
    """What became of each order of a batch."""
    runs, turns = doors(request).runs, asyncio.Semaphore(BATCH_AT_ONCE)

    async def one_of_them(order: Order) -> Kept | Fault:
        async with turns:
            try:
                run = runs.start(order, goes_on=goes_on)
                with runs.listening(run):
                    await asyncio.wait((run.outcome,))
                return accepted(run)
            except Fault as fault:
                return fault

    async def all_of_them() -> list[Kept | Fault]:
        return await asyncio.gather(*map(one_of_them, orders))

    # What shall go on includes what has not begun, so nobody looks whether the client is there.
    work = all_of_them()
    return await (work if goes_on else unless_gone(request.receive, work))


def _told(outcomes: Sequence[Kept | Fault]) -> bytes:
    lines = [
        to_json({"success": False, "error": one.public()})
        if isinstance(one, Fault)
        else b'{"success":true,"data":%b}' % linked(one)
        for one in outcomes
    ]
    failed = sum(isinstance(one, Fault) for one in outcomes)
    content = b'{"outcomes":[%b],"succeeded":%d,"failed":%d}'
    return content % (b",".join(lines), len(lines) - failed, failed)


def accepted(run: Run) -> Kept:
    """What an ended run has to show. A failed artefact is kept, and told as a fault."""
    kept = run.result()
    if kept.status == "failed":
        # Codes alone: all else in a finding may quote the draft, and an error travels far.
        unmet: list[JsonValue] = [
            {"part": one["part"], "findings": [_coded(finding) for finding in one["findings"]]}
            for one in from_json(kept.body)["unmet"]
        ]
        raise NotAccepted(
            f"No draft passed its checks; /api/v1/artefacts/{kept.id} has what was found. "
            "Say more exactly what you want, or ask for less at once.",
            details={"artefact": kept.id, "unmet": unmet},
        )
    return kept


def _coded(finding: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    return {name: finding[name] for name in ("code", "severity")}
