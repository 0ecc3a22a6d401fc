"""Feedback on a plan: what it changes, what it teaches, and the plan that comes of it.

A plan changes by operations alone. First come the operations that were asked for; then, while
future days break a lesson, operations that bring these days in line with it.
"""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from kuznia.domains.training.athlete import screening
from kuznia.domains.training.athlete.athlete import Athlete, read_athlete
from kuznia.domains.training.catalogue import catalogue
from kuznia.domains.training.catalogue.matching import match
from kuznia.domains.training.checks import VerifiedPlan, verify_plan
from kuznia.domains.training.checks.rules import rules
from kuznia.domains.training.edits.feedback import Intent, WishAnswer, recovered, understand
from kuznia.domains.training.edits.logbook import MAX_PAIN, next_dose, taught
from kuznia.domains.training.edits.operations import (
    Changed,
    Intensity,
    Operation,
    Remove,
    Today,
    apply,
    day_on,
)
from kuznia.domains.training.edits.settling import settled
from kuznia.domains.training.playbook.log import Close, Count, Delta, Learn, LessonLog, Trained
from kuznia.domains.training.playbook.session import LoggedExercise, LoggedSession
from kuznia.domains.training.schema.lesson import BestLift
from kuznia.domains.training.schema.plan import Plan
from kuznia.domains.training.schema.profile import PlanPerson
from kuznia.domains.training.wishes.order import wished
from kuznia.forge.terms import Decline, Finding


class UnknownExercise(Exception):
    """A name that fits no exercise for certain; we do not guess which one was meant."""

    def __init__(self, place: str, nearest: tuple[str, ...]) -> None:
        super().__init__(place)
        self.place = place
        self.nearest = nearest


class NotInPlan(Exception):
    """A logged session that is on none of this plan's days; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known when a person gives feedback: their plan, their playbook, and the date."""

    artefact: str
    plan: Plan
    person: PlanPerson
    log: LessonLog
    date: datetime.date

    @property
    def first(self) -> str:
        """The artefact the plan began as: sessions are logged under it."""
        return self.person.first or self.artefact


@dataclass(frozen=True, slots=True)
class OperationResult:
    """An operation, whether it was applied, and the findings that forbade it or came with it."""

    operation: Operation
    applied: bool
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Coached:
    """What feedback came to. `plan` is the plan as it is now, changed or not."""

    intent: Intent
    plan: Plan
    person: PlanPerson
    deltas: tuple[Delta, ...] = ()
    operations: tuple[OperationResult, ...] = ()
    # For each name that could mean several exercises, what it may mean.
    unsure: tuple[tuple[str, ...], ...] = ()
    # What becomes of each wish of feedback in words.
    answers: tuple[WishAnswer, ...] = ()
    decline: Decline | None = None
    # The plan held against every rule again; None where nothing was done to it.
    verified: VerifiedPlan | None = None


Feedback = str | LoggedSession | tuple[Operation, ...]


def coach(feedback: Feedback, standing: Standing) -> Coached:
    """Apply feedback on a plan, and learn from it, as far as the rules allow."""
    feedback = _with_ids(feedback)
    past = _past_days(feedback, standing)
    today = Today(past // 7 + 1, past % 7 + 1)
    plan, person = standing.plan, standing.person
    understood = _understood(feedback, standing, past, today)
    deltas = understood.deltas
    lessons = standing.log.learn(*deltas).playbook.open
    order = person.order.model_copy(update={"lessons": lessons})
    athlete = replace(read_athlete(wished(order)), past=past)
    changed_person = PlanPerson(order=order, first=standing.first, past=past)
    # What was learnt from another plan stops this one too.
    stop = understood.decline or screening.decline(athlete)
    if stop is not None:
        return Coached(intent="stop", plan=plan, person=changed_person, deltas=deltas, decline=stop)
    if not understood.operations and not deltas:
        return Coached(
            intent=understood.intent,
            plan=plan,
            person=person,
            unsure=understood.unsure,
            answers=understood.answers,
        )
    results, plan = _apply_all(understood.operations, plan, athlete, today)
    verified = verify_plan(plan, athlete)
    return Coached(
        intent=understood.intent,
        plan=plan,
        person=changed_person,
        deltas=deltas,
        operations=results,
        unsure=understood.unsure,
        answers=understood.answers,
        decline=_unsafe(verified.findings, athlete),
        verified=verified,
    )


@dataclass(frozen=True, slots=True)
class _Understood:
    """Any kind of feedback as operations to apply and deltas to learn."""

    operations: tuple[Operation, ...] = ()
    deltas: tuple[Delta, ...] = ()
    intent: Intent = "update_request"
    unsure: tuple[tuple[str, ...], ...] = ()
    answers: tuple[WishAnswer, ...] = ()
    decline: Decline | None = None


def _understood(feedback: Feedback, standing: Standing, past: int, today: Today) -> _Understood:
    if isinstance(feedback, LoggedSession):
        return _from_session(feedback, standing)
    if not isinstance(feedback, str):
        return _Understood(feedback)
    athlete = replace(read_athlete(wished(standing.person.order)), past=past)
    meant = understand(feedback, standing.plan, athlete, today)
    over = () if meant.decline else tuple(recovered(feedback, standing.log.playbook.open))
    if over:
        # Back to training, and easily: one more repetition in reserve from today on.
        closed = tuple(Close(lesson=lesson.id, by="person", day=standing.date) for lesson in over)
        return _Understood((Intensity(reserve=1),), closed)
    deltas = (*meant.closes, *meant.lessons)
    return _Understood(
        meant.operations, deltas, meant.intent, meant.unsure, meant.answers, meant.decline
    )


def _apply_all(
    operations: Iterable[Operation], plan: Plan, athlete: Athlete, today: Today
) -> tuple[tuple[OperationResult, ...], Plan]:
    results: list[OperationResult] = []
    before = plan
    for operation in operations:
        changed = apply(plan, athlete, operation, today)
        results.append(_result(operation, changed))
        plan = changed.plan
    for operation, changed in settled(plan, athlete, today):
        results.append(_result(operation, changed))
        plan = changed.plan
    if plan != before:
        plan = plan.model_copy(update={"lessons": athlete.shaped_by})
    return tuple(results), plan


def _result(operation: Operation, changed: Changed) -> OperationResult:
    return OperationResult(operation, changed.applied, changed.findings)


_NEW_PLAN = {
    "en": "What you told us calls for a new plan, not a change to this one. Stop following this "
    "plan and order a new one; your playbook already holds what you told us.",
    "uk": "Те, що ви сказали, потребує нового плану, а не зміни цього. Не продовжуйте за ним: "
    "замовте новий, плейбук уже все врахує.",
}


def _unsafe(findings: Iterable[Finding], athlete: Athlete) -> Decline | None:
    """A plan that no longer protects the person is not given back, whatever changed it."""
    unsafe = any(
        finding.severity == "block" or (finding.stands and rules()[finding.code].family == "people")
        for finding in findings
    )
    return Decline("new-plan", _NEW_PLAN[athlete.language]) if unsafe else None


def _past_days(feedback: Feedback, standing: Standing) -> int:
    """Days that are over: by the date, by what was logged, and the one that is being logged."""
    plan = standing.plan
    start = plan.weeks[0].days[0].date
    logged = [
        entry.session.number
        for entry in standing.log.playbook.sessions
        if entry.plan == standing.first
    ]
    past = max(standing.person.past, day_on(plan, standing.date).number - 1, *logged, 0)
    if not isinstance(feedback, LoggedSession):
        return past
    if feedback.week > len(plan.weeks):
        raise NotInPlan("The plan has no such week.")
    if start is not None and start + timedelta(days=feedback.number - 1) > standing.date:
        raise NotInPlan("That day is still to come.")
    return max(past, feedback.number)


def _from_session(session: LoggedSession, standing: Standing) -> _Understood:
    """A session moves loads by their rule, takes out what hurt, and says how lessons did."""
    plan, book, first = standing.plan, standing.log.playbook, standing.first
    before = tuple(
        entry for log in book.sessions if log.plan == first for entry in log.session.entries
    )
    counts = [Count(lesson=id_) for id_ in plan.lessons if id_ in book.lessons]
    learnt = tuple(taught(plan, session.entries, book.open, before))
    deltas = (Trained(plan=first, session=session), *counts, *learnt)
    moves = tuple(_moves(session, plan, before))
    return _Understood((*moves, *_lowered(learnt, moves, standing)), deltas)


# A best that is lower than the known one by more takes the loads back.
_LOWER = 0.05


def _lowered(
    learnt: Iterable[Learn | Count], moves: Iterable[Operation], standing: Standing
) -> Iterator[Operation]:
    """Loads go back where the sessions show a best well below the one they were made from."""
    maxes = read_athlete(wished(standing.person.order)).maxes
    moved = {getattr(move, "exercise", None) for move in moves}
    for delta in learnt:
        for effect in delta.effects if isinstance(delta, Learn) else ():
            if not isinstance(effect, BestLift) or effect.exercise in moved:
                continue
            if effect.kg < maxes.get(effect.exercise, 0.0) * (1 - _LOWER):
                yield Intensity(step="back", exercise=effect.exercise)


def _moves(
    session: LoggedSession, plan: Plan, before: tuple[LoggedExercise, ...]
) -> Iterator[Operation]:
    day = plan.weeks[session.week - 1].days[session.day - 1]
    planned = {dose.id: dose for dose in day.exercises}
    logged = [*before, *session.entries]
    for entry in session.entries:
        if entry.pain > MAX_PAIN:
            yield Remove(exercise=entry.exercise)
        elif entry.exercise in planned:
            moved = next_dose(planned[entry.exercise], logged).moved
            if moved != "same":
                yield Intensity(step=moved, exercise=entry.exercise)


def _with_ids(feedback: Feedback) -> Feedback:
    """The same with every exercise by its id, or UnknownExercise with the nearest ones."""
    if isinstance(feedback, LoggedSession):
        entries = tuple(
            entry.model_copy(
                update={"exercise": _id(entry.exercise, f"session.entries.{number}.exercise")}
            )
            for number, entry in enumerate(feedback.entries)
        )
        return feedback.model_copy(update={"entries": entries})
    if isinstance(feedback, str):
        return feedback
    return tuple(
        _operation(operation, f"operations.{number}") for number, operation in enumerate(feedback)
    )


def _operation(operation: Operation, place: str) -> Operation:
    names = {
        name: _id(value, f"{place}.{name}")
        for name in ("out", "into", "exercise")
        if isinstance(value := getattr(operation, name, None), str)
    }
    return operation.model_copy(update=names)


def _id(name: str, place: str) -> str:
    if name in catalogue():
        return name
    matched = match(name)
    if matched.exercise is None:
        raise UnknownExercise(place, matched.nearest)
    return matched.exercise
