"""Effort: repetitions, load, reserve and rest that fit the goal and one another."""

from collections.abc import Iterator

from kuznia.domains.training.checks.rules import Measure, PlanRule
from kuznia.domains.training.checks.view import DoseLine, PlanView
from kuznia.domains.training.schema.profile import Level
from kuznia.domains.training.schema.units import KG_IN_LB

_EXPLOSIVE = frozenset({"jump", "olympic"})
_HEAVY = frozenset({"squat", "hinge", "h_push", "v_push", "h_pull", "v_pull"})
_LEVELS: tuple[Level, ...] = ("beginner", "intermediate", "advanced", "elite")
_LOADED = frozenset({"barbell", "db", "machine", "cable"})


def _building(view: PlanView) -> Iterator[DoseLine]:
    for week in view.building():
        yield from view.by_week[week.number]


def _counted(view: PlanView) -> Iterator[DoseLine]:
    """Lines dosed in repetitions that are not explosive."""
    return (
        line
        for line in _building(view)
        if line.dose.unit == "reps" and line.exercise.pattern not in _EXPLOSIVE
    )


def for_strength(view: PlanView, rule: PlanRule) -> Iterator[Measure]:
    athlete = view.athlete
    if athlete.aim != "strength" or athlete.level == "beginner" or view.limited:
        return
    for line in _counted(view):
        heavy = line.exercise.load_type == "barbell" and line.exercise.pattern in _HEAVY
        # Legs that must be fresh for a run the day after are trained lighter on purpose.
        if not heavy or not line.exercise.compound or athlete.kind == "both":
            continue
        reps, share = line.dose.reps, line.dose.percent
        yield Measure(line.where, reps, rule.number("most_reps"), reps <= rule.number("most_reps"))
        yield Measure(line.where, line.dose.rir, 1, 1 <= line.dose.rir <= 3)
        if share is not None:
            low, high = rule.number("least_percent"), rule.number("most_percent")
            yield Measure(line.where, share, low, low <= share <= high)


def for_muscle(view: PlanView, rule: PlanRule) -> Iterator[Measure]:
    if view.athlete.aim != "muscle":
        return
    low, high = rule.number("least_reps"), rule.number("most_reps")
    for line in _counted(view):
        yield Measure(line.where, line.dose.reps, low, low <= line.dose.reps <= high)


def for_stamina(view: PlanView, rule: PlanRule) -> Iterator[Measure]:
    if view.athlete.aim != "stamina":
        return
    for line in _counted(view):
        dose = line.dose
        yield Measure(
            line.where, dose.reps, rule.number("least_reps"), dose.reps >= rule.number("least_reps")
        )
        yield Measure(
            line.where, dose.rest, rule.number("most_rest"), dose.rest <= rule.number("most_rest")
        )
        if dose.percent is not None:
            most = rule.number("most_percent")
            yield Measure(line.where, dose.percent, most, dose.percent <= most)


def explosive(view: PlanView, rule: PlanRule) -> Iterator[Measure]:
    least = _LEVELS.index(rule.params["least_level"])
    for line in view.lines:
        if line.exercise.pattern in _EXPLOSIVE:
            ready = _LEVELS.index(view.athlete.level) >= least
            most = rule.number("most_reps")
            yield Measure(line.where, line.dose.reps, most, ready and line.dose.reps <= most)


def consistent(view: PlanView, rule: PlanRule) -> Iterator[Measure]:
    for line in view.lines:
        dose = line.dose
        if dose.percent is None or dose.unit != "reps" or line.exercise.pattern in _EXPLOSIVE:
            continue
        fits = 100 / (1 + (dose.reps + dose.rir) / 30)
        off = round(abs(dose.percent - fits), 1)
        # A ceiling on the load may put the share below what the repetitions alone would allow.
        passed = off <= rule.number("points")
        yield Measure(line.where, off, rule.number("points"), passed)


def within_best(view: PlanView, _: PlanRule) -> Iterator[Measure]:
    for line in view.lines:
        dose = line.dose
        best = view.athlete.maxes.get(line.exercise.id)
        # A best that is learnt later does not speak of days that are past.
        past = 7 * (line.week - 1) + line.day <= view.athlete.past
        if past or (dose.load is None and dose.percent is None):
            continue
        if best is None and dose.percent is None and dose.load == _only_size(view, line):
            # It is the one weight there is, and no share of a best.
            continue
        if best is None:
            measured = f"{dose.load if dose.percent is None else dose.percent:g}"
            yield Measure(line.where, measured, "no best is known", False)
            continue
        kg = (dose.load or 0.0) * (KG_IN_LB if dose.load_unit == "lb" else 1.0)
        share = max(kg / best * 100, dose.percent or 0.0)
        yield Measure(line.where, round(share, 1), 100, share <= 100.0)


def _only_size(view: PlanView, line: DoseLine) -> float | None:
    for item in line.exercise.equipment_all & view.athlete.weights.keys():
        sizes = view.athlete.weights[item].sizes
        return sizes[0] if len(sizes) == 1 else None
    return None


def reserve(view: PlanView, rule: PlanRule) -> Iterator[Measure]:
    least = rule.number("least_rir")
    for line in view.lines:
        heavy = line.exercise.pattern in {"squat", "hinge"} and line.exercise.load_type == "barbell"
        if view.athlete.level == "beginner" or heavy:
            yield Measure(line.where, line.dose.rir, least, line.dose.rir >= least)


def rest(view: PlanView, rule: PlanRule) -> Iterator[Measure]:
    share, most = rule.number("heavy_percent"), rule.number("most_rest")
    heavy_rest, least_rest = rule.number("heavy_rest"), rule.number("least_rest")
    for line in view.lines:
        dose = line.dose
        heavy = (dose.percent or 0.0) >= share or (
            dose.unit == "reps"
            and dose.reps <= 5
            and line.exercise.pattern not in _EXPLOSIVE
            and line.exercise.load_type in _LOADED
        )
        least = heavy_rest if heavy else least_rest
        yield Measure(line.where, dose.rest, least, least <= dose.rest <= most)


CHECKS = {
    "I01": for_strength,
    "I02": for_muscle,
    "I03": for_stamina,
    "I04": explosive,
    "I05": consistent,
    "I06": within_best,
    "I07": reserve,
    "I09": rest,
}
