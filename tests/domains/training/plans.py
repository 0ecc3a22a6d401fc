"""Plans in a few words, for tests of what becomes of a prompt's wishes.

A week is a dictionary of weekdays, 1 for Monday. A day is `40: barbell-deadlift 4x5 @120`: minutes,
then exercises between semicolons; or `long running 60 9.5`, a session with minutes and kilometres.
"""

import datetime
import re
from collections.abc import Mapping, Sequence
from typing import Any

from kuznia.domains.training.account.account import account
from kuznia.domains.training.athlete.athlete import read_athlete
from kuznia.domains.training.catalogue import catalogue
from kuznia.domains.training.schema.plan import Plan
from kuznia.domains.training.schema.profile import PlanInput
from kuznia.forge.terms import Draft, Wish
from kuznia.forge.wishes.account import complete, settled
from kuznia.forge.wishes.clauses import clauses

WeekWords = Mapping[int, str]
_SESSION = re.compile(r"(easy|long|tempo|intervals|strides|race) (\w+) (\d+)(?: ([\d.]+))?$")
_DOSE = re.compile(r"([\w-]+) (\d+)x(\d+)(?: @([\d.]+))?$")
_REASON = {"text": "A small step from the week before.", "cites": []}


def an_order(prompt: str, **profile: Any) -> PlanInput:
    """An order with this prompt and profile; thirty years old unless said otherwise."""
    return PlanInput.model_validate({"prompt": prompt, "profile": {"age": 30} | profile})


def a_written_plan(order: PlanInput, weeks: Sequence[WeekWords], **rest: Any) -> Plan:
    """A plan with these weeks, in the language and for the dates of the order."""
    profile = order.profile
    phases: Mapping[int, str] = rest.pop("phases", {})
    notices = [{"code": "advice", "text": "This is not medical advice."}, *rest.pop("notices", ())]
    return Plan.model_validate(
        {
            "title": "A plan",
            "summary": "Small steps from week to week.",
            "language": profile.language,
            "kind": profile.kind,
            "aim": profile.aim,
            "level": profile.level,
            "start": profile.start,
            "weeks": [
                _week(number, week, phases.get(number, "build"), profile)
                for number, week in enumerate(weeks, start=1)
            ],
            "notices": notices,
            "reason": _REASON,
        }
        | rest
    )


def _week(number: int, week: WeekWords, phase: str, profile: Any) -> dict[str, Any]:
    return {
        "number": number,
        "phase": phase,
        "theme": "A week",
        "goal": "Do it well",
        "lever": "volume",
        "days": [_day(number, day, week.get(day, ""), profile) for day in range(1, 8)],
        "reason": _REASON,
    }


def _day(week: int, day: int, words: str, profile: Any) -> dict[str, Any]:
    minutes, _, rest = words.rpartition(":")
    pieces = [piece.strip() for piece in rest.split(";") if piece.strip()]
    sessions = [_session(match) for piece in pieces if (match := _SESSION.match(piece))]
    doses = [match for piece in pieces if (match := _DOSE.match(piece))]
    assert len(sessions) + len(doses) == len(pieces), words
    kind = "mixed" if doses and sessions else "strength" if doses else "endurance"
    date = None
    if profile.start:
        date = profile.start + datetime.timedelta(days=7 * (week - 1) + day - 1)
    return {
        "day": day,
        "date": date,
        "kind": kind if pieces else "rest",
        "minutes": sum(one["minutes"] for one in sessions) + int(minutes or 40 * bool(doses)),
        "exercises": [_dose(match, order, profile) for order, match in enumerate(doses, start=1)],
        "sessions": sessions,
        "reason": _REASON,
    }


def _dose(match: re.Match[str], order: int, profile: Any) -> dict[str, Any]:
    exercise = catalogue()[match[1]]
    load = float(match[4]) if match[4] else None
    return {
        "id": exercise.id,
        "name": exercise.label(profile.language),
        "order": order,
        "sets": int(match[2]),
        "reps": int(match[3]),
        "unit": exercise.unit,
        "rir": 2,
        "rest": 90,
        "load": load,
        "load_unit": "kg" if load else None,
        "progression": {"kind": "double", "low": 8, "high": 12},
        "reason": _REASON,
    }


def _session(match: re.Match[str]) -> dict[str, Any]:
    zone = 4 if match[1] in {"intervals", "tempo"} else 2
    step = {"seconds": int(match[3]) * 60, "zone": zone, "effort": "easy, you can talk"}
    return {
        "kind": match[1],
        "sport": match[2],
        "name": f"{match[1]} {match[2]}".capitalize(),
        "minutes": int(match[3]),
        "km": float(match[4]) if match[4] else None,
        "blocks": [{"times": 1, "steps": [step]}],
        "reason": _REASON,
    }


def the_account(order: PlanInput, plan: Plan) -> tuple[Wish, ...]:
    """What becomes of the wishes, as the road of an order sees it."""
    wishes = complete(order.prompt, clauses(order.prompt))
    answers = account(order, read_athlete(order), plan, wishes)
    parts: dict[str, Draft] = {"plan": plan}
    return settled(wishes, answers, parts)


def open_ones(order: PlanInput, plan: Plan) -> list[tuple[str, str, str]]:
    """Quote, outcome and reason of everything that is not met."""
    return [
        (wish.quote, wish.outcome, wish.why)
        for wish in the_account(order, plan)
        if wish.outcome != "met"
    ]
