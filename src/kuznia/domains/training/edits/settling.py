"""Future days brought in line with what was learnt, by operations a person might ask for."""

from collections.abc import Callable, Iterator

from kuznia.domains.training.athlete.athlete import Athlete
from kuznia.domains.training.catalogue import catalogue
from kuznia.domains.training.edits.acts import alternative
from kuznia.domains.training.edits.operations import (
    Changed,
    MoveDay,
    Operation,
    Remove,
    RestDay,
    Swap,
    Today,
    Volume,
    apply,
)
from kuznia.domains.training.schema.lesson import AvoidExercise, AvoidTag, DayUnavailable
from kuznia.domains.training.schema.plan import Day, Plan

# Operations one feedback may bring with it: sixteen weeks of a day moved, and some to spare.
_MAX_OPERATIONS = 40
# Below this number of sets an exercise is taken out rather than made shorter.
_MIN_SETS = 2


def settled(plan: Plan, athlete: Athlete, today: Today) -> Iterator[tuple[Operation, Changed]]:
    """Operations that make the days from today on keep to every lesson, as far as rules allow."""
    refused: set[Operation] = set()
    for _ in range(_MAX_OPERATIONS):
        options = next(
            (
                some
                for need in _NEEDS
                for ways in need(plan, athlete, today)
                if (some := [way for way in ways if way not in refused])
            ),
            None,
        )
        if options is None:
            return
        for operation in options:
            changed = apply(plan, athlete, operation, today)
            if changed.applied:
                yield operation, changed
                plan = changed.plan
                break
            refused.add(operation)


# Each yields, for one thing that does not fit, the ways to mend it: the best one first.
_Ways = Iterator[tuple[Operation, ...]]


def _days(plan: Plan, today: Today) -> Iterator[tuple[int, Day]]:
    for week in plan.weeks:
        for day in week.days:
            if 7 * (week.number - 1) + day.day >= today.number:
                yield week.number, day


def _unwanted(plan: Plan, athlete: Athlete, today: Today) -> _Ways:
    effects = [effect for _, effect in athlete.effects]
    tags = {effect.tag for effect in effects if isinstance(effect, AvoidTag)}
    names = {effect.exercise for effect in effects if isinstance(effect, AvoidExercise)}
    used = {dose.id for _, day in _days(plan, today) for dose in day.exercises}
    for name in sorted(used & catalogue().keys()):
        fits = catalogue()[name].fits(athlete.equipment)
        if name in names or catalogue()[name].tags & tags or not fits:
            into = alternative(plan, athlete, name)
            swap = (Swap(out=name, into=into),) if into else ()
            yield *swap, Remove(exercise=name)


def _closed_days(plan: Plan, athlete: Athlete, today: Today) -> _Ways:
    offered = set(athlete.weekdays or range(1, 8))
    closed = {e.day for _, e in athlete.effects if isinstance(e, DayUnavailable)}
    free = offered - closed or offered
    # The last week first: what goes to the end of its week must not meet the next week's first.
    for week, day in reversed([*_days(plan, today)]):
        if day.kind == "rest" or day.day in free:
            continue
        rest = {d.day for number, d in _days(plan, today) if number == week and d.kind == "rest"}
        moves = (MoveDay(week=week, day=day.day, to=to) for to in sorted(rest & free))
        yield *moves, RestDay(week=week, day=day.day)


def _too_long(plan: Plan, athlete: Athlete, today: Today) -> _Ways:
    for _, day in _days(plan, today):
        most = athlete.minutes_limit(day.day)
        if most is None or not day.exercises or day.minutes <= most:
            continue
        # What comes last matters least.
        last = tuple(reversed(day.exercises))
        fewer = (Volume(sets=-1, exercise=dose.id) for dose in last if dose.sets > _MIN_SETS)
        yield *fewer, *(Remove(exercise=dose.id) for dose in last)


_NEEDS: tuple[Callable[[Plan, Athlete, Today], _Ways], ...] = (_unwanted, _closed_days, _too_long)
