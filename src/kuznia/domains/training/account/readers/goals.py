"""Aims, places, splits, and kinds of training that are simply to be there."""

from collections.abc import Iterator, Sequence

from kuznia.domains.training.account.answers import WishVerdict, either
from kuznia.domains.training.account.facts import WEEKS, PlacedDay, PlanFacts, WishSubject
from kuznia.domains.training.account.language.segments import Segment
from kuznia.domains.training.account.readers.phases import weeks_in
from kuznia.domains.training.catalogue import patterns
from kuznia.domains.training.language.tokens import Tag

_PUSH = frozenset({"h_push", "v_push", "arm_ext", "shoulder_iso"})
_PULL = frozenset({"h_pull", "v_pull", "arm_flex"})
# The part of the work of a day that may be of another half of the body.
_PURE = 0.8


def aims(segment: Segment, plan: PlanFacts) -> Iterator[WishVerdict]:
    """`get stronger`, `lose weight`, `витривалість`."""
    for tag in segment.all("aim"):
        if segment.states and not segment.has("goal", "keep", "love"):
            continue
        spent = [tag, *segment.all("goal", "keep", "focus")]
        places = list(_towards(tag.name, plan))
        yield either(bool(places), spent, places, "Nothing in the plan's days leads there.")


def _towards(aim: str, plan: PlanFacts) -> Iterator[str]:
    """Weeks whose days lead to an aim; none, if one full week does not."""
    weeks = [week.pointer for week in plan.full if any(_serves(aim, day) for day in week.days)]
    if len(weeks) == len(plan.full):
        yield from weeks


def _serves(aim: str, day: PlacedDay) -> bool:
    if aim in {"strength", "muscle"}:
        return day.lifted
    if aim == "stamina":
        return bool(day.sessions)
    ids = {placed.exercise.pattern for placed in day.doses if placed.exercise}
    if aim == "power":
        kinds = {placed.session.kind for placed in day.sessions}
        return bool(ids & {"jump", "olympic"} or kinds & {"strides", "intervals"})
    if aim == "mobility":
        return "mobility" in ids
    if aim == "posture":
        return bool(ids & {"h_pull", "v_pull"})
    return day.trained


def places(segment: Segment, plan: PlanFacts) -> Iterator[WishVerdict]:
    """`at home`, `in the gym`, `outdoors`."""
    for tag in segment.all("place"):
        if segment.has("now") and not segment.asks:
            continue
        machines = [
            p.pointer
            for p in plan.doses()
            if p.exercise and p.exercise.load_type in {"machine", "cable"}
        ]
        strange = machines if tag.name == "home" and not _at_gym(segment, plan) else []
        if segment.avoids(tag) and tag.name != "home":
            strange = machines
        spent = [tag, *segment.all("neg")]
        rest = [p.pointer for p in plan.doses()] or [WEEKS]
        if tag.name == "gym" and plan.has_strength and not segment.avoids(tag):
            loaded = [p.pointer for p in plan.doses() if p.exercise and p.exercise.equipment_all]
            yield either(bool(loaded), spent, loaded, "Nothing in the plan needs a gym.")
        else:
            yield either(not strange, spent, strange or rest, "These need a gym.")


def _at_gym(segment: Segment, plan: PlanFacts) -> bool:
    """Someone who trains at home and in a gym has machines in one of them."""
    return "gym" in segment.named("place") or bool(
        plan.athlete.equipment & {"cable", "leg_press"} and segment.states
    )


def splits(segment: Segment, plan: PlanFacts) -> Iterator[WishVerdict]:
    """`full body`, `upper/lower`, `push/pull/legs`."""
    for tag in segment.all("split"):
        days = [day for week in plan.full for day in week.days if day.doses]
        wrong = [day.pointer for day in days if not is_split(tag.name, day)]
        shown = wrong or [day.pointer for day in days]
        spent = [tag, *segment.all("every_session")]
        yield either(bool(days) and not wrong, spent, shown, "These days are split otherwise.")


def is_split(name: str, day: PlacedDay) -> bool:
    """Whether a day holds what this split allows on one."""
    bodies = [patterns()[placed.exercise.pattern].body for placed in day.doses if placed.exercise]
    bodies = [body for body in bodies if body != "core"]
    lower = bodies.count("lower") / len(bodies) if bodies else 0.5
    if name == "full":
        return 0 < lower < 1
    if name == "upper_lower":
        return lower >= _PURE or lower <= 1 - _PURE
    ids = {placed.exercise.pattern for placed in day.doses if placed.exercise}
    return lower >= _PURE or not (ids & _PUSH and ids & _PULL)


def multisport(segment: Segment, plan: PlanFacts) -> Iterator[WishVerdict]:
    """A race of several sports, and those of them that are not planned."""
    offers = plan.plan.offers
    place = next((n for n, offer in enumerate(offers) if offer.code == "E15"), None)
    if place is None:
        return
    planned = {placed.session.sport for placed in plan.sessions()}
    tags = [tag for tag in segment.all("sport") if tag.name not in planned]
    tags = [tag for tag in (*tags, *segment.all("multisport")) if not segment.avoids(tag)]
    if tags:
        spent = [*tags, *segment.all("race", "goal", "count", "per_week", "weeks", "date")]
        where = (f"/plan/offers/{place}",)
        yield WishVerdict("not_possible", tuple(spent), where, offers[place].message)


def presence(segment: Segment, plan: PlanFacts) -> Iterator[WishVerdict]:
    """A sport or a kind of training that is named and no more: it is there."""
    tags = [tag for tag in segment.all("sport", "session", "kind") if not segment.avoids(tag)]
    if not tags or segment.states:
        return
    weeks = weeks_in(segment, plan) or plan.full
    options = segment.says("or", "або", "чи")
    for tag in tags:
        subject = _either_of(tags) if options else _subject_of(tag)
        bare = [week for week in weeks if not any(subject.places(day) for day in week.days)]
        spent = [tag, *segment.all("weekref", "begin", "goal", "focus", "only", "love", "keep")]
        shown = [place for day in plan.days() for place in subject.places(day)]
        enough = len(bare) <= (len(weeks) / 2 if tag.kind == "session" else 0)
        yield either(bool(shown) and enough, spent, shown, "It is not in every week.")
    if any(0 <= tag.first - only.last <= 1 for only in segment.all("only") for tag in tags):
        yield from _nothing_but(segment, plan)


def _subject_of(tag: Tag) -> WishSubject:
    if tag.kind == "kind":
        return WishSubject(strength=tag.name == "strength", endurance=tag.name == "endurance")
    if tag.kind == "sport":
        return WishSubject(sports=frozenset({tag.name}))
    return WishSubject(sessions=frozenset({tag.name}))


def _either_of(tags: Sequence[Tag]) -> WishSubject:
    several = [_subject_of(tag) for tag in tags]
    return WishSubject(
        strength=any(one.strength for one in several),
        endurance=any(one.endurance for one in several),
        sports=frozenset[str]().union(*(one.sports for one in several)),
        sessions=frozenset[str]().union(*(one.sessions for one in several)),
    )


def _nothing_but(segment: Segment, plan: PlanFacts) -> Iterator[WishVerdict]:
    """`only strength`, `only running`."""
    subject = segment.subject
    if subject.sessions:
        return
    strange = [
        day.pointer
        for day in plan.days()
        if (day.doses and not subject.strength)
        or (day.sessions and subject.strength and not (subject.sports or subject.endurance))
    ]
    yield either(not strange, segment.all("only"), strange or [WEEKS], "Other training is there.")
