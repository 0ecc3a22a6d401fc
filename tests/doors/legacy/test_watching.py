"""The state of the model service and of the database, as it used to be asked for."""

import pytest
from tests.callers.makers import bearer
from tests.doors.legacy.conftest import Open, good
from tests.servers.codemie import CodeMieServer, codemie, settings_for
from tests.servers.loop import Kuznia

from kuznia.doors.legacy.health import old_status, service
from kuznia.doors.model_status import ServiceOut, StatusOut, profile_of
from kuznia.platform.settings import Settings

__all__ = ["codemie"]

IVAN = bearer("ivan")


def a_service(**changes: object) -> ServiceOut:
    given = {
        "name": "codemie.flow",
        "kind": "codemie",
        "url": "https://codemie.example.org",
        "agent": "flow-generator",
        "parts": ["flows.flow"],
        "usable": True,
        "reason": None,
        "message": None,
        "breaker": "closed",
        "last_fault": None,
        "last_fault_at": None,
    }
    return ServiceOut.model_validate(given | changes)


def a_status(usable: bool, *models: ServiceOut) -> StatusOut:
    return StatusOut(usable=usable, profile=profile_of(Settings()), models=list(models))


async def test_without_codemie_the_status_says_so(old: Kuznia) -> None:
    answer = (await old.client.get("/api/status", headers=IVAN)).json()

    assert answer["codemie_available"] is False
    assert answer["error"] == "CodeMie is not configured."


async def test_codemie_is_looked_at_for_real(open_: Open, codemie: CodeMieServer) -> None:
    old = await open_(**settings_for(codemie))

    answer = await old.client.get("/api/status", headers=IVAN)

    status = answer.json()
    assert status["codemie_available"] is True, status
    assert status["agent_flow_id"]
    assert status["agent_ui_id"]
    assert status["api_url"].startswith("http://127.0.0.1")
    assert "password" not in answer.text


def test_of_two_assistants_one_that_is_out_is_told() -> None:
    out = a_service(
        name="codemie.ui", agent="ui", parts=["flows.ui"], usable=False, reason="timeout"
    )

    status = old_status(a_status(True, a_service(), out))

    assert (status.codemie_available, status.error) == (False, "timeout")
    assert (status.agent_flow_id, status.agent_ui_id) == ("flow-generator", "ui")


@pytest.mark.parametrize("path", ["/api/health", "/api/health/"])
async def test_anybody_may_ask_how_it_is(old: Kuznia, path: str) -> None:
    answer = await old.client.get(path)

    health = answer.json()
    assert (answer.status_code, health["status"]) == (200, "degraded")
    assert (health["database"], health["dependencies"]["schema"]) == ("ok", "ok")
    assert health["model_service"].startswith("No model is configured")


async def test_with_a_model_it_is_healthy(open_: Open) -> None:
    health = (await (await open_(good)).client.get("/api/health")).json()

    assert (health["status"], health["model_service"]) == ("healthy", "ok")
    assert health["version"]


async def test_a_server_that_takes_no_orders_is_503(old: Kuznia) -> None:
    await old.doors.runs.close(0)

    answer = await old.client.get("/api/health")

    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "UNAVAILABLE")


def test_why_no_model_can_be_asked_is_told() -> None:
    out = a_service(usable=False, reason="credentials")

    assert service(a_status(False, out)) == "codemie.flow: credentials"
