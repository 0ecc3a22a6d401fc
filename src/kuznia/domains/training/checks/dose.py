"""Weekly and daily dose: sets for each muscle, movements, order and time."""

from collections.abc import Iterator
from itertools import pairwise

from kuznia.domains.training.catalogue import MAJOR
from kuznia.domains.training.checks.rules import Measure, PlanRule
from kuznia.domains.training.checks.view import DoseLine, PlanView


def sets_ceiling(view: PlanView, rule: PlanRule) -> Iterator[Measure]:
    most = rule.by("most", view.athlete.level)
    for number, sums in view.muscles.items():
        for muscle in MAJOR:
            sets = sums.get(muscle, 0.0)
            yield Measure(f"weeks.{number}.{muscle}", sets, most, sets <= most)


def sets_floor(view: PlanView, rule: PlanRule) -> Iterator[Measure]:
    if view.athlete.kind == "endurance":
        return
    least = rule.by("least", view.athlete.level)
    days = max(
        (sum(1 for day in week.days if day.exercises) for week in view.plan.weeks), default=0
    )
    # Minutes a strength day really has for sets: less what getting ready takes.
    minutes = days * max(0.0, view.athlete.minutes - 12.0)
    muscles = [muscle for muscle in MAJOR if muscle in view.trainable]
    enough = minutes / rule.number("minutes_a_set") * rule.number("feeds") >= least * len(muscles)
    free = not view.limited and view.athlete.kind == "strength" and len(muscles) == len(MAJOR)
    must = enough and free and days >= rule.by("days", view.athlete.level)
    for week in view.building():
        for muscle in muscles:
            sets = view.muscles[week.number].get(muscle, 0.0)
            where = f"weeks.{week.number}.{muscle}"
            far = must and sets < least * rule.number("nearly")
            yield Measure(where, sets, least, sets >= least, None if far else "warn")


def too_many(view: PlanView, rule: PlanRule) -> Iterator[Measure]:
    most = rule.number("most")
    for number, sums in view.muscles.items():
        for muscle, sets in sums.items():
            if sets > most:
                block = "block" if sets > rule.number("block") else None
                yield Measure(f"weeks.{number}.{muscle}", sets, most, False, block)


def session_sets(view: PlanView, rule: PlanRule) -> Iterator[Measure]:
    warn, most = rule.number("warn"), rule.number("most")
    for (week, day), sums in view.day_muscles.items():
        for muscle, sets in sums.items():
            if sets > warn:
                mild = "warn" if sets <= most else None
                yield Measure(f"weeks.{week}.days.{day}.{muscle}", sets, most, False, mild)


def twice(view: PlanView, rule: PlanRule) -> Iterator[Measure]:
    if view.athlete.kind == "endurance":
        return
    for week in view.building():
        days = [day.day for day in week.days if day.exercises]
        if len(days) < 2:
            continue
        easy = view.limited or view.athlete.minutes < rule.number("minutes")
        easy = easy or view.athlete.kind == "both"
        sums = [view.day_muscles.get((week.number, day), {}) for day in days]
        for muscle in MAJOR:
            if muscle not in view.trainable:
                continue
            often = sum(1 for sums_of_day in sums if sums_of_day.get(muscle, 0.0) >= 1.0)
            passed = often >= rule.number("least")
            where = f"weeks.{week.number}.{muscle}"
            yield Measure(where, often, rule.number("least"), passed, "warn" if easy else None)


def strength_days(view: PlanView, rule: PlanRule) -> Iterator[Measure]:
    most = rule.by("most", view.athlete.level)
    for week in view.plan.weeks:
        days = sum(1 for day in week.days if day.exercises)
        yield Measure(f"weeks.{week.number}", days, most, days <= most)


def recovery(view: PlanView, rule: PlanRule) -> Iterator[Measure]:
    places = sorted(view.by_day)
    for (week, day), (next_week, next_day) in pairwise(places):
        if 7 * (next_week - week) + next_day - day != 1:
            continue
        first = view.day_primary[week, day]
        second = view.day_primary[next_week, next_day]
        for muscle, sets in first.items():
            both = min(sets, second.get(muscle, 0))
            if both >= rule.number("sets"):
                where = f"weeks.{next_week}.days.{next_day}.{muscle}"
                yield Measure(where, both, rule.number("sets") - 1, False)


def movements(view: PlanView, rule: PlanRule) -> Iterator[Measure]:
    if view.athlete.kind == "endurance":
        return
    short = view.athlete.minutes < rule.number("minutes") or view.limited
    short = short or view.athlete.kind == "both"
    short = short or min(view.athlete.days, len(view.athlete.weekdays) or 7) < 2
    reach = {_movement(exercise.pattern) for exercise in view.within_reach if exercise.level == 1}
    for week in view.building():
        have = {_movement(line.exercise.pattern) for line in view.by_week[week.number]}
        for pattern in sorted(rule.words("patterns") & reach):
            where = f"weeks.{week.number}.{pattern}"
            passed = pattern in have
            yield Measure(where, int(passed), 1, passed, "warn" if short else None)


def _movement(pattern: str) -> str:
    return "core" if pattern.startswith("core") else pattern


def pull_and_push(view: PlanView, rule: PlanRule) -> Iterator[Measure]:
    can_pull = not view.limited and any(
        exercise.pattern.endswith("_pull") and exercise.level == 1 and exercise.unit == "reps"
        for exercise in view.within_reach
    )
    for week in view.building():
        pull = push = 0
        for line in view.by_week[week.number]:
            pull += line.sets if line.exercise.pattern.endswith("_pull") else 0
            push += line.sets if line.exercise.pattern.endswith("_push") else 0
        limit = round(push * rule.number("ratio"), 1)
        far = pull < push * rule.number("far") and push >= rule.number("pushes")
        where = f"weeks.{week.number}"
        yield Measure(where, pull, limit, pull >= limit, "mend" if far and can_pull else None)


def session_time(view: PlanView, rule: PlanRule) -> Iterator[Measure]:
    for week, day in view.days():
        if day.kind == "rest":
            continue
        lines = view.by_day.get((week.number, day.day), ())
        minutes = float(sum(session.minutes for session in day.sessions))
        if lines:
            work = sum(line.seconds() for line in lines) / 60
            minutes += rule.number("warm_up") + work + rule.number("each") * len(lines)
        if any(session.kind == "race" for session in day.sessions):
            continue
        long = any(session.kind == "long" for session in day.sessions)
        budget = view.longest_day if long and not lines else float(view.athlete.minutes)
        where = f"weeks.{week.number}.days.{day.day}"
        honest = abs(day.minutes - minutes) <= 2
        limit = budget if honest else day.minutes
        yield Measure(where, round(minutes, 1), limit, minutes <= budget + 1e-6 and honest)


def order(view: PlanView, rule: PlanRule) -> Iterator[Measure]:
    full = view.athlete.minutes >= rule.number("short_minutes") and not view.limited
    full = full and view.athlete.kind == "strength"
    least = rule.number("least" if full else "least_short")
    many, on_muscle = rule.number("most"), rule.number("on_muscle")
    for (week, day), lines in view.by_day.items():
        where = f"weeks.{week}.days.{day}"
        enough = len(lines) >= least
        soft = "warn" if not enough and view.limited else None
        yield Measure(where, len(lines), least, enough, soft)
        yield Measure(where, len(lines), many, len(lines) <= many)
        movers: dict[str, int] = {}
        for line in lines:
            for muscle in line.primary:
                movers[muscle] = movers.get(muscle, 0) + 1
        worst = max(movers.values(), default=0)
        yield Measure(where, worst, on_muscle, worst <= on_muscle)
        ranks = [_rank(line) for line in sorted(lines, key=lambda line: line.dose.order)]
        tidy = ranks == sorted(ranks)
        yield Measure(where, "tidy" if tidy else "mixed", "many joints before one", tidy)


def _rank(line: DoseLine) -> int:
    exercise = line.exercise
    if exercise.pattern in {"jump", "olympic"}:
        return 0
    return 1 if exercise.compound else 2


def whole_body(view: PlanView, rule: PlanRule) -> Iterator[Measure]:
    """Where there are three days or fewer, each is for all of the body."""
    groups = [frozenset(names) for names in rule.params["groups"]]
    easy = view.limited or view.athlete.kind == "both"
    easy = easy or view.athlete.minutes < rule.number("minutes")
    reach = {
        exercise.pattern
        for exercise in view.within_reach
        if exercise.level == 1 and exercise.compound
    }
    for week in view.building():
        days = [day.day for day in week.days if day.exercises]
        if len(days) > rule.number("days"):
            continue
        for day in days:
            have = {
                line.exercise.pattern
                for line in view.by_day.get((week.number, day), ())
                if line.exercise.compound
            }
            missing = [group for group in groups if group & reach and not group & have]
            where = f"weeks.{week.number}.days.{day}"
            yield Measure(where, len(missing), 0, not missing, "warn" if easy else None)


def one_of_each(view: PlanView, rule: PlanRule) -> Iterator[Measure]:
    """Three variants of one lift on one day do no more than two."""
    for (week, day), lines in view.by_day.items():
        counts: dict[str, int] = {}
        for line in lines:
            if line.exercise.compound:
                counts[line.exercise.pattern] = counts.get(line.exercise.pattern, 0) + 1
        worst = max(counts.values(), default=0)
        where = f"weeks.{week}.days.{day}"
        yield Measure(where, worst, rule.number("most"), worst <= rule.number("most"))


def single_sets(view: PlanView, rule: PlanRule) -> Iterator[Measure]:
    """In a full week a single set is the exception."""
    easy = view.limited or view.athlete.kind == "both"
    easy = easy or view.athlete.minutes < rule.number("minutes")
    for week in view.building():
        lines = view.by_week[week.number]
        if len(lines) >= rule.number("lines"):
            share = sum(line.dose.sets == 1 for line in lines) / len(lines)
            passed = share <= rule.number("most")
            where = f"weeks.{week.number}"
            mild = "warn" if easy else None
            yield Measure(where, round(share, 2), rule.number("most"), passed, mild)


def twins(view: PlanView, rule: PlanRule) -> Iterator[Measure]:
    """A bench press with a barbell and another with dumbbells train the same on one day."""
    held = rule.words("words")
    for lines in view.by_day.values():
        seen: set[tuple[str, ...]] = set()
        for line in lines:
            bare = tuple(w for w in line.exercise.name.lower().split() if w not in held)
            if bare in seen:
                yield Measure(line.where, line.exercise.id, "another movement", False)
            seen.add(bare)


CHECKS = {
    "V01": sets_ceiling,
    "V01L": sets_floor,
    "V02": too_many,
    "V03": session_sets,
    "V04": twice,
    "V05": strength_days,
    "V06": recovery,
    "V07": movements,
    "V08": pull_and_push,
    "V09": session_time,
    "V10": order,
    "V11": whole_body,
    "V12": one_of_each,
    "V13": single_sets,
    "V14": twins,
}
