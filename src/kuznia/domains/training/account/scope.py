"""What a segment is about: the weeks and days it names, and the things on them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from kuznia.domains.training.account.facts import PlacedDay, PlacedWeek, PlanFacts, WishSubject
from kuznia.domains.training.account.language.segments import Segment
from kuznia.domains.training.account.readers.phases import named_weeks
from kuznia.domains.training.account.wording import content, named_by
from kuznia.domains.training.language.named import exercises_of, muscles_of, uses
from kuznia.domains.training.language.tokens import Tag
from kuznia.forge.wishes.matching import share, terms

Places = Callable[[PlacedDay], tuple[str, ...]]

# The part of the weeks that has to show what was asked for every week.
ENOUGH = 0.66
NAMED = ("group", "exercise", "sport", "session", "kind")
# A denial is about a weekday that is no more words away.
_NEAR = 3


@dataclass(frozen=True)
class WholePrompt:
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
class PlanScope:
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


def scope_of(segment: Segment, clause: Sequence[Segment], plan: PlanFacts) -> PlanScope:
    """Its own weeks and days, or those that the clause names before it."""
    before = [other for other in clause if other.first < segment.first]
    refs = [tag for one in (segment, *reversed(before)) for tag in one.whole]
    ref = next((tag for tag in refs if tag.kind == "weekref"), None)
    closed = closed_days(segment)
    own = segment.days - closed
    if not own and not closed and not segment.owns_subject:
        earlier = [one.days - closed_days(one) for one in reversed(before) if one.days]
        own = earlier[0] if earlier else own
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
    return PlanScope(weeks, frozenset(own), frozenset(closed), is_exact, variants)


def closed_days(segment: Segment) -> set[int]:
    """Weekdays that are to be free."""
    if segment.has("off", "unavailable") and not segment.has("after", "count", "minutes"):
        return segment.days
    denials = [tag.last for tag in segment.whole if tag.kind == "neg"]
    named = (tag for tag in segment.whole if tag.kind == "weekday")
    things = [tag.first for tag in segment.all(*NAMED)]
    return {
        day
        for tag in named
        for day in tag.numbers
        for last in denials
        if 0 <= tag.first - last <= _NEAR and not any(last <= t < tag.first for t in things)
    }


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
        found.append(lambda day: with_muscles(day, muscles))
    words = content(segment)
    if words:
        least = 1.0 if found else ENOUGH
        found.append(lambda day: named_by(words, day, least))
    if not found or (not segment.subject and not any(f(d) for f in found for d in plan.days())):
        found.append(lambda day: (day.pointer,) if day.trained else ())
    return tuple(found)


def _with_items(day: PlacedDay, items: Sequence[str]) -> tuple[str, ...]:
    return tuple(
        p.pointer for p in day.doses if p.exercise and any(uses(p.exercise, i) for i in items)
    )


def with_muscles(day: PlacedDay, muscles: Sequence[frozenset[str]]) -> tuple[str, ...]:
    return tuple(
        p.pointer
        for p in day.doses
        if p.exercise and any(names & set(p.exercise.muscles) for names in muscles)
    )
