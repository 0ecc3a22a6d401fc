"""How a person stands under the law of harm: the rows that hold, and what they come to together.

For screening and the planner. The verifier works the same out on its own, in `checks/harm.py`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from kuznia.domains.training.athlete.athlete import Athlete
from kuznia.domains.training.law import BodyPhase, HarmRow, Law
from kuznia.domains.training.schema.profile import EventName, Injury

# Weeks after an operation before we load the region without a doctor's word, and until it counts
# as healed.
SURGERY_WEEKS = 12
HEALED_WEEKS = 26
# Pain of ten from which a place carries no load, and from which it is spared.
STRONG_PAIN = 7
MILD_PAIN = 3
EVENT_KM: dict[EventName, float] = {"5k": 5.0, "10k": 10.0, "half": 21.1, "marathon": 42.2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Restrictions:
    """Everything the rows forbid and limit, taken together."""

    easy: frozenset[str] = frozenset()
    event_km: float = 1000.0
    zone: int = 5
    percent: float = 100.0
    axial_percent: float = 100.0
    reserve: int = 0
    hold: int = 60
    sets: int = 9
    reps: tuple[int, int] = (1, 30)
    strength_days: int = 7
    level: int = 9
    tags: frozenset[str] = frozenset()
    patterns: frozenset[str] = frozenset()
    only_tags: frozenset[str] = frozenset()
    heart_rate: bool = True
    notices: tuple[str, ...] = ()


def phase(injury: Injury, cleared: bool) -> BodyPhase:
    """How an injury stands. Strong pain counts as fresh, whatever its name."""
    if injury.stage == "surgery":
        if not cleared and (injury.weeks is None or injury.weeks < SURGERY_WEEKS):
            return "operated"
        if injury.weeks is None or injury.weeks < HEALED_WEEKS:
            return "healing" if injury.pain < STRONG_PAIN else "fresh"
    elif injury.stage == "acute":
        return "fresh"
    if injury.pain >= STRONG_PAIN:
        return "fresh"
    return "healing" if injury.pain > MILD_PAIN else "chronic"


def standing(athlete: Athlete, law: Law) -> tuple[HarmRow, ...]:
    """The rows that hold for this person."""
    return tuple(row for row in law.values() if _holds(row, athlete))


def _holds(row: HarmRow, athlete: Athlete) -> bool:
    if row.lifted_by_clearance and athlete.cleared:
        return False
    return (
        _in_body(row, athlete)
        and _in_weeks(row, athlete)
        and _in_numbers(row, athlete)
        and (not row.aims or athlete.aim in row.aims)
        and (row.active is None or row.active == athlete.active)
        and (not row.unused_to_hard or _unused_to_hard(athlete))
    )


def _in_body(row: HarmRow, athlete: Athlete) -> bool:
    if row.flags and athlete.flags.isdisjoint(row.flags):
        return False
    return not row.region or any(
        injury.region == row.region and phase(injury, athlete.cleared) in row.phases
        for injury in athlete.injuries
    )


def _in_weeks(row: HarmRow, athlete: Athlete) -> bool:
    if row.caesarean and not athlete.health.caesarean:
        return False
    if row.weeks is None:
        return True
    health, first_last = athlete.health, row.weeks
    week = health.pregnancy_week if "pregnancy" in row.flags else health.postpartum_weeks
    return week is None or first_last[0] <= week <= first_last[1]


def _in_numbers(row: HarmRow, athlete: Athlete) -> bool:
    if row.ages is not None and not row.ages[0] <= athlete.age <= row.ages[1]:
        return False
    if row.bmi_below and (athlete.bmi is None or athlete.bmi >= row.bmi_below):
        return False
    if row.pressure is None:
        return True
    upper, lower = athlete.health.systolic or 0, athlete.health.diastolic or 0
    return upper >= row.pressure[0] or lower >= row.pressure[1]


def _unused_to_hard(athlete: Athlete) -> bool:
    wants = athlete.aim in {"strength", "power"} or athlete.endurance.event is not None
    return wants and athlete.level == "beginner" and not athlete.vigorous_habit


def restrictions(rows: Iterable[HarmRow]) -> Restrictions:
    """The strictest of every limit, and all that any row forbids."""
    rows = tuple(rows)
    ranges = [row.reps for row in rows if row.reps]
    return Restrictions(
        easy=_union(rows, "easy"),
        event_km=min((_event_km(row.event) for row in rows if row.event), default=1000.0),
        zone=_least(rows, "zone", 5),
        percent=_least(rows, "percent", 100.0),
        axial_percent=_least(rows, "axial_percent", 100.0),
        reserve=max((row.reserve for row in rows), default=0),
        hold=_least(rows, "hold", 60),
        sets=_least(rows, "sets", 9),
        reps=(max((r[0] for r in ranges), default=1), min((r[1] for r in ranges), default=30)),
        strength_days=_least(rows, "strength_days", 7),
        level=_least(rows, "level", 9),
        tags=_union(rows, "tags"),
        patterns=_union(rows, "patterns"),
        only_tags=frozenset(row.only_tag for row in rows if row.only_tag),
        heart_rate=all(row.heart_rate for row in rows),
        notices=tuple(dict.fromkeys(row.notice for row in rows if row.notice)),
    )


N = TypeVar("N", int, float)


def _least(rows: tuple[HarmRow, ...], limit: str, free: N) -> N:
    """The lowest of a limit where it is set, for none is 0."""
    values: list[N] = [getattr(row, limit) for row in rows]
    return min((value for value in values if value), default=free)


def _union(rows: tuple[HarmRow, ...], names: str) -> frozenset[str]:
    several: list[tuple[str, ...]] = [getattr(row, names) for row in rows]
    return frozenset(name for one in several for name in one)


def _event_km(name: str) -> float:
    return 0.0 if name == "none" else next(km for event, km in EVENT_KM.items() if event == name)
