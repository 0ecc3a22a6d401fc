"""Plain HTTP: make one, make many, read one, read the history."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import from_json, to_json

from kuznia.doors.at import Doors, caller, doors
from kuznia.doors.leaving import unless_gone
from kuznia.doors.shapes import ArtefactPage, ArtefactShape, BatchShape, OnDisconnect
from kuznia.doors.stream import MEDIA_TYPE, EventStream, wants_events
from kuznia.forge.runs import Run, Runs
from kuznia.forge.shelf import Kept
from kuznia.forge.terms import Caller, Domain, Input, Status
from kuznia.platform.errors import Fault, NotAccepted
from kuznia.platform.wire import Envelope, FaultEnvelope, ok

At = Annotated[Doors, Depends(doors)]
Who = Annotated[Caller, Depends(caller)]
Leaving = Annotated[
    OnDisconnect,
    Query(description="What happens to the work when you close the connection before its end."),
]

MOST_IN_BATCH = 20
BATCH_AT_ONCE = 3

# What any address may answer besides its own good answer; docs/errors.md has every code.
FAULTS: dict[int | str, dict[str, object]] = {
    "4XX": {"model": FaultEnvelope, "description": "Something about the request."},
    "5XX": {"model": FaultEnvelope, "description": "Something about us or the model."},
}


def makers(domain: Domain) -> APIRouter:
    """The two doors every domain has: one order and a batch of them."""
    router = APIRouter(prefix=f"/api/v1/{domain.path}", tags=[domain.name], responses=FAULTS)

    async def make(
        request: Request, given: Input, at: At, who: Who, on_disconnect: Leaving = "cancel"
    ) -> Response:
        streamed = wants_events(request)
        order = at.order(domain.name, given, who, drafts=streamed)
        run = at.runs.start(order, goes_on=on_disconnect == "continue")
        if streamed:
            return EventStream(at.runs, run)
        kept = await unless_gone(request.receive, outcome(at.runs, run))
        return _json(ok(linked(kept)), run_id=run.id)

    async def make_many(request: Request, many: BaseModel, at: At, who: Who) -> Response:
        turns = asyncio.Semaphore(BATCH_AT_ONCE)

        async def one(given: Input) -> bytes:
            async with turns:
                try:
                    run = at.runs.start(at.order(domain.name, given, who))
                    return b'{"success":true,"data":%b}' % linked(await outcome(at.runs, run))
                except Fault as fault:
                    return to_json({"success": False, "error": fault.public()})

        orders: list[Input] = getattr(many, "orders")  # noqa: B009 - a field of the class made below

        async def all_of_them() -> list[bytes]:
            return await asyncio.gather(*(one(given) for given in orders))

        outcomes = await unless_gone(request.receive, all_of_them())
        good = sum(one.startswith(b'{"success":true') for one in outcomes)
        content = b'{"outcomes":[%b],"succeeded":%d,"failed":%d}'
        return _json(ok(content % (b",".join(outcomes), good, len(outcomes) - good)))

    # The bodies are the domain's own, so the annotations are put in where they are known.
    make.__annotations__["given"] = domain.input
    make_many.__annotations__["many"] = _batch_of(domain)
    router.post(
        "",
        summary=domain.summary,
        operation_id=f"make_{domain.name}",
        description=f"{domain.summary}\n\nWith `Accept: {MEDIA_TYPE}` the answer is the run as it "
        "happens; its last event holds the artefact.",
        response_class=Response,
        responses={200: {"model": Envelope[ArtefactShape], "content": {MEDIA_TYPE: {}}}},
    )(make)
    router.post(
        "/batch",
        summary=f"The same for up to {MOST_IN_BATCH} orders, {BATCH_AT_ONCE} at once",
        operation_id=f"make_{domain.name}_batch",
        response_class=Response,
        responses={200: {"model": Envelope[BatchShape]}},
    )(make_many)
    return router


def _batch_of(domain: Domain) -> type[BaseModel]:
    """A list of the domain's own inputs, so that a wrong one is named before any is paid for."""
    fields = {
        "__annotations__": {"orders": list[domain.input]},
        "orders": Field(min_length=1, max_length=MOST_IN_BATCH),
        "model_config": ConfigDict(extra="forbid"),
        "__module__": __name__,
    }
    return type(f"{domain.input.__name__}Batch", (BaseModel,), fields)


async def outcome(runs: Runs, run: Run) -> Kept:
    """Wait for the run as one of its listeners. A failed artefact is kept, and told as a fault."""
    with runs.listening(run):
        kept = await run.result()
    if kept.status == "failed":
        failed = from_json(kept.body)
        raise NotAccepted(
            "No draft passed its checks. Say more exactly what you want, or ask for less at once.",
            details={"artefact": kept.id, "unmet": failed["unmet"]},
        )
    return kept


def linked(kept: Kept) -> bytes:
    """The artefact's JSON with its links, put in without reading it again."""
    links = to_json({"self": f"/api/v1/artefacts/{kept.id}", "events": _events(kept)})
    return b'%b,"links":%b}' % (kept.body[:-1], links)


def _events(kept: Kept) -> str:
    return f"/api/v1/runs/{kept.run_id}/events"


def _json(content: bytes, run_id: str | None = None) -> Response:
    response = Response(content, media_type="application/json")
    if run_id is not None:
        response.headers["X-Run-Id"] = run_id
    return response


history = APIRouter(prefix="/api/v1/artefacts", tags=["artefacts"], responses=FAULTS)


@history.get(
    "",
    summary="What you had made, newest first",
    response_class=Response,
    responses={200: {"model": Envelope[ArtefactPage]}},
)
async def page(
    at: At,
    who: Who,
    domain: Annotated[str | None, Query(max_length=40)] = None,
    status: Annotated[Status | None, Query()] = None,
    before: Annotated[
        str | None, Query(max_length=64, description="`next` of the page before.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Response:
    rows = await at.forge.shelf.page(
        who, domain=domain, status=status, before=before, limit=limit + 1
    )
    lines = [
        {
            "id": kept.id,
            "domain": kept.domain,
            "status": kept.status,
            "created_at": kept.created_at,
            "links": {"self": f"/api/v1/artefacts/{kept.id}", "events": _events(kept)},
        }
        for kept in rows[:limit]
    ]
    following = rows[limit - 1].id if len(rows) > limit else None
    return _json(ok(to_json({"items": lines, "next": following})))


@history.get(
    "/{artefact_id}",
    summary="One artefact, as it was made",
    response_class=Response,
    responses={200: {"model": Envelope[ArtefactShape]}},
)
async def read(artefact_id: Annotated[str, Path(max_length=64)], at: At, who: Who) -> Response:
    return _json(ok(linked(await at.forge.shelf.get(who, artefact_id))))
