"""An order becomes a checked artefact: the whole story on one page.

Every step is told as it happens. Only what passed its checks gets into the artefact; a part that
did not is asked again with what was wrong, made by our own code where there is some, or missing.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from inspect import isawaitable
from typing import Any

from kuznia.forge.artefact import Artefact, Evidence, Unmet, makers
from kuznia.forge.make import make
from kuznia.forge.shelf.shelf import Kept
from kuznia.forge.terms import (
    AnyDomain,
    AnyPart,
    ArtefactId,
    Bench,
    Decline,
    Finding,
    Input,
    Order,
    Status,
    Wish,
)
from kuznia.forge.trial import Earlier, PartResult, blames, is_partial, late, without
from kuznia.forge.wishes.account import account, is_open, read_wishes
from kuznia.forge.work import Forge, Work
from kuznia.platform.errors import Fault, TimedOut
from kuznia.platform.ids import new_id

BLAMED = "Decide by the words of the request; where it is right, make yours do it."


async def run(forge: Forge, work: Work) -> Kept:
    """Make one order. Raises a Fault when there is no artefact to speak of, and nothing else."""
    order, domain = work.order, forge.domains[work.order.domain]
    began = forge.clock.monotonic()
    work.tell("run.started", {"run_id": work.run_id, "domain": domain.name})
    reading = await read_order(domain, order.input, order.deadline - began)
    bench = Bench(order, reading, wishes=read_wishes(domain, order.input.prompt, reading))
    decline = domain.screen(reading)
    parts = () if decline else domain.parts(reading)
    made: dict[str, PartResult] = {}
    try:
        async with asyncio.timeout(order.deadline - began):
            await forge.shelf.admit(order.caller)
            await _make_all(forge, work, bench, parts, made, {})
            await _make_blamed_again(forge, work, bench, parts, made)
    except TimeoutError:
        # What is accepted by now is kept; if that is not enough, the fault below says so.
        made |= {part.name: late(part) for part in parts if part.name not in made}
    for part in parts:
        if part.required and (fault := made[part.name].fault):
            raise fault
    left = order.deadline - forge.clock.monotonic()
    wishes = () if decline else await _accounted(work, domain, bench, made, left)
    artefact = _assemble(forge, work, domain, decline, parts, made, wishes, began)
    # In one transaction with the artefact.
    work.ledger.flush()
    left = order.deadline - forge.clock.monotonic()
    finish = work.record.finish if work.record else None
    return await forge.shelf.keep(artefact, work.key, seconds=left, finish=finish)


# Any: what a domain's reading is, only the domain knows.
async def read_order(domain: AnyDomain, order: Input, seconds: float) -> Any:
    """The order's input as its domain understands it."""
    reading = domain.read(order)
    if not isawaitable(reading):
        return reading
    try:
        async with asyncio.timeout(seconds):
            return await reading
    except TimeoutError:
        raise TimedOut("The deadline passed before the order was read.") from None


async def _make_all(
    forge: Forge,
    work: Work,
    order: Bench[Any],
    parts: tuple[AnyPart, ...],
    made: dict[str, PartResult],
    earlier: Mapping[str, Earlier],
) -> None:
    """Parts that need nothing of each other run side by side; a part waits for what it needs."""

    async def make_one(part: AnyPart, bench: Bench[Any]) -> None:
        made[part.name] = await make(forge, work, part, bench, earlier.get(part.name))

    waiting: list[AnyPart] = list(parts)
    while waiting:
        bench = _with_parts(order, made)
        accepted = bench.accepted
        ready = [part for part in waiting if all(need in made for need in part.needs)]
        if not ready:
            names = ", ".join(part.name for part in waiting)
            raise TypeError(f"parts that wait for each other: {names}")
        waiting = [part for part in waiting if part not in ready]
        makeable = [part for part in ready if all(need in accepted for need in part.needs)]
        made |= {part.name: without(part, accepted) for part in ready if part not in makeable}
        if len(makeable) == 1:
            await make_one(makeable[0], bench)
            continue
        try:
            async with asyncio.TaskGroup() as side_by_side:
                for part in makeable:
                    side_by_side.create_task(make_one(part, bench))
        except ExceptionGroup as group:
            # What a caller can be told of one part is told of the order.
            if (faults := group.subgroup(Fault)) is None or group.exceptions != faults.exceptions:
                raise
            raise faults.exceptions[0] from None


async def _make_blamed_again(
    forge: Forge,
    work: Work,
    order: Bench[Any],
    parts: tuple[AnyPart, ...],
    made: dict[str, PartResult],
) -> None:
    """The way back, once an order: a part that another was given up over is made again, and what
    stands on it is read again and asked for only where it is still wrong."""
    blame = next((f for f in blames(made) if made[f.blames].best is not None), None)
    if blame is None:
        return
    names = {blame.blames}
    for part in parts:
        names |= {part.name} if names & set(part.needs) else set()
    findings = tuple(
        replace(f, hint=BLAMED, blames="") for f in blames(made) if f.blames == blame.blames
    )
    again = tuple(part for part in parts if part.name in names)
    earlier = {part.name: Earlier(made[part.name]) for part in again}
    earlier[blame.blames] = Earlier(made[blame.blames], findings)
    for part in again:
        work.tell("part.reset", {"part": part.name})
    # What there is now stays until there is better: the deadline may pass, or the budget be spent.
    renewed = {name: result for name, result in made.items() if name not in names}
    await _make_all(forge, work, order, again, renewed, earlier)
    if renewed[blame.blames].draft is not None:
        made.update(renewed)
        return
    for part in again:
        if made[part.name].draft is not None:
            by = made[part.name].evidence.made_by
            work.tell(
                "part.accepted", {"part": part.name, "draft": made[part.name].draft, "by": by}
            )


# Any: what a domain's reading is, only the domain knows.
async def _accounted(
    work: Work,
    domain: AnyDomain,
    order: Bench[Any],
    made: Mapping[str, PartResult],
    seconds: float,
) -> tuple[Wish, ...]:
    """What became of each wish, told one by one."""
    answered = [m for m in made.values() if m.wishes]
    others = [m for m in made.values() if not m.wishes and m.evidence.made_by != "computed"]
    if answered and not others:
        # All that was asked of a model is in this part, and it is accounted for.
        wishes = answered[0].wishes
    else:
        wishes = await account(domain, _with_parts(order, made), seconds=seconds)
    for wish in wishes:
        work.tell("wish.open" if is_open(wish) else "wish.met", {"wish": wish})
    return wishes


# Any: as above.
def _with_parts(order: Bench[Any], made: Mapping[str, PartResult]) -> Bench[Any]:
    """The bench with the parts that are accepted by now, and what is known of them."""
    return replace(
        order,
        accepted={name: m.draft for name, m in made.items() if m.draft is not None},
        studies={name: m.study for name, m in made.items() if m.study is not None},
        claims=tuple(claim for m in made.values() for claim in m.claims),
    )


def _assemble(
    forge: Forge,
    work: Work,
    domain: AnyDomain,
    decline: Decline | None,
    parts: tuple[AnyPart, ...],
    made: Mapping[str, PartResult],
    wishes: tuple[Wish, ...],
    began: float,
) -> Artefact:
    """Put together what was accepted, and say honestly what that is."""
    status: Status = "complete"
    if decline is not None:
        status = "declined"
    elif any(part.required and made[part.name].draft is None for part in parts):
        status = "failed"
    elif any(_stood_in(forge, domain, part, made[part.name]) for part in parts):
        status = "degraded"
    elif any(map(is_partial, made.values())) or any(map(is_open, wishes)):
        status = "partial"
    in_order = [(part, made[part.name]) for part in parts]
    ledger = work.ledger
    return Artefact(
        id=ArtefactId(new_id("art", forge.clock)),
        run_id=work.run_id,
        owner=work.order.caller.id,
        domain=domain.name,
        status=status,
        input=work.order.input.model_dump(mode="json", exclude_defaults=True),
        made_by=makers(m.evidence for m in made.values()),
        parts={part.name: m.draft for part, m in in_order if m.draft is not None},
        wishes=wishes,
        unmet=tuple(Unmet(part.name, m.findings) for part, m in in_order if m.draft is None),
        findings=work.noted
        + _continued(work.order)
        + tuple(f for _, m in in_order if m.draft is not None for f in m.findings)
        + tuple(replace(f, severity="open") for f in blames(made)),
        decline=decline,
        evidence=Evidence(
            run_id=work.run_id,
            domain_version=domain.version,
            parts=tuple(m.evidence for _, m in in_order),
            attempts=tuple(ledger.attempts),
            input_tokens=ledger.input_tokens,
            output_tokens=ledger.output_tokens,
            cost=ledger.cost,
            seconds=round(forge.clock.monotonic() - began, 6),
            model_seconds=round(ledger.model_seconds, 6),
        ),
        created_at=forge.clock.now(),
    )


def _continued(order: Order) -> tuple[Finding, ...]:
    if not order.after:
        return ()
    message = f"Made with your answers to the questions of {order.after}."
    return (Finding("continued", "warn", "artefact", message),)


def _stood_in(forge: Forge, domain: AnyDomain, part: AnyPart, made: PartResult) -> bool:
    """Whether our planner replaced a model that was set up for the part and did not deliver it."""
    return made.evidence.made_by == "planner" and forge.model_for(domain.name, part) is not None
