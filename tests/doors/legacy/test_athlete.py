"""What was told of a person is read as an order, whatever it was."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuznia.domains.training.athlete.athlete import read_athlete
from kuznia.domains.training.athlete.screening import decline
from kuznia.domains.training.schema.profile import Answer, YesNo
from kuznia.doors.legacy.athlete import OldQuestion, PersonalInfo, ordered
from kuznia.platform.errors import Invalid


def a_person(**changes: Any) -> PersonalInfo:
    told = {"age": 30, "weight": 80, "height": 180, "goal_description": "Feel better"}
    return PersonalInfo.model_validate(told | changes)


@pytest.mark.parametrize(
    ("goal", "kind", "sport"),
    [
        ("Get stronger", "strength", None),
        ("Стати сильнішим", "strength", None),
        ("Run a marathon", "endurance", "running"),
        ("Пробігти марафон", "endurance", "running"),
        ("Swim 2 km", "endurance", "swimming"),
        ("Їздити велосипедом", "endurance", "cycling"),
        ("Build muscle and run 10 km", "both", "running"),
    ],
)
def test_what_they_want_it_for_says_what_it_holds(goal: str, kind: str, sport: str | None) -> None:
    order = ordered(a_person(goal_description=goal), {"days": 3}, ())

    assert order.profile.kind == kind
    assert (order.profile.endurance.sport if order.profile.endurance else None) == sport


def test_an_answer_goes_before_a_guess() -> None:
    person = a_person(goal_description="Run a marathon")

    order = ordered(person, {"kind": ("strength",)}, ())

    assert (order.profile.kind, order.profile.endurance) == ("strength", None)


def test_units_keep_their_numbers() -> None:
    person = a_person(weight=180, height=71, weight_unit="lbs", height_unit="inches")

    profile = ordered(person, {"days": 3}, ()).profile

    assert (profile.weight, profile.weight_unit) == (180, "lb")
    assert (profile.height, profile.height_unit) == (71, "in")


@pytest.mark.parametrize(
    ("level", "ours"), [("Novice", "beginner"), ("ADVANCED", "advanced"), ("guru", "beginner")]
)
def test_a_level_nobody_knows_is_the_safest(level: str, ours: str) -> None:
    assert ordered(a_person(experience_level=level), {"days": 3}, ()).profile.level == ours


def test_one_choice_may_come_without_its_list() -> None:
    assert ordered(a_person(), {"kind": "both"}, ()).profile.kind == "both"


def test_answers_to_questions_of_others_are_read_as_words() -> None:
    said = (OldQuestion(id="q1", text="Any pain?"), OldQuestion(id="q2", text="What do you like?"))
    answers: dict[str, Answer | None] = {
        "q1": YesNo(boolean=True, text="chest pain when climbing stairs"),
        "q2": ("yoga", "rows"),
        "q3": 7,
        "q4": None,
    }

    order = ordered(a_person(), answers, said)

    assert order.profile.notes == (
        "Any pain? chest pain when climbing stairs. What do you like? yoga, rows. 7"
    )
    assert order.answers == {}


@pytest.mark.parametrize("answer", [YesNo(boolean=False), "no", "Ні", ("none",)])
def test_a_no_to_somebody_elses_question_is_no_sign(answer: Answer) -> None:
    order = ordered(a_person(), {"q1": answer}, (OldQuestion(id="q1", text="Any chest pain?"),))

    assert decline(read_athlete(order)) is None


def test_words_of_our_questions_and_of_theirs_stand_together() -> None:
    order = ordered(a_person(), {"notes": "I sit all day", "q1": "and all night"}, ())

    assert order.profile.notes == "I sit all day. and all night"


NAMES = st.sampled_from(["kind", "days", "start", "chest_pain", "notes", "equipment", "q1", "🏋"])
ANSWERS = st.one_of(
    st.none(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=80),
    st.lists(st.text(min_size=1, max_size=20), max_size=4).map(tuple),
    st.builds(YesNo, boolean=st.booleans(), text=st.text(max_size=40)),
)


@given(answers=st.dictionaries(NAMES, ANSWERS, max_size=6), goal=st.text(max_size=200))
def test_any_answers_are_an_order_or_a_fault(answers: dict[str, Answer | None], goal: str) -> None:
    refused: Invalid | None = None
    try:
        ordered(a_person(goal_description=goal), answers, ())
    except Invalid as fault:
        refused = fault

    assert refused is None or refused.details["fields"]
