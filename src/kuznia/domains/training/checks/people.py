"""Rest, and what a person's age, body and health ask of a plan."""

from collections.abc import Iterator

from kuznia.domains.training.checks.rules import Measure, PlanRule, injuries
from kuznia.domains.training.checks.view import PlanView
from kuznia.domains.training.schema.profile import Injury

_GENTLE_NOTICES = frozenset({"S03", "S05", "S15"})


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


def light(view: PlanView, rule: PlanRule) -> Iterator[Measure]:
    if not view.gentle:
        return
    yield from _effort(view, rule)


def _effort(view: PlanView, rule: PlanRule) -> Iterator[Measure]:
    for line in view.lines:
        least = rule.number("reserve")
        yield Measure(line.where, line.dose.rir, least, line.dose.rir >= least)
        share = line.dose.percent
        if share is not None and "percent" in rule.params:
            yield Measure(
                line.where, share, rule.number("percent"), share <= rule.number("percent")
            )
    if "zone" in rule.params:
        for week, day, session in view.sessions():
            zone = max((step.zone for block in session.blocks for step in block.steps), default=0)
            yield Measure(
                f"weeks.{week}.days.{day}", zone, rule.number("zone"), zone <= rule.number("zone")
            )


def _fresh(injury: Injury, cleared: bool) -> bool:
    if injury.stage == "surgery":
        return not cleared and (injury.weeks is None or injury.weeks < 12)
    return injury.stage == "acute"


def fresh_injury(view: PlanView, _: PlanRule) -> Iterator[Measure]:
    for injury in view.athlete.injuries:
        if not _fresh(injury, view.athlete.cleared):
            continue
        out = set(injuries()[injury.region]["fresh_patterns"])
        for line in view.lines:
            if line.exercise.pattern in out:
                yield Measure(
                    line.where, line.exercise.id, f"no load on the {injury.region}", False
                )
    if any(_fresh(injury, view.athlete.cleared) for injury in view.athlete.injuries):
        present = any(notice.code == "S09" for notice in view.plan.notices)
        yield Measure("notices", "present" if present else "missing", "S09", present)


def sore(view: PlanView, rule: PlanRule) -> Iterator[Measure]:
    if not view.athlete.injuries:
        return
    for line in view.lines:
        least = rule.number("reserve")
        yield Measure(line.where, line.dose.rir, least, line.dose.rir >= least)
        for injury in view.athlete.injuries:
            row = injuries()[injury.region]
            if line.exercise.tags & set(row["sore"]):
                yield Measure(line.where, line.exercise.id, f"kind to the {injury.region}", False)
            share, most = line.dose.percent, row.get("axial_percent", 100)
            if "axial" in line.exercise.tags and share is not None and share > most:
                yield Measure(line.where, share, most, False)


def young(view: PlanView, rule: PlanRule) -> Iterator[Measure]:
    if view.athlete.age >= 18:
        return
    for line in view.lines:
        dose = line.dose
        most = rule.number("most_sets")
        yield Measure(line.where, dose.sets, most, dose.sets <= most)
        if dose.unit == "reps" and line.exercise.primary:
            low, high = rule.number("least_reps"), rule.number("most_reps")
            yield Measure(line.where, dose.reps, high, low <= dose.reps <= high)
    for week in view.plan.weeks:
        days = sum(1 for day in week.days if day.exercises)
        yield Measure(
            f"weeks.{week.number}", days, rule.number("most_days"), days <= rule.number("most_days")
        )
    present = any(notice.code == "Y01" for notice in view.plan.notices)
    yield Measure("notices", "present" if present else "missing", "Y01", present)


def older(view: PlanView, rule: PlanRule) -> Iterator[Measure]:
    falls = "falls" in view.athlete.flags
    if view.athlete.age < rule.number("age") and not falls:
        return
    for line in view.lines:
        if view.athlete.age >= rule.number("age"):
            least = rule.number("reserve")
            yield Measure(line.where, line.dose.rir, least, line.dose.rir >= least)
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


def pressure(view: PlanView, rule: PlanRule) -> Iterator[Measure]:
    if "hypertension" not in view.athlete.flags:
        return
    yield from _effort(view, rule)
    yield from _tags(view, rule.words("tags"))
    for line in view.lines:
        if line.dose.unit == "sec" and "isometric" in line.exercise.tags:
            most = rule.number("hold")
            yield Measure(line.where, line.dose.reps, most, line.dose.reps <= most)


def _tags(view: PlanView, tags: frozenset[str]) -> Iterator[Measure]:
    for line in view.lines:
        if line.exercise.tags & tags:
            yield Measure(line.where, line.exercise.id, "none of " + ", ".join(sorted(tags)), False)


def pregnant(view: PlanView, rule: PlanRule) -> Iterator[Measure]:
    if "pregnancy" not in view.athlete.flags:
        return
    yield from _effort(view, rule)
    yield from _tags(view, rule.words("tags"))
    week = view.athlete.health.pregnancy_week
    if week is None or week >= rule.number("late"):
        yield from _tags(view, rule.words("late_tags"))


def bones(view: PlanView, rule: PlanRule) -> Iterator[Measure]:
    if "osteoporosis" in view.athlete.flags:
        yield from _tags(view, rule.words("tags"))


def falling(view: PlanView, rule: PlanRule) -> Iterator[Measure]:
    if "falls" in view.athlete.flags:
        yield from _tags(view, rule.words("tags"))


def seated(view: PlanView, _: PlanRule) -> Iterator[Measure]:
    if not view.athlete.wheelchair:
        return
    for line in view.lines:
        if "seated" not in line.exercise.tags:
            yield Measure(line.where, line.exercise.id, "seated", False)


def due_notices(view: PlanView, rule: PlanRule) -> Iterator[Measure]:
    codes = {notice.code for notice in view.plan.notices}
    for flag, code in rule.params["notices"].items():
        if flag in view.athlete.flags:
            yield Measure("notices", "present" if code in codes else "missing", code, code in codes)
    if view.gentle:
        some = bool(codes & _GENTLE_NOTICES)
        yield Measure("notices", "present" if some else "missing", "S03, S05 or S15", some)


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
    "R01": rest_day,
    "R02": weekly_minutes,
    "L01": light,
    "L02": fresh_injury,
    "J01": sore,
    "Y01": young,
    "O01": older,
    "HT1": pressure,
    "PR1": pregnant,
    "OP1": bones,
    "F01": falling,
    "W01": seated,
    "N01": due_notices,
    "S16": weight_target,
}
