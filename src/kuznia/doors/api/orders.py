"""Plain HTTP: make one, make many."""

from collections.abc import Sequence
from decimal import Decimal

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

from kuznia.doors.api.stream import EVENTS, EventStream, wants_events
from kuznia.doors.context import doors
from kuznia.doors.http.turnstile import take_more
from kuznia.doors.orders import BATCH_AT_ONCE, MAX_IN_BATCH, accepted, ended, in_turns
from kuznia.forge.shelf.shelf import Kept
from kuznia.forge.terms import AnyDomain, Input
from kuznia.platform.envelope import Envelope
from kuznia.platform.errors import Fault, Invalid
from kuznia.platform.settings.types import Dollars, billionths
from kuznia.web.answers import EVENT_STREAM, answered
from kuznia.web.body import ORDER, JsonBody
from kuznia.web.shapes import ArtefactShape, BatchShape, kept_headers, linked
from kuznia.web.state import caller_of

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


def add_makers(app: FastAPI, domain: AnyDomain) -> None:
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
        description=f"With `Accept: {EVENT_STREAM}` the answer is the run as it happens; its last "
        "event holds the artefact.",
        response_class=Response,
        responses={
            200: {
                "model": Envelope[ArtefactShape],
                "content": EVENTS,
                "description": "The artefact; or, when asked for, the events that lead to it.",
            }
        },
        openapi_extra={"parameters": PARAMETERS, **one.described(domain.shown.examples)},
    )(make)
    app.post(
        f"{path}/batch",
        tags=[domain.name],
        summary=f"The same for up to {MAX_IN_BATCH} orders, {BATCH_AT_ONCE} at once",
        operation_id=f"make_{domain.name}_batch",
        response_class=Response,
        responses={200: {"model": Envelope[BatchShape]}},
        openapi_extra={
            "parameters": PARAMETERS,
            **many.described([{"orders": list(domain.shown.examples)}]),
        },
    )(make_many)


def _batch_of(domain: AnyDomain) -> type[Batch]:
    """A list of the domain's own inputs, so that a wrong one is named before any is paid for."""
    orders = (tuple[domain.input, ...], Field(min_length=1, max_length=MAX_IN_BATCH))
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
