"""Sets, repetitions, reserve and rest for one exercise, by goal, level and what may be done."""

from dataclasses import dataclass
from typing import Literal

from kuznia.domains.training.athlete.athlete import Athlete
from kuznia.domains.training.catalogue import Exercise, patterns
from kuznia.domains.training.planner.limits import TrainingLimits
from kuznia.domains.training.schema.units import kilograms
from kuznia.domains.training.schema.weights import WEIGHT_ITEMS, OwnWeights

POWER = frozenset({"jump", "olympic"})
_HEAVY = frozenset({"squat", "hinge", "h_push", "v_push", "h_pull", "v_pull"})
LOADED = frozenset({"barbell", "db", "machine", "cable"})


@dataclass(frozen=True, slots=True)
class Scheme:
    """How one exercise is dosed over the weeks."""

    low: int
    high: int
    rest: int
    progression: Literal["double", "linear", "percent", "hold"]
    explosive: bool = False

    def minutes(self, exercise: Exercise, sets: int) -> float:
        """What so many sets take at the longest, getting ready included."""
        return 1.5 + sets * self.set_seconds(exercise) / 60

    def set_seconds(self, exercise: Exercise) -> float:
        each = exercise.seconds if exercise.unit == "reps" else 1
        sides = 2 if exercise.unilateral else 1
        return self.high * each * sides + self.rest


def scheme(exercise: Exercise, athlete: Athlete, frame: TrainingLimits) -> Scheme:
    """The dose of this exercise for this person."""
    if exercise.unit == "sec":
        return Scheme(20, min(45, frame.max_hold), 45, "double")
    if exercise.unit == "m":
        return Scheme(20, 40, 60, "double")
    if exercise.pattern in POWER:
        return _power(frame)
    low, high, rest = _range(exercise, athlete, frame)
    low, high = _heavy_enough(low, high, exercise, frame)
    low = min(max(low, frame.low_reps), frame.high_reps)
    high = min(max(high, low), frame.high_reps)
    return Scheme(low, high, rest, _rule(exercise, athlete, low))


def _power(frame: TrainingLimits) -> Scheme:
    low = max(3, frame.low_reps)
    return Scheme(low, max(5, low), 90, "hold", explosive=True)


# Of a best: a lighter heaviest weight makes no load of its own, only repetitions grow with it. A
# single weight above the third asks for fewer repetitions than the plan has.
_TOO_LIGHT, _TOO_LIGHT_HEAVY = 0.7, 0.85
_SINGLE_SHARE = 0.7


def own_weights(exercise: Exercise, athlete: Athlete) -> OwnWeights | None:
    """The weights at hand for an exercise, where somebody said which they are."""
    if exercise.load_type not in LOADED:
        return None
    names = (item for item in WEIGHT_ITEMS if item in exercise.equipment_all)
    return athlete.weights.get(next(names, ""))


def only_load(exercise: Exercise, athlete: Athlete) -> float | None:
    """The load that stays: the only weight there is, or the heaviest where that is light."""
    own = own_weights(exercise, athlete)
    if own is None:
        return None
    best = athlete.maxes.get(exercise.id)
    if own.single is not None:
        fits = best is None or kilograms(own.single, own.unit) <= _SINGLE_SHARE * best
        return own.single if fits else None
    if best is None or own.heaviest is None:
        return None
    heavy = athlete.aim in {"strength", "power"} and athlete.level != "beginner"
    share = _TOO_LIGHT_HEAVY if heavy else _TOO_LIGHT
    return own.heaviest if kilograms(own.heaviest, own.unit) < share * best else None


def fixed_weight(exercise: Exercise, athlete: Athlete) -> bool:
    """Whether the next weight up is out of reach: few own more than one or two kettlebells."""
    own = own_weights(exercise, athlete)
    if own is not None:
        return own.single is not None or only_load(exercise, athlete) is not None
    return "kettlebell" in exercise.equipment_all


def _range(exercise: Exercise, athlete: Athlete, frame: TrainingLimits) -> tuple[int, int, int]:
    heavy = (
        athlete.aim in {"strength", "power"}
        and athlete.level != "beginner"
        and frame.max_percent > 80
        and frame.low_reps == 1
    )
    if athlete.aim == "stamina":
        return 15, 20, 60
    if not exercise.compound:
        return 10, 15, 60
    if exercise.load_type not in LOADED or fixed_weight(exercise, athlete):
        return 8, 15, 90
    own = own_weights(exercise, athlete)
    if own is not None and own.heaviest is not None and exercise.id not in athlete.maxes:
        # What there is may be light for so few repetitions: the range is wide instead.
        return 8, 15, 90
    if heavy and exercise.load_type == "barbell" and exercise.pattern in _HEAVY:
        return 3, 5, 180
    if heavy:
        return 6, 8, 120
    return (
        (6, 10, 120) if athlete.aim == "muscle" and exercise.load_type == "barbell" else (8, 12, 90)
    )


def _heavy_enough(
    low: int, high: int, exercise: Exercise, frame: TrainingLimits
) -> tuple[int, int]:
    """More repetitions where a ceiling on the load asks for them: both must fit one another."""
    ceiling = frame.max_percent
    if "axial" in exercise.tags:
        ceiling = min(ceiling, frame.max_axial_percent)
    need = low
    while ceiling < 100 and percent(need, max(3, frame.min_rir)) > ceiling:
        need += 1
    return need, max(high, need + 2) if need > low else high


def percent(reps: int, rir: int) -> float:
    """The share of a best that so many repetitions with so many in reserve go with."""
    return round(100 / (1 + (reps + rir) / 30), 1)


def _rule(
    exercise: Exercise, athlete: Athlete, low: int
) -> Literal["double", "linear", "percent", "hold"]:
    if (
        exercise.id not in athlete.maxes
        or fixed_weight(exercise, athlete)
        or exercise.load_type not in LOADED
    ):
        return "double"
    if low <= 5:
        return "percent"
    return "linear" if athlete.level == "beginner" else "double"


_LEGS = frozenset({"quads", "hamstrings", "glutes"})


def lower_body(exercise: Exercise) -> bool:
    """Whether legs lead in it, whatever the movement is called."""
    return patterns()[exercise.pattern].body == "lower" or bool(_LEGS & set(exercise.primary))
