"""The strength side of a week: a split, a problem for the search, and what it chose."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kuznia.domains.training.athlete.athlete import Athlete
from kuznia.domains.training.catalogue import MAJOR, Exercise, patterns
from kuznia.domains.training.planner.choice import Chooser, choose
from kuznia.domains.training.planner.dosing import LOADED, POWER, Scheme, own_weights, scheme
from kuznia.domains.training.planner.limits import TrainingLimits
from kuznia.domains.training.planner.problem import (
    ExerciseCandidate,
    MovementGroup,
    Problem,
    StrengthDay,
)
from kuznia.domains.training.schema.lesson import Lesson, OwnEquipment, Prefer, VolumeFactor
from kuznia.domains.training.schema.profile import Level

_OLDER = 65
MAIN = frozenset({"squat", "hinge", "h_push", "v_push", "h_pull", "v_pull"})
_CORE = frozenset({"core_anti_ext", "core_anti_rot", "core_flex"})
_UPPER = frozenset({"h_push", "v_push", "h_pull", "v_pull", "arm_flex", "arm_ext", "shoulder_iso"})
_LOWER = frozenset({"squat", "hinge", "lunge", "calf", "hip_abd"})
_PUSH = frozenset({"h_push", "v_push", "arm_ext", "shoulder_iso"})
_PULL = frozenset({"h_pull", "v_pull", "arm_flex", "carry"})
_SPLITS: Mapping[str, frozenset[str]] = {
    "full": _UPPER | _LOWER | _CORE | {"carry"},
    "upper": _UPPER | _CORE | {"carry"},
    "lower": _LOWER | _CORE,
    "push": _PUSH | _CORE,
    "pull": _PULL | _CORE,
    "legs": _LOWER | _CORE,
}
_KNEES, _HIPS = frozenset({"squat", "lunge"}), frozenset({"hinge"})
_PUSHES, _PULLS = frozenset({"h_push", "v_push"}), frozenset({"h_pull", "v_pull"})
# What a day of that name is made of, and how much of it the day has place for.
_GROUPS: Mapping[str, tuple[MovementGroup, ...]] = {
    "full": (
        MovementGroup(_KNEES | _HIPS, 3),
        MovementGroup(_PUSHES, 2),
        MovementGroup(_PULLS, 2),
    ),
    "upper": (MovementGroup(_PUSHES, 3), MovementGroup(_PULLS, 3)),
    "lower": (MovementGroup(_KNEES, 3), MovementGroup(_HIPS, 2)),
    "push": (MovementGroup(_PUSHES, 4),),
    "pull": (MovementGroup(_PULLS, 4),),
    "legs": (MovementGroup(_KNEES, 3), MovementGroup(_HIPS, 2)),
}
_WEEKS: Mapping[int, tuple[str, ...]] = {
    1: ("full",),
    2: ("full", "full"),
    3: ("full", "full", "full"),
    4: ("upper", "lower", "upper", "lower"),
    5: ("upper", "lower", "push", "pull", "legs"),
    6: ("push", "pull", "legs", "push", "pull", "legs"),
}
# Fractional sets a week: wanted, and the most.
_DOSE: Mapping[Level, tuple[float, float]] = {
    "beginner": (8.0, 12.0),
    "intermediate": (12.0, 18.0),
    "advanced": (14.0, 22.0),
    "elite": (15.0, 22.0),
}
_FLOOR: Mapping[Level, float] = {
    "beginner": 4.0,
    "intermediate": 8.0,
    "advanced": 10.0,
    "elite": 10.0,
}
_MINOR_DOSE: Mapping[str, float] = {
    "core": 5.0,
    "biceps": 6.0,
    "triceps": 6.0,
    "calves": 4.0,
    "abductors": 2.0,
    "forearms": 2.0,
}
# Sets a muscle may begin with fewer, and from how many an exercise gives one.
_TAKEN = 2.0
_MANY = 3
# What getting warm and ready takes before the first set.
WARM_UP = 5.0
# Choices offered to the search for each pattern; more changes little and costs time.
_OFFERED = 4
_BALANCE_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Chosen:
    """One exercise of the week's template, before weeks change its dose."""

    exercise: Exercise
    sets: int
    scheme: Scheme
    # The lesson it was preferred for, if one was.
    lesson: str | None = None


@dataclass(frozen=True, slots=True)
class Template:
    """The strength days of a usual week, by weekday."""

    days: Mapping[int, tuple[Chosen, ...]]
    split: tuple[str, ...]
    # Sets a week below which a large muscle gets too little.
    floor: float = 0.0


def template(
    athlete: Athlete,
    frame: TrainingLimits,
    pool: tuple[Exercise, ...],
    days: Mapping[int, float],
    preferred: frozenset[str] = frozenset(),
    chooser: Chooser = choose,
) -> Template:
    """Fill the strength days, each with so many minutes."""
    split = _WEEKS[len(days)] if days else ()
    week = problem(athlete, frame, pool, days, preferred)
    by_id = {exercise.id: exercise for exercise in pool}
    liked = {
        effect.exercise: lesson.id
        for lesson, effect in athlete.effects
        if isinstance(effect, Prefer) and not _owns(lesson)
    }
    filled: dict[int, tuple[Chosen, ...]] = {}
    for session, here in zip(week.sessions, chooser(week), strict=True):
        chosen = [
            Chosen(
                by_id[week.candidates[number].id],
                sets,
                scheme(by_id[week.candidates[number].id], athlete, frame),
                liked.get(week.candidates[number].id),
            )
            for number, sets in here.items()
        ]
        chosen.sort(key=_place)
        filled[session.day] = (*chosen, *_balance(frame, pool, session.day))
    return Template(filled, split, week.floor)


def _owns(lesson: Lesson) -> bool:
    """Whether an exercise is preferred for a piece of equipment, which is no liking of it."""
    return any(isinstance(effect, OwnEquipment) for effect in lesson.effects)


def eased(template: Template, floor: float) -> Mapping[tuple[int, str], int]:
    """Sets to begin with: here and there one fewer, so that later weeks have room to grow.

    No muscle loses more than a later week may add in one step, and none falls below its floor.
    """
    sets = {(day, c.exercise.id): c.sets for day, all_ in template.days.items() for c in all_}
    totals: dict[str, float] = {}
    pulls_ahead = 0
    for chosen in (c for all_ in template.days.values() for c in all_):
        pulls_ahead += chosen.sets * _side(chosen.exercise)
        for muscle, share in chosen.exercise.muscles.items():
            totals[muscle] = totals.get(muscle, 0.0) + share * chosen.sets
    taken: dict[str, float] = {}
    for day in sorted(template.days, reverse=True):
        for chosen in reversed(template.days[day]):
            muscles, side = chosen.exercise.muscles, _side(chosen.exercise)
            fits = all(
                taken.get(muscle, 0.0) + share <= _TAKEN
                and totals[muscle] - taken.get(muscle, 0.0) - share >= floor
                for muscle, share in muscles.items()
                if muscle in MAJOR
            )
            if chosen.sets >= _MANY and fits and not (side > 0 and pulls_ahead <= 0):
                sets[day, chosen.exercise.id] -= 1
                pulls_ahead -= side
                for muscle, share in muscles.items():
                    taken[muscle] = taken.get(muscle, 0.0) + share
    return sets


def _side(exercise: Exercise) -> int:
    """1 for a pull, -1 for a push, for the balance of the two."""
    return int(exercise.pattern in _PULLS) - int(exercise.pattern in _PUSHES)


def _place(chosen: Chosen) -> tuple[int, int, int, str]:
    """Explosive first, then many joints before one, large before small, the trunk last."""
    exercise = chosen.exercise
    trunk = patterns()[exercise.pattern].body == "core"
    size = _SIZE.get(exercise.pattern, 9)
    return (
        0 if chosen.scheme.explosive else 1,
        2 if trunk else 0 if exercise.compound else 1,
        size,
        exercise.id,
    )


_SIZE = {
    name: size
    for size, name in enumerate(
        ("squat", "hinge", "lunge", "h_push", "h_pull", "v_push", "v_pull", "shoulder_iso")
    )
}


def problem(
    athlete: Athlete,
    frame: TrainingLimits,
    pool: tuple[Exercise, ...],
    days: Mapping[int, float],
    preferred: frozenset[str] = frozenset(),
) -> Problem:
    """The week as the search sees it."""
    split = _WEEKS[len(days)] if days else ()
    power = athlete.aim == "power" and athlete.level != "beginner"
    extra = POWER if power else frozenset[str]()
    sessions = tuple(
        StrengthDay(
            day,
            minutes - WARM_UP - _balance_minutes(frame, pool),
            _SPLITS[name] | extra,
            _fewest(minutes),
            _first_sets(minutes),
            _GROUPS[name],
        )
        for (day, minutes), name in zip(sorted(days.items()), split, strict=True)
    )
    offered = tuple(_offered(athlete, frame, pool, sessions, preferred))
    have = {candidate.pattern for candidate in offered}
    reach = {muscle for candidate in offered for muscle in candidate.muscles}
    dose, ceiling = _DOSE[athlete.level]
    dose *= _volume(athlete)
    targets = {muscle: dose for muscle in MAJOR if muscle in reach}
    targets |= {muscle: dose for muscle, dose in _MINOR_DOSE.items() if muscle in reach}
    return Problem(
        sessions=sessions,
        candidates=offered,
        targets=targets,
        ceilings=dict.fromkeys(MAJOR, ceiling),
        floor=min(_FLOOR[athlete.level], dose),
        major=frozenset(MAJOR),
        must=frozenset((MAIN | {"core_anti_ext"}) & have),
        twice=frozenset(muscle for muscle in MAJOR if muscle in reach)
        if len(days) > 1
        else frozenset(),
    )


def _fewest(minutes: float) -> int:
    return 2 if minutes < 20 else 3 if minutes < 35 else 4 if minutes < 40 else 5


def _first_sets(minutes: float) -> int:
    return 1 if minutes < 20 else 2


def _volume(athlete: Athlete) -> float:
    factor = 1.0
    for _, effect in athlete.effects:
        if isinstance(effect, VolumeFactor):
            factor *= effect.factor
    return min(1.2, max(0.5, factor))


def _offered(
    athlete: Athlete,
    frame: TrainingLimits,
    pool: tuple[Exercise, ...],
    sessions: tuple[StrengthDay, ...],
    preferred: frozenset[str],
) -> Iterator[ExerciseCandidate]:
    """The best few of each pattern, as candidates for the search."""
    patterns = frozenset(name for session in sessions for name in session.patterns)
    liked = preferred | {
        effect.exercise for _, effect in athlete.effects if isinstance(effect, Prefer)
    }
    ranked: dict[str, list[tuple[int, Exercise]]] = {}
    for exercise in pool:
        if exercise.pattern in patterns and "rehab" not in exercise.tags:
            score = _score(exercise, athlete, liked)
            ranked.setdefault(exercise.pattern, []).append((score, exercise))
    for pattern in sorted(ranked):
        best = sorted(ranked[pattern], key=lambda item: (-item[0], item[1].id))
        for score, exercise in best[:_OFFERED]:
            dose = scheme(exercise, athlete, frame)
            yield ExerciseCandidate(
                id=exercise.id,
                pattern=pattern,
                muscles=exercise.muscles,
                primary=exercise.primary,
                score=score,
                setup=1.5,
                each=dose.set_seconds(exercise) / 60,
                max_sets=min(frame.max_sets, 5 if dose.high <= 5 else 4),
                compound=exercise.compound,
                family=_family(exercise),
            )


_HELD = frozenset({"barbell", "dumbbell", "kettlebell", "band", "machine", "bodyweight", "smith"})


def _family(exercise: Exercise) -> str:
    return "-".join(part for part in exercise.id.split("-") if part not in _HELD)


def _score(exercise: Exercise, athlete: Athlete, liked: frozenset[str]) -> int:
    """How well it fits this person, before the week is looked at."""
    score = 2 * exercise.popularity
    score += 6 if exercise.compound and exercise.pattern in MAIN else 0
    score -= 4 if "accessory" in exercise.tags or exercise.unit == "sec" else 0
    if athlete.aim in {"strength", "muscle", "power"} and exercise.load_type in LOADED:
        score += 4
    if athlete.aim == "strength" and exercise.load_type == "barbell":
        score += 4
    if athlete.level == "beginner":
        score -= 4 * (exercise.level - 1) + 2 * (exercise.load_type == "barbell")
    if athlete.age >= _OLDER:
        # Up from the floor and long single steps are for later; a chair and a step are steadier.
        score -= 6 * bool(exercise.tags & {"prone_plank"}) + 4 * (exercise.pattern == "lunge")
    score += 8 if exercise.id in athlete.maxes else 0
    # Weights that somebody names are there to be used.
    score += 6 if own_weights(exercise, athlete) is not None else 0
    score -= 8 if _half_a_movement(exercise) else 0
    return score + (60 if exercise.id in liked else 0)


def _half_a_movement(exercise: Exercise) -> bool:
    """A push or a pull that the arms do not help in: a fly, a pullover."""
    helpers = patterns()[exercise.pattern].secondary
    return exercise.pattern in _PUSHES | _PULLS and not any(
        muscle in exercise.muscles for muscle in helpers
    )


def _balance(frame: TrainingLimits, pool: tuple[Exercise, ...], day: int) -> tuple[Chosen, ...]:
    options = sorted(
        (exercise for exercise in pool if exercise.pattern == "balance"),
        key=lambda exercise: (-exercise.popularity, exercise.id),
    )
    if not frame.balance or not options:
        return ()
    exercise = options[day % min(2, len(options))]
    seconds = _BALANCE_SECONDS if exercise.unit == "sec" else 10
    return (Chosen(exercise, 2, Scheme(seconds, seconds, 30, "hold")),)


def _balance_minutes(frame: TrainingLimits, pool: tuple[Exercise, ...]) -> float:
    return max(
        (
            one.scheme.minutes(one.exercise, one.sets)
            for day in (0, 1)
            for one in _balance(frame, pool, day)
        ),
        default=0.0,
    )
