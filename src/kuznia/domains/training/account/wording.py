"""The words of a segment, looked for in the names of what is done and in what the plan says."""

from collections.abc import Iterator
from functools import lru_cache

from kuznia.domains.training.account.answers import WishVerdict, met, unmet
from kuznia.domains.training.account.facts import BACKGROUND, SAFETY, PlacedDay, PlanFacts
from kuznia.domains.training.account.language.segments import Segment
from kuznia.domains.training.language.tags import soft
from kuznia.forge.wishes.matching import share, terms

_EXPLAINED, _NAMED = 0.3, 0.34
# Kinds of tags whose words name nothing that is done.
_NAMELESS = frozenset(
    {
        *("weekday", "weekref", "count", "minutes", "seconds", "km", "kg", "number", "weeks"),
        *("sets", "reps", "product", "repeats", "exercises", "per_week", "every_session", "neg"),
        *("hate", "only", "request", "statement", "explain", "at_most", "at_least", "begin"),
        *("date", "off", "now", "goal", "because", "love", "focus", "unit", "keep", "same_day"),
    }
)


def content(segment: Segment, after: int = 0, *, soft_too: bool = False) -> frozenset[str]:
    """The stems of its words that name something."""
    skipped = {
        place
        for tag in segment.whole
        if tag.kind in _NAMELESS
        for place in range(tag.first, tag.last)
    }
    words = (
        segment.words[place].text
        for place in range(max(after, segment.first), segment.last)
        if place not in skipped
    )
    return _stems(tuple(word for word in words if soft_too or not soft().word(word)))


def _stems(words: tuple[str, ...]) -> frozenset[str]:
    return terms(" ".join(words)).stems


def named_by(stems: frozenset[str], day: PlacedDay, least: float) -> tuple[str, ...]:
    """Where the names of a day have so many of these words; together, where none has alone."""
    rows = [(place, _share(stems, text)) for place, text in _names(day)]
    alone = tuple(place for place, score in rows if score >= least)
    hits = tuple(place for place, score in rows if score)
    if alone or not hits:
        return alone
    return hits if _share(stems, " ".join(text for _, text in _names(day))) >= least else ()


# The names of one week are those of the next.
@lru_cache(maxsize=2048)
def _share(stems: frozenset[str], text: str) -> float:
    return share(stems, terms(text).stems)


def _names(day: PlacedDay) -> Iterator[tuple[str, str]]:
    for placed in day.doses:
        yield placed.pointer, f"{placed.dose.name} {placed.id.replace('-', ' ')}"
    for placed in day.sessions:
        efforts = {step.effort for block in placed.session.blocks for step in block.steps}
        yield placed.pointer, " ".join([placed.session.name, placed.session.kind, *sorted(efforts)])


def explained(segment: Segment, plan: PlanFacts) -> WishVerdict:
    """What is to be explained is in a notice, a reason, a goal or an effort."""
    stems = content(segment)
    if not stems:
        return unmet(segment.tags, "This was not understood.")
    rows = [(share(stems, terms(text).stems), place) for place, text in _sayings(plan)]
    best = max((score for score, _ in rows), default=0.0)
    places = [place for score, place in rows if score == best and best >= _EXPLAINED]
    return met(segment.tags, places) if places else unmet(segment.tags, "Nothing explains it.")


def _sayings(plan: PlanFacts) -> Iterator[tuple[str, str]]:
    for place, notice in enumerate(plan.plan.notices):
        if notice.code in SAFETY:
            continue
        yield f"/plan/notices/{place}", notice.text
    for week in plan.weeks:
        yield f"{week.pointer}/goal", f"{week.week.theme} {week.week.goal}"
    for day in plan.days():
        yield from _names(day)
        yield f"{day.pointer}/reason", day.day.reason.text


def covered(segment: Segment, plan: PlanFacts) -> WishVerdict | None:
    """A part without hard facts: what it names is in the names of what is done, or the profile."""
    stems = content(segment)
    if not stems:
        return None
    places = [place for day in plan.days() for place in named_by(stems, day, _NAMED)]
    if not places and share(stems, terms(str(plan.profile)).stems) >= _NAMED:
        places = [BACKGROUND]
    return met(segment.tags, places) if places else None
