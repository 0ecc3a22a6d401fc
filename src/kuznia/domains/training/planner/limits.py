"""What a person may do: the exercises, the effort, and how often. Derived once, before choosing."""

from dataclasses import dataclass

from kuznia.domains.training.athlete.athlete import Athlete
from kuznia.domains.training.athlete.screening import Screening
from kuznia.domains.training.athlete.standing import Restrictions
from kuznia.domains.training.catalogue import Exercise, catalogue
from kuznia.domains.training.schema.lesson import AvoidExercise, AvoidTag, DayUnavailable, Minutes
from kuznia.domains.training.schema.profile import Level


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingLimits:
    """The frame every choice stays in."""

    harm: Restrictions
    level: int
    min_rir: int
    # Of a known best; 100 where nothing speaks against it.
    max_percent: float
    max_axial_percent: float
    max_sets: int
    max_hold: int
    low_reps: int
    high_reps: int
    max_zone: int
    event_km: float
    heart_rate: bool
    strength_days: int
    minutes: int
    days_off: frozenset[int]
    balance: bool


_STRENGTH_DAYS: dict[Level, int] = {
    "beginner": 3,
    "intermediate": 4,
    "advanced": 5,
    "elite": 6,
}
_SETS: dict[Level, int] = {"beginner": 3, "intermediate": 4, "advanced": 5, "elite": 5}
_EXERCISE_LEVEL: dict[Level, int] = {
    "beginner": 2,
    "intermediate": 2,
    "advanced": 3,
    "elite": 3,
}
_OFTEN_OLD = 65
_EASY_ZONE = 2


def young(athlete: Athlete) -> bool:
    return athlete.age < 18


def limits(athlete: Athlete, screening: Screening) -> TrainingLimits:
    """The frame for this person."""
    harm = screening.restrictions
    minutes = [athlete.minutes]
    days_off: set[int] = set()
    for _, effect in athlete.effects:
        if isinstance(effect, Minutes):
            minutes.append(effect.minutes)
        elif isinstance(effect, DayUnavailable):
            days_off.add(effect.day)
    return TrainingLimits(
        harm=harm,
        level=min(harm.level, _EXERCISE_LEVEL[athlete.level]),
        min_rir=max(harm.reserve, 2 if athlete.level == "beginner" else 1),
        max_percent=harm.percent,
        max_axial_percent=harm.axial_percent,
        max_sets=min(harm.sets, _SETS[athlete.level]),
        max_hold=harm.hold,
        low_reps=harm.reps[0],
        high_reps=harm.reps[1],
        max_zone=min(harm.zone, _EASY_ZONE) if athlete.endurance.sport in harm.easy else harm.zone,
        event_km=harm.event_km,
        heart_rate=harm.heart_rate,
        strength_days=min(harm.strength_days, _STRENGTH_DAYS[athlete.level]),
        minutes=min(minutes),
        days_off=frozenset(days_off),
        balance=athlete.age >= _OFTEN_OLD or "falls" in athlete.flags,
    )


def allowed(athlete: Athlete, frame: TrainingLimits) -> tuple[Exercise, ...]:
    """Every exercise this person may be given, in the catalogue's order."""
    harm = frame.harm
    tags = harm.tags | {effect.tag for _, effect in athlete.effects if isinstance(effect, AvoidTag)}
    names = {effect.exercise for _, effect in athlete.effects if isinstance(effect, AvoidExercise)}
    return tuple(
        exercise
        for exercise in catalogue().values()
        if exercise.level <= frame.level
        and exercise.fits(athlete.equipment)
        and exercise.pattern not in harm.patterns
        and not exercise.tags & tags
        and exercise.id not in names
        and harm.only_tags <= exercise.tags
    )
