"""The weeks of one exercise, played through as they will be lived: repetitions first, then load."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from kuznia.domains.training.athlete.athlete import Athlete
from kuznia.domains.training.catalogue import Exercise
from kuznia.domains.training.planner.dosing import (
    LOADED,
    Scheme,
    fixed_weight,
    lower_body,
    only_load,
    own_weights,
    percent,
)
from kuznia.domains.training.planner.limits import TrainingLimits
from kuznia.domains.training.planner.phases import EASY, Span
from kuznia.domains.training.planner.strength import Chosen
from kuznia.domains.training.schema.lesson import LoadFactor
from kuznia.domains.training.schema.plan import Progression
from kuznia.domains.training.schema.profile import Level
from kuznia.domains.training.schema.units import KG_IN_LB, kilograms, to_plates

# What is new in a week, measured against the last full one.
Change = Literal[
    "start", "easy", "more_load", "next_weight", "more_reps", "longer", "farther", "closer", "same"
]
# What a best is expected to grow by in a week of building. Modest: a log corrects it upwards.
_GROWTH: dict[Level, float] = {
    "beginner": 0.015,
    "intermediate": 0.01,
    "advanced": 0.006,
    "elite": 0.004,
}
_EASY_RESERVE = 4
_EASY_LOAD = 0.9
# In an easy week, repetitions of an exercise that has no lighter weight.
_EASY_REPS = 0.8
# The most a week may add, in repetitions, seconds or metres.
_STEP = {"reps": 2, "sec": 10, "m": 10}
_CYCLE, _CYCLE_BEGINNER = 3, 4
_MAX_LOAD_STEP = 1.10
# How far a printed share may stand from what its repetitions go with.
_SHARE_OFF = 7.0


@dataclass(frozen=True, slots=True)
class Effort:
    """Repetitions, reserve and load for one week, and what is new in it."""

    reps: int
    rir: int
    percent: float | None = None
    load: float | None = None
    change: Change = "start"


@dataclass(frozen=True, slots=True)
class Course:
    """One exercise with everything that decides how its weeks go."""

    chosen: Chosen
    athlete: Athlete
    limits: TrainingLimits
    # Whether legs are wanted for endurance within a day, in every week and in the last one.
    tired: bool
    tired_last: bool

    @property
    def exercise(self) -> Exercise:
        return self.chosen.exercise

    @property
    def scheme(self) -> Scheme:
        return self.chosen.scheme

    @property
    def best(self) -> float | None:
        if self.exercise.load_type not in LOADED or self.scheme.explosive:
            return None
        return self.athlete.maxes.get(self.exercise.id)


def efforts(course: Course, weeks: Sequence[Span]) -> tuple[Effort, ...]:
    """Every week's effort of one exercise."""
    only = only_load(course.exercise, course.athlete)
    if course.best is not None and only is None:
        played = _with_load(course, weeks, course.best * _factor(course.athlete))
        if all(effort.load for effort in played):
            return _named(course, weeks, played)
    if course.scheme.progression == "hold":
        played = tuple(
            Effort(course.scheme.low, _reserve(course, span, span is weeks[-1])) for span in weeks
        )
    elif course.exercise.load_type in LOADED and not fixed_weight(course.exercise, course.athlete):
        played = _in_cycles(course, weeks)
    else:
        played = _in_a_line(course, weeks)
    if only is not None:
        played = tuple(replace(effort, load=only) for effort in played)
    return _named(course, weeks, played)


def _reserve(course: Course, span: Span, last: bool) -> int:
    """Repetitions left at the end of a set: fewer as a block goes on."""
    scheme, least = course.scheme, course.limits.min_rir
    if scheme.explosive or span.phase in EASY:
        return max(_EASY_RESERVE, least)
    if scheme.progression == "percent" or course.exercise.pattern in {"squat", "hinge"}:
        least = max(least, 2)
    if lower_body(course.exercise) and (course.tired or (last and course.tired_last)):
        least = max(least, 3)
    if scheme.progression == "percent":
        return least
    if course.athlete.level == "beginner":
        return max(least, 3 if span.number <= 2 else 2)
    return max(least, 3 - min(span.step, 2))


def _factor(athlete: Athlete) -> float:
    factor = 1.0
    for _, effect in athlete.effects:
        if isinstance(effect, LoadFactor):
            factor *= effect.factor
    return max(0.5, factor)


def _with_load(course: Course, weeks: Sequence[Span], best: float) -> tuple[Effort, ...]:
    """A load held while repetitions grow, and raised when the best has grown enough for it."""
    played: list[Effort] = []
    full: Effort | None = None
    for span in weeks:
        now = best * (1 + _GROWTH[course.athlete.level]) ** span.built
        if span.phase in EASY:
            played.append(_lighter(course, full, now))
            continue
        rir = _reserve(course, span, span is weeks[-1])
        full = _full_week(course, span, rir, now, full)
        played.append(full)
    return tuple(played)


def _ceiling(course: Course) -> float:
    axial = "axial" in course.exercise.tags
    return course.limits.max_axial_percent if axial else course.limits.max_percent


def _load(course: Course, best: float, reps: int, rir: int) -> tuple[float, float]:
    """The share and the weight that so many repetitions go with."""
    share = min(percent(reps, rir), _ceiling(course), course.limits.max_percent)
    return share, _plates(course, best * share / 100)


def _plates(course: Course, kg: float) -> float:
    exercise, unit = course.exercise, course.athlete.load_unit
    own = own_weights(exercise, course.athlete)
    if own is not None:
        return own.fitting(kg / KG_IN_LB if unit == "lb" else kg, _smallest(course))
    return to_plates(kg, unit, exercise.step_kg, exercise.step_lb)


def _full_week(course: Course, span: Span, rir: int, best: float, before: Effort | None) -> Effort:
    low = _least_reps(course, span)
    if course.scheme.progression == "percent":
        low = max(low, course.scheme.high - max(0, span.step + min(span.block, 2) - 1))
    share, load = _load(course, best, low, rir)
    if course.scheme.progression != "double":
        if before is not None and before.load and before.reps <= low:
            load = max(load, before.load)
        return Effort(low, rir, share, load)
    if before is None or not before.load:
        return Effort(low, rir, share, load)
    reps = _reps_with(course, best, before.load, rir)
    # The load's turn comes with a new block, or when the range has no more repetitions.
    if load > before.load and (span.step == 0 or reps > course.scheme.high):
        load = min(load, max(before.load + _smallest(course), before.load * _MAX_LOAD_STEP))
        load = _plates(course, kilograms(load, course.athlete.load_unit))
        reps = _reps_with(course, best, load, rir)
    else:
        load = before.load
    reps = max(low, min(reps, course.scheme.high, before.reps + _STEP[course.exercise.unit]))
    if load == before.load and span.step > 0:
        reps = max(reps, min(before.reps, course.scheme.high))
    fits = min(percent(reps, rir), _ceiling(course), course.limits.max_percent)
    return Effort(reps, rir, fits, load)


def _smallest(course: Course) -> float:
    exercise = course.exercise
    own = own_weights(exercise, course.athlete)
    if own is not None and own.step:
        return own.step
    return exercise.step_lb if course.athlete.load_unit == "lb" else exercise.step_kg


def _reps_with(course: Course, best: float, load: float, rir: int) -> int:
    """How many repetitions a best allows with this weight, so many of them left in reserve."""
    return int(30 * (best / kilograms(load, course.athlete.load_unit) - 1) + 1e-6) - rir


def _least_reps(course: Course, span: Span) -> int:
    scheme = course.scheme
    tired = course.tired or (course.tired_last and span.phase not in EASY)
    heavy = scheme.low < 5 and tired and lower_body(course.exercise)
    # Not heavy: a run that wants fresh legs follows within a day.
    return max(scheme.low, min(scheme.high, 5)) if heavy else scheme.low


def _lighter(course: Course, full: Effort | None, best: float) -> Effort:
    reps, rir = course.scheme.low, max(_EASY_RESERVE, course.limits.min_rir)
    if course.scheme.progression == "percent":
        reps = max(reps, course.scheme.high - 1)
    fits = min(percent(reps, rir), _ceiling(course), course.limits.max_percent)
    _, load = _load(course, best, reps, rir)
    if full is not None and full.load:
        lighter = kilograms(full.load, course.athlete.load_unit) * _EASY_LOAD
        load = min(load, _plates(course, lighter))
    share = kilograms(load, course.athlete.load_unit) / best * 100
    share = min(fits, max(round(share, 1), fits - _SHARE_OFF))
    return Effort(reps, rir, share, load)


def _in_cycles(course: Course, weeks: Sequence[Span]) -> tuple[Effort, ...]:
    """No best is known: up through the range, then the next weight and from its bottom again."""
    scheme = course.scheme
    length = _CYCLE_BEGINNER if course.athlete.level == "beginner" else _CYCLE
    width = min(scheme.high - scheme.low, _STEP[course.exercise.unit] * (length - 1))
    played: list[Effort] = []
    for span in weeks:
        rir = _reserve(course, span, span is weeks[-1])
        low = _least_reps(course, span)
        if span.phase in EASY:
            played.append(Effort(scheme.low, rir))
            continue
        # Later blocks are heavier: the same bottom of the range, and less far up.
        top = max(min(1, width), width - span.block)
        place = span.step % length
        reps = max(low, scheme.low + round(top * place / (length - 1)))
        fresh = place == 0 and span.built > 0
        played.append(Effort(reps, rir, change="next_weight" if fresh else "start"))
    return tuple(played)


def _in_a_line(course: Course, weeks: Sequence[Span]) -> tuple[Effort, ...]:
    """Nothing heavier is at hand: from the bottom of the range to its top over the whole plan."""
    scheme = course.scheme
    step = _STEP[course.exercise.unit]
    last = max(1, *(span.built for span in weeks if span.phase not in EASY))
    played: list[Effort] = []
    reps = scheme.low
    for span in weeks:
        rir = _reserve(course, span, span is weeks[-1])
        if span.phase in EASY:
            played.append(Effort(max(min(reps, scheme.low), round(reps * _EASY_REPS)), rir))
            continue
        aim = scheme.low + round((scheme.high - scheme.low) * span.built / last)
        reps = max(reps, min(aim, scheme.high, scheme.low + step * span.built))
        played.append(Effort(reps, rir))
    return tuple(played)


_MORE: dict[str, Change] = {"reps": "more_reps", "sec": "longer", "m": "farther"}


def _named(course: Course, weeks: Sequence[Span], played: Sequence[Effort]) -> tuple[Effort, ...]:
    """Every week with what is new in it."""
    named: list[Effort] = []
    full: Effort | None = None
    for span, effort in zip(weeks, played, strict=True):
        change = _change(course, span, effort, full)
        named.append(replace(effort, change=change))
        if span.phase not in EASY:
            full = effort
    return tuple(named)


def _change(course: Course, span: Span, effort: Effort, full: Effort | None) -> Change:
    if span.phase in EASY:
        return "easy"
    if full is None:
        return "start"
    if effort.change == "next_weight":
        return "next_weight"
    if (effort.load or 0.0) > (full.load or 0.0):
        return "more_load"
    if effort.reps > full.reps:
        return _MORE[course.exercise.unit]
    return "closer" if effort.rir < full.rir else "same"


def progression(exercise: Exercise, scheme: Scheme, athlete: Athlete) -> Progression:
    """The rule a log is read by: legs in bigger steps than arms, never beyond the range."""
    step = 0.0
    if (
        exercise.load_type in LOADED
        and scheme.progression != "hold"
        and not fixed_weight(exercise, athlete)
    ):
        step = 5.0 if lower_body(exercise) else 2.5
    return Progression(kind=scheme.progression, low=scheme.low, high=scheme.high, step_percent=step)
