"""Reasons that are true of what feedback has changed."""

from kuznia.domains.training.athlete.athlete import Athlete
from kuznia.domains.training.catalogue import catalogue
from kuznia.domains.training.planner.reasons import PlanReasons
from kuznia.domains.training.planner.wording import PlanWords
from kuznia.domains.training.schema.plan import Day, Dose, Plan


def explained(plan: Plan, after: Plan, athlete: Athlete) -> Plan:
    """The plan with reasons that are true of what has changed; a day that moved keeps its own."""
    words = PlanWords(after.language)
    reasons = PlanReasons(words, athlete)
    before = {(week.number, day.day): day for week in plan.weeks for day in week.days}
    known = {day.exercises for day in before.values()}

    def explain(week: int, day: Day) -> Day:
        if not day.exercises or day.exercises in known:
            return day
        return _day_explained(day, before[week, day.day], words, reasons)

    weeks = tuple(
        week.model_copy(update={"days": tuple(explain(week.number, day) for day in week.days)})
        for week in after.weeks
    )
    return after.model_copy(update={"weeks": weeks})


def _day_explained(day: Day, old: Day, words: PlanWords, reasons: PlanReasons) -> Day:
    known = {dose.id: dose for dose in old.exercises}
    doses = tuple(
        dose
        if _is_as_before(dose, known.get(dose.id))
        else dose.model_copy(update={"reason": reasons.edited(dose, added=dose.id not in known)})
        for dose in day.exercises
    )
    name, leads = reasons.day(doses, catalogue())
    reason = words.joined(words.part("day_mixed" if day.sessions else name, leads=leads))
    return day.model_copy(update={"exercises": doses, "reason": reason})


def _is_as_before(dose: Dose, old: Dose | None) -> bool:
    """Whether only its place in the session may have changed."""
    return old is not None and dose.model_copy(update={"order": old.order}) == old
