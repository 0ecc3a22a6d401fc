"""What this domain's doors have worked out aside; nothing here knows HTTP, so a worker is small."""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from pydantic import ValidationError
from pydantic_core import from_json

from kuznia.domains.training import edits
from kuznia.domains.training.athlete.athlete import read
from kuznia.domains.training.checks import certified, findings, verify
from kuznia.domains.training.playbook import Log
from kuznia.domains.training.playbook.coaching import Coached, Said, Standing, Unknown, coach
from kuznia.domains.training.questions.answers import wrong
from kuznia.domains.training.schema.plan import Plan
from kuznia.domains.training.schema.profile import KEPT, Person
from kuznia.domains.training.schema.shapes import Verified, VerifyIn
from kuznia.forge.terms import Draft

# Past any plan a person could follow, and short of where arithmetic or time gives way.
MOST_OF_ANYTHING = 100_000
MOST_IN_A_LIST = 100
MOST_WEEKS = 16

Place = tuple[str | int, ...]


class Misplaced(Exception):
    """Something in what was sent cannot be taken; where, and why."""

    def __init__(self, place: Place, message: str) -> None:
        super().__init__(message)
        self.place = place


class NoPlan(Exception):
    """The artefact holds no plan that can be worked on; the message says why."""


class NoSuchExercise(Exception):
    """An exercise was named that is none for certain; the plan says in which language to answer."""

    def __init__(self, unknown: Unknown, plan: Plan) -> None:
        super().__init__()
        self.unknown = unknown
        self.plan = plan


@dataclass(frozen=True, slots=True)
class Responded:
    """What feedback came to, and the parts of the artefact it makes, if it changes the plan."""

    coached: Coached
    parts: Mapping[str, Draft] | None


def verified(sent: VerifyIn) -> Verified:
    """A plan from anywhere held against every rule."""
    _within(sent.plan)
    problem = next(wrong(sent.order.answers), None)
    if problem is not None:
        raise Misplaced(("order", "answers", problem.where), problem.message)
    verdicts = verify(sent.plan, read(sent.order))
    return Verified(certificate=certified(sent.plan, verdicts), findings=tuple(findings(verdicts)))


def responded(
    said: Said, artefact: str, body: bytes, log: tuple[str, ...], day: datetime.date
) -> Responded:
    """Feedback heard: a dozen plans may be held against every rule on the way to a good one."""
    standing = _standing(artefact, body, log, day)
    try:
        coached = coach(said, standing)
    except Unknown as unknown:
        raise NoSuchExercise(unknown, standing.plan) from None
    changed = coached.plan != standing.plan or coached.decline is not None
    return Responded(coached, edits.parts(coached) if changed else None)


def _standing(artefact: str, body: bytes, log: tuple[str, ...], day: datetime.date) -> Standing:
    parts = from_json(body)["parts"]
    if not {"plan", "person"} <= parts.keys():
        raise NoPlan("There is no plan in such an artefact.")
    try:
        plan = Plan.model_validate(parts["plan"])
        person = Person.model_validate(parts["person"], context=KEPT)
    except ValidationError:
        raise NoPlan("The plan was made by another version.") from None
    return Standing(artefact=artefact, plan=plan, person=person, log=Log.read(log), now=day)


def _within(plan: Plan) -> None:
    """Refuse what has the shape of a plan and the size of none."""
    if not 1 <= len(plan.weeks) <= MOST_WEEKS:
        raise Misplaced(("plan", "weeks"), f"1 to {MOST_WEEKS} weeks")
    place = next(_beyond(plan.model_dump(), ("plan",)), None)
    if place is not None:
        raise Misplaced(place, "Too large")


def _beyond(value: object, place: Place) -> Iterator[Place]:
    """The places of numbers and lists no plan needs."""
    # Not a number compares as false with everything, so it is refused as well.
    if isinstance(value, int | float) and not abs(value) <= MOST_OF_ANYTHING:
        yield place
    if isinstance(value, Sequence) and not isinstance(value, str):
        several = cast("Sequence[object]", value)
        if len(several) > MOST_IN_A_LIST:
            yield place
        for number, one in enumerate(several):
            yield from _beyond(one, (*place, number))
    if isinstance(value, Mapping):
        for name, one in cast("Mapping[str, object]", value).items():
            yield from _beyond(one, (*place, name))
