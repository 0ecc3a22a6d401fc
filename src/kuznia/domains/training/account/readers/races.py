"""Dates and races: the beginning of a plan, its event, the time to finish in."""

from collections.abc import Iterator, Sequence
from datetime import date

from kuznia.domains.training.account.answers import WishVerdict, either, met, unclear, unmet
from kuznia.domains.training.account.facts import WEEKS, PlacedDay, PlanFacts
from kuznia.domains.training.account.language.segments import Segment
from kuznia.domains.training.language.tokens import Tag


def start(segment: Segment, plan: PlanFacts) -> Iterator[WishVerdict]:
    """`from the 28th of December`, `starting on Monday`."""
    day = segment.first_of("date")
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


def goal_time(segment: Segment, plan: PlanFacts) -> Iterator[WishVerdict]:
    """`finish under 55 minutes`, `10 км за 50 хвилин`: the race is planned for that time."""
    tag = segment.first_of("minutes")
    about = segment.has("km", "race", "date") or any(
        one.kind in {"km", "race", "date"} for one in segment.before
    )
    if tag is None or not about or not segment.has("goal") or segment.has("count", "weekday"):
        return
    races = [p for p in plan.sessions() if p.session.kind == "race"]
    places = [p.pointer for p in races if p.session.minutes <= tag.high * 1.02]
    spent = [tag, *segment.all("at_most")]
    yield either(bool(places), spent, places, "No race is planned for this time.")


def event(segment: Segment, plan: PlanFacts) -> Iterator[WishVerdict]:
    """A race: its distance, its date, its weekday."""
    day = segment.first_of("date")
    distance = segment.first_of("km") or (_named_before(segment) if day else None)
    race = segment.first_of("race")
    if race and day is None and segment.avoids(race) and not _is_exempt(segment, race):
        yield _no_race([race, *segment.all("neg")], plan)
    elif not segment.has("per_week", "at_most", "at_least", "longest") and (
        _is_dated(segment, distance) if day else _is_aim(segment, distance)
    ):
        uses = [tag for tag in (segment.first_of("km"), day) if tag]
        uses += segment.all("goal", "race", "finish_by", *(("weekday",) if day else ()))
        yield _on_date(uses, day, distance, plan) if day else _at_length(uses, distance, plan)


def _is_exempt(segment: Segment, race: Tag) -> bool:
    """Whether the race is no more than the exception, or the time, of something else."""
    beside = any(0 <= race.first - tag.last <= 1 for tag in segment.all("neg"))
    return not beside or segment.says("except", "unless", "крім", "окрім")


def _no_race(uses: Sequence[Tag], plan: PlanFacts) -> WishVerdict:
    """`not for a race`."""
    races = [p.pointer for p in plan.sessions() if p.session.kind == "race"]
    return either(not races, uses, races or [WEEKS], "There is a race in the plan.")


def _is_dated(segment: Segment, distance: Tag | None) -> bool:
    return segment.has("race", "goal") or distance is not None


def _is_aim(segment: Segment, distance: Tag | None) -> bool:
    """Whether a distance without a date is what the plan is to lead to."""
    if distance is None or segment.states or "long" in segment.subject.sessions:
        return False
    has_name = distance.low in {21.1, 42.2}
    return segment.has("goal", "race") or has_name or segment.subject.sports == _RUNNING


_RUNNING = frozenset({"running"})


def _on_date(uses: Sequence[Tag], day: Tag, distance: Tag | None, plan: PlanFacts) -> WishVerdict:
    """The race of that day, or what stands for one."""
    those = [placed for placed in plan.days() if _is(day, placed.day.date)]
    # Only runs have races; a long ride is one of the plan's long sessions.
    races = [
        placed.pointer
        for one in those
        for placed in one.sessions
        if (placed.session.kind == "race" or (distance and placed.session.sport != "running"))
        and (not distance or placed.session.km is None or _near(placed.session.km, distance))
    ]
    if races:
        return met(uses, races)
    if distance is None and not plan.has_endurance and _ends_near(day, plan):
        # A meet of lifters is no session of ours: the plan ends in its week.
        return met(uses, [plan.weeks[-1].pointer])
    return _offered(uses, plan, "The plan has no race on that date.")


def _at_length(uses: Sequence[Tag], distance: Tag | None, plan: PlanFacts) -> WishVerdict:
    """A distance without a date: some session is as long."""
    least = distance.low * 0.97 if distance else 0.0
    places = [p.pointer for p in plan.sessions() if (p.session.km or 0) >= least]
    if places:
        return met(uses, places)
    return _offered(uses, plan, "The plan does not come to this distance.")


def _named_before(segment: Segment) -> Tag | None:
    """`half marathon (11 April 2027)`: the distance stands before the date."""
    distances = [tag for tag in segment.before if tag.kind == "km"]
    return distances[-1] if distances and not segment.owns_subject else None


def _ends_near(day: Tag, plan: PlanFacts) -> bool:
    last = [placed.day.date for placed in plan.weeks[-1].days if placed.day.date]
    return any(_is(day, date.fromordinal(one.toordinal() + 7 * w)) for one in last for w in (0, 1))


def _near(km: float | None, distance: Tag) -> bool:
    return km is not None and distance.low * 0.97 <= km <= distance.high * 1.03


def _offered(uses: Sequence[Tag], plan: PlanFacts, why: str) -> WishVerdict:
    """What was asked for is not there; an offer in the plan says why."""
    if plan.plan.offers:
        return WishVerdict(
            "not_possible", tuple(uses), ("/plan/offers/0",), plan.plan.offers[0].message
        )
    return unmet(uses, why)


def weekday_of_date(segment: Segment, plan: PlanFacts) -> Iterator[WishVerdict]:
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
