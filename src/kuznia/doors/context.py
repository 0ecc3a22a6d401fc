"""What every door needs at hand."""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import Request

from kuznia.callers.identify import Callers
from kuznia.callers.limits.allowances import Rate
from kuznia.callers.limits.rates import Kind
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
from kuznia.web.state import RequestState, state_of


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


@dataclass(frozen=True, slots=True)
class Admitted:
    """The rate a request was counted against, so that a batch can be counted further."""

    kind: Kind
    subject: str
    rate: Rate
    # The route of a rate that is a route's own.
    place: str


@dataclass(slots=True, kw_only=True)
class DoorState(RequestState):
    """What is known of a request, with what only doors may know."""

    doors: Doors
    admitted: Admitted | None = None
    # The fields of a form of the panel, once it is known to be one of ours.
    form: Mapping[str, str] | None = None


def doors(request: Request) -> Doors:
    """What the application opened when it started."""
    return state_of(request.scope, DoorState).doors


def require_accounts(request: Request) -> Doors:
    """The doors of a server that knows people; elsewhere there is nothing to sign in to."""
    context = doors(request)
    if not context.settings.closed:
        raise Conflict("Nobody needs a credential here; ACCOUNTS=true would change that.")
    return context
