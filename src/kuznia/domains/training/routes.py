"""The doors only training has: what to ask a person, and whether a plan keeps the rules."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar, cast

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import to_json

from kuznia.domains.training.athlete import read
from kuznia.domains.training.plan import Plan
from kuznia.domains.training.profile import PlanInput, Profile
from kuznia.domains.training.questions import Question, minutes_to_answer, questions
from kuznia.domains.training.questions.answers import wrong
from kuznia.domains.training.verifier import Certificate, certificate, findings, verify
from kuznia.forge.terms import Finding
from kuznia.platform.errors import Invalid, invalid
from kuznia.platform.wire import Envelope, described, ok

router = APIRouter(prefix="/api/v1/training", tags=["training"])

# Past any plan a person could follow, and short of where arithmetic or time gives way.
MOST_OF_ANYTHING = 100_000
MOST_IN_A_LIST = 100
MOST_WEEKS = 16

M = TypeVar("M", bound=BaseModel)


class QuestionsIn(BaseModel):
    """What is known of the person so far."""

    model_config = ConfigDict(extra="forbid")

    profile: Profile


class Questions(BaseModel):
    """What to ask next; `help_text` says why each is asked."""

    questions: tuple[Question, ...]
    minutes: int = Field(description="About how long answering all of them takes.")


class VerifyIn(BaseModel):
    """A plan from anywhere, and the order it is to fit."""

    model_config = ConfigDict(extra="forbid")

    order: PlanInput
    plan: Plan


class Verified(BaseModel):
    """Every rule with what was measured, and each breach."""

    certificate: Certificate
    findings: tuple[Finding, ...]


@router.post(
    "/questions",
    summary="The questions that matter for a profile, each with why it is asked",
    operation_id="training_questions",
    response_class=Response,
    responses={200: {"model": Envelope[Questions]}},
    openapi_extra=described(QuestionsIn, [{"profile": {"age": 34}}]),
)
async def ask(request: Request) -> Response:
    """Needs no model; nothing is kept."""
    asked = questions((await _sent(request, QuestionsIn)).profile)
    answer = Questions(questions=asked, minutes=minutes_to_answer(asked))
    return Response(ok(to_json(answer)), media_type="application/json")


@router.post(
    "/verify",
    summary="A plan held against every rule: its certificate and what breaks it",
    operation_id="verify_training_plan",
    response_class=Response,
    responses={200: {"model": Envelope[Verified]}},
    openapi_extra=described(VerifyIn),
)
async def check(request: Request) -> Response:
    """The plan may come from anywhere. Needs no model; nothing is kept."""
    sent = await _sent(request, VerifyIn)
    _within(sent.plan)
    problem = next(wrong(sent.order.answers), None)
    if problem is not None:
        raise _wrong(("order", "answers", problem.where), problem.message)
    verified = await asyncio.to_thread(_verified, sent)
    return Response(ok(to_json(verified)), media_type="application/json")


def _verified(sent: VerifyIn) -> Verified:
    athlete = read(sent.order)
    return Verified(
        certificate=certificate(sent.plan, athlete),
        findings=tuple(findings(verify(sent.plan, athlete))),
    )


async def _sent(request: Request, kind: type[M]) -> M:
    try:
        return kind.model_validate_json(await request.body(), strict=True)
    except ValidationError as error:
        raise invalid(error) from None


def _within(plan: Plan) -> None:
    """Refuse what has the shape of a plan and the size of none."""
    if not 1 <= len(plan.weeks) <= MOST_WEEKS:
        raise _wrong(("plan", "weeks"), f"1 to {MOST_WEEKS} weeks")
    place = next(_beyond(plan.model_dump(), ("plan",)), None)
    if place is not None:
        raise _wrong(place, "Too large")


def _wrong(place: tuple[str | int, ...], message: str) -> Invalid:
    return invalid([{"loc": place, "msg": message, "type": "out_of_bounds"}])


def _beyond(value: object, place: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
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
