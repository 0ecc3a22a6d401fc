"""A logged session: what was done moves the loads by their rule and teaches the playbook."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

from kuznia.domains.training.athlete.athlete import Athlete, estimated_max
from kuznia.domains.training.catalogue import catalogue
from kuznia.domains.training.playbook.log import Count, Learn
from kuznia.domains.training.playbook.session import LoggedExercise
from kuznia.domains.training.schema.lesson import AvoidExercise, BestLift, Lesson, Prefer
from kuznia.domains.training.schema.plan import Dose, Plan
from kuznia.domains.training.schema.units import KG_IN_LB, kilograms, to_plates

Step = Literal["up", "back"]
Moved = Step | Literal["same"]
# An exercise that hurts more than this is left out.
MAX_PAIN = 3
_SKIPS = 2
# A best is the middle of the last few estimates, so that one bad or lucky day does not move it.
_ESTIMATES, _MIN_ESTIMATES = 5, 3


@dataclass(frozen=True, slots=True)
class NextDose:
    """The next dose of an exercise, and the rule that moved it."""

    dose: Dose
    moved: Moved
    rule: Literal["P01", "P05", "P02"]


def next_dose(dose: Dose, history: Iterable[LoggedExercise]) -> NextDose:
    """What the exercise's progression rule makes of its last sessions, the oldest first.

    Two sessions running with two repetitions to spare in the last set: one step up. Two failed
    ones running: back by a tenth, unless the sessions before them show that the load fits. Else
    the repetitions climb within their range.
    """
    done = [entry for entry in history if entry.exercise == dose.id and entry.done]
    last = done[-2:]
    if len(last) == 2 and all(_spare(entry, dose) for entry in last):
        return NextDose(moved(dose, "up"), "up", "P01")
    if len(last) == 2 and all(_failed(entry, dose) for entry in last) and not _is_able(done, dose):
        return NextDose(moved(dose, "back"), "back", "P05")
    if last and not _failed(last[-1], dose) and dose.progression.kind == "double":
        reps = min(dose.progression.high, dose.reps + 1)
        return NextDose(dose.model_copy(update={"reps": reps}), "same", "P02")
    return NextDose(dose, "same", "P02")


def _spare(entry: LoggedExercise, dose: Dose) -> bool:
    """All sets at the load asked for, with two repetitions done or left over at the end."""
    light = None not in {entry.load, dose.load} and (entry.load or 0) < (dose.load or 0)
    if light or not entry.reps or len(entry.reps) < dose.sets:
        return False
    left = entry.rir is not None and entry.rir >= dose.rir + 2 and entry.reps[-1] >= dose.reps
    return left or entry.reps[-1] >= dose.reps + 2


def _is_able(done: Sequence[LoggedExercise], dose: Dose) -> bool:
    """Whether the middle of the last sessions shows the repetitions asked for, a bad day beside."""
    best = _middle(done, dose)
    return best is not None and best >= estimated_max(dose.load or 0.0, min(12, dose.reps))


def _middle(done: Iterable[LoggedExercise], dose: Dose) -> float | None:
    shown = [best for entry in done if (best := to_limit(entry, dose)) is not None]
    return median(shown[-_ESTIMATES:]) if len(shown) >= _MIN_ESTIMATES else None


def _failed(entry: LoggedExercise, dose: Dose) -> bool:
    return len(entry.reps) < dose.sets or min(entry.reps, default=0) < min(
        dose.reps, dose.progression.low
    )


def moved(dose: Dose, step: Step) -> Dose:
    """The load one step of its own rule on; repetitions start from the bottom."""
    rule, up = dose.progression, step == "up"
    if not rule.step_percent and up:
        # There is nothing heavier: repetitions go on.
        return dose.model_copy(update={"reps": max(dose.reps, min(rule.high, dose.reps + 2))})
    factor = 1 + rule.step_percent / 100 if up else 1 - rule.back_percent / 100
    update: dict[str, object] = {"reps": dose.progression.low}
    if dose.load is not None and rule.step_percent and dose.id in catalogue():
        exercise = catalogue()[dose.id]
        unit = dose.load_unit or "kg"
        plate = exercise.step_lb if unit == "lb" else exercise.step_kg
        kg = dose.load * factor * (KG_IN_LB if unit == "lb" else 1.0)
        load = to_plates(kg, unit, exercise.step_kg, exercise.step_lb)
        # Plates decide: at least one step up, but never more than a tenth.
        if up and load <= dose.load and (dose.load + plate) <= dose.load * 1.10:
            load = dose.load + plate
        update["load"] = max(plate, load) if up else max(plate, min(load, dose.load - plate))
        if dose.percent is not None and dose.load:
            share = dose.percent * float(str(update["load"])) / dose.load
            update["percent"] = round(min(100.0, share), 1)
    return dose.model_copy(update=update)


def at_hand(dose: Dose, athlete: Athlete) -> Dose:
    """The dose with a load that the weights at hand come to; the lightest where all are heavier."""
    exercise = catalogue()[dose.id]
    own = next((w for item, w in athlete.weights.items() if item in exercise.equipment_all), None)
    if own is None or dose.load is None:
        return dose
    step = exercise.step_lb if own.unit == "lb" else exercise.step_kg
    load = own.fitting(dose.load, step) or min(own.sizes, default=dose.load)
    return dose if load == dose.load else dose.model_copy(update={"load": load})


def taught(
    plan: Plan,
    logged: Iterable[LoggedExercise],
    lessons: Iterable[Lesson],
    before: Iterable[LoggedExercise] = (),
) -> Iterator[Learn | Count]:
    """What a session teaches after those before: pain is safety, skipping again a dislike."""
    entries, earlier = tuple(logged), tuple(before)
    done = {entry.exercise for entry in (*earlier, *entries) if entry.done}
    for entry in entries:
        if entry.pain > MAX_PAIN:
            text = f"{_label(plan, entry.exercise)}: pain {entry.pain}/10"
            effect = AvoidExercise(exercise=entry.exercise)
            yield Learn(text=text, kind="safety", effects=(effect,))
    skipped = [entry.exercise for entry in entries if not entry.done]
    ever = [*(entry.exercise for entry in earlier if not entry.done), *skipped]
    for name in dict.fromkeys(skipped):
        if ever.count(name) >= _SKIPS and name not in done:
            effect = AvoidExercise(exercise=name)
            text = f"{_label(plan, name)}: skipped"
            yield Learn(text=text, kind="preference", effects=(effect,))
    yield from _bests(plan, [*earlier, *entries], {entry.exercise for entry in entries}, lessons)
    yield from _counted(lessons, {entry.exercise for entry in entries if entry.done}, set(skipped))


# Sets with more repetitions than this to the limit say little about a best.
_MAX_TO_LIMIT = 12
# A best that is nearer to the known one teaches nothing.
_SAME_BEST = 0.025


def _bests(
    plan: Plan, history: Sequence[LoggedExercise], now: set[str], lessons: Iterable[Lesson]
) -> Iterator[Learn]:
    """Bests as the last sessions show them, for the exercises of this one."""
    known = {
        effect.exercise: estimated_max(effect.kg, effect.reps)
        for lesson in lessons
        for effect in lesson.effects
        if isinstance(effect, BestLift)
    }
    doses = {d.id: d for week in plan.weeks for day in week.days for d in day.exercises}
    in_pounds = any(dose.load_unit == "lb" for dose in doses.values())
    for name in sorted(now & doses.keys() & catalogue().keys()):
        dose = doses[name]
        if not dose.progression.step_percent:
            # Nothing heavier is there: its loads show no best.
            continue
        best = _middle((entry for entry in history if entry.exercise == name), dose)
        if best is None:
            continue
        kg = round(kilograms(best, "lb" if in_pounds else "kg"), 1)
        if name not in known or abs(kg / known[name] - 1) > _SAME_BEST:
            effect = BestLift(exercise=name, kg=kg)
            yield Learn(text=f"{_label(plan, name)}: {kg:g} kg", kind="load", effects=(effect,))


def to_limit(entry: LoggedExercise, dose: Dose) -> float | None:
    """The best that the last set of a logged exercise shows; None where it does not tell."""
    if not entry.done or not entry.load or not entry.reps:
        return None
    left = entry.rir if entry.rir is not None else 0 if _failed(entry, dose) else None
    if left is None or not 1 <= entry.reps[-1] + left <= _MAX_TO_LIMIT:
        return None
    return estimated_max(entry.load, entry.reps[-1] + left)


def _label(plan: Plan, name: str) -> str:
    return catalogue()[name].label(plan.language) if name in catalogue() else name


def _counted(lessons: Iterable[Lesson], done: set[str], skipped: set[str]) -> Iterator[Count]:
    """A preference that was followed and done helped; one that was followed and skipped did not."""
    for lesson in lessons:
        for effect in lesson.effects:
            if isinstance(effect, Prefer) and effect.exercise in done | skipped:
                yield Count(lesson=lesson.id, helped=effect.exercise in done)
