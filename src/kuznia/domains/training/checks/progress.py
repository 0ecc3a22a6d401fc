"""Progress: how much may change from week to week, and when it must ease off."""

from collections.abc import Iterator

from kuznia.domains.training.catalogue import MAJOR
from kuznia.domains.training.checks.rules import Measure, PlanRule
from kuznia.domains.training.checks.view import DoseLine, PlanView
from kuznia.domains.training.schema.plan import Dose


def step_up(view: PlanView, rule: PlanRule) -> Iterator[Measure]:
    least, most = rule.number("least"), rule.number("most")
    for line in view.lines:
        progression = line.dose.progression
        step = progression.step_percent
        if step != 0:
            yield Measure(line.where, step, most, least <= step <= most)
        low, high = progression.low, progression.high
        if not 1 <= low <= high:
            yield Measure(line.where, f"{low}-{high}", "a range", False)


def step_back(view: PlanView, rule: PlanRule) -> Iterator[Measure]:
    least, most = rule.number("least"), rule.number("most")
    for line in view.lines:
        back = line.dose.progression.back_percent
        yield Measure(line.where, back, most, least <= back <= most)


def weekly(view: PlanView, rule: PlanRule) -> Iterator[Measure]:
    """Each week against the fullest of the few before: back from an easy week is no jump."""
    window = int(rule.number("weeks"))
    for week in view.plan.weeks[1:]:
        before = [n for n in range(max(1, week.number - window), week.number) if n in view.muscles]
        for muscle in MAJOR:
            was = max((view.muscles[n].get(muscle, 0.0) for n in before), default=0.0)
            limit = max(was * rule.number("sets"), was + rule.number("sets_plus"))
            now = view.muscles.get(week.number, {}).get(muscle, 0.0)
            yield Measure(f"weeks.{week.number}.{muscle}", now, limit, now <= limit + 1e-6)
    yield from _doses(view, rule, window)


def _doses(view: PlanView, rule: PlanRule, window: int) -> Iterator[Measure]:
    history: dict[tuple[int, str], list[tuple[int, Dose]]] = {}
    more_reps, more_seconds = rule.number("reps"), rule.number("seconds")
    factor, owned = rule.number("load"), view.athlete.weights
    for line in view.lines:
        past = history.setdefault((line.day, line.exercise.id), [])
        recent = [dose for week, dose in past if line.week - window <= week < line.week]
        past.append((line.week, line.dose))
        if not recent:
            continue
        plus = more_reps if line.dose.unit == "reps" else more_seconds
        most = max(dose.reps for dose in recent) + plus
        yield Measure(line.where, line.dose.reps, most, line.dose.reps <= most)
        heaviest = max((dose.load or 0.0 for dose in recent), default=0.0)
        if heaviest and line.dose.load:
            steps = [
                own.step or 0.0
                for item, own in owned.items()
                if item in line.exercise.equipment_all
            ]
            step = max(line.exercise.step_kg, line.exercise.step_lb, *steps)
            limit = max(heaviest * factor, heaviest + step)
            yield Measure(line.where, line.dose.load, round(limit, 1), line.dose.load <= limit)


def _total(view: PlanView, number: int) -> int:
    return sum(line.dose.sets for line in view.by_week.get(number, ()))


def _fullest_before(view: PlanView, number: int) -> int:
    full = [week.number for week in view.building() if week.number < number]
    return _total(view, full[-1]) if full else 0


def easy_weeks(view: PlanView, rule: PlanRule) -> Iterator[Measure]:
    if view.athlete.kind == "endurance":
        return
    run = 0
    most = rule.by("most_weeks", view.athlete.level)
    for week in view.plan.weeks:
        easy = week.phase in {"deload", "taper"}
        run = 0 if easy else run + 1
        yield Measure(f"weeks.{week.number}", run, most, run <= most)
        if week.phase == "deload":
            yield from _cut(view, week.number, rule)


def before_event(view: PlanView, rule: PlanRule) -> Iterator[Measure]:
    if view.athlete.kind == "endurance":
        return
    for week in view.plan.weeks:
        if week.phase == "taper":
            yield from _cut(view, week.number, rule)


def _cut(view: PlanView, number: int, rule: PlanRule) -> Iterator[Measure]:
    before, now = _fullest_before(view, number), _total(view, number)
    if not before:
        return
    cut = 1 - now / before
    lines = view.by_week.get(number, ())
    # Nothing can be cut from exercises that are down to one set.
    bottom = all(line.dose.sets == 1 for line in lines)
    passed = rule.number("least_cut") <= cut <= rule.number("most_cut") + 0.05 or (
        bottom and cut >= 0
    )
    yield Measure(f"weeks.{number}", round(cut, 2), rule.number("least_cut"), passed)


def grows(view: PlanView, rule: PlanRule) -> Iterator[Measure]:
    """Lines that ask for more in some later full week than in their first, among all lines."""
    full = {week.number for week in view.building()}
    if len(full) < rule.number("weeks"):
        return
    courses: dict[tuple[int, str], list[Dose]] = {}
    for line in view.lines:
        held = line.dose.progression.kind == "hold" or line.exercise.pattern in _NOT_FOR_GROWTH
        if line.week in full and not held:
            courses.setdefault((line.day, line.exercise.id), []).append(line.dose)
    long = [doses for doses in courses.values() if len(doses) >= rule.number("weeks")]
    if long:
        share = sum(_grown(doses) for doses in long) / len(long)
        least = rule.number("least")
        few = len(long) < rule.number("lines")
        mild = "warn" if view.limited or few else None
        yield Measure("weeks", round(share, 2), least, share >= least, mild)


_NOT_FOR_GROWTH = frozenset({"balance", "mobility", "jump", "olympic"})


def _grown(doses: list[Dose]) -> bool:
    first, *later = doses
    return any(
        dose.sets > first.sets or dose.rir < first.rir or _strength(dose) > _strength(first)
        for dose in later
    )


def _strength(dose: Dose) -> float:
    """What a set shows of a person's best, by its load and repetitions."""
    return (dose.load or 1.0) * (1 + dose.reps / 30)


def blocks_differ(view: PlanView, rule: PlanRule) -> Iterator[Measure]:
    """Blocks between easy weeks are not all copies of the first, week by week."""
    blocks: list[list[_Signature]] = [[]]
    for week in view.plan.weeks:
        if week.phase in {"deload", "taper"}:
            blocks.append([])
        else:
            blocks[-1].append(_signature(view.by_week[week.number]))
    filled = [block for block in blocks if len(block) >= rule.number("weeks") and any(block)]
    if len(filled) < 2:
        return
    first, *later = filled
    copies = all(
        all(before == now for before, now in zip(first, block, strict=False)) for block in later
    )
    # Few exercises within narrow limits may have nothing left to add.
    mild = "warn" if view.limited else None
    yield Measure("weeks", len(later), "blocks unlike the first", not copies, mild)


_Signature = tuple[tuple[int, str, int, int, float], ...]


def _signature(lines: tuple[DoseLine, ...]) -> _Signature:
    return tuple(
        (line.day, line.dose.id, line.dose.sets, line.dose.reps, line.dose.load or 0.0)
        for line in lines
    )


CHECKS = {
    "P01": step_up,
    "P03": weekly,
    "P04": easy_weeks,
    "P05": step_back,
    "P06": before_event,
    "P07": grows,
    "P08": blocks_differ,
}
