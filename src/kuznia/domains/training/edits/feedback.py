"""Feedback in words: what the reader of wishes understands, as operations and lessons.

Our own rules do it, in both languages; no model is needed. A warning sign takes precedence over
everything else. What is not understood, or only half, changes nothing, and the answer says so.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from kuznia.domains.training.athlete.athlete import Athlete, with_readings
from kuznia.domains.training.athlete.screening import decline, screen
from kuznia.domains.training.catalogue import conditions
from kuznia.domains.training.catalogue.matching import match
from kuznia.domains.training.edits.acts import PlanAt, WishActs, acts, spared
from kuznia.domains.training.edits.operations import FIRST, Operation, Today
from kuznia.domains.training.hearing import HealthMentions, health_mentions, plain
from kuznia.domains.training.playbook.log import Close, Learn
from kuznia.domains.training.schema.lesson import AvoidTag, Lesson, Sign
from kuznia.domains.training.schema.plan import Plan
from kuznia.domains.training.wishes.reader import read_wishes
from kuznia.domains.training.wishes.typed import Doubtful, ReadWishes, TypedWish
from kuznia.domains.training.wishes.wording import echo, question_for, refusal
from kuznia.forge.terms import Decline
from kuznia.platform.data_files import read_toml

Intent = Literal["question", "unclear", "update_request", "satisfied", "stop"]
_MAX_EFFECTS = 4


@dataclass(frozen=True, slots=True)
class WishAnswer:
    """What becomes of one wish of the feedback, in words."""

    quote: str
    outcome: Literal["accepted", "not_possible", "asked"]
    message: str


@dataclass(frozen=True, slots=True)
class Understood:
    """What feedback means: what to do now, what to remember, or why to stop."""

    intent: Intent
    operations: tuple[Operation, ...] = ()
    lessons: tuple[Learn, ...] = ()
    closes: tuple[Close, ...] = ()
    # Names that could mean several exercises, with what they may mean.
    unsure: tuple[tuple[str, ...], ...] = ()
    answers: tuple[WishAnswer, ...] = ()
    decline: Decline | None = None


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    data = read_toml(__file__, "feedback.toml")
    return {name: re.compile("|".join(row)) for name, row in data["says"].items()}


def understand(text: str, plan: Plan, athlete: Athlete, today: Today = FIRST) -> Understood:
    """Read feedback about a plan."""
    text = text.strip()[:2000]
    mentions = health_mentions(text)
    stop = _stop(mentions, athlete)
    safety = (*_signs(text, mentions, athlete), *_safety(text, mentions))
    if stop is not None:
        return Understood("stop", lessons=safety, decline=stop)
    on = PlanAt(plan, athlete, today, text)
    read = read_wishes(text)
    done = [(wish, acts(wish, on)) for wish in read.wishes]
    unsure = tuple(_nearest(read.doubts))
    operations = (*_spare(safety, on), *(one for _, act in done for one in act.operations))
    lessons = (*safety, *(one for _, act in done for one in act.lessons))
    closes = tuple(one for _, act in done for one in act.closes)
    return Understood(
        _intent(plain(text), read, bool(operations or lessons or closes), unsure),
        tuple(dict.fromkeys(operations)),
        tuple(dict.fromkeys(lessons)),
        tuple(dict.fromkeys(closes)),
        unsure,
        tuple(_answers(text, read, done, plan.language)),
    )


def _intent(text: str, read: ReadWishes, acted: bool, unsure: Sequence[object]) -> Intent:
    if acted:
        return "update_request"
    if unsure or read.doubts or read.wishes:
        return "unclear"
    if read.is_question or _patterns()["question"].search(text):
        return "question"
    return "satisfied" if _patterns()["satisfied"].search(text) else "unclear"


def _answers(
    text: str,
    read: ReadWishes,
    done: Sequence[tuple[TypedWish, WishActs]],
    language: Literal["en", "uk"],
) -> Iterator[WishAnswer]:
    """What becomes of each wish, in the order of the text."""
    rows: list[tuple[int, WishAnswer]] = []
    for wish, act in done:
        quote = text[wish.start : wish.end]
        if act.refusal:
            message = refusal(act.refusal, wish, language)
            rows.append((wish.start, WishAnswer(quote, "not_possible", message)))
        else:
            rows.append((wish.start, WishAnswer(quote, "accepted", echo(wish, language))))
    for doubt in read.doubts:
        message = question_for(doubt.why, language)
        quote = text[doubt.start : doubt.end]
        rows.append((doubt.start, WishAnswer(quote, "asked", message)))
    rows.sort(key=lambda row: row[0])
    return iter(dict.fromkeys(answer for _, answer in rows))


def _nearest(doubts: Sequence[Doubtful]) -> Iterator[tuple[str, ...]]:
    """For each name that fits no exercise for certain, those it may mean."""
    for doubt in doubts:
        if doubt.name:
            yield match(doubt.name).nearest


def _spare(lessons: Sequence[Learn], on: PlanAt) -> tuple[Operation, ...]:
    """Take out of the plan what a new safety lesson speaks against."""
    effects = (effect for lesson in lessons for effect in lesson.effects)
    return spared((effect.tag for effect in effects if isinstance(effect, AvoidTag)), on)


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
