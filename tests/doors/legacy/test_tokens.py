"""A token in the body or behind the question mark is proven like any other, and told nobody."""

import pytest
from tests.callers.makers import bearer, signed
from tests.doors.conftest import Lines
from tests.doors.legacy.coach import PERSON, TOKEN, plan
from tests.doors.legacy.conftest import Open
from tests.servers.loop import Kuznia


@pytest.mark.parametrize(
    "token",
    ["", "x", "x.y.z", signed(key="another secret that is long enough"), signed(sub=None), 7, None],
)
async def test_a_token_in_the_body_is_proven_like_any_other(old: Kuznia, token: object) -> None:
    body = {"personal_info": PERSON, "jwt_token": token}

    answer = await old.client.post("/api/trainingplan/initial-questions", json=body)

    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "UNAUTHORIZED")


async def test_the_token_in_the_header_goes_first(old: Kuznia) -> None:
    address = f"/api/trainingplan/playbook/olena?jwt_token={TOKEN}"

    answer = await old.client.get(address, headers=bearer("olena"))

    assert answer.json()["data"]["user_id"] == "olena"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/v1/training/questions"),
        ("POST", "/api/generate"),
        ("GET", "/api/v1/training/playbook/me"),
        ("DELETE", "/api/trainingplan/playbook/ivan"),
    ],
)
async def test_a_token_is_carried_nowhere_else(old: Kuznia, method: str, path: str) -> None:
    answer = await old.client.request(
        method, f"{path}?jwt_token={TOKEN}", json={"jwt_token": TOKEN, "profile": {"age": 30}}
    )

    assert answer.status_code == 401


async def test_a_body_that_is_no_json_carries_no_token(old: Kuznia) -> None:
    answer = await old.client.post("/api/trainingplan/generate/", content=b"{" * 200)

    assert answer.status_code == 401


async def test_tokens_are_written_nowhere(old: Kuznia, log: Lines) -> None:
    await plan(old)
    await old.client.get(f"/api/trainingplan/playbook/ivan?jwt_token={TOKEN}")
    await old.client.get("/api/trainingplan/playbook/ivan?jwt_token=not-a-token")
    metrics = await old.client.get("/metrics", headers=bearer("ivan"))

    lines = str(log())
    assert "not-a-token" not in lines + metrics.text
    assert TOKEN not in lines + metrics.text
    assert "/api/trainingplan/playbook/{user_id}" in lines


async def test_where_nobody_signs_in_no_token_is_needed(open_: Open) -> None:
    old = await open_(jwt_secret=None)

    answer = await old.client.get("/api/trainingplan/playbook/local")

    assert (answer.status_code, answer.json()["data"]["user_id"]) == (200, "local")
