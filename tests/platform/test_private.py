"""What a log line may say of a value or an error."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, JsonValue

from kuznia.platform.errors import NotFound
from kuznia.platform.redaction import is_private, plain, story, striker

CANARY = "canary-0123"
strike = striker([CANARY])


class Colour(Enum):
    RED = "red"


@dataclass(frozen=True)
class Order:
    prompt: str


class Input(BaseModel):
    number: int


def told(error: BaseException) -> str:
    return "\n".join(story(error))


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, None),
        (True, True),
        (3, 3),
        (0.5, 0.5),
        (float("nan"), "nan"),
        (2**64, "<int>"),
        ("text", "text"),
        (Colour.RED, "red"),
        (Decimal("1.50"), "1.50"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (Path("a/b"), "a/b"),
        (datetime(2026, 1, 1, tzinfo=UTC), "2026-01-01 00:00:00+00:00"),
        (timedelta(seconds=90), "0:01:30"),
        ((1, "a"), [1, "a"]),
        ({"a": {"b": 1}}, {"a": {"b": 1}}),
        (frozenset({1}), [1]),
        (b"bytes", "<bytes>"),
        (Order("mine"), "<Order>"),
        (ValueError("mine"), "<ValueError>"),
    ],
)
def test_a_value_is_told_as_json_and_an_unknown_object_by_its_type(value: object, said: JsonValue):
    assert plain(value, strike) == said


@pytest.mark.parametrize(
    "value",
    [f"a {CANARY} b", [CANARY], {"a": {"b": (CANARY,)}}, {CANARY: 1}, Path(CANARY)],
)
def test_a_secret_is_struck_out_wherever_it_stands(value: object):
    said = json.dumps(plain(value, strike))

    assert CANARY not in said
    assert "***" in said


def test_a_secret_that_begins_with_another_is_struck_out_whole():
    assert striker(["canary", "canary-and-more"])("canary-and-more") == "***"


def test_a_secret_of_a_few_letters_does_not_strike_every_word():
    assert striker(["a"])("a bad day") == "a bad day"


@pytest.mark.parametrize(
    "name",
    [
        "prompt",
        "text",
        "password",
        "Authorization",
        "api_key",
        "API-Key",
        "token",
        "Set-Cookie",
        "refresh_token",
        "client_secret",
        "x_api_key",
        "db_password",
    ],
)
def test_what_stands_under_a_private_name_is_never_told(name: str):
    assert is_private(name)
    assert plain({"deep": [{name: "mine"}]}, strike) == {"deep": [{name: "***"}]}


@pytest.mark.parametrize("name", ["input_tokens", "tokens", "context", "key", "status", "prompts"])
def test_a_count_is_not_private(name: str):
    assert not is_private(name)


def test_a_long_text_is_cut_after_its_secrets_are_struck_out():
    said = strike("x" * 1995 + CANARY + "y" * 100)

    assert said.startswith("x" * 1995 + "***yy... (2098 characters)")


def test_a_long_list_and_a_deep_one_are_cut():
    deep: list[object] = []
    for _ in range(9):
        deep = [deep]

    assert plain(list(range(99)), strike) == list(range(50))
    assert plain(deep, strike) == [[[["<list>"]]]]


def test_half_of_a_pair_is_written_out():
    assert strike("ї \ud800") == "ї \\ud800"


@given(
    st.recursive(
        st.none() | st.text() | st.integers() | st.floats() | st.binary(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=10,
    )
)
def test_anything_becomes_json_that_can_be_written(value: object):
    said = json.dumps(plain(value, strike), ensure_ascii=False, allow_nan=False)

    assert said.encode()


def test_an_error_is_told_with_the_place_and_no_local_variable():
    def fails() -> None:
        mine = "very private"
        raise RuntimeError(f"it broke at {len(mine)}")

    with pytest.raises(RuntimeError) as caught:
        fails()
    said = told(caught.value)

    first, _, place = said.splitlines()
    assert first == "RuntimeError: it broke at 12"
    assert "test_private.py:" in place
    assert place.endswith("<locals>.fails")
    assert "very private" not in said


@pytest.mark.parametrize("text", ["mine", "user@example.org"])
def test_an_error_that_may_quote_what_was_written_is_told_without_its_message(text: str):
    with pytest.raises(ValueError) as caught:
        Input.model_validate({"number": text})
    errors = [ValueError(text), KeyError(text), UserWarning(text), caught.value]

    said = "\n".join(map(told, errors))

    assert text not in said
    assert "ValidationError" in said


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (NotFound("There is no such run."), "NotFound: There is no such run."),
        (FileNotFoundError(2, "No such file"), "FileNotFoundError: No such file"),
        (ConnectionError("reset"), "ConnectionError: reset"),
        (TypeError("f() takes 1"), "TypeError: f() takes 1"),
    ],
)
def test_an_error_that_speaks_of_the_machine_is_told_whole(error: Exception, said: str):
    assert told(error).splitlines()[0] == said


def test_the_cause_is_told_and_a_hidden_one_is_not():
    known, hidden = RuntimeError("on top"), RuntimeError("on top")
    known.__cause__ = hidden.__context__ = OSError(5, "disk")
    hidden.__suppress_context__ = True

    assert "because of\nOSError: disk" in told(known)
    assert "disk" not in told(hidden)


def test_every_error_of_a_group_is_told():
    said = told(ExceptionGroup("mine", [RuntimeError("first"), RuntimeError("second")]))

    assert said == "ExceptionGroup\nRuntimeError: first\nRuntimeError: second"


def test_a_story_has_an_end():
    def deeper(level: int) -> None:
        deeper(level + 1)

    with pytest.raises(RecursionError) as caught:
        deeper(1)

    assert len(told(caught.value).splitlines()) < 50


def test_causes_of_causes_have_an_end():
    error: Exception = RuntimeError("0")
    for number in range(1, 50):
        following = RuntimeError(str(number))
        following.__cause__ = error
        error = following

    assert told(error).count("because of") == 5
