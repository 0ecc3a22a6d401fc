"""The playbook: what was learnt about a person, as an append-only log of small changes.

The log is the truth and is only ever added to; a playbook is what folding it gives. Ids, counters,
merging and caps are code's work: a model may at most suggest words.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from kuznia.domains.training.lesson import Effect, Lesson, Short

# Open lessons a playbook holds; safety does not count and is never pushed out.
MOST_LESSONS = 40


class _Delta(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    day: date | None = None


class Learn(_Delta):
    """A new lesson, or one more vote for one that does the same."""

    do: Literal["learn"] = "learn"
    text: Annotated[str, Field(max_length=300)]
    kind: Literal["safety", "preference", "logistics", "load"]
    effects: tuple[Effect, ...] = Field(default=(), max_length=4)


class Count(_Delta):
    """How a lesson did: it helped, it hurt, or it was merely applied."""

    do: Literal["count"] = "count"
    lesson: Short
    helped: bool | None = None


class Edit(_Delta):
    """A person puts it better. What it does stays: that would be another lesson."""

    do: Literal["edit"] = "edit"
    lesson: Short
    text: Annotated[str, Field(max_length=300)]


class Close(_Delta):
    """A lesson ends. Safety lessons end only when a person says so."""

    do: Literal["close"] = "close"
    lesson: Short
    by: Literal["person", "cap", "counters"]


Delta = Annotated[Learn | Count | Edit | Close, Field(discriminator="do")]


@dataclass(frozen=True, slots=True)
class Playbook:
    """Every lesson ever learnt, closed ones too, by id, in the order they were learnt."""

    lessons: Mapping[str, Lesson] = field(default_factory=dict[str, Lesson])

    @property
    def open(self) -> tuple[Lesson, ...]:
        return tuple(lesson for lesson in self.lessons.values() if lesson.status == "open")


def lesson_id(kind: str, effects: tuple[Effect, ...], text: str) -> str:
    """Lessons that do the same are the same lesson; those that do nothing differ by their words."""
    does = [json.loads(effect.model_dump_json()) for effect in effects]
    key = json.dumps([kind, does or text.casefold()], sort_keys=True, ensure_ascii=False)
    return "l-" + hashlib.sha256(key.encode()).hexdigest()[:12]


def fold(log: Iterable[Delta]) -> Playbook:
    """The playbook a log amounts to. The same log always gives the same playbook."""
    lessons: dict[str, Lesson] = {}
    for delta in log:
        if isinstance(delta, Learn):
            _learn(lessons, delta)
        elif delta.lesson in lessons:
            lessons[delta.lesson] = _changed(lessons[delta.lesson], delta)
    return Playbook(lessons)


def _learn(lessons: dict[str, Lesson], delta: Learn) -> None:
    name = lesson_id(delta.kind, delta.effects, delta.text)
    known = lessons.get(name)
    if known is not None:
        # Said again: one more vote; and open again, if it had been closed.
        update = {"helpful": known.helpful + 1, "status": "open"}
        lessons[name] = known.model_copy(update=update)
        return
    lessons[name] = Lesson(
        id=name,
        text=delta.text,
        kind=delta.kind,
        effects=delta.effects,
        learnt=delta.day,
    )


def _changed(lesson: Lesson, delta: Count | Edit | Close) -> Lesson:
    if isinstance(delta, Edit):
        return lesson.model_copy(update={"text": delta.text})
    if isinstance(delta, Close):
        pinned = lesson.kind == "safety" and delta.by != "person"
        return lesson if pinned else lesson.model_copy(update={"status": "closed"})
    if delta.helped is None:
        return lesson.model_copy(update={"applied": lesson.applied + 1})
    name = "helpful" if delta.helped else "harmful"
    return lesson.model_copy(update={name: getattr(lesson, name) + 1})


# A lesson that hurt so much more often than it helped is let go.
_LET_GO = 0.25
_TRIED = 4


def tidied(playbook: Playbook, day: date | None = None) -> tuple[Delta, ...]:
    """The deltas that keep a playbook small and true; safety lessons are never among them."""
    free = [lesson for lesson in playbook.open if not lesson.pinned]
    bad = [
        lesson
        for lesson in free
        if lesson.helpful + lesson.harmful >= _TRIED and lesson.confidence < _LET_GO
    ]
    left = [lesson for lesson in free if lesson not in bad]
    # Among equals the oldest goes first: what was said lately is more likely to hold.
    over = sorted(range(len(left)), key=lambda at: (left[at].confidence, left[at].helpful, at))[
        : max(0, len(left) - MOST_LESSONS)
    ]
    closes = [Close(day=day, lesson=lesson.id, by="counters") for lesson in bad]
    closes += [Close(day=day, lesson=left[at].id, by="cap") for at in sorted(over)]
    return tuple(closes)


@dataclass(frozen=True, slots=True)
class Log:
    """A person's log as read from where it is kept; `learn` gives the longer one."""

    deltas: tuple[Delta, ...] = ()

    @property
    def playbook(self) -> Playbook:
        return fold(self.deltas)

    def learn(self, *deltas: Delta, day: date | None = None) -> "Log":
        """The log with these at its end, tidied after them."""
        longer = replace(self, deltas=(*self.deltas, *deltas))
        return replace(longer, deltas=(*longer.deltas, *tidied(longer.playbook, day)))
