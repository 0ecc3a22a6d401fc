"""The answer to feedback: the lessons are kept, then the revised plan beside the one before it.

Both the API and the old address call this; it is the one module beside `routes` and `commands`
that knows the forge.
"""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from kuznia.domains.training.catalogue.worker import in_worker
from kuznia.domains.training.edits.coaching import Coached, Feedback, NotInPlan
from kuznia.domains.training.edits.revision import (
    NoPlan,
    NoSuchExercise,
    RevisedPlan,
    revise_plan,
)
from kuznia.domains.training.edits.shapes import FeedbackIn, named
from kuznia.domains.training.parts import PLAN
from kuznia.domains.training.playbook.log import (
    Delta,
    Learn,
    LessonLog,
    Playbook,
    Trained,
    learnt_id,
)
from kuznia.domains.training.schema.lesson import Lesson
from kuznia.forge.memory import Entries
from kuznia.forge.revise import Revision, revise
from kuznia.forge.sanitise import plain
from kuznia.forge.shelf.kept import Kept
from kuznia.forge.terms import Caller
from kuznia.forge.work import Forge
from kuznia.platform.errors import Conflict, Invalid, NotFound, invalid


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackResult:
    """What feedback came to, everything that it changed being kept."""

    # The artefact to go on with: the revised one, or the one that feedback was about.
    artefact: Kept
    changed: bool
    coached: Coached
    playbook: Playbook

    @property
    def lessons(self) -> tuple[Lesson, ...]:
        """What was learnt, or learnt again, as the playbook holds it now."""
        ids = dict.fromkeys(
            learnt_id(delta) for delta in self.coached.deltas if isinstance(delta, Learn)
        )
        return tuple(self.playbook.lessons[id_] for id_ in ids if id_ in self.playbook.lessons)


async def respond(
    forge: Forge, caller: Caller, artefact_id: str, request: FeedbackIn
) -> FeedbackResult:
    """Work feedback into the caller's own plan; the artefact it is about stays as it was."""
    now, began = forge.clock.now(), forge.clock.monotonic()
    day = _local_date(request.today, now.date())
    kept = await forge.shelf.get(caller, artefact_id)
    await forge.shelf.admit(caller)
    log = await forge.memory.read(caller, kept.domain)
    feedback = request.content
    revised = await _revised(
        plain(feedback) if isinstance(feedback, str) else feedback, kept, log, day
    )
    coached = revised.coached
    if coached.deltas:
        # Before the plan is kept: a lesson must not be lost with it.
        log = await forge.memory.learn(caller, kept.domain, _learning(coached.deltas, day), now)
    if revised.changed:
        kept = await revise(forge, kept, _revision(revised), began=began)
    return FeedbackResult(
        artefact=kept,
        changed=revised.changed,
        coached=coached,
        playbook=LessonLog.read(log).playbook,
    )


def _revision(revised: RevisedPlan) -> Revision:
    return Revision(
        code="feedback",
        part=PLAN.name,
        parts=revised.parts,
        findings=revised.findings,
        checks=revised.checks,
        sources=revised.sources,
        decline=revised.coached.decline,
    )


async def _revised(feedback: Feedback, kept: Kept, log: Entries, day: datetime.date) -> RevisedPlan:
    if kept.domain != "training":
        raise NotFound("There is no plan in such an artefact.", details={"id": kept.id})
    try:
        return await in_worker(partial(revise_plan, feedback, kept.id, kept.body, log, day))
    except NoPlan as error:
        raise NotFound(str(error), details={"id": kept.id}) from None
    except NotInPlan as error:
        raise Invalid(str(error)) from None
    except NoSuchExercise as error:
        raise _unknown(error) from None


def _learning(deltas: tuple[Delta, ...], day: datetime.date) -> Callable[[Entries], Entries]:
    def change(entries: Entries) -> Entries:
        log = LessonLog.read(entries)
        logged = {(entry.plan, entry.session.number) for entry in log.playbook.sessions}
        for delta in deltas:
            if isinstance(delta, Trained) and (delta.plan, delta.session.number) in logged:
                raise Conflict("That session is logged already; a logged session never changes.")
        return log.learn(*deltas, day=day).entries

    return change


def _local_date(sent: datetime.date | None, utc: datetime.date) -> datetime.date:
    """The date where the person is: it is never more than a day from ours."""
    if sent is not None and abs((sent - utc).days) > 1:
        message = "The date is more than a day away from the date in UTC"
        raise invalid([{"loc": ("today",), "msg": message, "type": "out_of_bounds"}])
    return sent or utc


def _unknown(error: NoSuchExercise) -> Invalid:
    unknown = error.unknown
    near = named(unknown.nearest, error.plan.language)
    nearest = f" The nearest: {', '.join(exercise.name for exercise in near)}." if near else ""
    field = {"where": unknown.place, "message": "no exercise of that name", "type": "exercise"}
    return Invalid(
        f"There is no exercise with that name.{nearest}",
        details={"fields": [dict(field)], "nearest": [exercise.model_dump() for exercise in near]},
    )
