"""The addresses only training has: questions, verification, feedback, the playbook."""

import datetime
from functools import partial

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError
from pydantic_core import to_json

from kuznia.domains.training.catalogue.worker import in_worker
from kuznia.domains.training.checks.submitted import (
    Misplaced,
    VerifyIn,
    VerifyOut,
    verify_submitted,
)
from kuznia.domains.training.edits.respond import FeedbackResult, respond
from kuznia.domains.training.edits.shapes import FeedbackIn, FeedbackOut, named
from kuznia.domains.training.playbook.log import Close, Edit, LessonLog
from kuznia.domains.training.playbook.shapes import LessonIn, PlaybookOut
from kuznia.domains.training.questions import (
    QuestionsIn,
    QuestionsOut,
    minutes_to_answer,
    questions,
)
from kuznia.forge.memory import Entries
from kuznia.forge.sanitise import plain
from kuznia.forge.terms import Caller
from kuznia.platform.data_files import read_json
from kuznia.platform.envelope import Envelope
from kuznia.platform.errors import NotFound, invalid
from kuznia.web.answers import answered, bare
from kuznia.web.body import SMALL, JsonBody
from kuznia.web.ids import InPath, UserInPath
from kuznia.web.route import ExactRoute
from kuznia.web.state import caller_of, forge_of

router = APIRouter(prefix="/api/v1", tags=["training"], route_class=ExactRoute)

# The longest plan we make, sixteen weeks of seven full days, has 13,000 values.
MAX_PLAN_VALUES = 16_000
QUESTIONS, FEEDBACK, LESSON = (
    JsonBody(QuestionsIn, SMALL),
    JsonBody(FeedbackIn, SMALL),
    JsonBody(LessonIn, SMALL),
)
VERIFY = JsonBody(VerifyIn, max_values=MAX_PLAN_VALUES)
PLAYBOOK = "/training/playbook/{user_id}"
EXAMPLE = read_json(__file__, "checks/example.json")


@router.post(
    "/training/questions",
    summary="The questions that matter for a profile, each with the reason for it",
    operation_id="training_questions",
    response_class=Response,
    responses={200: {"model": Envelope[QuestionsOut]}},
    openapi_extra=QUESTIONS.described([{"profile": {"age": 34}}]),
)
async def ask(request: Request) -> Response:
    """No model is needed, and nothing is kept."""
    asked = questions((await QUESTIONS.read(request)).profile)
    return answered(QuestionsOut(questions=asked, minutes=minutes_to_answer(asked)))


@router.post(
    "/verify",
    summary="Hold a plan against every rule: its certificate, and each breach",
    operation_id="verify",
    response_class=Response,
    responses={200: {"model": Envelope[VerifyOut]}},
    openapi_extra=VERIFY.described([EXAMPLE]),
)
async def check(request: Request) -> Response:
    """The plan may come from anywhere. No model is needed, and nothing is kept."""
    content = await VERIFY.content(request)
    try:
        return answered(await in_worker(partial(verify_submitted, content)))
    except ValidationError as error:
        raise invalid(error) from None
    except Misplaced as error:
        field = {"loc": error.place, "msg": str(error), "type": "out_of_bounds"}
        raise invalid([field]) from None


@router.post(
    "/artefacts/{artefact_id}/feedback",
    summary="Feedback on a plan, or a logged session: a revised plan, and lessons",
    operation_id="artefacts_feedback",
    response_class=Response,
    responses={200: {"model": Envelope[FeedbackOut]}},
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
    """Past days never change, and the artefact before stays as it was. No model is needed."""
    body = await FEEDBACK.read(request)
    result = await respond(forge_of(request), caller_of(request), artefact_id, body)
    return answered(_written(result))


@router.get(
    PLAYBOOK,
    summary="What was learnt about you",
    operation_id="training_playbook",
    response_class=Response,
    responses={200: {"model": Envelope[PlaybookOut]}},
)
async def playbook(request: Request, user_id: UserInPath) -> Response:
    """Another person's playbook is answered as one that does not exist."""
    return answered(await _playbook(request, user_id))


@router.get(
    PLAYBOOK + "/export",
    summary="Your playbook as a file",
    operation_id="training_playbook_export",
    response_class=Response,
    responses={200: {"model": PlaybookOut, "description": "Without an envelope."}},
)
async def export(request: Request, user_id: UserInPath) -> Response:
    """The playbook as a JSON file to download."""
    headers = {"Content-Disposition": 'attachment; filename="playbook.json"'}
    return bare(to_json(await _playbook(request, user_id), indent=2), headers=headers)


@router.patch(
    PLAYBOOK + "/lessons/{lesson_id}",
    summary="Word a lesson better",
    operation_id="training_lesson_edit",
    response_class=Response,
    responses={200: {"model": Envelope[PlaybookOut]}},
    openapi_extra=LESSON.described([{"text": "No deadlifts before noon"}]),
)
async def edit(request: Request, user_id: UserInPath, lesson_id: InPath) -> Response:
    """The lesson's effects stay: other effects would be another lesson."""
    text = plain((await LESSON.read(request)).text)
    return await _change_lesson(
        request, user_id, Edit(lesson=lesson_id, text=text, day=_day(request))
    )


@router.delete(
    PLAYBOOK + "/lessons/{lesson_id}",
    summary="Close a lesson: it shapes no later plan",
    operation_id="training_lesson_close",
    response_class=Response,
    responses={200: {"model": Envelope[PlaybookOut]}},
)
async def close(request: Request, user_id: UserInPath, lesson_id: InPath) -> Response:
    """A safety lesson ends in no other way."""
    change = Close(lesson=lesson_id, by="person", day=_day(request))
    return await _change_lesson(request, user_id, change)


def _written(result: FeedbackResult) -> bytes:
    """The result as a FeedbackOut; the artefact's JSON is written already."""
    coached = result.coached
    language = coached.plan.language
    rest = to_json(
        {
            "intent": coached.intent,
            "changed": result.changed,
            "operations": coached.operations,
            "lessons": result.lessons,
            "unsure": [named(ids, language) for ids in coached.unsure],
            "wishes": coached.answers,
            "decline": coached.decline,
        }
    )
    return b'{"artefact":%b,%b' % (result.artefact.body, rest[1:])


async def _change_lesson(request: Request, user_id: str, delta: Edit | Close) -> Response:
    """What a person changes in one of their own lessons."""
    owner = _owner(request, user_id)

    def change(entries: Entries) -> Entries:
        log = LessonLog.read(entries)
        if delta.lesson not in log.playbook.lessons:
            raise NotFound("There is no such lesson.")
        return log.learn(delta, day=delta.day).entries

    forge = forge_of(request)
    log = await forge.memory.learn(owner, "training", change, forge.clock.now())
    return answered(_shape(owner, log))


async def _playbook(request: Request, user_id: str) -> PlaybookOut:
    owner = _owner(request, user_id)
    return _shape(owner, await forge_of(request).memory.read(owner, "training"))


def _shape(owner: Caller, log: Entries) -> PlaybookOut:
    book = LessonLog.read(log).playbook
    return PlaybookOut(
        user_id=owner.id,
        lessons=tuple(book.lessons.values()),
        total_lessons=len(book.open),
        sessions=len(book.sessions),
    )


def _owner(request: Request, user_id: str) -> Caller:
    caller = caller_of(request)
    if user_id not in {"me", caller.id}:
        raise NotFound("There is no such playbook.")
    return caller


def _day(request: Request) -> datetime.date:
    return forge_of(request).clock.now().date()
