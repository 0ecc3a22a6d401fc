"""Plans from anywhere: whatever is out of shape is found, however it is out of shape."""

from collections.abc import Callable

import pytest
from tests.domains.training.checks.breaking import each_day, each_dose, each_week, sessions
from tests.domains.training.makers import a_plan

from kuznia.domains.training.checks import findings, verify, verify_plan
from kuznia.domains.training.schema.plan import Day, EffortStep, Plan, StepBlock, Week

PLAN, ATHLETE = a_plan(
    {"equipment": ["full-gym"], "lifts": [{"exercise": "deadlift", "weight": 90}]}
)
RUNS, RUNNER = a_plan(
    {"kind": "endurance", "endurance": {"sport": "cycling", "weekly_minutes": 90}}
)


def codes(made: Plan, athlete=ATHLETE) -> set[str]:
    return {one.code for one in findings(verify(made, athlete)) if one.stands}


def day_with(**update) -> Callable[[Week, Day], Day]:
    return lambda _, day: day.model_copy(update=update) if day.exercises else day


def twice(_: Week, day: Day) -> Day:
    if not day.exercises:
        return day
    again = day.exercises[0].model_copy(update={"order": len(day.exercises) + 1})
    return day.model_copy(update={"exercises": (*day.exercises, again)})


def dosed(**update) -> Plan:
    return each_dose(PLAN, lambda _, __, dose: dose.model_copy(update=update))


@pytest.mark.parametrize(
    ("made", "rule"),
    [
        (each_week(PLAN, lambda week: week.model_copy(update={"days": week.days[:5]})), "X01"),
        (each_day(PLAN, day_with(kind="rest")), "X01"),
        (each_day(PLAN, twice), "X01"),
        (dosed(sets=0), "X01"),
        (dosed(unit="m"), "X02"),
        (dosed(load_unit="kg", load=None, percent=None), "X07"),
        (dosed(load=20.0, load_unit="lb"), "X07"),
        (dosed(load=20.0, load_unit="kg"), "I06"),
        (dosed(load=999.0, load_unit="kg", percent=None), "I06"),
        (dosed(reps=400), "V09"),
    ],
)
def test_what_is_out_of_shape_is_found(made: Plan, rule: str) -> None:
    assert rule in codes(made)


def test_orders_must_count_up() -> None:
    def shuffled(_: Week, day: Day) -> Day:
        return day.model_copy(update={"exercises": day.exercises[::-1]})

    assert "X01" in codes(each_day(PLAN, shuffled))


def test_a_step_must_last_and_have_a_zone() -> None:
    nothing = StepBlock(times=1, steps=(EffortStep(seconds=0, zone=9, effort="?"),))
    broken = sessions(RUNS, lambda _, __, one: one.model_copy(update={"blocks": (nothing,)}))

    assert "X01" in codes(broken, RUNNER)


def test_a_plan_with_nothing_in_it_has_a_certificate_that_says_so() -> None:
    empty = PLAN.model_copy(update={"weeks": (), "notices": ()})

    told = verify_plan(empty, ATHLETE).certificate
    assert not told.passed
    assert {line.rule for line in told.checks if not line.passed} >= {"X01", "X05"}


def test_lessons_about_time_and_tags_are_held_to() -> None:
    effects = [
        {"do": "minutes", "minutes": 15},
        {"do": "avoid_tag", "tag": "isolation"},
        {"do": "day_unavailable", "day": 1},
    ]
    lesson = {"id": "l", "text": "t", "kind": "logistics", "effects": effects}
    _, picky = a_plan({"equipment": ["full-gym"]}, lessons=[lesson])

    found = codes(PLAN, picky)
    assert {"X04", "X06"} <= found


def test_the_certificate_names_measure_and_limit() -> None:
    told = verify_plan(PLAN, ATHLETE).certificate
    line = next(line for line in told.checks if line.rule == "V05")

    assert told.passed
    assert (line.measured, line.limit, line.passed) == (3, 3.0, True)
