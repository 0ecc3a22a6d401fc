"""The state of every configured model: usable or not, and why."""

import asyncio
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from kuznia.doors.context import Doors
from kuznia.llm.service import Kind, Service
from kuznia.platform.settings import Settings
from kuznia.platform.settings.profiles import Profile

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
    message: str | None = Field(description="The reason in words, with what to do about it.")
    breaker: Literal["closed", "open", "half-open"]
    last_fault: str | None = Field(description="The reason of the last call that failed.")
    last_fault_at: datetime | None


class ProfileOut(BaseModel):
    """How models are asked: `MODEL_PROFILE`, and each setting that overrides it."""

    name: Profile
    concurrency: int = Field(description="Calls to one model at the same time.")
    first_token_seconds: float = Field(description="How long a model may take to begin.")
    idle_seconds: float = Field(description="How long it may be silent after that.")
    temperature: float | None = Field(description="None: the server decides.")
    max_tokens: int | None = Field(description="Longest reply; none: each prompt's own limit.")
    wait_seconds: float | None = Field(
        description="Seconds until a built-in planner answers in its place; none: at the end."
    )


class StatusOut(BaseModel):
    usable: bool = Field(description="Whether at least one model can be used now.")
    profile: ProfileOut
    models: list[ServiceOut]


def profile_of(settings: Settings) -> ProfileOut:
    return ProfileOut(
        name=settings.model_profile,
        concurrency=settings.model_concurrency,
        first_token_seconds=settings.model_first_token_timeout,
        idle_seconds=settings.model_idle_timeout,
        temperature=settings.openai_temperature,
        max_tokens=settings.openai_max_tokens,
        wait_seconds=settings.model_wait,
    )


async def model_status(context: Doors) -> StatusOut:
    """The state of every configured model, all looked at in parallel."""
    models = await asyncio.gather(*(_look(context, service) for service in context.services))
    return StatusOut(
        usable=any(model.usable for model in models),
        profile=profile_of(context.settings),
        models=models,
    )


async def _look(context: Doors, service: Service) -> ServiceOut:
    state = await service.state()
    if state is not None and state.reason == "unlisted" and context.faults.answered(service.name):
        # A router need not list all the names it takes.
        state = None
    fault = context.faults.last(service.name)
    return ServiceOut(
        name=service.name,
        kind=service.kind,
        url=service.url,
        agent=service.agent or None,
        parts=list(service.parts),
        usable=state is None,
        reason=state.reason if state else None,
        message=state.message if state else None,
        breaker=service.breaker.circuit.state,
        last_fault=fault.reason if fault else None,
        last_fault_at=fault.when if fault else None,
    )
