"""A plan and a playbook as they used to look."""

import datetime
from collections import Counter
from collections.abc import Mapping
from hashlib import blake2b

from pydantic import BaseModel, JsonValue

from kuznia.domains.training.catalogue import catalogue
from kuznia.domains.training.exports.words import session_lines
from kuznia.domains.training.playbook.log import Playbook
from kuznia.domains.training.schema.lesson import Lesson
from kuznia.domains.training.schema.plan import Day, Dose, EffortStep, Plan, PlannedSession, Week
from kuznia.forge.terms import Caller

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class StrengthExercise(BaseModel):
    """`weight` has a number for each set, 0 where the person has to find it: then effort leads."""

    exercise_id: str
    exercise_name: str
    main_muscle: str | None
    equipment: str | None
    sets: int
    reps: list[int]
    weight: list[float]
    weight_unit: str | None
    rest_seconds: int
    reps_in_reserve: int
    execution_order: int
    completed: bool = False


class EnduranceSession(BaseModel):
    name: str
    sport_type: str
    training_volume: float
    unit: str
    heart_rate_zone: int
    description: str
    execution_order: int
    completed: bool = False


class DailyTraining(BaseModel):
    id: int
    weekly_schedule_id: int
    day_of_week: str
    scheduled_date: datetime.date | None
    is_rest_day: bool
    training_type: str
    justification: str
    strength_exercises: list[StrengthExercise]
    endurance_sessions: list[EnduranceSession]


class WeeklySchedule(BaseModel):
    id: int
    training_plan_id: str
    week_number: int
    focus_theme: str
    primary_goal: str
    progression_lever: str
    justification: str
    daily_trainings: list[DailyTraining]


class TrainingPlan(BaseModel):
    """`id` is the artefact's: feedback is given with it as `plan_id`."""

    id: str
    user_profile_id: int
    title: str
    summary: str
    justification: str
    ai_message: str | None
    weekly_schedules: list[WeeklySchedule]


class PlaybookLesson(BaseModel):
    id: str
    text: str
    tags: list[str]
    helpful_count: int
    harmful_count: int
    times_applied: int
    confidence: float
    positive: bool
    created_at: str
    last_used_at: str | None = None
    source_plan_id: str | None = None
    requires_context: str = "not_found"
    context: str | None = None


class UserPlaybook(BaseModel):
    user_id: str
    lessons: list[PlaybookLesson]
    total_lessons: int
    last_updated: str | None


class PlaybookStats(BaseModel):
    total_lessons: int
    positive_lessons: int
    warning_lessons: int
    avg_confidence: float
    most_common_tags: list[str]
    lessons_by_priority: dict[str, int]
    last_updated: str | None


def profile_number(who: Caller) -> int:
    """A number for the caller, who had one; it opens nothing and is not looked at again."""
    return int.from_bytes(blake2b(who.id.encode(), digest_size=4).digest()) or 1


def own_name(who: Caller) -> str:
    """The caller by the name their token has for them."""
    return who.id.partition(":")[2] or who.id


def plan(ours: Plan, artefact: str, who: Caller) -> TrainingPlan:
    """All weeks of a plan in the old shape."""
    return TrainingPlan(
        id=artefact,
        user_profile_id=profile_number(who),
        title=ours.title,
        summary=ours.summary,
        justification=ours.reason.text,
        ai_message=message(ours),
        weekly_schedules=[_week(week, artefact) for week in ours.weeks],
    )


def message(ours: Plan) -> str:
    """What the person must read beside the plan: what was changed of their wish, and warnings."""
    return " ".join((*(one.message for one in ours.offers), *(one.text for one in ours.notices)))


def _week(week: Week, artefact: str) -> WeeklySchedule:
    return WeeklySchedule(
        id=week.number,
        training_plan_id=artefact,
        week_number=week.number,
        focus_theme=week.theme,
        primary_goal=week.goal,
        progression_lever=week.lever,
        justification=week.reason.text,
        daily_trainings=[_day(week, day) for day in week.days],
    )


def _day(week: Week, day: Day) -> DailyTraining:
    done = len(day.exercises)
    return DailyTraining(
        id=7 * (week.number - 1) + day.day,
        weekly_schedule_id=week.number,
        day_of_week=DAYS[day.day - 1],
        scheduled_date=day.date,
        is_rest_day=day.kind == "rest",
        training_type=day.kind,
        justification=day.reason.text,
        strength_exercises=[_exercise(dose) for dose in day.exercises],
        endurance_sessions=[
            _session(session, order) for order, session in enumerate(day.sessions, start=done + 1)
        ],
    )


def _exercise(dose: Dose) -> StrengthExercise:
    known = catalogue().get(dose.id)
    muscles: Mapping[str, float] = known.muscles if known else {}
    gear = sorted(known.equipment_all | known.equipment_any) if known else []
    return StrengthExercise(
        exercise_id=dose.id,
        exercise_name=dose.name,
        main_muscle=max(muscles, key=lambda name: muscles[name], default=None),
        equipment=", ".join(gear) or None,
        sets=dose.sets,
        reps=[dose.reps] * dose.sets,
        weight=[dose.load or 0.0] * dose.sets,
        weight_unit=dose.load_unit,
        rest_seconds=dose.rest,
        reps_in_reserve=dose.rir,
        execution_order=dose.order,
    )


def _session(session: PlannedSession, order: int) -> EnduranceSession:
    steps: list[tuple[int, EffortStep]] = [
        (block.times * step.seconds, step) for block in session.blocks for step in block.steps
    ]
    most = max(steps, key=lambda timed: timed[0])[1]
    return EnduranceSession(
        name=session.name,
        sport_type="other" if session.sport == "handcycling" else session.sport,
        training_volume=session.minutes if session.km is None else session.km,
        unit="minutes" if session.km is None else "km",
        heart_rate_zone=most.zone,
        description="; ".join(line.strip() for line in session_lines(session)),
        execution_order=order,
    )


def playbook(book: Playbook, who: Caller) -> UserPlaybook:
    """The lessons that shape the next plan, in the old shape."""
    lessons = [_lesson(one) for one in book.open]
    return UserPlaybook(
        user_id=own_name(who),
        lessons=lessons,
        total_lessons=len(lessons),
        last_updated=max((one.created_at for one in lessons), default="") or None,
    )


def _lesson(lesson: Lesson) -> PlaybookLesson:
    return PlaybookLesson(
        id=lesson.id,
        text=lesson.text,
        tags=[lesson.kind],
        helpful_count=lesson.helpful,
        harmful_count=lesson.harmful,
        times_applied=lesson.applied,
        confidence=round(lesson.confidence, 3),
        positive=any(effect.do == "prefer" for effect in lesson.effects),
        created_at=lesson.learnt.isoformat() if lesson.learnt else "",
    )


def stats(book: UserPlaybook) -> PlaybookStats:
    """The playbook in numbers; safety is critical, all else is of medium priority."""
    tags = Counter(tag for one in book.lessons for tag in one.tags)
    positive = sum(one.positive for one in book.lessons)
    sure = [one.confidence for one in book.lessons]
    safety = tags["safety"]
    priorities = {"critical": safety, "medium": book.total_lessons - safety}
    return PlaybookStats(
        total_lessons=book.total_lessons,
        positive_lessons=positive,
        warning_lessons=book.total_lessons - positive,
        avg_confidence=round(sum(sure) / len(sure), 3) if sure else 0.0,
        most_common_tags=[tag for tag, _ in tags.most_common(5)],
        lessons_by_priority={name: count for name, count in priorities.items() if count},
        last_updated=book.last_updated,
    )


def listed(book: UserPlaybook) -> dict[str, JsonValue]:
    """An answer had one shape when there were lessons and another when not; this one has both."""
    note = "" if book.lessons else "No lessons yet: they are learnt from feedback."
    whole = book.model_dump(mode="json")
    return {
        **whole,
        "message": note,
        "playbook": whole,
        "stats": stats(book).model_dump(mode="json"),
    }
