"""For operators and monitoring: is the server alive, is it ready, what has it done."""

import asyncio
from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from kuznia import __version__
from kuznia.doors.context import doors
from kuznia.doors.readiness import Readiness, readiness
from kuznia.platform.envelope import Envelope
from kuznia.platform.errors import Unavailable
from kuznia.platform.metrics import CONTENT_TYPE
from kuznia.web.answers import answered, bare

# A load balancer or a monitor may add what it likes behind the question mark.
router = APIRouter(tags=["operation"])


class Welcome(BaseModel):
    name: Literal["Kuznia"] = "Kuznia"
    version: str = __version__
    docs: str = "/api/docs"
    openapi: str = "/api/openapi.json"
    ready: str = "/ready"
    make: dict[str, str] = Field(description="Where to order each kind of artefact.")


class Alive(BaseModel):
    status: Literal["alive"] = "alive"
    version: str = __version__


@router.get(
    "/",
    summary="Name, version and main addresses of the server",
    response_class=Response,
    responses={200: {"model": Envelope[Welcome]}},
)
async def welcome(request: Request) -> Response:
    loaded = doors(request).forge.domains
    make = {name: f"/api/v1/{domain.path}" for name, domain in loaded.items()}
    return answered(Welcome(make=make), message="Kuznia turns prompts into checked artefacts.")


@router.get(
    "/health",
    summary="Liveness: the process is running",
    response_class=Response,
    responses={200: {"model": Envelope[Alive]}},
)
async def health() -> Response:
    """Checks no dependency: restarting the process would not repair a database."""
    return answered(Alive())


@router.get(
    "/ready",
    summary="Readiness: orders can be accepted",
    response_class=Response,
    responses={200: {"model": Envelope[Readiness]}},
)
async def ready(request: Request) -> Response:
    state = await readiness(doors(request))
    if not state.ready:
        raise Unavailable(
            "Orders cannot be accepted now; `details` says what is wrong.",
            details=state.model_dump(by_alias=True),
        )
    return answered(state)


@router.get(
    "/metrics",
    summary="Metrics for Prometheus",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def metrics(request: Request) -> Response:
    return Response(doors(request).metrics.render(), media_type=CONTENT_TYPE)


@router.get(
    "/api/openapi.json",
    summary="The OpenAPI document of this API",
    response_class=Response,
    responses={200: {"content": {"application/json": {"schema": {"type": "object"}}}}},
)
async def openapi(request: Request) -> Response:
    # The first one takes a second to write, and others have requests too.
    return bare(await asyncio.to_thread(request.app.openapi))
