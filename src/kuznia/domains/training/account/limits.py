"""The amounts of a segment: seen in what it is about, or kept there as limits."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from kuznia.domains.training.account.answers import WishVerdict, either
from kuznia.domains.training.account.facts import PlacedDay, PlacedWeek, PlanFacts
from kuznia.domains.training.account.language.segments import Segment
from kuznia.domains.training.account.measures import PlacedAmount, measures, weekly
from kuznia.domains.training.account.readers.loads import kg_of
from kuznia.domains.training.account.scope import ENOUGH, Places, PlanScope, WholePrompt
from kuznia.domains.training.language.tokens import Tag

AMOUNTS = frozenset(
    {"minutes", "seconds", "km", "kg", "sets", "reps", "product", "repeats", "count", "number"}
)
# Amounts that hold for all that is done, unless the segment says when.
_UNIFORM = frozenset({"sets", "reps", "product", "exercises"})
_MORE = (
    *("more", "longer", "add", "adding", "extra", "further", "grow", "plus", "increase"),
    *("heavier", "дода", "більше", "довш", "важч", "плюс", "збільш"),
)
_EXCEPT = ("except", "unless", "but", "крім", "окрім", "хіба")
# Days that these words choose are not known to be those of a limit.
_CHOSEN = ("after", "після", "other", "інші")


def amounts(
    segment: Segment, scope: PlanScope, prompt: WholePrompt, plan: PlanFacts
) -> Iterator[WishVerdict]:
    """Every amount is seen in its scope, or keeps its limit there."""
    binds = not segment.states or segment.has("weekday", "at_most")
    for tag in segment.tags:
        if tag.kind in AMOUNTS | {"weeks", "exercises"}:
            answer = _amount(tag, segment, scope, prompt, plan)
            if binds or answer.outcome == "met":
                yield answer


def _amount(
    tag: Tag, segment: Segment, scope: PlanScope, prompt: WholePrompt, plan: PlanFacts
) -> WishVerdict:
    limit = _limit(tag, segment)
    if tag.kind == "weeks":
        have = len(plan.weeks)
        low = 1 if limit == "at_most" else tag.low
        why = f"The plan has {have} weeks."
        return either(low <= have <= tag.high, [tag], ["/plan/weeks"], why)
    kept = _keeps(tag, limit, segment, scope, plan) if limit else None
    if kept is not None:
        return kept
    if not scope.is_limited and _begins(tag, segment):
        scope = replace(scope, weeks=plan.weeks[:1], is_limited=True)
    hit = _seen(tag, segment, scope, plan)
    if not hit and tag.kind in {"count", "number"}:
        hit = _frequency(tag, scope) or _listed(tag, segment, scope, prompt)
    if not hit and _grows(tag, segment):
        hit = _steps(tag, replace(scope, weeks=plan.weeks))
    return either(bool(hit), [tag], hit, "Nothing there has this amount.")


def _seen(tag: Tag, segment: Segment, scope: PlanScope, plan: PlanFacts) -> list[str]:
    """Where an amount is: at both ends, if it grows; everywhere, if it is of all that is done."""
    is_weekly = tag.kind == "count" and segment.has("per_week", "kind", "sport", "session")
    seen = [] if is_weekly else list(measures(tag, scope.days(), scope.variants))
    seen += weekly(tag, plan) if segment.has("per_week") else []
    timed = scope.is_limited or segment.has("begin")
    ends = [tag]
    if tag.low < tag.high and _grows(tag, segment):
        ends = [replace(tag, high=tag.low), replace(tag, low=tag.high)]
    exact = timed or len(ends) > 1 or segment.has("goal") or _grows(tag, segment)
    if tag.kind in _UNIFORM and not timed and not all(m.near(tag, exact=True) for m in seen):
        return []
    if not all(any(m.near(end, exact=exact) for m in seen) for end in ends):
        return []
    return [m.pointer for m in seen if m.near(tag, exact=exact)]


def _limit(tag: Tag, segment: Segment) -> str:
    """The limit that stands beside an amount."""
    bounds = segment.all("at_most", "at_least")
    beside = [b for b in bounds if 0 <= tag.first - b.last <= 1 or 0 <= b.first - tag.last <= 1]
    alone = sum(other.kind in AMOUNTS for other in segment.tags) == 1
    near = beside or (list(bounds) if alone else [])
    return near[0].kind if near else ""


def _begins(tag: Tag, segment: Segment) -> bool:
    """Whether an amount is that of the first week: "starts at 8 km", "20 minutes at first"."""
    marks = [mark for mark in segment.all("begin") if 0 <= tag.first - mark.last <= 1]
    after = {word.text for word in segment.words[tag.last : tag.last + 3]}
    return tag.low == tag.high and bool(marks or after & {"first", "start", "begin", "спочатку"})


def _grows(tag: Tag, segment: Segment) -> bool:
    """Whether an amount says by how much something grows."""
    plus = tag.first > 0 and "+" in segment.words[tag.first - 1].glue
    return plus or any(word.text.startswith(_MORE) for word in segment.words)


def _keeps(
    tag: Tag, limit: str, segment: Segment, scope: PlanScope, plan: PlanFacts
) -> WishVerdict | None:
    """Whether everything in scope keeps a limit; None if nothing has such an amount."""
    is_count = tag.kind in {"count", "number"} and not segment.has("in_a_row")
    rows = list(_limited(tag, segment, scope, plan, is_count=is_count))
    if not rows:
        return None
    is_over = limit == "at_most"
    over = [r.pointer for r in rows if (r.size > tag.high * 1.01 if is_over else r.size < tag.low)]
    if over and (is_count or segment.says(*_CHOSEN)):
        return None
    return either(not over, [tag], over or [r.pointer for r in rows], "The limit is not kept.")


def _limited(
    tag: Tag, segment: Segment, scope: PlanScope, plan: PlanFacts, *, is_count: bool
) -> Iterator[PlacedAmount]:
    """What a limit is about: days of a week, a whole week, or sessions and exercises."""
    places_of = scope.variants[0]
    if is_count:
        for week in scope.weeks:
            yield PlacedAmount(week.pointer, float(_count(week, places_of, scope)), tag.kind)
    elif segment.has("per_week") and not _grows(tag, segment) and tag.kind in {"minutes", "km"}:
        yield from weekly(tag, plan)
    else:
        exempt = tag.kind == "km" or segment.says(*_EXCEPT)
        for day in scope.days():
            if not (day.raced and exempt):
                rows = _sizes(tag.kind, day, places_of)
                yield from (PlacedAmount(place, float(size), tag.kind) for place, size in rows)


def _sizes(kind: str, day: PlacedDay, places_of: Places) -> Iterator[tuple[str, float]]:
    """What a limit is about."""
    places = set(places_of(day))
    if not places:
        return
    if kind == "minutes":
        if day.pointer in places:
            mixed = bool(day.doses and day.sessions)
            yield day.pointer, day.strength_minutes if mixed else day.day.minutes
        yield from ((p.pointer, p.session.minutes) for p in day.sessions if p.pointer in places)
    elif kind == "km":
        yield from ((p.pointer, p.session.km) for p in day.sessions if p.session.km)
    elif kind == "kg":
        yield from ((p.pointer, kg_of(p)) for p in day.doses if p.dose.load)
    elif kind == "exercises":
        yield day.pointer, float(len(day.doses))
    elif kind in {"sets", "reps"}:
        yield from ((p.pointer, getattr(p.dose, kind)) for p in day.doses)


def _count(week: PlacedWeek, places_of: Places, scope: PlanScope) -> int:
    return sum(bool(places_of(day)) for day in week.days if day.number not in scope.closed)


def _listed(tag: Tag, segment: Segment, scope: PlanScope, prompt: WholePrompt) -> list[str]:
    """`twice a week, on Tuesday and Thursday`: other days are another clause's."""
    days = [day for week in scope.weeks for day in week.days if day.trained]
    own = [day.pointer for day in days if day.number in segment.weekdays]
    fits = len(own) == len(segment.weekdays) * len(scope.weeks)
    if not (fits and tag.low <= len(segment.weekdays) <= tag.high):
        return []
    return own if all(day.number in prompt.weekdays() for day in days) else []


def _frequency(tag: Tag, scope: PlanScope) -> list[str]:
    """Weeks that have it on so many days: most of them."""
    for places_of in scope.variants:
        right = [w for w in scope.weeks if tag.low <= _count(w, places_of, scope) <= tag.high]
        if right and len(right) >= ENOUGH * len(scope.weeks):
            return [week.pointer for week in right]
    return []


def _steps(tag: Tag, scope: PlanScope) -> list[str]:
    """Where something grows by an amount from one week to the next."""
    kinds = [tag.kind]
    if tag.kind in {"number", "count"}:
        kinds = ["minutes", "seconds", "km", "kg", "reps"]
    for kind in kinds:
        largest: dict[str, float] = {}
        for m in measures(replace(tag, kind=kind), scope.days(), scope.variants):
            week = "/".join(m.pointer.split("/")[:4])
            largest[week] = max(largest.get(week, 0.0), m.size)
        near = 0.05 * tag.low
        found = [
            week
            for (_, size), (week, larger) in pairwise(largest.items())
            if abs(larger - size - tag.low) <= near
        ]
        if found:
            return found
    return []
