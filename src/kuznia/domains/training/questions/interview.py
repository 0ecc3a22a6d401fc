"""A profile told question by question: which comes next, what was typed, what it adds up to.

All that was said is one mapping from question to answer, in the order it was said; None is a
question passed over. So going back is taking the last one out.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from pydantic import ValidationError

from kuznia.domains.training.questions import Asked, Question, asked, bank, questions, worded
from kuznia.domains.training.questions.answers import applied, complaint, words
from kuznia.domains.training.schema.profile import Answer, Language, Profile, YesNo
from kuznia.domains.training.schema.units import CM_IN_INCH, KG_IN_LB
from kuznia.platform.data_files import read_toml

Said = Mapping[str, Answer | None]

_WHEN: Mapping[str, Callable[[Said], bool]] = {
    "lifts": lambda said: said.get("kind") != ("endurance",),
    "endurance": lambda said: said.get("kind") != ("strength",),
    "runs": lambda said: said.get("sport") == ("running",),
}
_YES = frozenset({"y", "yes", "т", "так"})
_NO = frozenset({"n", "no", "н", "ні"})
# Other units of a quantity, by what ends the number.
_IN_UNIT = {"kg": {"lb": KG_IN_LB, "lbs": KG_IN_LB}, "cm": {"in": CM_IN_INCH}}
_MOST_NOTES = 2000


@cache
def basics() -> Mapping[str, Asked]:
    """What a plan cannot be begun without, by id."""
    return {row["id"]: asked(row) for row in read_toml(__file__, "basics.toml")["question"]}


def coming(said: Said, language: Language) -> Question | None:
    """The next question; None when nothing more matters."""
    for order, one in enumerate(basics().values(), start=1):
        if one.id not in said and (one.when is None or _WHEN[one.when](said)):
            return worded(one, order, language)
    profile = applied(_begun(said, language), _answers(said))
    return next((one for one in questions(profile) if one.id not in said), None)


def may_be_passed(question: Question) -> bool:
    """Whether it may stay unanswered: numbers and words, never what stops somebody."""
    one = basics().get(question.id)
    if (one or bank()[question.id]).row.get("optional"):
        return True
    return one is None and question.response_type in {"slider", "rating", "free_text"}


def wrong(said: Said, question: Question, answer: Answer, language: Language) -> str | None:
    """What is wrong with an answer, in one line."""
    one = basics().get(question.id)
    found = complaint(one or bank()[question.id], answer)
    if found or one is None:
        return found
    try:
        _begun({**said, question.id: answer}, language)
    except ValidationError as error:
        return error.errors()[0]["msg"]
    return None


def typed(question: Question, text: str) -> Answer | None:
    """What was typed as the answer it means; None where it means nothing to this question."""
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
    picked = [_picked(question, one.strip().casefold()) for one in text.split(",") if one.strip()]
    known = tuple(one for one in picked if one is not None)
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
    return next((one.value for one in options if text in {one.text.casefold(), one.value}), None)


def whole(said: Said, language: Language) -> Profile:
    """The profile all of it adds up to; free words go where they are read for warning signs."""
    answers = _answers(said)
    profile = applied(_begun(said, language), answers)
    notes = ". ".join(text for text in words(answers) if text)[:_MOST_NOTES]
    return Profile.model_validate(profile.model_copy(update={"notes": notes}).model_dump())


def _answers(said: Said) -> Mapping[str, Answer]:
    return {name: one for name, one in said.items() if one is not None and name in bank()}


def _begun(said: Said, language: Language) -> Profile:
    # Any: the profile checks each as it is made of them.
    fields: dict[str, Any] = {"language": language}
    inner: dict[str, Any] = {}
    for name, one in basics().items():
        answer = said.get(name)
        if answer is None:
            continue
        value = answer if not isinstance(answer, tuple) or one.multiselect else answer[0]
        block, _, field = one.sets.rpartition(".")
        (inner if block else fields)[field] = value
    if inner:
        fields["endurance"] = inner
    return Profile.model_validate(fields)
