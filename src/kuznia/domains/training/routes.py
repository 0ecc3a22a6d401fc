"""The doors only training has: what to ask, whether a plan keeps the rules, feedback, playbook."""

import datetime
from collections.abc import Callable
from functools import partial

from fastapi import APIRouter, Request, Response
from pydantic_core import from_json, to_json

from kuznia.domains.training import edits
from kuznia.domains.training.aside import aside
from kuznia.domains.training.kept import text as data_file
from kuznia.domains.training.parts import PLAN
from kuznia.domains.training.playbook import Close, Delta, Edit, Log, Trained
from kuznia.domains.training.playbook.coaching import (
    Said,
    Unfit,
    Unknown,
)
from kuznia.domains.training.playbook.respond import (
    Misplaced,
    NoPlan,
    NoSuchExercise,
    Responded,
    responded,
    verified,
)
from kuznia.domains.training.questions import minutes_to_answer, questions
from kuznia.domains.training.schema.plan import Plan
from kuznia.domains.training.schema.shapes import (
    Answer,
    FeedbackIn,
    LessonIn,
    PlaybookOut,
    Questions,
    QuestionsIn,
    Verified,
    VerifyIn,
    answer,
    named,
)
from kuznia.forge.memory import Entries
from kuznia.forge.revise import Revision, revise
from kuznia.forge.sanitise import plain
from kuznia.forge.shelf.shelf import Kept
from kuznia.forge.terms import Caller
from kuznia.forge.work import Forge
from kuznia.platform.envelope import Envelope
from kuznia.platform.errors import Conflict, Invalid, NotFound, invalid
from kuznia.web.answers import answered, bare
from kuznia.web.body import SMALL, JsonBody
from kuznia.web.ids import InPath, UserInPath
from kuznia.web.route import ExactRoute
from kuznia.web.state import caller_of, forge_of

router = APIRouter(prefix="/api/v1", tags=["training"], route_class=ExactRoute)

# The longest plan we make, sixteen weeks of seven full days, has 13,000 values.
PLAN_VALUES = 16_000
QUESTIONS, FEEDBACK, LESSON = (
    JsonBody(QuestionsIn, SMALL),
    JsonBody(FeedbackIn, SMALL),
    JsonBody(LessonIn, SMALL),
)
VERIFY = JsonBody(VerifyIn, max_values=PLAN_VALUES)
PLAYBOOK = "/training/playbook/{user_id}"
EXAMPLE = from_json(data_file("examples/verify.json"))


@router.post(
    "/training/questions",
    summary="The questions that matter for a profile, each with why it is asked",
    operation_id="training_questions",
    response_class=Response,
    responses={200: {"model": Envelope[Questions]}},
    openapi_extra=QUESTIONS.described([{"profile": {"age": 34}}]),
)
async def ask(request: Request) -> Response:
    """Needs no model; nothing is kept."""
    asked = questions((await QUESTIONS.read(request)).profile)
    return answered(Questions(questions=asked, minutes=minutes_to_answer(asked)))


@router.post(
    "/verify",
    summary="A plan held against every rule: its certificate and what breaks it",
    operation_id="verify",
    response_class=Response,
    responses={200: {"model": Envelope[Verified]}},
    openapi_extra=VERIFY.described([EXAMPLE]),
)
async def check(request: Request) -> Response:
    """The plan may come from anywhere. Needs no model; nothing is kept."""
    sent = await VERIFY.read(request)
    try:
        return answered(await aside(partial(verified, sent)))
    except Misplaced as wrong:
        raise _wrong(wrong.place, str(wrong)) from None


@router.post(
    "/artefacts/{artefact_id}/feedback",
    summary="What you say of a plan, or how a session went: a changed plan, and lessons",
    operation_id="artefacts_feedback",
    response_class=Response,
    responses={200: {"model": Envelope[Answer]}},
    openapi_extra=FEEDBACK.described(
        [
            {"text": "I hate deadlifts and I can't train on Tuesdays"},
            {
                "session": {
                    "week": 1,
                    "day": 1,
                    "entries": [
                        {"exercise": "goblet squat", "load": 16, "reps": [10, 10, 9], "rir": 2},
                        {"exercise": "push-up", "done": False},
                    ],
                }
            },
            {"operations": [{"do": "volume", "sets": -1}]},
        ],
    ),
)
async def feedback(request: Request, artefact_id: InPath) -> Response:
    """Past days never change. Needs no model; the artefact that was stays as it was."""
    sent = await FEEDBACK.read(request)
    return answered(await respond(forge_of(request), caller_of(request), artefact_id, sent))


@router.get(
    PLAYBOOK,
    summary="What was learnt about you",
    operation_id="training_playbook",
    response_class=Response,
    responses={200: {"model": Envelope[PlaybookOut]}},
)
async def playbook(request: Request, user_id: UserInPath) -> Response:
    """Anyone else's is as absent as one that never was."""
    return answered(await _playbook(request, user_id))


@router.get(
    PLAYBOOK + "/export",
    summary="The same as a file",
    operation_id="training_playbook_export",
    response_class=Response,
    responses={200: {"model": PlaybookOut, "description": "Without an envelope."}},
)
async def export(request: Request, user_id: UserInPath) -> Response:
    """JSON to be taken away."""
    headers = {"Content-Disposition": 'attachment; filename="playbook.json"'}
    return bare(to_json(await _playbook(request, user_id), indent=2), headers=headers)


@router.patch(
    PLAYBOOK + "/lessons/{lesson_id}",
    summary="A lesson in better words",
    operation_id="training_lesson_edit",
    response_class=Response,
    responses={200: {"model": Envelope[PlaybookOut]}},
    openapi_extra=LESSON.described([{"text": "No deadlifts before noon"}]),
)
async def edit(request: Request, user_id: UserInPath, lesson_id: InPath) -> Response:
    """What it does stays: that would be another lesson."""
    text = plain((await LESSON.read(request)).text)
    return await _one_changed(
        request, user_id, Edit(lesson=lesson_id, text=text, day=_day(request))
    )


@router.delete(
    PLAYBOOK + "/lessons/{lesson_id}",
    summary="A lesson closed: it shapes no plan any more",
    operation_id="training_lesson_close",
    response_class=Response,
    responses={200: {"model": Envelope[PlaybookOut]}},
)
async def close(request: Request, user_id: UserInPath, lesson_id: InPath) -> Response:
    """The only way a safety lesson ends."""
    done = Close(lesson=lesson_id, by="person", day=_day(request))
    return await _one_changed(request, user_id, done)


async def respond(forge: Forge, who: Caller, artefact_id: str, sent: FeedbackIn) -> bytes:
    """The answer to feedback on the caller's own plan, as JSON, with all that it changes kept."""
    now, began = forge.clock.now(), forge.clock.monotonic()
    day = _local(sent.today, now.date())
    kept = await forge.shelf.get(who, artefact_id)
    await forge.shelf.admit(who)
    log = await forge.memory.read(who, kept.domain)
    said = plain(sent.said) if isinstance(sent.said, str) else sent.said
    found = await _responded(said, kept, log, day)
    coached, parts = found.coached, found.parts
    if coached.deltas:
        # Before the plan is kept: a lesson must not be lost with it.
        log = await forge.memory.learn(who, kept.domain, _learning(coached.deltas, day), now)
    content = kept.body
    if parts is not None:
        revision = Revision(
            code="feedback",
            part=PLAN.name,
            parts=parts,
            findings=edits.warnings(coached),
            checks=edits.evidence(coached),
            sources=edits.sources(coached),
            decline=coached.decline,
        )
        content = (await revise(forge, kept, revision, began=began)).body
    rest = to_json({"changed": parts is not None} | answer(coached, Log.read(log).playbook))
    return b'{"artefact":%b,%b' % (content, rest[1:])


async def _responded(said: Said, kept: Kept, log: Entries, day: datetime.date) -> Responded:
    if kept.domain != "training":
        raise NotFound("There is no plan in such an artefact.", details={"id": kept.id})
    try:
        return await aside(partial(responded, said, kept.id, kept.body, log, day))
    except NoPlan as none:
        raise NotFound(str(none), details={"id": kept.id}) from None
    except Unfit as unfit:
        raise Invalid(str(unfit)) from None
    except NoSuchExercise as none:
        raise _unknown(none.unknown, none.plan) from None


def _learning(deltas: tuple[Delta, ...], day: datetime.date) -> Callable[[Entries], Entries]:
    def change(entries: Entries) -> Entries:
        log = Log.read(entries)
        logged = {(one.plan, one.session.number) for one in log.playbook.sessions}
        for delta in deltas:
            if isinstance(delta, Trained) and (delta.plan, delta.session.number) in logged:
                raise Conflict("That session is logged already; what was done stays as it was.")
        return log.learn(*deltas, day=day).entries

    return change


async def _one_changed(request: Request, user_id: str, delta: Edit | Close) -> Response:
    """A person's own word on one lesson."""
    who = _owner(request, user_id)

    def change(entries: Entries) -> Entries:
        log = Log.read(entries)
        if delta.lesson not in log.playbook.lessons:
            raise NotFound("There is no such lesson.")
        return log.learn(delta, day=delta.day).entries

    forge = forge_of(request)
    log = await forge.memory.learn(who, "training", change, forge.clock.now())
    return answered(_told(who, log))


async def _playbook(request: Request, user_id: str) -> PlaybookOut:
    who = _owner(request, user_id)
    return _told(who, await forge_of(request).memory.read(who, "training"))


def _told(who: Caller, log: Entries) -> PlaybookOut:
    book = Log.read(log).playbook
    return PlaybookOut(
        user_id=who.id,
        lessons=tuple(book.lessons.values()),
        total_lessons=len(book.open),
        sessions=len(book.sessions),
    )


def _owner(request: Request, user_id: str) -> Caller:
    who = caller_of(request)
    if user_id not in {"me", who.id}:
        raise NotFound("There is no such playbook.")
    return who


def _day(request: Request) -> datetime.date:
    return forge_of(request).clock.now().date()


def _local(said: datetime.date | None, ours: datetime.date) -> datetime.date:
    """The day it is for the person: nowhere is it more than a day from ours."""
    if said is not None and abs((said - ours).days) > 1:
        raise _wrong(("today",), "It is that day nowhere on Earth")
    return said or ours


def _unknown(unknown: Unknown, plan: Plan) -> Invalid:
    near = named(unknown.nearest, plan.language)
    offered = f" The nearest: {', '.join(one.name for one in near)}." if near else ""
    where = {"where": unknown.place, "message": "no exercise of that name", "type": "exercise"}
    return Invalid(
        f"No exercise is called that for certain.{offered}",
        details={"fields": [dict(where)], "nearest": [one.model_dump() for one in near]},
    )


def _wrong(place: tuple[str | int, ...], message: str) -> Invalid:
    return invalid([{"loc": place, "msg": message, "type": "out_of_bounds"}])
