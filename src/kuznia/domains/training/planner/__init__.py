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
from kuznia.domains.training.planner.aerobic import Sessions, zones
from kuznia.domains.training.planner.choice import Chooser, choose
from kuznia.domains.training.planner.limits import TrainingLimits, allowed, limits
from kuznia.domains.training.planner.offers import notices, offers
from kuznia.domains.training.planner.phases import (
    Span,
    effort,
    progression,
    set_counts,
    strength_spans,
)
from kuznia.domains.training.planner.schedule import WeekLayout, layout
from kuznia.domains.training.planner.strength import WARM_UP, Chosen, Template, template
from kuznia.domains.training.planner.volume import Base, Load, aimed, base, loads
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
    spans: tuple[Span, ...]
    template: Template
    start: Base | None
    sessions: Sessions | None
    loads: tuple[Load, ...]


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
        weeks=tuple(_week(frame, index) for index in range(athlete.weeks)),
        zones=zones(athlete, frame.limits, words) if frame.sessions else (),
        offers=tuple(offers(athlete, frame.start, frame.limits, words)),
        notices=tuple(notices(athlete, frame.limits, frame.layout, words)),
        reason=words.because(
            *(() if athlete.kind == "endurance" else ("why_plan",)),
            *(() if athlete.kind == "strength" else ("why_plan_endurance",)),
        ),
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
    return _Frame(
        athlete=athlete,
        limits=frame,
        layout=week,
        words=words,
        spans=spans,
        template=template(athlete, frame, pool, days, wishes.prefer, chooser),
        start=start,
        sessions=Sessions(athlete, frame, start, words) if start else None,
        loads=loads(start, spans, week) if start else (),
    )


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


def _week(frame: _Frame, index: int) -> Week:
    span, words = frame.spans[index], frame.words
    last = index == len(frame.spans) - 1
    sessions: Mapping[int, PlannedSession] = {}
    if frame.sessions is not None:
        sessions = frame.sessions.week(span, frame.loads[index], frame.layout, last)
    doses = _doses(frame, span, race=last and any(one.kind == "race" for one in sessions.values()))
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


def _doses(frame: _Frame, span: Span, race: bool) -> Mapping[int, tuple[Dose, ...]]:
    """Every strength day of the week; in the week of a race the last ones are left out."""
    days = frame.template.days
    planned = tuple(one.sets for day in sorted(days) for one in days[day])
    counts = iter(set_counts(planned, span))
    doses: dict[int, tuple[Dose, ...]] = {}
    for day in sorted(days):
        fresh = not frame.layout.before_demanding(day) and not race
        doses[day] = tuple(
            _dose(frame, span, chosen, next(counts), order, fresh)
            for order, chosen in enumerate(days[day], start=1)
        )
    return doses


def _dose(frame: _Frame, span: Span, chosen: Chosen, sets: int, order: int, fresh: bool) -> Dose:
    exercise = chosen.exercise
    planned = effort(chosen, span, frame.athlete, frame.limits, fresh)
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
        progression=progression(exercise, chosen.scheme),
        reason=_dose_reason(frame.words, chosen, planned.load is not None),
    )


_CORE_PREFIX = "core"
_NAMED = frozenset({"squat", "hinge", "lunge", "h_push", "v_push", "h_pull", "v_pull", "balance"})


def _dose_reason(words: PlanWords, chosen: Chosen, loaded: bool) -> Reason:
    pattern = chosen.exercise.pattern
    if chosen.scheme.explosive:
        name = "pattern_power"
    elif pattern in _NAMED:
        name = f"pattern_{pattern}"
    else:
        name = "pattern_core" if pattern.startswith(_CORE_PREFIX) else "pattern_other"
    more = ("because_load",) if loaded else ()
    return words.because(name, *more, *(("because_lesson",) if chosen.lesson else ()))


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
        reason=frame.words.because(_day_reason(frame, exercises, planned)),
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
    frame: _Frame, exercises: tuple[Dose, ...], sessions: tuple[PlannedSession, ...]
) -> str:
    if exercises and sessions:
        return "day_mixed"
    if exercises:
        return "day_full" if "full" in frame.template.split else "day_part"
    if not sessions:
        return "day_rest"
    kind = sessions[0].kind
    if kind in {"easy", "long", "race"}:
        return f"day_{kind}"
    return "day_hard"
