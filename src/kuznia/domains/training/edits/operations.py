"""Typed operations: the only way a plan changes. Past days never do.

An operation is applied to the days from `today` on, and the whole plan is then held against every
rule: what breaks one is refused with its findings, and the plan stays as it was.
"""

import datetime
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from kuznia.domains.training.athlete.athlete import Athlete
from kuznia.domains.training.catalogue import Exercise, catalogue
from kuznia.domains.training.checks import findings, verify
from kuznia.domains.training.checks.rules import rules
from kuznia.domains.training.edits.explaining import explained
from kuznia.domains.training.edits.logbook import Step, at_hand, moved
from kuznia.domains.training.schema.lesson import Short
from kuznia.domains.training.schema.plan import Day, DayKind, Dose, Plan, Progression, Reason, Week
from kuznia.forge.terms import Finding


class _Operation(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Swap(_Operation):
    """One exercise in place of another, wherever it stands from today on."""

    do: Literal["swap"] = "swap"
    out: Short
    into: Short


class Intensity(_Operation):
    """More or fewer repetitions in reserve, or one step of the load by its own rule."""

    do: Literal["intensity"] = "intensity"
    reserve: int = Field(default=0, ge=-2, le=2)
    step: Step | None = None
    exercise: Short | None = None


class MoveDay(_Operation):
    """Two weekdays of one week change places."""

    do: Literal["move_day"] = "move_day"
    week: int = Field(ge=1, le=16)
    day: int = Field(ge=1, le=7)
    to: int = Field(ge=1, le=7)


class RestDay(_Operation):
    """A day off instead of what was planned."""

    do: Literal["rest_day"] = "rest_day"
    week: int = Field(ge=1, le=16)
    day: int = Field(ge=1, le=7)


class Volume(_Operation):
    """More or fewer sets of one exercise, or of all."""

    do: Literal["volume"] = "volume"
    sets: int = Field(ge=-2, le=2)
    exercise: Short | None = None


class Add(_Operation):
    """One more exercise on a weekday."""

    do: Literal["add"] = "add"
    exercise: Short
    day: int = Field(ge=1, le=7)
    sets: int = Field(default=2, ge=1, le=4)


class Remove(_Operation):
    """Take an exercise out, wherever it stands from today on."""

    do: Literal["remove"] = "remove"
    exercise: Short


Operation = Annotated[
    Swap | Intensity | MoveDay | RestDay | Volume | Add | Remove, Field(discriminator="do")
]


@dataclass(frozen=True, slots=True)
class Today:
    """Where in the plan we stand: days before this one are past and never change."""

    week: int
    day: int

    @property
    def number(self) -> int:
        return 7 * (self.week - 1) + self.day


FIRST = Today(1, 1)


def day_on(plan: Plan, date: datetime.date) -> Today:
    """The plan's day on a date; a plan without dates has not begun."""
    start = plan.weeks[0].days[0].date if plan.weeks else None
    if start is None or date <= start:
        return FIRST
    gone = (date - start).days
    return Today(gone // 7 + 1, gone % 7 + 1)


@dataclass(frozen=True, slots=True)
class Changed:
    """The plan after an operation, or the findings for which it stayed as it was."""

    plan: Plan
    applied: bool
    findings: tuple[Finding, ...] = ()


def apply(plan: Plan, athlete: Athlete, operation: Operation, today: Today = FIRST) -> Changed:
    """Apply an operation, check all rules, and keep it only if nothing is worse than before."""
    try:
        after = _DO[type(operation)](plan, operation, today)
    except _Impossible as refusal:
        return Changed(plan, False, (refusal.finding,))
    if isinstance(operation, Intensity):
        after = _each_dose(after, today, lambda dose: at_hand(dose, athlete))
    after = explained(plan, after, athlete)
    if after == plan:
        nothing = Finding(
            "operation", "warn", "plan", "This operation changes nothing in the plan."
        )
        return Changed(plan, False, (nothing,))
    before = set(_keys(findings(verify(plan, athlete), limit=None)))
    worse = tuple(
        finding
        for finding in findings(verify(after, athlete))
        if finding.stands and before.isdisjoint(_keys((finding,)))
    )
    refused = any(_forbids(finding, operation) for finding in worse)
    return Changed(plan if refused else after, not refused, worse)


def _keys(several: Iterable[Finding]) -> Iterator[tuple[str, str]]:
    """Places move when something is taken out: an equal message on another place is not new."""
    for finding in several:
        yield from ((finding.code, finding.where), (finding.code, finding.message))


def _forbids(finding: Finding, operation: Operation) -> bool:
    """Anyone may do less than was planned: only what protects a person can speak against that."""
    if not _less(operation):
        return True
    return finding.severity == "block" or rules()[finding.code].family in {"people", "shape"}


def _less(operation: Operation) -> bool:
    if isinstance(operation, Volume):
        return operation.sets < 0
    if isinstance(operation, Intensity):
        return operation.reserve > 0 or (operation.step == "back" and not operation.reserve)
    return isinstance(operation, Remove | RestDay)


class _Impossible(Exception):
    def __init__(self, where: str, message: str) -> None:
        super().__init__(message)
        self.finding = Finding("operation", "block", where, message)


def _each_day(plan: Plan, today: Today, change: Callable[[Day], Day]) -> Plan:
    """The plan with every day from today on changed; weeks that stay the same stay the same."""
    weeks: list[Week] = []
    for week in plan.weeks:
        days = tuple(
            change(day) if 7 * (week.number - 1) + day.day >= today.number else day
            for day in week.days
        )
        weeks.append(week if days == week.days else week.model_copy(update={"days": days}))
    return plan.model_copy(update={"weeks": tuple(weeks)})


def _with(day: Day, doses: tuple[Dose, ...]) -> Day:
    """The day with these exercises, in order and with its minutes counted anew."""
    numbered = tuple(
        dose if dose.order == order else dose.model_copy(update={"order": order})
        for order, dose in enumerate(doses, start=1)
    )
    if numbered == day.exercises:
        return day
    kind: DayKind = "rest"
    if numbered:
        kind = "mixed" if day.sessions else "strength"
    elif day.sessions:
        kind = "endurance"
    minutes = _minutes(numbered) + sum(session.minutes for session in day.sessions)
    return day.model_copy(update={"exercises": numbered, "kind": kind, "minutes": minutes})


def _minutes(doses: tuple[Dose, ...]) -> int:
    if not doses:
        return 0
    seconds = 300.0
    for dose in doses:
        exercise = catalogue()[dose.id]
        each = exercise.seconds if dose.unit == "reps" else 1
        seconds += dose.sets * (dose.reps * each * (1 + exercise.unilateral) + dose.rest) + 90
    return math.ceil(seconds / 60)


def _known(name: str) -> Exercise:
    exercise = catalogue().get(name)
    if exercise is None:
        raise _Impossible("exercise", "The catalogue has no exercise of this name.")
    return exercise


def _swap(plan: Plan, operation: Swap, today: Today) -> Plan:
    into = _known(operation.into)

    def change(day: Day) -> Day:
        if operation.into in {dose.id for dose in day.exercises}:
            return day
        return _with(
            day,
            tuple(
                _instead(dose, into, plan) if dose.id == operation.out else dose
                for dose in day.exercises
            ),
        )

    return _each_day(plan, today, change)


def _instead(dose: Dose, into: Exercise, plan: Plan) -> Dose:
    """The same dose of another exercise. No load is taken over: it would be a guess."""
    reps = dose.reps if dose.unit == into.unit else 10 if into.unit == "reps" else 30
    step = dose.progression.step_percent if into.step_kg else 0.0
    return dose.model_copy(
        update={
            "id": into.id,
            "name": into.label(plan.language),
            "unit": into.unit,
            "reps": reps,
            "percent": None,
            "load": None,
            "load_unit": None,
            "progression": dose.progression.model_copy(update={"step_percent": step}),
        }
    )


def _each_dose(plan: Plan, today: Today, change: Callable[[Dose], Dose]) -> Plan:
    return _each_day(
        plan, today, lambda day: _with(day, tuple(change(dose) for dose in day.exercises))
    )


def _intensity(plan: Plan, operation: Intensity, today: Today) -> Plan:
    def change(dose: Dose) -> Dose:
        if operation.exercise not in {None, dose.id}:
            return dose
        if operation.step is not None:
            # Where no load is planned effort leads, and the person finds the load.
            dose = dose if dose.load is None else moved(dose, operation.step)
        rir = dose.rir + operation.reserve
        if not 0 <= rir <= 6:
            raise _Impossible("reserve", "The reserve would leave its range of 0 to 6 repetitions.")
        # A load belongs to its effort; where the effort changes, the reserve leads.
        freed = {"percent": None, "load": None, "load_unit": None}
        return dose.model_copy(update={"rir": rir, **(freed if operation.reserve else {})})

    return _each_dose(plan, today, change)


def _volume(plan: Plan, operation: Volume, today: Today) -> Plan:
    def change(dose: Dose) -> Dose:
        if operation.exercise not in {None, dose.id}:
            return dose
        sets = dose.sets + operation.sets
        if sets < 1:
            raise _Impossible("sets", "An exercise has at least one set; `remove` takes it out.")
        return dose.model_copy(update={"sets": sets})

    return _each_dose(plan, today, change)


def _remove(plan: Plan, operation: Remove, today: Today) -> Plan:
    return _each_day(
        plan,
        today,
        lambda day: _with(
            day, tuple(dose for dose in day.exercises if dose.id != operation.exercise)
        ),
    )


def _add(plan: Plan, operation: Add, today: Today) -> Plan:
    exercise = _known(operation.exercise)
    low, high = (8, 12) if exercise.unit == "reps" else (20, 30)
    dose = Dose(
        id=exercise.id,
        name=exercise.label(plan.language),
        order=1,
        sets=operation.sets,
        reps=low,
        unit=exercise.unit,
        rir=3,
        rest=90,
        progression=Progression(
            kind="double",
            low=low,
            high=high,
            step_percent=2.5 if exercise.step_kg else 0.0,
        ),
        reason=Reason(text=_WISH[plan.language], cites=("lessons",)),
    )

    def change(day: Day) -> Day:
        if day.day != operation.day or exercise.id in {dose.id for dose in day.exercises}:
            return day
        place = next(
            (
                place
                for place, other in enumerate(day.exercises)
                if _later(catalogue()[other.id], exercise)
            ),
            len(day.exercises),
        )
        return _with(day, (*day.exercises[:place], dose, *day.exercises[place:]))

    return _each_day(plan, today, change)


_WISH: Mapping[str, str] = {"en": "You asked for it.", "uk": "Ви попросили."}


def _later(exercise: Exercise, than: Exercise) -> bool:
    return than.compound and not exercise.compound


def _day_of(plan: Plan, week: int, day: int, today: Today) -> Day:
    if week > len(plan.weeks):
        raise _Impossible("week", "The plan has no such week.")
    if 7 * (week - 1) + day < today.number:
        raise _Impossible("day", "That day is past; past days never change.")
    return plan.weeks[week - 1].days[day - 1]


def _put(plan: Plan, week: int, days: Mapping[int, Day]) -> Plan:
    old = plan.weeks[week - 1]
    new = old.model_copy(update={"days": tuple(days.get(day.day, day) for day in old.days)})
    weeks = (*plan.weeks[: week - 1], new, *plan.weeks[week:])
    return plan.model_copy(update={"weeks": weeks})


def _move(plan: Plan, operation: MoveDay, today: Today) -> Plan:
    day = _day_of(plan, operation.week, operation.day, today)
    other = _day_of(plan, operation.week, operation.to, today)
    moved = {
        day.day: other.model_copy(update={"day": day.day, "date": day.date}),
        other.day: day.model_copy(update={"day": other.day, "date": other.date}),
    }
    return _put(plan, operation.week, moved)


_REST: Mapping[str, str] = {
    "en": "You asked for a day of rest.",
    "uk": "Ви попросили день відпочинку.",
}


def _rest(plan: Plan, operation: RestDay, today: Today) -> Plan:
    day = _day_of(plan, operation.week, operation.day, today)
    reason = Reason(text=_REST[plan.language], cites=("rest-day",))
    empty = {"kind": "rest", "minutes": 0, "exercises": (), "sessions": (), "reason": reason}
    return _put(plan, operation.week, {day.day: day.model_copy(update=empty)})


# Callables of different operations stand in one table; each is reached by its own type alone.
_DO: Mapping[type[_Operation], Callable[..., Plan]] = {
    Swap: _swap,
    Intensity: _intensity,
    MoveDay: _move,
    RestDay: _rest,
    Volume: _volume,
    Add: _add,
    Remove: _remove,
}
