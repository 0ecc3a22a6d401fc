"""Questions that matter, and answers that fit them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuznia.domains.training.questions import bank, minutes_to_answer, questions
from kuznia.domains.training.questions.answers import apply_answers, free_texts, problems
from kuznia.domains.training.schema.profile import Profile, YesNo


def a_profile(**said: Any) -> Profile:
    return Profile.model_validate({"age": 30} | said)


def ids(**said: Any) -> set[str]:
    return {question.id for question in questions(a_profile(**said))}


def test_health_is_always_asked() -> None:
    assert {"chest_pain", "fainting", "disease", "breathless", "supervised"} <= ids()


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ({"sex": "female"}, "pregnancy"),
        ({"age": 70}, "falls"),
        ({"age": 45}, "systolic"),
        ({"kind": "both"}, "weekly_km"),
        ({"level": "advanced"}, "lift_reps"),
        ({"kind": "endurance", "endurance": {"event": "half"}}, "long_minutes"),
        ({"health": {"flags": ["diabetes"]}}, "cleared"),
        ({"health": {"flags": ["postpartum"]}}, "postpartum_weeks"),
        ({"health": {"flags": ["pregnancy"]}}, "pregnancy_week"),
        ({"health": {"injuries": [{"region": "knee"}]}}, "pain"),
    ],
)
def test_what_matters_for_a_profile_is_asked(said: dict[str, Any], asked: str) -> None:
    plain = {"sex": "male", "age": 30}
    assert asked in ids(**(plain | said))
    assert asked not in ids(**plain)


@pytest.mark.parametrize("language", ["en", "uk"])
def test_each_type_has_what_it_needs_and_says_why(language: str) -> None:
    full = a_profile(
        age=66,
        sex="female",
        kind="both",
        level="advanced",
        language=language,
        endurance={"event": "half"},
        health={"flags": ["diabetes", "pregnancy", "postpartum"], "injuries": [{"region": "hip"}]},
    )

    for question in questions(full):
        assert question.help_text
        shape = question.response_type
        if shape in {"multiple_choice", "dropdown"}:
            assert question.options
            assert len(question.options) >= 2
            assert question.multiselect is not None
        elif shape == "slider":
            assert question.unit
            assert question.step
        elif shape == "rating":
            assert question.min_description
            assert question.max_description
        else:
            assert question.max_length
            assert question.placeholder


def test_all_six_types_are_used() -> None:
    assert len({asked.type for asked in bank().values()}) == 6


def test_the_time_to_answer_is_told() -> None:
    asked = questions(a_profile())

    assert 1 <= minutes_to_answer(asked) <= 5


@pytest.mark.parametrize(
    ("name", "answer", "complaint"),
    [
        ("nonsense", 1, "no such question"),
        ("systolic", 500, "80 to 220"),
        ("systolic", "high", "number"),
        ("pain", 11, "0 to 10"),
        ("disease", ("scurvy",), "values from"),
        ("disease", "asthma", "list of values"),
        ("chest_pain", 1, "boolean"),
        ("chest_pain", YesNo(boolean=True, text="x" * 501), "500"),
        ("notes", 5, "text"),
    ],
)
def test_an_answer_that_does_not_fit_is_told(name: str, answer: Any, complaint: str) -> None:
    found = list(problems({name: answer}))

    assert len(found) == 1
    assert complaint in found[0].message
    assert apply_answers(a_profile(), {name: answer}) == a_profile()


def test_good_answers_have_nothing_wrong() -> None:
    answers = {"systolic": 130, "disease": ("asthma",), "notes": "none", "pain": 3}

    assert list(problems(answers)) == []


def test_answers_reach_their_place() -> None:
    profile = apply_answers(
        a_profile(kind="both"),
        {
            "chest_pain": YesNo(boolean=False),
            "fainting": YesNo(boolean=True),
            "disease": ("asthma", "none"),
            "cleared": YesNo(boolean=True),
            "systolic": 131,
            "sore": ("knee", "none"),
            "pain": 8,
            "current_minutes": 90,
            "weekly_km": 12,
            "preferred_day": ("mon", "thu"),
            "resting_hr": 52,
        },
    )

    assert set(profile.health.flags) == {"fainting", "asthma"}
    assert profile.health.cleared
    assert profile.health.systolic == 131
    assert profile.health.injuries[0].stage == "acute"
    assert profile.health.injuries[0].pain == 8
    assert profile.current_minutes == 90
    assert profile.endurance is not None
    assert profile.endurance.weekly_km == 12.0
    assert profile.weekdays == ("mon", "thu")


def test_a_no_takes_nothing_away() -> None:
    told = a_profile(health={"flags": ["chest_pain"]})

    assert apply_answers(told, {"chest_pain": YesNo(boolean=False)}) == told


def test_a_fresh_injury_is_told_by_its_own_question() -> None:
    told = a_profile(
        health={"injuries": [{"region": "knee", "stage": "surgery"}, {"region": "hip"}]}
    )
    profile = apply_answers(told, {"fresh_injury": YesNo(boolean=True), "sore": ("knee",)})

    assert [injury.stage for injury in profile.health.injuries] == ["surgery", "acute"]


def test_free_text_is_handed_to_whoever_reads_it() -> None:
    said = list(
        free_texts({"notes": "one", "fainting": YesNo(boolean=True, text="two"), "pain": 3})
    )

    assert said == ["one", "two"]


@given(
    st.dictionaries(
        st.sampled_from(sorted(bank())),
        st.one_of(
            st.integers(-(10**9), 10**9),
            st.floats(allow_nan=False, allow_infinity=False),
            st.text(max_size=40),
            st.lists(st.text(min_size=1, max_size=8), max_size=3).map(tuple),
            st.booleans().map(lambda yes: YesNo(boolean=yes)),
        ),
    )
)
def test_any_answers_leave_a_profile_that_holds(answers: dict[str, Any]) -> None:
    profile = apply_answers(a_profile(), answers)

    assert Profile.model_validate(profile.model_dump()) == profile
    assert apply_answers(a_profile(), dict(reversed(answers.items()))) == profile
