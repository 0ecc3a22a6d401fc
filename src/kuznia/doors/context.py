"""What every door needs at hand."""

from dataclasses import dataclass

from fastapi import Request

from kuznia.callers.identify import Callers
from kuznia.callers.metering import Metering
from kuznia.doors.database_state import Ready
from kuznia.forge.runs.runs import Runs
from kuznia.forge.terms import Budget, Caller, Input, Order
from kuznia.forge.work import Forge
from kuznia.llm.service import Faults, Service
from kuznia.platform.db.database import Database
from kuznia.platform.errors import Conflict
from kuznia.platform.log import request_id
from kuznia.platform.metrics import Metrics
from kuznia.platform.redis import Redis
from kuznia.platform.settings import Settings


@dataclass(frozen=True, slots=True)
class Doors:
    """Built once by the application; a door takes it with one Depends."""

    settings: Settings
    forge: Forge
    runs: Runs
    db: Database
    metrics: Metrics
    callers: Callers
    services: tuple[Service, ...]
    faults: Faults
    metering: Metering
    ready: Ready
    redis: Redis | None = None

    async def order(
        self,
        domain: str,
        given: Input,
        who: Caller,
        *,
        drafts: bool = False,
        most_cost: int | None = None,
    ) -> Order:
        """What a caller wants and was learnt to want, with this server's deadline and budget.

        `most_cost` may make it cost less, never more.
        """
        settings, recall = self.settings, self.forge.domains[domain].recall
        if recall is not None:
            given = recall(given, await self.forge.memory.read(who, domain))
        cost = settings.order_cost_limit
        if most_cost is not None:
            cost = most_cost if cost is None else min(cost, most_cost)
        return Order(
            domain=domain,
            input=given,
            caller=who,
            deadline=self.forge.clock.monotonic() + settings.request_timeout,
            budget=Budget(
                attempts=settings.order_attempts,
                tokens=settings.order_tokens,
                cost=cost,
            ),
            drafts=drafts,
            request_id=request_id.get(),
        )


def doors(request: Request) -> Doors:
    """What the application opened when it started."""
    return request.scope["state"]["doors"]


def require_accounts(request: Request) -> Doors:
    """The doors of a server that knows people; elsewhere there is nothing to sign in to."""
    context = doors(request)
    if not context.settings.closed:
        raise Conflict("Nobody needs a credential here; ACCOUNTS=true would change that.")
    return context
