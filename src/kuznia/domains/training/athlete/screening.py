"""Stop and refer, before anything else and above everything else.

A stop ends in a refusal with advice, whom to see, and what lifts it. Every other row of the law of
harm lets a gentler plan be made. Answers, boxes and free text are one set of flags here: a yes from
anywhere is a yes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from kuznia.domains.training.athlete.athlete import Athlete
from kuznia.domains.training.athlete.standing import Restrictions, restrictions, standing
from kuznia.domains.training.law import HarmRow, Law, harm_law
from kuznia.forge.terms import Decline
from kuznia.platform.data_files import read_toml

# Stops that no later answer of the same interview can take back.
FINAL = frozenset({"S01", "S02", "S06", "S07", "S08", "S10", "S12", "S13", "S20", "S22"})


@dataclass(frozen=True, slots=True)
class Screening:
    """What screening found: stops in order of urgency, and what a plan must keep to."""

    stops: tuple[str, ...]
    restrictions: Restrictions


def screen(athlete: Athlete, law: Law | None = None) -> Screening:
    """Every stop for this person, and everything a plan must keep to."""
    rows = standing(athlete, harm_law() if law is None else law)
    fired = {*_stops(rows, athlete), *_doubts(athlete)}
    return Screening(tuple(code for code in _texts() if code in fired), restrictions(rows))


def _stops(rows: tuple[HarmRow, ...], athlete: Athlete) -> Iterator[str]:
    for row in rows:
        if row.stop:
            yield row.stop
        if athlete.kind != "strength" and athlete.endurance.sport in row.sports:
            yield row.sport_stop
        week = athlete.health.pregnancy_week
        if row.last_week and week is not None and week + athlete.weeks - 1 > row.last_week:
            yield "S23"


def _doubts(athlete: Athlete) -> Iterator[str]:
    if athlete.unit_doubt is not None:
        yield "unit-check"
    if athlete.unclear:
        yield "health-question"


def decline(athlete: Athlete) -> Decline | None:
    """The refusal a person reads, or None when a plan may be made."""
    stops = screen(athlete).stops
    if not stops:
        return None
    language = athlete.language
    message = " ".join(_advice(code, language, athlete) for code in stops)
    return Decline(stops[0], message, tuple(_questions(stops, athlete)))


def _questions(stops: tuple[str, ...], athlete: Athlete) -> Iterator[str]:
    for code in stops:
        question = _texts()[code].get(f"ask_{athlete.language}")
        if question is None:
            continue
        # One question for each sentence that was not understood.
        quotes = athlete.unclear if code == "health-question" else ("",)
        for quote in quotes:
            yield question.format(reading=athlete.unit_doubt, quote=quote)


def _advice(code: str, language: str, athlete: Athlete) -> str:
    """What stops, and what lifts it."""
    row = _texts()[code]
    weeks = 41 - (athlete.health.pregnancy_week or 40)
    return f"{row[language]} {row[f'lift_{language}']}".format(weeks=weeks).strip()


@cache
def _texts() -> Mapping[str, Mapping[str, str]]:
    return read_toml(__file__, "screening.toml")
