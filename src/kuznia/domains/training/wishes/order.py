"""What an order's own words want, before its plan is made: as lessons, and as fields left open.

A field that was filled in is never overruled by the prompt: where both differ, the account of
wishes says so. What the prompt narrows down (a day off, fewer minutes) holds in any case.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import get_args

from kuznia.domains.training.catalogue import catalogue, fingerprint, items_of
from kuznia.domains.training.language.named import muscles_of, named_first, needs
from kuznia.domains.training.questions.answers import apply_answers
from kuznia.domains.training.schema.lesson import (
    WISH,
    AvoidExercise,
    BestLift,
    DayUnavailable,
    Effect,
    LackEquipment,
    Lesson,
    LoadFactor,
    LongDay,
    Minutes,
    MinutesOn,
    OwnEquipment,
    Prefer,
    VolumeFactor,
)
from kuznia.domains.training.schema.profile import (
    WEEKDAYS,
    Endurance,
    EventName,
    Multisport,
    PlanInput,
    Profile,
)
from kuznia.domains.training.schema.weights import WEIGHT_ITEMS
from kuznia.domains.training.wishes.reader import read_wishes
from kuznia.domains.training.wishes.typed import ReadWishes, Thing, TypedWish

_MINUTES = range(15, 181)
_DAYS = range(1, 8)
_MAX_WEEKS = 16
_POUND = 0.4536
_EVENTS: dict[str, EventName] = {"5k": "5k", "10k": "10k", "half": "half", "marathon": "marathon"}


def wished(order: PlanInput) -> PlanInput:
    """The order with what its own words want in its profile and beside its lessons."""
    profile = apply_answers(order.profile, order.answers)
    read = read_order_wishes(order.prompt, profile.notes)
    text = f"{order.prompt}\n{profile.notes}"
    lessons = (*_lessons(read.wishes, profile, text), *_nothing_else(read.wishes, profile, text))
    for wish in read.wishes:
        profile = _with_sports(_filled(profile, wish), wish)
    return order.model_copy(update={"profile": profile, "lessons": (*order.lessons, *lessons)})


def read_order_wishes(prompt: str, notes: str) -> ReadWishes:
    """What the prompt and the notes say, read once for the planner and the account."""
    return _read(f"{prompt}\n{notes}", fingerprint())


@lru_cache(maxsize=128)
def _read(text: str, _: str) -> ReadWishes:
    return read_wishes(text)


def _lessons(wishes: Iterable[TypedWish], profile: Profile, text: str) -> Iterator[Lesson]:
    for number, wish in enumerate(wishes):
        effects = [] if wish.once else list(_effects(wish, profile))
        yield from _as_lessons(str(number), text[wish.start : wish.end], effects)


def _as_lessons(name: str, text: str, effects: Sequence[Effect]) -> Iterator[Lesson]:
    for first in range(0, len(effects), 4):
        yield Lesson(
            id=f"{WISH}{name}-{first}",
            text=text[:300],
            kind="preference",
            effects=tuple(effects[first : first + 4]),
        )


# Nobody lists these among their equipment.
_ANYWHERE = frozenset({"chair", "wall", "mat", "towel", "none"})


def _nothing_else(wishes: Sequence[TypedWish], profile: Profile, text: str) -> Iterator[Lesson]:
    """ "I only have dumbbells": whatever else the profile lists is not there."""
    owned = [wish for wish in wishes if wish.do == "own" and not wish.once]
    items = [items_of(_item(wish.thing.name)) for wish in owned if wish.thing is not None]
    only = next((wish for wish in owned if wish.only), None)
    if only is None or not all(items):
        return
    have = frozenset[str]().union(*(some for some in items if some))
    listed = frozenset[str]().union(*(items_of(kit) or frozenset() for kit in profile.equipment))
    gone = [LackEquipment(item=name) for name in sorted(listed - have - _ANYWHERE)]
    known = [effect for effect in gone if items_of(effect.item) is not None]
    yield from _as_lessons("only", text[only.start : only.end], known)


def _item(name: str) -> str:
    return {"bike_machine": "bike"}.get(name, name)


def _effects(wish: TypedWish, profile: Profile) -> Iterator[Effect]:
    if wish.do in {"avoid", "prefer", "keep", "swap"}:
        yield from _of_exercises(wish)
    elif wish.do == "day_off":
        yield from (DayUnavailable(day=day) for day in wish.days)
    elif wish.do == "days_only":
        yield from (DayUnavailable(day=day) for day in _DAYS if day not in wish.days)
    elif wish.do == "minutes" and not wish.name and int(wish.amount or 0) in _MINUTES:
        yield from _of_minutes(wish)
    elif wish.do == "long_day":
        yield from (LongDay(day=day) for day in wish.days[:1])
    elif wish.do in {"easier", "less", "more"} and wish.thing is None:
        yield _FACTORS[wish.do]
    elif wish.do == "focus" or (wish.do == "frequency" and wish.thing is not None):
        yield from _more_often(wish, profile)
    else:
        yield from _of_means(wish, profile)


def _of_exercises(wish: TypedWish) -> Iterator[Effect]:
    if wish.do == "avoid":
        yield from (AvoidExercise(exercise=name) for name in _ids(wish.thing)[:_MAX_AVOIDED])
        return
    if wish.do == "swap":
        yield from (AvoidExercise(exercise=name) for name in _ids(wish.thing)[:_MAX_AVOIDED])
    liked = wish.other if wish.do == "swap" else wish.thing
    yield from (Prefer(exercise=name) for name in _ids(liked)[:1])


# What easier, fewer sets and more sets come to in a whole plan; nothing makes loads heavier.
_FACTORS: Mapping[str, Effect] = {
    "easier": LoadFactor(factor=0.95),
    "less": VolumeFactor(factor=0.9),
    "more": VolumeFactor(factor=1.1),
}
# Exercises that are preferred for a muscle.
_FOCUSED = 2


def _more_often(wish: TypedWish, profile: Profile) -> Iterator[Effect]:
    """Exercises for a muscle, or as many variants of a lift as it is wanted times a week."""
    have = _kit(profile)
    if wish.do == "focus" and wish.thing is not None:
        muscles = muscles_of(wish.thing.name)
        rows = [e for e in catalogue().values() if muscles & {*e.primary} and e.fits(have)]
        rows.sort(key=lambda exercise: (not exercise.compound, -exercise.popularity, exercise.id))
        ids = [exercise.id for exercise in rows[:_FOCUSED]]
    else:
        count = int(wish.amount or 0)
        ids = [name for name in _ids(wish.thing) if catalogue()[name].fits(have)][:count]
    yield from (Prefer(exercise=name) for name in ids)


# More exercises than this have no name in common.
_MAX_AVOIDED = 40


def _of_minutes(wish: TypedWish) -> Iterator[Effect]:
    most = int(wish.amount or 0)
    yield from (MinutesOn(day=day, minutes=most) for day in wish.days)
    if not wish.days:
        yield Minutes(minutes=most)


def _of_means(wish: TypedWish, profile: Profile) -> Iterator[Effect]:
    if wish.do in {"own", "lack"} and wish.thing is not None:
        item = _item(wish.thing.name)
        if items_of(item) is not None:
            yield owned(item, wish) if wish.do == "own" else LackEquipment(item=item)
            yield from _done_with(item, profile) if wish.do == "own" else ()
    elif wish.do == "best" and wish.amount:
        kg = wish.amount * (_POUND if profile.weight_unit == "lb" else 1.0)
        yield from (
            BestLift(exercise=name, kg=round(kg, 1), reps=min(wish.reps, 12))
            for name in _ids(wish.thing)[:1]
            if 0.5 <= kg <= 700
        )


# Plates that are no heavier are those of one side; more is all the plates there are.
_PLATE = 25.0
_BAR = 20.0


def owned(item: str, wish: TypedWish) -> OwnEquipment:
    """A piece of equipment with its weights, where they say something about loads."""
    kg = round(wish.amount or 0.0, 3)
    if item not in WEIGHT_ITEMS or not 0 < kg <= _MAX_KG:
        return OwnEquipment(item=item)
    if wish.name == "plates":
        is_plate = kg <= _PLATE
        return OwnEquipment(
            item=item, step=2 * kg if is_plate else None, up_to=None if is_plate else kg + _BAR
        )
    if wish.name == "up_to":
        return OwnEquipment(item=item, up_to=kg)
    return OwnEquipment(item=item, sizes=tuple(round(size, 3) for size in wish.sizes))


_MAX_KG = 500


def _done_with(item: str, profile: Profile) -> Iterator[Effect]:
    """The most usual exercise with a piece of equipment that the prompt names: it is to be used."""
    have = _kit(profile) | (items_of(item) or frozenset())
    rows = [
        exercise
        for exercise in catalogue().values()
        if exercise.compound and exercise.fits(have) and needs(exercise, item)
    ]
    rows.sort(key=lambda exercise: (-exercise.popularity, exercise.id))
    yield from (Prefer(exercise=exercise.id) for exercise in rows[:1])


def _kit(profile: Profile) -> frozenset[str]:
    kits = (items_of(kit) or frozenset[str]() for kit in profile.equipment)
    return _ANYWHERE.union(*kits)


def _ids(thing: Thing | None) -> list[str]:
    """The exercises a thing names, the one that is meant first."""
    if thing is None or thing.kind not in {"exercise", "group"}:
        return []
    return [name for name in named_first(thing.kind, thing.name) if name in catalogue()]


def _filled(profile: Profile, wish: TypedWish) -> Profile:
    """The profile with one more field that was left open."""
    update = dict(_fields(profile, wish))
    free = {name: value for name, value in update.items() if name not in profile.model_fields_set}
    return profile.model_copy(update=free) if free else profile


_MULTISPORTS: Mapping[str, Multisport] = {name: name for name in get_args(Multisport)}


def _with_sports(profile: Profile, wish: TypedWish) -> Profile:
    """The profile with the race of several sports that the prompt names."""
    race = _MULTISPORTS.get(wish.name) if wish.do == "event" else None
    if race is None:
        return profile
    endurance = profile.endurance or Endurance(sport="running")
    endurance = endurance.model_copy(update={"multisport": race})
    return profile.model_copy(update={"endurance": endurance})


def _fields(profile: Profile, wish: TypedWish) -> Iterator[tuple[str, object]]:
    if wish.do == "frequency" and wish.thing is None and wish.amount:
        yield "days", int(wish.amount)
    elif wish.do == "days_only":
        yield "weekdays", tuple(WEEKDAYS[day - 1] for day in wish.days)
        yield "days", len(wish.days)
    elif wish.do == "minutes" and not wish.days and int(wish.amount or 0) in _MINUTES:
        yield "minutes", int(wish.amount or 0)
    elif wish.do == "language":
        yield "language", wish.name
    elif wish.do == "units" and profile.weight is None:
        yield "weight_unit", wish.name
    elif wish.do == "event":
        yield from _of_event(profile, wish)


def _of_event(profile: Profile, wish: TypedWish) -> Iterator[tuple[str, object]]:
    event = _EVENTS.get(wish.name)
    if event is None:
        return
    yield "kind", "endurance"
    yield "endurance", Endurance(sport="running", event=event)
    if (weeks := _weeks_until(profile.start, wish)) is not None:
        yield "weeks", weeks


def _weeks_until(start: date | None, wish: TypedWish) -> int | None:
    """Weeks of a plan whose last one holds the race."""
    if wish.amount and not wish.date:
        weeks = int(wish.amount)
    elif start is not None and wish.date is not None:
        day = _date(wish.date, start)
        if day is None:
            return None
        monday = start + timedelta(days=-start.weekday() % 7)
        weeks = (day - monday).days // 7 + 1
    else:
        return None
    return weeks if 1 <= weeks <= _MAX_WEEKS else None


def _date(numbers: tuple[int, int, int], start: date) -> date | None:
    """A date from the start on; without a year it is the next such day."""
    day, month, year = numbers
    try:
        whole = date(year or start.year, month, day)
        return whole if year or whole >= start else whole.replace(year=start.year + 1)
    except ValueError:
        return None
