"""Weeks, dates, days of the week, and how often: held against the plan's days."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise

from kuznia.domains.training.account.answers import Answer, either, met, unclear, unmet
from kuznia.domains.training.account.facts import (
    WEEKS,
    PlacedDay,
    PlacedWeek,
    PlanFacts,
    Subject,
    days_with,
    pointers,
)
from kuznia.domains.training.account.language.segments import THINGS, Segment
from kuznia.domains.training.account.language.tokens import Tag
from kuznia.domains.training.account.phases import weeks_in

_MONTH = (4.0, 4.6)


def length(segment: Segment, plan: PlanFacts) -> Iterator[Answer]:
    """`8 weeks`, `a month`."""
    tag = segment.one("weeks", "months")
    if tag is None or segment.has("easier", "deload", "longest"):
        return
    low, high = tag.low, tag.high
    if tag.kind == "months":
        low, high = low * _MONTH[0], high * _MONTH[1]
    if segment.has("now") and not segment.asks:
        return
    have = len(plan.weeks)
    low = 1 if segment.has("at_most") else low
    if low <= have <= high:
        yield met([tag, *segment.all("at_most")], [WEEKS])
    elif have == plan.athlete.weeks and tag.kind == "weeks":
        yield unclear([tag], f"The prompt says {tag.low:g} weeks, the profile {have}. Which is it?")
    else:
        yield unmet([tag], f"The plan has {have} weeks.", [WEEKS])


def start(segment: Segment, plan: PlanFacts) -> Iterator[Answer]:
    """`from the 28th of December`, `starting on Monday`."""
    day = segment.one("date")
    begin = next(
        (tag for tag in segment.all("begin") if day and 0 <= day.first - tag.last <= 1), None
    )
    if day is None or begin is None or segment.has("race"):
        return
    first = plan.plan.start or _date(next(plan.days(), None))
    if first is None:
        yield unmet([day, begin], "The plan has no dates.")
        return
    # Weeks begin on Monday, and a plan may begin in the middle of one.
    near = any(_is(day, date.fromordinal(first.toordinal() + more)) for more in range(-6, 7))
    exact = _is(day, first) or (near and first.weekday() == 0)
    where = ["/plan/start"] if plan.plan.start else ["/plan/weeks/0/days/0"]
    yield either(exact, [day, begin], where, f"The plan begins on {first}.")


def _date(placed: PlacedDay | None) -> date | None:
    return placed.day.date if placed else None


def _is(tag: Tag, day: date | None) -> bool:
    if day is None:
        return False
    number, month, year = tag.numbers
    return (day.day, day.month) == (number, month) and year in {0, day.year}


def goal_time(segment: Segment, plan: PlanFacts) -> Iterator[Answer]:
    """`finish under 55 minutes`, `10 км за 50 хвилин`: the race is planned for that time."""
    tag = segment.one("minutes")
    about = segment.has("km", "race", "date") or any(
        one.kind in {"km", "race", "date"} for one in segment.before
    )
    if tag is None or not about or not segment.has("goal") or segment.has("count", "weekday"):
        return
    races = [p for p in plan.sessions() if p.session.kind == "race"]
    places = [p.pointer for p in races if p.session.minutes <= tag.high * 1.02]
    spent = [tag, *segment.all("at_most")]
    yield either(bool(places), spent, places, "No race is planned for this time.")


def event(segment: Segment, plan: PlanFacts) -> Iterator[Answer]:
    """A race: its distance, its date, its weekday."""
    day = segment.one("date")
    distance = segment.one("km") or (_named_before(segment) if day else None)
    race = segment.one("race")
    if race and day is None and segment.avoids(race):
        # "not for a race".
        races = [p.pointer for p in plan.sessions() if p.session.kind == "race"]
        yield either(
            not races, [race, *segment.all("neg")], races or [WEEKS], "There is a race in the plan."
        )
        return
    about = segment.has("race", "goal") or distance is not None
    if not about or segment.has("per_week", "at_most", "at_least", "longest"):
        return
    if segment.states and not day:
        return
    if day is None and (
        distance is None or "long" in segment.subject.sessions or not _is_aim(segment, distance)
    ):
        return
    uses = [tag for tag in (segment.one("km"), day) if tag]
    uses += segment.all("goal", "race", "finish_by", "longest")
    if day:
        uses += segment.all("weekday")
    places = [placed for placed in plan.days() if placed.raced]
    if day:
        places = [placed for placed in places if _is(day, placed.day.date)]
        missing = "The plan has no race on that date."
    else:
        missing = "The plan does not come to this distance."
    if day and not places:
        # Only runs have races; a long ride is one of the plan's long sessions.
        places = [placed for placed in plan.days() if _is(day, placed.day.date)]
    races = [
        placed
        for place in places
        for placed in place.sessions
        if (placed.session.kind == "race" or (distance and placed.session.km))
        and (not distance or _near(placed.session.km, distance))
    ]
    if races:
        yield met(uses, [placed.pointer for placed in races])
    elif day and not plan.has_endurance and _ends_near(day, plan):
        # A meet of lifters is no session of ours: the plan ends in its week.
        yield met(uses, [plan.weeks[-1].pointer])
    elif day is None and distance is not None:
        yield _without_race(uses, distance, plan, missing)
    else:
        yield _offered(uses, plan, missing)


def _named_before(segment: Segment) -> Tag | None:
    """`half marathon (11 April 2027)`: the distance stands before the date."""
    distances = [tag for tag in segment.before if tag.kind == "km"]
    return distances[-1] if distances and not segment.owns_subject else None


def _ends_near(day: Tag, plan: PlanFacts) -> bool:
    last = [placed.day.date for placed in plan.weeks[-1].days if placed.day.date]
    return any(_is(day, date.fromordinal(one.toordinal() + 7 * w)) for one in last for w in (0, 1))


def _is_aim(segment: Segment, distance: Tag) -> bool:
    has_name = distance.low in {21.1, 42.2}
    return segment.has("goal", "race") or has_name or segment.subject.sports == {"running"}


def _near(km: float | None, distance: Tag) -> bool:
    return km is not None and distance.low * 0.97 <= km <= distance.high * 1.03


def _without_race(uses: Sequence[Tag], distance: Tag, plan: PlanFacts, why: str) -> Answer:
    """A distance without a date: some session is as long."""
    places = [p.pointer for p in plan.sessions() if (p.session.km or 0) >= distance.low * 0.97]
    return met(uses, places) if places else _offered(uses, plan, why)


def _offered(uses: Sequence[Tag], plan: PlanFacts, why: str) -> Answer:
    """What was asked for is not there; an offer in the plan says why."""
    if plan.plan.offers:
        return Answer("not_possible", tuple(uses), ("/plan/offers/0",), plan.plan.offers[0].message)
    return unmet(uses, why)


def weekday_of_date(segment: Segment, plan: PlanFacts) -> Iterator[Answer]:
    """`14 February 2027, it's a Sunday`."""
    days = segment.all("weekday")
    dated = [tag for tag in (*segment.before, *segment.tags) if tag.kind == "date"]
    alone = len(days) == 1 and not segment.has(*_MORE_THAN_A_DAY)
    if not alone or not dated or not (segment.date_before or segment.has("date")):
        return
    placed = [p for p in plan.days() if _is(dated[-1], p.day.date)]
    year = dated[-1].numbers[2]
    weekday = _weekday(dated[-1]) if year else (placed[0].number if placed else 0)
    spent = [*days, *segment.all("date")]
    if weekday and weekday not in days[0].numbers:
        yield unclear(spent, "This date is on another day of the week. Which is right?")
    else:
        yield met(spent, [p.pointer for p in placed] or [WEEKS])


_MORE_THAN_A_DAY = ("count", "minutes", "session", "sport", "kind", "group", "exercise", "off")


def _weekday(tag: Tag) -> int:
    day, month, year = tag.numbers
    try:
        return date(year, month, day).isoweekday()
    except ValueError:
        return 0


def days_off(segment: Segment, plan: PlanFacts) -> Iterator[Answer]:
    """`Fridays off`, `no running on Monday`, `at least two rest days`."""
    days = segment.all("weekday")
    marks = segment.all("off", "unavailable")
    denials = [
        tag
        for tag in segment.all("neg")
        if days and (tag.last <= days[0].first or not segment.has(*THINGS))
    ]
    if days and segment.has("after", "before") and marks:
        return
    if not days:
        yield from _rest_days(segment, plan)
        return
    is_off = bool(marks) or segment.mode == "off"
    if not is_off and not denials:
        return
    if denials and not is_off and segment.has("minutes", "at_most", "same_day"):
        return
    subject = segment.subject if segment.owns_subject and not marks else Subject()
    closed = {day for tag in days for day in tag.numbers}
    those = [day for day in plan.days() if day.number in closed]
    broken = [day for day in those if subject.places(day)]
    uses = [*days, *marks, *denials, *segment.all("keep", "only"), *_subject_tags(segment, subject)]
    if broken:
        yield unmet(uses, "These days are trained.", (day.pointer for day in broken))
    else:
        yield met(uses, [day.pointer for day in those] or [WEEKS])


def _subject_tags(segment: Segment, subject: Subject) -> tuple[Tag, ...]:
    return segment.all("sport", "session", "kind", "group", "exercise") if subject else ()


def _rest_days(segment: Segment, plan: PlanFacts) -> Iterator[Answer]:
    count = segment.one("count")
    marks = segment.all("off")
    if not marks or count is None or segment.has("neg"):
        return
    short = [week for week in plan.weeks if 7 - len(week.trained) < count.low]
    uses = [count, *marks, *segment.all("at_least", "per_week")]
    yield either(not short, uses, [w.pointer for w in short] or [WEEKS], "Fewer days are free.")


def frequency(segment: Segment, plan: PlanFacts) -> Iterator[Answer]:
    """`three runs a week`, `deadlift twice a week`, `four days: Monday, Tuesday, ...`."""
    counts = segment.all("count")
    if not counts or (segment.states and segment.has("now")):
        return
    count = counts[0]
    if segment.has("in_a_row") and not segment.has("per_week"):
        return
    # "10 pull-ups" are repetitions, whatever counts them.
    is_reps = (segment.subject.exercises and segment.has("goal", "best")) or count.high > _MAX_TIMES
    if count.name in {"times", ""} and is_reps and not segment.has("per_week"):
        return
    weekly = segment.has("per_week") or count.name in {"days", "noun", "sessions"}
    if not (weekly or (count.name in {"times", ""} and segment.subject)):
        return
    subject = segment.subject
    weeks = weeks_in(segment, plan) or plan.full
    uses = [count, *segment.all("per_week", "at_least", "at_most", "unit"), *_own(segment)]
    for variant in dict.fromkeys((subject.narrow, subject)):
        wrong = _miscounted(segment, count, variant, weeks, plan)
        if not wrong:
            places = pointers(_all_days(plan, variant), variant.places)
            yield met(uses, places or ([WEEKS] if not count.high else []))
            return
    trained = len(plan.full[0].trained)
    if not subject and count.high < segment.counted == trained:
        # "two sessions with kettlebells and one of mobility".
        yield met(uses, [week.pointer for week in plan.full])
        return
    if not subject and plan.athlete.days == trained and not segment.has("at_most", "at_least"):
        question = f"The prompt says {count.low:g} days a week, the profile {trained}. Which?"
        yield unclear(uses, question)
    else:
        yield unmet(uses, "Some weeks have another number.", [week.pointer for week in wrong])


_MAX_TIMES = 14


def _own(segment: Segment) -> tuple[Tag, ...]:
    """What the subject was read from, where the segment names it itself."""
    kinds = ("sport", "session", "kind", "group", "exercise")
    return tuple(tag for tag in segment.all(*kinds) if not segment.avoids(tag))


def _all_days(plan: PlanFacts, subject: Subject) -> Iterator[PlacedDay]:
    return (day for week in plan.weeks for day in days_with(subject, week))


def _miscounted(
    segment: Segment, count: Tag, subject: Subject, weeks: Sequence[PlacedWeek], plan: PlanFacts
) -> list[PlacedWeek]:
    low = 0.0 if segment.has("at_most") else count.low
    high = 99.0 if segment.has("at_least") else count.high
    never = [w for w in plan.weeks if _times(subject, w) > high]
    return never or [w for w in weeks if not low <= _times(subject, w)]


def _times(subject: Subject, week: PlacedWeek) -> int:
    """Sessions of a sport are counted one by one, everything else by days."""
    if (subject.sports or subject.sessions) and not subject.strength:
        return sum(len(subject.places(day)) for day in week.days)
    return len(days_with(subject, week))


def weekdays(segment: Segment, plan: PlanFacts) -> Iterator[Answer]:
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
    subject = segment.subject
    days = {day for tag in _ranged(segment, tags) for day in tag}
    weeks = weeks_in(segment, plan) or plan.full
    uses = [*tags, *segment.all("only", "keep", "weekref", "begin", "per_week"), *_own(segment)]
    any_of = any(tag.name for tag in tags)
    for variant in dict.fromkeys((subject.narrow, subject)):
        wrong = _misplaced(segment, plan, variant, days, weeks, any_of)
        if not wrong:
            yield met(uses, _places(plan, variant, days))
            return
    yield unmet(uses, "It is on other days in the plan.", wrong)


def _places(plan: PlanFacts, subject: Subject, days: set[int]) -> tuple[str, ...]:
    return pointers((day for day in plan.days() if day.number in days), subject.places)


def _misplaced(
    segment: Segment,
    plan: PlanFacts,
    subject: Subject,
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
    allowed = days | set(segment.weekdays)
    strict = segment.has("only") or bool(subject) or _is_available(segment)
    if not strict or segment.has("also"):
        return []
    elsewhere = [
        place
        for day in plan.days()
        if day.number not in allowed and not (day.raced and "race" not in subject.sessions)
        for place in subject.places(day)
    ]
    early = [
        place
        for week in plan.weeks
        if segment.has("weekref") and week not in weeks and not week.easy
        for day in week.days
        for place in subject.places(day)
    ]
    return elsewhere or early


_AVAILABLE = frozenset({"can", "available", "free", "можу", "вільний", "вільна", "може"})


def _is_available(segment: Segment) -> bool:
    """Days there are, and not days that have to be used."""
    words = {word.text for word in segment.words[segment.first : segment.last]}
    return bool(words & _AVAILABLE) and not segment.has("count")


def _on_days(week: PlacedWeek, subject: Subject, days: set[int], any_of: bool) -> bool:
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


def spacing(segment: Segment, plan: PlanFacts) -> Iterator[Answer]:
    """Not on the same day, not two days in a row, nothing else that day."""
    same, row = segment.one("same_day"), segment.one("in_a_row", "alternate")
    if same is not None:
        mixed = [day.pointer for day in plan.days() if day.doses and day.sessions]
        uses = [same, *segment.all("neg", "kind", "sport")]
        apart = segment.has("neg") or segment.mode == "neg"
        both = [day.pointer for day in plan.days() if day.trained]
        yield either(apart != bool(mixed), uses, mixed or both, "Days are shared otherwise.")
    row = row or _between(segment)
    if row is not None and segment.has("count", "number") and segment.has("at_most", "neg"):
        yield _streak(segment, plan, row)
    elif row is not None and (row.kind in {"alternate", "off"} or segment.has("neg")):
        uses = [row, *segment.all("neg", "count"), *_own(segment)]
        broken = list(_in_a_row(plan, segment.subject))
        kept = [day.pointer for day in plan.days() if segment.subject.places(day)]
        yield either(not broken, uses, broken or kept, "Some days follow each other.")
    yield from _nothing_else(segment, plan)


def _between(segment: Segment) -> Tag | None:
    """`a rest day between runs`."""
    words = {word.text for word in segment.words[segment.first : segment.last]}
    return segment.one("off") if words & {"between", "між"} and not segment.has("minutes") else None


def _streak(segment: Segment, plan: PlanFacts, row: Tag) -> Answer:
    """`no more than three days in a row`; "not two days" are one at most."""
    count = segment.all("count", "number")[0]
    limit = count.high if segment.has("at_most") else count.high - 1
    longest, streak = 0, 0
    for day in plan.days():
        streak = streak + 1 if segment.subject.places(day) else 0
        longest = max(longest, streak)
    spent = [row, count, *segment.all("at_most", "neg"), *_own(segment)]
    return either(longest <= limit, spent, [WEEKS], f"{longest} days follow each other.")


def day_after(segment: Segment, plan: PlanFacts) -> Iterator[Answer]:
    """`a rest day after the long run`."""
    marks = segment.all("after")
    if not marks or not segment.has("off") or not segment.subject or segment.has("weekday"):
        return
    days = list(plan.days())
    broken = [
        after.pointer
        for day, after in pairwise(days)
        if segment.subject.places(day) and after.trained
    ]
    kept = [after.pointer for day, after in pairwise(days) if segment.subject.places(day)]
    spent = [*marks, *segment.all("off", "every_session"), *_own(segment)]
    yield either(not broken, spent, broken or kept, "These days are trained.")


def _in_a_row(plan: PlanFacts, subject: Subject) -> Iterator[str]:
    days = list(plan.days())
    for day, following in pairwise(days):
        if subject.places(day) and subject.places(following):
            yield following.pointer


def _nothing_else(segment: Segment, plan: PlanFacts) -> Iterator[Answer]:
    mark = segment.one("nothing_else")
    if mark is None:
        return
    if not any(tag.kind == "weekday" for tag in (*segment.before, *segment.tags)):
        # "A pair of dumbbells and a mat. Nothing else."
        have = plan.athlete.equipment
        strange = [p.pointer for p in plan.doses() if p.exercise and not p.exercise.fits(have)]
        shown = strange or [p.pointer for p in plan.doses()] or [WEEKS]
        yield either(not strange, [mark], shown, "These need something else.")
        return
    named = {
        n for tag in (*segment.before, *segment.tags) if tag.kind == "weekday" for n in tag.numbers
    }
    mixed = [d.pointer for d in plan.days() if d.number in named and d.doses and d.sessions]
    uses = [mark, *segment.all("that_day", "neg")]
    rest = [d.pointer for d in plan.days() if d.number in named and d.trained]
    yield either(not mixed, uses, mixed or rest, "These days hold more.")
