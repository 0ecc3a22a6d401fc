"""`/api/trainingplan/*`: questions, a plan, feedback on it, and the playbook."""

from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field, JsonValue, StringConstraints
from pydantic_core import from_json

from kuznia.domains.training.edits.respond import FeedbackResult, respond
from kuznia.domains.training.edits.shapes import FeedbackIn, named
from kuznia.domains.training.playbook.log import LessonLog, Playbook
from kuznia.domains.training.questions import Question
from kuznia.domains.training.schema.plan import Plan
from kuznia.doors.context import doors
from kuznia.doors.legacy import plan_shapes
from kuznia.doors.legacy.athlete import (
    Old,
    PersonalInfo,
    Questionnaire,
    Responses,
    asked,
    ordered,
)
from kuznia.doors.orders import accepted, ended
from kuznia.forge.terms import Caller
from kuznia.platform.errors import NotFound
from kuznia.web.answers import bare
from kuznia.web.body import ORDER, SMALL, JsonBody
from kuznia.web.ids import NAME, UserInPath
from kuznia.web.shapes import kept_headers
from kuznia.web.state import caller_of

router = APIRouter(prefix="/api/trainingplan", tags=["old paths"], deprecated=True)

TOKEN = Field(
    default="", description="Proven like a token in the Authorization header, which goes first."
)
# Replies to feedback, by its intent and its outcome, in the language of the plan.
TEXTS = {
    "en": {
        "changed": "The plan is changed.",
        "learnt": "Saved: your next plan will take it into account.",
        "refused": "That cannot be done: ",
        "question": "Questions are not answered here. Say what you would like to change.",
        "unclear": "It is not clear what to change. Name an exercise, a day or a load.",
        "satisfied": "Good: the plan stays as it is.",
    },
    "uk": {
        "changed": "План змінено.",
        "learnt": "Збережено: наступний план це врахує.",
        "refused": "Так зробити не можна: ",
        "question": "Тут ми не відповідаємо на питання. Скажіть, що змінити.",
        "unclear": "Незрозуміло, що змінити. Назвіть вправу, день або вагу.",
        "satisfied": "Добре: план лишається, яким є.",
    },
}


class QuestionsRequest(Old):
    personal_info: PersonalInfo
    jwt_token: str = TOKEN


class PlanRequest(Old):
    personal_info: PersonalInfo
    initial_responses: Responses
    initial_questions: Questionnaire
    jwt_token: str = TOKEN


class FeedbackRequest(Old):
    """The server has the plan itself: a plan in the request is ignored."""

    plan_id: Annotated[
        Annotated[str, StringConstraints(max_length=64, pattern=NAME)] | int,
        Field(description="The plan's `id`."),
    ]
    feedback_message: Annotated[str, StringConstraints(min_length=1, max_length=2000)]
    jwt_token: str = TOKEN


class QuestionsData(BaseModel):
    questions: tuple[Question, ...]
    total_questions: int
    estimated_time_minutes: int
    ai_message: str
    user_profile_id: int


class QuestionsAnswer(BaseModel):
    success: Literal[True] = True
    data: QuestionsData
    message: str


class PlanAnswer(BaseModel):
    """Where training has to wait, `success` is false and `message` says why."""

    success: bool
    data: plan_shapes.TrainingPlan | None
    playbook: None = None
    message: str
    completion_message: str | None
    metadata: dict[str, JsonValue]


class FeedbackAnswer(BaseModel):
    success: Literal[True] = True
    ai_response: str
    plan_updated: bool
    updated_plan: plan_shapes.TrainingPlan | None
    updated_playbook: plan_shapes.UserPlaybook | None
    navigate_to_main_app: bool
    error: str | None = Field(description="The code of the reason to stop training, if any.")


class PlaybookAnswer(BaseModel):
    success: Literal[True] = True
    data: dict[str, JsonValue]
    message: str


PERSON = {
    "username": "olena",
    "age": 34,
    "weight": 64.0,
    "height": 168.0,
    "weight_unit": "kg",
    "height_unit": "cm",
    "measurement_system": "metric",
    "gender": "female",
    "goal_description": "Get stronger and run 10 km",
    "experience_level": "novice",
}
EXAMPLE = {
    "personal_info": PERSON,
    "initial_responses": {"kind": ["both"], "days": 3, "minutes": 45, "equipment": ["dumbbells"]},
    "initial_questions": [
        {"id": "kind", "text": "What should the plan include?", "response_type": "dropdown"}
    ],
    "user_profile_id": 1,
}
ASK, PLAN = JsonBody(QuestionsRequest, SMALL), JsonBody(PlanRequest, ORDER)
# A request may hold a whole plan, though it is ignored.
FEEDBACK = JsonBody(FeedbackRequest, max_values=30_000)


@router.post(
    "/initial-questions",
    summary="The questions before a plan is made, each with the reason for it",
    operation_id="old_initial_questions",
    response_class=Response,
    responses={200: {"model": QuestionsAnswer}},
    openapi_extra=ASK.described([{"personal_info": PERSON}]),
)
@router.post("/initial-questions/", include_in_schema=False)
async def initial_questions(request: Request) -> Response:
    """Needs no model; nothing is kept."""
    who, person = caller_of(request), (await ASK.read(request)).personal_info
    chosen, minutes = asked(person)
    data = QuestionsData(
        questions=chosen,
        total_questions=len(chosen),
        estimated_time_minutes=minutes,
        ai_message=" ".join(one.help_text for one in chosen[:1]),
        user_profile_id=plan_shapes.profile_number(who),
    )
    return bare(QuestionsAnswer(data=data, message="Initial questions generated successfully"))


@router.post(
    "/generate/",
    summary="A training plan, all weeks in full",
    operation_id="old_training_plan",
    response_class=Response,
    responses={200: {"model": PlanAnswer}},
    openapi_extra=PLAN.described([EXAMPLE]),
)
@router.post("/generate", include_in_schema=False)
async def generate(request: Request) -> Response:
    """A repeated order finds a plan that a model helped with; other plans are made again."""
    context, who, sent = doors(request), caller_of(request), await PLAN.read(request)
    order = ordered(sent.personal_info, sent.initial_responses, sent.initial_questions)
    run = context.runs.start(await context.order("training", order, who), goes_on=False)
    await ended(request, run)
    kept = accepted(run, strict=context.settings.wishes == "strict")
    artefact = from_json(kept.body)
    metadata: dict[str, JsonValue] = {
        "plan_id": kept.id,
        "status": kept.status,
        "artefact": f"/api/v1/artefacts/{kept.id}",
    }
    if (decline := artefact["decline"]) is not None:
        metadata |= {"code": decline["code"], "questions": decline["questions"]}
        no = PlanAnswer(
            success=False,
            data=None,
            message=decline["message"],
            completion_message=None,
            metadata=metadata,
        )
        return bare(no, headers=kept_headers(kept))
    plan = Plan.model_validate(artefact["parts"]["plan"])
    yes = PlanAnswer(
        success=True,
        data=plan_shapes.plan(plan, kept.id, who),
        message="Training plan generated successfully",
        completion_message=plan.summary,
        metadata=metadata,
    )
    return bare(yes, headers=kept_headers(kept))


@router.post(
    "/feedback/",
    summary="Feedback on a plan: a changed plan, and lessons",
    operation_id="old_training_feedback",
    response_class=Response,
    responses={200: {"model": FeedbackAnswer}},
    openapi_extra=FEEDBACK.described(
        [
            {
                "user_profile_id": 1,
                "plan_id": "art_01a1fc6cf3563355a73354f3422d1969",
                "feedback_message": "I hate deadlifts",
                "training_plan": {},
            }
        ]
    ),
)
@router.post("/feedback", include_in_schema=False)
async def feedback(request: Request) -> Response:
    """`updated_plan.id` is new: the plan before stays as it was."""
    forge, who, sent = doors(request).forge, caller_of(request), await FEEDBACK.read(request)
    result = await respond(forge, who, str(sent.plan_id), FeedbackIn(text=sent.feedback_message))
    decline, changed = result.coached.decline, result.changed and not result.coached.decline
    plan = plan_shapes.plan(result.coached.plan, result.artefact.id, who) if changed else None
    book = plan_shapes.playbook(result.playbook, who) if result.lessons else None
    response = FeedbackAnswer(
        ai_response=decline.message if decline else reply(result),
        plan_updated=changed,
        updated_plan=plan,
        updated_playbook=book,
        navigate_to_main_app=result.coached.intent == "satisfied",
        error=decline.code if decline else None,
    )
    return bare(response)


@router.get(
    "/playbook/{user_id}",
    summary="What was learnt about you",
    operation_id="old_training_playbook",
    response_class=Response,
    responses={200: {"model": PlaybookAnswer}},
)
@router.get("/playbook/{user_id}/", include_in_schema=False)
async def playbook(
    request: Request,
    user_id: UserInPath,
) -> Response:
    """Another person's playbook is answered as one that does not exist."""
    who = caller_of(request)
    if user_id not in {"me", who.id, plan_shapes.own_name(who)}:
        raise NotFound("There is no such playbook.")
    book = plan_shapes.playbook(await _book(request, who), who)
    return bare(PlaybookAnswer(data=plan_shapes.listed(book), message=""))


async def _book(request: Request, who: Caller) -> Playbook:
    return LessonLog.read(await doors(request).forge.memory.read(who, "training")).playbook


def reply(result: FeedbackResult) -> str:
    """What became of the feedback, in a sentence or two."""
    coached, lines = result.coached, list[str]()
    texts = TEXTS[coached.plan.language]
    if result.changed:
        lines.append(texts["changed"])
    if result.lessons:
        lines.append(texts["learnt"])
    refused = [operation for operation in coached.operations if not operation.applied]
    lines += [
        texts["refused"] + finding.message
        for operation in refused
        for finding in operation.findings[:1]
    ]
    lines += [answer.message for answer in coached.answers if answer.outcome != "accepted"]
    if not lines:
        lines.append(texts.get(coached.intent, texts["unclear"]))
    for ids in coached.unsure:
        lines.append(", ".join(e.name for e in named(ids, coached.plan.language)) + "?")
    return " ".join(lines)
