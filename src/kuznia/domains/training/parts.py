"""The parts of a training plan: the plan, the certificate of what was checked, and the person."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from kuznia.domains.training.account.account import account
from kuznia.domains.training.athlete import screening
from kuznia.domains.training.athlete.athlete import Athlete, read_athlete
from kuznia.domains.training.catalogue import STOCK, fingerprint
from kuznia.domains.training.catalogue.foreign import (
    ForeignCatalogue,
    NotACatalogue,
    exercises,
    load,
)
from kuznia.domains.training.catalogue.worker import in_worker
from kuznia.domains.training.checks import FAMILIES, Certificate, VerifiedPlan, verify_plan
from kuznia.domains.training.checks.rules import rules
from kuznia.domains.training.planner import Chooser, plan
from kuznia.domains.training.planner.choice import choose
from kuznia.domains.training.playbook.recall import context, recall
from kuznia.domains.training.prompt import prompt as prompt_of
from kuznia.domains.training.prompt import wishes
from kuznia.domains.training.questions.answers import problems
from kuznia.domains.training.schema.plan import Plan
from kuznia.domains.training.schema.profile import PlanInput, PlanPerson
from kuznia.domains.training.settings import TrainingSettings
from kuznia.domains.training.wishes.order import wished
from kuznia.forge.terms import (
    AnyDomain,
    Bench,
    CannotOpen,
    Check,
    Decline,
    Finding,
    Part,
    Prompt,
    Studied,
    Wish,
)
from kuznia.forge.wishes.clauses import clauses


@dataclass(frozen=True, slots=True)
class PlanOrder:
    """The order for a plan as it was read: the person as the rules see them, or a decline."""

    input: PlanInput
    athlete: Athlete
    decline: Decline | None


PlanBench = Bench[PlanOrder]


async def read_order(order: PlanInput) -> PlanOrder:
    """Read the order outside the event loop: sixty long answers take a tenth of a second."""
    return await in_worker(partial(_read, order))


def _read(order: PlanInput) -> PlanOrder:
    """Stop signs come first, then answers that do not fit their questions."""
    athlete = read_athlete(wished(order))
    decline = screening.decline(athlete)
    if decline is None:
        wrong = tuple(f"{answer.where}: {answer.message}" for answer in problems(order.answers))
        if wrong:
            decline = Decline("answers", "Some answers do not fit their questions.", wrong)
    return PlanOrder(order, athlete, decline)


async def _prompt(bench: PlanBench) -> Prompt:
    order = bench.reading
    return await in_worker(partial(prompt_of, order.input, order.athlete))


async def _prompt_with_context(bench: PlanBench) -> Prompt:
    return await in_worker(partial(_with_context, bench.reading))


def _with_context(order: PlanOrder) -> Prompt:
    return prompt_of(order.input, order.athlete, context(order.input))


async def _verified(work: Callable[[], VerifiedPlan]) -> Studied[Plan]:
    """A plan made and held against the rules in one go."""
    verified = await in_worker(work)
    return Studied(verified.plan, verified)


def _plan(order: PlanOrder, chooser: Chooser, reply: str | None = None) -> VerifiedPlan:
    wished = None if reply is None else wishes(reply, order.athlete)
    return verify_plan(plan(order.athlete, wished, chooser), order.athlete)


def _mend(
    draft: Plan, findings: tuple[Finding, ...], order: PlanOrder, chooser: Chooser
) -> VerifiedPlan:
    ours = plan(order.athlete, None, chooser)
    return verify_plan(_without_faults(draft, findings, ours), order.athlete)


def _without_faults(draft: Plan, findings: tuple[Finding, ...], ours: Plan) -> Plan:
    """Take back what a model brought in: its words where they are at fault, else its choices."""
    if any(finding.code not in _WORDS for finding in findings):
        return ours
    words = {"title": ours.title, "summary": ours.summary}
    weeks = tuple(
        week.model_copy(update={"theme": own.theme})
        for week, own in zip(draft.weeks, ours.weeks, strict=False)
    )
    return draft.model_copy(update={**words, "weeks": weeks})


_WORDS = frozenset(rule.id for rule in rules().values() if rule.family == "words")


def _study(bench: PlanBench) -> VerifiedPlan:
    return bench.studies["plan"]


def _check(family: str) -> Check[Plan, PlanOrder]:
    def run(_: Plan, bench: PlanBench) -> Iterable[Finding]:
        return _study(bench).by_family[family]

    version = sum(rule.version for rule in rules().values() if rule.family == family)
    return Check(name=f"rules.{family}", run=run, version=version)


CHECKS = tuple(map(_check, FAMILIES))


def _plan_part(
    chooser: Chooser, prompt: Callable[[PlanBench], Awaitable[Prompt]]
) -> Part[Plan, PlanOrder]:
    """The plan, its exercises chosen by the search or by the solver."""

    async def parse(reply: str, bench: PlanBench) -> Studied[Plan]:
        return await _verified(partial(_plan, bench.reading, chooser, reply))

    async def make(bench: PlanBench) -> Studied[Plan]:
        return await _verified(partial(_plan, bench.reading, chooser))

    async def mend(draft: Plan, findings: tuple[Finding, ...], bench: PlanBench) -> Studied[Plan]:
        return await _verified(partial(_mend, draft, findings, bench.reading, chooser))

    return Part(
        name="plan",
        prompt=prompt,
        parse=parse,
        mend=mend,
        make=make,
        sources=lambda draft: draft.lessons,
        checks=CHECKS,
    )


def _certify(bench: PlanBench) -> Certificate:
    return _study(bench).certificate


def _person(bench: PlanBench) -> PlanPerson:
    return PlanPerson(order=bench.reading.input)


PLAN = _plan_part(choose, _prompt)
CERTIFICATE: Part[Certificate, PlanOrder] = Part(name="certificate", needs=("plan",), make=_certify)
PERSON: Part[PlanPerson, PlanOrder] = Part(name="person", needs=("plan",), make=_person)


def wishes_of(order: PlanOrder) -> tuple[Wish, ...]:
    """What the prompt asks for, clause by clause."""
    return clauses(order.input.prompt)


async def account_of(bench: PlanBench, wishes: tuple[Wish, ...]) -> Sequence[Wish]:
    """What became of each wish in the plan."""
    order, draft = bench.reading, bench.accepted.get("plan")
    if not isinstance(draft, Plan):
        return ()
    return await in_worker(partial(account, order.input, order.athlete, draft, wishes))


def parts(_: PlanOrder) -> tuple[Part[Any, PlanOrder], ...]:
    return PLAN, CERTIFICATE, PERSON


@asynccontextmanager
async def opened(domain: AnyDomain, settings: TrainingSettings) -> AsyncGenerator[AnyDomain]:
    """The domain with the operator's exercises, solver and context, until the server ends."""
    try:
        path = settings.training_catalogue
        foreign = await asyncio.to_thread(load, path) if path else ForeignCatalogue()
    except NotACatalogue as error:
        raise CannotOpen(f"TRAINING_CATALOGUE: {error}") from None
    with STOCK.beside_ours(exercises(foreign)):
        # With other exercises an equal order may get another plan: the shelf must not answer it.
        version = f"{domain.version}+{fingerprint()}"
        domain = replace(domain, version=version) if foreign.exercises else domain
        yield _set_up(
            domain,
            chooser=_exact() if settings.training_solver == "exact" else None,
            by_context=settings.playbook_context_matching_enabled,
        )


def _set_up(domain: AnyDomain, *, chooser: Chooser | None, by_context: bool) -> AnyDomain:
    """The domain with the solver's choices, or with lessons ranked by what is asked for."""
    chosen = _plan_part(chooser or choose, _prompt_with_context if by_context else _prompt)

    def parts(_: PlanOrder) -> tuple[Part[Any, PlanOrder], ...]:
        return chosen, CERTIFICATE, PERSON

    return replace(
        domain,
        version=f"{domain.version}{'+exact' if chooser else ''}{'+context' if by_context else ''}",
        recall=partial(recall, by_context=by_context),
        parts=parts,
    )


def _exact() -> Chooser:
    """The solver, which is an extra to install."""
    try:
        from kuznia.domains.training.planner.exact import choose_exactly
    except ImportError:
        raise CannotOpen(
            "TRAINING_SOLVER: `exact` needs the extra `solver`: pip install kuznia[solver]."
        ) from None
    return choose_exactly
