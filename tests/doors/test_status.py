"""Is a model usable, which, and where: the truth, and no secret in it."""

import asyncio
import json
from typing import Any

import pytest
from tests.clocks import TurnedClock
from tests.doors.conftest import Lines
from tests.doors.test_codemie import Start, enter, order
from tests.servers.codemie import FLOW, UI, CodeMieServer, codemie, refused
from tests.servers.loop import Kuznia, inside, made
from tests.servers.model import Act, ModelServer, answer, nobody, reply, status

from kuznia.llm.scripted import ScriptedModel

__all__ = ["codemie", "enter"]


async def standing(kuznia: Kuznia) -> dict[str, Any]:
    answered = await kuznia.client.get("/api/v1/status")
    assert answered.status_code == 200
    assert "kanarka" not in answered.text
    return answered.json()["data"]


def said(data: dict[str, Any], name: str) -> list[Any]:
    """Of each model one thing."""
    return [one[name] for one in data["models"]]


async def test_both_assistants_are_told_with_their_place(enter: Start, codemie: CodeMieServer):
    data = await standing(await enter())

    assert data["usable"] is True
    flow = {
        "name": "codemie-flow",
        "kind": "codemie",
        "url": codemie.api,
        "agent": FLOW,
        "parts": ["flows.flow"],
        "usable": True,
        "reason": None,
        "message": None,
        "breaker": "closed",
        "last_fault": None,
        "last_fault_at": None,
    }
    ui = {"name": "codemie-ui", "agent": UI, "parts": ["flows.ui"]}
    assert data["models"] == [flow, flow | ui]


async def test_a_service_that_is_down_is_told_as_down(enter: Start, codemie: CodeMieServer):
    codemie.down = True

    data = await standing(await enter())

    assert data["usable"] is False
    assert said(data, "usable") == [False, False]
    assert said(data, "reason") == ["connect", "connect"]


async def test_one_that_refuses_our_credentials_is_told(enter: Start):
    data = await standing(await enter(codemie_password="kanarka-wrong"))

    assert (data["usable"], said(data, "reason")) == (False, ["credentials", "credentials"])


async def test_an_assistant_that_is_not_there_is_told(enter: Start):
    data = await standing(await enter(codemie_ui_assistant="nobody"))

    assert data["usable"] is True
    assert said(data, "reason") == [None, "rejected"]


async def test_an_open_breaker_and_the_last_fault_are_told(enter: Start, codemie: CodeMieServer):
    codemie.flow.will(refused(500))
    kuznia = await enter(breaker_failures=1)
    await order(kuznia)

    data = await standing(kuznia)

    assert said(data, "breaker") == ["open", "closed"]
    assert said(data, "reason") == ["open", None]
    assert said(data, "last_fault") == ["server", None]
    assert data["models"][0]["last_fault_at"].startswith("2026-01-01T12:00")


async def test_however_often_it_is_asked_the_service_is_looked_at_once(
    enter: Start, codemie: CodeMieServer
):
    clock = TurnedClock()
    kuznia = await enter(clock=clock)

    await asyncio.gather(*(standing(kuznia) for _ in range(20)))
    once = len(codemie.looks)
    clock.turn(11)
    await standing(kuznia)

    assert (once, len(codemie.looks)) == (2, 4)


async def test_no_model_is_told_with_what_is_left(log: Lines, sqlite_url: str):
    async with inside(made(sqlite_url)) as kuznia:
        answered = (await kuznia.client.get("/api/v1/status")).json()

    assert answered["data"].items() >= {"usable": False, "models": []}.items()
    assert "planners" in answered["message"]


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (answer(b"{}"), None),
        (status(404), None),
        (status(401), "credentials"),
        (status(500), "server"),
    ],
    ids=["200", "404", "401", "500"],
)
async def test_a_general_model_is_looked_at_too(
    log: Lines, sqlite_url: str, modelserver: ModelServer, act: Any, reason: str | None
):
    modelserver.will(act)
    async with inside(made(sqlite_url, modelserver.url)) as kuznia:
        data = await standing(kuznia)

    assert said(data, "kind") == ["openai"]
    assert said(data, "url") == [modelserver.url]
    assert said(data, "reason") == [reason]
    assert modelserver.calls[0].path == "/v1/models"


def a_list(*names: str) -> Act:
    return answer(json.dumps({"data": [{"id": name} for name in names]}).encode())


async def test_a_model_its_server_does_not_list_is_named_with_the_nearest(
    log: Lines, sqlite_url: str, modelserver: ModelServer
):
    modelserver.will(a_list("gpt-large", "whisper"))
    async with inside(made(sqlite_url, modelserver.url)) as kuznia:
        data = await standing(kuznia)

    assert (data["usable"], said(data, "reason")) == (False, ["unlisted"])
    assert said(data, "message") == [
        "The server does not list the model m; it has gpt-large, whisper."
    ]


async def test_a_model_that_has_answered_is_usable_whatever_is_listed(
    log: Lines, sqlite_url: str, modelserver: ModelServer
):
    modelserver.will(a_list("gpt-large"), reply("note: fine"), a_list("gpt-large"))
    async with inside(made(sqlite_url, modelserver.url)) as kuznia:
        before = await standing(kuznia)
        await kuznia.make()
        data = await standing(kuznia)

    assert (before["usable"], said(before, "reason")) == (False, ["unlisted"])
    assert (data["usable"], said(data, "reason")) == (True, [None])


async def test_the_values_of_the_profile_are_shown(log: Lines, sqlite_url: str):
    settings = {"model_profile": "local", "model_wait": 25}
    async with inside(made(sqlite_url, **settings)) as kuznia:
        profile = (await standing(kuznia))["profile"]

    assert profile == {
        "name": "local",
        "concurrency": 1,
        "first_token_seconds": 300,
        "idle_seconds": 120,
        "temperature": 0.2,
        "max_tokens": 2048,
        "wait_seconds": 25,
    }


async def test_a_general_model_that_is_not_there_is_told(log: Lines, sqlite_url: str):
    async with inside(made(sqlite_url, nobody())) as kuznia:
        assert said(await standing(kuznia), "reason") == ["connect"]


async def test_a_model_that_is_given_has_no_server(log: Lines, sqlite_url: str):
    async with inside(made(sqlite_url, model=ScriptedModel())) as kuznia:
        data = await standing(kuznia)

    assert (data["usable"], said(data, "kind"), said(data, "url")) == (True, ["given"], [""])
