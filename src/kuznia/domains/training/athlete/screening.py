"""Stop and refer: rules S01 to S17, before anything else and above everything else.

A stop ends in a refusal with advice and whom to see. A caution lets a plan be made, a gentler one.
Answers, boxes and free text are one set of flags here: a yes from anywhere is a yes (S17).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from kuznia.domains.training.athlete.athlete import Athlete
from kuznia.domains.training.schema.profile import Injury
from kuznia.forge.terms import Decline
from kuznia.platform.data_files import read_toml

LEGS = frozenset({"knee", "ankle", "hip"})
# Weeks after an operation before we load the region without a doctor's word.
SURGERY_WEEKS = 12


@dataclass(frozen=True, slots=True)
class Screening:
    """What screening found: stops in order of urgency, and cautions the plan must keep to."""

    stops: tuple[str, ...]
    # light: nothing vigorous, at most 70 % of a best. pressure: the same for blood pressure.
    cautions: frozenset[str]


def fresh(injury: Injury, cleared: bool) -> bool:
    """Whether a region may carry no load at all yet."""
    if injury.stage == "surgery":
        return not cleared and (injury.weeks is None or injury.weeks < SURGERY_WEEKS)
    return injury.stage == "acute"


def screen(athlete: Athlete) -> Screening:
    """Every stop and caution for this person."""
    stops = tuple(code for code, fires in _STOPS.items() if fires(athlete))
    cautions = frozenset(code for code, fires in _CAUTIONS.items() if fires(athlete))
    return Screening(stops, cautions)


def decline(athlete: Athlete) -> Decline | None:
    """The refusal a person reads, or None when a plan may be made."""
    stops = screen(athlete).stops
    if not stops:
        return None
    language = athlete.language
    message = " ".join(_texts()[code][language] for code in stops)
    questions = tuple(
        _texts()[code][f"ask_{language}"].format(reading=athlete.unit_doubt)
        for code in stops
        if f"ask_{language}" in _texts()[code]
    )
    return Decline(stops[0], message, questions)


@cache
def _texts() -> Mapping[str, Mapping[str, str]]:
    return read_toml(__file__, "screening.toml")


def _has_any(*flags: str) -> Callable[[Athlete], bool]:
    return lambda athlete: bool(athlete.flags & set(flags))


def _known_disease(athlete: Athlete) -> bool:
    known = {"heart_disease", "kidney_disease", "metabolic_disease", "diabetes"}
    return bool(athlete.flags & known) and not athlete.cleared


def _pressure(athlete: Athlete) -> tuple[int, int]:
    return athlete.health.systolic or 0, athlete.health.diastolic or 0


def _very_high_pressure(athlete: Athlete) -> bool:
    upper, lower = _pressure(athlete)
    return upper >= 180 or lower >= 110


def _high_pressure(athlete: Athlete) -> bool:
    upper, lower = _pressure(athlete)
    return (upper >= 160 or lower >= 100) and not athlete.cleared


def _fresh_leg_and_running(athlete: Athlete) -> bool:
    runs = athlete.kind != "strength" and athlete.endurance.sport in {"running", "walking"}
    return runs and any(
        injury.region in LEGS and fresh(injury, athlete.cleared) for injury in athlete.injuries
    )


def _just_gave_birth(athlete: Athlete) -> bool:
    if "postpartum" not in athlete.flags or athlete.cleared:
        return False
    weeks = athlete.health.postpartum_weeks
    return weeks is None or weeks < (8 if athlete.health.caesarean else 6)


def _eating(athlete: Athlete) -> bool:
    if "compensatory" in athlete.flags:
        return True
    thin = athlete.bmi is not None and athlete.bmi < 17
    return athlete.aim == "weight_loss" and (thin or "lost_period" in athlete.flags)


def _not_used_to_it(athlete: Athlete) -> bool:
    if athlete.cleared:
        return False
    if athlete.age >= 70 and not athlete.active:
        return True
    vigorous = athlete.aim in {"strength", "power"} or athlete.endurance.event is not None
    used_to = athlete.vigorous_habit or athlete.level != "beginner"
    return athlete.age > 45 and vigorous and not used_to


_STOPS: Mapping[str, Callable[[Athlete], bool]] = {
    "S08": _has_any("nerve_signs"),
    "S01": _has_any("chest_pain"),
    "S02": _has_any("fainting"),
    "S06": _has_any("breathless", "ankle_swelling", "palpitations", "calf_swelling"),
    "S10": _has_any("pregnancy_complication"),
    "S04": _very_high_pressure,
    "S07": _has_any("supervised_only"),
    "S03": lambda athlete: _known_disease(athlete) and not athlete.active,
    "S09": _fresh_leg_and_running,
    "S11": _just_gave_birth,
    "S12": _has_any("fever"),
    "S13": lambda athlete: athlete.age < 13,
    "S14": _eating,
    "unit-check": lambda athlete: athlete.unit_doubt is not None,
}

# Stops that no later answer can take back.
FINAL = frozenset({"S01", "S02", "S06", "S07", "S08", "S10", "S12", "S13"})

_CAUTIONS: Mapping[str, Callable[[Athlete], bool]] = {
    "S03": lambda athlete: _known_disease(athlete) and athlete.active,
    "S05": _high_pressure,
    "S09": lambda athlete: any(fresh(injury, athlete.cleared) for injury in athlete.injuries),
    "S15": _not_used_to_it,
}
