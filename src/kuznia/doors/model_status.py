"""How every configured model is: usable or not, and why."""

import asyncio
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from kuznia.doors.context import Doors
from kuznia.llm.service import Kind, Service

NONE = "No model is configured: our own planners answer where there are some."


class ServiceOut(BaseModel):
    """One model, and how its server was when it was last looked at: ten seconds ago at most."""

    name: str
    kind: Kind = Field(
        description="`openai`: any OpenAI-compatible server; `codemie`: EPAM CodeMie."
    )
    url: str = Field(description="Where it is served, with no credential in it.")
    agent: str | None = Field(description="Of CodeMie: the assistant's id or slug.")
    parts: list[str] = Field(description="What it makes, as `domain.part`; empty: anything.")
    usable: bool
    reason: str | None = Field(description="Why it is not usable, as `details.reason` of a fault.")
    breaker: Literal["closed", "open", "half-open"]
    last_fault: str | None = Field(description="The reason of the last call that failed.")
    last_fault_at: datetime | None


class StatusOut(BaseModel):
    usable: bool = Field(description="Whether any model can be asked now.")
    models: list[ServiceOut]


async def standing(at: Doors) -> StatusOut:
    """How every configured model is, looked at side by side."""
    models = await asyncio.gather(*(_look(at, service) for service in at.services))
    return StatusOut(usable=any(model.usable for model in models), models=models)


async def _look(at: Doors, service: Service) -> ServiceOut:
    reason = await service.state()
    fault = at.faults.last(service.name)
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
