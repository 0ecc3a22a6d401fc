"""Answers to what an artefact left open: its order again, with the answers in their places."""

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic_core import from_json

from kuznia.doors.api.orders import AS_EVENTS, MADE, PARAMETERS, carried_out
from kuznia.doors.context import doors
from kuznia.forge.shelf.shelf import Kept
from kuznia.forge.terms import Input
from kuznia.forge.wishes.answers import AnswersNothing, with_answers
from kuznia.platform.errors import Conflict, Invalid, invalid
from kuznia.web.body import SMALL, JsonBody
from kuznia.web.ids import InPath
from kuznia.web.route import ExactRoute
from kuznia.web.state import caller_of

router = APIRouter(prefix="/api/v1/artefacts", tags=["artefacts"], route_class=ExactRoute)

Number = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,3}$")]
Answer = Annotated[
    str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True, pattern=r"\S")
]


class Answers(BaseModel):
    """An answer for each wish that is open, by the number of the wish, counted from 1."""

    model_config = ConfigDict(extra="forbid")

    answers: Annotated[dict[Number, Answer], Field(min_length=1, max_length=50)]


BODY = JsonBody(Answers, SMALL)


@router.post(
    "/{artefact_id}/answers",
    summary="Answer what an artefact left open, and have it made again",
    description="The order is made anew, with each answer beside the words it explains. "
    + AS_EVENTS,
    response_class=Response,
    responses=MADE,
    openapi_extra={
        "parameters": PARAMETERS,
        **BODY.described([{"answers": {"2": "Monday"}}]),
    },
)
async def answer(request: Request, artefact_id: InPath) -> Response:
    answers = (await BODY.read(request)).answers
    kept = await doors(request).forge.shelf.get(caller_of(request), artefact_id)
    return await carried_out(request, kept.domain, _again(request, kept, answers), kept.id)


def _again(request: Request, kept: Kept, answers: dict[str, str]) -> Input:
    """The input of the artefact's order, with the answers in its prompt."""
    body: dict[str, Any] = from_json(kept.body)  # Any: JSON as it was written
    if not body.get("input"):
        raise Conflict("This artefact was made before orders were kept with it; order it again.")
    numbered = {int(number): text for number, text in answers.items()}
    try:
        prompt = with_answers(body["input"]["prompt"], body["wishes"], numbered)
    except AnswersNothing as error:
        raise Invalid(str(error)) from None
    domain = doors(request).forge.domains.get(kept.domain)
    if domain is None:
        raise Conflict(f"This server no longer makes {kept.domain}.")
    try:
        return domain.input.model_validate({**body["input"], "prompt": prompt})
    except ValidationError as error:
        raise invalid(error) from None
