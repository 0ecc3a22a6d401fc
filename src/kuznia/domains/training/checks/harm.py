"""The law of harm, held against a plan row by row.

What holds for a person is worked out here again: nothing is taken over from screening or from the
planner, so that a row they pass over, or a limit they lose, becomes a finding.
"""

from collections.abc import Callable, Iterator, Mapping

from kuznia.domains.training.checks.rules import Measure, PlanRule
from kuznia.domains.training.checks.view import PlanView
from kuznia.domains.training.law import HarmRow
from kuznia.domains.training.schema.plan import PlannedSession

_EASY_ZONE = 2
# Planned shares of a best are rounded.
_ROUNDING = 0.5
_RACES = {"5k": 5.0, "10k": 10.0, "half": 21.1, "marathon": 42.2, "none": 0.0}


def lawful(view: PlanView, rule: PlanRule) -> Iterator[Measure]:
    """What the rows of this rule ask of exercises, effort and notices."""
    for row in view.harm:
        if row.rule == rule.id:
            for part in (_exercises, _effort, _dose, _zones, _week, _notice):
                yield from part(view, row)


def sports(view: PlanView, _: PlanRule) -> Iterator[Measure]:
    """Sports that are out, and sports that stay easy."""
    for row in view.harm:
        for place, session in _sessions(view):
            if row.sports:
                allowed = session.sport not in row.sports
                yield Measure(place, session.sport, f"not {', '.join(row.sports)}", allowed)
            if session.sport in row.easy:
                zone = _zone(session)
                yield Measure(place, zone, _EASY_ZONE, zone <= _EASY_ZONE)


def events(view: PlanView, _: PlanRule) -> Iterator[Measure]:
    """Races no longer than every row lets them be."""
    for row in view.harm:
        if not row.event:
            continue
        for place, session in _sessions(view):
            if session.kind == "race":
                km, longest = session.km or 1.0, _RACES[row.event]
                yield Measure(place, km, longest, km <= longest + 0.05)


def stops(view: PlanView, _: PlanRule) -> Iterator[Measure]:
    """Nobody who has to see a doctor first has a plan."""
    week = view.athlete.health.pregnancy_week
    for row in view.harm:
        if row.stop:
            yield Measure("plan", row.id, "a doctor first", False)
        if row.last_week and week is not None:
            last = week + len(view.plan.weeks) - 1
            yield Measure("weeks", last, row.last_week, last <= row.last_week)


def _sessions(view: PlanView) -> Iterator[tuple[str, PlannedSession]]:
    for week, day, session in view.sessions():
        yield f"weeks.{week}.days.{day}", session


def _zone(session: PlannedSession) -> int:
    return max((step.zone for block in session.blocks for step in block.steps), default=0)


def _exercises(view: PlanView, row: HarmRow) -> Iterator[Measure]:
    out, patterns = frozenset(row.tags), frozenset(row.patterns)
    for line in view.lines:
        exercise = line.exercise
        against = exercise.pattern in patterns or not out.isdisjoint(exercise.tags)
        missing = bool(row.only_tag) and row.only_tag not in exercise.tags
        if against or missing or exercise.level > row.level:
            yield Measure(line.where, exercise.id, row.about, False)


def _effort(view: PlanView, row: HarmRow) -> Iterator[Measure]:
    for line in view.lines:
        if row.reserve:
            yield Measure(line.where, line.dose.rir, row.reserve, line.dose.rir >= row.reserve)
        share = line.dose.percent
        axial = "axial" in line.exercise.tags
        most = min(row.percent, row.axial_percent) if axial else row.percent
        if share is not None and most < 100:
            yield Measure(line.where, share, most, share <= most + _ROUNDING)


def _dose(view: PlanView, row: HarmRow) -> Iterator[Measure]:
    for line in view.lines:
        dose = line.dose
        if row.hold and dose.unit == "sec" and "isometric" in line.exercise.tags:
            yield Measure(line.where, dose.reps, row.hold, dose.reps <= row.hold)
        if row.sets:
            yield Measure(line.where, dose.sets, row.sets, dose.sets <= row.sets)
        if row.reps and dose.unit == "reps" and line.exercise.primary:
            low, high = row.reps
            yield Measure(line.where, dose.reps, high, low <= dose.reps <= high)


def _zones(view: PlanView, row: HarmRow) -> Iterator[Measure]:
    if row.zone < 5:
        for place, session in _sessions(view):
            zone = _zone(session)
            yield Measure(place, zone, row.zone, zone <= row.zone)


def _week(view: PlanView, row: HarmRow) -> Iterator[Measure]:
    if row.strength_days:
        for week in view.plan.weeks:
            days = sum(1 for day in week.days if day.exercises)
            yield Measure(
                f"weeks.{week.number}", days, row.strength_days, days <= row.strength_days
            )


def _notice(view: PlanView, row: HarmRow) -> Iterator[Measure]:
    if row.notice:
        present = any(notice.code == row.notice for notice in view.plan.notices)
        yield Measure("notices", "present" if present else "missing", row.notice, present)


CHECKS: Mapping[str, Callable[[PlanView, PlanRule], Iterator[Measure]]] = {
    "H01": sports,
    "H02": events,
    "H03": stops,
    **dict.fromkeys(("L01", "L02", "J01", "Y01", "HT1", "PR1", "PP1"), lawful),
    **dict.fromkeys(("OP1", "F01", "W01", "N01"), lawful),
}
