"""Operations: the only way a plan changes, and never in the past."""

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests.domains.training.makers import a_plan, an_athlete, profiles

from kuznia.domains.training.athlete.screening import decline
from kuznia.domains.training.catalogue import catalogue
from kuznia.domains.training.checks import findings, verify
from kuznia.domains.training.edits.operations import (
    FIRST,
    Add,
    Intensity,
    MoveDay,
    Remove,
    RestDay,
    Swap,
    Today,
    Volume,
    apply,
    day_on,
)
from kuznia.domains.training.planner import plan
from kuznia.domains.training.schema.plan import Day, Plan, Reason

ROOMY = {"equipment": ["full-gym"], "minutes": 120, "aim": "muscle", "start": "2026-11-23"}
PLAN, ATHLETE = a_plan(ROOMY)


def ids(made: Plan) -> set[str]:
    return {dose.id for week in made.weeks for day in week.days for dose in day.exercises}


def an_exercise(pattern: str) -> str:
    return next(name for name in sorted(ids(PLAN)) if catalogue()[name].pattern == pattern)


def test_a_swap_changes_every_day_from_today_on() -> None:
    out = an_exercise("h_pull")
    after = apply(PLAN, ATHLETE, Swap(out=out, into="t-bar-row"))

    assert after.applied
    assert out not in ids(after.plan)
    assert "t-bar-row" in ids(after.plan)


def test_a_swap_for_what_cannot_be_done_is_refused_with_its_rule() -> None:
    out = an_exercise("h_pull")
    after = apply(PLAN, ATHLETE, Swap(out=out, into="rings-row"))

    assert not after.applied
    assert after.plan == PLAN
    assert {finding.code for finding in after.findings} == {"X03"}


def test_more_sets_than_the_rules_allow_are_refused() -> None:
    once = apply(PLAN, ATHLETE, Volume(sets=2))

    assert not once.applied
    assert once.findings


def test_less_is_always_allowed() -> None:
    for operation in (
        Remove(exercise=an_exercise("squat")),
        RestDay(week=2, day=1),
        Volume(sets=-1, exercise=an_exercise("h_pull")),
        Intensity(reserve=1),
    ):
        assert apply(PLAN, ATHLETE, operation).applied, operation


def test_a_day_whose_exercises_are_all_out_is_what_is_left_of_it() -> None:
    mixed, athlete = a_plan(
        {"kind": "both", "days": 5, "endurance": {"sport": "cycling", "weekly_minutes": 200}}
    )
    for name in sorted(ids(mixed)):
        mixed = apply(mixed, athlete, Remove(exercise=name)).plan

    kinds = {(bool(day.exercises), bool(day.sessions)): day.kind for day in mixed.weeks[0].days}
    left = {(True, True): "mixed", (True, False): "strength"}
    assert kinds.items() <= (left | {(False, True): "endurance", (False, False): "rest"}).items()
    assert kinds[False, True] == "endurance"


def test_a_swap_for_what_the_day_has_already_leaves_the_day() -> None:
    day = next(day for day in PLAN.weeks[0].days if len(day.exercises) > 1)
    out, into = (dose.id for dose in day.exercises[:2])
    after = apply(PLAN, ATHLETE, Swap(out=out, into=into))

    assert after.plan.weeks[0].days[day.day - 1] == day


def test_moving_a_day_takes_its_work_along() -> None:
    week = PLAN.weeks[1]
    full = next(day for day in week.days if day.exercises)
    free = next(day for day in week.days if day.kind == "rest" and day.day == full.day + 1)
    after = apply(PLAN, ATHLETE, MoveDay(week=2, day=full.day, to=free.day))

    assert after.plan.weeks[1].days[free.day - 1].exercises == full.exercises or after.findings
    assert after.plan.weeks[0] == PLAN.weeks[0]


def test_an_exercise_is_added_where_it_belongs() -> None:
    day = next(day.day for day in PLAN.weeks[0].days if day.exercises)
    after = apply(PLAN, ATHLETE, Add(exercise="dumbbell-hammer-curl", day=day, sets=1))

    assert after.applied
    assert "dumbbell-hammer-curl" in ids(after.plan)


@pytest.mark.parametrize(
    "operation",
    [
        Swap(out="plank", into="no-such-exercise"),
        Add(exercise="no-such-exercise", day=1),
        MoveDay(week=16, day=1, to=2),
        RestDay(week=9, day=1),
        Volume(sets=-2),
        Remove(exercise="sled-push"),
        Swap(out="sled-push", into="plank"),
    ],
)
def test_what_cannot_be_is_said_and_changes_nothing(operation) -> None:
    after = apply(PLAN, ATHLETE, operation)

    assert not after.applied
    assert after.plan == PLAN
    assert after.findings


def test_effort_stays_in_its_range() -> None:
    strained = apply(PLAN, ATHLETE, Intensity(reserve=-2))

    assert not strained.applied


def test_the_past_cannot_be_rested() -> None:
    after = apply(PLAN, ATHLETE, RestDay(week=1, day=1), Today(2, 1))

    assert not after.applied
    assert "past" in after.findings[0].message


def test_today_is_found_by_date() -> None:
    assert day_on(PLAN, date(2026, 11, 1)) == FIRST
    assert day_on(PLAN, date(2026, 11, 30)) == Today(2, 1)
    assert day_on(a_plan()[0], date(2026, 11, 30)) == FIRST


operations = st.one_of(
    st.builds(
        Swap,
        out=st.sampled_from(sorted(ids(PLAN))),
        into=st.sampled_from(sorted(catalogue())),
    ),
    st.builds(Intensity, reserve=st.integers(-2, 2)),
    st.builds(MoveDay, week=st.integers(1, 16), day=st.integers(1, 7), to=st.integers(1, 7)),
    st.builds(RestDay, week=st.integers(1, 16), day=st.integers(1, 7)),
    st.builds(Volume, sets=st.integers(-2, 2)),
    st.builds(Add, exercise=st.sampled_from(sorted(catalogue())), day=st.integers(1, 7)),
    st.builds(Remove, exercise=st.sampled_from(sorted(ids(PLAN)))),
)
SLOW = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


@SLOW
@given(profiles(), operations, st.integers(1, 3), st.integers(1, 7))
def test_past_days_never_change(said: dict[str, Any], operation, week: int, day: int) -> None:
    athlete = an_athlete(said)
    assume(decline(athlete) is None)
    made, at = plan(athlete), Today(week, day)

    after = apply(made, athlete, operation, at).plan
    for one, other in zip(made.weeks, after.weeks, strict=True):
        for before, now in zip(one.days, other.days, strict=True):
            if 7 * (one.number - 1) + before.day < at.number:
                assert before == now


@SLOW
@given(operations)
def test_an_operation_never_brings_in_what_the_rules_forbid(operation) -> None:
    after = apply(PLAN, ATHLETE, operation)

    codes = {one.code for one in findings(verify(after.plan, ATHLETE)) if one.stands}
    assert not codes & {"X02", "X03", "V01", "V02", "V06", "V09", "I05", "I06"}


@pytest.mark.parametrize(
    ("operation", "inverse"),
    [
        (
            Volume(sets=-1, exercise=an_exercise("h_pull")),
            Volume(sets=1, exercise=an_exercise("h_pull")),
        ),
        (Intensity(reserve=1), Intensity(reserve=-1)),
        (
            Swap(out=an_exercise("arm_ext"), into="cable-overhead-triceps-extension"),
            Swap(out="cable-overhead-triceps-extension", into=an_exercise("arm_ext")),
        ),
        (MoveDay(week=1, day=3, to=4), MoveDay(week=1, day=4, to=3)),
    ],
)
def test_an_operation_and_its_inverse_leave_things_as_they_were(operation, inverse) -> None:
    there = apply(PLAN, ATHLETE, operation)
    back = apply(there.plan, ATHLETE, inverse)

    assert there.applied
    assert _unexplained(back.plan) == _unexplained(PLAN)


def _unexplained(plan: Plan) -> Plan:
    """The plan without its reasons, which say that something was changed."""
    none = Reason(text="")
    weeks = tuple(
        week.model_copy(update={"days": tuple(_bare(day, none) for day in week.days)})
        for week in plan.weeks
    )
    return plan.model_copy(update={"weeks": weeks})


def _bare(day: Day, none: Reason) -> Day:
    doses = tuple(dose.model_copy(update={"reason": none}) for dose in day.exercises)
    return day.model_copy(update={"exercises": doses, "reason": none})


def test_what_was_changed_has_a_reason_of_its_own() -> None:
    into = "cable-overhead-triceps-extension"
    after = apply(PLAN, ATHLETE, Swap(out=an_exercise("arm_ext"), into=into)).plan
    new = [d for week in after.weeks for day in week.days for d in day.exercises if d.id == into]

    assert new
    assert all("the triceps" in dose.reason.text and "New here" in dose.reason.text for dose in new)
