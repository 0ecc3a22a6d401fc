"""What the old training doors were told of a person, as an order of today."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from kuznia.domains.training.questions import (
    BankQuestion,
    Question,
    bank,
    minutes_to_answer,
    questions,
    worded,
)
from kuznia.domains.training.questions.answers import complaint
from kuznia.domains.training.questions.interview import basics, profile_of
from kuznia.domains.training.schema.profile import (
    Answer,
    Language,
    Level,
    PlanInput,
    Profile,
    Sport,
    YesNo,
)
from kuznia.platform.errors import invalid

Number = Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)]
Name = Annotated[str, StringConstraints(max_length=200)]
MAX_NOTES = 2000
CYRILLIC = re.compile(r"[а-яіїєґ]", re.IGNORECASE)
ENDURANCE = re.compile(
    r"\b(?:run|jog|marathon|\d+ ?k\b|endurance|stamina|cardio|cycl|bike|swim|row|walk|hik)"
    r"|біг|пробіг|марафон|витривал|кардіо|велосипед|плав|ходьб",
    re.IGNORECASE,
)
STRENGTH = re.compile(
    r"\b(?:strength|strong|muscle|lift|gym|squat|bench|deadlift|power|hypertroph)"
    r"|\bсил|м.яз|\bмас[аиу]\b|штанг|присід|\bзал",
    re.IGNORECASE,
)
# What a no is, typed as free text or picked from a list.
NO = re.compile(r"\s*(?:no|none|nope|never|n/a|ні|немає|нема|ніколи)\W*", re.IGNORECASE)
SPORTS: tuple[tuple[re.Pattern[str], Sport], ...] = (
    (re.compile(r"cycl|bike|велосипед", re.IGNORECASE), "cycling"),
    (re.compile(r"swim|плав", re.IGNORECASE), "swimming"),
    (re.compile(r"\brow|весл", re.IGNORECASE), "rowing"),
    (re.compile(r"walk|hik|ходьб", re.IGNORECASE), "walking"),
)
LEVELS: Mapping[str, Level] = {
    "intermediate": "intermediate",
    "advanced": "advanced",
    "expert": "advanced",
    "elite": "elite",
}
SEXES = {
    "female": "female",
    "f": "female",
    "woman": "female",
    "male": "male",
    "m": "male",
    "man": "male",
}


class Old(BaseModel):
    """What nobody asked for was passed over then, and still is."""

    model_config = ConfigDict(frozen=True, extra="ignore", str_strip_whitespace=True)


class PersonalInfo(Old):
    username: Name = ""
    age: int = Field(ge=13, le=100)
    weight: Number
    height: Number
    weight_unit: Literal["kg", "lbs", "lb"] = "kg"
    height_unit: Literal["cm", "inches", "in"] = "cm"
    gender: Name = ""
    goal_description: Annotated[str, StringConstraints(max_length=2000)]
    experience_level: Name = "novice"

    @property
    def language(self) -> Language:
        return "uk" if CYRILLIC.search(self.goal_description) else "en"


class OldQuestion(Old):
    """What was asked: of a question that is not ours its words are needed."""

    id: Annotated[str, StringConstraints(max_length=40)]
    text: Annotated[str, StringConstraints(max_length=1000)] = ""


Responses = Annotated[
    dict[Annotated[str, StringConstraints(max_length=40)], Answer | None],
    Field(min_length=1, max_length=60),
]
Questionnaire = Annotated[tuple[OldQuestion, ...], Field(min_length=1, max_length=60)]


def asked(person: PersonalInfo) -> tuple[tuple[Question, ...], int]:
    """What a plan cannot be begun without, then what matters for this person; and the minutes."""
    profile = begun(person, {})
    known = _known(person, {})
    first = [
        worded(one, 0, person.language)
        for one in basics().values()
        # Nobody who trains for strength has an answer to the sport of their endurance.
        if one.id not in known and not one.row.get("optional") and one.when != "endurance"
    ]
    together = tuple(
        question.model_copy(update={"order": order})
        for order, question in enumerate((*first, *questions(profile)), start=1)
    )
    return together, minutes_to_answer(together)


def ordered(
    person: PersonalInfo, responses: Mapping[str, Answer | None], shown: tuple[OldQuestion, ...]
) -> PlanInput:
    """The order they add up to. Answers to questions of somebody else's are read as free text."""
    # Nothing picked of several is no answer.
    answers = {name: _listed(name, one) for name, one in responses.items() if one not in (None, ())}
    wrong = [
        {"loc": ("initial_responses", name), "msg": message, "type": "answer"}
        for name, answer in answers.items()
        if (ours := _ours(name)) and (message := complaint(ours, answer))
    ]
    if wrong:
        raise invalid(wrong)
    texts = {one.id: one.text for one in shown}
    notes = ". ".join(_foreign(answers, texts))
    profile = begun(person, answers)
    if notes:
        notes = f"{profile.notes}. {notes}" if profile.notes else notes
        profile = profile.model_copy(update={"notes": notes[:MAX_NOTES]})
    return PlanInput(
        prompt=person.goal_description or "A training plan.",
        profile=profile,
        answers={name: one for name, one in answers.items() if name in bank()},
    )


def begun(person: PersonalInfo, answers: Mapping[str, Answer]) -> Profile:
    """Their profile; what no answer says is taken from what they want it for."""
    units = {
        "weight": person.weight,
        "weight_unit": "kg" if person.weight_unit == "kg" else "lb",
        "height": person.height,
        "height_unit": "cm" if person.height_unit == "cm" else "in",
    }
    try:
        profile = profile_of({**_known(person, answers), **answers}, person.language)
        return Profile.model_validate(profile.model_dump() | units)
    except ValidationError as error:
        raise invalid(error) from None


def _known(person: PersonalInfo, answers: Mapping[str, Answer]) -> dict[str, Answer]:
    """What needs no asking; an answer goes before a guess."""
    known: dict[str, Answer] = {
        "age": person.age,
        "sex": (SEXES.get(person.gender.casefold(), "other"),),
        "level": (LEVELS.get(person.experience_level.casefold(), "beginner"),),
    }
    goal = person.goal_description
    runs, lifts = ENDURANCE.search(goal), STRENGTH.search(goal)
    if not answers.get("kind") and runs:
        known["kind"] = ("both",) if lifts else ("endurance",)
    if runs and answers.get("kind") != ("strength",):
        sport = next((name for words, name in SPORTS if words.search(goal)), "running")
        known["sport"] = (sport,)
    return known


def _ours(name: str) -> BankQuestion | None:
    return basics().get(name) or bank().get(name)


def _listed(name: str, answer: Answer) -> Answer:
    """One choice was sometimes sent without its list."""
    one = _ours(name)
    return (answer,) if one and one.options and isinstance(answer, str) else answer


def _foreign(answers: Mapping[str, Answer], texts: Mapping[str, str]) -> Iterator[str]:
    """Answers to questions that are not ours, as text. A plain no says nothing of the question."""
    for name, answer in answers.items():
        if _ours(name) is not None:
            continue
        text = ", ".join(answer) if isinstance(answer, tuple) else str(answer)
        if isinstance(answer, YesNo):
            question = texts.get(name, "") if answer.boolean else ""
            yield f"{question} {answer.text}".strip()
        elif not NO.fullmatch(text):
            yield f"{texts.get(name, '')} {text}".strip()
