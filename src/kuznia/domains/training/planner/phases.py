"""What each week is for, and how it changes the dose of an exercise."""

from dataclasses import dataclass

from kuznia.domains.training.athlete.athlete import Athlete
from kuznia.domains.training.catalogue import Exercise
from kuznia.domains.training.planner.dosing import LOADED, Scheme, lower_body, percent
from kuznia.domains.training.planner.limits import TrainingLimits
from kuznia.domains.training.planner.strength import Chosen
from kuznia.domains.training.schema.lesson import LoadFactor
from kuznia.domains.training.schema.plan import Phase, Progression
from kuznia.domains.training.schema.units import to_plates

# A week off the gas comes this often; who has just begun needs it later.
_DELOAD = 4
_DELOAD_BEGINNER = 8
_DELOAD_SETS = 0.6


@dataclass(frozen=True, slots=True)
class Span:
    """A week's place in the plan."""

    number: int
    phase: Phase
    # Weeks of building since the start or the last easy week, from 0.
    step: int
    # Weeks of building so far, easy weeks left out.
    built: int


def strength_spans(athlete: Athlete) -> tuple[Span, ...]:
    """The weeks of a strength plan: build, and an easy one now and then."""
    every = _DELOAD_BEGINNER if athlete.level == "beginner" else _DELOAD
    easy = set(range(every, athlete.weeks + 1, every))
    return spans(athlete.weeks, easy, frozenset())


def spans(weeks: int, easy: set[int], taper: frozenset[int]) -> tuple[Span, ...]:
    """Number the weeks of building between the easy ones."""
    numbered: list[Span] = []
    step = built = 0
    for number in range(1, weeks + 1):
        if number in taper:
            phase: Phase = "taper"
        elif number in easy:
            phase = "deload"
        else:
            phase = "base" if number == 1 else "build"
        numbered.append(Span(number, phase, step, built))
        if phase in {"deload", "taper"}:
            step = 0
        else:
            step, built = step + 1, built + 1
    return tuple(numbered)


def set_counts(day_sets: tuple[int, ...], span: Span) -> tuple[int, ...]:
    """Sets of each exercise of the week: as planned, or so many fewer in an easy week."""
    if span.phase not in {"deload", "taper"}:
        return day_sets
    counts = list(day_sets)
    goal = round(sum(counts) * _DELOAD_SETS)
    while sum(counts) > goal:
        largest = max(counts)
        if largest == 1:
            break
        # From the back: what comes last in a session matters least.
        last = len(counts) - 1 - counts[::-1].index(largest)
        counts[last] -= 1
    return tuple(counts)


@dataclass(frozen=True, slots=True)
class Effort:
    """Repetitions, reserve and load for one week."""

    reps: int
    rir: int
    percent: float | None
    load: float | None


def effort(
    chosen: Chosen, span: Span, athlete: Athlete, frame: TrainingLimits, fresh: bool
) -> Effort:
    """This week's effort for an exercise. Not `fresh`: legs are wanted the day after."""
    scheme = chosen.scheme
    rir = _reserve(chosen, span, athlete, frame)
    reps = _reps(scheme, span)
    if not fresh and lower_body(chosen.exercise):
        # Not heavy: a run that wants fresh legs follows within a day.
        rir, reps = max(rir, 3), max(reps, min(scheme.high, 5))
    if span.phase in {"deload", "taper"}:
        rir = min(4, rir + 1)
    return _loaded(chosen, athlete, frame, reps, rir)


def _reps(scheme: Scheme, span: Span) -> int:
    """Up by one a week inside the range; the load's turn comes at the top."""
    width = scheme.high - scheme.low
    easy = span.phase in {"deload", "taper"}
    if scheme.progression == "percent":
        return scheme.high - 1 if easy else max(scheme.low, scheme.high - min(span.step, 2))
    if scheme.progression in {"hold", "linear"} or easy:
        return scheme.low
    if scheme.high >= 20 and scheme.low >= 20:
        return scheme.low + min(width, 5 * (span.built % 6))
    # Two repetitions a week is the most a week may add, so the way back down is not a jump up.
    return scheme.low + span.built % (min(width, 4) + 1)


def _reserve(chosen: Chosen, span: Span, athlete: Athlete, frame: TrainingLimits) -> int:
    if chosen.scheme.explosive:
        return max(4, frame.min_rir)
    least = frame.min_rir
    if chosen.scheme.progression == "percent" or chosen.exercise.pattern in {"squat", "hinge"}:
        least = max(least, 2)
    if chosen.scheme.progression == "percent":
        return least
    if athlete.level == "beginner":
        return max(least, 3 if span.number <= 2 else 2)
    return max(least, 3 - min(span.step, 2))


def _loaded(chosen: Chosen, athlete: Athlete, frame: TrainingLimits, reps: int, rir: int) -> Effort:
    exercise = chosen.exercise
    best = athlete.maxes.get(exercise.id)
    if best is None or exercise.load_type not in LOADED or chosen.scheme.explosive:
        return Effort(reps, rir, None, None)
    ceiling = frame.max_axial_percent if "axial" in exercise.tags else frame.max_percent
    share = min(percent(reps, rir), ceiling, frame.max_percent)
    kg = best * share / 100 * _factor(athlete)
    load = to_plates(kg, athlete.load_unit, exercise.step_kg, exercise.step_lb)
    # Lighter than the smallest step there is: then effort leads, as where no best is known.
    return Effort(reps, rir, share, load) if load > 0 else Effort(reps, rir, None, None)


def _factor(athlete: Athlete) -> float:
    factor = 1.0
    for _, effect in athlete.effects:
        if isinstance(effect, LoadFactor):
            factor *= effect.factor
    return max(0.5, factor)


def progression(exercise: Exercise, scheme: Scheme) -> Progression:
    """The rule a log is read by: legs in bigger steps than arms, never beyond the range."""
    step = 0.0
    if exercise.load_type in LOADED and scheme.progression != "hold":
        step = 5.0 if lower_body(exercise) else 2.5
    return Progression(kind=scheme.progression, low=scheme.low, high=scheme.high, step_percent=step)
