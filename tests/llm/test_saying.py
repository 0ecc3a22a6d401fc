"""CodeMie's words, read into ours."""

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuznia.llm.codemie.reply import CodeMieReply, LineReader, read, reason_of_refusal
from kuznia.llm.model import ModelFault

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=8,
)
FIELDS = ("generated", "generated_chunk", "success", "agentError", "tokensUsed", "last", "error")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            {"generated": "pong", "tokensUsed": 9, "success": True},
            CodeMieReply(text="pong", tokens=9),
        ),
        ({"generated": {"a": [1, "я"]}}, CodeMieReply(text='{"a":[1,"я"]}')),
        ({"generated": None, "generated_chunk": "po"}, CodeMieReply(piece="po")),
        ({"generated": "pong", "tokens_used": 9, "last": True}, CodeMieReply("", "pong", 9, True)),
        ({"generated": "", "tokensUsed": -3, "last": "yes"}, CodeMieReply(text="")),
        ({"generated_chunk": ["x"], "tokensUsed": 10**12}, CodeMieReply()),
    ],
)
def test_an_answer_is_read(answer: dict[str, Any], said: CodeMieReply):
    assert read(json.dumps(answer).encode(), "m") == said


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("agent_timeout", "timeout"),
        ("agent_token_limit", "rejected"),
        ("agent_budget_exceeded", "budget"),
        ("agent_callback_failure", "server"),
        ("agent_network_error", "server"),
        ("agent_configuration_error", "rejected"),
        ("agent_internal_error", "server"),
        ("llm_content_policy", "content"),
        ("lite_llm_content_policy_violation_error", "content"),
        ("llm_context_length", "rejected"),
        ("lite_llm_context_window_exceeded_error", "rejected"),
        ("llm_unavailable", "server"),
        ("llm_rate_limited", "rate_limited"),
        ("lite_llm_tpm_limit_error", "rate_limited"),
        ("llm_invalid_request", "rejected"),
        ("llm_authentication", "rejected"),
        ("lite_llm_budget_exceeded_error", "budget"),
        ("platform_error", "server"),
        ("something_new", "server"),
    ],
)
def test_a_failed_agent_has_its_reason(code: str, reason: str):
    error = {"error_code": code, "message": "kanarka", "details": None}
    answer = {"generated": None, "success": False, "agentError": error}

    with pytest.raises(ModelFault) as raised:
        read(json.dumps(answer).encode(), "m")

    assert raised.value.reason == reason
    assert "kanarka" not in f"{raised.value} {raised.value.details}"


@pytest.mark.parametrize(
    "answer",
    [
        {"success": False, "generated": "all is well"},
        {"success": True, "generated": "pong", "agent_error": {"error_code": 7}},
        {"execution_error": "stopped"},
        {"error": {"message": "no"}},
    ],
)
def test_a_failure_under_a_good_status_is_a_fault(answer: dict[str, Any]):
    with pytest.raises(ModelFault) as raised:
        read(json.dumps(answer).encode(), "m")

    assert raised.value.reason == "server"


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (400, b"", "rejected"),
        (401, b"budget", "credentials"),
        (402, b"", "budget"),
        (403, b"", "credentials"),
        (404, b"", "rejected"),
        (422, b"", "rejected"),
        (429, b"", "rate_limited"),
        (429, b'{"error": {"message": "ExceededBudget: 5 of 5"}}', "budget"),
        (400, b'{"error_type": "guardrail"}', "content"),
        (400, b"litellm.ContentPolicyViolationError", "content"),
        (500, b"budget", "server"),
        (302, b"budget", "rejected"),
    ],
)
def test_a_refusal_has_its_reason(status: int, body: bytes, reason: str):
    assert reason_of_refusal(status, body) == reason


@given(st.binary(max_size=60) | anything.map(lambda value: json.dumps(value).encode()))
def test_no_bytes_are_anything_but_an_answer_or_a_fault(data: bytes):
    try:
        said = read(data, "m")
    except ModelFault:
        return

    assert isinstance(said, CodeMieReply)


@given(st.dictionaries(st.sampled_from(FIELDS), anything))
def test_no_field_has_a_value_that_breaks_the_reading(answer: dict[str, Any]):
    try:
        said = read(json.dumps(answer).encode(), "m")
    except ModelFault:
        return

    assert isinstance(said.piece, str)
    assert said.text is None or isinstance(said.text, str)


STREAM = (
    b': hello\n\ndata: {"a": 1}\n\nevent: x\r\n{"b": "\xd1\x8f"}\r\n'
    b'data:{"c":3}\nid: 7\n[DONE]\n{"d"'
)


@given(st.lists(st.integers(0, len(STREAM)), max_size=8))
def test_lines_are_the_same_however_they_are_split(cuts: list[int]):
    places = [0, *sorted(cuts), len(STREAM)]
    lines = LineReader()
    pieces = [STREAM[a:b] for a, b in pairwise(places)]

    told = [line for piece in pieces for line in lines.feed(piece)]

    assert told == [b'{"a": 1}', '{"b": "я"}'.encode(), b'{"c":3}']
    assert list(lines.end()) == [b'{"d"']
