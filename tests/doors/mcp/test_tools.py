"""Tools do what the API does, by the rules of the API."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic_core import from_json
from tests.callers.makers import SECRET, bearer
from tests.callers.spenders import eventually
from tests.doors.conftest import Start
from tests.doors.mcp.agents import CURRENT, PREFIX, Agent
from tests.servers.loop import Kuznia, inside, made
from tests.servers.model import ModelServer, hang, reply

from kuznia.app import Made
from kuznia.domains import load
from kuznia.doors.mcp import calls


@pytest.fixture
async def whole(sqlite_url: str) -> AsyncIterator[Kuznia]:
    """A server of every domain, without a model."""
    makings = made(sqlite_url)
    async with inside(Made(settings=makings.settings, domains=load())) as running:
        yield running


async def test_every_tool_is_described_so_that_others_can_read_it(whole: Kuznia) -> None:
    agent = Agent(whole)
    found = await agent.result("server/discover")
    tools = (await agent.result("tools/list"))["tools"]

    assert CURRENT in found["supportedVersions"]
    assert found["_meta"][f"{PREFIX}serverInfo"]["name"] == "kuznia"
    assert {"make_code", "make_flow", "make_plan", "wait_run"} <= {one["name"] for one in tools}
    for tool in tools:
        for schema in (tool["inputSchema"], tool["outputSchema"]):
            Draft202012Validator.check_schema(schema)
            assert "#/components" not in str(schema)
        assert tool["inputSchema"]["type"] == "object"
        assert tool["description"]


CALLS: dict[str, dict[str, Any]] = {
    "make_flow": {"prompt": "Registration of volunteers: name, phone, district"},
    "make_plan": {"prompt": "Get stronger", "profile": {"age": 34, "equipment": ["full-gym"]}},
    "analyse_code": {"files": [{"path": "a.py", "content": "def f(x):\n    return x\n"}]},
}


@pytest.mark.parametrize("name", CALLS)
async def test_what_a_tool_gives_is_what_it_promised(whole: Kuznia, name: str) -> None:
    agent = Agent(whole)
    tools = {one["name"]: one for one in (await agent.result("tools/list"))["tools"]}

    result = await agent.call(name, **CALLS[name])

    assert not result["isError"], result
    Draft202012Validator(tools[name]["outputSchema"]).validate(result["structuredContent"])
    assert from_json(result["content"][0]["text"]) == result["structuredContent"]


async def test_a_flow_is_made_read_changed_and_exported(whole: Kuznia) -> None:
    agent = Agent(whole)
    first = (await agent.call("make_flow", **CALLS["make_flow"]))["structuredContent"]["artefact"]
    change = {"sentence": 'rename the field "phone" to "mobile phone"'}
    edited = await agent.call("edit_flow", artefact_id=first["id"], **change)
    listed = (await agent.result("resources/list"))["resources"]
    (text,) = (await agent.result("resources/read", uri=first["resource"]))["contents"]
    uri = f"{first['resource']}/exports/"
    (bpmn,) = (await agent.result("resources/read", uri=f"{uri}bpmn"))["contents"]
    (packed,) = (await agent.result("resources/read", uri=f"{uri}html"))["contents"]

    # A page for a browser costs an agent more than all else.
    assert (first["left_out"], "ui" in first["parts"]) == (["ui"], False)
    assert from_json(text["text"])["parts"]["ui"]["html"]
    assert not edited["isError"], edited
    assert edited["structuredContent"]["id"] != first["id"]
    assert "ui" not in edited["structuredContent"]["parts"]
    assert first["resource"] in {one["uri"] for one in listed}
    assert "bpmn" in bpmn["text"]
    assert packed["blob"]


async def test_what_the_api_refuses_is_told_to_the_agent(whole: Kuznia) -> None:
    agent = Agent(whole)

    short = await agent.call("make_flow", prompt="")
    missing = await agent.call("make_plan", profile={"equipment": ["dumbels"]}, prompt="stronger")
    nobody = await agent.call(
        "make_code", prompt="a function that adds two numbers", language="python"
    )
    unknown = await agent.post("tools/call", name="make_coffee", arguments={})
    path = await agent.post("tools/call", name="edit_flow", arguments={"artefact_id": "../me"})

    for refused in (short, missing):
        assert refused["isError"]
        assert from_json(refused["content"][0]["text"])["code"] == "VALIDATION_ERROR"
    assert from_json(nobody["content"][0]["text"])["code"] == "MODEL_UNAVAILABLE"
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (400, -32602)
    assert path.json()["error"]["code"] == -32602


async def test_a_tool_is_no_way_round_a_credential(sqlite_url: str) -> None:
    makings = made(sqlite_url, jwt_secret=SECRET)
    async with inside(Made(settings=makings.settings, domains=load())) as kuznia:
        stranger = await Agent(kuznia).post("tools/list")
        ivan, olena = Agent(kuznia, bearer("ivan")), Agent(kuznia, bearer("olena"))
        flow = (await ivan.call("make_flow", **CALLS["make_flow"]))["structuredContent"]
        uri = flow["artefact"]["resource"]
        hers = await olena.post("resources/read", uri=uri)
        waits = await olena.call("wait_run", run_id=flow["run_id"])
        wanted = {"name": "k", "scopes": ["read"]}
        key = await kuznia.client.post("/api/v1/keys", json=wanted, headers=bearer("ivan"))
        reader = Agent(kuznia, {"x-api-key": key.json()["data"]["key"]})
        read = await reader.result("resources/read", uri=uri)
        makes = await reader.call("make_flow", **CALLS["make_flow"])

    assert stranger.status_code == 401
    assert stranger.headers["www-authenticate"].startswith("Bearer")
    assert hers.json()["error"]["code"] == -32002
    assert waits["isError"]
    assert read["contents"]
    assert from_json(makes["content"][0]["text"])["code"] == "FORBIDDEN"


async def test_where_an_agent_gets_a_token_is_told(enter: Start) -> None:
    path = "/.well-known/oauth-protected-resource/mcp"
    plain = await enter()
    known = await enter(
        jwt_jwks_url="https://id.example/keys",
        jwt_issuer="https://id.example/",
        jwt_audience=["kuznia"],
    )

    told = (await known.client.get(path)).json()

    assert (await plain.client.get(path)).status_code == 404
    assert told["resource"] == "http://localhost/mcp"
    assert told["authorization_servers"] == ["https://id.example/"]


async def test_what_takes_longer_is_waited_for_by_its_id(
    enter: Start, modelserver: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    kuznia = await enter()
    agent = Agent(kuznia)
    may_go_on = asyncio.Event()

    async def slow(exchange: Any) -> None:
        await may_go_on.wait()
        await reply("note: iron")(exchange)

    modelserver.will(slow)
    monkeypatch.setattr(calls, "WAIT_SECONDS", 0.05)
    first = (await agent.call("make_notes", prompt="a note on iron"))["structuredContent"]
    again = (await agent.call("wait_run", run_id=first["run_id"]))["structuredContent"]
    monkeypatch.setattr(calls, "WAIT_SECONDS", 45)
    may_go_on.set()
    done = (await agent.call("wait_run", run_id=first["run_id"]))["structuredContent"]

    assert (first["state"], again["state"]) == ("working", "working")
    assert first["run_id"] in first["next"]
    assert done["artefact"]["parts"]["note"]["text"] == "iron"
    assert len(modelserver.calls) == 1


async def test_an_agent_that_hangs_up_ends_what_was_made_for_it(
    serve: Start, modelserver: ModelServer
) -> None:
    kuznia = await serve()
    modelserver.will(hang)
    asking = asyncio.create_task(Agent(kuznia).call("make_notes", prompt="a note on iron"))
    await eventually(lambda: _are(len(modelserver.calls) == 1))
    asking.cancel()

    await eventually(lambda: _are(kuznia.doors.runs.newest()[0].ended))
    assert not await listed(kuznia)


async def _are(so: bool) -> bool:
    return so


async def listed(kuznia: Kuznia) -> list[Any]:
    return (await kuznia.client.get("/api/v1/artefacts")).json()["data"]["items"]


async def test_progress_is_told_to_whoever_asks_for_it(
    serve: Start, modelserver: ModelServer
) -> None:
    kuznia = await serve()
    modelserver.will(reply("note: iron"))

    answer = await Agent(kuznia).post(
        "tools/call",
        name="make_notes",
        arguments={"prompt": "a note on iron"},
        _meta={"progressToken": "t"},
        headers={"accept": "application/json, text/event-stream"},
    )

    told = [from_json(line[6:]) for line in answer.text.splitlines() if line.startswith("data: ")]
    *notes, last = told
    numbers = [note["params"]["progress"] for note in notes]
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert {note["params"]["progressToken"] for note in notes} == {"t"}
    assert numbers == sorted({*numbers})
    assert "part.accepted note" in {note["params"]["message"] for note in notes}
    assert last["result"]["structuredContent"]["artefact"]["status"] == "complete"


async def test_prompts_name_their_tool(kuznia: Kuznia) -> None:
    agent = Agent(kuznia)
    (prompt,) = (await agent.result("prompts/list"))["prompts"]
    got = await agent.result("prompts/get", name=prompt["name"], arguments={"prompt": "on iron"})

    text = got["messages"][0]["content"]["text"]
    assert prompt["name"] == "make_notes"
    assert "make_notes" in text
    assert "on iron" in text
