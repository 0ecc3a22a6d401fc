"""The parts of a training plan: the plan itself, and the certificate that says what was checked."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from kuznia.domains.training.aside import aside
from kuznia.domains.training.athlete import screening
from kuznia.domains.training.athlete.athlete import Athlete, read
from kuznia.domains.training.checks import (
    FAMILIES,
    Certificate,
    certified,
    findings,
    verify,
)
from kuznia.domains.training.checks.rules import rules
from kuznia.domains.training.planner import Chooser, plan
from kuznia.domains.training.planner.choice import choose
from kuznia.domains.training.playbook.recall import context, recall
from kuznia.domains.training.prompt import prompt as prompt_of
from kuznia.domains.training.prompt import wishes
from kuznia.domains.training.questions.answers import wrong
from kuznia.domains.training.schema.plan import Plan
from kuznia.domains.training.schema.profile import Person, PlanInput
from kuznia.forge.terms import (
    AnyDomain,
    Bench,
    Check,
    Decline,
    Finding,
    Part,
    Prompt,
    Studied,
)


@dataclass(frozen=True, slots=True)
class PlanOrder:
    """A plan as it was ordered: the person as the rules see them, and why they get no plan."""

    input: PlanInput
    athlete: Athlete
    decline: Decline | None


PlanBench = Bench[PlanOrder]


async def read_order(order: PlanInput) -> PlanOrder:
    """The order, read where it holds nobody up: sixty long answers take a tenth of a second."""
    return await aside(partial(_read, order))


def _read(order: PlanInput) -> PlanOrder:
    """Stop signs first, then answers that do not fit their questions."""
    athlete = read(order)
    decline = screening.decline(athlete)
    if decline is None:
        problems = tuple(f"{one.where}: {one.message}" for one in wrong(order.answers))
        if problems:
            message = "Some answers do not fit their questions."
            decline = Decline("answers", message, problems)
    return PlanOrder(order, athlete, decline)


async def _prompt(bench: PlanBench) -> Prompt:
    return await aside(partial(_asked, bench.reading))


async def _prompt_in_context(bench: PlanBench) -> Prompt:
    order = bench.reading
    return await aside(partial(_asked, order, context(order.input)))


def _asked(order: PlanOrder, context: tuple[str, ...] = ()) -> Prompt:
    return prompt_of(order.input, order.athlete, context)


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


async def _held(work: Callable[[], Held]) -> Studied[Plan]:
    """A plan made and held against the rules in one go."""
    held = await aside(work)
    return Studied(held.plan, held)


def _planned(order: PlanOrder, chooser: Chooser, reply: str | None = None) -> Held:
    wished = None if reply is None else wishes(reply, order.athlete)
    return hold(plan(order.athlete, wished, chooser), order.athlete)


def _mended(draft: Plan, found: tuple[Finding, ...], order: PlanOrder, chooser: Chooser) -> Held:
    ours = plan(order.athlete, None, chooser)
    return hold(_taken_back(draft, found, ours), order.athlete)


def _held_of(bench: PlanBench) -> Held:
    return bench.studies["plan"]


def _check(family: str) -> Check[Plan, PlanOrder]:
    def run(_: Plan, bench: PlanBench) -> Iterable[Finding]:
        return _held_of(bench).findings[family]

    version = sum(rule.version for rule in rules().values() if rule.family == family)
    return Check(name=f"rules.{family}", run=run, version=version)


CHECKS = tuple(map(_check, FAMILIES))


def _certify(bench: PlanBench) -> Certificate:
    return _held_of(bench).certificate


def _whom(bench: PlanBench) -> Person:
    return Person(order=bench.reading.input)


def shaped_by(draft: Plan) -> tuple[str, ...]:
    return draft.lessons


def plan_part(
    chooser: Chooser, prompt: Callable[[PlanBench], Awaitable[Prompt]]
) -> Part[Plan, PlanOrder]:
    """The plan, its exercises chosen by the search or by the solver."""

    async def parse(reply: str, bench: PlanBench) -> Studied[Plan]:
        return await _held(partial(_planned, bench.reading, chooser, reply))

    async def make(bench: PlanBench) -> Studied[Plan]:
        return await _held(partial(_planned, bench.reading, chooser))

    async def mend(draft: Plan, found: tuple[Finding, ...], bench: PlanBench) -> Studied[Plan]:
        return await _held(partial(_mended, draft, found, bench.reading, chooser))

    return Part(
        name="plan",
        prompt=prompt,
        parse=parse,
        mend=mend,
        make=make,
        sources=shaped_by,
        checks=CHECKS,
    )


PLAN = plan_part(choose, _prompt)
CERTIFICATE: Part[Certificate, PlanOrder] = Part(name="certificate", needs=("plan",), make=_certify)
PERSON: Part[Person, PlanOrder] = Part(name="person", needs=("plan",), make=_whom)


def parts(_: PlanOrder) -> tuple[Part[Any, PlanOrder], ...]:
    return PLAN, CERTIFICATE, PERSON


def set_up(
    domain: AnyDomain, *, chooser: Chooser | None = None, by_context: bool = False
) -> AnyDomain:
    """The domain with the solver's choices, or with lessons ranked by what is asked for."""
    chosen = plan_part(chooser or choose, _prompt_in_context if by_context else _prompt)

    def parts(_: PlanOrder) -> tuple[Part[Any, PlanOrder], ...]:
        return chosen, CERTIFICATE, PERSON

    return replace(
        domain,
        version=f"{domain.version}{'+exact' if chooser else ''}{'+context' if by_context else ''}",
        recall=partial(recall, by_context=by_context),
        parts=parts,
    )
