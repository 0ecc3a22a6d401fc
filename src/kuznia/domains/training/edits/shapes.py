"""What the feedback address takes and gives."""

import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints, model_validator

from kuznia.domains.training.catalogue import catalogue
from kuznia.domains.training.edits.coaching import Feedback, OperationResult
from kuznia.domains.training.edits.feedback import Intent, WishAnswer
from kuznia.domains.training.edits.operations import Operation
from kuznia.domains.training.playbook.session import LoggedSession
from kuznia.domains.training.schema.lesson import Lesson
from kuznia.forge.terms import Decline


class FeedbackIn(BaseModel):
    """Exactly one of three: words, a logged session, or operations."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    text: Annotated[str, StringConstraints(min_length=1, max_length=2000)] | None = None
    session: LoggedSession | None = None
    operations: Annotated[tuple[Operation, ...], Field(min_length=1, max_length=20)] | None = None
    today: datetime.date | None = Field(
        default=None, description="The date where you are, if it differs from the date in UTC."
    )

    @model_validator(mode="after")
    def _one_of_three(self) -> Self:
        if sum(field is not None for field in (self.text, self.session, self.operations)) != 1:
            raise ValueError("send one of text, session and operations")
        return self

    @property
    def content(self) -> Feedback:
        return self.text or self.session or self.operations or ""


class NamedExercise(BaseModel):
    """An exercise that may be meant."""

    id: str
    name: str


class FeedbackOut(BaseModel):
    """What feedback came to."""

    intent: Intent
    changed: bool = Field(description="Whether `artefact` is a new one.")
    artefact: dict[str, JsonValue] = Field(
        description="The artefact to go on with; it has no plan when training has to stop."
    )
    operations: tuple[OperationResult, ...]
    lessons: tuple[Lesson, ...] = Field(description="What was learnt, or learnt again.")
    unsure: tuple[tuple[NamedExercise, ...], ...] = Field(
        description="For each name that could mean several exercises, the nearest ones."
    )
    wishes: tuple[WishAnswer, ...] = Field(
        description="What becomes of each wish in words: accepted, not possible, or asked back. "
        "A wish that is asked back has changed nothing."
    )
    decline: Decline | None


def named(ids: tuple[str, ...], language: Literal["en", "uk"]) -> tuple[NamedExercise, ...]:
    """Exercises with their names in the language of the plan."""
    return tuple(NamedExercise(id=id_, name=catalogue()[id_].label(language)) for id_ in ids)
