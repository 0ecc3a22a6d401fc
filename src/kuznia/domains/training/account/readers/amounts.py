"""Minutes, kilometres, sets and repetitions: held against what the days hold."""

from collections.abc import Callable, Iterator, Sequence

from kuznia.domains.training.account.answers import WishVerdict, either, met, unclear, unmet
from kuznia.domains.training.account.facts import PlacedDay, PlanFacts, WishSubject
from kuznia.domains.training.account.language.segments import Segment
from kuznia.domains.training.account.readers.phases import weeks_in
from kuznia.domains.training.language.tokens import Tag

# A time without "at most" is about as long: a little over it is let pass, much less is not.
_OVER, _SHORT = 1.1, 0.55


def pace(segment: Segment, plan: PlanFacts) -> Iterator[WishVerdict]:
    """`my easy pace is 6:30 per km`."""
    tag = segment.first_of("pace")
    if tag is None:
        return
    known = plan.athlete.endurance.pace
    paces = [
        (p.pointer, p.session.minutes / p.session.km)
        for p in plan.sessions()
        if p.session.km and p.session.kind in {"easy", "long", "race"}
    ]
    near = [place for place, size in paces if abs(size - tag.low) <= 0.1 * tag.low]
    spent = [tag, *segment.all("km", "session", "sport")]
    if near:
        yield met(spent, near)
    elif known is not None and abs(known - tag.low) > 0.05 * tag.low:
        yield unclear(spent, f"The profile has a pace of {known:g} minutes. Which is right?")
    else:
        yield unmet(spent, "No session has this pace.", [place for place, _ in paces])


def rests(segment: Segment, plan: PlanFacts) -> Iterator[WishVerdict]:
    """`2 minutes of rest between sets`."""
    tag = segment.first_of("minutes", "seconds")
    between = {word.text for word in segment.words[segment.first : segment.last]}
    if tag is None or not between & {"between", "між"}:
        return
    seconds = 60 if tag.kind == "minutes" else 1
    low, high = tag.low * seconds * 0.7, tag.high * seconds * 1.3
    low = 0 if segment.has("at_most") else low
    high = float("inf") if segment.has("at_least") else high
    doses = list(plan.doses())
    wrong = [p.pointer for p in doses if not low <= p.dose.rest <= high]
    spent = [tag, *segment.all("off", "at_most", "at_least", "sets")]
    shown = wrong or [p.pointer for p in doses]
    yield either(bool(doses) and not wrong, spent, shown, "The rests differ.")


def minutes(segment: Segment, plan: PlanFacts) -> Iterator[WishVerdict]:
    """`45 minutes each`, `25 minutes at most`, `У четвер не більше 35 хвилин`."""
    tag = segment.first_of("minutes")
    if tag is None or not _is_length(segment):
        return
    if segment.has("per_week") and not segment.has("count", "every_session"):
        yield from _weekly(segment, plan, tag)
        return
    days = _days_of(segment)
    subject = _timed(segment)
    uses = [tag, *segment.all("weekday", *_WITH_MINUTES), *_own(segment)]
    uses += segment.all("weekref", "begin") if weeks_in(segment, plan) else ()
    weeks = {week.number for week in weeks_in(segment, plan) or plan.weeks}
    special = _special(segment, subject, days)
    sized = [row for row in _sized(plan, subject, days, special) if row[0].week in weeks]
    if not sized:
        # A limit for a day off holds.
        closed = [day.pointer for day in plan.days() if day.number in days]
        is_kept = segment.has("at_most") and bool(closed) and not segment.owns_subject
        yield either(is_kept, uses, closed, "No such session is in the plan.")
        return
    yield _measured(segment, tag, sized, uses, plan)
    grouped = any(one.name for one in segment.all("weekday"))
    is_limit = segment.has("at_most") and not segment.owns_subject
    if days and subject and not grouped and not is_limit:
        yield from _present(uses, plan, subject, days)


_WITH_MINUTES = ("at_most", "at_least", "every_session", "unit", "only", "longest", "that_day")


def _is_length(segment: Segment) -> bool:
    """Whether a time is that of sessions, and not of a race, a part of one, or of former ones."""
    is_part = segment.has("group", "exercise") and segment.has("goal", "first_place", "last_place")
    is_past = segment.has("now") and not segment.asks
    return not (is_part or is_past or segment.has("race"))


def _days_of(segment: Segment) -> set[int]:
    if segment.days or not segment.has("that_day"):
        return segment.days
    return {day for tag in segment.before if tag.kind == "weekday" for day in tag.numbers}


def _present(
    uses: Sequence[Tag], plan: PlanFacts, subject: WishSubject, days: set[int]
) -> Iterator[WishVerdict]:
    """`a 20 minute walk on Sunday` is there every week."""
    bare = [
        day.pointer
        for week in plan.full
        for day in week.days
        if day.number in days and not subject.places(day)
    ]
    if bare:
        yield unmet(uses, "It is not on these days.", bare)


def _own(segment: Segment) -> tuple[Tag, ...]:
    return segment.all("sport", "session", "kind") if segment.owns_subject else ()


def _timed(segment: Segment) -> WishSubject:
    """The subject without exercises: nobody plans their minutes."""
    subject = segment.subject
    return WishSubject() if subject.exercises and not subject.sports else subject


def _special(segment: Segment, subject: WishSubject, days: set[int]) -> Callable[[PlacedDay], bool]:
    """Days that another part of the prompt gives a time of their own."""
    others = segment.timed
    if days or (subject and not subject.strength and subject.sessions):
        return lambda _: False

    def has_own(day: PlacedDay) -> bool:
        return any(
            (day.number in closed and (not other or other == subject))
            or (bool(other) and not subject and bool(other.places(day)))
            for closed, other in others
        )

    return has_own


def _sized(
    plan: PlanFacts, subject: WishSubject, days: set[int], special: Callable[[PlacedDay], bool]
) -> Iterator[tuple[PlacedDay, str, int]]:
    """Each day or session a time can be about, with its pointer and minutes."""
    for day in plan.days():
        if (days and day.number not in days) or special(day):
            continue
        if not subject:
            if day.trained and not day.raced:
                yield day, day.pointer, day.day.minutes
            continue
        if subject.strength and day.doses:
            yield day, day.pointer, day.strength_minutes
        places = set(subject.places(day))
        for placed in day.sessions:
            if placed.pointer in places and (placed.session.kind != "race"):
                yield day, placed.pointer, placed.session.minutes


def _measured(
    segment: Segment,
    tag: Tag,
    sized: Sequence[tuple[PlacedDay, str, int]],
    uses: Sequence[Tag],
    plan: PlanFacts,
) -> WishVerdict:
    at_most, at_least = segment.has("at_most"), segment.has("at_least")
    high = tag.high if at_most else max(tag.high, segment.grows_to) * _OVER + 1
    easy = {week.number for week in plan.weeks if week.easy}
    long = plan.athlete.endurance.long_minutes or 0
    over = [
        place
        for day, place, size in sized
        if not at_least
        and size > high
        and not (_is_long(day) and size <= long and not segment.subject)
    ]
    if over:
        return unmet(uses, f"More than {tag.high:g} minutes.", over)
    full = [(place, size) for day, place, size in sized if day.week not in easy]
    if at_least:
        short = [place for place, size in full if size < tag.low]
    else:
        longest = max((size for _, size in full), default=tag.low)
        short = [place for place, _ in full] if longest < tag.low * _SHORT and not at_most else []
    if short:
        return unmet(uses, f"Less than {tag.low:g} minutes.", short)
    return met(uses, [place for _, place, _ in sized])


def _is_long(day: PlacedDay) -> bool:
    return any(placed.session.kind == "long" for placed in day.sessions)


def _weekly(segment: Segment, plan: PlanFacts, tag: Tag) -> Iterator[WishVerdict]:
    """`150 minutes a week`."""
    uses = [tag, *segment.all("per_week", "at_most", "at_least", "unit")]
    totals = [(week, sum(day.day.minutes for day in week.days)) for week in plan.full]
    low = 0.0 if segment.has("at_most") else tag.low * 0.85
    high = float("inf") if segment.has("at_least") else tag.high * 1.15
    wrong = [week.pointer for week, total in totals if not low <= total <= high]
    yield either(not wrong, uses, wrong or [w.pointer for w, _ in totals], "Another weekly time.")
