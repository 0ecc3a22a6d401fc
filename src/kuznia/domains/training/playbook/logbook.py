"""A logged session: what was really done moves the loads by rule and teaches the playbook."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from kuznia.domains.training.catalogue import catalogue
from kuznia.domains.training.lesson import AvoidExercise, Lesson, Prefer, Short
from kuznia.domains.training.plan import Dose, Plan
from kuznia.domains.training.playbook import Count, Learn
from kuznia.domains.training.units import KG_IN_LB, to_plates


class Logged(BaseModel):
    """One exercise as it went."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    exercise: Short
    done: bool = True
    load: float | None = Field(default=None, ge=0, le=1500, allow_inf_nan=False)
    # Repetitions of each set that was done.
    reps: tuple[int, ...] = Field(default=(), max_length=12)
    # Repetitions that were left at the end of the last set.
    rir: int | None = Field(default=None, ge=0, le=10)
    pain: int = Field(default=0, ge=0, le=10)


Moved = Literal["up", "back", "same"]
# Pain above this is a reason to leave an exercise out, not to push through.
_TOO_MUCH_PAIN = 3
_SKIPS = 2


@dataclass(frozen=True, slots=True)
class Next:
    """The next dose of an exercise, and the rule that moved it."""

    dose: Dose
    moved: Moved
    rule: Literal["P01", "P05", "P02"]


def next_dose(dose: Dose, history: Iterable[Logged]) -> Next:
    """What the exercise's progression rule makes of its last sessions, the oldest first.

    Two sessions running with two repetitions to spare in the last set: one step up. Two failed
    ones running: back by a tenth. Else the repetitions climb within their range.
    """
    last = [entry for entry in history if entry.exercise == dose.id and entry.done][-2:]
    if len(last) == 2 and all(_spare(entry, dose) for entry in last):
        return Next(_moved(dose, 1 + dose.progression.step_percent / 100, up=True), "up", "P01")
    if len(last) == 2 and all(_failed(entry, dose) for entry in last):
        return Next(_moved(dose, 1 - dose.progression.back_percent / 100, up=False), "back", "P05")
    if last and not _failed(last[-1], dose) and dose.progression.kind == "double":
        reps = min(dose.progression.high, dose.reps + 1)
        return Next(dose.model_copy(update={"reps": reps}), "same", "P02")
    return Next(dose, "same", "P02")


def _spare(entry: Logged, dose: Dose) -> bool:
    return bool(entry.reps) and len(entry.reps) >= dose.sets and entry.reps[-1] >= dose.reps + 2


def _failed(entry: Logged, dose: Dose) -> bool:
    return len(entry.reps) < dose.sets or min(entry.reps, default=0) < min(
        dose.reps, dose.progression.low
    )


def _moved(dose: Dose, factor: float, *, up: bool) -> Dose:
    """The load by that factor in steps that can be put on; repetitions start from the bottom."""
    update: dict[str, object] = {"reps": dose.progression.low}
    if dose.load is not None and dose.load_unit is not None and dose.id in catalogue():
        exercise = catalogue()[dose.id]
        unit = dose.load_unit
        step = exercise.step_lb if unit == "lb" else exercise.step_kg
        kg = dose.load * factor * (KG_IN_LB if unit == "lb" else 1.0)
        load = to_plates(kg, unit, exercise.step_kg, exercise.step_lb)
        # Plates decide: at least one step up, but never more than a tenth.
        if up and load <= dose.load and (dose.load + step) <= dose.load * 1.10:
            load = dose.load + step
        update["load"] = max(step, load) if up else max(step, min(load, dose.load - step))
        if dose.percent is not None and dose.load:
            share = dose.percent * float(str(update["load"])) / dose.load
            update["percent"] = round(min(100.0, share), 1)
    return dose.model_copy(update=update)


def taught(
    plan: Plan, logged: Iterable[Logged], lessons: Iterable[Lesson]
) -> Iterator[Learn | Count]:
    """What a logged session teaches: pain is safety, repeated skipping a dislike."""
    entries = tuple(logged)
    done = {entry.exercise for entry in entries if entry.done}
    for entry in entries:
        if entry.pain > _TOO_MUCH_PAIN:
            text = f"{_label(plan, entry.exercise)}: pain {entry.pain}/10"
            effect = AvoidExercise(exercise=entry.exercise)
            yield Learn(text=text, kind="safety", effects=(effect,))
    skipped = [entry.exercise for entry in entries if not entry.done]
    for name in dict.fromkeys(skipped):
        if skipped.count(name) >= _SKIPS and name not in done:
            effect = AvoidExercise(exercise=name)
            text = f"{_label(plan, name)}: skipped"
            yield Learn(text=text, kind="preference", effects=(effect,))
    yield from _counted(lessons, done, set(skipped))


def _label(plan: Plan, name: str) -> str:
    return catalogue()[name].label(plan.language) if name in catalogue() else name


def _counted(lessons: Iterable[Lesson], done: set[str], skipped: set[str]) -> Iterator[Count]:
    """A preference that was followed and done helped; one that was followed and skipped did not."""
    for lesson in lessons:
        for effect in lesson.effects:
            if isinstance(effect, Prefer) and effect.exercise in done | skipped:
                yield Count(lesson=lesson.id, helped=effect.exercise in done)
