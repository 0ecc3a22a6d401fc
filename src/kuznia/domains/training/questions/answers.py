"""Answers: checked against the question they answer, then put where they belong in the profile."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from kuznia.domains.training.questions import BankQuestion, bank
from kuznia.domains.training.schema.profile import (
    Answer,
    Endurance,
    Flag,
    Injury,
    Profile,
    Region,
    Weekday,
    YesNo,
)
from kuznia.forge.terms import Finding

Answers = Mapping[str, Answer]


def problems(answers: Answers) -> Iterator[Finding]:
    """What is wrong with answers: an unknown question, a shape, a range, a choice, a length."""
    for name, answer in answers.items():
        question = bank().get(name)
        if question is None:
            yield _finding(name, "there is no such question")
        elif message := complaint(question, answer):
            yield _finding(name, message)


def _finding(name: str, message: str) -> Finding:
    # The name is the caller's own text and is shown cut short.
    return Finding("answer", "block", f"answers.{name[:40]}", message)


def complaint(question: BankQuestion, answer: Answer) -> str | None:
    """What is wrong with an answer to this question, in one line."""
    if question.type in {"slider", "rating"}:
        return _number_complaint(question, answer)
    if question.type in {"multiple_choice", "dropdown"}:
        return _choice_complaint(question, answer)
    if question.type == "conditional_boolean":
        text = answer.text if isinstance(answer, YesNo) else None
        expected = 'expected {"boolean": true or false, "text": "..."}'
    else:
        text = answer if isinstance(answer, str) else None
        expected = "expected text"
    if text is None:
        return expected
    return f"at most {question.max_length} characters" if len(text) > question.max_length else None


def _number_complaint(question: BankQuestion, answer: Answer) -> str | None:
    if isinstance(answer, bool) or not isinstance(answer, int | float):
        return "expected a number"
    if not question.low <= answer <= question.high:
        return f"expected {question.low:g} to {question.high:g}"
    return None


def _choice_complaint(question: BankQuestion, answer: Answer) -> str | None:
    if not isinstance(answer, tuple):
        return "expected a list of values"
    if not set(answer) <= set(question.options):
        return "expected values from: " + ", ".join(question.options)
    if len(answer) > 1 and not question.multiselect:
        return "expected one value"
    return None


def free_texts(answers: Answers) -> Iterator[str]:
    """Every free text among the answers."""
    for answer in answers.values():
        if isinstance(answer, YesNo):
            yield answer.text
        elif isinstance(answer, str):
            yield answer


def apply_answers(profile: Profile, answers: Answers) -> Profile:
    """The profile with the answers in it. A yes adds a flag; a no never takes one away.

    Answers that do not fit their question are skipped: `problems` has already named them.
    """
    # In the bank's order, so that the order the answers came in cannot matter.
    for name, question in bank().items():
        answer = answers.get(name)
        if answer is not None and complaint(question, answer) is None:
            profile = _put(profile, question.sets, answer)
    return profile


def _put(profile: Profile, sets: str, answer: Answer) -> Profile:
    place, _, detail = sets.partition(":")
    if place == "flag":
        yes = isinstance(answer, YesNo) and answer.boolean
        return _flags(profile, (detail,)) if yes else profile
    if place == "flags":
        return _flags(profile, cast("tuple[str, ...]", answer))
    if place == "regions":
        return _regions(profile, cast("tuple[str, ...]", answer))
    if place == "weekdays":
        return profile.model_copy(update={"weekdays": cast("tuple[Weekday, ...]", answer)})
    if place == "health.explained":
        return _explained(profile, answer)
    if place.startswith("injury."):
        return _injured(profile, place.removeprefix("injury."), answer)
    if place == "notes":
        return profile  # read by `free_texts`
    return _field(profile, place, answer)


def _explained(profile: Profile, answer: Answer) -> Profile:
    """What was written is settled: by a no it limits nothing, by a yes the plan is a gentle one."""
    health = profile.health.model_copy(update={"explained": True})
    profile = profile.model_copy(update={"health": health})
    yes = isinstance(answer, YesNo) and answer.boolean
    return _flags(profile, ("condition",)) if yes else profile


def _flags(profile: Profile, names: tuple[str, ...]) -> Profile:
    added = tuple(cast("Flag", name) for name in names if name != "none")
    flags = tuple(sorted({*profile.health.flags, *added}))
    return profile.model_copy(update={"health": profile.health.model_copy(update={"flags": flags})})


def _regions(profile: Profile, names: tuple[str, ...]) -> Profile:
    known = {injury.region for injury in profile.health.injuries}
    added = tuple(
        Injury(region=cast("Region", name))
        for name in names
        if name != "none" and name not in known
    )
    injuries = (*profile.health.injuries, *added)
    return profile.model_copy(
        update={"health": profile.health.model_copy(update={"injuries": injuries})}
    )


# From here on pain is treated like a fresh injury: the region carries no load.
_STRONG_PAIN = 7


def _injured(profile: Profile, what: str, answer: Answer) -> Profile:
    update: dict[str, Any] = {}
    if what == "pain":
        update["pain"] = int(cast("float", answer))
        fresh = update["pain"] >= _STRONG_PAIN
    else:
        fresh = isinstance(answer, YesNo) and answer.boolean
    injuries = tuple(
        injury.model_copy(
            update={**update, "stage": "acute"} if fresh and injury.stage == "chronic" else update
        )
        for injury in profile.health.injuries
    )
    return profile.model_copy(
        update={"health": profile.health.model_copy(update={"injuries": injuries})}
    )


def _field(profile: Profile, place: str, answer: Answer) -> Profile:
    value = answer.boolean if isinstance(answer, YesNo) else answer
    block, _, name = place.rpartition(".")
    if not block:
        return profile.model_copy(update={name: int(cast("float", value))})
    inner = (profile.endurance or Endurance()) if block == "endurance" else profile.health
    typed = float(cast("float", value)) if name.endswith("_km") else value
    if name in _WHOLE:
        typed = int(cast("float", value))
    return profile.model_copy(update={block: inner.model_copy(update={name: typed})})


_WHOLE = frozenset(
    {"systolic", "diastolic", "resting_hr", "pregnancy_week", "postpartum_weeks", "long_minutes"}
)
