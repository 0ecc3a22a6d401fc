"""What an operator asks: is it alive, is it ready, what has it done."""

from collections.abc import Awaitable
from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from kuznia import __version__
from kuznia.doors.at import Doors, doors
from kuznia.platform.errors import Fault, Unavailable
from kuznia.platform.metrics import CONTENT_TYPE
from kuznia.platform.wire import Envelope
from kuznia.web.answers import answered, bare

# A load balancer or a monitor may add what it likes behind the question mark.
router = APIRouter(tags=["operation"])

PLANNERS_ONLY = "none: planners only, see docs/models.md"


class Welcome(BaseModel):
    name: Literal["Kuznia"] = "Kuznia"
    version: str = __version__
    docs: str = "/api/docs"
    openapi: str = "/api/openapi.json"
    ready: str = "/ready"
    make: dict[str, str] = Field(description="Where each kind of artefact is made.")


class Alive(BaseModel):
    status: Literal["alive"] = "alive"
    version: str = __version__


class Readiness(BaseModel):
    """Ready when orders can be taken. A model that is down does not change that, and neither does
    Redis: all processes share it, and what it does for orders can be done without."""

    ready: bool
    database: str
    schema_: str = Field(alias="schema")
    redis: str
    model: str
    breakers: dict[str, str]


@router.get(
    "/",
    summary="What is here",
    response_class=Response,
    responses={200: {"model": Envelope[Welcome]}},
)
async def welcome(request: Request) -> Response:
    loaded = doors(request).forge.domains
    make = {name: f"/api/v1/{domain.path}" for name, domain in loaded.items()}
    return answered(Welcome(make=make), message="Kuznia makes what it can check.")


@router.get(
    "/health",
    summary="Is the process alive",
    response_class=Response,
    responses={200: {"model": Envelope[Alive]}},
)
async def health() -> Response:
    """Asks nothing of anyone: a restart would not mend a database."""
    return answered(Alive())


@router.get(
    "/ready",
    summary="Can it take orders now",
    response_class=Response,
    responses={200: {"model": Envelope[Readiness]}},
)
async def ready(request: Request) -> Response:
    state = await readiness(doors(request))
    if not state.ready:
        raise Unavailable(
            "Orders cannot be taken now; `details` says what is missing.",
            details=state.model_dump(by_alias=True),
        )
    return answered(state)


async def readiness(at: Doors) -> Readiness:
    """The state of all we stand on, each asked within a second and once a second at most."""
    database, schema = await at.ready.database()
    redis = await _seen(at.redis.check()) if at.redis else "none: nothing is shared"
    breakers = {service.name: service.breaker.circuit.state for service in at.services}
    model = " ".join(breakers) or PLANNERS_ONLY
    return Readiness(
        ready=database == schema == "ok" and not (at.ready.leaving or at.runs.closing),
        database=database,
        schema=schema,
        redis=redis,
        model=model,
        breakers=breakers,
    )


async def _seen(look: Awaitable[None]) -> str:
    try:
        await look
    except Fault as fault:
        return fault.message
    return "ok"


@router.get(
    "/metrics",
    summary="Counts and times, for Prometheus",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def metrics(request: Request) -> Response:
    return Response(doors(request).metrics.render(), media_type=CONTENT_TYPE)


@router.get(
    "/api/openapi.json",
    summary="This API as OpenAPI",
    response_class=Response,
    responses={200: {"content": {"application/json": {"schema": {"type": "object"}}}}},
)
async def openapi(request: Request) -> Response:
    return bare(request.app.openapi())
