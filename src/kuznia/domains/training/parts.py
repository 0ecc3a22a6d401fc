"""The parts of a training plan: the plan itself, and the certificate that says what was checked."""

import hashlib
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import cast

from kuznia.domains.training.aside import aside
from kuznia.domains.training.athlete import screening
from kuznia.domains.training.athlete.athlete import Athlete, read
from kuznia.domains.training.catalogue import fingerprint
from kuznia.domains.training.checks import (
    FAMILIES,
    Certificate,
    certified,
    findings,
    verify,
)
from kuznia.domains.training.checks.rules import rules, ruleset
from kuznia.domains.training.kept import text
from kuznia.domains.training.planner import VERSION, Chooser, plan
from kuznia.domains.training.planner.choice import choose
from kuznia.domains.training.playbook.recall import context, recall
from kuznia.domains.training.prompt import prompt as prompt_of
from kuznia.domains.training.prompt import wishes
from kuznia.domains.training.questions.answers import wrong
from kuznia.domains.training.schema.plan import Plan
from kuznia.domains.training.schema.profile import Person, PlanInput
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


async def screen(order: Order) -> Decline | None:
    """Stop signs first, then answers that do not fit their questions."""
    # Sixty answers of two thousand letters are a tenth of a second of listening.
    return await aside(partial(_screened, told(order)))


def _screened(said: PlanInput) -> Decline | None:
    stop = screening.decline(read(said))
    if stop is not None:
        return stop
    problems = tuple(f"{one.where}: {one.message}" for one in wrong(said.answers))
    if not problems:
        return None
    return Decline("answers", "Some answers do not fit their questions.", problems)


async def _prompt(bench: Bench) -> Prompt:
    return await aside(partial(_asked, told(bench.order)))


async def _prompt_in_context(bench: Bench) -> Prompt:
    order = told(bench.order)
    return await aside(partial(_asked, order, context(order)))


def _asked(order: PlanInput, context: tuple[str, ...] = ()) -> Prompt:
    return prompt_of(order, read(order), context)


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


@dataclass(frozen=True, slots=True)
class Held:
    """A plan held against every rule."""

    plan: Plan
    findings: Mapping[str, tuple[Finding, ...]]
    certificate: Certificate


def hold(plan: Plan, athlete: Athlete) -> Held:
    """What breaks it, by family of rules, and its certificate."""
    verdicts = verify(plan, athlete)
    by_family = {
        family: tuple(findings(tuple(one for one in verdicts if one.rule.family == family)))
        for family in FAMILIES
    }
    return Held(plan, by_family, certified(plan, verdicts))


class Desk:
    """One order's papers: a plan is held against the rules once, however many checks ask for it."""

    def __init__(self) -> None:
        self._held: Held | None = None

    async def lay(self, work: Callable[[], Held]) -> Plan:
        """A plan made and held in one go."""
        self._held = await aside(work)
        return self._held.plan

    async def held(self, plan: Plan, bench: Bench) -> Held:
        if self._held is None or self._held.plan is not plan:
            held = await aside(partial(_hold, plan, told(bench.order)))
            # As it came back from where it was done it would be another object.
            self._held = replace(held, plan=plan)
        return self._held


def _hold(draft: Plan, order: PlanInput) -> Held:
    return hold(draft, read(order))


def _planned(order: PlanInput, chooser: Chooser, reply: str | None = None) -> Held:
    athlete = read(order)
    wished = None if reply is None else wishes(reply, athlete)
    return hold(plan(athlete, wished, chooser), athlete)


def _family(desk: Desk, name: str) -> Callable[[Plan, Bench], Awaitable[Iterable[Finding]]]:
    async def run(draft: Plan, bench: Bench) -> Iterable[Finding]:
        return (await desk.held(draft, bench)).findings[name]

    return run


def _checks(desk: Desk) -> tuple[Check[Plan], ...]:
    return tuple(
        Check(
            name=f"rules.{family}",
            run=_family(desk, family),
            version=sum(rule.version for rule in rules().values() if rule.family == family),
        )
        for family in FAMILIES
    )


def _certify(desk: Desk) -> Callable[[Bench], Awaitable[Certificate]]:
    async def make(bench: Bench) -> Certificate:
        return (await desk.held(cast("Plan", bench.accepted["plan"]), bench)).certificate

    return make


def _whom(bench: Bench) -> Person:
    return Person(order=told(bench.order))


def shaped_by(draft: Plan) -> tuple[str, ...]:
    return draft.lessons


def plan_part(
    chooser: Chooser, prompt: Callable[[Bench], Awaitable[Prompt]], desk: Desk
) -> Part[Plan]:
    """The plan, its exercises chosen by the search or by the solver."""

    async def parse(reply: str, bench: Bench) -> Plan:
        return await desk.lay(partial(_planned, told(bench.order), chooser, reply))

    async def make(bench: Bench) -> Plan:
        return await desk.lay(partial(_planned, told(bench.order), chooser))

    async def mend(draft: Plan, found: tuple[Finding, ...], bench: Bench) -> Plan:
        return _taken_back(draft, found, await make(bench))

    return Part(
        name="plan",
        prompt=prompt,
        parse=parse,
        mend=mend,
        make=make,
        sources=shaped_by,
        checks=_checks(desk),
    )


PERSON: Part[Person] = Part(name="person", needs=("plan",), make=_whom)


def parts_by(
    chooser: Chooser, prompt: Callable[[Bench], Awaitable[Prompt]]
) -> tuple[Part[Plan], Part[Certificate], Part[Person]]:
    """The plan, its certificate and whom it is for, for one order."""
    desk = Desk()
    certificate = Part(name="certificate", needs=("plan",), make=_certify(desk))
    return plan_part(chooser, prompt, desk), certificate, PERSON


def parts(_: Order) -> tuple[AnyPart, ...]:
    return parts_by(choose, _prompt)


# What evidence calls them; the parts themselves are made for each order.
PLAN, CERTIFICATE, _ = parts_by(choose, _prompt)


def version() -> str:
    """Changes whenever equal orders may get another plan."""
    pieces = (
        str(VERSION),
        ruleset(),
        fingerprint(),
        text("prompts/plan.md"),
        text("planner/texts.toml"),
    )
    return hashlib.sha256("\n".join(pieces).encode()).hexdigest()[:16]


def set_up(domain: Domain, *, chooser: Chooser | None = None, by_context: bool = False) -> Domain:
    """The domain with the solver's choices, or with lessons ranked by what is asked for."""
    prompt = _prompt_in_context if by_context else _prompt

    def with_plan(_: Order) -> tuple[AnyPart, ...]:
        return parts_by(chooser or choose, prompt)

    return replace(
        domain,
        version=f"{domain.version}{'+exact' if chooser else ''}{'+context' if by_context else ''}",
        recall=partial(recall, by_context=by_context),
        parts=with_plan,
    )
