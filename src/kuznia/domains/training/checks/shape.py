"""Whether a plan is whole, in order, made of what there is, and keeps what was agreed."""

from collections.abc import Iterable, Iterator

from kuznia.domains.training.catalogue import Exercise, catalogue
from kuznia.domains.training.checks.rules import Measure, PlanRule
from kuznia.domains.training.checks.view import PlanView
from kuznia.domains.training.schema.lesson import (
    AvoidExercise,
    AvoidTag,
    DayUnavailable,
    Effect,
    Minutes,
    MinutesOn,
)
from kuznia.domains.training.schema.plan import Day
from kuznia.domains.training.schema.weights import OwnWeights


def complete(view: PlanView, _: PlanRule) -> Iterator[Measure]:
    numbers = [week.number for week in view.plan.weeks]
    expected = list(range(1, view.athlete.weeks + 1))
    yield Measure("weeks", len(numbers), len(expected), numbers == expected)
    for week, day in view.days():
        if [one.day for one in week.days] != [1, 2, 3, 4, 5, 6, 7]:
            yield Measure(f"weeks.{week.number}", len(week.days), 7, False)
            return
        problem = _day_problem(day)
        if problem:
            yield Measure(f"weeks.{week.number}.days.{day.day}", problem, "in order", False)


def _day_problem(day: Day) -> str | None:
    kinds = {(True, True): "mixed", (True, False): "strength", (False, True): "endurance"}
    kind = kinds.get((bool(day.exercises), bool(day.sessions)), "rest")
    if day.kind != kind:
        return f"{day.kind} with {kind} content"
    if [dose.order for dose in day.exercises] != list(range(1, len(day.exercises) + 1)):
        return "orders"
    ids = [dose.id for dose in day.exercises]
    if len(set(ids)) != len(ids):
        return "an exercise twice"
    if any(dose.sets < 1 or dose.reps < 1 or dose.rir < 0 for dose in day.exercises):
        return "an empty dose"
    steps = [step for session in day.sessions for block in session.blocks for step in block.steps]
    if any(step.seconds < 1 or not 1 <= step.zone <= 5 for step in steps):
        return "an empty step"
    return None


def known(view: PlanView, _: PlanRule) -> Iterator[Measure]:
    for week, day in view.days():
        for dose in day.exercises:
            if dose.id not in catalogue():
                where = f"weeks.{week.number}.days.{day.day}.exercises.{dose.order}"
                yield Measure(where, dose.id[:60], "a catalogue id", False)
            elif dose.unit != catalogue()[dose.id].unit:
                where = f"weeks.{week.number}.days.{day.day}.exercises.{dose.order}"
                yield Measure(where, dose.unit, catalogue()[dose.id].unit, False)


def equipment(view: PlanView, _: PlanRule) -> Iterator[Measure]:
    for line in view.lines:
        fits = line.exercise.fits(view.athlete.equipment)
        if not fits and not _over(view, line.week, line.day):
            yield Measure(line.where, line.exercise.id, "equipment at hand", False)


def days(view: PlanView, _: PlanRule) -> Iterator[Measure]:
    offered = set(view.athlete.weekdays or range(1, 8))
    closed = {
        effect.day for _, effect in view.athlete.effects if isinstance(effect, DayUnavailable)
    }
    # A playbook that closes every offered day closes none: someone asked for a plan.
    free = offered - closed or offered
    for week, day in view.days():
        allowed = offered if _over(view, week.number, day.day) else free
        if day.kind != "rest" and day.day not in allowed:
            yield Measure(f"weeks.{week.number}.days.{day.day}", day.day, "an offered day", False)
    for week in view.plan.weeks:
        used = sum(1 for day in week.days if day.kind != "rest")
        if used > view.athlete.days:
            yield Measure(f"weeks.{week.number}", used, view.athlete.days, False)


def notices(view: PlanView, _: PlanRule) -> Iterator[Measure]:
    present = {notice.code for notice in view.plan.notices if notice.text}
    for code in ("advice", "stop"):
        yield Measure("notices", "present" if code in present else "missing", code, code in present)


def lessons(view: PlanView, _: PlanRule) -> Iterator[Measure]:
    effects = [effect for _, effect in view.athlete.effects]
    tags = {effect.tag for effect in effects if isinstance(effect, AvoidTag)}
    names = {effect.exercise for effect in effects if isinstance(effect, AvoidExercise)}
    for line in view.lines:
        broken = line.exercise.tags & tags or line.exercise.id in names
        if broken and not _over(view, line.week, line.day):
            yield Measure(line.where, line.exercise.id, "not in the playbook's way", False)
    for week, day in view.days():
        most = _most_minutes(effects, day.day)
        long = most is not None and day.exercises and day.minutes > max(most, _long(view, day))
        if long and not _over(view, week.number, day.day):
            yield Measure(f"weeks.{week.number}.days.{day.day}", day.minutes, most or 0, False)


def _most_minutes(effects: Iterable[Effect], day: int) -> int | None:
    limits = [
        effect.minutes
        for effect in effects
        if isinstance(effect, Minutes) or (isinstance(effect, MinutesOn) and effect.day == day)
    ]
    return min(limits, default=None)


def _over(view: PlanView, week: int, day: int) -> bool:
    """A day that is past does not break what was learnt after it."""
    return 7 * (week - 1) + day <= view.athlete.past


def _long(view: PlanView, day: Day) -> float:
    return view.longest_day if any(session.kind == "long" for session in day.sessions) else 0.0


def loads(view: PlanView, _: PlanRule) -> Iterator[Measure]:
    unit = view.athlete.load_unit
    for line in view.lines:
        load = line.dose.load
        if load is None:
            if line.dose.load_unit is not None:
                yield Measure(line.where, str(line.dose.load_unit), "no load, no unit", False)
            continue
        if line.dose.load_unit != unit:
            yield Measure(line.where, str(line.dose.load_unit), unit, False)
            continue
        if line.exercise.equipment_all & view.athlete.weights.keys():
            # What can be loaded is what is owned, and has a rule of its own.
            continue
        step = line.exercise.step_lb if unit == "lb" else line.exercise.step_kg
        off = abs(load / step - round(load / step)) if step else 1.0
        if load <= 0 or off > 0.01:
            yield Measure(line.where, load, f"a multiple of {step:g}", False)


_BARS = {"kg": 20.0, "lb": 45.0}
_KG_OF_LB = 0.45359237
# Of a best: the one weight there is, where it is heavier, is not prescribed.
_TOO_HEAVY = 0.7


def makeable(view: PlanView, _: PlanRule) -> Iterator[Measure]:
    """Every load can be put together from the weights that are owned."""
    for line in view.lines:
        load = line.dose.load
        if load is None or _over(view, line.week, line.day):
            continue
        for item in sorted(line.exercise.equipment_all & view.athlete.weights.keys()):
            if not _can_be_made(view.athlete.weights[item], load, line.exercise):
                yield Measure(line.where, load, f"weights of: {item}", False)


def _can_be_made(own: OwnWeights, load: float, exercise: Exercise) -> bool:
    if own.sizes:
        return load in own.sizes
    if own.up_to is not None and load > own.up_to:
        return False
    base = _BARS[own.unit] if own.item == "barbell" and own.step else 0.0
    step = own.step or (exercise.step_lb if own.unit == "lb" else exercise.step_kg)
    steps = (load - base) / step
    return load > 0 and steps >= 0 and abs(steps - round(steps)) < 0.01


def weights_shown(view: PlanView, _: PlanRule) -> Iterator[Measure]:
    """Where there is one weight only, each line has it; and what is owned is said."""
    owned = view.athlete.weights
    if owned:
        codes = {notice.code for notice in view.plan.notices if notice.text}
        yield Measure(
            "notices", "said" if "weights" in codes else "missing", "weights", "weights" in codes
        )
    for line in view.lines:
        for item in line.exercise.equipment_all & owned.keys():
            sizes, kg = owned[item].sizes, _KG_OF_LB if owned[item].unit == "lb" else 1.0
            best = view.athlete.maxes.get(line.exercise.id)
            loaded = line.exercise.load_type != "time" and len(sizes) == 1
            if loaded and (best is None or sizes[0] * kg <= _TOO_HEAVY * best):
                shown = line.dose.load == sizes[0]
                yield Measure(line.where, line.dose.load or 0, sizes[0], shown)


CHECKS = {
    "X01": complete,
    "X02": known,
    "X03": equipment,
    "X04": days,
    "X05": notices,
    "X06": lessons,
    "X07": loads,
    "X08": makeable,
    "X09": weights_shown,
}
