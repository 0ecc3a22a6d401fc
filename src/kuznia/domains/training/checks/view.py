"""The plan as the checkers read it: doses with their exercises, sums by muscle, days in a row."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from kuznia.domains.training.athlete.athlete import Athlete
from kuznia.domains.training.catalogue import Exercise, catalogue
from kuznia.domains.training.checks.person import rows_for
from kuznia.domains.training.law import HarmRow
from kuznia.domains.training.schema.plan import Day, Dose, Plan, PlannedSession, Reason, Week

# A set with more in reserve does little for the muscle and is not counted.
HARD_RIR = 4


@dataclass(frozen=True, slots=True)
class DoseLine:
    """One dose in its place, with the exercise it names."""

    week: int
    day: int
    dose: Dose
    exercise: Exercise
    # Worked out once, for every rule asks for them.
    where: str
    sets: int
    primary: tuple[str, ...]

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
            DoseLine(
                week.number,
                day.day,
                dose,
                known[dose.id],
                f"weeks.{week.number}.days.{day.day}.exercises.{dose.order}",
                dose.sets if dose.rir <= HARD_RIR else 0,
                known[dose.id].primary,
            )
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
        weeks: dict[int, dict[str, float]] = {number: {} for number in self.by_week}
        for (week, _), sums in self.day_muscles.items():
            total = weeks[week]
            for muscle, sets in sums.items():
                total[muscle] = total.get(muscle, 0.0) + sets
        return weeks

    @cached_property
    def day_muscles(self) -> Mapping[tuple[int, int], Mapping[str, float]]:
        """Hard sets by day and muscle."""
        return {place: _sets(lines) for place, lines in self.by_day.items()}

    @cached_property
    def day_primary(self) -> Mapping[tuple[int, int], Mapping[str, int]]:
        """Hard sets by day and the muscles that lead."""
        return {place: _primary_sets(lines) for place, lines in self.by_day.items()}

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
    def trainable(self) -> frozenset[str]:
        """Muscles that some exercise within reach of a beginner leads with."""
        return frozenset(
            muscle
            for exercise in self.within_reach
            if exercise.level == 1 and exercise.unit == "reps"
            for muscle in exercise.primary
        )

    @cached_property
    def reasons(self) -> tuple[tuple[str, Reason], ...]:
        """Each wording once, where it first stands: a plan repeats its reasons often."""
        # The planner shares one value between equal reasons, and its identity costs less to know.
        known: set[int] = set()
        seen: dict[Reason, str] = {}
        for where, reason in self._reasons():
            if id(reason) not in known:
                known.add(id(reason))
                seen.setdefault(reason, where)
        return tuple((where, reason) for reason, where in seen.items())

    def _reasons(self) -> Iterator[tuple[str, Reason]]:
        yield "reason", self.plan.reason
        for number, offer in enumerate(self.plan.offers, start=1):
            yield f"offers.{number}.reason", offer.reason
        for week in self.plan.weeks:
            yield f"weeks.{week.number}.reason", week.reason
            for day in week.days:
                place = f"weeks.{week.number}.days.{day.day}"
                yield f"{place}.reason", day.reason
                for dose in day.exercises:
                    yield f"{place}.exercises.{dose.order}.reason", dose.reason
                for session in day.sessions:
                    yield f"{place}.sessions.reason", session.reason

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


def _primary_sets(lines: tuple[DoseLine, ...]) -> Mapping[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for line in lines:
        for muscle in line.primary:
            sums[muscle] += line.sets
    return sums
