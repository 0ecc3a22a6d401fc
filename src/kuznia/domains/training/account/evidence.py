"""Evidence for a segment: its hard facts, each of them seen on the days and weeks it is about.

Hard facts are days, weeks, dates, amounts, exercises, sports and what is not wanted. Everything
else asks for nothing, as long as no hard fact is missing or contradicted.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from kuznia.domains.training.account.answers import WishVerdict, either, met, unmet
from kuznia.domains.training.account.facts import PlacedDay, PlacedSession, PlanFacts
from kuznia.domains.training.account.language.segments import Segment
from kuznia.domains.training.account.limits import AMOUNTS, amounts
from kuznia.domains.training.account.readers.phases import is_lower, named_weeks
from kuznia.domains.training.account.scope import (
    ENOUGH,
    NAMED,
    Places,
    PlanScope,
    WholePrompt,
    closed_days,
    scope_of,
    with_muscles,
)
from kuznia.domains.training.account.wording import content, covered, explained, named_by
from kuznia.domains.training.language.named import exercises_of, muscles_of
from kuznia.domains.training.language.tokens import Tag

_GENTLE = frozenset({"easy", "long", "strides"})
_QUESTIONS = frozenset(
    {
        *("how", "what", "when", "which", "why", "whether", "where", "як", "що", "коли", "чи"),
        *("скільки", "чому", "які", "яких", "який", "яку", "яка", "де"),
    }
)


def evidence(
    segment: Segment, clause: Sequence[Segment], prompt: WholePrompt, plan: PlanFacts
) -> WishVerdict | None:
    """Met where every hard fact is seen, open with the first that is not; None without any."""
    scope = scope_of(segment, clause, plan)
    answers = [
        *_denied(segment, prompt, scope, plan),
        *_free(segment, scope),
        *_on_days(segment, scope),
        *_every_day(segment, clause, scope),
        *_things(segment, scope),
        *amounts(segment, scope, prompt, plan),
        *_efforts(segment, scope, plan),
        *_easier(segment, clause, plan),
    ]
    bad = next((answer for answer in answers if answer.outcome != "met"), None)
    if bad is not None:
        return bad
    where = [place for answer in answers for place in answer.where]
    asks = segment.has("explain") or (not where and _goes_on_explaining(segment))
    if asks:
        return explained(segment, plan)
    if not where and segment.has("weekref"):
        where = [week.pointer for week in scope.weeks]
    return met(segment.tags, where) if where else covered(segment, plan)


def _goes_on_explaining(segment: Segment) -> bool:
    """Whether it is a question, or one more thing to explain."""
    words = [word.text for word in segment.words[segment.first : segment.first + 2]]
    return (
        bool(_QUESTIONS.intersection(words))
        or segment.mode == "explain"
        or any(tag.kind == "explain" for tag in segment.before)
    )


def _denied(
    segment: Segment, prompt: WholePrompt, scope: PlanScope, plan: PlanFacts
) -> Iterator[WishVerdict]:
    """What is not wanted is nowhere; what another clause asks for is only a complaint."""
    denials = segment.all("neg", "hate")
    if not denials or scope.closed:
        return
    tags = [tag for tag in segment.all(*NAMED) if segment.avoids(tag)]
    words = content(segment, after=denials[0].last)
    for day in scope.days():
        for tag in tags:
            places = _thing(tag)(day)
            if places and not prompt.wants(tag):
                yield unmet([tag], "It is in the plan.", places)
        bare = words and not tags and not segment.has(*AMOUNTS) and not segment.states
        if bare and (places := named_by(words, day, ENOUGH)):
            yield unmet(denials, "It is in the plan.", places)
    yield met(denials, [week.pointer for week in plan.weeks])


def _thing(tag: Tag, *, is_exact: bool = False) -> Places:
    if tag.kind in {"group", "exercise"}:
        named = exercises_of(tag)
        ids = named.core if is_exact else named.wide
        return lambda day: tuple(p.pointer for p in day.doses if p.id in ids)
    if tag.kind == "kind":
        return lambda day: (day.pointer,) if _is_kind(tag.name, day) else ()
    name = "sport" if tag.kind == "sport" else "kind"
    return lambda day: tuple(
        p.pointer for p in day.sessions if getattr(p.session, name) == tag.name
    )


def _is_kind(name: str, day: PlacedDay) -> bool:
    return day.lifted if name == "strength" else bool(day.sessions)


def _free(segment: Segment, scope: PlanScope) -> Iterator[WishVerdict]:
    """Weekdays and dates that are to be free."""
    is_free = segment.has("neg", "off")
    dates = {tag.numbers[:2] for tag in segment.all("date") if is_free}
    days = [
        day
        for week in scope.weeks
        for day in week.days
        if day.number in scope.closed
        or (day.day.date and (day.day.date.day, day.day.date.month) in dates)
    ]
    if days:
        broken = [day.pointer for day in days if day.trained]
        shown = broken or [day.pointer for day in days]
        yield either(not broken, segment.tags, shown, "These days are trained.")


def _on_days(segment: Segment, scope: PlanScope) -> Iterator[WishVerdict]:
    """Each weekday that is named shows it, in most of the weeks."""
    tags = [tag for tag in segment.all("weekday") if not set(tag.numbers) <= scope.closed]
    if not tags or segment.has("date"):
        return
    any_of = segment.says("or", "або", "чи") or any(tag.name for tag in tags)
    limits = segment.has("at_most")
    places: list[str] = []
    for places_of in scope.variants:
        rows = [
            (week, [day for day in week.days if day.number in scope.weekdays])
            for week in scope.weeks
        ]
        right = [days for _, days in rows if _shows(days, places_of, any_of)]
        places = [place for _, days in rows for day in days for place in places_of(day)]
        strays = _strays(segment, scope, places_of)
        if len(right) >= ENOUGH * len(rows) and right and not strays:
            yield met(tags, places)
            return
    if limits and not segment.owns_subject:
        yield met(tags, [week.pointer for week in scope.weeks])
    else:
        yield unmet(tags, "It is on other days in the plan.", places)


def _every_day(
    segment: Segment, clause: Sequence[Segment], scope: PlanScope
) -> Iterator[WishVerdict]:
    """`every day except Sunday`: all others; `every day`: most of those that are trained."""
    marks = segment.all("every_day")
    if not marks:
        return
    closed = {day for one in clause for day in closed_days(one)}
    days = [d for d in scope.days() if d.number not in closed and (closed or d.trained)]
    for places_of in scope.variants:
        right = [day.pointer for day in days if places_of(day)]
        if right and len(right) >= (1.0 if closed else ENOUGH) * len(days):
            yield met(marks, right)
            return
    yield unmet(marks, "Some days are without it.")


def _shows(days: Sequence[PlacedDay], places_of: Places, any_of: bool) -> bool:
    return (any if any_of else all)(places_of(day) for day in days)


def _strays(segment: Segment, scope: PlanScope, places_of: Places) -> list[str]:
    """Where it is on days other than the only ones."""
    if not segment.has("only") or not segment.owns_subject:
        return []
    others = (day for week in scope.weeks for day in week.days)
    allowed = scope.weekdays | segment.weekdays
    return [
        p for day in others if day.number not in allowed and not day.raced for p in places_of(day)
    ]


def _things(segment: Segment, scope: PlanScope) -> Iterator[WishVerdict]:
    """Exercises, sports and kinds that are named are there, each or one of them."""
    if segment.states:
        return
    tags = [tag for tag in segment.all(*NAMED, "muscle") if not segment.avoids(tag)]
    if not tags:
        return
    if segment.says("or", "або", "чи"):
        hit = [place for tag in tags for day in scope.days() for place in _of(tag, scope)(day)]
        yield either(bool(hit), tags, hit, "It is not in the plan.")
        return
    every = segment.has("every_session")
    for tag in tags:
        options = [_of(tag, scope)]
        words = content(replace(segment, first=tag.first, last=tag.last), soft_too=True)
        for stems in () if scope.is_limited else (words, content(segment)):
            options += [partial(_named_all, stems)] if stems else []
        found = [_everywhere(places_of, scope, every) for places_of in options]
        yield next(
            (met([tag], places) for places in found if places),
            unmet([tag], "It is not in the plan, or not so often."),
        )


def _named_all(stems: frozenset[str], day: PlacedDay) -> tuple[str, ...]:
    return named_by(stems, day, 1.0)


def _of(tag: Tag, scope: PlanScope) -> Places:
    if tag.kind != "muscle":
        return _thing(tag, is_exact=scope.is_limited)
    return lambda day: with_muscles(day, [muscles_of(tag.name)])


def _everywhere(places_of: Places, scope: PlanScope, every: bool) -> list[str]:
    """Its places; none, if a session or a week that has to have it is without it."""
    days = list(scope.days())
    if every and any(day.lifted and not places_of(day) for day in days):
        return []
    weeks = {day.week for day in days if places_of(day)}
    least = len(scope.weeks) * (1.0 if scope.is_limited else ENOUGH)
    return [p for day in days for p in places_of(day)] if len(weeks) >= least else []


def _efforts(segment: Segment, scope: PlanScope, plan: PlanFacts) -> Iterator[WishVerdict]:
    """`Thursday easy`: the sessions it is about are easy, and hard ones are hard."""
    marks = segment.all("light", "heavy")
    if not marks or segment.states or segment.has("weekref", "deload", "neg"):
        return
    gentle = marks[0].kind == "light"
    if not (scope.weekdays or segment.subject.sports or segment.subject.sessions):
        some = [p.pointer for p in plan.sessions() if (p.session.kind in _GENTLE) == gentle]
        if some:
            yield met(marks, some)
        return
    sessions = list(_of_effort(segment, scope, plan))
    wrong = [p.pointer for p in sessions if (p.session.kind in _GENTLE) != gentle]
    if not sessions and scope.weekdays:
        yield unmet(marks, "The loads of these days do not differ so.")
    if sessions:
        yield either(not wrong, marks, wrong or [p.pointer for p in sessions], "Another effort.")


def _of_effort(segment: Segment, scope: PlanScope, plan: PlanFacts) -> Iterator[PlacedSession]:
    """The sessions an effort is about; those of easier weeks and races have their own."""
    easy = {week.number for week in plan.weeks if week.easy and not scope.is_limited}
    for day in scope.days():
        places = segment.subject.places(day)
        for placed in day.sessions if day.week not in easy else ():
            if placed.session.kind != "race" and (scope.weekdays or placed.pointer in places):
                yield placed


def _easier(segment: Segment, clause: Sequence[Segment], plan: PlanFacts) -> Iterator[WishVerdict]:
    """Weeks that are to be easier hold less than those before them."""
    marks = segment.all("deload", "easier")
    tags = [*segment.before, *(tag for one in clause for tag in one.whole)]
    refs = [tag for tag in tags if tag.kind == "weekref"]
    if not marks or not refs or segment.states:
        return
    weeks = named_weeks(refs[-1], plan)
    wrong = [week.pointer for week in weeks if not is_lower(week, weeks, plan)]
    shown = wrong or [week.pointer for week in weeks]
    yield either(not wrong, marks, shown, "These weeks are no easier than their neighbours.")
