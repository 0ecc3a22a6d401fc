"""How a model is asked for its words and choices, and how its reply is read.

It chooses from a closed set and writes prose. Numbers and permissions are never asked of it.
"""

import json
from collections import defaultdict

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from kuznia.domains.training.athlete.athlete import Athlete
from kuznia.domains.training.athlete.screening import screen
from kuznia.domains.training.hearing import plain
from kuznia.domains.training.planner import Wishes
from kuznia.domains.training.planner.limits import allowed, limits
from kuznia.domains.training.schema.profile import PlanInput
from kuznia.forge.terms import MAX_HINTS, Finding, Prompt, Unreadable
from kuznia.platform.data_files import read_text
from kuznia.platform.validation_words import faulty_places

_LANGUAGES = {"en": "English", "uk": "Ukrainian"}
_FENCE = "=" * 24
_MAX_OFFERED = 8
# What it is asked for is a hundredth of this.
_MAX_REPLY = 50_000
_MAX_WORDS = 1500
_HINT = 'Answer with one JSON object: {"title", "summary", "themes", "prefer"}.'


class PlanReply(BaseModel):
    """What a model may say about a plan."""

    model_config = ConfigDict(frozen=True, extra="ignore", str_strip_whitespace=True)

    title: str = Field(default="", max_length=120)
    summary: str = Field(default="", max_length=300)
    themes: tuple[str, ...] = Field(default=(), max_length=16)
    prefer: tuple[str, ...] = Field(default=(), max_length=20)


def offered(athlete: Athlete) -> dict[str, list[str]]:
    """The exercises a model may choose from, by movement: only what may be given anyway."""
    pool = allowed(athlete, limits(athlete, screen(athlete)))
    by_pattern: dict[str, list[str]] = defaultdict(list)
    for exercise in sorted(pool, key=lambda exercise: (-exercise.popularity, exercise.id)):
        if len(by_pattern[exercise.pattern]) < _MAX_OFFERED:
            by_pattern[exercise.pattern].append(exercise.id)
    return dict(by_pattern)


def prompt(order: PlanInput, athlete: Athlete, context: tuple[str, ...] = ()) -> Prompt:
    """What the model gets: the frame of the plan, the closed set, and the person's own words."""
    lines = [
        f"Language: {_LANGUAGES[athlete.language]}",
        f"Kind: {athlete.kind}; aim: {athlete.aim}; level: {athlete.level}",
        f"Weeks: {athlete.weeks}; days a week: {athlete.days}; minutes: {athlete.minutes}",
        "Allowed exercises:",
        *(f"- {pattern}: {', '.join(ids)}" for pattern, ids in offered(athlete).items()),
        "The person's own words:",
        _FENCE,
        _fenced(f"{order.prompt}\n{order.profile.notes}"),
        _FENCE,
    ]
    if context:
        lines += ["What was learnt about this:", _FENCE, _fenced("\n".join(context)), _FENCE]
    schema: dict[str, JsonValue] = PlanReply.model_json_schema()
    return Prompt(read_text(__file__, "prompts/plan.md"), "\n".join(lines), schema, max_tokens=1200)


def _fenced(text: str) -> str:
    # The fence must not be closed from inside.
    return text[:_MAX_WORDS].replace("=", "-")


def wishes(reply: str, athlete: Athlete) -> Wishes:
    """Read a reply, or say what was expected instead."""
    read = _read(reply)
    known = {name for ids in offered(athlete).values() for name in ids}
    strange = [name for name in read.prefer if name not in known]
    if strange:
        listed = ", ".join(plain(name)[:60] for name in strange[:MAX_HINTS])
        raise Unreadable(
            "unknown-exercise",
            f"Not among the allowed exercises: {listed}.",
            "Use only ids from the list of allowed exercises in prefer.",
        )
    return Wishes(
        prefer=frozenset(read.prefer),
        title=read.title,
        summary=read.summary,
        themes=read.themes,
    )


def _read(reply: str) -> PlanReply:
    first, last = reply.find("{"), reply.rfind("}")
    if first < 0 or last < first or len(reply) > _MAX_REPLY:
        raise Unreadable("no-json", "The reply holds no JSON object.", _HINT)
    try:
        data = json.loads(reply[first : last + 1])
        return PlanReply.model_validate(data)
    except ValidationError as error:
        findings = tuple(
            Finding("not-as-asked", "block", where or "reply", f"{message.rstrip('.')}.", _HINT)
            for where, message in faulty_places(error, MAX_HINTS)
        )
        message = "The reply is not the JSON object asked for."
        raise Unreadable("not-as-asked", message, _HINT, findings=findings) from error
    except (ValueError, RecursionError) as error:
        raise Unreadable("no-json", "The reply is not a JSON object.", _HINT) from error
