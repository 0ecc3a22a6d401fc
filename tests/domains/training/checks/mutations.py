"""Broken plans: what is done to a good plan, one function for each way."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.domains.training.checks.breaking import (
    doses,
    each_day,
    each_dose,
    each_week,
    first_dose,
    more_sets,
    scaled,
    sessions,
    settled,
)

from kuznia.domains.training.athlete.athlete import Athlete
from kuznia.domains.training.catalogue import catalogue
from kuznia.domains.training.schema.lesson import AvoidExercise, Lesson
from kuznia.domains.training.schema.plan import Day, Dose, Plan, PlannedSession, Week

Broken = Callable[[Plan, Athlete], tuple[Plan, Athlete]]


def plan_only(change: Callable[[Plan], Plan]) -> Broken:
    return lambda made, athlete: (change(made), athlete)


def person_only(**update: Any) -> Broken:
    return lambda made, athlete: (made, replace(athlete, **update))


def lead(made: Plan, muscle: str) -> str:
    return first_dose(made, lambda one: muscle in one.primary and one.compound).id


def lesson_against(made: Plan, athlete: Athlete) -> tuple[Plan, Athlete]:
    effect = AvoidExercise(exercise=lead(made, "chest"))
    lesson = Lesson(id="l-1", text="no", kind="preference", effects=(effect,))
    return made, replace(athlete, lessons=(lesson,))


def onto_sunday(made: Plan) -> Plan:
    """What Monday holds, held on Sunday."""

    def change(week: Week) -> Week:
        monday, *middle, sunday = week.days
        moved = sunday.model_copy(update={"day": 1}), monday.model_copy(update={"day": 7})
        return week.model_copy(update={"days": (moved[0], *middle, moved[1])})

    return each_week(made, change)


def reason(made: Plan, **update: Any) -> Plan:
    said = made.reason.model_copy(update=update)
    return made.model_copy(update={"reason": said})


def weighed_with(made: Plan, item: str, load: float | None) -> Plan:
    """What is done with this piece of equipment, with another load or without one."""

    def change(_: Week, __: Day, dose: Dose) -> Dose:
        uses = item in catalogue()[dose.id].equipment_all and dose.load is not None
        unit = None if load is None else dose.load_unit
        return dose.model_copy(update={"load": load, "load_unit": unit}) if uses else dose

    return each_dose(made, change)


def no_race_effort(made: Plan) -> Plan:
    """Long runs that are easy from beginning to end."""

    def change(_: Week, __: Day, session: PlannedSession) -> PlannedSession:
        if session.kind != "long":
            return session
        blocks = tuple(
            block.model_copy(
                update={"steps": tuple(s.model_copy(update={"zone": 2}) for s in block.steps)}
            )
            for block in session.blocks
        )
        return session.model_copy(update={"blocks": blocks})

    return sessions(made, change)


def crowded(made: Plan) -> Plan:
    """Neighbouring days with many sets for one muscle: Wednesday's work on Tuesday."""

    def change(week: Week) -> Week:
        mon, tue, wed, *rest = week.days
        return week.model_copy(
            update={
                "days": (
                    mon,
                    wed.model_copy(update={"day": 2}),
                    tue.model_copy(update={"day": 3}),
                    *rest,
                )
            }
        )

    return more_sets(each_week(made, change), "quads", 1)


def first_strength_day(made: Plan) -> int:
    return next(day.day for day in made.weeks[0].days if day.exercises)


def no_pull_on_one_day(made: Plan) -> Plan:
    first = first_strength_day(made)

    def change(_: Week, day: Day, dose: Dose) -> Dose | None:
        pull = catalogue()[dose.id].pattern.endswith("_pull")
        return None if pull and day.day == first else dose

    return each_dose(made, change)


def three_rows(made: Plan) -> Plan:
    """One day with three rows of one set each, for its pulls and what stood last."""
    first = first_strength_day(made)
    rows = ("seated-cable-row", "machine-row", "dumbbell-one-arm-row")

    def change(_: Week, day: Day) -> Day:
        if day.day != first:
            return day
        pulls = [one for one in day.exercises if catalogue()[one.id].pattern.endswith("_pull")]
        others = [one for one in day.exercises if one not in pulls]
        taken = (pulls + others[::-1])[:3]
        kept = [one for one in day.exercises if one not in taken and one not in pulls]
        new = [
            one.model_copy(update={"id": name, "unit": "reps", "reps": 10, "sets": 1})
            for one, name in zip(taken, rows, strict=True)
        ]
        joints = [one for one in kept if catalogue()[one.id].compound]
        single = [one for one in kept if not catalogue()[one.id].compound]
        return day.model_copy(update={"exercises": (*joints, *new, *single)})

    return settled(each_day(made, change))


def untidy(made: Plan) -> Plan:
    def change(_: Week, day: Day) -> Day:
        return day.model_copy(update={"exercises": tuple(reversed(day.exercises))})

    return settled(each_day(made, change))


def hard_twice(made: Plan) -> Plan:
    """A hard session on three days of the week."""
    easy = [day.day for day in made.weeks[1].days if day.sessions][:3]

    def change(week: Week, day: Day, session: PlannedSession) -> PlannedSession:
        hard = week.number == 2 and day.day in easy
        return session.model_copy(update={"kind": "tempo"}) if hard else session

    return sessions(made, change)


def one_week(number: int, factor: float) -> Callable[[Plan], Plan]:
    def change(week: Week, _: Day, session: PlannedSession) -> PlannedSession:
        return scaled(session, factor) if week.number == number else session

    return lambda made: sessions(made, change)


def long_by(number: int, factor: float) -> Callable[[Plan], Plan]:
    def change(week: Week, _: Day, session: PlannedSession) -> PlannedSession:
        longer = week.number == number and session.kind == "long"
        return (
            session.model_copy(update={"km": (session.km or 0.0) * factor}) if longer else session
        )

    return lambda made: sessions(made, change)


def no_easy_weeks(made: Plan) -> Plan:
    """The easy weeks filled up to their neighbours."""
    before = {week.number: made.weeks[max(0, week.number - 2)] for week in made.weeks}

    def change(week: Week) -> Week:
        if week.phase != "deload":
            return week
        return before[week.number].model_copy(update={"number": week.number, "phase": "build"})

    return each_week(made, change)


def half_as_far(made: Plan) -> Plan:
    """Every session but the race is half as long."""
    return sessions(made, lambda _, __, one: one if one.kind == "race" else scaled(one, 0.5))


def hard_before_race(made: Plan) -> Plan:
    """The session two days before the race is a hard one by name."""
    race = next(day.day for day in made.weeks[-1].days for s in day.sessions if s.kind == "race")

    def change(week: Week, day: Day, session: PlannedSession) -> PlannedSession:
        near = week.number == len(made.weeks) and day.day == race - 2
        return session.model_copy(update={"kind": "tempo"}) if near else session

    return sessions(made, change)


def zones_off(made: Plan) -> Plan:
    zones = tuple(one.model_copy(update={"heart_rate": (60, 70)}) for one in made.zones)
    return made.model_copy(update={"zones": zones})


def unsaid(code: str) -> Callable[[Plan], Plan]:
    def change(made: Plan) -> Plan:
        kept = tuple(notice for notice in made.notices if notice.code != code)
        return made.model_copy(update={"notices": kept})

    return change


def progress(**update: Any) -> Callable[[Plan], Plan]:
    def change(_: Week, __: Day, dose: Dose) -> Dose:
        rule = dose.progression
        if "step_percent" in update and not rule.step_percent:
            return dose
        return dose.model_copy(update={"progression": rule.model_copy(update=update)})

    return lambda made: each_dose(made, change)


def loaded(**update: Any) -> Callable[[Plan], Plan]:
    return lambda made: doses(made, lambda row: row[2].load is not None, **update)


def every(**update: Any) -> Callable[[Plan], Plan]:
    return lambda made: doses(made, lambda _: True, **update)


def heavier_second_week(made: Plan) -> Plan:
    def change(week: Week, _: Day, dose: Dose) -> Dose:
        jumps = week.number == 2 and dose.unit == "reps" and dose.progression.kind == "double"
        return dose.model_copy(update={"reps": dose.reps + 2}) if jumps else dose

    return each_dose(made, change)


def deload_uncut(made: Plan) -> Plan:
    full = made.weeks[2]

    def change(week: Week) -> Week:
        same = week.phase == "deload"
        return week.model_copy(update={"days": full.days}) if same else week

    return settled(each_week(made, change))


def first_week_again(made: Plan) -> Plan:
    """Every week as the first."""
    days = made.weeks[0].days
    return settled(each_week(made, lambda week: week.model_copy(update={"days": days})))


def first_block_again(made: Plan) -> Plan:
    """The block after the easy week as the one before it."""

    def change(week: Week) -> Week:
        first = made.weeks[week.number - 5] if 5 <= week.number <= 7 else week
        return week.model_copy(update={"days": first.days})

    return settled(each_week(made, change))


def taper_uncut(made: Plan) -> Plan:
    full = {(day.day, dose.id): dose.sets for day in made.weeks[-2].days for dose in day.exercises}

    def change(week: Week, day: Day, dose: Dose) -> Dose:
        sets = full.get((day.day, dose.id), dose.sets)
        return dose.model_copy(update={"sets": sets}) if week.phase == "taper" else dose

    return each_dose(made, change)


def hamstrings_once(made: Plan) -> Plan:
    """All work for the hamstrings on one strength day."""
    muscle = "hamstrings"
    first = max(
        made.weeks[0].days,
        key=lambda day: sum(
            one.sets for one in day.exercises if muscle in catalogue()[one.id].primary
        ),
    ).day

    def change(_: Week, day: Day, dose: Dose) -> Dose | None:
        share = catalogue()[dose.id].muscles.get(muscle)
        if share is None or day.day == first:
            return dose
        return None if share == 1.0 else dose.model_copy(update={"sets": 1})

    return each_dose(made, change)


def many_core_sets(made: Plan) -> Plan:
    first = next(
        day.day
        for day in made.weeks[0].days
        for one in day.exercises
        if "core" in catalogue()[one.id].primary
    )
    return more_sets(made, "core", 9, lambda row: row[1].day == first)


def lead_core(made: Plan) -> str:
    return first_dose(made, lambda one: one.pattern.startswith("core") and one.unit == "reps").id


def others_longer(made: Plan) -> Plan:
    def change(week: Week, _: Day, session: PlannedSession) -> PlannedSession:
        longer = week.number == 2 and session.kind != "long"
        return session.model_copy(update={"km": (session.km or 0.0) * 1.3}) if longer else session

    return sessions(made, change)


def no_rest(made: Plan) -> Plan:
    """A short easy session on the day that was free."""
    easy = next(one for day in made.weeks[0].days for one in day.sessions if one.kind == "easy")

    def change(_: Week, day: Day) -> Day:
        if day.kind != "rest":
            return day
        return day.model_copy(update={"sessions": (scaled(easy, 0.3),), "kind": "endurance"})

    plain = made.model_copy(update={"summary": "A plan."})
    return settled(each_day(plain, change))


def two_long_days(made: Plan) -> Plan:
    """Every session at its longest, and a second long one."""
    first = next(day.day for day in made.weeks[0].days if day.sessions)

    def change(_: Week, day: Day, session: PlannedSession) -> PlannedSession:
        if session.kind == "long" or day.day == first:
            return session.model_copy(update={"kind": "long", "minutes": 150})
        return session.model_copy(update={"minutes": 90})

    return sessions(made, change)


def legs_heavy(made: Plan) -> Plan:
    legs = {"quads", "hamstrings", "glutes"}
    tired = doses(made, lambda row: bool(legs & set(catalogue()[row[2].id].primary)), rir=2)

    def change(_: Week, __: Day, session: PlannedSession) -> PlannedSession:
        return session.model_copy(update={"kind": "long"}) if session.kind == "easy" else session

    return sessions(tired, change)


def less_for_hamstrings(_: Week, __: Day, dose: Dose) -> Dose:
    leads = "hamstrings" in catalogue()[dose.id].primary
    return dose.model_copy(update={"sets": 1}) if leads else dose


def fewer_pulls(_: Week, __: Day, dose: Dose) -> Dose:
    pulls = catalogue()[dose.id].pattern.endswith("_pull")
    return dose.model_copy(update={"sets": max(1, dose.sets - 1)}) if pulls else dose
