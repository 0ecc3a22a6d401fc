"""Bodies nobody should send, and how each is refused: by place, and never by quoting it."""

import gzip
from typing import Annotated, Any, Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from tests.servers.loop import NOTES, Kuznia
from tests.servers.model import ModelServer, reply

from kuznia.platform.errors import invalid
from kuznia.web.body import whole
from kuznia.web.client_left import ClientLeft

JSON = "application/json"
PIN = "4929-5555-0001-7777"


class Swap(BaseModel):
    do: Literal["swap"]


class Add(BaseModel):
    do: Literal["add"]


async def post(kuznia: Kuznia, body: bytes, kind: str = JSON, **headers: str):
    return await kuznia.client.post(NOTES, content=body, headers={"content-type": kind, **headers})


def places(answer) -> list[str]:
    """Where the body is wrong, as the answer says."""
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, "VALIDATION_ERROR")
    assert PIN not in answer.text
    return [field["where"] for field in error["details"]["fields"]]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{",
        b'{"prompt":"a note"',
        b'{"prompt":"a note",}',
        b"{'prompt':'a note'}",
        b'{"prompt":"a note"} x',
        b"[]",
        b"null",
        b"1",
        b'"a note"',
        b"\xff\xfe{\x00}\x00",
        b'\xef\xbb\xbf{"prompt":"a note"}',
        b'{"prompt":"\xff\xfe"}',
        b'{"prompt":"a \x00 note"}',
        b'{"prompt":"a \n note"}',
        b'{"prompt":"a \\ud800 note"}',
        b'{"prompt":"a \\udc00\\ud800 note"}',
        b"[" * 4_000,
        b'{"a":' * 4_000,
        b"9" * 100_000,
        b'{"prompt":' + b"9" * 5000 + b"}",
    ],
    ids=lambda body: repr(body[:20]),
)
async def test_what_is_no_order_is_refused_as_a_whole(kuznia: Kuznia, body: bytes):
    assert places(await post(kuznia, body)) == ["body"]


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (b"{}", ["prompt"]),
        (b'{"prompt":null}', ["prompt"]),
        (b'{"prompt":1e999}', ["prompt"]),
        (b'{"prompt":NaN}', ["prompt"]),
        (b'{"prompt":["a note"]}', ["prompt"]),
        (b'{"prompt":{"a":"note"}}', ["prompt"]),
        (b'{"prompt":"ab"}', ["prompt"]),
        (b'{"prompt":"  ab  "}', ["prompt"]),
        (b'{"prompt":"\\u0000\\u0000\\u0000\\u0000"}', ["prompt"]),
        (b'{"prompt":"%b"}' % (PIN.encode() * 200), ["prompt"]),
        (b'{"prompt":"a note","summary":"maybe"}', ["summary"]),
        (b'{"prompt":"a note","summary":1e400}', ["summary"]),
        (b'{"prompt":"a note","tags":"one"}', ["tags"]),
        (b'{"prompt":"a note","tags":["one",2,[]]}', ["tags.1", "tags.2"]),
        (b'{"prompt":"a note","sumary":true}', ["sumary"]),
        (b'{"prompt":1,"tags":1}', ["prompt", "tags"]),
    ],
    ids=lambda given: repr(given[:40]),
)
async def test_what_is_wrong_in_an_order_is_named_by_place(
    kuznia: Kuznia, body: bytes, where: list[str]
):
    assert places(await post(kuznia, body)) == where


async def test_a_name_somebody_made_up_is_cut(kuznia: Kuznia):
    answer = await post(kuznia, b'{"prompt":"a note","%b%b":1}' % (b"x" * 40, PIN.encode()))

    assert places(answer) == ["x" * 40]


async def test_a_thousand_mistakes_are_not_all_told(kuznia: Kuznia):
    body = b'{"prompt":"a note",%b}' % b",".join(b'"x%d":1' % n for n in range(1000))

    assert len(places(await post(kuznia, body))) == 20


async def test_of_a_field_given_twice_the_last_counts(kuznia: Kuznia, modelserver: ModelServer):
    modelserver.will(reply("note: fine"))

    await post(kuznia, b'{"prompt":"a note on steel","prompt":"a note on iron"}')

    assert modelserver.calls[0].body["messages"][1]["content"] == "a note on iron"


async def test_hidden_characters_never_reach_the_model(kuznia: Kuznia, modelserver: ModelServer):
    modelserver.will(reply("note: fine"))

    await post(kuznia, b'{"prompt":"a\\u0000 note\\u200b on\\u202e iron"}')

    assert modelserver.calls[0].body["messages"][1]["content"] == "a note on iron"


@pytest.mark.parametrize(
    "kind",
    ["", "text/plain", "text/plain; json", "multipart/form-data", "application/jsonx"],
)
async def test_only_json_is_read(kuznia: Kuznia, kind: str):
    answer = await post(kuznia, b'{"prompt":"a note"}', kind)

    assert (answer.status_code, answer.json()["error"]["code"]) == (415, "UNSUPPORTED_MEDIA")


@pytest.mark.parametrize("kind", ["APPLICATION/JSON", "application/json;charset=utf-8"])
async def test_json_is_known_by_any_of_its_names(
    kuznia: Kuznia, modelserver: ModelServer, kind: str
):
    modelserver.will(reply("note: fine"))

    assert (await post(kuznia, b'{"prompt":"a note"}', kind)).status_code == 200


async def test_a_packed_body_is_refused_as_such(kuznia: Kuznia):
    packed = gzip.compress(b'{"prompt":"a note"}')

    answer = await post(kuznia, packed, **{"content-encoding": "gzip"})

    assert (answer.status_code, answer.json()["error"]["code"]) == (415, "UNSUPPORTED_MEDIA")


async def test_a_body_that_is_packed_in_nothing_is_read(kuznia: Kuznia, modelserver: ModelServer):
    modelserver.will(reply("note: fine"))

    answer = await post(kuznia, b'{"prompt":"a note"}', **{"content-encoding": "identity"})

    assert answer.status_code == 200


@pytest.mark.parametrize("wanted", ["", "keep", "CANCEL", "cancel,continue"])
async def test_an_unknown_wish_for_the_end_is_refused(kuznia: Kuznia, wanted: str):
    answer = await kuznia.client.post(f"{NOTES}?on_disconnect={wanted}", json={"prompt": "a note"})

    assert places(answer) == ["query.on_disconnect"]


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(body=st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
async def test_any_bytes_are_answered(kuznia: Kuznia, body: bytes):
    assert places(await post(kuznia, body)) != []


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(prompt=st.text(max_size=60))
async def test_any_text_is_made_or_refused(kuznia: Kuznia, modelserver: ModelServer, prompt: str):
    modelserver.will(reply("note: fine"))

    answer = await kuznia.make(prompt)

    assert answer.status_code in {200, 400}


async def test_who_leaves_in_the_middle_of_a_body_has_left():
    coming = iter(
        [{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}]
    )

    async def receive() -> dict[str, Any]:
        return next(coming)

    with pytest.raises(ClientLeft):
        await whole(receive)


def test_an_unknown_kind_is_not_quoted():
    kinds: TypeAdapter[Swap | Add] = TypeAdapter(Annotated[Swap | Add, Field(discriminator="do")])
    with pytest.raises(ValidationError) as wrong:
        kinds.validate_python({"do": PIN})

    message = invalid(wrong.value).message

    assert PIN not in message
    assert message == "The request is not valid: body: Expected one of 'swap', 'add'."


def test_too_many_are_told_in_words_of_json():
    with pytest.raises(ValidationError) as wrong:
        TypeAdapter(Annotated[tuple[int, ...], Field(max_length=1)]).validate_python((1, 2))

    message = invalid(wrong.value).message

    assert message.endswith("Expected at most 1 item.")
