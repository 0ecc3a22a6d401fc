"""The playbook: what was learnt about a person, as an append-only log of small changes.

The log is the truth and is only ever added to; a playbook is what folding it gives. Ids, counters,
merging and caps are code's work: a model may at most suggest words.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from kuznia.domains.training.playbook.session import LoggedSession
from kuznia.domains.training.schema.lesson import (
    AvoidExercise,
    BestLift,
    Effect,
    LackEquipment,
    Lesson,
    LongDay,
    Minutes,
    MinutesOn,
    OwnEquipment,
    Prefer,
    Short,
    VolumeFactor,
)

# Open lessons a playbook holds; safety does not count and is never pushed out.
MAX_LESSONS = 40
# Entries of a log before it is compacted, and logged sessions that are then kept.
MAX_DELTAS = 600
MAX_SESSIONS = 60


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
    """How a lesson worked: it helped, it hurt, or it was merely applied."""

    do: Literal["count"] = "count"
    lesson: Short
    helped: bool | None = None


class Edit(_Delta):
    """A person words a lesson better. Its effects stay: others would be another lesson."""

    do: Literal["edit"] = "edit"
    lesson: Short
    text: Annotated[str, Field(max_length=300)]


class Close(_Delta):
    """A lesson is closed. Safety lessons are closed only by a person."""

    do: Literal["close"] = "close"
    lesson: Short
    by: Literal["person", "cap", "counters", "newer"]


class Trained(_Delta):
    """A logged session of a plan."""

    do: Literal["trained"] = "trained"
    # The artefact the plan began as.
    plan: Short
    session: LoggedSession


class KnownLesson(_Delta):
    """A lesson as it stood when a long log was compacted."""

    do: Literal["known"] = "known"
    known: Lesson


Delta = Annotated[Learn | Count | Edit | Close | Trained | KnownLesson, Field(discriminator="do")]
_DELTA: TypeAdapter[Delta] = TypeAdapter(Delta)


@dataclass(frozen=True, slots=True)
class Playbook:
    """Every lesson ever learnt, closed ones too, by id, in the order they were learnt."""

    lessons: Mapping[str, Lesson] = field(default_factory=dict[str, Lesson])
    sessions: tuple[Trained, ...] = ()

    @property
    def open(self) -> tuple[Lesson, ...]:
        return tuple(lesson for lesson in self.lessons.values() if lesson.status == "open")


def lesson_id(kind: str, effects: tuple[Effect, ...], text: str) -> str:
    """Lessons that do the same are the same lesson; those that do nothing differ by their words."""
    does = [json.loads(effect.model_dump_json()) for effect in effects]
    key = json.dumps([kind, does or text.casefold()], sort_keys=True, ensure_ascii=False)
    return "l-" + hashlib.sha256(key.encode()).hexdigest()[:12]


def learnt_id(delta: Learn) -> str:
    return lesson_id(delta.kind, delta.effects, delta.text)


def fold(log: Iterable[Delta]) -> Playbook:
    """The playbook a log amounts to. The same log always gives the same playbook."""
    lessons: dict[str, Lesson] = {}
    sessions: list[Trained] = []
    for delta in log:
        if isinstance(delta, Learn):
            _learn(lessons, delta)
        elif isinstance(delta, Trained):
            sessions.append(delta)
        elif isinstance(delta, KnownLesson):
            lessons[delta.known.id] = delta.known
        elif delta.lesson in lessons:
            lessons[delta.lesson] = _changed(lessons[delta.lesson], delta)
    return Playbook(lessons, tuple(sessions))


def _learn(lessons: dict[str, Lesson], delta: Learn) -> None:
    name = learnt_id(delta)
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


# After this many tries, a lesson below this confidence is closed.
_MIN_CONFIDENCE = 0.25
_MIN_TRIES = 4


def tidied(playbook: Playbook, day: date | None = None) -> tuple[Delta, ...]:
    """The deltas that keep a playbook small and true; safety lessons are never among them."""
    free = [lesson for lesson in playbook.open if not lesson.pinned]
    bad = [
        lesson
        for lesson in free
        if lesson.helpful + lesson.harmful >= _MIN_TRIES and lesson.confidence < _MIN_CONFIDENCE
    ]
    left = [lesson for lesson in free if lesson not in bad]
    # Among equals the oldest goes first: what was said lately is more likely to hold.
    over = sorted(range(len(left)), key=lambda i: (left[i].confidence, left[i].helpful, i))[
        : max(0, len(left) - MAX_LESSONS)
    ]
    closes = [Close(day=day, lesson=lesson.id, by="counters") for lesson in bad]
    closes += [Close(day=day, lesson=left[i].id, by="cap") for i in sorted(over)]
    return tuple(closes)


def _contradicted(playbook: Playbook, new: Learn, day: date | None) -> Iterator[Delta]:
    """Lessons that a new one contradicts are closed; safety lessons stay open."""
    for lesson in playbook.open:
        if not lesson.pinned and any(
            _contradict(old, effect) for old in lesson.effects for effect in new.effects
        ):
            yield Close(day=day, lesson=lesson.id, by="newer")


def _contradict(old: Effect, new: Effect) -> bool:
    if isinstance(old, Prefer | AvoidExercise) and isinstance(new, Prefer | AvoidExercise):
        return old.exercise == new.exercise and old.do != new.do
    if isinstance(old, OwnEquipment | LackEquipment) and isinstance(
        new, OwnEquipment | LackEquipment
    ):
        return old.item == new.item and old.do != new.do
    if isinstance(old, MinutesOn) and isinstance(new, MinutesOn):
        return old.day == new.day and old != new
    if isinstance(old, BestLift) and isinstance(new, BestLift):
        return old.exercise == new.exercise and old != new
    exclusive = isinstance(old, Minutes | VolumeFactor | LongDay)
    return exclusive and old.do == new.do and old != new


@dataclass(frozen=True, slots=True)
class LessonLog:
    """A person's log as read from where it is kept; `learn` gives the longer one."""

    deltas: tuple[Delta, ...] = ()

    @classmethod
    def read(cls, entries: Iterable[str]) -> "LessonLog":
        """The log from its entries as they were written."""
        return cls(tuple(_DELTA.validate_json(entry) for entry in entries))

    @property
    def entries(self) -> tuple[str, ...]:
        return tuple(delta.model_dump_json() for delta in self.deltas)

    @property
    def playbook(self) -> Playbook:
        return fold(self.deltas)

    def learn(self, *deltas: Delta, day: date | None = None) -> "LessonLog":
        """The log with these at its end, tidied after them, and compacted if it grew long."""
        log = self.deltas
        for delta in deltas:
            if isinstance(delta, Learn):
                log = (*log, *_contradicted(fold(log), delta, day))
            log = (*log, delta.model_copy(update={"day": delta.day or day}))
        log = (*log, *tidied(fold(log), day))
        return LessonLog(log if len(log) <= MAX_DELTAS else _compacted(fold(log)))


def _compacted(playbook: Playbook) -> tuple[Delta, ...]:
    """A short log with the same open lessons; closed ones are forgotten."""
    known = (KnownLesson(known=lesson) for lesson in playbook.open)
    return (*known, *playbook.sessions[-MAX_SESSIONS:])
