"""Every amount that a day of a plan holds, with its place."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from kuznia.domains.training.account.facts import PlacedDay, PlacedSession, PlanFacts
from kuznia.domains.training.language.tokens import Tag
from kuznia.domains.training.schema.plan import Dose

_SECONDS = {"minutes": 60.0, "seconds": 1.0}
# How far a measured amount may be from the one that was asked for.
_ABOUT = {"minutes": 0.1, "km": 0.1, "kg": 0.02}
# Both numbers of "3 x 10" were compared when they were measured.
_PAIRS = frozenset({"product", "repeats"})
# A session may be shorter than there is time for.
_SHORTER = 0.75


@dataclass(frozen=True, slots=True)
class PlacedAmount:
    """An amount at a place."""

    pointer: str
    size: float
    unit: str

    def near(self, tag: Tag, *, exact: bool) -> bool:
        if self.unit in _PAIRS:
            return True
        about = _ABOUT.get(self.unit, 0.0)
        low = _SHORTER if self.unit == "minutes" and not exact else 1 - about
        return tag.low * low <= self.size <= tag.high * (1 + about)


def measures(
    tag: Tag,
    days: Iterable[PlacedDay],
    variants: Sequence[Callable[[PlacedDay], tuple[str, ...]]],
) -> Iterator[PlacedAmount]:
    """The amounts of the tag's kind on days that are about it, the exact ones of steps included."""
    rows = [(day, {p for places_of in variants for p in places_of(day)}) for day in days]
    named = any(places for _, places in rows)
    for day, places in rows:
        if places or (day.trained and not named):
            yield from _on_day(tag, day, places)


def weekly(tag: Tag, plan: PlanFacts) -> Iterator[PlacedAmount]:
    """What a week holds in all."""
    if tag.kind in {"minutes", "km"}:
        for week in plan.full:
            total = sum(day.day.minutes for day in week.days) if tag.kind == "minutes" else week.km
            yield PlacedAmount(week.pointer, float(total), tag.kind)


def _on_day(tag: Tag, day: PlacedDay, places: set[str]) -> Iterator[PlacedAmount]:
    kind = tag.kind
    whole = {
        "minutes": {float(day.day.minutes), float(day.strength_minutes or day.day.minutes)},
        "exercises": {float(len(day.doses))},
    }
    yield from (PlacedAmount(day.pointer, size, kind) for size in whole.get(kind, ()))
    for p in day.sessions:
        size = {"minutes": p.session.minutes, "km": p.session.km}.get(kind)
        yield from [PlacedAmount(p.pointer, float(size), kind)] if size else []
        yield from _in_steps(tag, p)
    named = {place for place in places if "/exercises/" in place}
    for p in day.doses:
        if day.pointer in places or p.pointer in places or not named:
            yield from (PlacedAmount(p.pointer, size, kind) for size in _of_dose(tag, p.dose))


def _in_steps(tag: Tag, placed: PlacedSession) -> Iterator[PlacedAmount]:
    kind = tag.kind
    for block in placed.session.blocks:
        steps = [float(step.seconds) for step in block.steps]
        if kind in _SECONDS:
            sizes = {*steps, block.times * sum(steps)}
            yield from (PlacedAmount(placed.pointer, s / _SECONDS[kind], "step") for s in sizes)
        elif kind in {"count", "number"}:
            yield PlacedAmount(placed.pointer, float(block.times), kind)
        elif kind == "repeats" and block.times == tag.low:
            factor = _SECONDS.get(tag.name, 0.0)
            if not factor or tag.high * factor in steps:
                yield PlacedAmount(placed.pointer, tag.low, kind)


def _of_dose(tag: Tag, dose: Dose) -> Iterator[float]:
    """The amounts of one exercise that a tag can mean."""
    held = (dose.reps,) if dose.unit == "sec" else ()
    if tag.kind in _SECONDS:
        yield from (size / _SECONDS[tag.kind] for size in (dose.rest, *held))
    elif tag.kind == "kg" and dose.load:
        yield dose.load
    elif tag.kind in _PAIRS:
        is_same = (dose.sets, dose.reps) == (tag.low, tag.high * _SECONDS.get(tag.name, 1.0))
        yield from [tag.low] if is_same else []
    else:
        sizes = {"sets": (dose.sets,), "reps": (dose.reps,), "exercises": (), "km": ()}
        yield from map(float, sizes.get(tag.kind, (dose.sets, dose.reps)))
