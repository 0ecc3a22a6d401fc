"""The state of every configured model: usable or not, and why."""

import asyncio
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from kuznia.doors.context import Doors
from kuznia.llm.service import Kind, Service

NONE = "No model is configured. Flows and training plans are made by our own planners."


class ServiceOut(BaseModel):
    """One model and the state of its server, at most ten seconds old."""

    name: str
    kind: Kind = Field(
        description="`openai`: any OpenAI-compatible server; `codemie`: EPAM CodeMie."
    )
    url: str = Field(description="The address of its server, without credentials.")
    agent: str | None = Field(description="With CodeMie, the id or slug of the assistant.")
    parts: list[str] = Field(description="What it makes, as `domain.part`; empty means anything.")
    usable: bool
    reason: str | None = Field(description="Why it is not usable: the `details.reason` of a fault.")
    breaker: Literal["closed", "open", "half-open"]
    last_fault: str | None = Field(description="The reason of the last call that failed.")
    last_fault_at: datetime | None


class StatusOut(BaseModel):
    usable: bool = Field(description="Whether at least one model can be used now.")
    models: list[ServiceOut]


async def model_status(context: Doors) -> StatusOut:
    """The state of every configured model, all looked at in parallel."""
    models = await asyncio.gather(*(_look(context, service) for service in context.services))
    return StatusOut(usable=any(model.usable for model in models), models=models)


async def _look(context: Doors, service: Service) -> ServiceOut:
    reason = await service.state()
    fault = context.faults.last(service.name)
    return ServiceOut(
        name=service.name,
        kind=service.kind,
        url=service.url,
        agent=service.agent or None,
        parts=list(service.parts),
        usable=reason is None,
        reason=reason,
        breaker=service.breaker.circuit.state,
        last_fault=fault.reason if fault else None,
        last_fault_at=fault.when if fault else None,
    )
