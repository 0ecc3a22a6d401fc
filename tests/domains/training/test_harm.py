"""The law of harm: unsafe orders get no such plan, and no row or limit can be lost unseen."""

import json
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from functools import cache
from typing import Any

import pytest
from tests.domains.training.makers import DATA, an_athlete

from kuznia.domains.training.athlete.athlete import Athlete
from kuznia.domains.training.athlete.screening import Screening, screen
from kuznia.domains.training.athlete.standing import Restrictions, restrictions
from kuznia.domains.training.catalogue import catalogue
from kuznia.domains.training.checks import findings, verify
from kuznia.domains.training.law import HarmRow, Law, harm_law
from kuznia.domains.training.planner import Wishes, plan
from kuznia.domains.training.schema.plan import Dose, Plan, PlannedSession

ROWS = (DATA / "harm_orders.jsonl").read_text(encoding="utf-8").splitlines()
ORDERS = [json.loads(row) for row in ROWS]
NAMES = [order["order"] for order in ORDERS]


def doses(made: Plan) -> list[Dose]:
    return [dose for week in made.weeks for day in week.days for dose in day.exercises]


def sessions(made: Plan) -> list[PlannedSession]:
    return [one for week in made.weeks for day in week.days for one in day.sessions]


def race_km(made: Plan) -> float:
    return max((one.km or 0.0 for one in sessions(made) if one.kind == "race"), default=0.0)


def zone(made: Plan) -> int:
    blocks = [block for one in sessions(made) for block in one.blocks]
    return max((step.zone for block in blocks for step in block.steps), default=0)


MUST: Mapping[str, Callable[[Plan, Any], bool]] = {
    "no_patterns": lambda made, want: (
        not any(catalogue()[one.id].pattern in want for one in doses(made))
    ),
    "no_tags": lambda made, want: (
        not any(catalogue()[one.id].tags & set(want) for one in doses(made))
    ),
    "only_tag": lambda made, want: all(want in catalogue()[one.id].tags for one in doses(made)),
    "max_level": lambda made, want: all(catalogue()[one.id].level <= want for one in doses(made)),
    "min_rir": lambda made, want: all(one.rir >= want for one in doses(made)),
    "max_percent": lambda made, want: all((one.percent or 0) <= want for one in doses(made)),
    "axial_percent": lambda made, want: all(
        (one.percent or 0) <= want for one in doses(made) if "axial" in catalogue()[one.id].tags
    ),
    "max_sets": lambda made, want: all(one.sets <= want for one in doses(made)),
    "reps": lambda made, want: all(
        want[0] <= one.reps <= want[1] for one in doses(made) if one.unit == "reps"
    ),
    "strength_days": lambda made, want: all(
        sum(bool(day.exercises) for day in week.days) <= want for week in made.weeks
    ),
    "max_hold": lambda made, want: all(
        one.reps <= want for one in doses(made) if one.unit == "sec"
    ),
    "max_zone": lambda made, want: zone(made) <= want,
    "race": lambda made, want: bool(race_km(made)) == want,
    "race_km": lambda made, want: race_km(made) <= want,
    "heart_rate": lambda made, want: any(one.heart_rate for one in made.zones) == want,
    "notices": lambda made, want: {one.code for one in made.notices} >= set(want),
}


def tempted(row: HarmRow) -> Wishes:
    """Wishes for all that the row forbids: what is possible is then planned."""
    wrong = {
        one.id
        for one in catalogue().values()
        if one.pattern in row.patterns
        or one.tags & {*row.tags, *(("isometric",) if row.hold else ())}
    }
    return Wishes(prefer=frozenset(wrong))


def without(row: str) -> Law:
    return {name: one for name, one in harm_law().items() if name != row}


@cache
def person(number: int) -> Athlete:
    return an_athlete(ORDERS[number]["profile"])


def kept(number: int, law: Law) -> bool:
    """Whether the order got its safe answer under this law."""
    must, athlete = ORDERS[number]["must"], person(number)
    screening = screen(athlete, law)
    if "declined" in must:
        return screening.stops[:1] == (must["declined"],)
    if screening.stops:
        return False
    made = plan(athlete, tempted(harm_law()[ORDERS[number]["row"]]), screening=screening)
    return all(MUST[name](made, want) for name, want in must.items())


def broken(athlete: Athlete, row: str, screening: Screening) -> set[str]:
    """The rules that a plan breaks which is made under this screening, stops passed over."""
    made = plan(athlete, tempted(harm_law()[row]), screening=screening)
    return {finding.code for finding in findings(verify(made, athlete)) if finding.stands}


def test_every_row_has_its_unsafe_order() -> None:
    assert {order["row"] for order in ORDERS} == set(harm_law())


def test_every_row_names_its_source() -> None:
    assert all(len(row.source) > 5 and row.about for row in harm_law().values())


@pytest.mark.parametrize("number", range(len(ORDERS)), ids=NAMES)
def test_an_unsafe_order_gets_the_safe_answer(number: int) -> None:
    assert kept(number, harm_law())


@pytest.mark.parametrize("row", harm_law())
def test_without_its_row_an_unsafe_order_passes(row: str) -> None:
    numbers = [number for number, order in enumerate(ORDERS) if order["row"] == row]

    assert not all(kept(number, without(row)) for number in numbers)


@pytest.mark.parametrize("row", harm_law())
def test_a_row_lost_by_the_planner_breaks_a_rule(row: str) -> None:
    numbers = [number for number, order in enumerate(ORDERS) if order["row"] == row]

    assert any(broken(person(n), row, screen(person(n), without(row))) for n in numbers)


@pytest.mark.parametrize("limit", [field.name for field in fields(Restrictions)])
def test_a_limit_lost_by_the_planner_breaks_a_rule(limit: str) -> None:
    """For one order at least: not every order comes near every limit."""
    free = getattr(restrictions(()), limit)

    for number, order in enumerate(ORDERS):
        athlete = person(number)
        screening = screen(athlete)
        if screening.stops:
            continue
        loose = replace(screening, restrictions=replace(screening.restrictions, **{limit: free}))
        if loose != screening and broken(athlete, order["row"], loose):
            return
    pytest.fail(f"nothing notices that the planner lost {limit}")
