"""Ways to break a plan, each in one way only."""

import math
from collections.abc import Callable, Iterable
from typing import Any

from kuznia.domains.training.catalogue import Exercise, catalogue
from kuznia.domains.training.schema.plan import (
    Day,
    Dose,
    EffortStep,
    Plan,
    PlannedSession,
    StepBlock,
    Week,
)

Row = tuple[Week, Day, Dose]


def settled(plan: Plan) -> Plan:
    """The plan with every day's minutes and orders told truly."""
    return each_day(plan, _settled)


def _settled(_: Week, day: Day) -> Day:
    doses = tuple(one.model_copy(update={"order": at}) for at, one in enumerate(day.exercises, 1))
    minutes = sum(session.minutes for session in day.sessions)
    known = [one for one in doses if one.id in catalogue()]
    if known:
        minutes += math.ceil(5 + sum(_seconds(one, catalogue()[one.id]) + 90 for one in known) / 60)
    return day.model_copy(update={"exercises": doses, "minutes": minutes})


def _seconds(dose: Dose, exercise: Exercise) -> float:
    each = exercise.seconds if dose.unit == "reps" else 1
    return dose.sets * (dose.reps * each * (2 if exercise.unilateral else 1) + dose.rest)


def each_week(plan: Plan, change: Callable[[Week], Week]) -> Plan:
    return plan.model_copy(update={"weeks": tuple(change(week) for week in plan.weeks)})


def each_day(plan: Plan, change: Callable[[Week, Day], Day]) -> Plan:
    return each_week(
        plan,
        lambda week: week.model_copy(
            update={"days": tuple(change(week, day) for day in week.days)}
        ),
    )


def each_dose(plan: Plan, change: Callable[[Week, Day, Dose], Dose | None]) -> Plan:
    """Change every dose; None takes it out."""

    def day_of(week: Week, day: Day) -> Day:
        changed = (change(week, day, dose) for dose in day.exercises)
        return day.model_copy(update={"exercises": tuple(one for one in changed if one)})

    return settled(each_day(plan, day_of))


def doses(plan: Plan, where: Callable[[Row], bool], **update: Any) -> Plan:
    """Set fields of every dose that fits; at least one must."""
    hit: list[Dose] = []

    def change(week: Week, day: Day, dose: Dose) -> Dose:
        if not where((week, day, dose)):
            return dose
        hit.append(dose)
        return dose.model_copy(update=update)

    changed = each_dose(plan, change)
    assert hit, "nothing was broken"
    return changed


def first_dose(plan: Plan, where: Callable[[Exercise], bool]) -> Dose:
    return next(
        dose
        for week in plan.weeks
        for day in week.days
        for dose in day.exercises
        if where(catalogue()[dose.id])
    )


def without(plan: Plan, where: Callable[[Exercise], bool]) -> Plan:
    return each_dose(plan, lambda _, __, dose: None if where(catalogue()[dose.id]) else dose)


def swapped(plan: Plan, out: str, into: str) -> Plan:
    unit = catalogue()[into].unit
    reps = {"reps": 10, "sec": 30, "m": 30}[unit]
    return doses(plan, lambda row: row[2].id == out, id=into, unit=unit, reps=reps)


def more_sets(plan: Plan, muscle: str, by: int, where: Callable[[Row], bool] | None = None) -> Plan:
    """So many sets more wherever a muscle leads."""

    def change(week: Week, day: Day, dose: Dose) -> Dose:
        leads = muscle in catalogue()[dose.id].primary
        if leads and (where is None or where((week, day, dose))):
            return dose.model_copy(update={"sets": dose.sets + by})
        return dose

    return each_dose(plan, change)


def spread_sets(plan: Plan, muscle: str, past: float) -> Plan:
    """Sets added one by one where the muscle has fewest, until the week holds more than that."""

    def week_of(week: Week) -> Week:
        days = {day.day: list(day.exercises) for day in week.days}
        while _sum(days.values(), muscle) <= past:
            lean = min(
                (day for day in days if any(_leads(one, muscle) for one in days[day])),
                key=lambda day: (_sum([days[day]], muscle), day),
            )
            at = next(at for at, one in enumerate(days[lean]) if _leads(one, muscle))
            one = days[lean][at]
            days[lean][at] = one.model_copy(update={"sets": one.sets + 1})
        changed = (day.model_copy(update={"exercises": tuple(days[day.day])}) for day in week.days)
        return week.model_copy(update={"days": tuple(changed)})

    return settled(each_week(plan, week_of))


def _leads(dose: Dose, muscle: str) -> bool:
    return muscle in catalogue()[dose.id].primary


def _sum(days: Iterable[list[Dose]], muscle: str) -> float:
    return sum(
        one.sets * catalogue()[one.id].muscles.get(muscle, 0.0) for day in days for one in day
    )


def sessions(
    plan: Plan, change: Callable[[Week, Day, PlannedSession], PlannedSession | None]
) -> Plan:
    def day_of(week: Week, day: Day) -> Day:
        changed = (change(week, day, one) for one in day.sessions)
        kept = tuple(one for one in changed if one)
        kind = day.kind if kept or not day.sessions else "strength" if day.exercises else "rest"
        return day.model_copy(update={"sessions": kept, "kind": kind})

    return settled(each_day(plan, day_of))


def scaled(session: PlannedSession, factor: float) -> PlannedSession:
    """The same session, longer or shorter by a factor."""
    blocks = tuple(
        StepBlock(
            times=block.times,
            steps=tuple(
                step.model_copy(update={"seconds": max(1, round(step.seconds * factor))})
                for step in block.steps
            ),
        )
        for block in session.blocks
    )
    seconds = sum(block.times * sum(step.seconds for step in block.steps) for block in blocks)
    km = None if session.km is None else round(session.km * factor, 2)
    return session.model_copy(
        update={"blocks": blocks, "minutes": math.ceil(seconds / 60), "km": km}
    )


def all_in_zone(session: PlannedSession, zone: int, **update: Any) -> PlannedSession:
    step = EffortStep(seconds=session.minutes * 60, zone=zone, effort="as told")
    return session.model_copy(update={"blocks": (StepBlock(times=1, steps=(step,)),), **update})
