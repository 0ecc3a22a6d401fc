"""Questions: which ones matter for a profile, and why each is asked."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from kuznia.domains.training.hearing import health_mentions
from kuznia.domains.training.schema.profile import Language, Profile
from kuznia.platform.data_files import read_toml

QuestionType = Literal[
    "multiple_choice", "dropdown", "free_text", "slider", "conditional_boolean", "rating"
]
# Seconds an answer takes, roughly; the total is shown before the first question.
_SECONDS: Mapping[QuestionType, int] = {
    "multiple_choice": 12,
    "dropdown": 8,
    "free_text": 40,
    "slider": 8,
    "conditional_boolean": 8,
    "rating": 6,
}


class QuestionOption(BaseModel):
    """One answer that can be picked."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    text: str
    value: str


class Question(BaseModel):
    """A question as the wire shows it; the fields its type does not use stay empty."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    text: str
    help_text: str
    response_type: QuestionType
    order: int
    options: tuple[QuestionOption, ...] | None = None
    multiselect: bool | None = None
    min_value: float | None = None
    max_value: float | None = None
    step: float | None = None
    unit: str | None = None
    min_description: str | None = None
    max_description: str | None = None
    max_length: int | None = None
    placeholder: str | None = None


class QuestionsIn(BaseModel):
    """What is known of the person so far."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    profile: Profile


class QuestionsOut(BaseModel):
    """What to ask next; `help_text` says why each question is asked."""

    questions: tuple[Question, ...]
    minutes: int = Field(description="About how long it takes to answer all of them.")


@dataclass(frozen=True, slots=True)
class BankQuestion:
    """A row of the bank: what is asked, when, and what the answer sets."""

    id: str
    type: QuestionType
    sets: str
    when: str | None
    multiselect: bool
    options: tuple[str, ...]
    low: float
    high: float
    step: float
    max_length: int
    row: Mapping[str, Any]  # the texts by language; typed where a Question is made


@cache
def bank() -> Mapping[str, BankQuestion]:
    """Every question by id, in the order they are asked."""
    return {row["id"]: bank_question(row) for row in read_toml(__file__, "bank.toml")["question"]}


def bank_question(row: Mapping[str, Any]) -> BankQuestion:
    """A row of a bank of questions."""
    return BankQuestion(
        id=row["id"],
        type=row["type"],
        sets=row["sets"],
        when=row.get("when"),
        multiselect=row.get("multiselect", False),
        options=tuple(option[0] for option in row.get("options", ())),
        low=row.get("min", 0),
        high=row.get("max", 0),
        step=row.get("step", 1),
        max_length=row.get("max_length", 500),
        row=row,
    )


def questions(profile: Profile) -> tuple[Question, ...]:
    """The questions that matter for this profile, each with why it is asked."""
    chosen = [asked for asked in bank().values() if _matters(asked, profile)]
    return tuple(worded(asked, order, profile.language) for order, asked in enumerate(chosen, 1))


def minutes_to_answer(several: tuple[Question, ...]) -> int:
    """Estimate how long it takes to answer all of them."""
    return max(1, round(sum(_SECONDS[question.response_type] for question in several) / 60))


def _matters(question: BankQuestion, profile: Profile) -> bool:
    return question.when is None or _WHEN[question.when](profile)


def _flagged(*flags: str) -> Callable[[Profile], bool]:
    return lambda profile: bool(set(profile.health.flags) & set(flags))


_disease = _flagged(
    "heart_disease", "kidney_disease", "metabolic_disease", "diabetes", "hypertension"
)

_WHEN: Mapping[str, Callable[[Profile], bool]] = {
    "known_disease": _disease,
    "pressure": lambda profile: profile.age >= 40 or _disease(profile),
    "may_be_pregnant": lambda profile: profile.sex != "male" and 14 <= profile.age <= 52,
    "pregnant": _flagged("pregnancy"),
    "postpartum": _flagged("postpartum"),
    "older": lambda profile: profile.age >= 65,
    "sore": lambda profile: bool(profile.health.injuries),
    "lifts_heavy": lambda profile: (
        profile.kind != "endurance" and profile.level != "beginner" and not profile.lifts
    ),
    "runs": lambda profile: (
        profile.kind != "strength"
        and (profile.endurance is None or profile.endurance.sport == "running")
    ),
    "trains_for_event": lambda profile: (
        profile.endurance is not None and profile.endurance.event is not None
    ),
    "endurance": lambda profile: profile.kind != "strength",
    "unclear": lambda profile: bool(health_mentions(profile.notes).unclear),
}


def worded(question: BankQuestion, order: int, language: Language) -> Question:
    """A question in the words of a language."""
    row = question.row
    return Question(
        id=question.id,
        text=row[language],
        help_text=row[f"why_{language}"],
        response_type=question.type,
        order=order,
        **dict(_shape(question, language)),
    )


def _shape(question: BankQuestion, language: Language) -> Iterator[tuple[str, Any]]:
    """The fields a question's type needs. Any: they differ by type and pydantic checks them."""
    row = question.row
    if question.type in {"multiple_choice", "dropdown"}:
        place = 2 if language == "uk" else 1
        options = (
            QuestionOption(id=row[0], text=row[place], value=row[0]) for row in row["options"]
        )
        yield "options", tuple(options)
        yield "multiselect", question.multiselect
    elif question.type in {"slider", "rating"}:
        yield "min_value", question.low
        yield "max_value", question.high
        yield "step", question.step
        if question.type == "slider":
            yield "unit", row["unit"]
        else:
            yield "min_description", row[f"min_{language}"]
            yield "max_description", row[f"max_{language}"]
    else:
        yield "max_length", question.max_length
        yield "placeholder", row[f"placeholder_{language}"]
