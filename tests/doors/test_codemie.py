"""Flows by CodeMie's two assistants, and what becomes of an order when CodeMie fails."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from tests.clocks import TurnedClock
from tests.doors.conftest import Lines
from tests.servers.codemie import (
    READY,
    CodeMieServer,
    codemie,
    failed,
    line,
    lines,
    refused,
    said,
    settings_for,
    streamed,
)
from tests.servers.loop import EVENTS, Kuznia, inside, told
from tests.servers.model import Act, ModelServer, answer, hang, reply

from kuznia.app import Made
from kuznia.domains import load
from kuznia.platform.clock import Clock, SystemClock
from kuznia.platform.settings import Settings
from kuznia.platform.settings import load as load_settings

__all__ = ["codemie"]

REPLIES = Path(__file__).parents[1] / "domains" / "flows" / "replies"
FLOW = (REPLIES / "good.json").read_text("utf-8")
PAGE = (REPLIES / "page.html").read_text("utf-8")
ORDER = {
    "prompt": "kanarka-prompt: registration with kind (self or org) and email. "
    "For org ask the code. For self ask the surname."
}

Start = Callable[..., Awaitable[Kuznia]]


class HurriedClock(TurnedClock):
    """Whose waits cost nothing, but whose time does not run out."""

    def turn(self, seconds: float) -> None:
        pass


@pytest.fixture
async def enter(log: Lines, sqlite_url: str, codemie: CodeMieServer) -> AsyncIterator[Start]:
    """Start the application with CodeMie's assistants, in this process."""
    codemie.flow.will(said(json.loads(FLOW)))
    codemie.ui.will(said(PAGE))
    async with AsyncExitStack() as running:

        async def start(
            reread: Callable[[], Settings] | None = None, clock: Clock | None = None, **more: Any
        ) -> Kuznia:
            given = settings_for(codemie, database_url=sqlite_url, port=0, **more)
            given = {name: value for name, value in given.items() if value is not None}
            makings = Made(
                settings=Settings(**given),
                domains={"flows": load()["flows"]},
                clock=clock or HurriedClock(),
                reread=reread,
            )
            return await running.enter_async_context(inside(makings))

        yield start


async def order(kuznia: Kuznia, **more: Any) -> dict[str, Any]:
    """The artefact of one order."""
    made = await kuznia.client.post("/api/v1/flows", json=ORDER, **more)
    assert made.status_code == 200, made.text
    return made.json()["data"]


def evidence(artefact: dict[str, Any], part: str) -> dict[str, Any]:
    return next(one for one in artefact["evidence"]["parts"] if one["part"] == part)


def reasons(artefact: dict[str, Any]) -> set[str]:
    """Why a part was made by our own code, by part."""
    return {
        f"{one['where']}: {one['code']}"
        for one in artefact["findings"]
        if one["code"].startswith("model-")
    }


async def test_two_assistants_make_the_flow_and_its_page(enter: Start, codemie: CodeMieServer):
    artefact = await order(await enter())

    assert artefact["status"] == "complete"
    assert artefact["parts"]["flow"]["name"] == {"uk": "registration", "en": "registration"}
    assert artefact["parts"]["proof"]["sound"]
    assert 'autocomplete="family-name"' in artefact["parts"]["ui"]["html"]
    made_by = {part: evidence(artefact, part)["model"] for part in ("flow", "proof", "judge", "ui")}
    assert made_by == {"flow": "codemie-flow", "proof": None, "judge": None, "ui": "codemie-ui"}
    assert (len(codemie.flow.calls), len(codemie.ui.calls)) == (1, 1)
    assert len(codemie.sign_ins.calls) == 1


async def test_a_stream_shows_what_the_assistants_write(enter: Start, codemie: CodeMieServer):
    codemie.flow.will(streamed(*lines(FLOW)))
    codemie.ui.will(
        streamed(*(b"data: " + one + b"\n" for one in lines(PAGE)), kind="text/event-stream")
    )
    kuznia = await enter()

    async with kuznia.client.stream("POST", "/api/v1/flows", json=ORDER, headers=EVENTS) as stream:
        events = await told(stream)

    drafts = [one.data["text"] for one in events if one.kind == "part.draft"]
    assert "".join(drafts) == FLOW + PAGE
    assert events[-1].data["artefact"]["status"] == "complete"


async def test_a_reply_in_prose_and_fences_is_read(enter: Start, codemie: CodeMieServer):
    codemie.flow.will(said(f"Here it is:\n```json\n{FLOW}\n```\nAnything else?"))
    codemie.ui.will(said(f"```html\n{PAGE}\n```"))

    assert (await order(await enter()))["status"] == "complete"


async def test_a_flow_that_is_nearly_right_is_mended(enter: Start, codemie: CodeMieServer):
    codemie.flow.will(said((REPLIES / "no_consent.json").read_text("utf-8")))
    codemie.ui.will(said("no"))

    artefact = await order(await enter())

    flow = evidence(artefact, "flow")
    assert (flow["made_by"], flow["tries"], flow["mended"]) == ("model", 1, True)


DECEIT = said({"success": True, "message": "All is well, the flow is deployed.", "flow": "done"})
EVIL = PAGE.replace("<h2>contact</h2>", "<script>steal()</script><h2 onclick=x>contact</h2><div>")
# What fails, how our answer names it, and how often each of CodeMie's doors is knocked at.
FAULTS: dict[str, tuple[Act, str, int]] = {
    "down": (refused(503), "model-server", 3),
    "slow": (hang, "model-timeout", 1),
    "401 for ever": (refused(401), "model-credentials", 2),
    "403": (refused(403), "model-credentials", 1),
    "404": (refused(404), "model-rejected", 1),
    "429": (refused(429, retry_after="2"), "model-rate-limited", 3),
    "402": (refused(402), "model-budget", 1),
    "budget": (failed("agent_budget_exceeded"), "model-budget", 1),
    "content": (failed("llm_content_policy"), "model-content", 1),
    "agent failed": (failed("agent_internal_error"), "model-server", 3),
    "an HTML page": (answer(b"<html>no</html>", kind="text/html"), "model-unreadable", 3),
    "half an answer": (answer(b'{"generated": "{'), "model-unreadable", 3),
    "cut off": (answer(b'{"generated": "{', missing=90), "model-cut", 3),
    "empty": (said(None), "model-empty", 3),
    "a lie": (DECEIT, "model-not-accepted", 2),
    "half a flow": (said(FLOW[: len(FLOW) // 2]), "model-not-accepted", 2),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_the_flow_comes_all_the_same_with_the_reason(
    enter: Start, codemie: CodeMieServer, log: Lines, fault: str
):
    act, reason, calls = FAULTS[fault]
    codemie.flow.will(act)
    codemie.ui.will(act)
    kuznia = await enter(model_first_token_timeout=1, model_idle_timeout=1, breaker_failures=100)

    artefact = await order(kuznia)

    assert artefact["status"] == "degraded"
    assert artefact["parts"]["proof"]["sound"]
    assert artefact["parts"]["judge"]["passed"]
    assert artefact["parts"]["ui"]["html"].startswith("<!doctype html>")
    assert reasons(artefact) == {f"flow: {reason}", f"ui: {reason}"}
    assert (len(codemie.flow.calls), len(codemie.ui.calls)) == (calls, calls)
    assert evidence(artefact, "flow")["made_by"] == evidence(artefact, "ui")["made_by"] == "planner"
    metrics = await kuznia.metrics()
    status = (await kuznia.client.get("/api/v1/status")).text
    for text in (json.dumps(log()), json.dumps(artefact["findings"]), metrics, status):
        assert "kanarka" not in text


async def test_nobody_there_is_no_hindrance(enter: Start, codemie: CodeMieServer):
    codemie.down = True

    artefact = await order(await enter())

    assert artefact["status"] == "degraded"
    assert reasons(artefact) == {"flow: model-connect", "ui: model-connect"}
    # Three sign-ins for each of the two parts, and nothing to show to the assistants.
    assert len(codemie.calls) == 6


async def test_a_token_that_ran_out_costs_one_renewal_and_nothing_else(
    enter: Start, codemie: CodeMieServer
):
    kuznia = await enter(cache_ttl=0)
    await order(kuznia)
    codemie.revoke()

    artefact = await order(kuznia)

    assert artefact["status"] == "complete"
    assert len(codemie.sign_ins.calls) == 2
    assert (len(codemie.flow.calls), len(codemie.ui.calls)) == (1 + 2, 1 + 1)


@pytest.mark.parametrize("cut", [True, False], ids=["connection lost", "no last line"])
async def test_a_stream_that_breaks_off_comes_to_a_flow_all_the_same(
    enter: Start, codemie: CodeMieServer, cut: bool
):
    codemie.flow.will(streamed(*lines(FLOW)[:3], cut=cut))
    codemie.ui.will(streamed(line(thought={"message": "hm"}), cut=cut))
    kuznia = await enter()

    async with kuznia.client.stream("POST", "/api/v1/flows", json=ORDER, headers=EVENTS) as stream:
        artefact = (await told(stream))[-1].data["artefact"]

    assert artefact["status"] == "degraded"
    assert reasons(artefact) == {"flow: model-cut", "ui: model-cut"}
    # What was shown is not asked for again; of the page nothing had been shown.
    assert (len(codemie.flow.calls), len(codemie.ui.calls)) == (1, 3)


async def test_a_page_with_a_script_comes_without_it(enter: Start, codemie: CodeMieServer):
    codemie.ui.will(said(PAGE.replace("</form>", "<script>steal()</script></form>")))

    artefact = await order(await enter())

    assert artefact["status"] == "complete"
    assert "steal" not in json.dumps(artefact)


@pytest.mark.parametrize(
    ("page", "calls"),
    [
        (EVIL.replace('name="email"', ""), 2),
        (PAGE.replace("</form>", "<label for=p>PIN</label><input id=p name=p></form>"), 2),
        ("I am sorry.", 2),
    ],
    ids=["broken, with a script", "asks for a PIN", "no page"],
)
async def test_a_page_that_is_not_right_is_ours_instead(
    enter: Start, codemie: CodeMieServer, page: str, calls: int
):
    codemie.ui.will(said(page))

    artefact = await order(await enter())

    assert artefact["status"] == "degraded"
    assert evidence(artefact, "flow")["made_by"] == "model"
    assert reasons(artefact) == {"ui: model-not-accepted"}
    assert len(codemie.ui.calls) == calls
    assert not {"steal", "onclick", "PIN"} & set(artefact["parts"]["ui"]["html"].split())


async def test_a_page_is_asked_for_again_with_what_was_wrong(enter: Start, codemie: CodeMieServer):
    codemie.ui.will(said(PAGE.replace('name="email"', "")), said(PAGE))

    artefact = await order(await enter())

    assert artefact["status"] == "complete"
    assert "The field is missing." in codemie.ui.calls[1].body["text"]


async def test_a_slow_service_leaves_our_own_code_its_time(enter: Start, codemie: CodeMieServer):
    codemie.flow.will(hang)
    kuznia = await enter(clock=SystemClock(), request_timeout=2, codemie_ui_assistant=None)

    artefact = await order(kuznia)

    assert artefact["status"] == "degraded"
    assert reasons(artefact) == set()
    assert "timeout-error" in {one["code"] for one in artefact["findings"]}


async def test_the_failure_is_the_answer_where_nothing_may_stand_in(
    enter: Start, codemie: CodeMieServer
):
    codemie.flow.will(refused(429, retry_after="2"))
    kuznia = await enter(fallback_to_free=False)

    answered = await kuznia.client.post("/api/v1/flows", json=ORDER)

    assert answered.status_code == 503
    details = answered.json()["error"]["details"]
    assert (details["reason"], details["model"]) == ("rate_limited", "codemie-flow")


async def test_another_model_is_asked_for_the_flow_but_not_for_html(
    enter: Start, codemie: CodeMieServer, modelserver: ModelServer
):
    codemie.flow.will(refused(402))
    codemie.ui.will(refused(402))
    modelserver.will(reply(FLOW))

    artefact = await order(await enter(openai_base_url=modelserver.url, openai_model="m"))

    assert evidence(artefact, "flow")["model"] == "m"
    assert evidence(artefact, "ui")["made_by"] == "planner"
    assert len(modelserver.calls) == 1


async def test_without_a_renderer_the_screens_are_ours_and_nothing_is_missing(
    enter: Start, codemie: CodeMieServer, modelserver: ModelServer
):
    kuznia = await enter(
        codemie_ui_assistant=None, openai_base_url=modelserver.url, openai_model="m"
    )

    artefact = await order(kuznia)

    assert artefact["status"] == "complete"
    assert evidence(artefact, "ui")["made_by"] == "computed"
    assert (len(codemie.ui.calls), len(modelserver.calls)) == (0, 0)


async def test_a_ready_token_needs_no_sign_in(enter: Start, codemie: CodeMieServer):
    names = ("auth_url", "username", "password")
    keyless: dict[str, Any] = {f"codemie_{name}": None for name in names}

    artefact = await order(await enter(codemie_api_key=READY, **keyless))

    assert artefact["status"] == "complete"
    assert codemie.sign_ins.calls == []


async def test_a_new_password_in_the_file_is_taken_without_a_restart(
    enter: Start, codemie: CodeMieServer, tmp_path: Path, log: Lines
):
    file = tmp_path / ".env"
    given = {name.upper(): value for name, value in settings_for(codemie).items()}
    given.pop("CODEMIE_PASSWORD")

    def write(password: str) -> None:
        file.write_text(f"CODEMIE_PASSWORD={password}\n", encoding="utf-8")

    await asyncio.to_thread(write, "kanarka-password")
    kuznia = await enter(reread=lambda: load_settings(given, file), cache_ttl=0)
    await order(kuznia)
    codemie.revoke()
    codemie.password = "kanarka-new"
    refused_once = await order(kuznia)

    await asyncio.to_thread(write, "kanarka-new")
    after = await order(kuznia)
    await asyncio.to_thread(write, "")
    codemie.revoke()
    unreadable = await order(kuznia)

    assert reasons(refused_once) == {"flow: model-credentials", "ui: model-credentials"}
    assert after["status"] == "complete"
    # A file that is in no good order changes nothing: the last good credentials stand.
    assert unreadable["status"] == "complete"
    lines = log()
    assert any(
        one["event"] == "settings_not_read" and one["wrong"] == ["CODEMIE_PASSWORD"]
        for one in lines
    )
    assert "kanarka" not in json.dumps(lines)


async def test_equal_orders_are_told_apart_by_the_models_that_made_them(enter: Start):
    one, other = await enter(), await enter(codemie_ui_assistant=None)

    assert one.doors.forge.asked_for("flows") == "codemie-flow codemie-ui"
    assert other.doors.forge.asked_for("flows") == "codemie-flow"
    assert one.doors.forge.asked_for("code") == ""
