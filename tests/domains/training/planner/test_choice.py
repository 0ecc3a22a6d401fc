"""The choice of exercises against an exact solver: how near, and what the solver adds."""

from typing import Any

import pytest
from bench.training import instances, missed
from tests.domains.training.makers import an_athlete

from kuznia.domains.training.checks import findings, verify
from kuznia.domains.training.planner import plan
from kuznia.domains.training.planner.choice import choose, cost
from kuznia.domains.training.planner.exact import choose_exactly, solve

WEEKS = list(instances())
# No choice can be below the bound it proves: little effort makes the test harder, not easier.
LITTLE = 0.05


# The same lines over and over: the other tests measure them.
@pytest.mark.no_cover
def test_the_search_comes_near_the_optimum() -> None:
    # Every second week of the bench: the others are like their neighbours, and each takes as long.
    gaps = [missed(week, solve(week, LITTLE).bound) for week in WEEKS[::2]]

    assert len(gaps) == 25
    assert sum(gap <= 0.15 for gap in gaps) / len(gaps) >= 0.9


def test_a_bad_choice_is_far_from_the_optimum() -> None:
    week = WEEKS[0]
    bound = solve(week, LITTLE).bound
    empty = cost(week, tuple({} for _ in week.sessions))

    assert (empty - bound) / abs(bound) > 0.15


@pytest.mark.no_cover
def test_the_solver_is_never_worse_than_the_search_and_gives_the_same_again() -> None:
    for week in WEEKS[:3]:
        found = choose_exactly(week)

        assert cost(week, found) <= cost(week, choose(week))
        assert choose_exactly(week) == found


@pytest.mark.parametrize(
    "said",
    [
        {"equipment": ["full-gym"], "level": "advanced", "aim": "muscle", "days": 4, "minutes": 60},
        {"equipment": ["dumbbells"], "minutes": 30, "days": 2},
        {"equipment": ["none"], "age": 70, "health": {"injuries": [{"region": "knee"}]}},
        {"kind": "both", "level": "intermediate", "aim": "power", "equipment": ["home-rack"]},
        {"kind": "endurance"},
    ],
)
def test_a_plan_of_the_solvers_choice_keeps_every_rule(said: dict[str, Any]) -> None:
    athlete = an_athlete(said)
    made = plan(athlete, chooser=choose_exactly)

    assert [one for one in findings(verify(made, athlete)) if one.stands] == []
