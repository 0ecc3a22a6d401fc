import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any
from uuid import UUID

import pytest
from pydantic import SecretStr
from tests.clocks import TurnedClock
from tests.llm.makers import an_ask, drained, reply_of
from tests.servers.codemie import (
    FLOW,
    PASSWORD,
    UI,
    USER,
    CodeMieServer,
    codemie,
    failed,
    line,
    lines,
    refused,
    said,
    streamed,
)
from tests.servers.model import answer, huge, nobody

from kuznia.llm.codemie.adapter import CodeMieModel
from kuznia.llm.codemie.signin import CodeMieSignIn, Credentials
from kuznia.llm.model import Delta, Message, ModelFault, Usage
from kuznia.platform.http.client import open_client

__all__ = ["codemie"]

CLOCK = TurnedClock()
WHO = Credentials(client_id="codemie-sdk", username=USER, password=SecretStr(PASSWORD))
SCHEMA = {"type": "object"}

Assistant = Callable[..., CodeMieModel]


@pytest.fixture
async def assistant(codemie: CodeMieServer) -> AsyncIterator[Assistant]:
    opened: list[Any] = [open_client(codemie.auth)]
    sign_in = CodeMieSignIn(opened[0], realm="codemie-prod", read=lambda: WHO, clock=CLOCK)

    def open_assistant(named: str = FLOW, url: str = codemie.api, **more: Any) -> CodeMieModel:
        client = open_client(url)
        opened.append(client)
        return CodeMieModel(client, sign_in, name="a", assistant=named, clock=CLOCK, **more)

    yield open_assistant
    await sign_in.aclose()
    for one in opened:
        await one.aclose()


async def fault_of(model: CodeMieModel, **more: Any) -> ModelFault:
    with pytest.raises(ModelFault) as raised:
        await reply_of(model, an_ask(CLOCK, **more))
    return raised.value


async def test_a_reply_is_read(assistant: Assistant):
    reply = await reply_of(assistant(), an_ask(CLOCK))

    assert (reply.text, reply.model, reply.usage) == ("pong", "a", Usage(12, 3))


async def test_the_request_is_the_protocol_s(codemie: CodeMieServer, assistant: Assistant):
    await reply_of(assistant(), an_ask(CLOCK))

    call = codemie.flow.calls[0]
    assert call.path.partition("?")[0].endswith(f"/v1/assistants/{FLOW}/model")
    assert "include_tool_errors=false&error_detail_level=minimal" in call.path
    assert call.headers["authorization"] == "Bearer kanarka-token-1"
    assert (call.headers["x-request-id"], call.headers["accept-encoding"]) == ("r-1", "identity")
    assert UUID(call.body.pop("conversation_id")).version == 4
    assert call.body == {
        "system_prompt": "Be brief.",
        "history": [],
        "text": "ping",
        "stream": True,
        "save_history": False,
    }


async def test_an_assistant_is_named_by_its_slug_too(codemie: CodeMieServer, assistant: Assistant):
    await reply_of(assistant(UI), an_ask(CLOCK))

    assert len(codemie.ui.calls) == 1


async def test_what_was_said_before_is_the_history(codemie: CodeMieServer, assistant: Assistant):
    before = (Message("user", "ping"), Message("assistant", "pang"), Message("user", "pong!"))

    await reply_of(assistant(), an_ask(CLOCK, messages=before))

    body = codemie.flow.calls[0].body
    assert body["text"] == "pong!"
    assert body["history"] == [
        {"role": "User", "message": "ping"},
        {"role": "Assistant", "message": "pang"},
    ]


async def test_a_schema_is_sent_and_its_object_is_the_text(
    codemie: CodeMieServer, assistant: Assistant
):
    codemie.flow.will(said({"steps": ["я"]}))

    reply = await reply_of(assistant(), an_ask(CLOCK, schema=SCHEMA))

    assert codemie.flow.calls[0].body["output_schema"] == SCHEMA
    assert json.loads(reply.text) == {"steps": ["я"]}


async def test_a_schema_that_is_refused_is_put_into_words_from_then_on(
    codemie: CodeMieServer, assistant: Assistant
):
    codemie.flow.will(refused(422, "Wrong JSON schema for structured output"), said())
    model = assistant()

    fault = await fault_of(model, schema=SCHEMA)
    await reply_of(model, an_ask(CLOCK, schema=SCHEMA))

    assert (fault.reason, fault.transient) == ("rejected", True)
    body = codemie.flow.calls[1].body
    assert "output_schema" not in body
    assert body["system_prompt"].endswith('{"type":"object"}')


async def test_a_token_that_is_refused_is_renewed_once(
    codemie: CodeMieServer, assistant: Assistant
):
    model = assistant()
    await reply_of(model, an_ask(CLOCK))
    codemie.revoke()

    reply = await reply_of(model, an_ask(CLOCK))

    assert reply.text == "pong"
    shown = [call.headers["authorization"] for call in codemie.flow.calls]
    assert shown == [f"Bearer kanarka-token-{n}" for n in (1, 1, 2)]
    assert len(codemie.sign_ins.calls) == 2


async def test_many_refused_at_once_are_renewed_by_one_sign_in(
    codemie: CodeMieServer, assistant: Assistant
):
    model = assistant()
    await reply_of(model, an_ask(CLOCK))
    codemie.revoke()

    await asyncio.gather(*(reply_of(model, an_ask(CLOCK)) for _ in range(10)))

    assert len(codemie.sign_ins.calls) == 2
    assert len(codemie.flow.calls) == 1 + 2 * 10


async def test_a_service_that_takes_no_token_is_asked_twice_and_no_more(
    codemie: CodeMieServer, assistant: Assistant
):
    codemie.flow.will(refused(401))

    fault = await fault_of(assistant())

    assert (fault.reason, fault.transient) == ("credentials", False)
    assert (len(codemie.flow.calls), len(codemie.sign_ins.calls)) == (2, 2)


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (refused(402), "budget"),
        (refused(403), "credentials"),
        (refused(404), "rejected"),
        (refused(429, retry_after="3"), "rate_limited"),
        (refused(500), "server"),
        (failed("llm_content_policy"), "content"),
        (failed("agent_budget_exceeded"), "budget"),
        (said(None), "empty"),
        (said("  "), "empty"),
        (answer(b"<html>kanarka</html>", kind="text/html"), "unreadable"),
        (answer(b'{"generated": "kanar'), "unreadable"),
        (answer(b'{"generated": "kanar', missing=50), "cut"),
        (huge(200_000), "too_large"),
    ],
    ids=[
        *("402", "403", "404", "429", "500", "content", "budget", "nothing", "blank"),
        *("a page", "half of it", "cut", "too much"),
    ],
)
async def test_what_is_no_reply_is_a_fault_that_quotes_nothing(
    codemie: CodeMieServer, assistant: Assistant, act: Any, reason: str
):
    codemie.flow.will(act)

    fault = await fault_of(assistant(max_reply_bytes=100_000))

    assert fault.reason == reason
    assert fault.retry_after == (3 if reason == "rate_limited" else None)
    assert "kanarka" not in f"{fault} {fault.details} {fault.__cause__}"
    assert len(codemie.flow.calls) == 1


async def test_nobody_there_is_a_fault(assistant: Assistant):
    assert (await fault_of(assistant(url=nobody()))).reason == "connect"


async def test_an_empty_answer_is_booked_all_the_same(assistant: Assistant, codemie: CodeMieServer):
    codemie.flow.will(said(None, tokens=99))

    assert (await fault_of(assistant())).usage == Usage(12, 87)


async def test_usage_that_did_not_come_is_estimated(assistant: Assistant, codemie: CodeMieServer):
    codemie.flow.will(said("12345678", tokens=None))

    assert (await reply_of(assistant(), an_ask(CLOCK))).usage == Usage(12, 2)


@pytest.mark.parametrize("kind", ["application/x-ndjson", "text/event-stream"])
async def test_a_stream_is_read_as_it_comes(
    codemie: CodeMieServer, assistant: Assistant, kind: str
):
    before = b"data: " if kind == "text/event-stream" else b""
    chunks = [before + chunk + b"\n" for chunk in lines("кузня", 2)]
    codemie.flow.will(streamed(*chunks, kind=kind))

    deltas = [delta async for delta in assistant().stream(an_ask(CLOCK))]

    assert codemie.flow.calls[0].body["stream"] is True
    assert "".join(delta.text for delta in deltas) == "кузня"
    assert deltas[0] == Delta(model="a")
    assert deltas[-1].reply is not None
    assert deltas[-1].reply.text == "кузня"


async def test_a_stream_without_a_summary_is_its_pieces(
    codemie: CodeMieServer, assistant: Assistant
):
    codemie.flow.will(
        streamed(line(generated_chunk="po"), line(generated_chunk="ng"), line(last=True).rstrip())
    )

    text, reply = await drained(assistant().stream(an_ask(CLOCK)))

    assert reply is not None
    assert (text, reply.text) == ("pong", "pong")


async def test_a_service_that_does_not_stream_is_read_all_the_same(assistant: Assistant):
    _, reply = await drained(assistant().stream(an_ask(CLOCK)))

    assert reply is not None
    assert reply.text == "pong"


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (streamed(*lines("pong")[:-1]), "cut"),
        (streamed(*lines("pong")[:2], cut=True), "cut"),
        (streamed(line(generated_chunk="po"), b'{"generated_chunk": "kanar\n'), "unreadable"),
        (
            streamed(line(last=True, success=False, agent_error={"error_code": "llm_timeout"})),
            "timeout",
        ),
        (streamed(*[line(generated_chunk="x" * 50_000)] * 3), "too_large"),
        (streamed(line(last=True, success=True)), "empty"),
        (answer(b"<html>kanarka</html>", kind="text/html"), "unreadable"),
        (failed("agent_timeout"), "timeout"),
    ],
    ids=[
        *("no end", "cut", "half a line", "a failed end", "too much", "no words"),
        *("a page", "a failure"),
    ],
)
async def test_a_stream_that_goes_wrong_is_a_fault(
    codemie: CodeMieServer, assistant: Assistant, act: Any, reason: str
):
    codemie.flow.will(act)

    with pytest.raises(ModelFault) as raised:
        await drained(assistant(max_reply_bytes=100_000).stream(an_ask(CLOCK)))

    assert raised.value.reason == reason
    assert "kanarka" not in f"{raised.value} {raised.value.details}"


async def test_who_leaves_a_stream_hangs_up(codemie: CodeMieServer, assistant: Assistant):
    async def forever(to: Any) -> None:
        to.head(200, "application/x-ndjson", {"transfer-encoding": "chunked"})
        to.chunk(line(generated_chunk="po"))
        await asyncio.Event().wait()

    codemie.flow.will(forever)

    async with aclosing(assistant().stream(an_ask(CLOCK))) as deltas:
        assert (await anext(deltas)).text == "po"

    number = codemie.calls.index(codemie.flow.calls[0])
    assert (await codemie.left(number)).aborted is not None


@pytest.mark.parametrize("named", [FLOW, UI])
async def test_a_look_asks_nothing_of_the_assistant(
    codemie: CodeMieServer, assistant: Assistant, named: str
):
    await assistant(named).look()

    assert [call.method for call in codemie.looks] == ["GET"]
    assert codemie.flow.calls == codemie.ui.calls == []


async def test_an_assistant_that_is_not_there_is_told(assistant: Assistant):
    with pytest.raises(ModelFault) as raised:
        await assistant("somebody else/../x").look()

    assert raised.value.reason == "rejected"
