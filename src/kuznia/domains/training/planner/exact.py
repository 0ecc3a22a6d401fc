"""The same choice set to an exact solver: a little better, and many times slower.

Needs the extra `solver`. One worker, a fixed seed and an effort counted in the solver's own steps
instead of seconds: the same week always gets the same choice, on a busy machine too.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

# ortools ships no types for what its operators give: Any below is a linear expression of it.
from typing import Any

from ortools.sat.python import cp_model

from kuznia.domains.training.planner import choice as search
from kuznia.domains.training.planner.choice import Choice, choose
from kuznia.domains.training.planner.problem import Problem

# About a third of a second; what more effort finds is a set here or there.
EFFORT = 0.3
# In a minute. Sets and getting ready take whole seconds, so that nothing is lost by rounding.
_TICKS = 60


@dataclass(frozen=True, slots=True)
class Solved:
    """The best choice found, and a cost that no choice can be below."""

    choice: Choice
    bound: float


def choose_exactly(week: Problem) -> Choice:
    """A week as good as the search makes it, or better."""
    return solve(week).choice if week.sessions else ()


def solve(week: Problem, effort: float = EFFORT) -> Solved:
    """Start from what the search found, and go on for so much effort."""
    model: Any = cp_model.CpModel()
    sessions, candidates = range(len(week.sessions)), range(len(week.candidates))
    sets: dict[tuple[int, int], Any] = {}
    used: dict[tuple[int, int], Any] = {}
    start = choose(week)
    for slot, number in itertools.product(sessions, candidates):
        candidate = week.candidates[number]
        fits = candidate.pattern in week.sessions[slot].patterns
        sets[slot, number] = model.new_int_var(0, candidate.max_sets if fits else 0, "")
        used[slot, number] = model.new_bool_var("")
        model.add(sets[slot, number] >= 1).only_enforce_if(used[slot, number])
        model.add(sets[slot, number] == 0).only_enforce_if(~used[slot, number])
        model.add_hint(sets[slot, number], start[slot].get(number, 0))
    _constrain(model, week, sets, used)
    model.minimize(sum(_prices(model, week, sets, used)))
    solver = cp_model.CpSolver()
    solver.parameters.max_deterministic_time = effort
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 0
    if solver.solve(model) not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return Solved(start, float("-inf"))
    solved = tuple(
        {n: solver.value(sets[slot, n]) for n in candidates if solver.value(sets[slot, n])}
        for slot in sessions
    )
    # With too little effort it may not come back to where it was told to start.
    best = min((start, solved), key=lambda choice: search.cost(week, choice))
    return Solved(best, solver.best_objective_bound / 4)


def _halves(week: Problem, sets: Any, slot: int, muscle: str) -> Any:
    return sum(
        round(2 * share) * sets[slot, number]
        for number, candidate in enumerate(week.candidates)
        if (share := candidate.muscles.get(muscle))
    )


def _muscles(week: Problem) -> list[str]:
    return sorted({muscle for candidate in week.candidates for muscle in candidate.muscles})


def _without_twins(model: Any, week: Problem, used: Any, slot: int) -> None:
    """No movement with two implements on one day."""
    for family in {candidate.family for candidate in week.candidates} - {""}:
        rows = enumerate(week.candidates)
        model.add(sum(used[slot, n] for n, row in rows if row.family == family) <= 1)


def _constrain(model: Any, week: Problem, sets: Any, used: Any) -> None:
    """What may not be at all."""
    sessions, candidates = range(len(week.sessions)), range(len(week.candidates))
    near = [
        (first, other)
        for first, other in itertools.combinations(sessions, 2)
        if abs(week.sessions[first].day - week.sessions[other].day) in {1, 6}
    ]
    for slot in sessions:
        minutes = sum(
            round(_TICKS * week.candidates[n].setup) * used[slot, n]
            + round(_TICKS * week.candidates[n].each) * sets[slot, n]
            for n in candidates
        )
        model.add(minutes <= int(_TICKS * week.sessions[slot].minutes))
        model.add(sum(used[slot, n] for n in candidates) <= search.MAX_EXERCISES)
        for pattern in {candidate.pattern for candidate in week.candidates}:
            same = [used[slot, n] for n in candidates if week.candidates[n].pattern == pattern]
            model.add(sum(same) <= search.MAX_ON_PATTERN)
        _without_twins(model, week, used, slot)
    for number in candidates:
        model.add(sum(used[slot, number] for slot in sessions) <= 2)
        for first, other in near:
            model.add(used[first, number] + used[other, number] <= 1)
    for muscle in _muscles(week):
        leads = [n for n in candidates if week.candidates[n].muscles.get(muscle) == 1.0]
        weekly = sum(_halves(week, sets, slot, muscle) for slot in sessions)
        model.add(weekly <= int(2 * week.ceilings.get(muscle, 25.0)))
        many: list[Any] = []
        for slot in sessions:
            model.add(sum(used[slot, n] for n in leads) <= search.MAX_ON_MUSCLE)
            model.add(_halves(week, sets, slot, muscle) <= int(2 * search.MAX_SESSION_SETS))
            full = model.new_bool_var("")
            leading = sum(sets[slot, n] for n in leads)
            model.add(leading <= search.MANY_SETS - 1).only_enforce_if(~full)
            many.append(full)
        for first, other in near:
            model.add(many[first] + many[other] <= 1)


def _above(model: Any, value: Any, most: int = 400) -> Any:
    """A variable that is what a value has above nothing, once it is made small."""
    short = model.new_int_var(0, most, "")
    model.add(short >= value)
    return short


def _prices(model: Any, week: Problem, sets: Any, used: Any) -> Iterator[Any]:
    """The objective of the search, four times over so that all of it is whole numbers."""
    sessions, candidates = range(len(week.sessions)), range(len(week.candidates))

    above = partial(_above, model)
    for muscle, target in week.targets.items():
        total = sum(_halves(week, sets, slot, muscle) for slot in sessions)
        off = model.new_int_var(-400, 400, "")
        square = model.new_int_var(0, 160_000, "")
        model.add(off == total - round(2 * target))
        model.add_multiplication_equality(square, [off, off])
        major = muscle in week.major
        yield square * (4 if major else round(4 * search.MINOR))
        if major:
            yield 4 * search.TOO_LITTLE * above(round(2 * week.floor) - total)
    for muscle in week.twice:
        often: list[Any] = []
        for slot in sessions:
            met = model.new_bool_var("")
            model.add(_halves(week, sets, slot, muscle) >= 2).only_enforce_if(met)
            often.append(met)
        yield 4 * search.RARE * above(2 - sum(often))
    for pattern in week.must:
        some = sum(
            used[slot, n]
            for slot in sessions
            for n in candidates
            if week.candidates[n].pattern == pattern
        )
        yield 4 * search.UNCOVERED * above(1 - some)
    yield from _balance_prices(week, sets, above)
    for slot in sessions:
        yield from _day_prices(model, week, slot, sets, used)


def _balance_prices(week: Problem, sets: Any, above: Any) -> Iterator[Any]:
    sessions, candidates = range(len(week.sessions)), range(len(week.candidates))
    pull, push = (
        sum(
            sets[slot, n]
            for slot in sessions
            for n in candidates
            if week.candidates[n].pattern in kind
        )
        for kind in (week.pull, week.push)
    )
    yield 4 * search.PULL_SHORT * above(push - pull)
    yield 4 * search.PUSH_SHORT * above(pull - push - search.PULL_AHEAD)


def _day_prices(model: Any, week: Problem, slot: int, sets: Any, used: Any) -> Iterator[Any]:
    candidates = range(len(week.candidates))
    above = partial(_above, model)
    for n in candidates:
        single = model.new_bool_var("")
        model.add(sets[slot, n] + single >= 2 * used[slot, n])
        yield 4 * search.SINGLE_SET * single
    count = sum(used[slot, n] for n in candidates)
    yield 4 * search.SHORT_DAY * above(week.sessions[slot].fewest - count)
    for pattern in {candidate.pattern for candidate in week.candidates}:
        same = sum(used[slot, n] for n in candidates if week.candidates[n].pattern == pattern)
        yield 4 * search.REPEATED_PATTERN * above(same - 1)
    for group in week.sessions[slot].groups:
        some = sum(
            used[slot, n]
            for n in candidates
            if week.candidates[n].compound and week.candidates[n].pattern in group.patterns
        )
        yield 4 * search.MISSING_GROUP * above(1 - some)
        yield 4 * search.CROWDED_GROUP * above(some - group.most)
    yield from (-4 * week.candidates[n].score * used[slot, n] for n in candidates)
