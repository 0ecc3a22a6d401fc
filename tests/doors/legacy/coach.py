"""A front end of the training coach: what it sends, with its token in the body."""

from typing import Any

from tests.callers.makers import bearer
from tests.servers.loop import Kuznia

TOKEN = bearer("ivan")["authorization"].removeprefix("Bearer ")
OLENA = bearer("olena")["authorization"].removeprefix("Bearer ")
PERSON = {
    "username": "ivan_m",
    "age": 34,
    "weight": 154.0,
    "height": 70,
    "weight_unit": "lbs",
    "height_unit": "inches",
    "measurement_system": "imperial",
    "gender": "male",
    "goal_description": "Get stronger and run 10 km",
    "experience_level": "novice",
}
QUESTION = {"id": "kind", "text": "What shall it hold?", "response_type": "dropdown"}
ANSWERS = {"kind": ["both"], "days": 3, "minutes": 45, "equipment": ["dumbbells"], "weeks": 2}


async def post(old: Kuznia, name: str, body: dict[str, Any], token: str = TOKEN) -> dict[str, Any]:
    sent = body | {"jwt_token": token}
    answer = await old.client.post(f"/api/trainingplan/{name}", json=sent)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def plan(old: Kuznia, token: str = TOKEN, **changes: Any) -> dict[str, Any]:
    body: dict[str, Any] = {
        "personal_info": PERSON,
        "initial_responses": ANSWERS,
        "initial_questions": [QUESTION],
        "user_profile_id": 7,
    }
    return await post(old, "generate/", body | changes, token)


async def say(old: Kuznia, plan_id: str, message: str) -> dict[str, Any]:
    body = {
        "user_profile_id": 7,
        "plan_id": plan_id,
        "feedback_message": message,
        "training_plan": {"what": "the client's copy"},
        "week_number": 1,
        "conversation_history": [{"role": "user", "content": "hello"}],
    }
    return await post(old, "feedback/", body)
