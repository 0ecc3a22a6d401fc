"""Weeks, days of the week, and how often: held against the plan's days."""

from collections.abc import Iterator, Sequence

from kuznia.domains.training.account.answers import WishVerdict, either, met, unclear, unmet
from kuznia.domains.training.account.facts import (
    WEEKS,
    PlacedDay,
    PlacedWeek,
    PlanFacts,
    WishSubject,
    days_with,
    pointers,
)
from kuznia.domains.training.account.language.segments import THINGS, Segment
from kuznia.domains.training.account.readers.phases import weeks_in
from kuznia.domains.training.language.named import exercises_of
from kuznia.domains.training.language.tokens import Tag

_MONTH = (4.0, 4.6)
_MAX_WEEKS = 16
# Months of something else than a plan.
_OTHER_TIMES = ("pregnant", "pregnancy", "old", "вагітна", "вагітності", "вагітність", "postpartum")


def length(segment: Segment, plan: PlanFacts) -> Iterator[WishVerdict]:
    """`8 weeks`, `a month`."""
    tag = segment.first_of("weeks", "months")
    if tag is None or segment.has("easier", "deload", "longest"):
        return
    if _is_interval(segment, tag):
        return
    low, high = tag.low, tag.high
    if tag.kind == "months":
        low, high = low * _MONTH[0], high * _MONTH[1]
    if (segment.has("now") and not segment.asks) or segment.says(*_OTHER_TIMES):
        return
    if tag.low > _MAX_WEEKS and tag.kind == "weeks" and "pregnancy" in plan.athlete.flags:
        # The week of the pregnancy.
        yield met([tag], ["/plan/reason"])
        return
    have = len(plan.weeks)
    low = 1 if segment.has("at_most") else low
    if low <= have <= high:
        yield met([tag, *segment.all("at_most")], [WEEKS])
    elif have == plan.athlete.weeks and tag.kind == "weeks":
        yield unclear([tag], f"The prompt says {tag.low:g} weeks, the profile {have}. Which is it?")
    else:
        yield unmet([tag], f"The plan has {have} weeks.", [WEEKS])


def _is_interval(segment: Segment, tag: Tag) -> bool:
    """ "From one week to the next", "once in two weeks"."""
    before = {word.text for word in segment.words[max(0, tag.first - 3) : tag.first]}
    return bool(before & {"from", "every", "each", "раз", "кожні"})


def days_off(segment: Segment, plan: PlanFacts) -> Iterator[WishVerdict]:
    """`Fridays off`, `no running on Monday`, `at least two rest days`."""
    days, marks = segment.all("weekday"), segment.all("off", "unavailable")
    if not days:
        yield from _rest_days(segment, plan)
        yield from _weeks_off(segment, plan)
        return
    denials = _denials(segment, days[0])
    is_off = bool(marks) or segment.mode == "off"
    is_about_more = segment.has("after", "before") if marks else segment.has(*_NOT_OFF)
    if not (is_off or denials) or (is_about_more and (marks or not is_off)):
        return
    subject = segment.subject if segment.owns_subject and not marks else WishSubject()
    closed = {day for tag in days for day in tag.numbers}
    those = [day for day in plan.days() if day.number in closed]
    broken = [day.pointer for day in those if subject.places(day)]
    uses = [*days, *marks, *denials, *segment.all("keep", "only"), *_subject_tags(segment, subject)]
    shown = broken or [day.pointer for day in those] or [WEEKS]
    yield either(not broken, uses, shown, "These days are trained.")


_NOT_OFF = ("minutes", "at_most", "same_day")


def _denials(segment: Segment, day: Tag) -> list[Tag]:
    """What says no to a weekday: it stands before it, or nothing else is there to be denied."""
    things = segment.has(*THINGS)
    return [tag for tag in segment.all("neg") if tag.last <= day.first or not things]


def _subject_tags(segment: Segment, subject: WishSubject) -> tuple[Tag, ...]:
    return segment.all("sport", "session", "kind", "group", "exercise") if subject else ()


def _rest_days(segment: Segment, plan: PlanFacts) -> Iterator[WishVerdict]:
    count = segment.first_of("count")
    marks = segment.all("off")
    if not marks or count is None or segment.has("neg"):
        return
    short = [week for week in plan.weeks if 7 - len(week.trained) < count.low]
    uses = [count, *marks, *segment.all("at_least", "per_week")]
    yield either(not short, uses, [w.pointer for w in short] or [WEEKS], "Fewer days are free.")


def _weeks_off(segment: Segment, plan: PlanFacts) -> Iterator[WishVerdict]:
    """`skip week 3`."""
    weeks = weeks_in(segment, plan) if segment.has("weekref") else ()
    marks = segment.all("off", "neg")
    if not weeks or not marks or segment.has(*THINGS, "count", "minutes", "easier", "deload"):
        return
    trained = [week.pointer for week in weeks if week.trained]
    uses = [*marks, *segment.all("weekref")]
    yield either(not trained, uses, trained or [w.pointer for w in weeks], "It is trained.")


def frequency(segment: Segment, plan: PlanFacts) -> Iterator[WishVerdict]:
    """`three runs a week`, `deadlift twice a week`, `four days: Monday, Tuesday, ...`."""
    count = segment.first_of("count")
    if count is None or not _is_by_week(segment, count):
        return
    subject = segment.subject
    weeks = weeks_in(segment, plan) or plan.full
    uses = [count, *segment.all("per_week", "at_least", "at_most", "unit"), *own_tags(segment)]
    wrong: list[PlacedWeek] = []
    for variant in dict.fromkeys((subject.narrow, subject)):
        wrong = _miscounted(segment, count, variant, weeks, plan)
        if not wrong:
            places = pointers(_all_days(plan, variant), variant.places)
            # None is few enough for "at most one", and right for "0 runs".
            none_is_right = not count.high or segment.has("at_most")
            yield met(uses, places or ([WEEKS] if none_is_right else []))
            return
    yield _miscount(segment, count, uses, wrong, plan)


def _is_by_week(segment: Segment, count: Tag) -> bool:
    """Whether a number says how often a week something is done."""
    if segment.states and segment.has("now"):
        return False
    if segment.has("per_week") or count.name in {"days", "noun", "sessions"}:
        return segment.has("per_week") or not segment.has("in_a_row")
    # "10 pull-ups" are repetitions, whatever counts them.
    is_reps = segment.has("in_a_row") or (segment.subject.exercises and segment.has("goal", "best"))
    return bool(segment.subject) and not is_reps and count.high <= _MAX_TIMES


def _miscount(
    segment: Segment, count: Tag, uses: Sequence[Tag], wrong: Sequence[PlacedWeek], plan: PlanFacts
) -> WishVerdict:
    """Why a number is not that of the plan."""
    trained = len(plan.full[0].trained)
    if not segment.subject and count.high < segment.counted == trained:
        # "two sessions with kettlebells and one of mobility".
        return met(uses, [week.pointer for week in plan.full])
    is_profile = not segment.subject and plan.athlete.days == trained
    if is_profile and not segment.has("at_most", "at_least"):
        question = f"The prompt says {count.low:g} days a week, the profile {trained}. Which?"
        return unclear(uses, question)
    return unmet(uses, "Some weeks have another number.", [week.pointer for week in wrong])


_MAX_TIMES = 14


def own_tags(segment: Segment) -> tuple[Tag, ...]:
    """What the subject was read from, where the segment names it itself."""
    kinds = ["kind"] if segment.subject.strength or segment.subject.endurance else []
    kinds += ["group", "exercise"] if segment.subject.exercises else []
    kinds += ["sport"] if segment.subject.sports else []
    kinds += ["session"] if segment.subject.sessions else []
    return tuple(tag for tag in segment.all(*kinds) if not segment.avoids(tag))


def _all_days(plan: PlanFacts, subject: WishSubject) -> Iterator[PlacedDay]:
    return (day for week in plan.weeks for day in days_with(subject, week))


def _miscounted(
    segment: Segment, count: Tag, subject: WishSubject, weeks: Sequence[PlacedWeek], plan: PlanFacts
) -> list[PlacedWeek]:
    low = 0.0 if segment.has("at_most") else count.low
    high = 99.0 if segment.has("at_least") else count.high
    never = [w for w in plan.weeks if _times(subject, w) > high]
    return never or [w for w in weeks if not low <= _times(subject, w)]


def _times(subject: WishSubject, week: PlacedWeek) -> int:
    """Sessions of a sport are counted one by one, everything else by days."""
    if (subject.sports or subject.sessions) and not subject.strength:
        return sum(len(subject.places(day)) for day in week.days)
    return len(days_with(subject, week))


def weekdays(segment: Segment, plan: PlanFacts) -> Iterator[WishVerdict]:
    """`on Tuesday and Friday`, `long run only on Sunday`, `вівторок`."""
    tags = segment.all("weekday")
    of_loads = segment.has("heavy", "light") and not segment.subject.sports
    of_times = segment.has("minutes") and segment.has("at_most")
    if not tags or of_loads or of_times or (segment.has("now") and not segment.asks):
        return
    if segment.states and any(tag.kind == "cannot" for tag in segment.things_before):
        # "He plays football on Tuesdays and Saturdays".
        yield met(tags, [WEEKS])
        return
    days = {day for tag in _ranged(segment, tags) for day in tag}
    if denied := [tag for tag in segment.all("group", "exercise") if _is_denied(segment, tag)]:
        yield _denied_on(denied, days, tags, plan)
        return
    subject = segment.subject
    weeks = weeks_in(segment, plan) or plan.full
    uses = [*tags, *segment.all("only", "keep", "weekref", "begin", "per_week"), *own_tags(segment)]
    any_of = any(tag.name for tag in tags)
    wrong: list[str] = []
    for variant in dict.fromkeys((subject.narrow, subject)):
        wrong = _misplaced(segment, plan, variant, days, weeks, any_of)
        if not wrong:
            yield met(uses, _places(plan, variant, days))
            return
    yield unmet(uses, "It is on other days in the plan.", wrong)


def _is_denied(segment: Segment, tag: Tag) -> bool:
    ends = [neg.last for neg in segment.all("neg")]
    return segment.avoids(tag) or any(0 <= tag.first - end <= 1 for end in ends)


def _denied_on(
    denied: Sequence[Tag], days: set[int], tags: Sequence[Tag], plan: PlanFacts
) -> WishVerdict:
    """`no lunges on Monday`."""
    ids = frozenset[str]().union(*(exercises_of(tag).wide for tag in denied))
    those = [day for day in plan.days() if day.number in days]
    wrong = [placed.pointer for day in those for placed in day.doses if placed.id in ids]
    shown = wrong or [day.pointer for day in those]
    return either(not wrong, [*tags, *denied], shown, "It is on these days.")


def _places(plan: PlanFacts, subject: WishSubject, days: set[int]) -> tuple[str, ...]:
    return pointers((day for day in plan.days() if day.number in days), subject.places)


def _misplaced(
    segment: Segment,
    plan: PlanFacts,
    subject: WishSubject,
    days: set[int],
    weeks: Sequence[PlacedWeek],
    any_of: bool,
) -> list[str]:
    """Weeks without it on these days, and days that have it and are not among those named."""
    any_of = any_of or (not subject and _is_available(segment))
    missing = [week.pointer for week in weeks if not _on_days(week, subject, days, any_of)]
    lenient = len(weeks) > 2 and bool(subject.sessions or subject.exercises)
    if len(missing) > (len(weeks) // 4 if lenient else 0):
        return missing
    if not (subject or segment.has("only") or _is_available(segment)):
        return []
    elsewhere = _elsewhere(plan, subject, days | set(segment.weekdays))
    return elsewhere or (_outside(plan, subject, weeks) if segment.has("weekref") else [])


def _elsewhere(plan: PlanFacts, subject: WishSubject, allowed: set[int]) -> list[str]:
    """Where it is on other days; a race is where its date is."""
    others = (
        day
        for day in plan.days()
        if day.number not in allowed and not (day.raced and "race" not in subject.sessions)
    )
    return [place for day in others for place in subject.places(day)]


def _outside(plan: PlanFacts, subject: WishSubject, weeks: Sequence[PlacedWeek]) -> list[str]:
    """Where it is in other weeks than those it is limited to."""
    others = (week for week in plan.weeks if week not in weeks and not week.easy)
    return [place for week in others for day in week.days for place in subject.places(day)]


_AVAILABLE = frozenset({"can", "available", "free", "можу", "вільний", "вільна", "може"})


def _is_available(segment: Segment) -> bool:
    """Days there are, and not days that have to be used."""
    return segment.says(*_AVAILABLE) and not segment.has("count")


def _on_days(week: PlacedWeek, subject: WishSubject, days: set[int], any_of: bool) -> bool:
    have = {day.number for day in days_with(subject, week)}
    return bool(have & days) if any_of else days <= have


def _ranged(segment: Segment, tags: Sequence[Tag]) -> Iterator[tuple[int, ...]]:
    """The days of each tag, and those between two that are joined by a dash or `to`."""
    for tag, after in zip(tags, (*tags[1:], None), strict=True):
        yield tag.numbers
        if after is None:
            continue
        between = [word.text for word in segment.words[tag.last : after.first]]
        glue = segment.words[tag.last - 1].glue.strip()
        if between in (["to"], ["through"], ["по"], ["до"]) or (not between and glue in {"-", "–"}):
            yield tuple(range(tag.numbers[0], after.numbers[-1] + 1))
