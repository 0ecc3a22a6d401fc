"""What a person may do: the exercises, the effort, and how often. Derived once, before choosing."""

from dataclasses import dataclass

from kuznia.domains.training.athlete.athlete import Athlete
from kuznia.domains.training.athlete.screening import Screening, fresh
from kuznia.domains.training.catalogue import Exercise, catalogue, conditions
from kuznia.domains.training.schema.lesson import AvoidExercise, AvoidTag, DayUnavailable, Minutes
from kuznia.domains.training.schema.profile import Level


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingLimits:
    """The frame every choice stays in."""

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
_GENTLE = frozenset({"S03", "S05", "S15"})
_OFTEN_OLD = 65


def young(athlete: Athlete) -> bool:
    return athlete.age < 18


def pressure(athlete: Athlete) -> bool:
    return "hypertension" in athlete.flags


def limits(athlete: Athlete, screening: Screening) -> TrainingLimits:
    """The frame for this person."""
    gentle = bool(screening.cautions & _GENTLE)
    minutes = [athlete.minutes]
    days_off: set[int] = set()
    for _, effect in athlete.effects:
        if isinstance(effect, Minutes):
            minutes.append(effect.minutes)
        elif isinstance(effect, DayUnavailable):
            days_off.add(effect.day)
    return TrainingLimits(
        level=_level(athlete, gentle),
        min_rir=_reserve(athlete, gentle),
        max_percent=70.0 if gentle else 80.0 if pressure(athlete) else 100.0,
        max_axial_percent=75.0 if _sore(athlete, "low_back") else 100.0,
        max_sets=3 if young(athlete) else _SETS[athlete.level],
        max_hold=30 if pressure(athlete) or "S05" in screening.cautions else 60,
        low_reps=6 if young(athlete) else 1,
        high_reps=15 if young(athlete) else 30,
        max_zone=3 if gentle or "pregnancy" in athlete.flags else 5,
        heart_rate=not athlete.flags & {"beta_blocker", "pregnancy", "atrial_fibrillation"},
        strength_days=3 if young(athlete) else _STRENGTH_DAYS[athlete.level],
        minutes=min(minutes),
        days_off=frozenset(days_off),
        balance=athlete.age >= _OFTEN_OLD or "falls" in athlete.flags,
    )


def _level(athlete: Athlete, gentle: bool) -> int:
    if gentle or athlete.age >= _OFTEN_OLD or "pregnancy" in athlete.flags:
        return 1
    return (
        min(2, _EXERCISE_LEVEL[athlete.level]) if young(athlete) else _EXERCISE_LEVEL[athlete.level]
    )


def _reserve(athlete: Athlete, gentle: bool) -> int:
    """Repetitions that stay in reserve, at least."""
    if gentle or pressure(athlete) or athlete.injuries or "pregnancy" in athlete.flags:
        return 3
    if athlete.level == "beginner" or young(athlete) or athlete.age >= _OFTEN_OLD:
        return 2
    return 1


def _sore(athlete: Athlete, region: str) -> bool:
    return any(injury.region == region for injury in athlete.injuries)


def allowed(athlete: Athlete, frame: TrainingLimits) -> tuple[Exercise, ...]:
    """Every exercise this person may be given, in the catalogue's order."""
    tags, patterns = _forbidden(athlete)
    names = {effect.exercise for _, effect in athlete.effects if isinstance(effect, AvoidExercise)}
    return tuple(
        exercise
        for exercise in catalogue().values()
        if exercise.level <= frame.level
        and exercise.fits(athlete.equipment)
        and exercise.pattern not in patterns
        and not exercise.tags & tags
        and exercise.id not in names
        and (not athlete.wheelchair or "seated" in exercise.tags)
    )


def _forbidden(athlete: Athlete) -> tuple[set[str], set[str]]:
    tags = {effect.tag for _, effect in athlete.effects if isinstance(effect, AvoidTag)}
    patterns: set[str] = set()
    for name, acute in _states(athlete):
        condition = conditions()[name]
        tags |= condition.tags | (condition.acute_tags if acute else frozenset())
        patterns |= condition.patterns | (condition.acute_patterns if acute else frozenset())
    return tags, patterns


def _states(athlete: Athlete) -> list[tuple[str, bool]]:
    """Names in the conditions table that hold for this person, and whether they are fresh."""
    states = [(injury.region, fresh(injury, athlete.cleared)) for injury in athlete.injuries]
    simple = ("pregnancy", "postpartum", "osteoporosis", "hypertension", "falls")
    states += [(name, False) for name in simple if name in athlete.flags]
    if "pregnancy" in athlete.flags and (athlete.health.pregnancy_week or 40) >= 12:
        states.append(("pregnancy_late", False))
    if young(athlete):
        states.append(("youth", False))
    return states
