"""Sixty people written down before the planner was: each gets what was said they must get."""

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

import pytest
from tests.domains.training.makers import an_athlete, profiles_on_file

from kuznia.domains.training.athlete.athlete import Athlete
from kuznia.domains.training.athlete.screening import decline
from kuznia.domains.training.catalogue import catalogue
from kuznia.domains.training.checks import findings, verify, verify_plan
from kuznia.domains.training.planner import plan
from kuznia.domains.training.schema.plan import Day, Dose, Plan, PlannedSession
from kuznia.domains.training.schema.profile import WEEKDAYS

ON_FILE = profiles_on_file()
DECLINED = [one for one in ON_FILE if "declined" in one]
PLANNED = [one for one in ON_FILE if "plan" in one]


def person(row: Mapping[str, Any]) -> Athlete:
    rest = {name: row[name] for name in ("answers", "prompt") if name in row}
    return an_athlete(dict.fromkeys(("sex", "weight", "height")) | row["profile"], **rest)


def days(made: Plan) -> list[Day]:
    return [day for week in made.weeks for day in week.days]


def doses(made: Plan) -> list[Dose]:
    return [dose for day in days(made) for dose in day.exercises]


def sessions(made: Plan, most_weeks: int = 99) -> list[PlannedSession]:
    return [one for week in made.weeks[:most_weeks] for day in week.days for one in day.sessions]


def zone(made: Plan, most_weeks: int = 99) -> int:
    steps = (
        step for one in sessions(made, most_weeks) for block in one.blocks for step in block.steps
    )
    return max((step.zone for step in steps), default=0)


def tags(made: Plan) -> set[str]:
    return set[str]().union(*(catalogue()[dose.id].tags for dose in doses(made)))


def moves(made: Plan) -> set[str]:
    return {catalogue()[dose.id].pattern for dose in doses(made)}


def a_week(made: Plan, what: Callable[[Day], bool]) -> set[int]:
    return {sum(1 for day in week.days if what(day)) for week in made.weeks}


def in_range(counts: set[int], limits: list[int]) -> bool:
    return all(limits[0] <= count <= limits[1] for count in counts)


def in_kit(made: Plan, names: list[str], athlete: Athlete) -> bool:
    return all(
        catalogue()[dose.id].fits(athlete.equipment & frozenset(names)) for dose in doses(made)
    )


def balance(day: Day) -> bool:
    return any(catalogue()[dose.id].pattern == "balance" for dose in day.exercises)


def runs_apart(made: Plan) -> bool:
    numbers = [
        7 * week.number + day.day for week in made.weeks for day in week.days if day.sessions
    ]
    return all(after - day > 1 for day, after in pairwise(numbers))


def beats(made: Plan) -> bool:
    steps = (step for one in sessions(made) for block in one.blocks for step in block.steps)
    return any(one.heart_rate for one in made.zones) or any(step.heart_rate for step in steps)


# What a fact of the file means for a plan.
FACTS: Mapping[str, Callable[[Plan, Any, Athlete], bool]] = {
    "weeks": lambda made, want, _: len(made.weeks) == want,
    "strength_days": lambda made, want, _: in_range(
        a_week(made, lambda d: bool(d.exercises)), want
    ),
    "endurance_days": lambda made, want, _: in_range(
        a_week(made, lambda d: bool(d.sessions)), want
    ),
    "rest_days": lambda made, want, _: min(a_week(made, lambda d: d.kind == "rest")) >= want,
    "balance_days": lambda made, want, _: min(a_week(made, balance)) >= want,
    "weekdays": lambda made, want, _: (
        {WEEKDAYS[day.day - 1] for day in days(made) if day.kind != "rest"} <= set(want)
    ),
    "only": in_kit,
    "only_tag": lambda made, want, _: all(want in catalogue()[one.id].tags for one in doses(made)),
    "max_minutes": lambda made, want, _: max(day.minutes for day in days(made)) <= want,
    "min_rir": lambda made, want, _: min((one.rir for one in doses(made)), default=9) >= want,
    "max_sets": lambda made, want, _: max(one.sets for one in doses(made)) <= want,
    "reps": lambda made, want, _: all(
        want[0] <= one.reps <= want[1] for one in doses(made) if one.unit == "reps"
    ),
    "max_percent": lambda made, want, _: (
        max((one.percent or 0 for one in doses(made)), default=0) <= want
    ),
    "has_loads": lambda made, want, _: any(one.load for one in doses(made)) == want,
    "load_unit": lambda made, want, _: {one.load_unit for one in doses(made)} <= {want, None},
    "deloads": lambda made, want, _: sum(week.phase == "deload" for week in made.weeks) >= want,
    "patterns": lambda made, want, _: set(want) <= moves(made),
    "no_patterns": lambda made, want, _: not set(want) & moves(made),
    "no_tags": lambda made, want, _: not set(want) & tags(made),
    "max_zone": lambda made, want, _: zone(made) <= want,
    "max_zone_early": lambda made, want, _: zone(made, 4) <= want,
    "no_heart_rate": lambda made, want, _: beats(made) != want,
    "no_consecutive_runs": lambda made, want, _: runs_apart(made) == want,
    "race": lambda made, want, _: any(one.kind == "race" for one in sessions(made)) == want,
    "offers": lambda made, want, _: [offer.code for offer in made.offers] == want,
    "notices": lambda made, want, _: set(want) <= {notice.code for notice in made.notices},
}


def test_there_are_sixty() -> None:
    assert len(ON_FILE) == 60
    assert {fact for row in PLANNED for fact in row["plan"]} == set(FACTS)


@pytest.mark.parametrize("row", DECLINED, ids=lambda row: row["name"])
def test_whom_training_would_harm_is_declined(row: dict[str, Any]) -> None:
    refusal = decline(person(row))

    assert refusal is not None
    assert refusal.code == row["declined"]
    assert refusal.message


@pytest.mark.parametrize("row", PLANNED, ids=lambda row: row["name"])
def test_the_plan_holds_what_was_said_it_must(row: dict[str, Any]) -> None:
    athlete = person(row)
    assert decline(athlete) is None
    made = plan(athlete)

    broken = [name for name, want in row["plan"].items() if not FACTS[name](made, want, athlete)]
    assert broken == []


@pytest.mark.parametrize("row", PLANNED, ids=lambda row: row["name"])
def test_the_plan_passes_every_rule(row: dict[str, Any]) -> None:
    athlete = person(row)
    made = plan(athlete)

    assert [one for one in findings(verify(made, athlete)) if one.stands] == []
    assert verify_plan(made, athlete).certificate.passed
