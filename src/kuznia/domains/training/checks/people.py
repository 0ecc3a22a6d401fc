"""Rest, balance and weight: what is asked of a plan beside the law of harm."""

from collections.abc import Iterator

from kuznia.domains.training.checks import harm
from kuznia.domains.training.checks.harm import lawful
from kuznia.domains.training.checks.rules import Measure, PlanRule
from kuznia.domains.training.checks.view import PlanView


def rest_day(view: PlanView, rule: PlanRule) -> Iterator[Measure]:
    for week in view.plan.weeks:
        free = sum(1 for day in week.days if day.kind == "rest")
        yield Measure(
            f"weeks.{week.number}", free, rule.number("rest"), free >= rule.number("rest")
        )


def weekly_minutes(view: PlanView, _: PlanRule) -> Iterator[Measure]:
    limit = view.athlete.days * view.athlete.minutes + view.longest_day - view.athlete.minutes
    for week in view.plan.weeks:
        minutes = sum(
            day.minutes
            for day in week.days
            if not any(session.kind == "race" for session in day.sessions)
        )
        yield Measure(f"weeks.{week.number}", minutes, limit, minutes <= limit)


def older(view: PlanView, rule: PlanRule) -> Iterator[Measure]:
    falls = "falls" in view.athlete.flags
    yield from lawful(view, rule)
    if view.athlete.age < rule.number("age") and not falls:
        return
    reach = any(exercise.pattern == "balance" for exercise in view.within_reach)
    reach = reach and not view.athlete.injuries
    for week in view.plan.weeks:
        strength = [day for day in week.days if day.exercises]
        days = sum(
            1
            for day in strength
            if any(
                line.exercise.pattern == "balance"
                for line in view.by_day.get((week.number, day.day), ())
            )
        )
        limit = min(rule.number("days"), len(strength)) if reach else 0
        yield Measure(f"weeks.{week.number}", days, limit, days >= limit)


def weight_target(view: PlanView, rule: PlanRule) -> Iterator[Measure]:
    athlete = view.athlete
    kg, target, cm = athlete.kg, athlete.target_kg, athlete.cm
    if kg is None or target is None or target >= kg:
        return
    safe = kg * (1 - rule.number("share")) ** athlete.weeks
    lowest = rule.number("bmi") * (cm / 100) ** 2 if cm else 0.0
    unsafe = target < safe - 0.05 or target < lowest
    offered = any(offer.code == "S16" for offer in view.plan.offers)
    yield Measure("offers", round(target, 1), round(max(safe, lowest), 1), offered or not unsafe)


CHECKS = {
    **harm.CHECKS,
    "R01": rest_day,
    "R02": weekly_minutes,
    "O01": older,
    "S16": weight_target,
}
