"""The plan as the checkers read it: doses with their exercises, sums by muscle, days in a row."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from kuznia.domains.training.athlete.athlete import Athlete
from kuznia.domains.training.catalogue import Exercise, catalogue
from kuznia.domains.training.checks.person import rows_for
from kuznia.domains.training.law import HarmRow
from kuznia.domains.training.schema.plan import Day, Dose, Plan, PlannedSession, Week

# A set with more in reserve does little for the muscle and is not counted.
HARD_RIR = 4


@dataclass(frozen=True, slots=True)
class DoseLine:
    """One dose in its place, with the exercise it names."""

    week: int
    day: int
    dose: Dose
    exercise: Exercise

    @property
    def where(self) -> str:
        return f"weeks.{self.week}.days.{self.day}.exercises.{self.dose.order}"

    @property
    def sets(self) -> int:
        return self.dose.sets if self.dose.rir <= HARD_RIR else 0

    def seconds(self) -> float:
        """Working and resting, by the slowest honest reading."""
        each = self.exercise.seconds if self.dose.unit == "reps" else 1
        sides = 2 if self.exercise.unilateral else 1
        return self.dose.sets * (self.dose.reps * each * sides + self.dose.rest)


@dataclass(frozen=True)
class PlanView:
    """A plan and whom it is for, with sums worked out once."""

    plan: Plan
    athlete: Athlete

    @cached_property
    def lines(self) -> tuple[DoseLine, ...]:
        known = catalogue()
        return tuple(
            DoseLine(week.number, day.day, dose, known[dose.id])
            for week, day in self.days()
            for dose in day.exercises
            if dose.id in known
        )

    @cached_property
    def by_week(self) -> Mapping[int, tuple[DoseLine, ...]]:
        lines: dict[int, list[DoseLine]] = defaultdict(list)
        for line in self.lines:
            lines[line.week].append(line)
        return {week.number: tuple(lines.get(week.number, ())) for week in self.plan.weeks}

    @cached_property
    def by_day(self) -> Mapping[tuple[int, int], tuple[DoseLine, ...]]:
        by_day: dict[tuple[int, int], list[DoseLine]] = defaultdict(list)
        for line in self.lines:
            by_day[line.week, line.day].append(line)
        return {place: tuple(lines) for place, lines in by_day.items()}

    def days(self) -> Iterator[tuple[Week, Day]]:
        for week in self.plan.weeks:
            for day in week.days:
                yield week, day

    def sessions(self) -> Iterator[tuple[int, int, PlannedSession]]:
        for week, day in self.days():
            for session in day.sessions:
                yield week.number, day.day, session

    @cached_property
    def muscles(self) -> Mapping[int, Mapping[str, float]]:
        """Hard sets by week and muscle: whole for what leads, half for what helps."""
        return {number: _sets(lines) for number, lines in self.by_week.items()}

    def building(self) -> Iterator[Week]:
        """Weeks that are meant to be full ones."""
        return (week for week in self.plan.weeks if week.phase not in {"deload", "taper"})

    @cached_property
    def within_reach(self) -> tuple[Exercise, ...]:
        """Exercises the kit and the chair allow at all, before any other limit."""
        return tuple(
            exercise
            for exercise in catalogue().values()
            if exercise.fits(self.athlete.equipment)
            and (not self.athlete.wheelchair or "seated" in exercise.tags)
        )

    @cached_property
    def harm(self) -> tuple[HarmRow, ...]:
        """Rows of the law of harm that hold for the person."""
        return rows_for(self.athlete)

    @property
    def limited(self) -> bool:
        """Whether something about the person takes exercises or effort away."""
        return bool(self.harm or self.athlete.flags or self.athlete.lessons)

    @cached_property
    def longest_day(self) -> float:
        """Minutes of the one session that may be longer than the others."""
        return float(max(self.athlete.minutes, self.athlete.endurance.long_minutes or 0))


def _sets(lines: tuple[DoseLine, ...]) -> Mapping[str, float]:
    sums: dict[str, float] = defaultdict(float)
    for line in lines:
        for muscle, share in line.exercise.muscles.items():
            sums[muscle] += line.sets * share
    return sums


def sets_by_muscle(lines: tuple[DoseLine, ...]) -> Mapping[str, float]:
    """Hard sets of some lines by muscle."""
    return _sets(lines)


def primary_sets(lines: tuple[DoseLine, ...]) -> Mapping[str, int]:
    """Hard sets by the muscles that lead."""
    sums: dict[str, int] = defaultdict(int)
    for line in lines:
        for muscle in line.exercise.primary:
            sums[muscle] += line.sets
    return sums
