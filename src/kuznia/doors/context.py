"""What doors work with: the open application, and the state of a request."""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import Request

from kuznia.callers.identify import Callers, local
from kuznia.callers.limits.caller_limits import Rate
from kuznia.callers.limits.rates import Kind
from kuznia.callers.open_limits import Metering
from kuznia.doors.database_state import DatabaseState
from kuznia.forge.runs.supervisor import Runs
from kuznia.forge.terms import Budget, Caller, Input, Order
from kuznia.forge.work import Forge
from kuznia.jobs.opening import Webhooks
from kuznia.jobs.tables import JobTables
from kuznia.jobs.worker import Jobs
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
    """Everything the application opened; built once, and read with `doors(request)`."""

    settings: Settings
    forge: Forge
    runs: Runs
    db: Database
    metrics: Metrics
    callers: Callers
    services: tuple[Service, ...]
    faults: Faults
    metering: Metering
    ready: DatabaseState
    jobs: Jobs
    job_tables: JobTables
    webhooks: Webhooks
    redis: Redis | None = None

    @property
    def owner(self) -> Caller:
        """The owner of this machine: whoever runs its commands."""
        return local(remote=False)

    async def order(
        self,
        domain: str,
        input_: Input,
        who: Caller,
        *,
        drafts: bool = False,
        max_cost: int | None = None,
        after: str = "",
    ) -> Order:
        """An order of this input and its caller's lessons, with the server's deadline and budget.

        `max_cost` can lower the budget, never raise it.
        """
        if (recall := self.forge.domains[domain].recall) is not None:
            input_ = recall(input_, await self.forge.memory.read(who, domain))
        return self.order_of(domain, input_, who, drafts=drafts, max_cost=max_cost, after=after)

    def order_of(
        self,
        domain: str,
        input_: Input,
        who: Caller,
        *,
        drafts: bool = False,
        max_cost: int | None = None,
        after: str = "",
    ) -> Order:
        """An order of an input that has its caller's lessons already."""
        settings = self.settings
        cost = settings.order_cost_limit
        if max_cost is not None:
            cost = max_cost if cost is None else min(cost, max_cost)
        return Order(
            domain=domain,
            input=input_,
            caller=who,
            deadline=self.forge.clock.monotonic() + settings.request_timeout,
            budget=Budget(
                attempts=settings.order_attempts,
                tokens=settings.order_tokens,
                cost=cost,
            ),
            drafts=drafts,
            after=after,
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
    # Of a request with an Idempotency-Key: its caller, the key and all that was sent with it.
    idempotency: str | None = None
    # The fields of a form of the panel, once it is known to be one of ours.
    form: Mapping[str, str] | None = None


def doors(request: Request) -> Doors:
    """What the application opened when it started."""
    return state_of(request.scope, DoorState).doors


def require_accounts(request: Request) -> Doors:
    """The doors of a server with accounts; raises Conflict on any other."""
    context = doors(request)
    if not context.settings.closed:
        raise Conflict(
            "This server has no accounts: no credential is needed. Set ACCOUNTS=true to have them."
        )
    return context
