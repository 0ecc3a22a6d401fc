import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.clocks import TurnedClock
from tests.llm.makers import an_ask, drained, reply_of
from tests.servers import model as played
from tests.servers.model import ModelServer, modelserver

from kuznia.llm.model import Delta, ModelFault, Usage
from kuznia.llm.openai.adapter import OpenAIModel

__all__ = ["modelserver"]

CLOCK = TurnedClock()
SCHEMA = {"type": "object"}
NO_SCHEMA = played.status(400, "This response_format type is unavailable now")


@pytest.fixture
async def client(modelserver: ModelServer) -> AsyncIterator[httpx2.AsyncClient]:
    headers = {"authorization": "Bearer canary-key"}
    async with httpx2.AsyncClient(base_url=modelserver.url, headers=headers) as client:
        yield client


def adapter(client: httpx2.AsyncClient, **more: Any) -> OpenAIModel:
    return OpenAIModel(client, model="gpt", clock=CLOCK, **more)


async def test_a_reply_is_read(modelserver: ModelServer, client: httpx2.AsyncClient):
    modelserver.will(played.reply("pong", reasoning_content="hm", finish="length"))

    reply = await reply_of(adapter(client), an_ask(CLOCK))

    assert (reply.text, reply.reasoning, reply.truncated) == ("pong", "hm", True)
    assert (reply.model, reply.usage) == ("gpt", Usage(7, 3))


async def test_the_request_is_the_protocol_s(modelserver: ModelServer, client: httpx2.AsyncClient):
    await reply_of(adapter(client, temperature=0.5), an_ask(CLOCK, temperature=0.1))

    call = modelserver.calls[0]
    assert call.body["temperature"] == 0.1
    assert call.headers["authorization"] == "Bearer canary-key"
    assert call.headers["x-request-id"] == "r-1"
    assert call.headers["content-type"] == "application/json"
    assert call.headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("request_id", ["", "  ", "a\r\nb: c", "номер"])
async def test_an_id_that_no_header_can_hold_is_not_sent(
    modelserver: ModelServer, client: httpx2.AsyncClient, request_id: str
):
    await reply_of(adapter(client), an_ask(CLOCK, request_id=request_id))

    assert "x-request-id" not in modelserver.calls[0].headers


async def test_usage_that_did_not_come_is_estimated(
    modelserver: ModelServer, client: httpx2.AsyncClient
):
    modelserver.will(played.reply("12345678", usage=None, reasoning="1234"))

    reply = await reply_of(adapter(client), an_ask(CLOCK))

    assert reply.usage == Usage(12, 3)


async def test_a_stream_is_read_as_it_comes(modelserver: ModelServer, client: httpx2.AsyncClient):
    modelserver.will(played.stream(*played.events("куз", "ня"), gap=0.005))

    deltas = [delta async for delta in adapter(client).stream(an_ask(CLOCK))]

    assert deltas[:2] == [Delta("куз", model="gpt"), Delta("ня", model="gpt")]
    assert deltas[2].reply is not None
    assert (deltas[2].reply.text, deltas[2].reply.usage) == ("кузня", Usage(7, 3))


async def test_thoughts_in_a_stream_are_empty_pieces(
    modelserver: ModelServer, client: httpx2.AsyncClient
):
    modelserver.will(
        played.stream(
            b": waiting\r\n\r\n",
            played.event({"reasoning": "hm"}),
            played.event({"content": "pong"}),
            *played.events(usage=None, finish="length"),
        )
    )

    deltas = [delta async for delta in adapter(client).stream(an_ask(CLOCK))]

    assert [delta.text for delta in deltas] == ["", "pong", ""]
    assert deltas[-1].reply is not None
    assert (deltas[-1].reply.reasoning, deltas[-1].reply.truncated) == ("hm", True)


async def test_a_server_that_does_not_stream_is_heard_all_the_same(
    modelserver: ModelServer, client: httpx2.AsyncClient
):
    modelserver.will(played.reply("pong"))

    text, reply = await drained(adapter(client).stream(an_ask(CLOCK)))

    assert reply is not None
    assert (text, reply.usage) == ("pong", Usage(7, 3))


async def test_a_stream_may_end_without_its_last_word(
    modelserver: ModelServer, client: httpx2.AsyncClient
):
    modelserver.will(played.stream(*played.events("pong")[:-1]))

    text, _ = await drained(adapter(client).stream(an_ask(CLOCK)))

    assert text == "pong"


async def test_one_connection_serves_call_after_call(
    modelserver: ModelServer, client: httpx2.AsyncClient
):
    model = adapter(client)
    modelserver.will(
        played.reply(), played.status(500), played.stream(*played.events("a")), played.reply()
    )

    await reply_of(model, an_ask(CLOCK))
    with pytest.raises(ModelFault):
        await reply_of(model, an_ask(CLOCK))
    await drained(model.stream(an_ask(CLOCK)))
    await reply_of(model, an_ask(CLOCK))

    assert (len(modelserver.calls), modelserver.connections) == (4, 1)


async def test_a_stream_that_hangs_after_its_end_is_left(
    modelserver: ModelServer, client: httpx2.AsyncClient
):
    modelserver.will(played.stream(*played.events("pong"), hang=True))

    text, _ = await drained(adapter(client).stream(an_ask(CLOCK)))

    assert text == "pong"
    assert (await modelserver.left()).aborted is not None


async def test_reading_stops_at_the_most_we_hold(
    modelserver: ModelServer, client: httpx2.AsyncClient
):
    modelserver.will(played.huge(50 << 20))

    with pytest.raises(ModelFault) as caught:
        await reply_of(adapter(client), an_ask(CLOCK))

    assert caught.value.reason == "too_large"
    assert (await modelserver.left()).aborted is not None


async def test_a_stream_is_no_longer_than_we_hold(
    modelserver: ModelServer, client: httpx2.AsyncClient
):
    modelserver.will(played.stream(*[played.event({"content": "pong"})] * 20))

    with pytest.raises(ModelFault) as caught:
        await drained(adapter(client, max_reply_bytes=500).stream(an_ask(CLOCK)))

    assert caught.value.reason == "too_large"


async def test_an_endless_refusal_is_not_read_to_its_end(
    modelserver: ModelServer, client: httpx2.AsyncClient
):
    modelserver.will(played.answer(b"x" * 70_000, status=500, missing=9))

    with pytest.raises(ModelFault) as caught:
        await reply_of(adapter(client), an_ask(CLOCK))

    assert caught.value.reason == "server"


async def test_no_free_connection_is_busy(modelserver: ModelServer):
    modelserver.will(played.hang)
    timeout = httpx2.Timeout(5, pool=0.02)
    limits = httpx2.Limits(max_connections=1)
    async with httpx2.AsyncClient(
        base_url=modelserver.url, limits=limits, timeout=timeout
    ) as client:
        model = adapter(client)
        first = asyncio.ensure_future(reply_of(model, an_ask(CLOCK)))
        await modelserver.arrived()

        with pytest.raises(ModelFault) as caught:
            await reply_of(model, an_ask(CLOCK))

        first.cancel()
        await asyncio.wait([first])
    assert caught.value.reason == "busy"


async def test_a_connection_that_takes_too_long_is_a_timeout():
    def slow(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectTimeout("slow", request=request)

    async with httpx2.AsyncClient(
        base_url="http://127.0.0.1", transport=httpx2.MockTransport(slow)
    ) as client:
        with pytest.raises(ModelFault) as caught:
            await reply_of(adapter(client), an_ask(CLOCK))

    assert caught.value.reason == "timeout"


async def test_a_key_no_header_can_hold_is_refused_without_telling_it(modelserver: ModelServer):
    headers = {"authorization": "Bearer canary\nkey"}
    async with httpx2.AsyncClient(base_url=modelserver.url, headers=headers) as client:
        with pytest.raises(ModelFault) as caught:
            await reply_of(adapter(client), an_ask(CLOCK))

    assert caught.value.reason == "rejected"
    assert "canary" not in caught.value.message


# What a server takes


async def test_a_schema_is_enforced_by_the_server(
    modelserver: ModelServer, client: httpx2.AsyncClient
):
    await reply_of(adapter(client), an_ask(CLOCK, schema=SCHEMA))

    assert modelserver.calls[0].body["response_format"]["json_schema"]["schema"] == SCHEMA


async def test_a_refused_schema_is_said_in_words_from_then_on(
    modelserver: ModelServer, client: httpx2.AsyncClient
):
    modelserver.will(NO_SCHEMA, played.reply())
    model = adapter(client)

    with pytest.raises(ModelFault) as caught:
        await reply_of(model, an_ask(CLOCK, schema=SCHEMA))
    await reply_of(model, an_ask(CLOCK, schema=SCHEMA))

    assert caught.value.transient
    assert "response_format" not in modelserver.calls[1].body
    assert "JSON schema" in modelserver.calls[1].body["messages"][0]["content"]


async def test_calls_that_were_under_way_learn_the_same(
    modelserver: ModelServer, client: httpx2.AsyncClient
):
    modelserver.will(NO_SCHEMA)
    model = adapter(client)
    asks = (reply_of(model, an_ask(CLOCK, schema=SCHEMA)) for _ in range(3))

    faults = await asyncio.gather(*asks, return_exceptions=True)

    assert [isinstance(fault, ModelFault) and fault.transient for fault in faults] == [True] * 3


async def test_what_was_learnt_is_not_refused_for_ever(
    modelserver: ModelServer, client: httpx2.AsyncClient
):
    modelserver.will(NO_SCHEMA)
    model = adapter(client)

    faults = [
        await asyncio.gather(reply_of(model, an_ask(CLOCK, schema=SCHEMA)), return_exceptions=True)
        for _ in range(2)
    ]

    assert [fault.transient for (fault,) in faults if isinstance(fault, ModelFault)] == [
        True,
        False,
    ]


async def test_where_a_schema_is_a_must_its_refusal_is_final(
    modelserver: ModelServer, client: httpx2.AsyncClient
):
    modelserver.will(NO_SCHEMA)

    with pytest.raises(ModelFault) as caught:
        await reply_of(adapter(client, structured="on"), an_ask(CLOCK, schema=SCHEMA))

    assert not caught.value.transient


async def test_where_schemas_are_off_they_are_said_in_words_at_once(
    modelserver: ModelServer, client: httpx2.AsyncClient
):
    await reply_of(adapter(client, structured="off"), an_ask(CLOCK, schema=SCHEMA))

    assert "response_format" not in modelserver.calls[0].body


# Whatever a server says

bodies = st.binary(max_size=60) | st.sampled_from(
    [json.dumps(played.whole()).encode(), b"[1]", b'{"choices":[{"delta":{}}]}', b"null"]
)


@given(
    body=bodies,
    kind=st.sampled_from([played.JSON, played.SSE, "text/html", ""]),
    code=st.sampled_from([200, 204, 302, 400, 422, 429, 500]),
    framed=st.booleans(),
)
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_nothing_a_server_says_raises_anything_but_a_model_fault(
    modelserver: ModelServer,
    client: httpx2.AsyncClient,
    body: bytes,
    kind: str,
    code: int,
    framed: bool,
):
    said = b"data: " + body + b"\n\n" if framed else body
    modelserver.will(played.answer(said, status=code, kind=kind))
    model = adapter(client)

    results = await asyncio.gather(
        reply_of(model, an_ask(CLOCK)), drained(model.stream(an_ask(CLOCK))), return_exceptions=True
    )

    for result in results:
        assert isinstance(result, ModelFault) or not isinstance(result, BaseException)


async def test_a_caller_who_stops_listening_is_seen_by_the_server(
    modelserver: ModelServer, client: httpx2.AsyncClient
):
    modelserver.will(played.stream(played.event({"content": "a"}), hang=True))

    async with aclosing(adapter(client).stream(an_ask(CLOCK))) as deltas:
        await anext(deltas)

    assert (await modelserver.left()).aborted is not None
