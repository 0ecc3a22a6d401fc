"""What goes over the wire at the doors only training has."""

import datetime
from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
    model_validator,
)

from kuznia.domains.training.catalogue import catalogue
from kuznia.domains.training.checks import Certificate
from kuznia.domains.training.playbook import Learn, Playbook, learnt_id
from kuznia.domains.training.playbook.coaching import Coached, Said
from kuznia.domains.training.playbook.feedback import Intent
from kuznia.domains.training.playbook.logged import Session
from kuznia.domains.training.playbook.operations import Operation
from kuznia.domains.training.questions import Question
from kuznia.domains.training.schema.lesson import Lesson
from kuznia.domains.training.schema.plan import Plan
from kuznia.domains.training.schema.profile import PlanInput, Profile
from kuznia.forge.terms import Decline, Finding


class _Sent(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class QuestionsIn(_Sent):
    """What is known of the person so far."""

    profile: Profile


class Questions(BaseModel):
    """What to ask next; `help_text` says why each is asked."""

    questions: tuple[Question, ...]
    minutes: int = Field(description="About how long answering all of them takes.")


class VerifyIn(_Sent):
    """A plan from anywhere, and the order it is to fit; lessons in it are taken as they are."""

    order: PlanInput
    plan: Plan


class Verified(BaseModel):
    """Every rule with what was measured, and each breach."""

    certificate: Certificate
    findings: tuple[Finding, ...]


class FeedbackIn(_Sent):
    """One of three: words, a session as it went, or operations."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=2000)] | None = None
    session: Session | None = None
    operations: Annotated[tuple[Operation, ...], Field(min_length=1, max_length=20)] | None = None
    today: datetime.date | None = Field(
        default=None, description="Where you are, if it is not the day it is in Greenwich."
    )

    @model_validator(mode="after")
    def _one_of_three(self) -> Self:
        if sum(one is not None for one in (self.text, self.session, self.operations)) != 1:
            raise ValueError("send one of text, session and operations")
        return self

    @property
    def said(self) -> Said:
        return self.text or self.session or self.operations or ""


class Named(BaseModel):
    """An exercise that may be meant."""

    id: str
    name: str


class Done(BaseModel):
    """An operation, and the findings for which it was refused or that it brought."""

    operation: Operation
    applied: bool
    findings: tuple[Finding, ...]


class Answer(BaseModel):
    """What feedback came to."""

    intent: Intent
    changed: bool = Field(description="Whether `artefact` is a new one.")
    artefact: dict[str, JsonValue] = Field(
        description="The artefact to go on with; without a plan when the plan has to stop."
    )
    operations: tuple[Done, ...]
    lessons: tuple[Lesson, ...] = Field(description="What was learnt or learnt again.")
    unsure: tuple[tuple[Named, ...], ...] = Field(
        description="For each name that could mean several exercises, the nearest ones."
    )
    decline: Decline | None


class PlaybookOut(BaseModel):
    """What was learnt about you; closed lessons too, until the log is written anew."""

    user_id: str
    lessons: tuple[Lesson, ...]
    total_lessons: int = Field(description="Open ones: those that shape the next plan.")
    sessions: int = Field(description="Logged sessions that are remembered.")


class LessonIn(_Sent):
    """A lesson in better words; what it does stays."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=300)]


def named(ids: tuple[str, ...], language: Literal["en", "uk"]) -> tuple[Named, ...]:
    """Exercises as they are offered to a person."""
    return tuple(Named(id=one, name=catalogue()[one].label(language)) for one in ids)


def answer(coached: Coached, book: Playbook) -> dict[str, object]:
    """All of an Answer that is not the artefact; `book` is what is known by now."""
    language = coached.plan.language
    learnt = (learnt_id(delta) for delta in coached.deltas if isinstance(delta, Learn))
    return {
        "intent": coached.intent,
        "operations": coached.operations,
        "lessons": [book.lessons[one] for one in dict.fromkeys(learnt) if one in book.lessons],
        "unsure": [named(ids, language) for ids in coached.unsure],
        "decline": coached.decline,
    }
