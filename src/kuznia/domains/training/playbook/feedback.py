"""Feedback in words: read into operations on the plan and lessons for the playbook.

Rules of ours, in both languages; no model is needed. What is not understood changes nothing and
is said to be so. A warning sign among the words beats all else.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from kuznia.domains.training.athlete.athlete import Athlete
from kuznia.domains.training.athlete.lexicon import Heard, hear, plain
from kuznia.domains.training.athlete.screening import decline, screen
from kuznia.domains.training.catalogue import catalogue, conditions
from kuznia.domains.training.catalogue.matching import match
from kuznia.domains.training.kept import toml
from kuznia.domains.training.planner.limits import allowed, limits
from kuznia.domains.training.playbook import Learn
from kuznia.domains.training.playbook.operations import (
    FIRST,
    Intensity,
    Operation,
    Remove,
    RestDay,
    Swap,
    Today,
    Volume,
)
from kuznia.domains.training.schema.lesson import (
    AvoidExercise,
    AvoidTag,
    DayUnavailable,
    Effect,
    LoadFactor,
    Minutes,
    Prefer,
    Sign,
    VolumeFactor,
)
from kuznia.domains.training.schema.plan import Plan
from kuznia.forge.terms import Decline

Intent = Literal["question", "unclear", "update_request", "satisfied", "stop"]
_MOST_EFFECTS = 4
# A name is taken for one of the plan's from the first likeness on, and asked about from the second.
_LIKELY = 0.5
_POSSIBLE = 0.3
_CLAUSES = re.compile(r"[.!;\n]+|\bbut\b|\band\b|\bале\b|\bа\b|\bі\b|\bта\b")


@dataclass(frozen=True, slots=True)
class Understood:
    """What feedback means: what to do now, what to remember, or why to stop."""

    intent: Intent
    operations: tuple[Operation, ...] = ()
    lessons: tuple[Learn, ...] = ()
    # Names that could mean several exercises, with what they may mean.
    unsure: tuple[tuple[str, ...], ...] = ()
    decline: Decline | None = None


@dataclass(frozen=True, slots=True)
class _Said:
    clause: str
    text: str
    plan: Plan
    athlete: Athlete
    at: Today

    def says(self, what: str) -> bool:
        return bool(_patterns()[what].search(self.clause))

    def learn(
        self, kind: Literal["safety", "preference", "logistics", "load"], *effects: Effect
    ) -> Learn:
        return Learn(text=self.text[:300], kind=kind, effects=effects)


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    data = toml("playbook/feedback.toml")
    return {name: re.compile("|".join(row)) for name, row in data["says"].items()}


@cache
def _days() -> Mapping[int, re.Pattern[str]]:
    data = toml("playbook/feedback.toml")
    return {int(day): re.compile("|".join(row)) for day, row in data["days"].items()}


def understand(text: str, plan: Plan, athlete: Athlete, at: Today = FIRST) -> Understood:
    """Read feedback about a plan."""
    text = text.strip()[:2000]
    heard = hear(text)
    stop = _stop(heard, athlete)
    lessons: list[Learn] = [*_signs(text, heard, athlete), *_safety(text, heard)]
    if stop is not None:
        return Understood("stop", lessons=tuple(lessons), decline=stop)
    operations: list[Operation] = []
    operations += _spare(lessons, plan)
    unsure: list[tuple[str, ...]] = []
    for clause in (part.strip() for part in _CLAUSES.split(plain(text)) if part.strip()):
        said = _Said(clause, text, plan, athlete, at)
        for read in (_swaps, _wishes, _effort, _time):
            for found in read(said, unsure):
                if isinstance(found, Learn):
                    lessons.append(found)
                else:
                    operations.append(found)
    return Understood(
        _intent(plain(text), bool(operations or lessons), bool(unsure)),
        tuple(dict.fromkeys(operations)),
        tuple(dict.fromkeys(lessons)),
        tuple(unsure),
    )


def _intent(text: str, found: bool, unsure: bool) -> Intent:
    if found:
        return "update_request"
    if unsure:
        return "unclear"
    if _patterns()["question"].search(text):
        return "question"
    return "satisfied" if _patterns()["satisfied"].search(text) else "unclear"


def _stop(heard: Heard, athlete: Athlete) -> Decline | None:
    """A new stop sign; what was known before the plan was made is not news."""
    injuries = (*athlete.injuries, *heard.injuries)
    now = replace(athlete, flags=athlete.flags | heard.flags, injuries=injuries)
    if set(screen(now).stops) <= set(screen(athlete).stops):
        return None
    return decline(now)


def _signs(text: str, heard: Heard, athlete: Athlete) -> Iterator[Learn]:
    """One lesson for each sign: each is closed for a reason of its own."""
    for flag in sorted(heard.flags - athlete.flags):
        yield Learn(text=text[:300], kind="safety", effects=(Sign(flag=flag),))


def _safety(text: str, heard: Heard) -> Iterator[Learn]:
    for injury in heard.injuries:
        tags = sorted(conditions()[injury.region].tags)
        for first in range(0, len(tags), _MOST_EFFECTS):
            effects = tuple(AvoidTag(tag=tag) for tag in tags[first : first + _MOST_EFFECTS])
            yield Learn(text=text[:300], kind="safety", effects=effects)


def _spare(lessons: list[Learn], plan: Plan) -> list[Operation]:
    """Take out of the plan what a new safety lesson speaks against."""
    tags = {
        effect.tag
        for lesson in lessons
        for effect in lesson.effects
        if isinstance(effect, AvoidTag)
    }
    used = _used(plan)
    return [Remove(exercise=name) for name in used if catalogue()[name].tags & tags]


def _used(plan: Plan) -> tuple[str, ...]:
    names = (dose.id for week in plan.weeks for day in week.days for dose in day.exercises)
    return tuple(name for name in dict.fromkeys(names) if name in catalogue())


def _named(
    words: str, plan: Plan, unsure: list[tuple[str, ...]], *, least: float = _POSSIBLE
) -> str | None:
    """The exercise some words name: one of the plan if it can be, none if we would be guessing."""
    words = words.strip(" ,'\"")
    found = match(words)
    if found.exercise is not None:
        return found.exercise
    here = [name for name in found.nearest if name in _used(plan)]
    if found.score >= _LIKELY and len(here) == 1:
        return here[0]
    if found.score >= least:
        unsure.append(found.nearest)
    return None


def _swaps(said: _Said, unsure: list[tuple[str, ...]]) -> Iterator[Operation | Learn]:
    found = _patterns()["swap"].search(said.clause)
    if not found:
        return
    names = [group for group in found.groups() if group]
    # Who says what to swap names an exercise for certain, however unlike ours the name may be.
    out, into = (_named(name, said.plan, unsure, least=0.0) for name in names)
    if out and into:
        yield Swap(out=out, into=into)
        yield said.learn("preference", Prefer(exercise=into))


def _wishes(said: _Said, unsure: list[tuple[str, ...]]) -> Iterator[Operation | Learn]:
    if _patterns()["swap"].search(said.clause) or _about_time(said):
        return
    for what in ("dislike", "like"):
        match_ = _patterns()[what].search(said.clause)
        if match_ is None:
            continue
        name = _named(said.clause[match_.end() :], said.plan, unsure)
        if name is None:
            return
        if what == "like":
            yield said.learn("preference", Prefer(exercise=name))
        else:
            yield from _instead_of(said, name)
        return


def _about_time(said: _Said) -> bool:
    words = ("too_hard", "too_easy", "too_long", "rest", "more", "less", "minutes")
    return any(said.says(word) for word in words)


def _instead_of(said: _Said, name: str) -> Iterator[Operation | Learn]:
    yield said.learn("preference", AvoidExercise(exercise=name))
    if name not in _used(said.plan):
        return
    into = alternative(said.plan, said.athlete, name)
    yield Swap(out=name, into=into) if into else Remove(exercise=name)


def alternative(plan: Plan, athlete: Athlete, name: str) -> str | None:
    """The most usual exercise of the same movement that may be given and is not yet there."""
    wanted, used = catalogue()[name], set(_used(plan))
    options = [
        exercise
        for exercise in allowed(athlete, limits(athlete, screen(athlete)))
        if exercise.pattern == wanted.pattern
        and exercise.unit == wanted.unit
        and exercise.compound == wanted.compound
        and exercise.id not in used
    ]
    best = sorted(
        options,
        key=lambda one: (bool(one.step_kg) != bool(wanted.step_kg), -one.popularity, one.id),
    )
    return best[0].id if best else None


def _effort(said: _Said, _: list[tuple[str, ...]]) -> Iterator[Operation | Learn]:
    if said.says("too_hard"):
        yield Intensity(reserve=1)
        yield said.learn("load", LoadFactor(factor=0.95))
    elif said.says("too_easy"):
        # Only this plan: that it was easy today is no reason to start harder for ever.
        yield Intensity(reserve=-1)
    if said.says("more"):
        yield Volume(sets=1)
        yield said.learn("load", VolumeFactor(factor=1.1))
    elif said.says("less"):
        yield Volume(sets=-1)
        yield said.learn("load", VolumeFactor(factor=0.9))


def _time(said: _Said, _: list[tuple[str, ...]]) -> Iterator[Operation | Learn]:
    minutes = _patterns()["minutes"].search(said.clause)
    if minutes:
        wanted = int(next(group for group in minutes.groups() if group))
        if 15 <= wanted <= 180:
            yield said.learn("logistics", Minutes(minutes=wanted))
    elif said.says("too_long"):
        shorter = max(15, int(said.athlete.minutes * 0.8))
        yield said.learn("logistics", Minutes(minutes=shorter))
    if said.says("unavailable"):
        for day, pattern in _days().items():
            if pattern.search(said.clause):
                yield said.learn("logistics", DayUnavailable(day=day))
    if said.says("rest"):
        yield RestDay(week=said.at.week, day=said.at.day)
