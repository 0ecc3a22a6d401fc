"""A plan from anywhere, sent to be held against every rule."""

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from pydantic import BaseModel, ConfigDict

from kuznia.domains.training.athlete.athlete import read_athlete
from kuznia.domains.training.checks import Certificate, verify_plan
from kuznia.domains.training.questions.answers import problems
from kuznia.domains.training.schema.plan import Plan
from kuznia.domains.training.schema.profile import PlanInput
from kuznia.domains.training.wishes.order import wished
from kuznia.forge.terms import Finding

# Past any plan a person could follow, and short of where arithmetic or time gives way.
MAX_NUMBER = 100_000
MAX_ITEMS = 100
MAX_WEEKS = 16

Place = tuple[str | int, ...]


class VerifyIn(BaseModel):
    """A plan from anywhere, and the order it is to fit; lessons in it are taken as they are."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    order: PlanInput
    plan: Plan


class VerifyOut(BaseModel):
    """Every rule with what was measured, and each breach."""

    certificate: Certificate
    findings: tuple[Finding, ...]


class Misplaced(Exception):
    """Something in the request cannot be accepted; where it is, and why."""

    def __init__(self, place: Place, message: str) -> None:
        super().__init__(message)
        self.place = place


def verify_submitted(content: bytes) -> VerifyOut:
    """Hold the plan of a JSON body against every rule: a worker takes bytes sooner than a plan.

    Raise ValidationError where it is no such body, Misplaced for what no plan may hold.
    """
    request = VerifyIn.model_validate_json(content, strict=True)
    _check_size(request.plan)
    problem = next(problems(request.order.answers), None)
    if problem is not None:
        raise Misplaced(("order", "answers", problem.where), problem.message)
    verified = verify_plan(request.plan, read_athlete(wished(request.order)))
    return VerifyOut(certificate=verified.certificate, findings=verified.findings)


def _check_size(plan: Plan) -> None:
    """Refuse what has the shape of a plan and the size of none."""
    if not 1 <= len(plan.weeks) <= MAX_WEEKS:
        raise Misplaced(("plan", "weeks"), f"1 to {MAX_WEEKS} weeks")
    place = next(_too_large(plan.model_dump(), ("plan",)), None)
    if place is not None:
        raise Misplaced(place, "Too large")


def _too_large(value: object, place: Place) -> Iterator[Place]:
    """The places of numbers and lists no plan needs."""
    # Not a number compares as false with everything, so it is refused as well.
    if isinstance(value, int | float) and not abs(value) <= MAX_NUMBER:
        yield place
    if isinstance(value, Sequence) and not isinstance(value, str):
        items = cast("Sequence[object]", value)
        if len(items) > MAX_ITEMS:
            yield place
        for number, item in enumerate(items):
            yield from _too_large(item, (*place, number))
    if isinstance(value, Mapping):
        for name, item in cast("Mapping[str, object]", value).items():
            yield from _too_large(item, (*place, name))
