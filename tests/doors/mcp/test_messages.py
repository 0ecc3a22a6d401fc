"""What is no request of MCP, and what says two things at once, is refused by its number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import to_json
from tests.doors.conftest import Start
from tests.doors.mcp.agents import CURRENT, Agent, raw
from tests.servers.loop import Kuznia

from kuznia.doors.mcp.messages import RpcError, parsed


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"not json", 400, -32700),
        (b"[]", 400, -32600),
        (b"7", 400, -32600),
        (b'{"jsonrpc": "2.0", "id": 1}', 400, -32600),
        (b'{"jsonrpc": "1.0", "id": 1, "method": "ping"}', 400, -32600),
        (b'{"jsonrpc": "2.0", "id": {}, "method": "ping"}', 400, -32600),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "ping", "params": []}', 400, -32600),
        # Clients of earlier revisions know a status for what is no request, and for nothing else.
        (b'{"jsonrpc": "2.0", "id": 1, "method": "tools/forget"}', 200, -32601),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "tools/call"}', 200, -32602),
        (
            b'{"jsonrpc": "2.0", "id": 1, "method": "tools/call",'
            b' "params": {"name": "wait_run", "arguments": 7}}',
            200,
            -32602,
        ),
        (
            b'{"jsonrpc": "2.0", "id": 1, "method": "resources/read",'
            b' "params": {"uri": "file:///etc/passwd"}}',
            200,
            -32002,
        ),
    ],
)
async def test_what_cannot_be_answered_is_refused(
    kuznia: Kuznia, content: bytes, status: int, code: int
) -> None:
    answer = await raw(kuznia, content)

    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code), answer.text
    assert "passwd" not in answer.text


@pytest.mark.parametrize(
    ("method", "headers", "status", "code"),
    [
        ("tools/list", {"Mcp-Method": "tools/call"}, 400, -32020),
        ("tools/list", {"MCP-Protocol-Version": "2025-06-18"}, 400, -32020),
        ("prompts/get", {"Mcp-Name": "=?base64?bm90ZQ==?="}, 400, -32020),
        ("prompts/get", {"Mcp-Name": "=?base64?*?="}, 400, -32020),
        ("prompts/get", {"Mcp-Name": "=?base64?eA==?="}, 400, -32602),
        ("tools/forget", {}, 404, -32601),
    ],
)
async def test_headers_say_what_the_body_says(
    kuznia: Kuznia, method: str, headers: dict[str, str], status: int, code: int
) -> None:
    params = {"name": "x"} if method == "prompts/get" else {}

    answer = await Agent(kuznia).post(method, headers=headers, **params)

    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code), answer.text


@pytest.mark.parametrize("version", ["2024-01-01", "", None, 7, "x" * 90])
async def test_a_revision_nobody_speaks_is_answered_with_those_we_do(
    kuznia: Kuznia, version: object
) -> None:
    meta = {"io.modelcontextprotocol/protocolVersion": version}
    answer = await Agent(kuznia).post("tools/list", _meta=meta)
    early = await raw(
        kuznia,
        b'{"jsonrpc": "2.0", "id": 1, "method": "ping"}',
        **{"mcp-protocol-version": "1999-01-01"},
    )

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, -32022)
    assert CURRENT in answer.json()["error"]["data"]["supported"]
    assert len(answer.text) < 400
    assert early.json()["error"]["code"] == -32022


async def test_a_notification_has_no_answer_and_there_are_no_sessions(kuznia: Kuznia) -> None:
    said = await raw(kuznia, b'{"jsonrpc": "2.0", "method": "notifications/initialized"}')

    assert (said.status_code, said.content) == (202, b"")
    for method in ("GET", "DELETE"):
        assert (await kuznia.client.request(method, "/mcp")).status_code == 405


async def test_a_page_of_another_origin_may_not_speak(enter: Start) -> None:
    kuznia = await enter(cors_origins=["https://agents.example"])
    ping = b'{"jsonrpc": "2.0", "id": 1, "method": "ping"}'

    refused = await raw(kuznia, ping, origin="https://evil.example")
    listed = await raw(kuznia, ping, origin="https://agents.example")
    own = await raw(kuznia, ping, origin="http://localhost")

    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "FORBIDDEN")
    assert listed.json()["result"] == own.json()["result"] == {}


@given(
    st.recursive(
        st.none() | st.integers() | st.text(),
        lambda x: (
            st.lists(x)
            | st.dictionaries(
                st.sampled_from(["jsonrpc", "method", "id", "params", "_meta"]) | st.text(), x
            )
        ),
    )
)
def test_any_json_is_a_request_or_is_refused(told: object) -> None:
    code = 0
    try:
        assert parsed(to_json(told)).method
    except RpcError as error:
        code = error.code
    assert code in {0, -32600}
