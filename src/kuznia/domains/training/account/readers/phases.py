"""Easier weeks, weeks that a wish is limited to, and a load that grows."""

from collections.abc import Iterator, Sequence

from kuznia.domains.training.account.answers import WishVerdict, either, met, unmet
from kuznia.domains.training.account.facts import PlacedWeek, PlanFacts
from kuznia.domains.training.account.language.segments import Segment
from kuznia.domains.training.language.tokens import Tag

_LOWER, _SAME = 0.95, 1.02


def weeks_in(segment: Segment, plan: PlanFacts) -> tuple[PlacedWeek, ...]:
    """The weeks a segment is limited to; none, if it is not."""
    tag = next((tag for tag in segment.whole if tag.kind == "weekref"), None)
    if tag is None and segment.has("before_that"):
        start = [one for one in segment.before if one.kind == "weekref" and one.name == "from"]
        return _until(plan, start[-1].numbers[0] - 1) if start else ()
    return named_weeks(tag, plan) if tag else ()


def _until(plan: PlanFacts, number: int) -> tuple[PlacedWeek, ...]:
    return tuple(week for week in plan.weeks if week.number <= number)


def named_weeks(tag: Tag, plan: PlanFacts) -> tuple[PlacedWeek, ...]:
    """The weeks a tag names by their numbers."""
    weeks, number = plan.weeks, tag.numbers[0]
    if tag.name == "last":
        return weeks[-number:]
    if tag.name == "first":
        return weeks[:number]
    if tag.name == "every":
        return tuple(week for week in weeks if number and week.number % number == 0)
    if tag.name == "from":
        return tuple(week for week in weeks if week.number >= number)
    if tag.name == "until":
        return _until(plan, number)
    return tuple(week for week in weeks if week.number in tag.numbers)


def easier(segment: Segment, plan: PlanFacts) -> Iterator[WishVerdict]:
    """`weeks 4 and 8 are deloads`, `last two weeks easier`, `with a deload week`."""
    marks = segment.all("deload", "easier", "light", "off")
    tag = segment.first_of("weekref")
    if not any(mark.kind in {"deload", "easier"} for mark in marks) or segment.has("weekday"):
        return
    if tag is None and not segment.has("deload"):
        return
    avoided = tag is None and any(segment.avoids(mark) for mark in marks)
    weeks = named_weeks(tag, plan) if tag else plan.weeks[1:]
    uses = [*marks, *segment.all("weekref", "neg", "keep", "taper", "gentle", "unit", "number")]
    if tag and (not weeks or (tag.name == "set" and max(tag.numbers) > len(plan.weeks))):
        yield unmet(uses, "The plan has no such week.")
        return
    lower = [week for week in weeks if is_lower(week, weeks if tag else (week,), plan)]
    if avoided:
        yield either(not lower, uses, ["/plan/weeks"], "Some weeks are easier.")
    elif tag is None:
        yield either(bool(lower), uses, [w.pointer for w in lower], "No week is easier.")
    else:
        wrong = [week.pointer for week in weeks if week not in lower]
        places = wrong or [week.pointer for week in weeks]
        yield either(not wrong, uses, places, "These weeks are no easier than their neighbours.")


def is_lower(week: PlacedWeek, easy: Sequence[PlacedWeek], plan: PlanFacts) -> bool:
    """Whether a week holds less than the last one before it that was not to be easier, and no more
    than the one after."""
    before = [other for other in plan.weeks if other.number < week.number and other not in easy]
    after = [other for other in plan.weeks if other.number > week.number and other not in easy]
    if not before:
        return bool(after) and _less(week, after[0])
    return _less(week, before[-1]) and (not after or not _less(after[0], week))


def _less(week: PlacedWeek, other: PlacedWeek) -> bool:
    sizes = [(week.sets, other.sets), (week.minutes, other.minutes)]
    more = any(size > limit * _SAME for size, limit in sizes)
    finer = [(week.repetitions, other.repetitions), (week.km, other.km), (week.load, other.load)]
    less = any(limit and size < limit * _LOWER for size, limit in (*sizes, *finer))
    return less and not more


def growth(segment: Segment, plan: PlanFacts) -> Iterator[WishVerdict]:
    """`start gently`, `build up slowly`."""
    marks = segment.all("gentle")
    if not marks or segment.has("count", "minutes", "km", "kg"):
        return
    first, heaviest = plan.weeks[0], max(plan.full, key=lambda week: (week.sets, week.minutes))
    jumps = [
        week.pointer
        for before, week in zip(plan.full, plan.full[1:], strict=False)
        if _size(week) > 1.35 * _size(before)
    ]
    grows = _size(first) <= _size(heaviest) * _SAME and not jumps
    yield either(grows, marks, jumps or [first.pointer, heaviest.pointer], "The load jumps.")


def _size(week: PlacedWeek) -> float:
    return week.sets * 3.0 + week.minutes


def _only_before_kind(segment: Segment) -> bool:
    """ "just easy running", and not "only from week 4"."""
    return any(
        0 <= kind.first - only.last <= 1
        for only in segment.all("only")
        for kind in segment.all("session", "sport")
    )


def only_kinds(segment: Segment, plan: PlanFacts) -> Iterator[WishVerdict]:
    """`before that just easy running`, `first two weeks only walking`."""
    weeks = weeks_in(segment, plan)
    subject = segment.subject
    if not weeks or not _only_before_kind(segment):
        return
    # An easy long run is easy running too.
    kinds = subject.sessions | _GENTLE if "easy" in subject.sessions else subject.sessions
    wrong = [
        placed.pointer
        for week in weeks
        for placed in week.sessions()
        if (kinds and placed.session.kind not in kinds)
        or (subject.sports and placed.session.sport not in subject.sports)
    ]
    uses = segment.all("only", "weekref", "before_that", "session", "sport", "begin")
    if wrong:
        yield unmet(uses, "These weeks hold other sessions.", wrong)
    else:
        yield met(uses, [p.pointer for week in weeks for p in week.sessions()])


_GENTLE = frozenset({"easy", "long", "strides"})
