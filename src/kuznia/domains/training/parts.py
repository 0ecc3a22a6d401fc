"""The parts of a training plan: the plan itself, and the certificate that says what was checked."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import cast

from kuznia.domains.training import asking, screening
from kuznia.domains.training.asking import wishes
from kuznia.domains.training.athlete import Athlete, read
from kuznia.domains.training.catalogue import fingerprint
from kuznia.domains.training.kept import text
from kuznia.domains.training.plan import Plan
from kuznia.domains.training.planner import VERSION, Chooser, plan
from kuznia.domains.training.planner.choice import choose
from kuznia.domains.training.playbook.recall import context, recall
from kuznia.domains.training.profile import Person, PlanInput
from kuznia.domains.training.questions.answers import wrong
from kuznia.domains.training.verifier import (
    FAMILIES,
    Certificate,
    certificate,
    findings,
    verify,
)
from kuznia.domains.training.verifier.rules import rules, ruleset
from kuznia.forge.terms import (
    AnyPart,
    Bench,
    Check,
    Decline,
    Domain,
    Finding,
    Order,
    Part,
    Prompt,
)


def told(order: Order) -> PlanInput:
    """The order's input as this domain's own."""
    if not isinstance(order.input, PlanInput):
        raise TypeError(f"an order for training holds {type(order.input).__name__}")
    return order.input


def _athlete(bench: Bench) -> Athlete:
    return read(told(bench.order))


def screen(order: Order) -> Decline | None:
    """Stop signs first, then answers that do not fit their questions."""
    said = told(order)
    stop = screening.decline(read(said))
    if stop is not None:
        return stop
    problems = tuple(f"{one.where}: {one.message}" for one in wrong(said.answers))
    if not problems:
        return None
    return Decline("answers", "Some answers do not fit their questions.", problems)


def _prompt(bench: Bench) -> Prompt:
    return asking.prompt(told(bench.order), _athlete(bench))


def _prompt_in_context(bench: Bench) -> Prompt:
    order = told(bench.order)
    return asking.prompt(order, _athlete(bench), context(order))


def _taken_back(draft: Plan, found: tuple[Finding, ...], ours: Plan) -> Plan:
    """Take back what a model brought in: its words where they are at fault, else its choices."""
    if any(finding.code not in _WORDS for finding in found):
        return ours
    words = {"title": ours.title, "summary": ours.summary}
    weeks = tuple(
        week.model_copy(update={"theme": own.theme})
        for week, own in zip(draft.weeks, ours.weeks, strict=False)
    )
    return draft.model_copy(update={**words, "weeks": weeks})


_WORDS = frozenset(rule.id for rule in rules().values() if rule.family == "words")


def _family(name: str) -> Callable[[Plan, Bench], Awaitable[Iterable[Finding]]]:
    async def run(draft: Plan, bench: Bench) -> Iterable[Finding]:
        return findings(await asyncio.to_thread(verify, draft, _athlete(bench), name))

    return run


def _checks() -> tuple[Check[Plan], ...]:
    return tuple(
        Check(
            name=f"rules.{family}",
            run=_family(family),
            version=sum(rule.version for rule in rules().values() if rule.family == family),
        )
        for family in FAMILIES
    )


async def _certify(bench: Bench) -> Certificate:
    made = cast("Plan", bench.accepted["plan"])
    return await asyncio.to_thread(certificate, made, _athlete(bench))


def _whom(bench: Bench) -> Person:
    return Person(order=told(bench.order))


def shaped_by(draft: Plan) -> tuple[str, ...]:
    return draft.lessons


def plan_part(chooser: Chooser, prompt: Callable[[Bench], Prompt]) -> Part[Plan]:
    """The plan, its exercises chosen by the search or by the solver."""

    # Planning and checking are tens of milliseconds of arithmetic: in a thread, so streams flow.
    async def parse(reply: str, bench: Bench) -> Plan:
        athlete = _athlete(bench)
        return await asyncio.to_thread(lambda: plan(athlete, wishes(reply, athlete), chooser))

    async def make(bench: Bench) -> Plan:
        return await asyncio.to_thread(plan, _athlete(bench), chooser=chooser)

    async def mend(draft: Plan, found: tuple[Finding, ...], bench: Bench) -> Plan:
        return _taken_back(draft, found, await make(bench))

    return Part(
        name="plan",
        prompt=prompt,
        parse=parse,
        mend=mend,
        make=make,
        sources=shaped_by,
        checks=_checks(),
    )


PLAN = plan_part(choose, _prompt)
CERTIFICATE: Part[Certificate] = Part(name="certificate", needs=("plan",), make=_certify)
PERSON: Part[Person] = Part(name="person", needs=("plan",), make=_whom)


def parts(_: Order) -> tuple[AnyPart, ...]:
    return PLAN, CERTIFICATE, PERSON


def version() -> str:
    """Changes whenever equal orders may get another plan."""
    pieces = (str(VERSION), ruleset(), fingerprint(), text("prompt.md"), text("planner/texts.toml"))
    return hashlib.sha256("\n".join(pieces).encode()).hexdigest()[:16]


def set_up(domain: Domain, *, chooser: Chooser | None = None, by_context: bool = False) -> Domain:
    """The domain with the solver's choices, or with lessons ranked by what is asked for."""
    part = plan_part(chooser or choose, _prompt_in_context if by_context else _prompt)

    def with_plan(_: Order) -> tuple[AnyPart, ...]:
        return part, CERTIFICATE, PERSON

    return replace(
        domain,
        version=f"{domain.version}{'+exact' if chooser else ''}{'+context' if by_context else ''}",
        recall=partial(recall, by_context=by_context),
        parts=with_plan,
    )
