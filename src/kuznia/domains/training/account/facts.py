"""The plan as the account reads it: each day, dose and session with its pointer."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from kuznia.domains.training.athlete.athlete import Athlete
from kuznia.domains.training.catalogue import Exercise, catalogue
from kuznia.domains.training.schema.plan import Day, Dose, Plan, PlannedSession, Week
from kuznia.domains.training.schema.profile import Profile

WEEKS = "/plan/weeks"
# The part of the plan that was made for the person as they are.
BACKGROUND = "/plan/reason"
# Every plan has these notices: they explain nothing that was asked.
SAFETY = frozenset({"advice", "stop"})
# Weeks of these phases may hold less than was asked for, and never more.
_NO_STRENGTH = frozenset({"mobility", "locomotion"})
EASY = frozenset({"deload", "taper"})


@dataclass(frozen=True, slots=True)
class PlacedDose:
    """An exercise of one day."""

    pointer: str
    dose: Dose
    exercise: Exercise | None

    @property
    def id(self) -> str:
        return self.dose.id


@dataclass(frozen=True, slots=True)
class PlacedSession:
    """An endurance session of one day."""

    pointer: str
    session: PlannedSession


@dataclass(frozen=True, slots=True)
class PlacedDay:
    """A day of a week; `day` is 1 for Monday."""

    pointer: str
    week: int
    number: int
    day: Day
    doses: tuple[PlacedDose, ...]
    sessions: tuple[PlacedSession, ...]

    @property
    def trained(self) -> bool:
        return bool(self.doses or self.sessions)

    @property
    def lifted(self) -> bool:
        """Whether the day has strength in it, and not only stretches."""
        return any(
            placed.exercise is None or placed.exercise.pattern not in _NO_STRENGTH
            for placed in self.doses
        )

    @property
    def strength_minutes(self) -> int:
        """Minutes without those of the sessions."""
        return self.day.minutes - sum(placed.session.minutes for placed in self.sessions)

    @property
    def raced(self) -> bool:
        return any(placed.session.kind == "race" for placed in self.sessions)


@dataclass(frozen=True)
class PlacedWeek:
    """A week with its volume, the race left out of it."""

    pointer: str
    number: int
    week: Week
    days: tuple[PlacedDay, ...]

    @property
    def easy(self) -> bool:
        return self.week.phase in EASY

    @property
    def trained(self) -> tuple[PlacedDay, ...]:
        return tuple(day for day in self.days if day.trained)

    @cached_property
    def sets(self) -> int:
        return sum(placed.dose.sets for day in self.days for placed in day.doses)

    @cached_property
    def repetitions(self) -> int:
        """All repetitions of all sets, or seconds of what is held."""
        doses = (placed.dose for day in self.days for placed in day.doses)
        return sum(dose.sets * dose.reps for dose in doses)

    @cached_property
    def minutes(self) -> int:
        return sum(placed.session.minutes for placed in self.sessions() if not _race(placed))

    @cached_property
    def km(self) -> float:
        sessions = (placed.session for placed in self.sessions() if not _race(placed))
        return sum(session.km or 0.0 for session in sessions)

    @cached_property
    def load(self) -> float:
        """The mean load of what has one."""
        loads = [placed.dose.load for day in self.days for placed in day.doses if placed.dose.load]
        return sum(loads) / len(loads) if loads else 0.0

    def sessions(self) -> Iterator[PlacedSession]:
        return (placed for day in self.days for placed in day.sessions)


def _race(placed: PlacedSession) -> bool:
    return placed.session.kind == "race"


@dataclass(frozen=True)
class PlanFacts:
    """The plan, the person it is for, and every place in it."""

    plan: Plan
    athlete: Athlete
    profile: Profile
    weeks: tuple[PlacedWeek, ...]

    @cached_property
    def full(self) -> tuple[PlacedWeek, ...]:
        """Weeks that hold all that was asked for; every week, where all are easy."""
        return tuple(week for week in self.weeks if not week.easy) or self.weeks

    def days(self) -> Iterator[PlacedDay]:
        return (day for week in self.weeks for day in week.days)

    def doses(self) -> Iterator[PlacedDose]:
        return (placed for day in self.days() for placed in day.doses)

    def sessions(self) -> Iterator[PlacedSession]:
        return (placed for day in self.days() for placed in day.sessions)

    @cached_property
    def has_strength(self) -> bool:
        return any(True for _ in self.doses())

    @cached_property
    def has_endurance(self) -> bool:
        return any(True for _ in self.sessions())


def facts_of(plan: Plan, athlete: Athlete, profile: Profile) -> PlanFacts:
    """Every place of a plan."""
    return PlanFacts(
        plan,
        athlete,
        profile,
        tuple(_week(f"{WEEKS}/{place}", place + 1, week) for place, week in enumerate(plan.weeks)),
    )


def _week(pointer: str, number: int, week: Week) -> PlacedWeek:
    days = tuple(
        _day(f"{pointer}/days/{place}", number, day) for place, day in enumerate(week.days)
    )
    return PlacedWeek(pointer, number, week, days)


def _day(pointer: str, week: int, day: Day) -> PlacedDay:
    known = catalogue()
    return PlacedDay(
        pointer,
        week,
        day.day,
        day,
        tuple(
            PlacedDose(f"{pointer}/exercises/{place}", dose, known.get(dose.id))
            for place, dose in enumerate(day.exercises)
        ),
        tuple(
            PlacedSession(f"{pointer}/sessions/{place}", session)
            for place, session in enumerate(day.sessions)
        ),
    )


@dataclass(frozen=True, slots=True)
class WishSubject:
    """What a wish is about: strength, a sport, a kind of session, exercises; or all training."""

    strength: bool = False
    endurance: bool = False
    sports: frozenset[str] = frozenset()
    sessions: frozenset[str] = frozenset()
    exercises: frozenset[str] = frozenset()
    # Of the exercises those that were named; the others bear the name too.
    core: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(
            self.strength or self.endurance or self.sports or self.sessions or self.exercises
        )

    @property
    def narrow(self) -> "WishSubject":
        """The same with the exercises that were named and no others."""
        return replace(self, exercises=self.core) if self.core else self

    def places(self, day: PlacedDay) -> tuple[str, ...]:
        """Where this is on a day, by pointers; empty if it is not."""
        if not self:
            return (day.pointer,) if day.trained else ()
        if self.exercises:
            return tuple(placed.pointer for placed in day.doses if placed.id in self.exercises)
        strength = (day.pointer,) if self.strength and day.lifted else ()
        return (*strength, *(placed.pointer for placed in day.sessions if self._holds(placed)))

    def _holds(self, placed: PlacedSession) -> bool:
        session = placed.session
        if not (self.endurance or self.sports or self.sessions):
            return False
        # A race counts as a run, and as the long one of its week.
        kinds = {session.kind, "long"} if session.kind == "race" else {session.kind}
        sport = session.sport.removeprefix("hand")
        return (not self.sports or sport in self.sports) and (
            not self.sessions or bool(kinds & self.sessions)
        )


def days_with(subject: WishSubject, week: PlacedWeek) -> tuple[PlacedDay, ...]:
    return tuple(day for day in week.days if subject.places(day))


def pointers(
    days: Iterable[PlacedDay], places: Callable[[PlacedDay], Iterable[str]]
) -> tuple[str, ...]:
    """All places on some days, in their order."""
    return tuple(pointer for day in days for pointer in places(day))
