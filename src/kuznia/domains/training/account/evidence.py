"""Evidence for a segment: its hard facts, each of them seen on the days and weeks it is about.

Hard facts are days, weeks, dates, amounts, exercises, sports and what is not wanted. Everything
else asks for nothing, as long as no hard fact is missing or contradicted.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise

from kuznia.domains.training.account.answers import Answer, either, met, unmet
from kuznia.domains.training.account.facts import PlacedDay, PlacedWeek, PlanFacts, WishSubject
from kuznia.domains.training.account.language.named import exercises_of, muscles_of, uses
from kuznia.domains.training.account.language.segments import Segment
from kuznia.domains.training.account.language.tokens import Tag
from kuznia.domains.training.account.measures import Measure, measures, weekly
from kuznia.domains.training.account.readers.phases import is_lower, named_weeks
from kuznia.domains.training.account.wording import content, covered, explained, named_by
from kuznia.forge.wishes.matching import share, terms

Places = Callable[[PlacedDay], tuple[str, ...]]

# The part of the weeks that has to show what was asked for every week.
_MOST = 0.66
_AMOUNTS = frozenset(
    {"minutes", "seconds", "km", "kg", "sets", "reps", "product", "repeats", "count", "number"}
)
_THINGS = ("group", "exercise", "sport", "session", "kind")
_GENTLE = frozenset({"easy", "long", "strides"})
_EASY_ZONE = 2
_MORE = (
    "more", "longer", "add", "adding", "extra", "further", "grow", "plus", "increase", "heavier",
    "дода", "більше", "довш", "важч", "плюс", "збільш",
)  # fmt: skip
_QUESTIONS = frozenset(
    {
        *("how", "what", "when", "which", "why", "whether", "where", "як", "що", "коли", "чи"),
        *("скільки", "чому", "які", "яких", "який", "яку", "яка", "де"),
    }
)
_EXCEPT = ("except", "unless", "but", "крім", "окрім", "хіба")


@dataclass(frozen=True)
class Prompt:
    """What the whole prompt names and wants."""

    segments: tuple[Segment, ...]

    def wants(self, tag: Tag) -> bool:
        """Whether another part asks for the same thing."""
        core = exercises_of(tag).core
        return bool(core & self.ids()) or any(
            (other.kind, other.name) == (tag.kind, tag.name) and not segment.avoids(other)
            for segment in self.segments
            for other in segment.tags
        )

    def weekdays(self) -> frozenset[int]:
        return frozenset(day for segment in self.segments for day in segment.days)

    def ids(self) -> frozenset[str]:
        """The exercises that are asked for by name."""
        tags = (
            tag
            for segment in self.segments
            for tag in segment.all("group", "exercise")
            if not segment.avoids(tag)
        )
        return frozenset[str]().union(*(exercises_of(tag).core for tag in tags))


@dataclass(frozen=True)
class Scope:
    """The weeks and days a segment is about, and what it is about on them."""

    weeks: tuple[PlacedWeek, ...]
    # Weekdays, empty for all of them; those that are to be free are not among them.
    weekdays: frozenset[int]
    closed: frozenset[int]
    is_limited: bool
    variants: tuple[Places, ...]

    def days(self) -> Iterator[PlacedDay]:
        return (
            day
            for week in self.weeks
            for day in week.days
            if day.number not in self.closed and (not self.weekdays or day.number in self.weekdays)
        )


def evidence(
    segment: Segment, clause: Sequence[Segment], prompt: Prompt, plan: PlanFacts
) -> Answer | None:
    """Met where every hard fact is seen, open with the first that is not; None without any."""
    scope = _scope(segment, clause, plan)
    answers = [
        *_denied(segment, prompt, scope, plan),
        *_free(segment, scope, plan),
        *_on_days(segment, scope),
        *_every_day(segment, clause, scope),
        *_things(segment, scope, plan),
        *_amounts(segment, scope, prompt, plan),
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


def _scope(segment: Segment, clause: Sequence[Segment], plan: PlanFacts) -> Scope:
    """Its own weeks and days, or those that the clause names before it."""
    before = [other for other in clause if other.first < segment.first]
    refs = [tag for one in (segment, *reversed(before)) for tag in one.whole]
    ref = next((tag for tag in refs if tag.kind == "weekref"), None)
    closed = _closed(segment)
    own = segment.days - closed
    if not own and not closed and not segment.owns_subject:
        own = next((set(one.days) - _closed(one) for one in reversed(before) if one.days), set())
    weeks = named_weeks(ref, plan) if ref else plan.weeks
    dates = {tag.numbers[:2] for tag in segment.all("date")}
    if dates and not own:
        own = {
            day.number
            for day in plan.days()
            if day.day.date and (day.day.date.day, day.day.date.month) in dates
        }
    is_exact = ref is not None
    variants = _variants(segment, clause, plan, is_exact=is_exact)
    return Scope(weeks, frozenset(own), frozenset(closed), is_exact, variants)


def _closed(segment: Segment) -> set[int]:
    """Weekdays that are to be free."""
    if segment.has("off", "unavailable") and not segment.has("after", "count", "minutes"):
        return segment.days
    denials = [tag.last for tag in segment.whole if tag.kind == "neg"]
    named = (tag for tag in segment.whole if tag.kind == "weekday")
    things = [tag.first for tag in segment.all(*_THINGS)]
    return {
        day
        for tag in named
        for day in tag.numbers
        for last in denials
        if 0 <= tag.first - last <= _NEAR and not any(last <= t < tag.first for t in things)
    }


_NEAR = 3


def _variants(
    segment: Segment, clause: Sequence[Segment], plan: PlanFacts, *, is_exact: bool
) -> tuple[Places, ...]:
    """What it is about, from the narrowest reading on; all training, where nothing is named."""
    found: list[Places] = []
    if segment.subject:
        subjects = dict.fromkeys((segment.subject.narrow, segment.subject))
        found += [subject.places for subject in subjects][: 1 if is_exact else 2]
    words = frozenset[str]().union(*(content(one, soft_too=True) for one in clause))
    sports = {p.session.sport for p in plan.sessions()}
    ours = frozenset(sport for sport in sports if share(terms(sport).stems, words) == 1.0)
    if ours and not segment.subject.sports:
        found.append(WishSubject(sports=ours).places)
    items = [tag.name for tag in segment.all("equipment") if not segment.avoids(tag)]
    if items:
        found.append(lambda day: _with_items(day, items))
    muscles = [muscles_of(tag.name) for tag in segment.all("muscle")]
    if muscles and not found:
        found.append(lambda day: _with_muscles(day, muscles))
    words = content(segment)
    if words:
        least = 1.0 if found else _MOST
        found.append(lambda day: named_by(words, day, least))
    if not found or (not segment.subject and not any(f(d) for f in found for d in plan.days())):
        found.append(lambda day: (day.pointer,) if day.trained else ())
    return tuple(found)


def _with_items(day: PlacedDay, items: Sequence[str]) -> tuple[str, ...]:
    return tuple(
        p.pointer for p in day.doses if p.exercise and any(uses(p.exercise, i) for i in items)
    )


def _with_muscles(day: PlacedDay, muscles: Sequence[frozenset[str]]) -> tuple[str, ...]:
    return tuple(
        p.pointer
        for p in day.doses
        if p.exercise and any(names & set(p.exercise.muscles) for names in muscles)
    )


def _denied(segment: Segment, prompt: Prompt, scope: Scope, plan: PlanFacts) -> Iterator[Answer]:
    """What is not wanted is nowhere; what another clause asks for is only a complaint."""
    denials = segment.all("neg", "hate")
    if not denials or scope.closed:
        return
    tags = [tag for tag in segment.all(*_THINGS) if segment.avoids(tag)]
    words = content(segment, after=denials[0].last)
    for day in scope.days():
        for tag in tags:
            places = _thing(tag)(day)
            if places and not prompt.wants(tag):
                yield unmet([tag], "It is in the plan.", places)
        if not tags and words and not segment.has(*_AMOUNTS) and not segment.states:
            if places := named_by(words, day, _MOST):
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


def _free(segment: Segment, scope: Scope, plan: PlanFacts) -> Iterator[Answer]:
    """Weekdays and dates that are to be free."""
    dates = {tag.numbers[:2] for tag in segment.all("date")} if segment.has("neg", "off") else set()
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


def _on_days(segment: Segment, scope: Scope) -> Iterator[Answer]:
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
        if len(right) >= _MOST * len(rows) and right and not strays:
            yield met(tags, places)
            return
    if limits and not segment.owns_subject:
        yield met(tags, [week.pointer for week in scope.weeks])
    else:
        yield unmet(tags, "It is on other days in the plan.", places)


def _every_day(segment: Segment, clause: Sequence[Segment], scope: Scope) -> Iterator[Answer]:
    """`every day except Sunday`: all others; `every day`: most of those that are trained."""
    marks = segment.all("every_day")
    if not marks:
        return
    closed = {day for one in clause for day in _closed(one)}
    days = [d for d in scope.days() if d.number not in closed and (closed or d.trained)]
    for places_of in scope.variants:
        right = [day.pointer for day in days if places_of(day)]
        if right and len(right) >= (1.0 if closed else _MOST) * len(days):
            yield met(marks, right)
            return
    yield unmet(marks, "Some days are without it.")


def _shows(days: Sequence[PlacedDay], places_of: Places, any_of: bool) -> bool:
    return (any if any_of else all)(places_of(day) for day in days)


def _strays(segment: Segment, scope: Scope, places_of: Places) -> list[str]:
    """Where it is on days other than the only ones."""
    if not segment.has("only") or not segment.owns_subject:
        return []
    others = (day for week in scope.weeks for day in week.days)
    allowed = scope.weekdays | segment.weekdays
    return [
        p for day in others if day.number not in allowed and not day.raced for p in places_of(day)
    ]


def _things(segment: Segment, scope: Scope, plan: PlanFacts) -> Iterator[Answer]:
    """Exercises, sports and kinds that are named are there, each or one of them."""
    if segment.states:
        return
    tags = [tag for tag in segment.all(*_THINGS, "muscle") if not segment.avoids(tag)]
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


def _of(tag: Tag, scope: Scope) -> Places:
    if tag.kind != "muscle":
        return _thing(tag, is_exact=scope.is_limited)
    return lambda day: _with_muscles(day, [muscles_of(tag.name)])


def _everywhere(places_of: Places, scope: Scope, every: bool) -> list[str]:
    """Its places; none, if a session or a week that has to have it is without it."""
    days = list(scope.days())
    if every and any(day.lifted and not places_of(day) for day in days):
        return []
    weeks = {day.week for day in days if places_of(day)}
    least = len(scope.weeks) * (1.0 if scope.is_limited else _MOST)
    return [p for day in days for p in places_of(day)] if len(weeks) >= least else []


def _amounts(segment: Segment, scope: Scope, prompt: Prompt, plan: PlanFacts) -> Iterator[Answer]:
    """Every amount is seen in its scope, or keeps its limit there."""
    binds = not segment.states or segment.has("weekday", "at_most")
    for tag in segment.tags:
        if tag.kind in _AMOUNTS | {"weeks", "exercises"}:
            answer = _amount(tag, segment, scope, prompt, plan)
            if binds or answer.outcome == "met":
                yield answer


def _amount(tag: Tag, segment: Segment, scope: Scope, prompt: Prompt, plan: PlanFacts) -> Answer:
    limit = _limit(tag, segment)
    if tag.kind == "weeks":
        have = len(plan.weeks)
        low = 1 if limit == "at_most" else tag.low
        return either(
            low <= have <= tag.high, [tag], ["/plan/weeks"], f"The plan has {have} weeks."
        )
    if limit:
        kept = _keeps(tag, limit, segment, scope)
        if kept is not None:
            return kept
    is_weekly = tag.kind == "count" and segment.has("per_week", "kind", "sport", "session")
    if not scope.is_limited and _begins(tag, segment):
        scope = replace(scope, weeks=plan.weeks[:1], is_limited=True)
    seen = [] if is_weekly else list(measures(tag, scope.days(), scope.variants))
    seen += weekly(tag, plan) if segment.has("per_week") else []
    is_exact = scope.is_limited or _grows(tag, segment) or segment.has("begin", "goal")
    hit = [m.pointer for m in seen if m.near(tag, exact=is_exact)]
    if tag.low < tag.high and _grows(tag, segment):
        ends = (replace(tag, high=tag.low), replace(tag, low=tag.high))
        hit = hit if all(any(m.near(end, exact=True) for m in seen) for end in ends) else []
    if tag.kind in {"sets", "reps", "product"} and not (scope.is_limited or segment.has("begin")):
        hit = hit if all(m.near(tag, exact=True) for m in seen) else []
    if not hit and tag.kind in {"count", "number"}:
        hit = _frequency(tag, scope) or _listed(tag, segment, scope, prompt)
    if not hit and _grows(tag, segment):
        hit = _steps(tag, replace(scope, weeks=plan.weeks))
    return either(bool(hit), [tag], hit, "Nothing there has this amount.")


def _limit(tag: Tag, segment: Segment) -> str:
    """The limit that stands beside an amount."""
    bounds = segment.all("at_most", "at_least")
    beside = [b for b in bounds if 0 <= tag.first - b.last <= 1 or 0 <= b.first - tag.last <= 1]
    alone = sum(other.kind in _AMOUNTS for other in segment.tags) == 1
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


def _keeps(tag: Tag, limit: str, segment: Segment, scope: Scope) -> Answer | None:
    """Whether everything in scope keeps a limit; None if nothing has such an amount."""
    if tag.kind in {"count", "number"} and not segment.has("in_a_row"):
        counts = [
            _count(week, places, scope) for places in scope.variants[:1] for week in scope.weeks
        ]
        bad = [n for n in counts if (n > tag.high if limit == "at_most" else n < tag.low)]
        return None if bad else met([tag], [week.pointer for week in scope.weeks])
    places_of = scope.variants[0]
    exempt = segment.says(*_EXCEPT)
    rows = [
        Measure(p, size, tag.kind)
        for day in scope.days()
        if not (day.raced and (exempt or tag.kind == "km"))
        for p, size in _sizes(tag.kind, day, places_of)
    ]
    if not rows:
        return None
    over = [
        r.pointer
        for r in rows
        if (r.size > tag.high * 1.01 if limit == "at_most" else r.size < tag.low)
    ]
    if over and segment.says("after", "після", "other", "інші"):
        return None
    return either(not over, [tag], over or [r.pointer for r in rows], "The limit is not kept.")


def _sizes(kind: str, day: PlacedDay, places_of: Places) -> Iterator[tuple[str, float]]:
    """What a limit is about."""
    places = set(places_of(day))
    if not places:
        return
    if kind == "minutes":
        if day.pointer in places:
            yield (
                day.pointer,
                day.strength_minutes if day.doses and day.sessions else day.day.minutes,
            )
        yield from ((p.pointer, p.session.minutes) for p in day.sessions if p.pointer in places)
    elif kind == "km":
        yield from ((p.pointer, p.session.km) for p in day.sessions if p.session.km)
    elif kind == "kg":
        yield from ((p.pointer, p.dose.load) for p in day.doses if p.dose.load)
    elif kind == "exercises":
        yield day.pointer, float(len(day.doses))
    elif kind in {"sets", "reps"}:
        yield from ((p.pointer, getattr(p.dose, kind)) for p in day.doses)


def _count(week: PlacedWeek, places_of: Places, scope: Scope) -> int:
    return sum(bool(places_of(day)) for day in week.days if day.number not in scope.closed)


def _listed(tag: Tag, segment: Segment, scope: Scope, prompt: Prompt) -> list[str]:
    """`twice a week, on Tuesday and Thursday`: other days are another clause's."""
    days = [day for week in scope.weeks for day in week.days if day.trained]
    own = [day.pointer for day in days if day.number in segment.weekdays]
    fits = len(own) == len(segment.weekdays) * len(scope.weeks)
    if not (fits and tag.low <= len(segment.weekdays) <= tag.high):
        return []
    return own if all(day.number in prompt.weekdays() for day in days) else []


def _frequency(tag: Tag, scope: Scope) -> list[str]:
    """Weeks that have it on so many days: most of them."""
    for places_of in scope.variants:
        right = [w for w in scope.weeks if tag.low <= _count(w, places_of, scope) <= tag.high]
        if right and len(right) >= _MOST * len(scope.weeks):
            return [week.pointer for week in right]
    return []


def _steps(tag: Tag, scope: Scope) -> list[str]:
    """Where something grows by an amount from one week to the next."""
    kinds = [tag.kind] if tag.kind not in {"number", "count"} else ["minutes", "km", "kg", "reps"]
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


def _efforts(segment: Segment, scope: Scope, plan: PlanFacts) -> Iterator[Answer]:
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
    easy = {week.number for week in plan.weeks if week.easy and not scope.is_limited}
    sessions = [
        p
        for day in scope.days()
        if day.week not in easy
        for p in day.sessions
        if scope.weekdays or p.pointer in segment.subject.places(day)
    ]
    wrong = [
        p.pointer
        for p in sessions
        if p.session.kind != "race" and (p.session.kind in _GENTLE) != gentle
    ]
    if not sessions and scope.weekdays:
        yield unmet(marks, "The loads of these days do not differ so.")
    if sessions:
        yield either(not wrong, marks, wrong or [p.pointer for p in sessions], "Another effort.")


def _easier(segment: Segment, clause: Sequence[Segment], plan: PlanFacts) -> Iterator[Answer]:
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
