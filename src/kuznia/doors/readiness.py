"""Whether orders can be accepted, and the state of everything the server depends on."""

from collections.abc import Awaitable

from pydantic import BaseModel, Field

from kuznia.doors.context import Doors
from kuznia.platform.errors import Fault

NO_MODEL = "not configured, see docs/models.md"


class Readiness(BaseModel):
    """Ready means that orders can be accepted. That is so even while a model or Redis is down."""

    ready: bool
    database: str
    schema_: str = Field(alias="schema")
    redis: str
    model: str
    breakers: dict[str, str]


async def readiness(context: Doors) -> Readiness:
    """The state of all dependencies, each asked for at most a second, and at most once a second."""
    database, schema = await context.ready.database()
    redis = await _seen(context.redis.check()) if context.redis else "not configured"
    breakers = {service.name: service.breaker.circuit.state for service in context.services}
    model = " ".join(breakers) or NO_MODEL
    return Readiness(
        ready=database == schema == "ok" and not (context.ready.leaving or context.runs.closing),
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
