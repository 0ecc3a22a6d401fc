"""The health reader against sentences and orders that somebody wrote who had not seen the code.

Half of each set was used while the lexicon was written ("tune"); of the other half only totals were
looked at. The floors are a little under what was measured, which docs/training.md publishes.
"""

import gzip
import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from tests.domains.training.makers import DATA, a_told

from kuznia.domains.training.athlete.athlete import Athlete, read_athlete
from kuznia.domains.training.athlete.screening import decline, screen
from kuznia.domains.training.athlete.standing import restrictions
from kuznia.domains.training.hearing import health_mentions
from kuznia.domains.training.hearing.terms import lexicon
from kuznia.domains.training.schema.flags import Flag
from kuznia.domains.training.schema.profile import PlanInput

HALVES = ("tune", "held")
# Of warnings heard, and of harmless sentences that stopped a plan, by half.
HEARD = {"tune": 0.97, "held": 0.88}
STOPPED = {"tune": 0.02, "held": 0.16}
# Unsafe orders that got a plan though only a refusal is safe.
PLANNED = {"tune": 0, "held": 3}
SPORTS = {
    **{name: name for name in ("running", "cycling", "rowing", "swimming", "walking")},
    **dict.fromkeys(("trail running", "marathon", "sprinting", "hiit", "triathlon"), "running"),
    "hiking": "walking",
    "handcycling": "handcycling",
}
REGIONS = {
    **{name: name for name in ("knee", "shoulder", "wrist", "elbow", "ankle", "hip", "neck")},
    **dict.fromkeys(("achilles", "foot", "shin", "calf"), "ankle"),
    **dict.fromkeys(("groin", "hamstring", "thigh"), "hip"),
    **dict.fromkeys(("lower back", "back"), "low_back"),
    "hand": "wrist",
}
STAGES = {"acute": "acute", "post-op": "surgery"}


def rows(name: str) -> Iterator[dict[str, Any]]:
    text = gzip.decompress((DATA / f"{name}.jsonl.gz").read_bytes()).decode()
    return (json.loads(line) for line in text.splitlines())


def answer_to(athlete: Athlete) -> str:
    """What becomes of an order: stop, ask, limit, or none of them."""
    screening = screen(athlete)
    if screening.stops:
        return "ask" if screening.stops[0] == "health-question" else "stop"
    return "none" if screening.restrictions == restrictions(()) else "limit"


@cache
def heard(half: str) -> tuple[tuple[dict[str, Any], str], ...]:
    someone = {"sex": None, "weight": None, "height": None}
    return tuple(
        (row, answer_to(read_athlete(a_told(someone, prompt=row["text"]))))
        for row in rows(f"health_{half}")
    )


def order(row: dict[str, Any]) -> PlanInput:
    """An order of the set in our words; what no field of ours holds is written."""
    person = row["profile"]
    known = [one for one in person["injuries"] if one["region"] in REGIONS]
    rest = [
        f"{one['region']}: {one['phase']}, pain {one['pain']}/10"
        for one in person["injuries"]
        if one["region"] not in REGIONS
    ]
    sports = [SPORTS[name] for name in person["sports"] if name in SPORTS]
    profile: dict[str, Any] = {
        "age": person["age"],
        "sex": {"m": "male", "f": "female"}.get(person["sex"], "other"),
        "weight": person["weight_kg"],
        "height": person["height_cm"],
        "level": person["level"],
        "days": min(7, person["days_per_week"]),
        "minutes": min(180, person["minutes"]),
        "weeks": 8,
        "kind": "endurance" if sports else "strength",
        "equipment": ["full-gym"],
        "notes": person["notes"],
        "health": {
            "injuries": [
                {
                    "region": REGIONS[one["region"]],
                    "stage": STAGES.get(one["phase"], "chronic"),
                    "pain": one["pain"],
                }
                for one in known
            ]
        },
    }
    if sports:
        profile["endurance"] = {"sport": sports[0], "weekly_minutes": 150, "weekly_km": 20}
    prompt = ". ".join([person["goal"], *person["conditions"], *rest])
    return PlanInput.model_validate({"prompt": prompt, "profile": profile})


@pytest.mark.parametrize("half", HALVES)
def test_warnings_are_heard(half: str) -> None:
    warnings = [(row, answer) for row, answer in heard(half) if row["danger"]]

    missed = [row["id"] for row, answer in warnings if answer == "none"]
    assert 1 - len(missed) / len(warnings) >= HEARD[half], missed


@pytest.mark.parametrize("half", HALVES)
def test_harmless_words_stop_nothing(half: str) -> None:
    harmless = [(row, answer) for row, answer in heard(half) if not row["danger"]]

    stopped = [
        row["id"]
        for row, answer in harmless
        if answer in {"stop", "ask"} and answer not in (row.get("also") or ())
    ]
    assert len(stopped) / len(harmless) <= STOPPED[half], stopped


@pytest.mark.parametrize("half", HALVES)
def test_an_unsafe_order_gets_no_plan_where_only_a_refusal_is_safe(half: str) -> None:
    refused = {"refer", "decline"}
    unsafe = [
        row for row in rows(f"unsafe_{half}") if {row["safe"], *(row.get("also") or ())} <= refused
    ]

    planned = [row["id"] for row in unsafe if decline(read_athlete(order(row))) is None]
    assert len(planned) <= PLANNED[half], planned


def test_every_flag_of_the_lexicon_is_a_flag() -> None:
    known = set(Flag.__args__)

    assert {flag for sign in lexicon().signs for flag in sign.flags} <= known


def test_numbers_are_read() -> None:
    assert health_mentions("blood pressure 190 over 115").systolic == 190
    assert health_mentions("Тиск сто шістдесят на сто").diastolic == 100
    assert health_mentions("I am 14 weeks pregnant").pregnancy_week == 14
    assert health_mentions("народила 7 тижнів тому").postpartum_weeks == 7
    assert health_mentions("коліно болить на 8/10").injuries[0].pain == 8


def test_what_is_not_understood_is_asked_about_and_an_answer_settles_it() -> None:
    words = "My liver is a story of its own."
    asked = decline(read_athlete(a_told(prompt=words)))

    assert asked is not None
    assert asked.code == "health-question"
    assert words.casefold().rstrip(".") in asked.questions[0]
    no = {"health_note": {"boolean": False, "text": ""}}
    assert decline(read_athlete(a_told(prompt=words, answers=no))) is None
