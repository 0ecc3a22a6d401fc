"""What is in a plan and nobody asked for: neither the prompt, nor the profile, nor the planner."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from kuznia.domains.training.account.facts import PlacedDay, PlacedWeek, PlanFacts
from kuznia.domains.training.account.language.context import segments_of
from kuznia.domains.training.account.language.segments import Segment
from kuznia.domains.training.account.readers.loads import kg_of
from kuznia.domains.training.language.named import exercises_of
from kuznia.domains.training.language.tokens import Tag
from kuznia.domains.training.planner.wording import notice_codes
from kuznia.domains.training.schema.plan import PlannedSession
from kuznia.forge.terms import Wish
from kuznia.forge.wishes.clauses import clauses
from kuznia.forge.wishes.matching import share, terms

_EXPLOSIVE = frozenset({"jump", "olympic"})
_MAX_WHERE = 24
_NEAR = 0.02
# A notice of which so much is in the prompt was asked for.
_ASKED = 0.3
_OVER = 1.15


@dataclass(frozen=True)
class PlanAsked:
    """What prompt and profile name, whatever they say of it."""

    tags: tuple[Tag, ...]
    segments: tuple[Segment, ...]
    prompt: str
    plan: PlanFacts
    # Places that answer a clause.
    shown: frozenset[str]

    def has(self, *kinds: str) -> bool:
        return any(tag.kind in kinds for tag in self.tags)

    def named(self, kind: str) -> frozenset[str]:
        return frozenset(tag.name for tag in self.tags if tag.kind == kind)


def not_asked(
    prompt: str, read: tuple[Segment, ...], plan: PlanFacts, shown: frozenset[str]
) -> Iterator[Wish]:
    """Everything of substance that no clause and no fact of the profile asks for."""
    tags = tuple(tag for segment in read for tag in segment.tags)
    asked = PlanAsked(tags, read, prompt, plan, shown)
    for look in (_days, _lengths, _sports, _kinds, _races, _doses, _loads, _notices, _words):
        yield from look(asked)


def _wish(where: Iterable[str], why: str) -> Iterator[Wish]:
    places = tuple(dict.fromkeys(where))[:_MAX_WHERE]
    if places:
        yield Wish("", 0, 0, "not_asked", places, why)


def _days(asked: PlanAsked) -> Iterator[Wish]:
    """Days beyond those there are, and weekdays that are closed."""
    athlete, plan = asked.plan.athlete, asked.plan
    counts = [int(tag.high) for tag in asked.tags if tag.kind == "count"]
    limit = max([athlete.days, *(n for n in counts if n <= 7)])
    if "every_day" not in asked.named("count"):
        weeks = (week.pointer for week in plan.weeks if len(_worked(week)) > limit)
        yield from _wish(weeks, f"More than {limit} days are trained.")
    named = {day for tag in asked.tags if tag.kind == "weekday" for day in tag.numbers}
    if athlete.weekdays:
        closed = (
            day.pointer
            for day in plan.days()
            if day.trained and day.number not in {*athlete.weekdays, *named}
        )
        yield from _wish(closed, "The profile does not have this weekday.")
    double = (
        day.pointer
        for day in plan.days()
        if len(day.sessions) > 1
        and not {p.session.sport for p in day.sessions} <= asked.named("sport")
    )
    yield from _wish(double, "There is more than one session on the day.")


def _lengths(asked: PlanAsked) -> Iterator[Wish]:
    """Days longer than any time that prompt or profile name."""
    profile, plan = asked.plan.profile, asked.plan
    named = [tag.high for tag in asked.tags if tag.kind == "minutes"]
    long = profile.endurance.long_minutes if profile.endurance else None
    limit = max([float(profile.minutes), float(long or 0), *named])
    over = (day.pointer for day in plan.days() if day.day.minutes > limit * _OVER and not day.raced)
    yield from _wish(over, f"More than {limit:g} minutes.")


def _worked(week: PlacedWeek) -> list[PlacedDay]:
    """Days with more than stretches."""
    return [day for day in week.trained if day.lifted or day.sessions]


def _sports(asked: PlanAsked) -> Iterator[Wish]:
    sports = {asked.plan.athlete.endurance.sport, *asked.named("sport")}
    strange = (p.pointer for p in asked.plan.sessions() if p.session.sport not in sports)
    yield from _wish(strange, "Neither prompt nor profile names this sport.")


def _kinds(asked: PlanAsked) -> Iterator[Wish]:
    kind = asked.plan.athlete.kind
    about_strength = asked.has("group", "exercise", "equipment", "muscle")
    about_strength = about_strength or "strength" in asked.named("kind") | asked.named("aim")
    if kind == "endurance" and not about_strength:
        days = (day.pointer for day in asked.plan.days() if day.doses)
        yield from _wish(days, "Strength was not asked for.")
    if kind == "strength" and not (asked.has("sport", "session", "kind", "km")):
        yield from _wish((p.pointer for p in asked.plan.sessions()), "Endurance was not asked for.")


def _races(asked: PlanAsked) -> Iterator[Wish]:
    event = asked.plan.profile.endurance and asked.plan.profile.endurance.event
    if event or asked.has("race", "date") or any(map(_is_goal, asked.segments)):
        return
    races = (p.pointer for p in asked.plan.sessions() if p.session.kind == "race")
    yield from _wish(races, "No race was asked for.")


def _is_goal(segment: Segment) -> bool:
    """Whether a distance is one to be run, and not that of a usual week."""
    distances = segment.all("km")
    named = any(tag.low in {21.1, 42.2} for tag in distances)
    return named or bool(distances and (segment.has("goal") or segment.asks))


def _doses(asked: PlanAsked) -> Iterator[Wish]:
    """Exercises with equipment that is not there, and jumps that nobody asked for."""
    plan = asked.plan
    have = plan.athlete.equipment | asked.named("equipment") | {"chair", "wall"}
    lacking = (p.pointer for p in plan.doses() if p.exercise and not p.exercise.fits(have))
    if "gym" not in asked.named("place"):
        yield from _wish(lacking, "This needs equipment that nobody has named.")
    named = [exercises_of(tag).wide for tag in asked.tags if tag.kind in {"group", "exercise"}]
    ids = frozenset[str]().union(*named)
    if plan.athlete.aim != "power" and "power" not in asked.named("aim"):
        jumps = (
            p.pointer
            for p in plan.doses()
            if p.exercise and p.exercise.pattern in _EXPLOSIVE and p.id not in ids
        )
        yield from _wish(jumps, "Jumps and fast lifts were not asked for.")


def _loads(asked: PlanAsked) -> Iterator[Wish]:
    """A load needs a known best, or a weight that the prompt names, and is no heavier."""
    maxes = asked.plan.athlete.maxes
    over = (p.pointer for p in asked.plan.doses() if kg_of(p) > maxes.get(p.id, kg_of(p)) * _OVER)
    yield from _wish(over, "This load is above the best that is known.")
    if asked.has("kg"):
        return
    bests = asked.plan.athlete.maxes
    loaded = (p.pointer for p in asked.plan.doses() if p.dose.load and p.id not in bests)
    yield from _wish(loaded, "No best is known from which this load could come.")


def _notices(asked: PlanAsked) -> Iterator[Wish]:
    """Notices that are neither ours nor about anything in the prompt."""
    prompt = terms(asked.prompt).stems
    topics = asked.named("topic")
    for place, notice in enumerate(asked.plan.plan.notices):
        if notice.code in notice_codes() or f"/plan/notices/{place}" in asked.shown:
            continue
        tags = [tag for segment in _segments(notice.text) for tag in segment.tags]
        if topics & {tag.name for tag in tags if tag.kind == "topic"}:
            continue
        strange = {tag.name for tag in tags if tag.kind == "cannot"} - asked.named("cannot")
        stems = terms(notice.text).stems
        if strange or not stems or share(stems, prompt) < _ASKED:
            yield from _wish([f"/plan/notices/{place}"], "No clause asks for this notice.")


# The planner's own titles and themes are in every second plan.
@lru_cache(maxsize=512)
def _segments(text: str) -> tuple[Segment, ...]:
    return tuple(one for pieces in segments_of(text, clauses(text)) for one in pieces)


def _words(asked: PlanAsked) -> Iterator[Wish]:
    """Numbers, dates, sports and exercises in titles that nothing else in the plan has."""
    plan = asked.plan.plan
    texts = [("/plan/title", plan.title), ("/plan/summary", plan.summary)]
    texts += [
        (f"/plan/weeks/{place}/{name}", text)
        for place, week in enumerate(plan.weeks)
        for name, text in (("theme", week.theme), ("goal", week.goal))
    ]
    known = _known(asked)
    for place, text in {text: place for place, text in reversed(texts)}.items():
        strange = [
            tag
            for segment in _segments(place)
            for tag in segment.tags
            if _is_strange(tag, segment, asked, known)
        ]
        if strange:
            yield from _wish([text], "It names what neither prompt, profile nor days hold.")


def _known(asked: PlanAsked) -> dict[str, set[float]]:
    """The numbers that a title may name, by unit."""
    profile, plan = asked.plan.profile, asked.plan
    numbers: dict[str, set[float]] = {"km": set(), "kg": set(), "minutes": set()}
    for tag in asked.tags:
        for kind in ("km", "kg", "minutes"):
            if tag.kind in {kind, "number"}:
                numbers[kind] |= {tag.low, tag.high}
    sessions = [placed.session for placed in plan.sessions()]
    numbers["km"] |= {session.km for session in sessions if session.km is not None}
    numbers["km"] |= {week.km for week in plan.weeks}
    numbers["km"] |= (
        {5.0, 10.0, 21.1, 42.2} if profile.endurance and profile.endurance.event else set()
    )
    numbers["kg"] |= {placed.dose.load for placed in plan.doses() if placed.dose.load}
    numbers["kg"] |= {lift.weight for lift in profile.lifts}
    numbers["kg"] |= {size for size in (profile.weight, profile.target_weight) if size}
    endurance = profile.endurance
    if endurance:
        numbers["km"] |= {size for size in (endurance.weekly_km, endurance.longest_km) if size}
        numbers["minutes"] |= {float(endurance.long_minutes or 0)}
    numbers["minutes"] |= set(_step_minutes(sessions))
    numbers["minutes"] |= {float(profile.minutes), *(float(s.minutes) for s in sessions)}
    numbers["minutes"] |= {float(day.day.minutes) for day in plan.days()}
    return numbers


def _step_minutes(sessions: Iterable[PlannedSession]) -> Iterator[float]:
    for session in sessions:
        for block in session.blocks:
            yield from (step.seconds / 60 for step in block.steps)


def _is_strange(tag: Tag, segment: Segment, asked: PlanAsked, known: dict[str, set[float]]) -> bool:
    if tag.kind in known:
        return not any(abs(tag.low - size) <= max(0.5, _NEAR * size) for size in known[tag.kind])
    if tag.kind == "date":
        return not _is_known_date(tag, asked)
    if segment.avoids(tag):
        return False
    if tag.kind == "sport":
        sports = {p.session.sport for p in asked.plan.sessions()} | asked.named("sport")
        return tag.name not in sports | {asked.plan.athlete.endurance.sport}
    if tag.kind in {"group", "exercise"}:
        # "Small step up" is no exercise: a name of a week says how, a title says what.
        return segment.has("goal", "kind", "muscle", "request") and _is_unplanned(tag, asked)
    if tag.kind == "cannot":
        return tag.name not in asked.named("cannot")
    if tag.kind == "aim" and tag.name == "weight_loss":
        return asked.plan.athlete.aim != "weight_loss" and tag.name not in asked.named("aim")
    return False


def _is_known_date(tag: Tag, asked: PlanAsked) -> bool:
    day, month, year = tag.numbers
    if any(one.kind == "date" and one.numbers[:2] == (day, month) for one in asked.tags):
        return True
    dates = [placed.day.date for placed in asked.plan.days() if placed.day.date]
    return any((d.day, d.month) == (day, month) and year in {0, d.year} for d in dates)


def _is_unplanned(tag: Tag, asked: PlanAsked) -> bool:
    if any(one.kind == tag.kind and one.name == tag.name for one in asked.tags):
        return False
    ids = exercises_of(tag).wide
    return not any(placed.id in ids for placed in asked.plan.doses())
