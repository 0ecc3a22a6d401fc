"""A profile told question by question."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kuznia.domains.training.athlete.athlete import read_athlete
from kuznia.domains.training.athlete.screening import decline
from kuznia.domains.training.catalogue import kits
from kuznia.domains.training.planner import plan
from kuznia.domains.training.questions import Question, bank, worded
from kuznia.domains.training.questions.interview import (
    basics,
    is_optional,
    next_question,
    parse_answer,
    problem,
    profile_of,
)
from kuznia.domains.training.schema.profile import Answer, PlanInput, YesNo

SAID: dict[str, Answer | None] = {
    "age": 34,
    "sex": ("male",),
    "weight": 80,
    "height": None,
    "kind": ("both",),
    "aim": ("muscle",),
    "level": ("intermediate",),
    "days": 4,
    "minutes": 60,
    "weeks": 2,
    "equipment": ("dumbbells", "bands"),
    "sport": ("running",),
    "event": ("5k",),
    "start": "2026-11-23",
}


def question(name: str, language: Any = "en") -> Question:
    return worded(basics().get(name) or bank()[name], 1, language)


def asked(first: dict[str, Answer | None], answers: dict[str, Answer | None]) -> list[str]:
    """Everything that is asked of somebody who says this, and no to the rest."""
    said = dict(first)
    while (one := next_question(said, "en")) is not None:
        no: Answer | None = YesNo(boolean=False)
        if one.options:
            values = [option.value for option in one.options]
            no = ("none",) if "none" in values else (values[0],)
        elif one.response_type != "conditional_boolean":
            no = None
        said[one.id] = answers.get(one.id, no)
    return list(said)


def test_no_question_of_one_bank_has_the_name_of_another() -> None:
    assert basics().keys().isdisjoint(bank())


def test_every_kit_can_be_named() -> None:
    assert set(basics()["equipment"].options) == set(kits())


def test_it_begins_with_the_age_and_ends() -> None:
    first = next_question({}, "uk")

    assert first is not None
    assert first.text == "Скільки вам років?"
    assert "notes" in asked({}, SAID)


def test_what_matters_depends_on_what_was_said() -> None:
    lifts = asked({}, SAID | {"kind": ("strength",)})
    rides = asked({}, SAID | {"sport": ("cycling",)})

    assert {"sport", "event", "weekly_km"}.isdisjoint(lifts)
    assert "event" not in rides
    assert "equipment" not in asked({}, SAID | {"kind": ("endurance",)})
    assert "cleared" in asked({}, SAID | {"disease": ("diabetes",)})
    assert "cleared" not in lifts


def test_taking_the_last_answer_out_asks_it_again() -> None:
    said = dict(SAID)
    before = next_question(said, "en")
    assert before is not None
    said[before.id] = YesNo(boolean=True)
    said.popitem()

    assert next_question(said, "en") == before


@pytest.mark.parametrize(
    ("name", "text", "answer"),
    [
        ("age", " 34 ", 34),
        ("weight", "180 lb", 81.6),
        ("weight", "80,5kg", 80.5),
        ("height", "70 in", 177.8),
        ("kind", "3", ("both",)),
        ("kind", "Strength", ("strength",)),
        ("equipment", "2, dumbbells", ("bands", "dumbbells")),
        ("chest_pain", "yes, since May", YesNo(boolean=True, text="since May")),
        ("chest_pain", "Ні", YesNo(boolean=False)),
        ("notes", "I dislike running", "I dislike running"),
        ("start", "2026-01-05", "2026-01-05"),
    ],
)
def test_what_is_typed_is_understood(name: str, text: str, answer: Answer) -> None:
    assert parse_answer(question(name), text) == answer
    assert problem(SAID, question(name), answer, "en") is None


@pytest.mark.parametrize(
    ("name", "text"),
    [("age", "old"), ("kind", "4"), ("kind", ","), ("equipment", "1, moon"), ("fainting", "maybe")],
)
def test_what_is_no_answer_is_none(name: str, text: str) -> None:
    assert parse_answer(question(name), text) is None


@pytest.mark.parametrize(
    ("name", "answer", "complaint"),
    [
        ("age", 0, "expected 1 to 110"),
        ("age", 34.5, "integer"),
        ("kind", ("both", "strength"), "expected one value"),
        ("start", "tomorrow", "date"),
        ("start", "9999-01-01", "2199"),
        ("systolic", 900, "expected 80 to 220"),
    ],
)
def test_a_wrong_answer_is_told(name: str, answer: Answer, complaint: str) -> None:
    assert complaint in (problem(SAID, question(name), answer, "en") or "")


def test_stop_signs_may_not_be_passed_over() -> None:
    health = [one for one in bank().values() if one.type == "conditional_boolean"]

    assert health
    assert not any(is_optional(question(one.id)) for one in health)
    assert is_optional(question("weight"))
    assert not is_optional(question("age"))


def test_all_of_it_is_a_profile_that_gives_a_plan() -> None:
    more: dict[str, Answer | None] = {"sore": ("knee",), "notes": "no jumps", "systolic": None}
    profile = profile_of(SAID | more, "uk")

    assert profile.language == "uk"
    assert profile.endurance is not None
    assert (profile.endurance.sport, profile.endurance.event) == ("running", "5k")
    assert profile.health.injuries[0].region == "knee"
    assert profile.notes == "no jumps"
    assert len(plan(read_athlete(PlanInput(profile=profile))).weeks) == 2


def test_a_word_behind_a_no_is_heard() -> None:
    said = SAID | {"fainting": YesNo(boolean=False, text="but I fainted last week")}
    stop = decline(read_athlete(PlanInput(profile=profile_of(said, "en"))))

    assert stop is not None
    assert stop.code == "S02"


@settings(max_examples=30, deadline=None)
@given(st.sampled_from([*basics(), *bank()]), st.text(max_size=40))
def test_anything_typed_is_an_answer_or_is_told(name: str, text: str) -> None:
    one = question(name)
    answer = parse_answer(one, text)

    if answer is not None and problem(SAID, one, answer, "en") is None:
        assert profile_of({**SAID, name: answer}, "en").age >= 1
