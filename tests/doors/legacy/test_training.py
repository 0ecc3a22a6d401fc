"""What a front end of the training coach sends and reads; its token travels in the body."""

import datetime
from typing import Any, Literal

import pytest
from pydantic import BaseModel, Field
from tests.domains.training.makers import a_plan, a_told
from tests.doors.legacy.coach import ANSWERS, OLENA, PERSON, QUESTION, TOKEN, plan, post, say
from tests.doors.legacy.conftest import Open
from tests.servers.loop import Kuznia

from kuznia.domains.training.catalogue import catalogue
from kuznia.domains.training.edits.coaching import Coached, OperationResult
from kuznia.domains.training.edits.operations import Volume
from kuznia.domains.training.edits.respond import FeedbackResult
from kuznia.domains.training.playbook.log import Playbook
from kuznia.domains.training.schema.lesson import Lesson, Prefer
from kuznia.domains.training.schema.profile import PlanPerson
from kuznia.doors.legacy import plan_shapes
from kuznia.doors.legacy.trainingplan import reply
from kuznia.forge.shelf.kept import Kept
from kuznia.forge.terms import ArtefactId, Caller, Finding, RunId

A_KEPT = Kept(
    id=ArtefactId("art_1"),
    run_id=RunId("run_1"),
    owner="jwt:ivan",
    domain="training",
    status="complete",
    created_at=datetime.datetime(2026, 11, 21, tzinfo=datetime.UTC),
    body=b"{}",
)


class TheirQuestion(BaseModel):
    id: str
    text: str
    help_text: str
    response_type: Literal[
        "multiple_choice", "dropdown", "free_text", "slider", "conditional_boolean", "rating"
    ]
    order: int | None
    options: list[dict[str, str]] | None
    multiselect: bool | None
    min_value: float | None
    max_value: float | None
    step: float | None
    unit: str | None
    min_description: str | None
    max_description: str | None
    max_length: int | None = Field(ge=1, le=5000)
    placeholder: str | None

    def whole(self) -> bool:
        """Whether it has what the coach required of its kind; it dropped those that had not."""
        if self.response_type in {"multiple_choice", "dropdown"}:
            return len(self.options or ()) >= 2 and self.multiselect is not None
        if self.response_type == "slider":
            return None not in (self.min_value, self.max_value, self.step, self.unit)
        if self.response_type == "rating":
            return None not in (self.min_value, self.min_description, self.max_description)
        return self.max_length is not None and self.placeholder is not None


class TheirExercise(BaseModel):
    exercise_name: str
    main_muscle: str | None
    equipment: str | None
    sets: int = Field(ge=1, le=6)
    reps: list[int]
    weight: list[float]
    execution_order: int = Field(ge=1)
    completed: bool


class TheirSession(BaseModel):
    name: str
    sport_type: Literal[
        "running",
        "cycling",
        "swimming",
        "rowing",
        "hiking",
        "walking",
        "elliptical",
        "stair_climbing",
        "jump_rope",
        "other",
    ]
    training_volume: float
    unit: Literal["minutes", "km", "miles", "meters"]
    heart_rate_zone: int = Field(ge=1, le=5)
    description: str | None
    execution_order: int
    completed: bool


class TheirDay(BaseModel):
    day_of_week: str
    is_rest_day: bool
    training_type: Literal["strength", "endurance", "mixed", "rest"]
    justification: str
    strength_exercises: list[TheirExercise]
    endurance_sessions: list[TheirSession]


class TheirWeek(BaseModel):
    week_number: int
    focus_theme: str
    primary_goal: str
    progression_lever: str
    daily_trainings: list[TheirDay] = Field(min_length=7, max_length=7)


class TheirPlan(BaseModel):
    id: int | str
    user_profile_id: int = Field(gt=0)
    title: str
    summary: str
    justification: str
    ai_message: str | None
    weekly_schedules: list[TheirWeek]


@pytest.mark.parametrize("end", ["", "/"])
async def test_the_questions_are_whole_in_the_old_shape(old: Kuznia, end: str) -> None:
    answer = await post(old, f"initial-questions{end}", {"personal_info": PERSON})

    data = answer["data"]
    asked = [TheirQuestion.model_validate(one) for one in data["questions"]]
    assert all(one.whole() for one in asked)
    assert data["total_questions"] == len(asked) > 10
    assert data["estimated_time_minutes"] >= 1
    assert data["user_profile_id"] > 0
    assert answer["success"] is True


async def test_what_is_known_is_not_asked_and_what_a_plan_needs_is(old: Kuznia) -> None:
    goal = {"goal_description": "Feel better"}

    answer = await post(old, "initial-questions", {"personal_info": PERSON | goal})

    asked = [one["id"] for one in answer["data"]["questions"]]
    assert {"kind", "days", "minutes", "equipment", "chest_pain"} <= set(asked)
    assert not {"age", "sex", "weight", "height", "level"} & set(asked)
    assert len(set(asked)) == len(asked)


async def test_questions_are_in_the_language_of_the_goal(old: Kuznia) -> None:
    goal = {"goal_description": "Стати сильнішим"}

    answer = await post(old, "initial-questions", {"personal_info": PERSON | goal})

    days = next(one for one in answer["data"]["questions"] if one["id"] == "days")
    assert days["text"].startswith("Скільки")


async def test_a_plan_is_whole_in_the_old_shape(old: Kuznia) -> None:
    answer = await plan(old)

    theirs = TheirPlan.model_validate(answer["data"])
    assert answer["success"] is True
    assert answer["message"] == "Training plan generated successfully"
    assert {"playbook", "completion_message", "metadata"} <= answer.keys()
    assert [week.week_number for week in theirs.weekly_schedules] == [1, 2]
    days = theirs.weekly_schedules[0].daily_trainings
    assert [day.day_of_week for day in days][::6] == ["Monday", "Sunday"]
    assert all(day.is_rest_day == (day.training_type == "rest") for day in days)
    assert any(day.strength_exercises for day in days)
    assert any(day.endurance_sessions for day in days)
    sets = [one for day in days for one in day.strength_exercises]
    assert all(len(one.reps) == len(one.weight) == one.sets for one in sets)


async def test_a_front_end_can_answer_every_question_it_was_given(old: Kuznia) -> None:
    given = await post(old, "initial-questions", {"personal_info": PERSON})
    asked = given["data"]["questions"]

    answer = await plan(
        old, initial_questions=asked, initial_responses={one["id"]: first(one) for one in asked}
    )

    assert answer["success"] is True
    assert answer["data"]["user_profile_id"] == given["data"]["user_profile_id"]


def first(question: dict[str, Any]) -> object:
    """A harmless answer of the shape the front end sends."""
    match question["response_type"]:
        case "multiple_choice" | "dropdown":
            values = [one["value"] for one in question["options"]]
            return ["none"] if "none" in values else values[:1]
        case "slider" | "rating":
            middle = (question["min_value"] + question["max_value"]) / 2
            return middle // question["step"] * question["step"]
        case "conditional_boolean":
            return {"boolean": False, "text": ""}
        case _:
            return "nothing to add"


async def test_the_same_order_finds_the_plan_there_is(open_: Open) -> None:
    old = await open_(lambda _: '{"title": "Strong and fast", "summary": "Two weeks."}')

    # Only a plan with all that was asked for is found again, and this one holds no run of 10 km.
    person = PERSON | {"goal_description": "Get stronger"}

    first_, second = [await plan(old, personal_info=person) for _ in range(2)]

    assert first_["data"]["title"] == "Strong and fast"

    assert first_["metadata"]["plan_id"] == second["metadata"]["plan_id"]


async def test_what_stops_training_is_told_and_no_plan_is_made(old: Kuznia) -> None:
    pain = {"chest_pain": {"boolean": True, "text": "when I run"}}

    answer = await plan(old, initial_responses=pain)

    assert (answer["success"], answer["data"]) == (False, None)
    assert "see a doctor" in answer["message"]
    assert answer["metadata"]["code"] == "S01"


async def test_feedback_changes_the_plan_that_is_on_our_side(old: Kuznia) -> None:
    made = (await plan(old))["data"]
    hated = next(
        exercise["exercise_name"]
        for day in made["weekly_schedules"][0]["daily_trainings"]
        for exercise in day["strength_exercises"]
    )

    answer = await say(old, made["id"], f"I hate {hated}")

    assert (answer["success"], answer["plan_updated"]) == (True, True)
    changed = TheirPlan.model_validate(answer["updated_plan"])
    assert changed.id != made["id"]
    assert hated not in str(answer["updated_plan"])
    assert answer["ai_response"].startswith("The plan is changed.")
    assert answer["updated_playbook"]["total_lessons"] == 1
    assert answer["navigate_to_main_app"] is False


async def test_a_person_who_is_satisfied_is_led_on(old: Kuznia) -> None:
    made = (await plan(old))["data"]

    answer = await say(old, made["id"], "love it, perfect")

    assert (answer["navigate_to_main_app"], answer["plan_updated"]) == (True, False)
    assert answer["ai_response"] == "Good: the plan stays as it is."


async def test_a_warning_sign_among_the_words_is_told_before_all_else(old: Kuznia) -> None:
    made = (await plan(old))["data"]

    answer = await say(old, made["id"], "I have chest pain when I run")

    assert (answer["error"], answer["updated_plan"]) == ("S01", None)
    assert "ambulance" in answer["ai_response"]


@pytest.mark.parametrize("plan_id", [17, "art_unknown"])
async def test_feedback_on_no_plan_of_ours_is_404(old: Kuznia, plan_id: object) -> None:
    body = {"plan_id": plan_id, "feedback_message": "Too hard", "jwt_token": TOKEN}

    answer = await old.client.post("/api/trainingplan/feedback/", json=body)

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NOT_FOUND")


async def test_anothers_plan_is_not_there_for_feedback(old: Kuznia) -> None:
    made = (await plan(old))["data"]
    body = {"plan_id": made["id"], "feedback_message": "Too hard", "jwt_token": OLENA}

    answer = await old.client.post("/api/trainingplan/feedback/", json=body)

    assert answer.status_code == 404


@pytest.mark.parametrize("end", ["", "/"])
async def test_a_playbook_without_lessons_says_so(old: Kuznia, end: str) -> None:
    address = f"/api/trainingplan/playbook/ivan{end}?jwt_token={TOKEN}"

    answer = (await old.client.get(address)).json()

    assert answer["success"] is True
    assert (answer["data"]["user_id"], answer["data"]["lessons"]) == ("ivan", [])
    assert answer["data"]["total_lessons"] == 0
    assert answer["data"]["message"]


async def test_a_playbook_with_lessons_has_them_and_their_numbers(old: Kuznia) -> None:
    made = (await plan(old))["data"]
    await say(old, made["id"], "I hate deadlifts")

    answer = await old.client.get(f"/api/trainingplan/playbook/ivan?jwt_token={TOKEN}")

    data = answer.json()["data"]
    assert data["playbook"]["lessons"] == data["lessons"]
    assert data["lessons"][0]["text"] == "I hate deadlifts"
    assert data["lessons"][0].keys() >= {"tags", "helpful_count", "confidence", "positive"}
    assert data["stats"]["total_lessons"] == data["stats"]["warning_lessons"] == 1
    assert data["stats"]["last_updated"] == data["lessons"][0]["created_at"]


@pytest.mark.parametrize("name", ["me", "jwt:ivan"])
async def test_a_playbook_is_found_by_todays_names_too(old: Kuznia, name: str) -> None:
    answer = await old.client.get(f"/api/trainingplan/playbook/{name}?jwt_token={TOKEN}")

    assert answer.status_code == 200


async def test_anothers_playbook_is_not_there(old: Kuznia) -> None:
    answer = await old.client.get(f"/api/trainingplan/playbook/ivan?jwt_token={OLENA}")

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"initial_responses": {}}, "initial_responses"),
        ({"initial_questions": []}, "initial_questions"),
        ({"initial_responses": {"days": 90}}, "initial_responses.days"),
        ({"initial_responses": {"kind": ["flying"]}}, "initial_responses.kind"),
        ({"initial_responses": {"start": "some day"}}, "start"),
        ({"personal_info": PERSON | {"age": 12}}, "personal_info.age"),
        ({"personal_info": PERSON | {"weight": 999.0}}, "weight"),
    ],
)
async def test_what_is_wrong_is_named(old: Kuznia, changes: dict[str, Any], where: str) -> None:
    body = {
        "personal_info": PERSON,
        "initial_responses": ANSWERS,
        "initial_questions": [QUESTION],
        "jwt_token": TOKEN,
    }

    answer = await old.client.post("/api/trainingplan/generate", json=body | changes)

    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["details"]["fields"][0]["where"] == where


def test_lessons_are_told_by_how_much_they_matter() -> None:
    day = datetime.date(2026, 11, 21)
    lessons = {
        "a": Lesson(id="a", text="Stop", kind="safety", learnt=day),
        "b": Lesson(id="b", text="Rows", kind="preference", effects=(Prefer(exercise="row"),)),
        "c": Lesson(id="c", text="Gone", kind="load", status="closed"),
    }
    book = plan_shapes.playbook(Playbook(lessons), Caller("jwt:ivan"))

    numbers = plan_shapes.stats(book)

    assert numbers.lessons_by_priority == {"critical": 1, "medium": 1}
    assert (numbers.positive_lessons, numbers.warning_lessons) == (1, 1)
    assert (numbers.last_updated, numbers.avg_confidence) == ("2026-11-21", 0.5)


def test_a_person_without_a_name_of_another_kind_keeps_the_whole() -> None:
    assert plan_shapes.own_name(Caller("local")) == "local"


def test_what_was_refused_or_unclear_is_said_in_the_plans_language() -> None:
    made, _ = a_plan({"language": "uk"})
    heavy = Finding("V02", "mend", "weeks.1", "Too much.")
    coached = Coached(
        intent="update_request",
        plan=made,
        person=PlanPerson(order=a_told()),
        operations=(OperationResult(Volume(sets=2), False, (heavy,)),),
        unsure=(("barbell-back-squat", "push-up"),),
    )
    squat, push_up = (catalogue()[name].name_uk for name in coached.unsure[0])

    text = reply(
        FeedbackResult(artefact=A_KEPT, changed=False, coached=coached, playbook=Playbook())
    )

    assert text == f"Так зробити не можна: Too much. {squat}, {push_up}?"
