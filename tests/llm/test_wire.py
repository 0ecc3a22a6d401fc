import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kuznia.llm.http import reason_of, retry_after
from kuznia.llm.model import ModelFault, Usage
from kuznia.llm.openai.reply import read_piece

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
GOOD: dict[str, Any] = {
    "choices": [{"message": {"content": "pong"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 7, "completion_tokens": 3},
}

NAMES = (
    "choices message delta content usage error code reasoning finish_reason"
    " prompt_tokens completion_tokens"
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inside: (
        st.lists(inside, max_size=3)
        | st.dictionaries(st.sampled_from(NAMES.split()), inside, max_size=4)
    ),
    max_leaves=12,
)


def read(answer: object, *, whole: bool = True):
    return read_piece(json.dumps(answer).encode(), "m", whole=whole)


def test_a_good_reply_is_read():
    piece = read(GOOD)

    assert (piece.text, piece.finish, piece.usage) == ("pong", "stop", Usage(7, 3))


@pytest.mark.parametrize("name", ["reasoning", "reasoning_content"])
def test_thoughts_are_kept_apart_from_the_text(name: str):
    piece = read({"choices": [{"message": {"content": "pong", name: "hm"}}]})

    assert (piece.text, piece.reasoning) == ("pong", "hm")


def test_thoughts_in_another_form_are_passed_over():
    assert read({"choices": [{"message": {"content": "a", "reasoning": {"x": 1}}}]}).reasoning == ""


@pytest.mark.parametrize(
    "usage",
    [
        None,
        "many",
        {},
        {"prompt_tokens": 7},
        {"prompt_tokens": -1, "completion_tokens": 3},
        {"prompt_tokens": 7, "completion_tokens": 10**12},
        {"prompt_tokens": "7", "completion_tokens": "3"},
    ],
)
def test_a_count_that_is_no_count_is_passed_over(usage: object):
    assert read(GOOD | {"usage": usage}).usage is None


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({}, "unreadable"),
        ([], "unreadable"),
        ({"choices": None}, "unreadable"),
        ({"choices": []}, "unreadable"),
        ({"choices": [{}]}, "unreadable"),
        ({"choices": [{"message": {"content": ["a"]}}]}, "unreadable"),
        ({"error": {"message": "no"}}, "server"),
        ({"error": "no"}, "server"),
        ({"error": {"code": 429}}, "rate_limited"),
        ({"error": {"code": 401}}, "credentials"),
        ({"error": {"code": 200}}, "server"),
    ],
)
def test_what_is_not_a_reply_is_a_fault_with_its_reason(answer: object, reason: str):
    with pytest.raises(ModelFault) as caught:
        read(answer)

    assert caught.value.reason == reason


@pytest.mark.parametrize("event", [{}, {"choices": []}, {"choices": [{}]}, {"type": "ping"}])
def test_an_event_may_say_nothing(event: object):
    assert read(event, whole=False).text == ""


def test_a_fault_does_not_carry_the_server_s_text():
    with pytest.raises(ModelFault) as caught:
        read_piece(b'{"choices": "canary"}', "m", whole=True)

    assert "canary" not in caught.value.message
    assert caught.value.__suppress_context__


@given(anything, st.booleans())
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_answer_raises_anything_but_a_model_fault(answer: object, whole: bool):
    with suppress(ModelFault):
        assert isinstance(read(answer, whole=whole).text, str)


@given(st.binary(max_size=100), st.booleans())
@settings(deadline=None)
def test_no_bytes_raise_anything_but_a_model_fault(body: bytes, whole: bool):
    with suppress(ModelFault):
        assert isinstance(read_piece(body, "m", whole=whole).text, str)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (429, "rate_limited"),
        (401, "credentials"),
        (403, "credentials"),
        (400, "rejected"),
        (404, "rejected"),
        (302, "rejected"),
        (500, "server"),
        (529, "server"),
    ],
)
def test_a_status_has_its_reason(status: int, reason: str):
    assert reason_of(status) == reason


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after": format_datetime(NOW + timedelta(seconds=90), usegmt=True)}, 90.0),
        ({"retry-after": format_datetime(NOW - timedelta(seconds=90), usegmt=True)}, 0.0),
        ({"retry-after": "Thu, 01 Jan 2026 12:00:05 -0000"}, 5.0),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": "1e300"}, 86_400.0),
        ({"retry-after": "inf"}, 86_400.0),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "soon"}, None),
        ({}, None),
    ],
)
def test_advice_to_wait_is_read_in_all_its_forms(headers: dict[str, str], seconds: float | None):
    assert retry_after(headers, NOW) == seconds


@given(st.text(max_size=40))
@settings(deadline=None)
def test_no_advice_makes_it_raise(text: str):
    wait = retry_after({"retry-after": text}, NOW)

    assert wait is None or 0 <= wait <= 86_400
