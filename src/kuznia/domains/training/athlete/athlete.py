"""The person as the rules see them: one set of units, and every flag from any source."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from kuznia.domains.training.catalogue import items_of
from kuznia.domains.training.catalogue.matching import match
from kuznia.domains.training.hearing import HealthMentions, gravest, health_mentions
from kuznia.domains.training.questions.answers import apply_answers, free_texts
from kuznia.domains.training.schema import units
from kuznia.domains.training.schema.lesson import (
    WISH,
    BestLift,
    Effect,
    LackEquipment,
    Lesson,
    Minutes,
    MinutesOn,
    OwnEquipment,
    Sign,
)
from kuznia.domains.training.schema.profile import (
    WEEKDAYS,
    Aim,
    Endurance,
    Flag,
    Health,
    Injury,
    Kind,
    Language,
    Level,
    PlanInput,
    Profile,
)
from kuznia.domains.training.schema.weights import WEIGHT_ITEMS, OwnWeights, WeightItem, in_unit

# From this much exercise in a usual week a person counts as active.
ACTIVE_MINUTES = 90
_GROWN = 18
_WHEELCHAIR: frozenset[Flag] = frozenset({"wheelchair"})
_PREGNANCY: frozenset[Flag] = frozenset({"pregnancy"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Athlete:
    """One person, read once. All masses in kilograms, lengths in centimetres."""

    age: int
    female: bool
    kg: float | None
    cm: float | None
    target_kg: float | None
    level: Level
    kind: Kind
    aim: Aim
    weeks: int
    days: int
    weekdays: tuple[int, ...]
    minutes: int
    equipment: frozenset[str]
    # Of a plan that was kept: equipment that was known when it was made.
    unknown: tuple[str, ...]
    # The weights at hand, by the piece of equipment, where somebody said which they are.
    weights: Mapping[str, OwnWeights]
    current_minutes: int | None
    vigorous_habit: bool
    # Known bests as an estimated single repetition, by exercise id.
    maxes: Mapping[str, float]
    endurance: Endurance
    health: Health
    flags: frozenset[Flag]
    injuries: tuple[Injury, ...]
    cleared: bool
    language: Language
    start: date | None
    load_unit: Literal["kg", "lb"]
    lessons: tuple[Lesson, ...]
    # Days from the beginning of the plan at hand that are over.
    past: int = 0
    # Set when weight and height cannot both be meant as written.
    unit_doubt: str | None
    # Sentences about health that were not understood, to be asked about before there is a plan.
    unclear: tuple[str, ...] = ()

    @property
    def bmi(self) -> float | None:
        if self.kg is None or self.cm is None:
            return None
        return units.body_mass_index(self.kg, self.cm)

    @property
    def active(self) -> bool:
        return (self.current_minutes or 0) >= ACTIVE_MINUTES

    @property
    def wheelchair(self) -> bool:
        return "wheelchair" in self.flags

    @property
    def effects(self) -> tuple[tuple[Lesson, Effect], ...]:
        """What open lessons do, each with the lesson it comes from."""
        return tuple(
            (lesson, effect)
            for lesson in self.lessons
            if lesson.status == "open"
            for effect in lesson.effects
        )

    @property
    def shaped_by(self) -> tuple[str, ...]:
        """The lessons of the playbook that do something, and not those of the order's words."""
        ids = dict.fromkeys(lesson.id for lesson, _ in self.effects)
        return tuple(id_ for id_ in ids if not id_.startswith(WISH))

    def minutes_limit(self, day: int) -> int | None:
        """The most minutes that lessons leave for a session on this weekday."""
        return min(
            (
                effect.minutes
                for _, effect in self.effects
                if isinstance(effect, Minutes)
                or (isinstance(effect, MinutesOn) and effect.day == day)
            ),
            default=None,
        )


def read_athlete(order: PlanInput) -> Athlete:
    """Everything an order says about a person. A yes anywhere is a yes: text, box or profile."""
    profile = apply_answers(order.profile, order.answers)
    mentioned = health_mentions(order.prompt, profile.notes, *free_texts(order.answers))
    health = with_readings(profile.health, mentioned)
    equipment, unknown = _equipment(profile.equipment)
    weights = _weights(profile, order.lessons)
    equipment = _at_hand(equipment | frozenset(weights), order.lessons)
    flags: frozenset[Flag] = frozenset(health.flags) | mentioned.flags | _signs(order.lessons)
    if "wheelchair" in profile.equipment:
        flags = flags | _WHEELCHAIR
    if health.pregnancy_week is not None:
        flags = flags | _PREGNANCY
    # An answer to our question settles what was written.
    unclear = () if health.explained else _unclear(mentioned, profile)
    return Athlete(
        age=profile.age,
        female=profile.sex == "female",
        kg=_kg(profile.weight, profile),
        cm=_cm(profile),
        target_kg=_kg(profile.target_weight, profile),
        level=profile.level,
        kind=profile.kind,
        aim=profile.aim,
        weeks=profile.weeks,
        days=profile.days,
        weekdays=tuple(sorted({WEEKDAYS.index(day) + 1 for day in profile.weekdays})),
        minutes=profile.minutes,
        equipment=equipment,
        unknown=unknown,
        weights=weights,
        current_minutes=profile.current_minutes,
        vigorous_habit=profile.vigorous_habit,
        maxes=_maxes(profile) | _learnt_maxes(order.lessons),
        endurance=profile.endurance or _default_endurance(flags),
        health=health,
        flags=flags,
        # Among equals the profile's injury stays: it has the detail.
        injuries=gravest((*health.injuries, *mentioned.injuries)),
        cleared=health.cleared,
        language=profile.language,
        start=profile.start,
        load_unit=profile.weight_unit,
        lessons=order.lessons,
        unit_doubt=_doubt(profile),
        unclear=unclear,
    )


def with_readings(health: Health, mentioned: HealthMentions) -> Health:
    """Health with the numbers the text names: the worse pressure, and weeks no field has."""
    update = {
        "systolic": max(health.systolic or 0, mentioned.systolic or 0) or None,
        "diastolic": max(health.diastolic or 0, mentioned.diastolic or 0) or None,
        "caesarean": health.caesarean or mentioned.caesarean,
    }
    if health.pregnancy_week is None:
        update["pregnancy_week"] = mentioned.pregnancy_week
    if health.postpartum_weeks is None:
        update["postpartum_weeks"] = mentioned.postpartum_weeks
    return health.model_copy(update=update)


def _unclear(mentioned: HealthMentions, profile: Profile) -> tuple[str, ...]:
    young = mentioned.age is not None and mentioned.age < _GROWN <= profile.age
    return (*mentioned.unclear, *((str(mentioned.age),) if young else ()))


def _signs(lessons: Iterable[Lesson]) -> frozenset[Flag]:
    return frozenset(
        effect.flag
        for lesson in lessons
        if lesson.status == "open"
        for effect in lesson.effects
        if isinstance(effect, Sign)
    )


def _at_hand(equipment: frozenset[str], lessons: Iterable[Lesson]) -> frozenset[str]:
    """The equipment with what lessons add and without what they take away."""
    items = set(equipment)
    for effect in (e for lesson in lessons if lesson.status == "open" for e in lesson.effects):
        if isinstance(effect, OwnEquipment):
            items |= items_of(effect.item) or frozenset()
        elif isinstance(effect, LackEquipment):
            items -= items_of(effect.item) or frozenset()
    return frozenset(items)


def _weights(profile: Profile, lessons: Iterable[Lesson]) -> Mapping[str, OwnWeights]:
    """The weights of the profile and those that lessons add to them."""
    unit = profile.weight_unit
    owned = {
        row.item: OwnWeights(row.item, unit, row.sizes, row.up_to, row.step)
        for row in profile.weights
    }
    for effect in (e for lesson in lessons if lesson.status == "open" for e in lesson.effects):
        if not isinstance(effect, OwnEquipment):
            continue
        item: WeightItem | None = next((n for n in WEIGHT_ITEMS if _adds(effect, n)), None)
        if item is None:
            continue
        known = owned.get(item, OwnWeights(item, unit))
        sizes = {*known.sizes, *(in_unit(kg, unit) for kg in effect.sizes)}
        top = None if effect.up_to is None else in_unit(effect.up_to, unit)
        step = None if effect.step is None else in_unit(effect.step, unit)
        owned[item] = replace(
            known, sizes=tuple(sorted(sizes)), up_to=top or known.up_to, step=step or known.step
        )
    return owned


def _adds(effect: Effect, item: WeightItem) -> bool:
    """Whether a lesson says which weights of this piece there are."""
    return (
        isinstance(effect, OwnEquipment)
        and effect.item == item
        and bool(effect.sizes or effect.up_to or effect.step)
    )


def _learnt_maxes(lessons: Iterable[Lesson]) -> dict[str, float]:
    return {
        effect.exercise: estimated_max(effect.kg, effect.reps)
        for lesson in lessons
        if lesson.status == "open"
        for effect in lesson.effects
        if isinstance(effect, BestLift)
    }


def _default_endurance(flags: frozenset[Flag]) -> Endurance:
    return Endurance(sport="handcycling" if "wheelchair" in flags else "walking")


def _kg(value: float | None, profile: Profile) -> float | None:
    return None if value is None else units.kilograms(value, profile.weight_unit)


def _cm(profile: Profile) -> float | None:
    if profile.height is None:
        return None
    return units.centimetres(profile.height, profile.height_unit)


def _doubt(profile: Profile) -> str | None:
    if profile.units_confirmed or profile.weight is None or profile.height is None:
        return None
    # The index says nothing about the units of someone who is still growing.
    if profile.age < 13:
        return None
    return units.mixed_up(profile.weight, profile.weight_unit, profile.height, profile.height_unit)


def _equipment(names: Iterable[str]) -> tuple[frozenset[str], tuple[str, ...]]:
    items: set[str] = set()
    unknown: list[str] = []
    for name in names:
        kit = items_of(name)
        if kit is None:
            unknown.append(name)
        else:
            items |= kit
    return frozenset(items), tuple(unknown)


def estimated_max(kg: float, reps: int) -> float:
    """One repetition from several: the mean of two common formulas."""
    if reps == 1:
        return kg
    epley = kg * (1 + reps / 30)
    brzycki = kg * 36 / (37 - reps)
    return (epley + brzycki) / 2


def _maxes(profile: Profile) -> dict[str, float]:
    """Bests by exercise id; a name we cannot place is left out rather than guessed."""
    maxes: dict[str, float] = {}
    for lift in profile.lifts:
        exercise = match(lift.exercise).exercise
        if exercise is not None:
            kg = units.kilograms(lift.weight, profile.weight_unit)
            best = estimated_max(kg, lift.reps)
            maxes[exercise] = max(best, maxes.get(exercise, 0.0))
    return maxes
