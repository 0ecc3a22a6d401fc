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

from kuznia.domains.training.athlete import Athlete, read
from kuznia.domains.training.planner import choice as search
from kuznia.domains.training.planner import plan
from kuznia.domains.training.planner.choice import Choice, Problem, choose, cost
from kuznia.domains.training.planner.limits import allowed, limits
from kuznia.domains.training.planner.strength import problem
from kuznia.domains.training.profile import PlanInput
from kuznia.domains.training.screening import decline, screen
from kuznia.domains.training.verifier import findings, verify

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
        yield read(PlanInput.model_validate({"prompt": "A plan.", "profile": said}))


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
        athlete = read(PlanInput.model_validate({"prompt": "A plan.", "profile": said}))
        frame = limits(athlete, screen(athlete))
        yield problem(athlete, frame, allowed(athlete, frame), dict.fromkeys(spread[days], minutes))


def missed(week: Problem, best: Choice) -> float:
    """The share of what there was to gain over an empty week that our search left behind."""
    empty = cost(week, tuple({} for _ in week.sessions))
    optimum = cost(week, best)
    return (cost(week, choose(week)) - optimum) / (empty - optimum)


def oracle(week: Problem, seconds: float) -> Choice:
    """The same problem set to an exact solver."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    sessions, candidates = range(len(week.sessions)), range(len(week.candidates))
    sets: dict[tuple[int, int], Any] = {}
    used: dict[tuple[int, int], Any] = {}
    for at, number in itertools.product(sessions, candidates):
        candidate = week.candidates[number]
        fits = candidate.pattern in week.sessions[at].patterns
        sets[at, number] = model.new_int_var(0, candidate.most_sets if fits else 0, "")
        used[at, number] = model.new_bool_var("")
        model.add(sets[at, number] >= 1).only_enforce_if(used[at, number])
        model.add(sets[at, number] == 0).only_enforce_if(~used[at, number])
    costs = [*_constraints(model, week, sets, used), *_prices(model, week, sets, used)]
    model.minimize(sum(costs))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = 2
    for at, here in enumerate(choose(week)):
        for number in candidates:
            model.add_hint(sets[at, number], here.get(number, 0))
    solver.solve(model)
    return tuple(
        {n: solver.value(sets[at, n]) for n in candidates if solver.value(sets[at, n])}
        for at in sessions
    )


def _halves(week: Problem, sets: Any, at: int, muscle: str) -> Any:
    return sum(
        round(2 * share) * sets[at, number]
        for number, candidate in enumerate(week.candidates)
        if (share := candidate.muscles.get(muscle))
    )


def _muscles(week: Problem) -> list[str]:
    return sorted({muscle for candidate in week.candidates for muscle in candidate.muscles})


def _constraints(model: Any, week: Problem, sets: Any, used: Any) -> Iterator[Any]:
    """What may not be at all; yields nothing to pay."""
    sessions, candidates = range(len(week.sessions)), range(len(week.candidates))
    near = [
        (one, other)
        for one, other in itertools.combinations(sessions, 2)
        if abs(week.sessions[one].day - week.sessions[other].day) in {1, 6}
    ]
    for at in sessions:
        minutes = sum(
            int(1000 * week.candidates[n].setup) * used[at, n]
            + int(1000 * week.candidates[n].each) * sets[at, n]
            for n in candidates
        )
        model.add(minutes <= int(1000 * week.sessions[at].minutes))
        model.add(sum(used[at, n] for n in candidates) <= search.MOST_EXERCISES)
    for number in candidates:
        model.add(sum(used[at, number] for at in sessions) <= 2)
        for one, other in near:
            model.add(used[one, number] + used[other, number] <= 1)
    for muscle in _muscles(week):
        leads = [n for n in candidates if week.candidates[n].muscles.get(muscle) == 1.0]
        weekly = sum(_halves(week, sets, at, muscle) for at in sessions)
        model.add(weekly <= int(2 * week.ceilings.get(muscle, 25.0)))
        many = []
        for at in sessions:
            model.add(sum(used[at, n] for n in leads) <= search.MOST_ON_MUSCLE)
            model.add(_halves(week, sets, at, muscle) <= int(2 * search.MOST_SESSION_SETS))
            full = model.new_bool_var("")
            here = sum(sets[at, n] for n in leads)
            model.add(here <= search.MANY_SETS - 1).only_enforce_if(~full)
            many.append(full)
        for one, other in near:
            model.add(many[one] + many[other] <= 1)
    yield 0


def _prices(model: Any, week: Problem, sets: Any, used: Any) -> Iterator[Any]:
    """The objective of the search, four times over so that all of it is whole numbers."""
    sessions, candidates = range(len(week.sessions)), range(len(week.candidates))

    def above(value: Any, most: int = 400) -> Any:
        short = model.new_int_var(0, most, "")
        model.add(short >= value)
        return short

    for muscle, target in week.targets.items():
        total = sum(_halves(week, sets, at, muscle) for at in sessions)
        off = model.new_int_var(-400, 400, "")
        square = model.new_int_var(0, 160_000, "")
        model.add(off == total - round(2 * target))
        model.add_multiplication_equality(square, [off, off])
        major = muscle in week.major
        yield square * (4 if major else round(4 * search.MINOR))
        if major:
            yield 4 * search.TOO_LITTLE * above(round(2 * week.floor) - total)
    for muscle in week.twice:
        often = []
        for at in sessions:
            met = model.new_bool_var("")
            model.add(_halves(week, sets, at, muscle) >= 2).only_enforce_if(met)
            often.append(met)
        yield 4 * search.RARE * above(2 - sum(often))
    for pattern in week.must:
        some = sum(
            used[at, n]
            for at in sessions
            for n in candidates
            if week.candidates[n].pattern == pattern
        )
        yield 4 * search.UNCOVERED * above(1 - some)
    pull, push = (
        sum(
            sets[at, n] for at in sessions for n in candidates if week.candidates[n].pattern in kind
        )
        for kind in (week.pull, week.push)
    )
    yield 4 * search.PULL_SHORT * above(push - pull)
    for at in sessions:
        yield from _day_prices(week, at, used, above)


def _day_prices(week: Problem, at: int, used: Any, above: Any) -> Iterator[Any]:
    candidates = range(len(week.candidates))
    count = sum(used[at, n] for n in candidates)
    yield 4 * search.SHORT_DAY * above(week.sessions[at].fewest - count)
    for pattern in {candidate.pattern for candidate in week.candidates}:
        same = sum(used[at, n] for n in candidates if week.candidates[n].pattern == pattern)
        yield 4 * search.REPEATED_PATTERN * above(same - 1)
    yield from (-4 * week.candidates[n].score * used[at, n] for n in candidates)


def against_oracle(seconds: float) -> None:
    """Print how often our search comes near the optimum."""
    gaps = [missed(week, oracle(week, seconds)) for week in instances()]
    near = sum(gap <= 0.15 for gap in gaps)
    print(f"{len(gaps)} weeks: within 15 % of the optimum in {near / len(gaps):.0%}")
    print(f"missed: median {statistics.median(gaps):.2%}, worst {max(gaps):.2%}")


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--weeks", type=int, default=12)
    arguments.add_argument("--oracle", action="store_true")
    arguments.add_argument("--seconds", type=float, default=5.0, help="for each oracle week")
    arguments.add_argument("--people", type=int, default=0, help="random people to plan for")
    told = arguments.parse_args()
    if told.people:
        anyone(told.people)
    elif told.oracle:
        against_oracle(told.seconds)
    else:
        timed(told.weeks)
