"""What a typed wish does to a plan: operations now, lessons for later, or the reason it cannot."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kuznia.domains.training.athlete.athlete import Athlete
from kuznia.domains.training.athlete.screening import screen
from kuznia.domains.training.catalogue import catalogue, items_of
from kuznia.domains.training.edits.operations import (
    Intensity,
    MoveDay,
    Operation,
    Remove,
    RestDay,
    Swap,
    Today,
    Volume,
)
from kuznia.domains.training.language.named import muscles_of, named_first, uses
from kuznia.domains.training.planner.limits import allowed, limits
from kuznia.domains.training.playbook.log import Close, Learn
from kuznia.domains.training.schema.lesson import (
    AvoidExercise,
    BestLift,
    DayUnavailable,
    Effect,
    LackEquipment,
    LoadFactor,
    LongDay,
    Minutes,
    MinutesOn,
    Prefer,
    VolumeFactor,
)
from kuznia.domains.training.schema.plan import Plan
from kuznia.domains.training.wishes.order import owned
from kuznia.domains.training.wishes.typed import Do, Thing, TypedWish

_MAX_EFFECTS = 4
_DAYS = range(1, 8)
_POUND = 0.4536
# Exercises of a muscle that get a set more: one set each on the whole plan is enough.
_FOCUSED = 2


@dataclass(frozen=True, slots=True)
class PlanAt:
    """The plan that a wish is about, the person, the day, and the words that are learnt from."""

    plan: Plan
    athlete: Athlete
    today: Today
    text: str = ""

    @property
    def used(self) -> tuple[str, ...]:
        """The exercises of the plan that the catalogue knows."""
        names = (d.id for week in self.plan.weeks for day in week.days for d in day.exercises)
        return tuple(name for name in dict.fromkeys(names) if name in catalogue())


@dataclass(frozen=True, slots=True)
class WishActs:
    """What a wish comes to: things to do and to remember, or the name of why it cannot be."""

    operations: tuple[Operation, ...] = ()
    lessons: tuple[Learn, ...] = ()
    closes: tuple[Close, ...] = ()
    refusal: str = ""


def acts(wish: TypedWish, at_hand: PlanAt) -> WishActs:
    """What is done about a wish; nothing is half done."""
    doer = _DOERS.get(wish.do)
    return WishActs(refusal="new_plan") if doer is None else doer(wish, at_hand)


def alternative(plan: Plan, athlete: Athlete, name: str) -> str | None:
    """The most usual allowed exercise of the same movement that is not in the plan yet."""
    replaced, used = catalogue()[name], set(PlanAt(plan, athlete, Today(1, 1)).used)
    options = [
        exercise
        for exercise in allowed(athlete, limits(athlete, screen(athlete)))
        if exercise.pattern == replaced.pattern
        and exercise.unit == replaced.unit
        and exercise.compound == replaced.compound
        and exercise.id not in used
    ]
    best = sorted(
        options,
        key=lambda e: (bool(e.step_kg) != bool(replaced.step_kg), -e.popularity, e.id),
    )
    return best[0].id if best else None


def _ids(thing: Thing | None) -> tuple[str, ...]:
    """The exercises a thing names, the one that is meant first."""
    if thing is None:
        return ()
    if thing.kind == "equipment":
        return tuple(
            name
            for name, exercise in catalogue().items()
            if uses(exercise, thing.name) and exercise.equipment_all | exercise.equipment_any
        )
    if thing.kind not in {"exercise", "group"}:
        return ()
    return named_first(thing.kind, thing.name)


def _meant(thing: Thing | None) -> str | None:
    """The one exercise a name is for, if it is for one."""
    if thing is None or thing.kind not in {"exercise", "group"}:
        return None
    ids = _ids(thing)
    return ids[0] if ids else None


def _learn(text: str, kind: str, effects: Sequence[Effect]) -> Iterator[Learn]:
    for first in range(0, len(effects), _MAX_EFFECTS):
        some = tuple(effects[first : first + _MAX_EFFECTS])
        yield Learn.model_validate({"text": text[:300], "kind": kind, "effects": some})


def _avoid(wish: TypedWish, on: PlanAt) -> WishActs:
    ids = _ids(wish.thing)
    if not ids:
        return WishActs(refusal="no_sport")
    if wish.once:
        return WishActs(refusal="not_for_once")
    used = [name for name in ids if name in on.used]
    meant = _meant(wish.thing)
    avoided = tuple(dict.fromkeys([meant, *used] if meant else used))
    if not avoided:
        return WishActs(refusal="not_in_plan")
    effects = [AvoidExercise(exercise=name) for name in avoided]
    operations = tuple(_instead(name, on) for name in used)
    return WishActs(operations, tuple(_learn(on.text, "preference", effects)))


def _instead(name: str, on: PlanAt) -> Operation:
    into = alternative(on.plan, on.athlete, name)
    return Swap(out=name, into=into) if into else Remove(exercise=name)


def _prefer(wish: TypedWish, on: PlanAt) -> WishActs:
    into = _meant(wish.thing)
    if into is None:
        return WishActs(refusal="no_sport" if wish.thing else "new_plan")
    out = [name for name in _ids(wish.other) if name in on.used and name != into]
    swaps = tuple(Swap(out=name, into=into) for name in out[:1])
    return WishActs(swaps, tuple(_learn(on.text, "preference", [Prefer(exercise=into)])))


def _keep(wish: TypedWish, on: PlanAt) -> WishActs:
    used = [name for name in _ids(wish.thing) if name in on.used]
    if not used:
        return WishActs(refusal="not_in_plan")
    effects = [Prefer(exercise=name) for name in used]
    return WishActs((), tuple(_learn(on.text, "preference", effects)))


def _swap(wish: TypedWish, on: PlanAt) -> WishActs:
    if wish.once:
        return WishActs(refusal="not_for_once")
    if wish.other is None:
        return _avoid(wish, on)
    out = [name for name in _ids(wish.thing) if name in on.used]
    into = _meant(wish.other)
    if not _ids(wish.thing) or into is None:
        return WishActs(refusal="no_sport")
    if not out:
        return WishActs(refusal="not_in_plan")
    swaps = tuple(Swap(out=name, into=into) for name in out if name != into)
    return WishActs(swaps, tuple(_learn(on.text, "preference", [Prefer(exercise=into)])))


def _own(wish: TypedWish, on: PlanAt) -> WishActs:
    items = [name for name in _items(wish) if items_of(name) is not None]
    if not items or wish.once:
        return WishActs(refusal="equipment")
    effects = [
        owned(name, wish) if wish.do == "own" else LackEquipment(item=name) for name in items
    ]
    return WishActs((), tuple(_learn(on.text, "logistics", effects)))


_ITEMS = {"bike_machine": "bike"}
_LOADS = ("barbell", "dumbbells", "kettlebell", "cable", "trap_bar", "ez_bar", "smith")


def _items(wish: TypedWish) -> tuple[str, ...]:
    if wish.thing is None or wish.thing.kind != "equipment":
        return ()
    if wish.thing.name == "weights":
        return _LOADS
    return (_ITEMS.get(wish.thing.name, wish.thing.name),)


def _close_days(wish: TypedWish, on: PlanAt) -> WishActs:
    named = set(wish.days or (on.today.day,))
    closed = [day for day in _DAYS if (day in named) == (wish.do == "day_off")]
    if len(closed) == len(_DAYS):
        return WishActs(refusal="no_day_left")
    if not wish.once:
        effects = [DayUnavailable(day=day) for day in closed]
        opened = (
            {day for day in _DAYS if day not in closed} if wish.do == "days_only" else set[int]()
        )
        closes = _closing(on.athlete, lambda e: isinstance(e, DayUnavailable) and e.day in opened)
        return WishActs((), tuple(_learn(on.text, "logistics", effects)), closes)
    week = on.today.week
    if week > len(on.plan.weeks):
        return WishActs(refusal="over")
    days = on.plan.weeks[week - 1].days
    rests = tuple(
        RestDay(week=week, day=day)
        for day in closed
        if (day >= on.today.day) and days[day - 1].kind != "rest"
    )
    return WishActs(rests) if rests else WishActs(refusal="rests_already")


def _closing(athlete: Athlete, fits: Callable[[Effect], bool]) -> tuple[Close, ...]:
    """Closes for the lessons that do this; those that are for safety are closed by hand."""
    ids = (lesson.id for lesson, effect in athlete.effects if not lesson.pinned and fits(effect))
    return tuple(Close(lesson=id_, by="newer") for id_ in dict.fromkeys(ids))


_MINUTES = range(15, 181)


def _minutes(wish: TypedWish, on: PlanAt) -> WishActs:
    # "Too long" without a number is a fifth too long.
    most = int(wish.amount or max(_MINUTES[0], on.athlete.minutes * 0.8))
    if most not in _MINUTES or wish.once:
        return WishActs(refusal="minutes" if most not in _MINUTES else "not_for_once")
    if most > on.athlete.minutes or wish.name == "least":
        return WishActs(refusal="longer")
    effects: list[Effect] = [MinutesOn(day=day, minutes=most) for day in wish.days]
    return WishActs((), tuple(_learn(on.text, "logistics", effects or [Minutes(minutes=most)])))


def _long_day(wish: TypedWish, on: PlanAt) -> WishActs:
    to = wish.days[0]
    moves = tuple(
        MoveDay(week=week.number, day=day.day, to=to)
        for week in on.plan.weeks
        for day in week.days
        if day.day != to and any(session.kind == "long" for session in day.sessions)
        if 7 * (week.number - 1) + min(day.day, to) >= on.today.number
    )
    if not any(s.kind == "long" for week in on.plan.weeks for d in week.days for s in d.sessions):
        return WishActs(refusal="no_long")
    return WishActs(moves, tuple(_learn(on.text, "logistics", [LongDay(day=to)])))


def _effort(wish: TypedWish, on: PlanAt) -> WishActs:
    reserve = 1 if wish.do == "easier" else -1
    if wish.thing is None:
        easier = wish.do == "easier" and not wish.once
        # Only this plan gets harder: one easy plan is no reason to start every later one harder.
        lessons = tuple(_learn(on.text, "load", [LoadFactor(factor=0.95)])) if easier else ()
        return WishActs((Intensity(reserve=reserve),), lessons)
    used = [name for name in _ids(wish.thing) if name in on.used]
    if not used:
        return WishActs(refusal="not_in_plan" if _ids(wish.thing) else "no_sport")
    return WishActs(tuple(Intensity(reserve=reserve, exercise=name) for name in used))


def _volume(wish: TypedWish, on: PlanAt) -> WishActs:
    sets = -1 if wish.do in {"less", "less_of"} else 1
    if wish.thing is None:
        lessons = _learn(on.text, "load", [VolumeFactor(factor=1 + sets / 10)])
        return WishActs((Volume(sets=sets),), () if wish.once else tuple(lessons))
    if wish.thing.kind == "muscle":
        return _of_muscle(wish.thing, sets, on)
    used = [name for name in _ids(wish.thing) if name in on.used]
    if not used:
        return WishActs(refusal="not_in_plan" if _ids(wish.thing) else "no_sport")
    return WishActs(tuple(Volume(sets=sets, exercise=name) for name in used))


def _of_muscle(thing: Thing, sets: int, on: PlanAt) -> WishActs:
    muscles = muscles_of(thing.name)
    used = [name for name in on.used if muscles & set(catalogue()[name].primary)]
    if not used:
        return WishActs(refusal="no_muscle")
    return WishActs(tuple(Volume(sets=sets, exercise=name) for name in used[:_FOCUSED]))


def _best(wish: TypedWish, on: PlanAt) -> WishActs:
    name = _meant(wish.thing)
    if name is None or not wish.amount:
        return WishActs(refusal="no_sport")
    kg = wish.amount * (_POUND if on.athlete.load_unit == "lb" else 1.0)
    effect = BestLift(exercise=name, kg=round(kg, 1), reps=min(wish.reps, 12))
    return WishActs((), tuple(_learn(on.text, "load", [effect])))


def _undo(wish: TypedWish, on: PlanAt) -> WishActs:
    ids = set(_ids(wish.thing))
    closes = _closing(on.athlete, lambda e: isinstance(e, AvoidExercise) and e.exercise in ids)
    return WishActs(closes=closes) if closes else WishActs(refusal="nothing_to_undo")


_DOERS: Mapping[Do, Callable[[TypedWish, PlanAt], WishActs]] = {
    "avoid": _avoid,
    "prefer": _prefer,
    "keep": _keep,
    "swap": _swap,
    "own": _own,
    "lack": _own,
    "day_off": _close_days,
    "days_only": _close_days,
    "minutes": _minutes,
    "long_day": _long_day,
    "easier": _effort,
    "harder": _effort,
    "less": _volume,
    "more": _volume,
    "less_of": _volume,
    "focus": _volume,
    "more_of": _volume,
    "best": _best,
    "undo": _undo,
}


def spared(tags: Iterable[str], on: PlanAt) -> tuple[Operation, ...]:
    """Takes out of the plan whatever has one of these tags."""
    unwanted = set(tags)
    return tuple(Remove(exercise=name) for name in on.used if catalogue()[name].tags & unwanted)
