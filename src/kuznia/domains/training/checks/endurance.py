"""Endurance: how far, how much, how hard, and what an event asks."""

from collections.abc import Iterator
from itertools import pairwise

from kuznia.domains.training.checks.rules import Measure, PlanRule
from kuznia.domains.training.checks.view import PlanView
from kuznia.domains.training.schema.plan import HARD, PlannedSession, Week


def longest_run(view: PlanView, rule: PlanRule) -> Iterator[Measure]:
    endurance = view.athlete.endurance
    if endurance.sport != "running":
        return
    base = (
        endurance.longest_km
        if endurance.longest_km is not None
        else 0.4 * (endurance.weekly_km or 0.0)
    )
    runs: list[tuple[int, float]] = []
    for week, day, session in view.sessions():
        if session.km is None:
            continue
        now = 7 * (week - 1) + day
        recent = [km for then, km in runs if now - then <= rule.number("days")]
        if now <= rule.number("days"):
            recent.append(base)
        longest = max(recent, default=0.0)
        runs.append((now, session.km))
        if session.kind == "race":
            continue  # what the whole plan was built for; E10 says whether it may be run at all
        limit = max(
            rule.number("ratio") * longest, longest + rule.number("plus"), rule.number("start")
        )
        far = session.km > max(rule.number("block") * longest, limit)
        where = f"weeks.{week}.days.{day}"
        passed = session.km <= limit + 0.011
        yield Measure(where, session.km, round(limit, 2), passed, "block" if far else None)


def _volume(view: PlanView, week: Week) -> float:
    running = view.athlete.endurance.sport == "running"
    return sum(
        (session.km or 0.0) if running else session.minutes
        for day in week.days
        for session in day.sessions
        if session.kind != "race"
    )


def growth(view: PlanView, rule: PlanRule) -> Iterator[Measure]:
    running = view.athlete.endurance.sport == "running"
    small = rule.number("small_km" if running else "small_minutes")
    plus = rule.number("plus_km" if running else "plus_minutes")
    volumes = [_volume(view, week) for week in view.plan.weeks]
    window = int(rule.number("weeks"))
    for at in range(1, len(volumes)):
        before = max(volumes[max(0, at - window) : at])
        limit = before * rule.number("ratio") + 0.5
        if not running:
            # Sessions are whole minutes: each may be rounded by one.
            limit += sum(len(day.sessions) for day in view.plan.weeks[at].days)
        if before < small:
            limit = max(limit, before + plus)
        where = f"weeks.{at + 1}"
        yield Measure(where, round(volumes[at], 1), round(limit, 1), volumes[at] <= limit + 1e-6)


def easy_weeks(view: PlanView, rule: PlanRule) -> Iterator[Measure]:
    if view.athlete.kind == "strength":
        return
    run = 0
    fullest = 0.0
    for week in view.plan.weeks:
        volume = _volume(view, week)
        lighter = volume <= fullest * (1 - rule.number("least_cut"))
        run = 0 if lighter else run + 1
        fullest = max(fullest, volume)
        most = rule.number("most_weeks")
        yield Measure(f"weeks.{week.number}", run, most, run <= most)


def mostly_easy(view: PlanView, rule: PlanRule) -> Iterator[Measure]:
    most_hard = rule.by("hard", view.athlete.level)
    places: list[tuple[int, int]] = []
    for week in view.plan.weeks:
        sessions = [session for day in week.days for session in day.sessions]
        hard = [session for session in sessions if session.kind in HARD]
        where = f"weeks.{week.number}"
        yield Measure(where, len(hard), most_hard, len(hard) <= most_hard)
        plain = [session for session in sessions if session.kind != "race"]
        if len(plain) >= rule.number("sessions"):
            share = _easy_share(plain)
            yield Measure(where, round(share, 2), rule.number("easy"), share >= rule.number("easy"))
        places += [
            (week.number, day.day)
            for day in week.days
            if any(session.kind in HARD for session in day.sessions)
        ]
    for (week, day), (later, next_day) in pairwise(places):
        if 7 * (later - week) + next_day - day < 2:
            yield Measure(f"weeks.{later}.days.{next_day}", 1, 2, False)


def _easy_share(sessions: list[PlannedSession]) -> float:
    total = easy = 0.0
    for session in sessions:
        for block in session.blocks:
            for step in block.steps:
                total += block.times * step.seconds
                easy += block.times * step.seconds if step.zone <= 2 else 0
    return easy / total if total else 1.0


def beginners(view: PlanView, rule: PlanRule) -> Iterator[Measure]:
    if view.athlete.level != "beginner":
        return
    runs: list[int] = []
    for week, day, session in view.sessions():
        zone = max((step.zone for block in session.blocks for step in block.steps), default=0)
        if week <= rule.number("weeks"):
            where = f"weeks.{week}.days.{day}"
            yield Measure(where, zone, rule.number("zone"), zone <= rule.number("zone"))
        if session.sport == "running":
            runs.append(7 * (week - 1) + day)
    for one, other in pairwise(runs):
        if other - one < 2:
            yield Measure(f"weeks.{(other - 1) // 7 + 1}", other - one, 2, False)


def long_share(view: PlanView, rule: PlanRule) -> Iterator[Measure]:
    far = view.athlete.endurance.event in rule.words("far")
    most_share = rule.number("far_share" if far else "share")
    for week in view.building():
        runs = [session for day in week.days for session in day.sessions]
        longest = max((session.km or 0.0 for session in runs), default=0.0)
        total = sum(session.km or 0.0 for session in runs)
        if len(runs) >= rule.number("runs") and total:
            share = longest / total
            yield Measure(
                f"weeks.{week.number}",
                round(share, 2),
                most_share,
                share <= most_share,
            )
        minutes = max((session.minutes for session in runs if session.kind == "long"), default=0)
        most = rule.number("minutes")
        yield Measure(f"weeks.{week.number}", minutes, most, minutes <= most)


def taper(view: PlanView, rule: PlanRule) -> Iterator[Measure]:
    full = [week for week in view.plan.weeks if week.phase not in {"deload", "taper"}]
    easing = [week for week in view.plan.weeks if week.phase == "taper"]
    raced = any(session.kind == "race" for _, _, session in view.sessions())
    if raced and view.athlete.weeks >= rule.number("weeks"):
        yield Measure("weeks", len(easing), 1, bool(easing))
    if not full or not easing:
        return
    peak = max(_volume(view, week) for week in full)
    often = max(sum(len(day.sessions) for day in week.days) for week in full)
    for week in easing:
        cut = 1 - _volume(view, week) / peak if peak else 0.0
        count = sum(len(day.sessions) for day in week.days)
        last = week is view.plan.weeks[-1]
        passed = rule.number("least_cut") <= cut <= rule.number("last_cut" if last else "most_cut")
        # With one session a week the event itself is all there is in its week.
        passed = passed or (count == 1 and cut == 1.0)
        yield Measure(f"weeks.{week.number}", round(cut, 2), rule.number("least_cut"), passed)
        limit = often * rule.number("frequency")
        yield Measure(f"weeks.{week.number}", count, round(limit, 1), count >= limit)


def ladder(view: PlanView, rule: PlanRule) -> Iterator[Measure]:
    """The longest run before a race: near what the race asks, and no less than what is run now."""
    runs = [session for _, _, session in view.sessions() if session.km is not None]
    races = [session.km or 0.0 for session in runs if session.kind == "race"]
    # A few weeks cannot build a ladder: then what was run before is what counts.
    if not races or view.athlete.weeks < rule.number("weeks"):
        return
    names = rule.params["km"]
    name = min(names, key=lambda race: abs(names[race] - races[-1]))
    endurance = view.athlete.endurance
    longest = max((run.km or 0.0 for run in runs if run.kind != "race"), default=0.0)
    fullest = max(_volume(view, week) for week in view.plan.weeks)
    now = min(endurance.longest_km or 0.0, rule.by("enough", name)) * rule.number("now")
    # A long run is bound by the week it stands in, and by the time there is for it.
    now = min(now, fullest * rule.number("share"))
    minutes = min(view.longest_day, rule.number("minutes"))
    now = min(now, minutes / (endurance.pace or rule.number("pace")) * rule.number("now"))
    least = round(max(rule.by("least", name), now), 1)
    yield Measure("weeks", longest, least, longest >= least - 0.05)


def quiet(view: PlanView, rule: PlanRule) -> Iterator[Measure]:
    """The days before a race: nothing hard, and no lifting on its eve if another day has some."""
    races = [
        7 * (week - 1) + day for week, day, session in view.sessions() if session.kind == "race"
    ]
    for race in races:
        for week, day in view.days():
            left = race - 7 * (week.number - 1) - day.day
            if not 0 <= left <= rule.number("days"):
                continue
            where = f"weeks.{week.number}.days.{day.day}"
            hard = sum(session.kind in HARD for session in day.sessions)
            yield Measure(where, hard, int(left == 0), hard <= int(left == 0))
            lifting = sum(bool(one.exercises) for one in week.days)
            lifts = bool(day.exercises) and lifting > 1 and left <= 1
            yield Measure(where, int(lifts), 0, not lifts)


_EDGES = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


def heart_zones(view: PlanView, rule: PlanRule) -> Iterator[Measure]:
    health, age = view.athlete.health, view.athlete.age
    highest = health.max_hr or 208 - 0.7 * age
    resting = health.resting_hr or 0
    for zone in view.plan.zones:
        if zone.heart_rate is None:
            continue
        low = resting + (highest - resting) * _EDGES[zone.zone - 1]
        off = round(abs(zone.heart_rate[0] - low), 1)
        yield Measure(
            f"zones.{zone.zone}", off, rule.number("tolerance"), off <= rule.number("tolerance")
        )


def no_heart_rate(view: PlanView, _: PlanRule) -> Iterator[Measure]:
    if all(row.heart_rate for row in view.harm):
        return
    shown = sum(1 for zone in view.plan.zones if zone.heart_rate)
    for *_place, session in view.sessions():
        shown += sum(1 for block in session.blocks for step in block.steps if step.heart_rate)
    yield Measure("zones", shown, 0, shown == 0)


def event(view: PlanView, rule: PlanRule) -> Iterator[Measure]:
    endurance = view.athlete.endurance
    wished = endurance.event
    raced = [session for _, _, session in view.sessions() if session.kind == "race"]
    for session in raced:
        names = rule.params["km"]
        name = min(names, key=lambda race: abs(names[race] - (session.km or 0.0)))
        km = rule.by("km", name)
        weekly, longest = endurance.weekly_km or 0.0, endurance.longest_km or 0.0
        pace = endurance.pace or 6.5
        based = weekly >= rule.by("base", name) or (
            name == "marathon" and longest * pace >= rule.number("long_minutes")
        )
        weeks = rule.by("weeks", name)
        in_time = view.athlete.weeks >= weeks or longest >= rule.number("covered") * km
        yield Measure("weeks", view.athlete.weeks, weeks, based and in_time)
    if wished is not None and view.athlete.kind != "strength":
        told_so = any(offer.code == "E10" for offer in view.plan.offers)
        full = any(abs((race.km or 0.0) - rule.by("km", wished)) < 0.1 for race in raced)
        yield Measure("offers", wished, "planned, or a counter-offer", full or told_so)


_SPORTS_OF = {
    "triathlon": {"swimming", "cycling", "running"},
    "duathlon": {"cycling", "running"},
    "aquathlon": {"swimming", "running"},
}


def several_sports(view: PlanView, _: PlanRule) -> Iterator[Measure]:
    race = view.athlete.endurance.multisport
    if race is not None:
        planned = {session.sport for *_place, session in view.sessions()}
        declined = any(offer.code == "E15" and offer.asked == race for offer in view.plan.offers)
        missing = ", ".join(sorted(_SPORTS_OF[race] - planned))
        yield Measure("offers", missing or "all", race, not missing or declined)


def race_effort(view: PlanView, rule: PlanRule) -> Iterator[Measure]:
    """Long runs with a stretch at race effort, and none of them right before the race."""
    races = [
        7 * (week - 1) + day
        for week, day, session in view.sessions()
        if session.kind == "race" and (session.km or 0.0) >= rule.number("km")
    ]
    limited = view.athlete.level == "beginner" or any(
        row.zone < rule.number("zone") or "running" in row.easy for row in view.harm
    )
    if not races or limited or view.athlete.weeks < rule.number("weeks"):
        return
    paced = [
        7 * (week - 1) + day
        for week, day, session in view.sessions()
        if session.kind == "long" and _steady_minutes(session, rule) >= rule.number("minutes")
    ]
    early = [day for day in paced if races[-1] - day > rule.number("quiet")]
    enough = len(early) >= rule.number("runs")
    yield Measure("weeks", len(early), rule.number("runs"), enough and early == paced)


def _steady_minutes(session: PlannedSession, rule: PlanRule) -> float:
    return sum(
        block.times * step.seconds / 60
        for block in session.blocks
        for step in block.steps
        if step.zone >= rule.number("zone")
    )


def for_health(view: PlanView, rule: PlanRule) -> Iterator[Measure]:
    if view.athlete.aim != "health" or view.athlete.kind == "strength":
        return
    last = view.plan.weeks[-1]
    minutes = sum(session.minutes for day in last.days for session in day.sessions)
    yield Measure("weeks", minutes, rule.number("minutes"), minutes >= rule.number("minutes"))


def fresh_legs(view: PlanView, rule: PlanRule) -> Iterator[Measure]:
    demanding = {
        7 * (week - 1) + day
        for week, day, session in view.sessions()
        if session.kind in HARD or session.kind == "long"
    }
    for line in view.lines:
        now = 7 * (line.week - 1) + line.day
        if not demanding & {now, now + 1}:
            continue
        legs = {"quads", "hamstrings", "glutes"} & set(line.exercise.primary)
        heavy = line.dose.rir < rule.number("reserve") or (line.dose.percent or 0) >= rule.number(
            "percent"
        )
        if legs and heavy:
            yield Measure(line.where, line.dose.rir, rule.number("reserve"), False)


CHECKS = {
    "E01": longest_run,
    "E02": growth,
    "E03": easy_weeks,
    "E04": mostly_easy,
    "E05": beginners,
    "E06": long_share,
    "E07": taper,
    "E08": heart_zones,
    "E09": no_heart_rate,
    "E10": event,
    "E11": for_health,
    "E12": fresh_legs,
    "E13": ladder,
    "E14": quiet,
    "E15": several_sports,
    "E16": race_effort,
}
