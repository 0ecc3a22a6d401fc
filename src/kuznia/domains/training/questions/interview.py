"""A profile asked for question by question: the next question, a typed answer, the profile.

Replies are one mapping from question to answer, in the order they came; None is a skipped
question. Going back means taking the last reply out.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from pydantic import ValidationError

from kuznia.domains.training.questions import (
    BankQuestion,
    Question,
    bank,
    bank_question,
    questions,
    worded,
)
from kuznia.domains.training.questions.answers import apply_answers, complaint, free_texts
from kuznia.domains.training.schema.profile import Answer, Language, Profile, YesNo
from kuznia.domains.training.schema.units import CM_IN_INCH, KG_IN_LB
from kuznia.platform.data_files import read_toml

Replies = Mapping[str, Answer | None]

_WHEN: Mapping[str, Callable[[Replies], bool]] = {
    "lifts": lambda replies: replies.get("kind") != ("endurance",),
    "endurance": lambda replies: replies.get("kind") != ("strength",),
    "runs": lambda replies: replies.get("sport") == ("running",),
}
_YES = frozenset({"y", "yes", "т", "так"})
_NO = frozenset({"n", "no", "н", "ні"})
# Other units of a quantity, by what ends the number.
_IN_UNIT = {"kg": {"lb": KG_IN_LB, "lbs": KG_IN_LB}, "cm": {"in": CM_IN_INCH}}
_MAX_NOTES = 2000


@cache
def basics() -> Mapping[str, BankQuestion]:
    """The questions no plan can begin without, by id."""
    return {row["id"]: bank_question(row) for row in read_toml(__file__, "basics.toml")["question"]}


def next_question(replies: Replies, language: Language) -> Question | None:
    """The next question; None when nothing more matters."""
    for order, basic in enumerate(basics().values(), start=1):
        due = basic.when is None or _WHEN[basic.when](replies)
        if due and basic.id not in replies:
            return worded(basic, order, language)
    profile = apply_answers(_basic_profile(replies, language), _answers(replies))
    return next((other for other in questions(profile) if other.id not in replies), None)


def is_optional(question: Question) -> bool:
    """Whether it may be skipped: numbers and words may, a question that can stop a plan may not."""
    basic = basics().get(question.id)
    if (basic or bank()[question.id]).row.get("optional"):
        return True
    return basic is None and question.response_type in {"slider", "rating", "free_text"}


def problem(replies: Replies, question: Question, answer: Answer, language: Language) -> str | None:
    """What is wrong with an answer, in one line."""
    basic = basics().get(question.id)
    message = complaint(basic or bank()[question.id], answer)
    if message or basic is None:
        return message
    try:
        _basic_profile({**replies, question.id: answer}, language)
    except ValidationError as error:
        return error.errors()[0]["msg"]
    return None


def parse_answer(question: Question, text: str) -> Answer | None:
    """The answer that was typed; None where the text is no answer to this question."""
    text = text.strip()
    if question.response_type in {"slider", "rating"}:
        return _number(text, question.unit)
    if question.response_type == "conditional_boolean":
        word, _, rest = text.replace(",", " ").partition(" ")
        if word.casefold() not in _YES | _NO:
            return None
        return YesNo(boolean=word.casefold() in _YES, text=rest.strip())
    if question.options is None:
        return text
    picked = [
        _picked(question, part.strip().casefold()) for part in text.split(",") if part.strip()
    ]
    known = tuple(value for value in picked if value is not None)
    return known if picked and len(known) == len(picked) else None


def _number(text: str, unit: str | None) -> float | int | None:
    number = text.replace(",", ".")
    factor = 1.0
    for ending, share in _IN_UNIT.get(unit or "", {}).items():
        if number.endswith(ending):
            number, factor = number.removesuffix(ending), share
    try:
        value = float(number.removesuffix(unit or ""))
    except ValueError:
        return None
    value = round(value * factor, 1) if factor != 1.0 else value
    return int(value) if value.is_integer() else value


def _picked(question: Question, text: str) -> str | None:
    """An option by its number, its words or its value."""
    options = question.options or ()
    if text.isdecimal() and 1 <= int(text) <= len(options):
        return options[int(text) - 1].value
    return next((o.value for o in options if text in {o.text.casefold(), o.value}), None)


def profile_of(replies: Replies, language: Language) -> Profile:
    """The profile that the replies add up to; free texts go where warning signs are looked for."""
    answers = _answers(replies)
    profile = apply_answers(_basic_profile(replies, language), answers)
    notes = ". ".join(text for text in free_texts(answers) if text)[:_MAX_NOTES]
    return Profile.model_validate(profile.model_copy(update={"notes": notes}).model_dump())


def _answers(replies: Replies) -> Mapping[str, Answer]:
    return {name: a for name, a in replies.items() if a is not None and name in bank()}


def _basic_profile(replies: Replies, language: Language) -> Profile:
    # Any: the profile checks each as it is made of them.
    fields: dict[str, Any] = {"language": language}
    inner: dict[str, Any] = {}
    for name, basic in basics().items():
        answer = replies.get(name)
        if answer is None:
            continue
        value = answer if not isinstance(answer, tuple) or basic.multiselect else answer[0]
        block, _, field = basic.sets.rpartition(".")
        (inner if block else fields)[field] = value
    if inner:
        fields["endurance"] = inner
    return Profile.model_validate(fields)
