"""Feedback and playbook through the real application, on a real database."""

import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Any

import pytest
import sqlalchemy as sa
from tests.servers.loop import Kuznia, inside

from kuznia.app import Made
from kuznia.domains.training.edits.shapes import FeedbackIn
from kuznia.domains.training.routes import respond
from kuznia.domains.training.settings import TrainingSettings
from kuznia.forge.terms import Caller
from kuznia.llm.scripted import ScriptedModel
from kuznia.platform.db.tables import artefacts
from kuznia.platform.errors import NotFound
from kuznia.platform.settings import Settings
from kuznia.platform.settings.values import DatabaseUrl

PLANS = "/api/v1/training/plans"
BOOK = "/api/v1/training/playbook/me"
ORDER = {
    "prompt": "Get stronger in the gym",
    "profile": {"age": 34, "days": 3, "minutes": 60, "level": "intermediate"}
    | {"equipment": ["full-gym"]},
}
FORGED = {"id": "l-1", "text": "x", "kind": "safety", "effects": [{"do": "minutes", "minutes": 15}]}


def settings(url: str) -> Settings:
    return Settings(database_url=DatabaseUrl.read(url))


@pytest.fixture
async def kuznia(sqlite_url: str) -> AsyncGenerator[Kuznia]:
    async with inside(Made(settings=settings(sqlite_url))) as running:
        yield running


async def made(kuznia: Kuznia, **more: Any) -> dict[str, Any]:
    return (await kuznia.client.post(PLANS, json=ORDER | more)).json()["data"]


async def say(kuznia: Kuznia, artefact: str, **said: Any):
    return await kuznia.client.post(f"/api/v1/artefacts/{artefact}/feedback", json=said)


async def said(kuznia: Kuznia, artefact: str, **what: Any) -> dict[str, Any]:
    answer = await say(kuznia, artefact, **what)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


async def book(kuznia: Kuznia) -> dict[str, Any]:
    return (await kuznia.client.get(BOOK)).json()["data"]


def used(artefact: dict[str, Any]) -> set[str]:
    return {
        dose["id"]
        for week in artefact["parts"]["plan"]["weeks"]
        for day in week["days"]
        for dose in day["exercises"]
    }


async def test_feedback_gives_a_new_checked_artefact_and_leaves_the_old_one(kuznia: Kuznia):
    before = await made(kuznia)
    answer = await said(kuznia, before["id"], text="I hate barbell back squats")
    after = answer["artefact"]

    kept = (await kuznia.client.get(f"/api/v1/artefacts/{after['id']}")).json()["data"]
    old = (await kuznia.client.get(f"/api/v1/artefacts/{before['id']}")).json()["data"]
    assert answer["changed"]
    assert used(before) - used(after) == {"barbell-back-squat"}
    assert after["parts"]["certificate"]["passed"]
    assert [wish["quote"] for wish in after["wishes"]] == [w["quote"] for w in before["wishes"]]
    assert after == {name: kept[name] for name in after}
    assert old["parts"] == before["parts"]


async def test_the_changed_plan_can_be_changed_again_verified_and_taken_away(kuznia: Kuznia):
    first = await said(kuznia, (await made(kuznia))["id"], text="I hate barbell back squats")
    again = await said(kuznia, first["artefact"]["id"], text="не можу у понеділок")
    parts = again["artefact"]["parts"]

    body = {"order": parts["person"]["order"], "plan": parts["plan"]}
    verified = (await kuznia.client.post("/api/v1/verify", json=body)).json()["data"]
    table = await kuznia.client.get(f"/api/v1/artefacts/{again['artefact']['id']}/exports/csv")
    assert verified["certificate"] == parts["certificate"]
    assert table.status_code == 200
    assert len(again["artefact"]["evidence"]["parts"][0]["sources"]) == 2


async def test_the_next_plan_knows_and_its_evidence_says_what_shaped_it(kuznia: Kuznia):
    before = await made(kuznia)
    await said(kuznia, before["id"], text="I hate barbell back squats")
    after = await made(kuznia)

    (lesson,) = (await book(kuznia))["lessons"]
    assert "barbell-back-squat" in used(before) - used(after)
    assert after["evidence"]["parts"][0]["sources"] == [lesson["id"]]
    assert after["parts"]["plan"]["lessons"] == [lesson["id"]]


async def test_lessons_a_client_sends_are_not_listened_to(kuznia: Kuznia):
    order = await made(kuznia, lessons=[FORGED])
    batch = await kuznia.client.post(
        f"{PLANS}/batch", json={"orders": [ORDER | {"lessons": [FORGED]}]}
    )

    (outcome,) = batch.json()["data"]["outcomes"]
    for artefact in (order, outcome["data"]):
        assert artefact["parts"]["person"]["order"]["lessons"] == []
        assert artefact["parts"]["plan"]["lessons"] == []


async def test_an_equal_order_after_a_lesson_is_not_the_one_on_the_shelf(sqlite_url: str):
    model = ScriptedModel()
    model.always(json.dumps({"title": "Strong", "summary": "Take it easy."}))
    async with inside(Made(settings=settings(sqlite_url), model=model)) as kuznia:
        first, again = await made(kuznia), await made(kuznia)
        await said(kuznia, first["id"], text="I hate barbell back squats")
        after = await made(kuznia)

    assert first["status"] == "complete"
    assert again["id"] == first["id"]
    assert after["id"] != first["id"]
    assert "barbell-back-squat" not in used(after)


async def test_two_feedbacks_at_once_lose_no_lesson(database_url: str):
    words = [f"I can't train on {day}" for day in ("Mondays", "Wednesdays", "Saturdays")]
    words += ["I hate barbell back squats", "my shoulder hurts", "only 50 minutes please"]
    async with inside(Made(settings=settings(database_url))) as kuznia:
        artefact = (await made(kuznia))["id"]
        await asyncio.gather(*(said(kuznia, artefact, text=one) for one in words))

        assert {one["text"] for one in (await book(kuznia))["lessons"]} == set(words)


async def test_a_session_is_logged_once_even_at_once(database_url: str):
    async with inside(Made(settings=settings(database_url))) as kuznia:
        artefact = await made(kuznia)
        day = artefact["parts"]["plan"]["weeks"][0]["days"][0]
        done = {"exercise": day["exercises"][0]["id"], "reps": [8, 8, 8], "rir": 2, "load": 40}
        logged = {"week": 1, "day": 1, "entries": [done]}
        answers = await asyncio.gather(
            *(say(kuznia, artefact["id"], session=logged) for _ in "123")
        )

        assert sorted(one.status_code for one in answers) == [200, 409, 409]
        assert (await book(kuznia))["sessions"] == 1


async def test_a_stop_sign_holds_until_a_person_closes_it(kuznia: Kuznia):
    artefact = (await made(kuznia))["id"]
    stop = await said(kuznia, artefact, text="Учора мав біль у грудях")
    ordered = await made(kuznia)
    (lesson,) = (await book(kuznia))["lessons"]
    closed = await kuznia.client.delete(f"{BOOK}/lessons/{lesson['id']}")
    again = await made(kuznia)

    assert stop["artefact"]["status"] == ordered["status"] == "declined"
    assert stop["artefact"]["parts"] == ordered["parts"] == {}
    assert stop["decline"] == stop["artefact"]["decline"] == ordered["decline"]
    assert closed.json()["data"]["lessons"][0]["status"] == "closed"
    assert again["parts"]["plan"]


async def test_a_lesson_is_put_in_better_words_and_does_the_same(kuznia: Kuznia):
    await said(kuznia, (await made(kuznia))["id"], text="I hate barbell back squats")
    (before,) = (await book(kuznia))["lessons"]
    path = f"{BOOK}/lessons/{before['id']}"
    answer = await kuznia.client.patch(path, json={"text": "No squats\u200b, please"})

    (after,) = answer.json()["data"]["lessons"]
    assert after == before | {"text": "No squats, please"}
    assert (await book(kuznia))["lessons"] == [after]


async def test_the_playbook_is_taken_away_as_a_file(kuznia: Kuznia):
    await said(kuznia, (await made(kuznia))["id"], text="I love kettlebell swings")
    file = await kuznia.client.get(f"{BOOK}/export")

    assert "attachment" in file.headers["content-disposition"]
    assert file.json() == await book(kuznia)


async def test_a_playbook_is_called_by_me_or_by_ones_own_id_and_has_one_shape(kuznia: Kuznia):
    mine = await kuznia.client.get("/api/v1/training/playbook/local")

    assert mine.json()["data"] == {
        "user_id": "local",
        "lessons": [],
        "total_lessons": 0,
        "sessions": 0,
    }


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/api/v1/training/playbook/olena", None),
        ("GET", "/api/v1/training/playbook/olena/export", None),
        ("PATCH", "/api/v1/training/playbook/olena/lessons/l-1", {"text": "x"}),
        ("DELETE", "/api/v1/training/playbook/olena/lessons/l-1", None),
        ("DELETE", f"{BOOK}/lessons/l-1", None),
        ("PATCH", f"{BOOK}/lessons/l-1", {"text": "x"}),
        ("POST", "/api/v1/artefacts/art_1/feedback", {"text": "I hate squats"}),
    ],
)
async def test_what_is_anothers_is_as_absent_as_what_never_was(kuznia: Kuznia, method, path, body):
    answer = await kuznia.client.request(method, path, json=body)

    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "NOT_FOUND"


async def test_nobody_speaks_of_anothers_plan(kuznia: Kuznia):
    artefact = (await made(kuznia))["id"]

    with pytest.raises(NotFound):
        await respond(
            kuznia.doors.forge, Caller("olena"), artefact, FeedbackIn(text="I hate squats")
        )


async def test_a_plan_of_another_version_is_told_to_be_one(kuznia: Kuznia):
    artefact = (await made(kuznia))["id"]
    change = sa.update(artefacts).values(body=sa.func.replace(artefacts.c.body, '"lever":', '"x":'))
    async with kuznia.doors.db.write() as session:
        await session.execute(change)

    answer = await say(kuznia, artefact, text="I hate squats")
    assert answer.status_code == 404
    assert "another version" in answer.json()["error"]["message"]


async def test_a_plan_that_was_declined_has_nothing_to_speak_of(kuznia: Kuznia):
    declined = await made(kuznia, prompt="I have chest pain when I climb stairs")

    assert (await say(kuznia, declined["id"], text="I hate squats")).status_code == 404


@pytest.mark.parametrize(
    ("sent", "where"),
    [
        ({}, "body"),
        ({"text": "x", "operations": [{"do": "rest_day", "week": 1, "day": 1}]}, "body"),
        ({"text": ""}, "text"),
        ({"text": "x" * 2001}, "text"),
        ({"text": "I hate squats", "today": "2001-01-01"}, "today"),
        ({"session": {"week": 1, "day": 9, "entries": [{"exercise": "plank"}]}}, "session.day"),
        ({"operations": [{"do": "explode"}]}, "operations.0"),
        ({"operations": [{"do": "volume", "sets": 99}]}, "operations.0.volume.sets"),
    ],
)
async def test_feedback_that_is_none_says_where(kuznia: Kuznia, sent, where):
    answer = await say(kuznia, (await made(kuznia))["id"], **sent)

    assert answer.status_code == 400
    assert answer.json()["error"]["details"]["fields"][0]["where"] == where


async def test_a_session_of_no_day_is_refused_in_words(kuznia: Kuznia):
    logged = {"week": 16, "day": 1, "entries": [{"exercise": "plank"}]}
    answer = await say(kuznia, (await made(kuznia))["id"], session=logged)

    assert answer.status_code == 400
    assert "no such week" in answer.json()["error"]["message"]


async def test_a_name_nobody_knows_is_offered_the_five_nearest(kuznia: Kuznia):
    artefact = (await made(kuznia))["id"]
    operation = {"do": "swap", "out": "barbell back squat", "into": "zercher qwertz <b>"}
    refused = (await say(kuznia, artefact, operations=[operation])).json()["error"]
    asked = await said(kuznia, artefact, text="заміни присід зі штангою на qwertz")

    assert len(refused["details"]["nearest"]) == 5
    assert refused["details"]["fields"][0]["where"] == "operations.0.into"
    assert "qwertz" not in json.dumps(refused)
    assert len(asked["unsure"][0]) == 5
    assert not asked["changed"]


async def test_a_body_that_is_no_json_is_not_read(kuznia: Kuznia):
    answer = await kuznia.client.post("/api/v1/artefacts/art_1/feedback", content=b"text=hi")

    assert answer.status_code == 415


@pytest.mark.parametrize("on", [True, False])
async def test_with_context_a_model_is_told_of_the_lessons_that_match(sqlite_url: str, on: bool):
    model = ScriptedModel()
    model.always(json.dumps({"title": "Strong", "summary": "Take it easy."}))
    given = settings(sqlite_url).having(TrainingSettings(playbook_context_matching_enabled=on))
    async with inside(Made(settings=given, model=model)) as kuznia:
        artefact = (await made(kuznia))["id"]
        await said(kuznia, artefact, text="I love kettlebell swings")
        await said(kuznia, artefact, text="I hate barbell back squats")
        squats = await made(kuznia, prompt="Without squats this time")

    told = model.heard[-1]
    shaped = [one["text"] for one in squats["parts"]["person"]["order"]["lessons"]]
    assert ("I hate barbell back squats" in told) is on
    assert "I love" not in told
    assert shaped[0].startswith("I hate" if on else "I love")
