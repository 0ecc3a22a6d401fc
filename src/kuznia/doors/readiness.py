"""Whether orders can be taken, and what everything the server stands on says of itself."""

from collections.abc import Awaitable

from pydantic import BaseModel, Field

from kuznia.doors.context import Doors
from kuznia.platform.errors import Fault

PLANNERS_ONLY = "none: planners only, see docs/models.md"


class Readiness(BaseModel):
    """Ready when orders can be taken. A model that is down does not change that, and neither does
    Redis: all processes share it, and what it does for orders can be done without."""

    ready: bool
    database: str
    schema_: str = Field(alias="schema")
    redis: str
    model: str
    breakers: dict[str, str]


async def readiness(context: Doors) -> Readiness:
    """The state of all we stand on, each asked within a second and once a second at most."""
    database, schema = await context.ready.database()
    redis = await _seen(context.redis.check()) if context.redis else "none: nothing is shared"
    breakers = {service.name: service.breaker.circuit.state for service in context.services}
    model = " ".join(breakers) or PLANNERS_ONLY
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
