"""Weights that somebody owns: loads that can be put together, and repetitions where none can."""

from typing import Any

import pytest
from tests.domains.training.makers import a_told

from kuznia.domains.training.athlete.athlete import read_athlete
from kuznia.domains.training.catalogue import catalogue
from kuznia.domains.training.checks import verify_plan
from kuznia.domains.training.edits.logbook import moved
from kuznia.domains.training.planner import plan
from kuznia.domains.training.schema.plan import Plan
from kuznia.domains.training.schema.weights import OwnWeights
from kuznia.domains.training.wishes.order import wished

HOME = {"minutes": 45, "weeks": 8, "level": "intermediate", "equipment": ["rack", "bench"]}
LIFTS = [{"exercise": "barbell-bench-press", "weight": 83}]


def made_for(prompt: str, **profile: Any) -> Plan:
    athlete = read_athlete(wished(a_told(HOME | profile, prompt=prompt)))
    made = plan(athlete)
    assert not [one for one in verify_plan(made, athlete).findings if one.stands]
    return made


def loads(made: Plan, item: str) -> set[float | None]:
    doses = (dose for week in made.weeks for day in week.days for dose in day.exercises)
    return {
        dose.load
        for dose in doses
        if item in catalogue()[dose.id].equipment_all and dose.unit == "reps"
    }


@pytest.mark.parametrize(
    ("prompt", "profile", "item", "shown"),
    [
        ("I only have a single 20 kg kettlebell.", {}, "kettlebell", {20}),
        ("Маю лише одну гирю 24 кг.", {}, "kettlebell", {24}),
        (
            "Strength, please.",
            {"weights": [{"item": "dumbbells", "sizes": [7.5]}]},
            "dumbbells",
            {7.5},
        ),
        (
            "I only have a 35 lb kettlebell.",
            {"weight_unit": "lb", "weight": 180},
            "kettlebell",
            {35},
        ),
    ],
)
def test_the_one_weight_there_is_stands_in_every_line(
    prompt: str, profile: dict[str, Any], item: str, shown: set[float]
):
    made = made_for(prompt, **profile)

    assert loads(made, item) == shown
    assert any(notice.code == "weights" for notice in made.notices)


def test_a_bar_with_small_plates_is_loaded_in_their_steps():
    prompt = "In my garage: a barbell with 5 kg plates, rack and bench. Get stronger."
    bar = loads(made_for(prompt, lifts=LIFTS, aim="strength"), "barbell") - {None}

    assert bar
    assert all((load - 20) % 10 == 0 for load in bar if load is not None)


def test_no_load_is_heavier_than_what_there_is():
    profile = {"lifts": [{"exercise": "dumbbell-bench-press", "weight": 20}], "aim": "muscle"}
    made = made_for("I have dumbbells up to 12 kg.", **profile)

    assert {load for load in loads(made, "dumbbells") if load is not None} == {12}


def test_an_exercise_is_not_liked_because_its_weight_is_owned():
    made = made_for("I only have a single 20 kg kettlebell.")
    texts = {d.reason.text for week in made.weeks for day in week.days for d in day.exercises}

    assert not any("You said that you like it" in text for text in texts)


def test_a_log_adds_repetitions_where_there_is_nothing_heavier():
    made = made_for("I only have a single 20 kg kettlebell.")
    day = made.weeks[0].days[0]
    dose = next(dose for dose in day.exercises if dose.load == 20)

    after = moved(dose, "up")

    assert (after.load, after.reps) == (20, dose.reps + 2)


def test_loads_are_put_together_from_what_there_is():
    bar = OwnWeights("barbell", "kg", step=5)
    bells = OwnWeights("kettlebell", "kg", sizes=(12, 16))

    assert [bar.fitting(load, 2.5) for load in (19, 27, 62.5)] == [0, 25, 60]
    assert [bells.fitting(load, 2) for load in (10, 14, 40)] == [0, 12, 16]
