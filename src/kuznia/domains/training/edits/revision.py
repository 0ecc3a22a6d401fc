"""The parts of an artefact after feedback. It is computed in a worker, so it knows no server."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, replace

from pydantic import ValidationError
from pydantic_core import from_json

from kuznia.domains.training.checks import FAMILIES, VerifiedPlan
from kuznia.domains.training.edits.coaching import (
    Coached,
    Feedback,
    Standing,
    UnknownExercise,
    coach,
)
from kuznia.domains.training.parts import CERTIFICATE, CHECKS, PERSON, PLAN
from kuznia.domains.training.playbook.log import LessonLog
from kuznia.domains.training.schema.plan import Plan
from kuznia.domains.training.schema.profile import KEPT, PlanPerson
from kuznia.forge.terms import CheckEvidence, Draft, Finding


class NoPlan(Exception):
    """The artefact holds no plan that can be worked on; the message says why."""


class NoSuchExercise(Exception):
    """A name that clearly fits no exercise; the answer is in the language of the plan."""

    def __init__(self, unknown: UnknownExercise, plan: Plan) -> None:
        super().__init__()
        self.unknown = unknown
        self.plan = plan


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisedPlan:
    """What feedback came to, and what the revised artefact is made of."""

    coached: Coached
    # Whether there is a revised artefact at all.
    changed: bool = False
    parts: Mapping[str, Draft]
    findings: tuple[Finding, ...] = ()
    checks: tuple[CheckEvidence, ...] = ()
    sources: tuple[str, ...] = ()


def revise_plan(
    feedback: Feedback, artefact: str, body: bytes, log: tuple[str, ...], day: datetime.date
) -> RevisedPlan:
    """Work feedback into a kept plan: a dozen plans may be checked on the way to a good one."""
    standing = _standing(artefact, body, log, day)
    try:
        coached = coach(feedback, standing)
    except UnknownExercise as unknown:
        raise NoSuchExercise(unknown, standing.plan) from None
    verified = coached.verified
    changed = coached.plan != standing.plan or coached.decline is not None
    if not changed or verified is None or coached.decline is not None:
        return RevisedPlan(coached=coached, changed=changed, parts={})
    return RevisedPlan(
        coached=coached,
        changed=True,
        # The same parts an order gives, for the plan as it is now.
        parts={
            PLAN.name: coached.plan,
            CERTIFICATE.name: verified.certificate,
            PERSON.name: coached.person,
        },
        # Nothing here stands in the way: a person who asks for less gets less.
        findings=tuple(replace(finding, severity="warn") for finding in verified.findings),
        checks=_evidence(verified),
        sources=coached.plan.lessons,
    )


def _evidence(verified: VerifiedPlan) -> tuple[CheckEvidence, ...]:
    """Every rule was held against the changed plan again."""
    return tuple(
        CheckEvidence(
            name=check.name,
            version=check.version,
            passed=not any(finding.stands for finding in verified.by_family[family]),
        )
        for family, check in zip(FAMILIES, CHECKS, strict=True)
    )


def _standing(artefact: str, body: bytes, log: tuple[str, ...], day: datetime.date) -> Standing:
    parts = from_json(body)["parts"]
    if not {"plan", "person"} <= parts.keys():
        raise NoPlan("There is no plan in such an artefact.")
    try:
        plan = Plan.model_validate(parts["plan"])
        person = PlanPerson.model_validate(parts["person"], context=KEPT)
    except ValidationError:
        raise NoPlan("The plan was made by another version.") from None
    return Standing(artefact=artefact, plan=plan, person=person, log=LessonLog.read(log), date=day)
