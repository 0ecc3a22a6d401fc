"""Feedback on a plan: what it changes, what it teaches, and the plan that comes of it.

A plan changes by operations alone. First those that were asked for; then, while days to come do not
keep to a lesson, those that bring them in line with it.
"""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from kuznia.domains.training.athlete import screening
from kuznia.domains.training.athlete.athlete import Athlete, read
from kuznia.domains.training.catalogue import catalogue
from kuznia.domains.training.catalogue.matching import match
from kuznia.domains.training.checks import findings, verify
from kuznia.domains.training.checks.rules import rules
from kuznia.domains.training.playbook import Count, Delta, Log, Trained
from kuznia.domains.training.playbook.feedback import Intent, understand
from kuznia.domains.training.playbook.logbook import TOO_MUCH_PAIN, next_dose, taught
from kuznia.domains.training.playbook.logged import Logged, Session
from kuznia.domains.training.playbook.operations import (
    Changed,
    Intensity,
    Operation,
    Remove,
    Today,
    apply,
    today,
)
from kuznia.domains.training.playbook.settling import settled
from kuznia.domains.training.schema.plan import Plan
from kuznia.domains.training.schema.profile import Person
from kuznia.forge.terms import Decline, Finding


class Unknown(Exception):
    """A name that is no exercise of ours for certain; nobody guesses which was meant."""

    def __init__(self, place: str, nearest: tuple[str, ...]) -> None:
        super().__init__(place)
        self.place = place
        self.nearest = nearest


class Unfit(Exception):
    """A session that is none of this plan's days; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a person stands when they speak: their plan, and what is known of them."""

    artefact: str
    plan: Plan
    person: Person
    log: Log
    now: datetime.date

    @property
    def first(self) -> str:
        """The artefact the plan began as: sessions are logged under it."""
        return self.person.first or self.artefact


@dataclass(frozen=True, slots=True)
class Done:
    """An operation, whether it was done, and the findings that forbade it or that it brought."""

    operation: Operation
    applied: bool
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Coached:
    """What feedback came to. `plan` is the plan as it now is, changed or not."""

    intent: Intent
    plan: Plan
    person: Person
    deltas: tuple[Delta, ...] = ()
    operations: tuple[Done, ...] = ()
    # For each name that could mean several exercises, what it may mean.
    unsure: tuple[tuple[str, ...], ...] = ()
    decline: Decline | None = None
    findings: tuple[Finding, ...] = field(default=())


Said = str | Session | tuple[Operation, ...]


def coach(said: Said, at: Standing) -> Coached:
    """What a person says about a plan, done and learnt as far as the rules let it be."""
    said = _named(said)
    past = _past(said, at)
    place = Today(past // 7 + 1, past % 7 + 1)
    intent: Intent = "update_request"
    unsure: tuple[tuple[str, ...], ...] = ()
    stop: Decline | None = None
    if isinstance(said, Session):
        wanted, deltas = _trained(said, at)
    elif isinstance(said, str):
        understood = understand(said, at.plan, replace(read(at.person.order), past=past), place)
        intent, unsure, stop = understood.intent, understood.unsure, understood.decline
        wanted, deltas = understood.operations, understood.lessons
    else:
        wanted, deltas = said, ()
    lessons = at.log.learn(*deltas).playbook.open
    order = at.person.order.model_copy(update={"lessons": lessons})
    person = Person(order=order, first=at.first, past=past)
    athlete = replace(read(order), past=past)
    # What was learnt from another plan stops this one too.
    stop = stop or screening.decline(athlete)
    if stop is not None:
        return Coached(intent="stop", plan=at.plan, person=person, deltas=deltas, decline=stop)
    if not wanted and not deltas:
        return Coached(intent=intent, plan=at.plan, person=at.person, unsure=unsure)
    done, plan = _all_done(wanted, at.plan, athlete, place)
    left = tuple(findings(verify(plan, athlete)))
    return Coached(
        intent=intent,
        plan=plan,
        person=person,
        deltas=deltas,
        operations=done,
        unsure=unsure,
        decline=_anew(left, athlete),
        findings=left,
    )


def _all_done(
    wanted: Iterable[Operation], plan: Plan, athlete: Athlete, at: Today
) -> tuple[tuple[Done, ...], Plan]:
    done: list[Done] = []
    before = plan
    for operation in wanted:
        changed = apply(plan, athlete, operation, at)
        done.append(_done(operation, changed))
        plan = changed.plan
    for operation, changed in settled(plan, athlete, at):
        done.append(_done(operation, changed))
        plan = changed.plan
    if plan != before:
        shaped = tuple(dict.fromkeys(lesson.id for lesson, _ in athlete.effects))
        plan = plan.model_copy(update={"lessons": shaped})
    return tuple(done), plan


def _done(operation: Operation, changed: Changed) -> Done:
    return Done(operation, changed.applied, changed.findings)


_ANEW = {
    "en": "What you told us asks for another plan, not for a change of this one. Do not go on with "
    "it: order a new one, your playbook already knows.",
    "uk": "Те, що ви сказали, потребує іншого плану, а не зміни цього. Не продовжуйте за ним: "
    "замовте новий, ваш плейбук уже знає.",
}


def _anew(left: Iterable[Finding], athlete: Athlete) -> Decline | None:
    """A plan that no longer protects the person is not given back, whatever was done to it."""
    unsafe = any(
        one.severity == "block" or (one.stands and rules()[one.code].family == "people")
        for one in left
    )
    return Decline("new-plan", _ANEW[athlete.language]) if unsafe else None


def _past(said: Said, at: Standing) -> int:
    """Days that are over: by the date, by what was logged, and the one that is being logged."""
    start = at.plan.weeks[0].days[0].date
    logged = [one.session.number for one in at.log.playbook.sessions if one.plan == at.first]
    past = max(at.person.past, today(at.plan, at.now).number - 1, *logged, 0)
    if not isinstance(said, Session):
        return past
    if said.week > len(at.plan.weeks):
        raise Unfit("The plan has no such week.")
    if start is not None and start + datetime.timedelta(days=said.number - 1) > at.now:
        raise Unfit("That day is still to come.")
    return max(past, said.number)


def _trained(session: Session, at: Standing) -> tuple[tuple[Operation, ...], tuple[Delta, ...]]:
    """A session moves loads by their rule, takes out what hurt, and says how lessons did."""
    book = at.log.playbook
    before = tuple(
        entry for one in book.sessions if one.plan == at.first for entry in one.session.entries
    )
    applied = [Count(lesson=one) for one in at.plan.lessons if one in book.lessons]
    learnt = taught(at.plan, session.entries, book.open, before)
    deltas = (Trained(plan=at.first, session=session), *applied, *learnt)
    return tuple(_moves(session, at.plan, before)), deltas


def _moves(session: Session, plan: Plan, before: tuple[Logged, ...]) -> Iterator[Operation]:
    day = plan.weeks[session.week - 1].days[session.day - 1]
    planned = {dose.id: dose for dose in day.exercises}
    logged = [*before, *session.entries]
    for entry in session.entries:
        if entry.pain > TOO_MUCH_PAIN:
            yield Remove(exercise=entry.exercise)
        elif entry.exercise in planned:
            moved = next_dose(planned[entry.exercise], logged).moved
            if moved != "same":
                yield Intensity(step=moved, exercise=entry.exercise)


def _named(said: Said) -> Said:
    """The same with every exercise by its id, or Unknown with what is nearest."""
    if isinstance(said, Session):
        entries = tuple(
            entry.model_copy(
                update={"exercise": _id(entry.exercise, f"session.entries.{number}.exercise")}
            )
            for number, entry in enumerate(said.entries)
        )
        return said.model_copy(update={"entries": entries})
    if isinstance(said, str):
        return said
    return tuple(_operation(one, f"operations.{number}") for number, one in enumerate(said))


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
    found = match(name)
    if found.exercise is None:
        raise Unknown(place, found.nearest)
    return found.exercise
