import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.clocks import TurnedClock
from tests.llm.makers import an_ask

from kuznia.llm.model import Message
from kuznia.llm.openai.request import Extra, find_refused, write_request

SCHEMA = {"type": "object", "properties": {"назва": {"type": "string"}}}


def written(*without: Extra, temperature: float | None = 0.2, **more: Any):
    ask = an_ask(TurnedClock(), **more)
    body = write_request(
        ask,
        model="m",
        temperature=temperature,
        max_tokens=ask.max_tokens,
        without=frozenset(without),
    )
    return json.loads(body)


def test_a_plain_request_holds_what_was_asked_and_no_more():
    assert written() == {
        "model": "m",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "ping"},
        ],
        "max_tokens": 100,
        "temperature": 0.2,
        "stream": True,
        "stream_options": {"include_usage": True},
    }


def test_a_stream_asks_for_its_usage():
    body = written()

    assert (body["stream"], body["stream_options"]) == (True, {"include_usage": True})


def test_a_schema_is_sent_as_a_schema():
    body = written(schema=SCHEMA)

    assert body["response_format"]["json_schema"]["schema"] == SCHEMA


def test_a_schema_the_server_does_not_take_is_said_in_the_system_message():
    body = written("response_format", schema=SCHEMA)

    assert "response_format" not in body
    assert body["messages"][0]["content"].startswith("Be brief.\n\nAnswer with one JSON value")
    assert "назва" in body["messages"][0]["content"]


def test_without_a_system_message_the_schema_brings_one():
    body = written("response_format", schema=SCHEMA, messages=(Message("user", "ping"),))

    assert [message["role"] for message in body["messages"]] == ["system", "user"]


def test_what_was_refused_is_left_out_or_said_under_its_other_name():
    body = written("max_tokens", "temperature", "stream_options")

    assert body.keys() == {"model", "messages", "max_completion_tokens", "stream"}


def test_no_temperature_is_sent_where_none_is_set():
    assert "temperature" not in written(temperature=None)


@pytest.mark.parametrize(
    ("refusal", "extra"),
    [
        ("This response_format type is unavailable now", "response_format"),
        ("This model does not support response format `json_schema`", "response_format"),
        ("Unknown field: stream_options", "stream_options"),
        (
            "Unsupported parameter: 'max_tokens' is not supported with this model."
            " Use 'max_completion_tokens' instead.",
            "max_tokens",
        ),
        (
            "Unsupported value: 'temperature' does not support 0.2 with this model.",
            "temperature",
        ),
        ("'max_tokens' or 'max_completion_tokens' is too large: 4096", None),
        ("The model `gpt-9` does not exist", None),
    ],
)
def test_a_refusal_is_understood_by_its_words(refusal: str, extra: Extra | None):
    assert find_refused(json.dumps({"error": {"message": refusal}}).encode(), frozenset()) == extra


def test_what_is_left_out_already_cannot_be_refused_again():
    assert find_refused(b"response_format", frozenset({"response_format"})) is None


@given(st.binary(max_size=200))
@settings(deadline=None)
def test_no_refusal_makes_it_raise(refusal: bytes):
    find_refused(refusal, frozenset())
