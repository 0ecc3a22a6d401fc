"""Between orders and jobs: what of an order is kept in a job, and the order again from that."""

from functools import partial

from pydantic import BaseModel, JsonValue, ValidationError

from kuznia.doors.context import Doors
from kuznia.doors.orders import fault_of
from kuznia.forge.sanitise import clean
from kuznia.forge.terms import Caller, Input
from kuznia.jobs.job import Claimed, NewJob
from kuznia.jobs.worker import PreparedJob
from kuznia.platform.errors import Conflict, Fault, Forbidden
from kuznia.platform.log import request_id


class Payload(BaseModel):
    """An order as a job keeps it."""

    # With the lessons of that moment: every attempt asks the same.
    input: dict[str, JsonValue]
    strict: bool = False
    max_cost: int | None = None
    after: str = ""


async def job_of_order(
    context: Doors,
    domain: str,
    input_: Input,
    who: Caller,
    *,
    strict: bool,
    max_cost: int | None,
    after: str = "",
    hash_: str | None = None,
    failed: Fault | None = None,
) -> NewJob:
    """A job that makes this order; raises the Fault of an order that is refused at once.

    An order that has `failed` already waits as long as a job does before its second attempt.
    """
    order = await context.order(domain, input_, who, max_cost=max_cost, after=after)
    order, _ = clean(order, context.forge.domains[domain])
    payload = Payload(
        input=order.input.model_dump(mode="json", exclude_defaults=True),
        strict=strict,
        max_cost=max_cost,
        after=after,
    )
    return NewJob(
        owner=who.id,
        domain=domain,
        key=who.key,
        request_id=request_id.get(),
        payload=payload.model_dump_json(),
        hash=hash_,
        error=failed,
        wait=context.settings.job_wait if failed else 0,
    )


async def prepared(context: Doors, claimed: Claimed) -> PreparedJob:
    """The order of a job, with the deadline and budget of this attempt."""
    job, payload = claimed.job, Payload.model_validate_json(claimed.payload)
    domain = context.forge.domains.get(job.domain)
    if domain is None:
        raise Conflict(f"This server no longer makes {job.domain}.")
    if context.settings.closed:
        user = await context.callers.users.find(job.owner)
        if user is not None and user.disabled:
            raise Forbidden("The account of this job is disabled.")
    try:
        input_ = domain.input.model_validate(payload.input)
    except ValidationError:
        raise Conflict(
            f"This version of Kuznia takes other orders of {job.domain} than the one that took in "
            "this job. Place the order again."
        ) from None
    order = context.order_of(
        job.domain,
        input_,
        Caller(job.owner, key=claimed.key),
        max_cost=payload.max_cost,
        after=payload.after,
    )
    return PreparedJob(order, partial(fault_of, strict=payload.strict))
