"""Feedback in words: read into operations on the plan and lessons for the playbook.

Our own rules do it, in both languages; no model is needed. What is not understood changes nothing,
and the answer says so. A warning sign takes precedence over everything else.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from kuznia.domains.training.athlete.athlete import Athlete, with_readings
from kuznia.domains.training.athlete.screening import decline, screen
from kuznia.domains.training.athlete.weekdays import weekdays
from kuznia.domains.training.catalogue import catalogue, conditions
from kuznia.domains.training.catalogue.matching import match
from kuznia.domains.training.edits.operations import (
    FIRST,
    Intensity,
    Operation,
    Remove,
    RestDay,
    Swap,
    Today,
    Volume,
)
from kuznia.domains.training.hearing import HealthMentions, health_mentions, plain
from kuznia.domains.training.planner.limits import allowed, limits
from kuznia.domains.training.playbook.log import Learn
from kuznia.domains.training.schema.lesson import (
    AvoidExercise,
    AvoidTag,
    DayUnavailable,
    Effect,
    Lesson,
    LoadFactor,
    Minutes,
    Prefer,
    Sign,
    VolumeFactor,
)
from kuznia.domains.training.schema.plan import Plan
from kuznia.forge.terms import Decline
from kuznia.platform.data_files import read_toml

Intent = Literal["question", "unclear", "update_request", "satisfied", "stop"]
_MAX_EFFECTS = 4
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
class _Clause:
    words: str
    # The whole feedback, which becomes the text of what is learnt.
    text: str
    plan: Plan
    athlete: Athlete
    today: Today

    def says(self, what: str) -> bool:
        return bool(_patterns()[what].search(self.words))

    def learn(
        self, kind: Literal["safety", "preference", "logistics", "load"], *effects: Effect
    ) -> Learn:
        return Learn(text=self.text[:300], kind=kind, effects=effects)


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    data = read_toml(__file__, "feedback.toml")
    return {name: re.compile("|".join(row)) for name, row in data["says"].items()}


def understand(text: str, plan: Plan, athlete: Athlete, today: Today = FIRST) -> Understood:
    """Read feedback about a plan."""
    text = text.strip()[:2000]
    mentions = health_mentions(text)
    stop = _stop(mentions, athlete)
    lessons: list[Learn] = [*_signs(text, mentions, athlete), *_safety(text, mentions)]
    if stop is not None:
        return Understood("stop", lessons=tuple(lessons), decline=stop)
    operations: list[Operation] = []
    operations += _spare(lessons, plan)
    unsure: list[tuple[str, ...]] = []
    for words in (part.strip() for part in _CLAUSES.split(plain(text)) if part.strip()):
        clause = _Clause(words, text, plan, athlete, today)
        for read in (_swaps, _wishes, _effort, _time):
            for result in read(clause, unsure):
                if isinstance(result, Learn):
                    lessons.append(result)
                else:
                    operations.append(result)
    return Understood(
        _intent(plain(text), bool(operations or lessons), bool(unsure)),
        tuple(dict.fromkeys(operations)),
        tuple(dict.fromkeys(lessons)),
        tuple(unsure),
    )


def _intent(text: str, understood: bool, unsure: bool) -> Intent:
    if understood:
        return "update_request"
    if unsure:
        return "unclear"
    if _patterns()["question"].search(text):
        return "question"
    return "satisfied" if _patterns()["satisfied"].search(text) else "unclear"


def _stop(mentions: HealthMentions, athlete: Athlete) -> Decline | None:
    """A new stop sign; what was known before the plan was made is not news."""
    injuries = (*athlete.injuries, *mentions.injuries)
    now = replace(
        athlete,
        flags=athlete.flags | mentions.flags,
        injuries=injuries,
        health=with_readings(athlete.health, mentions),
    )
    if set(screen(now).stops) <= set(screen(athlete).stops):
        return None
    return decline(now)


# Signs that pass, and that the person alone can say are over.
_PASSING = frozenset({"fever"})


def recovered(text: str, lessons: Iterable[Lesson]) -> Iterator[Lesson]:
    """Lessons of an illness that the person says is over: they lead back to training."""
    words = plain(text)
    if not _patterns()["recovered"].search(words) or _patterns()["not_recovered"].search(words):
        return
    for lesson in lessons:
        signs = {effect.flag for effect in lesson.effects if isinstance(effect, Sign)}
        if signs and signs <= _PASSING and len(signs) == len(lesson.effects):
            yield lesson


def _signs(text: str, mentions: HealthMentions, athlete: Athlete) -> Iterator[Learn]:
    """One lesson for each sign: each is closed for a reason of its own."""
    for flag in sorted(mentions.flags - athlete.flags):
        yield Learn(text=text[:300], kind="safety", effects=(Sign(flag=flag),))


def _safety(text: str, mentions: HealthMentions) -> Iterator[Learn]:
    for injury in mentions.injuries:
        tags = sorted(conditions()[injury.region].tags)
        for first in range(0, len(tags), _MAX_EFFECTS):
            effects = tuple(AvoidTag(tag=tag) for tag in tags[first : first + _MAX_EFFECTS])
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
    """The exercise some words name: one of the plan if possible, none if we would be guessing."""
    words = words.strip(" ,'\"")
    matched = match(words)
    if matched.exercise is not None:
        return matched.exercise
    planned = [name for name in matched.nearest if name in _used(plan)]
    if matched.score >= _LIKELY and len(planned) == 1:
        return planned[0]
    if matched.score >= least:
        unsure.append(matched.nearest)
    return None


def _swaps(clause: _Clause, unsure: list[tuple[str, ...]]) -> Iterator[Operation | Learn]:
    swap = _patterns()["swap"].search(clause.words)
    if not swap:
        return
    names = [group for group in swap.groups() if group]
    # After "swap" comes the name of an exercise, however little it resembles ours.
    out, into = (_named(name, clause.plan, unsure, least=0.0) for name in names)
    if out and into:
        yield Swap(out=out, into=into)
        yield clause.learn("preference", Prefer(exercise=into))


def _wishes(clause: _Clause, unsure: list[tuple[str, ...]]) -> Iterator[Operation | Learn]:
    if _patterns()["swap"].search(clause.words) or _about_effort_or_time(clause):
        return
    for what in ("dislike", "like"):
        match_ = _patterns()[what].search(clause.words)
        if match_ is None:
            continue
        name = _named(clause.words[match_.end() :], clause.plan, unsure)
        if name is None:
            return
        if what == "like":
            yield clause.learn("preference", Prefer(exercise=name))
        else:
            yield from _instead_of(clause, name)
        return


def _about_effort_or_time(clause: _Clause) -> bool:
    words = ("too_hard", "too_easy", "too_long", "rest", "more", "less", "minutes")
    return any(clause.says(word) for word in words)


def _instead_of(clause: _Clause, name: str) -> Iterator[Operation | Learn]:
    yield clause.learn("preference", AvoidExercise(exercise=name))
    if name not in _used(clause.plan):
        return
    into = alternative(clause.plan, clause.athlete, name)
    yield Swap(out=name, into=into) if into else Remove(exercise=name)


def alternative(plan: Plan, athlete: Athlete, name: str) -> str | None:
    """The most usual allowed exercise of the same movement that is not in the plan yet."""
    replaced, used = catalogue()[name], set(_used(plan))
    options = [
        exercise
        for exercise in allowed(athlete, limits(athlete, screen(athlete)))
        if exercise.pattern == replaced.pattern
        and exercise.unit == replaced.unit
        and exercise.compound == replaced.compound
        and exercise.id not in used
    ]
    best = sorted(
        options,
        key=lambda e: (bool(e.step_kg) != bool(replaced.step_kg), -e.popularity, e.id),
    )
    return best[0].id if best else None


def _effort(clause: _Clause, _: list[tuple[str, ...]]) -> Iterator[Operation | Learn]:
    if clause.says("too_hard"):
        yield Intensity(reserve=1)
        yield clause.learn("load", LoadFactor(factor=0.95))
    elif clause.says("too_easy"):
        # Only this plan: one easy plan is no reason to start every later one harder.
        yield Intensity(reserve=-1)
    if clause.says("more"):
        yield Volume(sets=1)
        yield clause.learn("load", VolumeFactor(factor=1.1))
    elif clause.says("less"):
        yield Volume(sets=-1)
        yield clause.learn("load", VolumeFactor(factor=0.9))


def _time(clause: _Clause, _: list[tuple[str, ...]]) -> Iterator[Operation | Learn]:
    minutes = _patterns()["minutes"].search(clause.words)
    if minutes:
        most = int(next(group for group in minutes.groups() if group))
        if 15 <= most <= 180:
            yield clause.learn("logistics", Minutes(minutes=most))
    elif clause.says("too_long"):
        shorter = max(15, int(clause.athlete.minutes * 0.8))
        yield clause.learn("logistics", Minutes(minutes=shorter))
    if clause.says("unavailable"):
        for day, pattern in weekdays().items():
            if pattern.search(clause.words):
                yield clause.learn("logistics", DayUnavailable(day=day))
    if clause.says("rest"):
        yield RestDay(week=clause.today.week, day=clause.today.day)
