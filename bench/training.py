"""The training planner: how long a plan takes, and how near the best its choice of exercises is.

`python -m bench training`; `--people 3000` plans for as many random people;
`--oracle` (needs ortools) sets the choice of exercises to an exact solver.
"""

import argparse
import itertools
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

from kuznia.domains.training.athlete.athlete import Athlete, read_athlete
from kuznia.domains.training.athlete.screening import decline, screen
from kuznia.domains.training.checks import findings, verify
from kuznia.domains.training.planner import plan
from kuznia.domains.training.planner.choice import choose, cost
from kuznia.domains.training.planner.limits import allowed, limits
from kuznia.domains.training.planner.problem import Problem
from kuznia.domains.training.planner.strength import problem
from kuznia.domains.training.schema.profile import PlanInput

INSTANCES = 50
_RUNNING = {"sport": "running", "weekly_km": 30, "longest_km": 11, "event": "10k"}


def people(weeks: int) -> Iterator[Athlete]:
    """Every mix of level, days, kit and kind that takes the planner any time."""
    levels = ("beginner", "intermediate", "advanced", "elite")
    kits = ("full-gym", "home-rack", "dumbbells", "none")
    for level, days, kit, kind in itertools.product(
        levels, (2, 3, 4, 6), kits, ("strength", "both")
    ):
        said: dict[str, Any] = {
            "age": 32,
            "level": level,
            "aim": "muscle",
            "days": days,
            "minutes": 60,
            "weeks": weeks,
            "equipment": [kit],
            "kind": kind,
        }
        if kind == "both":
            said["endurance"] = _RUNNING
        yield read_athlete(PlanInput.model_validate({"prompt": "A plan.", "profile": said}))


def timed(weeks: int = 12) -> None:
    """Print what making and checking a plan cost one core, and that nothing is left to mend."""
    making: list[float] = []
    checking: list[float] = []
    standing = 0
    for athlete in people(weeks):
        began = time.process_time()
        made = plan(athlete)
        done = time.process_time()
        standing += sum(one.stands for one in findings(verify(made, athlete)))
        making.append(1000 * (done - began))
        checking.append(1000 * (time.process_time() - done))
    print(f"{len(making)} plans of {weeks} weeks, {standing} findings left to mend")
    for name, values in (("making", making), ("checking", checking)):
        p95 = statistics.quantiles(values, n=20)[-1]
        print(f"{name:9} median {statistics.median(values):5.1f} ms   p95 {p95:5.1f} ms")


def anyone(count: int) -> None:
    """Plan for thousands of random people and print what is left to mend: nothing, we hope."""
    from hypothesis import HealthCheck, Phase, given, settings
    from tests.domains.training.makers import an_athlete, profiles

    found: Counter[str] = Counter()

    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(profiles())
    def one(said: dict[str, Any]) -> None:
        athlete = an_athlete(said)
        if decline(athlete) is not None:
            found["declined"] += 1
            return
        found["planned"] += 1
        found.update({one.code for one in findings(verify(plan(athlete), athlete)) if one.stands})

    one()
    print(dict(found))


def instances() -> Iterator[Problem]:
    """Fifty weeks to fill, of all sizes."""
    spread = {2: (1, 4), 3: (1, 3, 5), 4: (1, 2, 4, 5), 5: (1, 2, 3, 5, 6), 6: (1, 2, 3, 4, 5, 6)}
    mixes = itertools.product(
        (2, 3, 4, 5, 6), (30.0, 45.0, 60.0, 75.0), ("full-gym", "dumbbells", "home-rack")
    )
    for days, minutes, kit in itertools.islice(mixes, INSTANCES):
        level = "beginner" if days < 4 else "intermediate" if days < 5 else "advanced"
        said = {"age": 32, "level": level, "aim": "muscle", "equipment": [kit], "days": days}
        athlete = read_athlete(PlanInput.model_validate({"prompt": "A plan.", "profile": said}))
        frame = limits(athlete, screen(athlete))
        yield problem(athlete, frame, allowed(athlete, frame), dict.fromkeys(spread[days], minutes))


def missed(week: Problem, reached: float) -> float:
    """The share of what there is to gain over an empty week that our search leaves behind."""
    empty = cost(week, tuple({} for _ in week.sessions))
    return (cost(week, choose(week)) - reached) / (empty - reached)


def against_oracle(effort: float) -> None:
    """Print how near our search comes to the solver's best, and to what nothing can be below."""
    from kuznia.domains.training.planner.exact import solve

    weeks = list(instances())
    solved = [solve(week, effort) for week in weeks]
    proven = sum(
        cost(week, one.choice) - one.bound < 1 for week, one in zip(weeks, solved, strict=True)
    )
    print(f"{len(weeks)} weeks, {proven} of them solved to a proven optimum")
    pairs = list(zip(weeks, solved, strict=True))
    for name, gaps in (
        ("the best found", [missed(week, cost(week, one.choice)) for week, one in pairs]),
        ("the proven bound", [missed(week, one.bound) for week, one in pairs]),
    ):
        near = sum(gap <= 0.15 for gap in gaps) / len(gaps)
        print(
            f"{name:16} within 15 % in {near:.0%}, "
            f"missed: median {statistics.median(gaps):.2%}, worst {max(gaps):.2%}"
        )


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--weeks", type=int, default=12)
    arguments.add_argument("--oracle", action="store_true")
    arguments.add_argument("--effort", type=float, default=4.0, help="for each oracle week")
    arguments.add_argument("--people", type=int, default=0, help="random people to plan for")
    told = arguments.parse_args()
    if told.people:
        anyone(told.people)
    elif told.oracle:
        against_oracle(told.effort)
    else:
        timed(told.weeks)
