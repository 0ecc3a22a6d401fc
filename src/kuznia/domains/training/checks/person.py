"""Which rows of the law of harm hold for a person, worked out for the verifier alone."""

from collections.abc import Iterator

from kuznia.domains.training.athlete.athlete import Athlete
from kuznia.domains.training.law import HarmRow, harm_law
from kuznia.domains.training.schema.profile import Injury


def rows_for(athlete: Athlete) -> tuple[HarmRow, ...]:
    """Every row that nothing about the person speaks against."""
    return tuple(row for row in harm_law().values() if not any(_against(row, athlete)))


def _against(row: HarmRow, athlete: Athlete) -> Iterator[bool]:
    """For every condition of a row, whether the person falls outside of it."""
    yield row.lifted_by_clearance and athlete.cleared
    yield bool(row.flags) and not set(row.flags) & athlete.flags
    yield row.caesarean and not athlete.health.caesarean
    yield bool(row.aims) and athlete.aim not in row.aims
    yield from _against_body(row, athlete)
    yield from _against_numbers(row, athlete)
    yield from _against_habit(row, athlete)


def _against_body(row: HarmRow, athlete: Athlete) -> Iterator[bool]:
    health = athlete.health
    if row.region:
        places = (injury for injury in athlete.injuries if injury.region == row.region)
        yield not {_state(injury, athlete.cleared) for injury in places} & set(row.phases)
    if row.weeks:
        week = health.postpartum_weeks if "postpartum" in row.flags else health.pregnancy_week
        first, last = row.weeks
        yield week is not None and not first <= week <= last


def _against_numbers(row: HarmRow, athlete: Athlete) -> Iterator[bool]:
    health = athlete.health
    if row.ages:
        yield athlete.age < row.ages[0] or athlete.age > row.ages[1]
    if row.bmi_below:
        known = athlete.kg is not None and athlete.cm is not None
        yield not known or (athlete.kg or 0) / ((athlete.cm or 1) / 100) ** 2 >= row.bmi_below
    if row.pressure:
        upper, lower = row.pressure
        yield (health.systolic or 0) < upper and (health.diastolic or 0) < lower


def _against_habit(row: HarmRow, athlete: Athlete) -> Iterator[bool]:
    if row.active is not None:
        yield row.active is not ((athlete.current_minutes or 0) >= 90)
    if row.unused_to_hard:
        hard = athlete.endurance.event is not None or athlete.aim in ("strength", "power")
        yield not hard or athlete.vigorous_habit or athlete.level != "beginner"


def _state(injury: Injury, cleared: bool) -> str:
    weeks = 0 if injury.weeks is None else injury.weeks
    if injury.stage == "surgery" and weeks < 12 and not cleared:
        return "operated"
    if injury.stage == "acute" or injury.pain >= 7:
        return "fresh"
    if injury.pain >= 4 or (injury.stage == "surgery" and weeks < 26):
        return "healing"
    return "chronic"
