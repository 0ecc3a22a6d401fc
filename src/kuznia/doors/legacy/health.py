"""`/api/status` and `/api/health`: the state of the models and of the database."""

from datetime import datetime
from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from kuznia import __version__
from kuznia.doors.context import doors
from kuznia.doors.model_status import NONE, StatusOut, model_status
from kuznia.doors.readiness import readiness
from kuznia.platform.errors import Unavailable
from kuznia.web.answers import bare

router = APIRouter(prefix="/api", tags=["old paths"], deprecated=True)


class OldStatus(BaseModel):
    """Whether CodeMie can be used, its assistants and its address; no secrets."""

    codemie_available: bool
    agent_flow_id: str | None = None
    agent_ui_id: str | None = None
    api_url: str | None = None
    error: str | None = None


class OldHealth(BaseModel):
    """`degraded`: orders are accepted, and our own planners replace the model."""

    status: Literal["healthy", "degraded"]
    version: str
    timestamp: datetime
    database: str
    model_service: str = Field(description="`ok`, or why no model can be asked.")
    dependencies: dict[str, str]


@router.get(
    "/status",
    summary="Whether CodeMie can be used, its assistants and its address",
    operation_id="old_status",
    response_class=Response,
    responses={200: {"model": OldStatus}},
)
async def status(request: Request) -> Response:
    """CodeMie is checked at most every ten seconds. A check costs no tokens."""
    return bare(old_status(await model_status(doors(request))))


@router.get(
    "/health",
    summary="State of the models and of the database",
    operation_id="old_health",
    response_class=Response,
    responses={200: {"model": OldHealth}},
)
@router.get("/health/", include_in_schema=False)
async def health(request: Request) -> Response:
    """Answers 503 when orders cannot be accepted, and 200 even while a model is down."""
    context = doors(request)
    ready, models = await readiness(context), await model_status(context)
    if not ready.ready:
        raise Unavailable(
            "Orders cannot be accepted now; `details` says what is wrong.",
            details=ready.model_dump(by_alias=True),
        )
    return bare(
        OldHealth(
            status="healthy" if models.usable else "degraded",
            version=__version__,
            timestamp=context.forge.clock.now(),
            database=ready.database,
            model_service=service(models),
            dependencies={
                "schema": ready.schema_,
                "redis": ready.redis,
                **{one.name: one.reason or "ok" for one in models.models},
            },
        )
    )


def old_status(models: StatusOut) -> OldStatus:
    """The state of CodeMie in the old shape, which knew no other model."""
    theirs = [one for one in models.models if one.kind == "codemie"]
    if not theirs:
        return OldStatus(codemie_available=False, error="CodeMie is not configured.")
    agents = {part: one.agent for one in theirs for part in one.parts}
    reasons = ", ".join(sorted({one.reason for one in theirs if one.reason}))
    return OldStatus(
        codemie_available=not reasons,
        agent_flow_id=agents.get("flows.flow"),
        agent_ui_id=agents.get("flows.ui"),
        api_url=theirs[0].url,
        error=reasons or None,
    )


def service(models: StatusOut) -> str:
    """`ok` if any model can be used, else the reason of each."""
    if models.usable:
        return "ok"
    return ", ".join(f"{one.name}: {one.reason}" for one in models.models) or NONE
