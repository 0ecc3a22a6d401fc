"""What became of the typed wishes: what the planner acted on is held against the plan's days.

The planner and this account read the same typed wishes, and share no other code: what the reader
understood is either seen in the plan, or the clause is open with the reason.
"""

from collections.abc import Callable, Collection, Mapping, Sequence

from kuznia.domains.training.account.answers import WishVerdict, either, impossible, met, unmet
from kuznia.domains.training.account.facts import WEEKS, PlacedDay, PlanFacts
from kuznia.domains.training.account.readers.exercises import needed, places_on
from kuznia.domains.training.account.readers.goals import is_split
from kuznia.domains.training.account.readers.loads import kg_of
from kuznia.domains.training.catalogue import catalogue
from kuznia.domains.training.language.named import exercises_of, uses
from kuznia.domains.training.language.tokens import Tag
from kuznia.domains.training.wishes.typed import Do, Thing, TypedWish

TypedReader = Callable[[TypedWish, PlanFacts], WishVerdict | None]

# The part of the full weeks in which what is liked has to be.
_USUAL = 2 / 3
_OVER, _SHORT = 1.1, 0.55
_MACHINES = {"bike_machine": "bike"}


def verdict_of(wish: TypedWish, plan: PlanFacts) -> WishVerdict | None:
    """What the days show of a wish; None for what this account cannot tell."""
    reader = None if wish.once else _READERS.get(wish.do)
    return None if reader is None else reader(wish, plan)


def _tag(thing: Thing) -> Tag:
    return Tag(thing.kind, 0, 0, thing.name)


def _places(thing: Thing, plan: PlanFacts) -> list[str]:
    return [place for day in plan.days() for place in places_on(_tag(thing), day)]


def _avoided(wish: TypedWish, plan: PlanFacts) -> WishVerdict | None:
    if wish.thing is None or wish.thing.kind == "muscle":
        return None
    places = _places(wish.thing, plan)
    return either(not places, (), places or [WEEKS], "It is in the plan.")


def _present(wish: TypedWish, plan: PlanFacts) -> WishVerdict | None:
    thing = wish.thing
    if thing is None or thing.kind not in {"exercise", "group", "sport"}:
        return None
    if thing.name == "rows" and plan.athlete.endurance.sport == "rowing":
        # "Three rows a week" are on the water.
        return None
    places = _places(thing, plan)
    weeks = [week for week in plan.full if any(_has(thing, day) for day in week.days)]
    if places and len(weeks) >= _USUAL * len(plan.full):
        return met((), places)
    return _why_absent(thing, plan) or unmet((), "It is not in the plan, or not in most weeks.")


def _has(thing: Thing, day: PlacedDay) -> bool:
    return any(True for _ in places_on(_tag(thing), day))


def _why_absent(thing: Thing, plan: PlanFacts) -> WishVerdict | None:
    """Not possible where no exercise of that name can be done with what is at hand."""
    ids = exercises_of(_tag(thing)).core
    known = [catalogue()[name] for name in ids if name in catalogue()]
    if not known or any(exercise.fits(plan.athlete.equipment) for exercise in known):
        return None
    return impossible((), "It needs equipment that the order does not have.")


def _swapped(wish: TypedWish, plan: PlanFacts) -> WishVerdict | None:
    gone = _avoided(wish, plan)
    if gone is None or gone.outcome != "met" or wish.other is None:
        return gone
    return _present(TypedWish(do="prefer", start=0, end=0, thing=wish.other), plan)


def _day_off(wish: TypedWish, plan: PlanFacts) -> WishVerdict | None:
    days = [day for day in plan.days() if day.number in wish.days]
    trained = [day.pointer for day in days if day.trained]
    shown = trained or [day.pointer for day in days]
    return either(not trained, (), shown, "These days are trained.") if wish.days else None


def days_only(wish: TypedWish, plan: PlanFacts, named: Collection[int]) -> WishVerdict:
    """Whether nothing is done on days that the prompt does not name."""
    trained = [day for day in plan.days() if day.trained]
    others = [day.pointer for day in trained if day.number not in {*wish.days, *named}]
    shown = others or [day.pointer for day in trained]
    return either(not others, (), shown, "Other days are trained.")


def _minutes(wish: TypedWish, plan: PlanFacts) -> WishVerdict | None:
    if wish.amount is None or wish.name == "least":
        return None
    days = [day for day in plan.days() if not wish.days or day.number in wish.days]
    trained = [day for day in days if day.trained and not day.raced]
    if not trained:
        return unmet((), "Nothing is planned for these days.", [day.pointer for day in days])
    if {*wish.days} - {day.number for day in trained}:
        return None
    over = [day for day in trained if day.day.minutes > wish.amount * _OVER]
    if any(day.doses and day.sessions for day in over):
        # The minutes may be those of one half of the day.
        return None
    if over:
        return unmet((), "These days are longer.", [day.pointer for day in over])
    longest = max(day.day.minutes for day in trained)
    why = "All these days are much shorter."
    return either(longest >= _SHORT * wish.amount, (), [day.pointer for day in trained], why)


def _long_day(wish: TypedWish, plan: PlanFacts) -> WishVerdict:
    long = [p for p in plan.sessions() if p.session.kind == "long"]
    days = {f"/days/{day - 1}/" for day in wish.days}
    elsewhere = [p.pointer for p in long if not any(day in p.pointer for day in days)]
    shown = elsewhere or [p.pointer for p in long]
    return either(bool(long) and not elsewhere, (), shown, "The long session is on another day.")


def _often(wish: TypedWish, plan: PlanFacts) -> WishVerdict | None:
    thing = wish.thing
    if thing is not None and thing.kind not in {"exercise", "group"}:
        return None
    counts = {
        week.pointer: sum(
            day.trained if thing is None else _has(thing, day) for day in week.days if not day.raced
        )
        for week in plan.full
    }
    wrong = [place for place, count in counts.items() if count != wish.amount]
    return either(not wrong, (), wrong or list(counts), "Some weeks have another number.")


def _owned(wish: TypedWish, plan: PlanFacts) -> WishVerdict | None:
    if wish.thing is None or wish.thing.kind != "equipment":
        return None
    item = _MACHINES.get(wish.thing.name, wish.thing.name)
    used = [p for p in plan.doses() if p.exercise and uses(p.exercise, item)]
    other = [p.pointer for p in used if p.dose.load is not None and not _is_there(kg_of(p), wish)]
    if other:
        return unmet((), "There are no such weights.", other)
    # Loads that nobody can tell yet are those of the weights at hand.
    return met((), [p.pointer for p in used]) if used else None


# Weights that are called by a round number.
_ROUND = 1.3


def _is_there(kg: float, wish: TypedWish) -> bool:
    """Whether a load can be one of the weights that are owned; of dumbbells both may be counted."""
    if wish.amount is None or wish.name == "plates":
        return True
    pair = 2.0 if wish.thing and wish.thing.name == "dumbbells" else 1.0
    if wish.name == "up_to" or not wish.sizes:
        return kg <= wish.amount * pair * 1.01
    return any(abs(kg - size * n) <= _ROUND for size in wish.sizes for n in (1.0, pair))


# Nobody lists these among their equipment.
_ANYWHERE = frozenset({"chair", "wall", "mat", "towel"})


def only_these(items: Sequence[str], plan: PlanFacts) -> WishVerdict:
    """Whether everything is done with these pieces of equipment or with none."""
    names = frozenset({*(_MACHINES.get(item, item) for item in items), *_ANYWHERE})
    strange = [p.pointer for p in plan.doses() if p.exercise and not p.exercise.fits(names)]
    shown = strange or [p.pointer for p in plan.doses()] or [WEEKS]
    return either(not strange, (), shown, "These need something else.")


def _lacked(wish: TypedWish, plan: PlanFacts) -> WishVerdict | None:
    if wish.name == "all":
        places = [p.pointer for p in plan.doses() if p.exercise and p.exercise.equipment_all]
        return either(not places, (), places or [WEEKS], "These need equipment.")
    if wish.thing is None or wish.thing.kind != "equipment":
        return None
    item = wish.thing.name
    places = [p.pointer for p in plan.doses() if p.exercise and needed(p, item)]
    return either(not places, (), places or [WEEKS], "These need it.")


# Strength days a week on which the planner makes each split.
_SPLIT_DAYS = {"full": "up to three", "upper_lower": "four", "push_pull": "six"}


def _split(wish: TypedWish, plan: PlanFacts) -> WishVerdict | None:
    """Each strength day holds what the split allows; otherwise it is said on which days it is."""
    days = [day for week in plan.full for day in week.days if day.doses]
    if not days or wish.name not in _SPLIT_DAYS:
        return None
    wrong = [day.pointer for day in days if not is_split(wish.name, day)]
    if not wrong:
        return met((), [day.pointer for day in days])
    why = (
        f"The days are split so that every muscle is trained twice a week. This split is planned "
        f"on {_SPLIT_DAYS[wish.name]} strength days a week."
    )
    return impossible((), why, wrong)


def _harder(wish: TypedWish, _: PlanFacts) -> WishVerdict | None:
    if wish.thing is not None:
        return None
    why = (
        "A new plan starts from your level and best lifts. Send the feedback 'harder' after the "
        "first sessions: it takes a repetition out of the reserve."
    )
    return impossible((), why)


def _language(wish: TypedWish, plan: PlanFacts) -> WishVerdict:
    is_right = plan.plan.language == wish.name
    return either(is_right, (), ["/plan/language"], "The plan is in another language.")


_READERS: Mapping[Do, TypedReader] = {
    "avoid": _avoided,
    "prefer": _present,
    "keep": _present,
    "swap": _swapped,
    "day_off": _day_off,
    "minutes": _minutes,
    "long_day": _long_day,
    "frequency": _often,
    "own": _owned,
    "lack": _lacked,
    "language": _language,
    "split": _split,
    "harder": _harder,
}
