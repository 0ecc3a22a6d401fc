"""Makers for the training tests: people, orders and plans."""

import json
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from kuznia.domains.training.athlete.athlete import Athlete, read_athlete
from kuznia.domains.training.catalogue import catalogue, kits
from kuznia.domains.training.planner import plan
from kuznia.domains.training.schema.plan import Plan
from kuznia.domains.training.schema.profile import WEEKDAYS, PlanInput

DATA = Path(__file__).parent / "data"


def a_told(profile: dict[str, Any] | None = None, **rest: Any) -> PlanInput:
    """What a person says; thirty years old and healthy unless told otherwise."""
    said = {"age": 30, "sex": "male", "weight": 80, "height": 180} | (profile or {})
    return PlanInput.model_validate({"prompt": "Make me a plan, please.", "profile": said} | rest)


def an_athlete(profile: dict[str, Any] | None = None, **rest: Any) -> Athlete:
    return read_athlete(a_told(profile, **rest))


def a_plan(profile: dict[str, Any] | None = None, **rest: Any) -> tuple[Plan, Athlete]:
    athlete = an_athlete(profile, **rest)
    return plan(athlete), athlete


def profiles_on_file() -> list[dict[str, Any]]:
    return json.loads((DATA / "profiles.json").read_text(encoding="utf-8"))


_FLAGS = (
    "hypertension",
    "beta_blocker",
    "diabetes",
    "osteoporosis",
    "asthma",
    "falls",
    "wheelchair",
)
_ITEMS = sorted({item for one in catalogue().values() for item in one.equipment_all})
_LIFTS = ("barbell-back-squat", "barbell-bench-press", "barbell-deadlift", "dumbbell-bench-press")


def _some(*values: Any) -> st.SearchStrategy[Any]:
    return st.none() | st.sampled_from(values)


@st.composite
def healths(draw: st.DrawFn) -> dict[str, Any]:
    """Health facts, mostly none, sometimes several."""
    if draw(st.booleans()):
        return {}
    return {
        "flags": draw(st.lists(st.sampled_from(_FLAGS), max_size=2, unique=True)),
        "cleared": draw(st.booleans()),
        "systolic": draw(_some(118, 139, 165)),
        "resting_hr": draw(_some(48, 62)),
        "pregnancy_week": draw(_some(None, None, 9, 24)),
        "injuries": draw(
            st.lists(
                st.fixed_dictionaries(
                    {
                        "region": st.sampled_from(
                            [
                                "knee",
                                "shoulder",
                                "low_back",
                                "wrist",
                                "elbow",
                                "ankle",
                                "hip",
                                "neck",
                            ]
                        ),
                        "stage": st.sampled_from(["chronic", "chronic", "acute", "surgery"]),
                        "weeks": _some(4, 30),
                    }
                ),
                max_size=2,
            )
        ),
    }


@st.composite
def endurances(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "sport": draw(
            st.sampled_from(
                ["running", "running", "cycling", "rowing", "swimming", "walking", "handcycling"]
            )
        ),
        "event": draw(_some("5k", "10k", "half", "marathon")),
        "weekly_km": draw(_some(0, 2, 8, 15, 25, 40, 80, 400)),
        "weekly_minutes": draw(_some(0, 60, 150, 400, 3000)),
        "longest_km": draw(_some(0, 3, 8, 16, 28, 200)),
        "long_minutes": draw(_some(15, 45, 90, 150, 240, 360)),
        "pace": draw(_some(2.5, 4.5, 6.0, 8.5, 20)),
    }


@st.composite
def profiles(draw: st.DrawFn, healthy: bool = False) -> dict[str, Any]:
    """Any profile a person could honestly send."""
    kind = draw(st.sampled_from(["strength", "endurance", "both"]))
    days = draw(st.integers(1, 7))
    said: dict[str, Any] = {
        "age": draw(st.integers(13, 88)),
        "sex": draw(st.sampled_from(["female", "male", "other"])),
        "weight": draw(st.integers(50, 110)),
        "height": draw(st.integers(155, 195)),
        "level": draw(st.sampled_from(["beginner", "intermediate", "advanced", "elite"])),
        "kind": kind,
        "aim": draw(
            st.sampled_from(["health", "strength", "muscle", "stamina", "power", "weight_loss"])
        ),
        "weeks": draw(st.integers(1, 16)),
        "days": days,
        "weekdays": draw(st.lists(st.sampled_from(WEEKDAYS), max_size=7, unique=True)),
        "minutes": draw(st.sampled_from([15, 17, 20, 26, 30, 33, 40, 45, 60, 75, 90, 120, 180])),
        "equipment": draw(
            st.lists(st.sampled_from(sorted(kits())), min_size=1, max_size=2)
            | st.lists(st.sampled_from(_ITEMS), max_size=5)
        ),
        "current_minutes": draw(_some(0, 60, 200, 500)),
        "lifts": [
            {
                "exercise": name,
                "weight": draw(st.integers(10, 200)),
                "reps": draw(st.integers(1, 8)),
            }
            for name in draw(st.lists(st.sampled_from(_LIFTS), max_size=3, unique=True))
        ],
        "health": {} if healthy else draw(healths()),
        "language": draw(st.sampled_from(["en", "uk"])),
        "target_weight": draw(_some(45, 70, 95)),
        "start": draw(_some("2026-11-25", "2199-12-31")),
    }
    if kind != "strength":
        said["endurance"] = draw(endurances())
    return said
