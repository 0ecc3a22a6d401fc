"""Exercises, muscles, equipment and kinds of training: wanted, avoided, or at hand."""

from collections.abc import Iterable, Iterator, Sequence

from kuznia.domains.training.account.answers import WishVerdict, either, impossible, met, unmet
from kuznia.domains.training.account.facts import (
    WEEKS,
    PlacedDay,
    PlacedDose,
    PlanFacts,
    WishSubject,
)
from kuznia.domains.training.account.language.context import SPORT_OF
from kuznia.domains.training.account.language.segments import (
    Segment,
)
from kuznia.domains.training.account.readers.phases import weeks_in
from kuznia.domains.training.language.named import exercises_of, muscles_of, needs, uses
from kuznia.domains.training.language.tokens import Tag

_WEIGHTS = frozenset({"barbell", "db", "machine", "cable"})
_STANDING = {"standing"}
_LIGHT_REPS = 6
_GYM_ONLY = frozenset({"chair", "wall", "mat", "towel"})
_POSTURE_TAGS = frozenset({"floor", "prone", "supine", "kneeling", "prone_plank"})


def heavy(segment: Segment, plan: PlanFacts) -> Iterator[WishVerdict]:
    """`no heavy weights`."""
    marks = segment.all("heavy_load")
    if marks and segment.has("neg"):
        low = [p.pointer for p in plan.doses() if _is_few(p)]
        shown = low or [p.pointer for p in plan.doses()] or [WEEKS]
        yield either(not low, [*marks, *segment.all("neg")], shown, "These are heavy.")


def _is_few(placed: PlacedDose) -> bool:
    """Whether so few repetitions make a weight a heavy one."""
    dose = placed.dose
    loaded = placed.exercise is None or placed.exercise.load_type not in {"bodyweight", "time"}
    return dose.unit == "reps" and dose.reps < _LIGHT_REPS and loaded


def places_on(tag: Tag, day: PlacedDay) -> Iterable[str]:
    """Where a day has what a tag names."""
    if tag.kind in {"group", "exercise"}:
        ids = exercises_of(tag).wide
        return (placed.pointer for placed in day.doses if placed.id in ids)
    if tag.kind == "equipment":
        return (p.pointer for p in day.doses if p.exercise and needed(p, tag.name))
    if tag.kind == "kind":
        places = (day.pointer,) if tag.name == "strength" and day.doses else ()
        sessions = (s.pointer for s in day.sessions) if tag.name == "endurance" else ()
        return (*places, *sessions)
    if tag.kind == "cannot":
        return ()
    subject = (
        WishSubject(sports=frozenset({tag.name}))
        if tag.kind == "sport"
        else WishSubject(sessions=frozenset({tag.name}))
    )
    return (place for place in subject.places(day) if not (tag.kind == "session" and day.raced))


def needed(placed: PlacedDose, item: str) -> bool:
    """Whether an exercise cannot be done without a piece of equipment."""
    if placed.exercise is None:
        return False
    if item == "weights":
        return _weighted(placed)
    if item == "bodyweight":
        return not (placed.exercise.equipment_all or placed.exercise.equipment_any)
    return needs(placed.exercise, item)


def included(segment: Segment, plan: PlanFacts) -> Iterator[WishVerdict]:
    """Exercises that are to be in the plan, in every session, first or last."""
    tags = [tag for tag in segment.all("group", "exercise") if not segment.avoids(tag)]
    if not tags:
        return
    marks = segment.all(
        "love",
        "goal",
        "focus",
        "every_session",
        "instead",
        "first_place",
        "last_place",
        "keep",
        "only",
        "swap",
        "count",
        "minutes",
    )
    ends = segment.has("first_place", "last_place", "goal")
    marks = tuple(tag for tag in marks if tag.kind != "count" or segment.has("in_a_row", "goal"))
    marks = tuple(tag for tag in marks if tag.kind != "minutes" or ends)
    if segment.says("or", "або", "чи"):
        wide = frozenset[str]().union(*(exercises_of(tag).wide for tag in tags))
        yield _included(segment, plan, wide, [*tags, *marks])
        return
    for tag in tags:
        named = exercises_of(tag)
        spent = [tag, *marks]
        yield _included(segment, plan, named.wide, spent)
    yield from _target(segment, plan, tags)


def _included(
    segment: Segment, plan: PlanFacts, ids: frozenset[str], spent: Sequence[Tag]
) -> WishVerdict:
    weeks = weeks_in(segment, plan) or plan.full
    places = [p.pointer for p in plan.doses() if p.id in ids]
    sessions = [day for week in weeks for day in week.days if day.doses]
    ends = [end for kind, end in _ENDS.items() if segment.has(kind)]
    if ends:
        wrong = [day.pointer for day in sessions if day.doses[ends[0]].id not in ids]
        return either(not wrong, spent, wrong or places, "It is elsewhere in the session.")
    if segment.has("every_session"):
        bare = [day.pointer for day in sessions if not _has(day, ids)]
        return either(not bare, spent, bare or places, "Some sessions are without it.")
    without = [week.pointer for week in weeks if not any(_has(day, ids) for day in week.days)]
    # Exercises change from block to block; what was asked for is in most of the weeks.
    is_there = bool(places) and len(without) <= len(weeks) / 3
    return either(is_there, spent, places if is_there else without, "It is not in the plan.")


_ENDS = {"first_place": 0, "last_place": -1}


def _has(day: PlacedDay, ids: frozenset[str]) -> bool:
    return any(placed.id in ids for placed in day.doses)


def _target(segment: Segment, plan: PlanFacts, tags: Sequence[Tag]) -> Iterator[WishVerdict]:
    """`5 pull-ups in a row`: so many are tried by the end."""
    goes_on = any(tag.kind == "goal" for tag in segment.before) and not segment.states
    if not (segment.has("goal", "in_a_row") or goes_on):
        return
    number = segment.first_of("count", "reps", "number", "minutes", "seconds")
    if number is None or segment.has("per_week", "first_place", "last_place"):
        return
    size = number.low * (60 if number.kind == "minutes" else 1)
    ids = frozenset[str]().union(*(exercises_of(tag).core for tag in tags))
    places = [
        placed.pointer for placed in plan.doses() if placed.id in ids and placed.dose.reps >= size
    ]
    spent = [number, *segment.all("in_a_row", "goal")]
    yield either(bool(places), spent, places, "So many are never tried in the plan.")


def intensity(segment: Segment, plan: PlanFacts) -> Iterator[WishVerdict]:
    """`heavy on Monday`, `lighter on Friday`."""
    marks = segment.all("heavy", "light")
    days = segment.days
    subject = segment.subject.narrow
    if not marks or not days:
        return
    uses_ = [*marks, *segment.all("easier", "weekday"), *_own(segment)]
    if subject.sports or subject.sessions:
        return
    heavy = marks[0].kind == "heavy"
    wrong: list[str] = []
    right: list[str] = []
    for week in plan.full:
        sizes = {day.number: size for day in week.days if (size := _hardness(day, subject))}
        mine = [sizes[day] for day in days if day in sizes]
        others = [size for day, size in sizes.items() if day not in days]
        good = bool(mine) and all(
            (own > other) if heavy else (own < other) for own in mine for other in others
        )
        (right if good else wrong).append(week.pointer)
    yield either(not wrong, uses_, wrong or right, "The loads of these days do not differ so.")


def _own(segment: Segment) -> tuple[Tag, ...]:
    return segment.all("group", "exercise") if segment.owns_subject else ()


def _hardness(day: PlacedDay, subject: WishSubject) -> tuple[float, float, float] | None:
    """How heavy a day is: by load, by the share of the best, by fewer repetitions."""
    rows = [
        (p.dose.load or p.dose.percent or 0.0, -float(p.dose.reps), -float(p.dose.rir))
        for p in day.doses
        if not subject.exercises or p.id in subject.exercises
    ]
    return max(rows) if rows else None


def muscles(segment: Segment, plan: PlanFacts) -> Iterator[WishVerdict]:
    """`back and shoulders especially`, `leg strength`, `no arm work`."""
    tags = segment.all("muscle")
    if not tags or segment.has("trouble") or "trouble" in segment.named("person"):
        return
    if segment.states and not (segment.has("focus", "goal", "love") or segment.owns_subject):
        return
    days = segment.days
    marks = segment.all("focus", "goal", "every_session", "love", "only")
    doses = [p for d in plan.days() if not days or d.number in days for p in d.doses]
    sets = _sets_by_muscle(doses)
    mean = sum(sets.values()) / len(sets) if sets else 0.0
    for tag in tags:
        names = muscles_of(tag.name)
        places = [p.pointer for p in doses if p.exercise and _trains(p, names)]
        unwanted = segment.avoids(tag)
        if unwanted:
            primary = [p.pointer for p in doses if p.exercise and {*p.exercise.primary} & names]
            yield either(
                not primary,
                [tag, *segment.all("neg", "hate")],
                primary or [WEEKS],
                "It is trained.",
            )
            continue
        most = max((sets.get(name, 0.0) for name in names), default=0.0)
        enough = bool(places) and (most >= 0.85 * mean or names <= {"core", "calves", "forearms"})
        yield either(enough, [tag, *marks], places, "Other muscles get more work.")


def _trains(placed: PlacedDose, names: frozenset[str]) -> bool:
    return placed.exercise is not None and bool(names & set(placed.exercise.muscles))


def _sets_by_muscle(doses: Iterable[PlacedDose]) -> dict[str, float]:
    sums: dict[str, float] = {}
    for placed in doses:
        for muscle, share in placed.exercise.muscles.items() if placed.exercise else ():
            sums[muscle] = sums.get(muscle, 0.0) + placed.dose.sets * share
    return sums


def only_equipment(segment: Segment, plan: PlanFacts) -> Iterator[WishVerdict]:
    """What is the only thing at hand, or nothing at all."""
    tags = _at_hand_tags(segment)
    items = {tag.name for tag in tags}
    if not tags or segment.has(*_PLACED) or not (items == {_NONE} or segment.has("only")):
        return
    doses = _doses_on(segment.days, plan)
    strange = [p.pointer for p in doses if _loaded(p) and not _with_any(p, items)]
    shown = strange or [p.pointer for p in doses] or [WEEKS]
    spent = [*tags, *segment.all("only", "love")]
    yield either(not strange, spent, shown, "These need something else.")


_PLACED = ("race", "every_session", "first_place", "last_place")


def _at_hand_tags(segment: Segment) -> list[Tag]:
    # "without equipment" denies no equipment: it is one of the kits.
    return [t for t in segment.all("equipment") if t.name == _NONE or not segment.avoids(t)]


def _doses_on(days: set[int], plan: PlanFacts) -> list[PlacedDose]:
    return [p for d in plan.days() if not days or d.number in days for p in d.doses]


def equipment(segment: Segment, plan: PlanFacts) -> Iterator[WishVerdict]:
    """What is at hand: used, or placed where it was asked for."""
    tags = _at_hand_tags(segment)
    if not tags or segment.has("race"):
        return
    if segment.has("every_session", "first_place", "last_place"):
        yield _in_place(segment, plan, tags)
        return
    spent = [*tags, *segment.all("only", "love")]
    items = {tag.name for tag in tags}
    yield _at_hand(segment, plan, items, _doses_on(segment.days, plan), spent)


_NONE = "bodyweight"


def _at_hand(
    segment: Segment,
    plan: PlanFacts,
    items: set[str],
    doses: Sequence[PlacedDose],
    spent: Sequence[Tag],
) -> WishVerdict:
    """Whether something is done with what is at hand: not each thing has to be used."""
    sports = {SPORT_OF[item] for item in items if item in SPORT_OF}
    used = [p.pointer for p in doses if _with_any(p, items)]
    used += [p.pointer for p in plan.sessions() if p.session.sport in sports]
    known = items <= _GYM_ONLY or (items & plan.athlete.equipment and _others_used(segment, plan))
    if used:
        return met(spent, used)
    if known or not plan.has_strength:
        return met(spent, [p.pointer for p in doses] or [WEEKS])
    return unmet(spent, "Nothing in the plan is done with it.")


def _with_any(placed: PlacedDose, items: set[str]) -> bool:
    return any(_with(placed, item) for item in items)


def _in_place(segment: Segment, plan: PlanFacts, tags: Sequence[Tag]) -> WishVerdict:
    """`the skipping rope at the end of every session`."""
    known = {p.id: p for p in plan.doses()}
    ids = frozenset(name for name, p in known.items() if any(_with(p, tag.name) for tag in tags))
    marks = segment.all("every_session", "first_place", "last_place", "love", "minutes")
    return _included(segment, plan, ids, [*tags, *marks])


def _loaded(placed: PlacedDose) -> bool:
    return bool(
        placed.exercise and (placed.exercise.equipment_all or placed.exercise.equipment_any)
    )


def _weighted(placed: PlacedDose) -> bool:
    return placed.exercise is not None and placed.exercise.load_type in _WEIGHTS


def _with(placed: PlacedDose, item: str) -> bool:
    if placed.exercise is None:
        return False
    if item == "weights":
        return _weighted(placed)
    name = {"bike_machine": "bike"}.get(item, item)
    return uses(placed.exercise, name) or (item in {"chair", "wall"} and item in placed.id)


def _others_used(segment: Segment, plan: PlanFacts) -> bool:
    """Whether something else that is at hand is used: not each thing has to be."""
    named = {tag.name for tag in (*segment.before, *segment.tags) if tag.kind == "equipment"}
    return len(named) > 1 and any(_with(p, item) for p in plan.doses() for item in named)


def postures(segment: Segment, plan: PlanFacts) -> Iterator[WishVerdict]:
    """`sitting or standing`: every exercise is."""
    tags = segment.all("posture")
    if not tags or (segment.states and not segment.has("only")):
        return
    allowed = {tag.name for tag in tags}
    denied = segment.avoids(tags[0])
    wrong = [p.pointer for p in plan.doses() if p.exercise and _stands(p, allowed) == denied]
    spent = [*tags, *segment.all("only", "equipment", "neg")]
    yield either(
        plan.has_strength and not wrong,
        spent,
        wrong or [p.pointer for p in plan.doses()],
        "These are done otherwise.",
    )


def _stands(placed: PlacedDose, allowed: set[str]) -> bool:
    tags = placed.exercise.tags if placed.exercise else frozenset[str]()
    on_feet = not tags & _POSTURE_TAGS
    seated = "seated" in tags or placed.id.startswith(("seated", "chair"))
    # What can be done on a chair stands in nobody's way who may not stand.
    return (
        ("standing" in allowed and on_feet and not (seated and allowed == _STANDING))
        or ("seated" in allowed and seated)
        or ("lying" in allowed and not on_feet)
    )


def strange_kinds(segment: Segment, _: PlanFacts) -> Iterator[WishVerdict]:
    """What no plan of ours holds: meals, videos, yoga classes."""
    for tag in segment.all("cannot"):
        if segment.avoids(tag):
            yield met([tag, *segment.all("neg", "hate")], [WEEKS])
        elif segment.has("off"):
            # "leave Wednesday free for football".
            yield met([tag], [WEEKS])
        elif segment.states:
            # "I go to pilates on Mondays": nothing is asked.
            yield met(list(segment.tags), [WEEKS])
        else:
            yield impossible([tag], tag.name)
