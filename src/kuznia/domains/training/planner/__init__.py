"""Our own planner: the same person always gets the same plan, in full, with its reasons.

It knows nothing of the verifier, which holds every plan against the rules on its own.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from kuznia.domains.training.athlete.athlete import Athlete
from kuznia.domains.training.athlete.screening import Screening, screen
from kuznia.domains.training.catalogue import catalogue
from kuznia.domains.training.planner.choice import Chooser, choose
from kuznia.domains.training.planner.dosing import Scheme
from kuznia.domains.training.planner.endurance.aerobic import Sessions, spoken, zones
from kuznia.domains.training.planner.endurance.volume import Base, Load, aimed, base, loads
from kuznia.domains.training.planner.limits import TrainingLimits, allowed, limits
from kuznia.domains.training.planner.offers import notices, offers
from kuznia.domains.training.planner.phases import Span, set_counts, strength_spans
from kuznia.domains.training.planner.progress import Course, Effort, efforts, progression
from kuznia.domains.training.planner.reasons import PlanReasons
from kuznia.domains.training.planner.schedule import WeekLayout, layout
from kuznia.domains.training.planner.strength import WARM_UP, Chosen, Template, eased, template
from kuznia.domains.training.planner.wording import PlanWords
from kuznia.domains.training.schema.plan import (
    Day,
    DayKind,
    Dose,
    Phase,
    Plan,
    PlannedSession,
    Reason,
    Week,
)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a model may add: words, and exercises to rather take. Never a number."""

    prefer: frozenset[str] = frozenset()
    title: str = ""
    summary: str = ""
    themes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Frame:
    """What all weeks of one plan share."""

    athlete: Athlete
    limits: TrainingLimits
    layout: WeekLayout
    words: PlanWords
    reasons: PlanReasons
    spans: tuple[Span, ...]
    template: Template
    start: Base | None
    sessions: Sessions | None
    loads: tuple[Load, ...]
    # Sets to begin with, and the efforts of every week, by weekday and exercise.
    first_sets: Mapping[tuple[int, str], int]
    efforts: Mapping[tuple[int, str], tuple[Effort, ...]]


def plan(
    athlete: Athlete,
    wishes: Wishes | None = None,
    chooser: Chooser = choose,
    screening: Screening | None = None,
) -> Plan:
    """The plan for someone whom screening lets train."""
    frame = _frame(athlete, wishes or Wishes(), chooser, screening or screen(athlete))
    words = frame.words
    made = Plan(
        title=words.say(f"title_{athlete.kind}", weeks=athlete.weeks),
        summary=words.say("summary", days=len(frame.layout.work), minutes=frame.limits.minutes),
        language=athlete.language,
        kind=athlete.kind,
        aim=athlete.aim,
        level=athlete.level,
        start=athlete.start,
        weeks=_weeks(frame),
        zones=zones(athlete, frame.limits, words) if frame.sessions else (),
        offers=tuple(offers(athlete, frame.start, frame.limits, words)),
        notices=tuple(notices(athlete, frame.limits, frame.layout, words)),
        reason=frame.reasons.plan(),
        lessons=_lessons(athlete),
    )
    return _worded(made, wishes) if wishes else made


def _lessons(athlete: Athlete) -> tuple[str, ...]:
    return athlete.shaped_by


def _worded(made: Plan, wishes: Wishes) -> Plan:
    weeks = tuple(
        week.model_copy(update={"theme": theme}) if theme else week
        for week, theme in zip(
            made.weeks,
            (*wishes.themes, *("",) * len(made.weeks)),
            strict=False,
        )
    )
    update = {"title": wishes.title, "summary": wishes.summary}
    texts = {name: text for name, text in update.items() if text}
    return made.model_copy(update={**texts, "weeks": weeks})


def _frame(athlete: Athlete, wishes: Wishes, chooser: Chooser, screening: Screening) -> _Frame:
    frame = limits(athlete, screening)
    week = layout(athlete, frame)
    words = PlanWords(athlete.language)
    start = base(athlete, frame) if athlete.kind != "strength" else None
    if start is None:
        spans = strength_spans(athlete)
    else:
        start, spans = aimed(_shared(start, week), athlete.weeks, week)
    days = {day: _strength_minutes(athlete, frame, week, day) for day in week.strength}
    pool = allowed(athlete, frame)
    usual = template(athlete, frame, pool, days, wishes.prefer, chooser)
    raced = start is not None and start.event is not None
    return _Frame(
        athlete=athlete,
        limits=frame,
        layout=week,
        words=words,
        reasons=PlanReasons(words, athlete),
        spans=spans,
        template=usual,
        start=start,
        sessions=Sessions(athlete, frame, start, words) if start else None,
        loads=loads(start, spans, week) if start else (),
        first_sets=eased(usual, usual.floor),
        efforts=_efforts(athlete, frame, week, usual, spans, raced=raced),
    )


def _efforts(
    athlete: Athlete,
    frame: TrainingLimits,
    week: WeekLayout,
    usual: Template,
    spans: tuple[Span, ...],
    *,
    raced: bool,
) -> Mapping[tuple[int, str], tuple[Effort, ...]]:
    """The weeks of every exercise, played through once for each way its legs may be."""
    played: dict[tuple[str, Scheme, bool], tuple[Effort, ...]] = {}
    places: dict[tuple[int, str], tuple[Effort, ...]] = {}
    for day, all_ in usual.days.items():
        tired = week.before_demanding(day)
        for chosen in all_:
            key = chosen.exercise.id, chosen.scheme, tired
            if key not in played:
                course = Course(chosen, athlete, frame, tired=tired, tired_last=raced)
                played[key] = efforts(course, spans)
            places[day, chosen.exercise.id] = played[key]
    return places


# On a day of both, endurance gets this share of the time.
_ENDURANCE_SHARE = 0.45


def _shared(start: Base, week: WeekLayout) -> Base:
    """Where a day holds both, its endurance part is shorter."""
    if not any(work.startswith("mixed") for work in week.work.values()):
        return start
    room = start.session_minutes * _ENDURANCE_SHARE
    return replace(start, session_minutes=room, long_minutes=room)


def _strength_minutes(athlete: Athlete, frame: TrainingLimits, week: WeekLayout, day: int) -> float:
    minutes = min(frame.minutes, athlete.minutes_limit(day) or frame.minutes)
    mixed = week.work[day].startswith("mixed")
    return minutes * (1 - _ENDURANCE_SHARE) - 1 if mixed else float(minutes)


def _weeks(frame: _Frame) -> tuple[Week, ...]:
    """All weeks in order: what is new in one is told against the one before it."""
    weeks: list[Week] = []
    before: Mapping[int, int] = {}
    for index, span in enumerate(frame.spans):
        sessions: Mapping[int, PlannedSession] = {}
        if frame.sessions is not None:
            last = index == len(frame.spans) - 1
            sessions = frame.sessions.week(span, frame.loads[index], frame.layout, last)
        explained = {
            day: frame.reasons.session(session, before.get(day), span)
            for day, session in sessions.items()
        }
        before = {day: session.minutes for day, session in sessions.items()}
        weeks.append(_week(frame, index, explained))
    return tuple(weeks)


def _week(frame: _Frame, index: int, sessions: Mapping[int, PlannedSession]) -> Week:
    span, words = frame.spans[index], frame.words
    doses = _doses(frame, span, index)
    theme = f"theme_{span.phase}"
    return Week(
        number=span.number,
        phase=span.phase,
        theme=words.say(theme),
        goal=words.field(theme, "goal"),
        lever=words.field(theme, "lever"),
        days=tuple(_day(frame, span, day, doses, sessions) for day in range(1, 8)),
        reason=words.because(*_week_reasons(frame, span.phase)),
    )


def _week_reasons(frame: _Frame, phase: Phase) -> tuple[str, ...]:
    names: list[str] = []
    if frame.template.days:
        names.append(f"why_{phase}")
    if frame.sessions is not None:
        names.append("why_taper" if phase == "taper" else f"why_{phase}_endurance")
    return tuple(dict.fromkeys(names))


# Weeks that a beginner, and others, train with the sets to begin with.
_BEGIN_WEEKS = 2


def _doses(frame: _Frame, span: Span, index: int) -> Mapping[int, tuple[Dose, ...]]:
    """Every strength day of the week."""
    days = frame.template.days
    begins = span.built < _BEGIN_WEEKS if frame.athlete.level == "beginner" else span.block == 0
    short = frame.athlete.weeks <= _BEGIN_WEEKS + 2
    usual = [(day, chosen) for day in sorted(days) for chosen in days[day]]
    planned = tuple(
        frame.first_sets[day, chosen.exercise.id] if begins and not short else chosen.sets
        for day, chosen in usual
    )
    eve = _eve(frame, index)
    # Fewer days cut a race week enough.
    counts = planned if eve else set_counts(planned, span)
    doses: dict[int, list[Dose]] = {day: [] for day in sorted(days) if day not in eve}
    for (day, chosen), sets in zip(usual, counts, strict=True):
        if day in eve:
            continue
        effort = frame.efforts[day, chosen.exercise.id][index]
        doses[day].append(_dose(frame, span, chosen, effort, sets, len(doses[day]) + 1))
    return {day: tuple(all_) for day, all_ in doses.items()}


def _eve(frame: _Frame, index: int) -> frozenset[int]:
    """Strength days that are left out for a race: its own and the one before."""
    last = index == len(frame.spans) - 1
    if not last or frame.start is None or frame.start.event is None:
        return frozenset()
    race = frame.layout.endurance[-1]
    eve = frozenset(day for day in frame.template.days if race - day in {0, 1})
    return eve if len(eve) < len(frame.template.days) else frozenset()


def _dose(
    frame: _Frame, span: Span, chosen: Chosen, planned: Effort, sets: int, order: int
) -> Dose:
    exercise = chosen.exercise
    return Dose(
        id=exercise.id,
        name=exercise.label(frame.athlete.language),
        order=order,
        sets=sets,
        reps=planned.reps,
        unit=exercise.unit,
        rir=planned.rir,
        rest=chosen.scheme.rest,
        percent=planned.percent,
        load=planned.load,
        load_unit=None if planned.load is None else frame.athlete.load_unit,
        progression=progression(exercise, chosen.scheme, frame.athlete),
        reason=frame.reasons.dose(chosen, planned, span, order == 1),
    )


def _day(
    frame: _Frame,
    span: Span,
    day: int,
    doses: Mapping[int, tuple[Dose, ...]],
    sessions: Mapping[int, PlannedSession],
) -> Day:
    exercises = doses.get(day, ())
    planned = (sessions[day],) if day in sessions else ()
    minutes = sum(session.minutes for session in planned)
    minutes += _minutes(exercises)
    return Day(
        day=day,
        date=_date(frame.athlete.start, span.number, day),
        kind=_kind(bool(exercises), bool(planned)),
        minutes=minutes,
        exercises=exercises,
        sessions=planned,
        reason=_day_reason(frame, day, exercises, planned, {*doses, *sessions}),
    )


def _date(start: date | None, week: int, day: int) -> date | None:
    """Weeks begin on the first Monday from the start on: no day of the plan lies before it."""
    if start is None:
        return None
    monday = start + timedelta(days=-start.weekday() % 7)
    return monday + timedelta(weeks=week - 1, days=day - 1)


def _minutes(exercises: tuple[Dose, ...]) -> int:
    """Whole minutes for the strength part, warm-up included."""
    if not exercises:
        return 0
    seconds = 0.0
    for dose in exercises:
        exercise = catalogue()[dose.id]
        each = exercise.seconds if dose.unit == "reps" else 1
        sides = 2 if exercise.unilateral else 1
        seconds += dose.sets * (dose.reps * each * sides + dose.rest) + 90
    return math.ceil(WARM_UP + seconds / 60)


def _kind(strength: bool, endurance: bool) -> DayKind:
    if strength and endurance:
        return "mixed"
    if strength:
        return "strength"
    return "endurance" if endurance else "rest"


def _day_reason(
    frame: _Frame,
    day: int,
    exercises: tuple[Dose, ...],
    sessions: tuple[PlannedSession, ...],
    busy: set[int],
) -> Reason:
    """Why the day is what it is, by what really stands on it and on its neighbours."""
    words = frame.words
    if exercises:
        name, leads = frame.reasons.day(exercises, catalogue())
        name = "day_mixed" if sessions else name
        return words.joined(words.part(name, leads=leads))
    if sessions:
        kind = sessions[0].kind
        name = spoken(kind, sessions[0].sport)
        return words.because(f"day_{name}" if kind in _OWN_DAY else "day_hard")
    before, after = day - 1 in busy, day + 1 in busy
    if before and after:
        return words.because("day_rest_between")
    return words.because("day_rest_after" if before else "day_rest_before" if after else "day_rest")


_OWN_DAY = frozenset({"easy", "long", "race", "strides"})
