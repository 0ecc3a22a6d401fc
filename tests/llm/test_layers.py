"""The whole stack against a server that fails: each fault's answer, calls and log lines."""

import asyncio
import time
import traceback
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import httpx2
import pytest
from structlog.testing import capture_logs
from tests.clocks import TurnedClock
from tests.llm.makers import FakeAccount, an_ask, drained, reply_of
from tests.servers import model as played
from tests.servers.model import ModelServer, modelserver

from kuznia.llm.layers.build import Care, Source, layered
from kuznia.llm.model import Ask, Attempt, Model, ModelFault, Price
from kuznia.llm.openai.adapter import OpenAIModel
from kuznia.llm.openai.reply import MESSAGES
from kuznia.llm.scripted import ScriptedModel
from kuznia.platform.clock import SystemClock
from kuznia.platform.errors import Fault, TimedOut

__all__ = ["modelserver"]

CANARY = "canary"
CARE = Care(attempts=3, first_token=0.5, idle=0.5)
PIECE = played.event({"content": CANARY})
HTML = f"<html><body>{CANARY}</body></html>".encode()
TRUNCATED = b'{"choices": [{"message": {"content": "canary'
EMPTY = played.stream(*played.events(usage=None))


@dataclass
class Bench:
    """A stack round a real adapter, and all that can be seen of it."""

    server: ModelServer
    model: Model
    clock: TurnedClock
    account: FakeAccount

    def ask(self, **more: Any) -> Ask:
        return an_ask(self.clock, account=self.account, **more)

    async def fault(self, *, stream: bool = False, **more: Any) -> Fault:
        """What an ask that must fail says."""
        with pytest.raises(Fault) as caught:
            await self.hear(stream=stream, **more)
        return caught.value

    async def hear(self, *, stream: bool, **more: Any) -> None:
        if stream:
            await drained(self.model.stream(self.ask(**more)))
        else:
            await reply_of(self.model, self.ask(**more))


@pytest.fixture
async def bench(modelserver: ModelServer) -> AsyncIterator[Bench]:
    headers = {"authorization": f"Bearer {CANARY}-key"}
    async with httpx2.AsyncClient(base_url=modelserver.url, headers=headers) as client:
        clock = TurnedClock()
        source = Source(OpenAIModel(client, model="gpt", clock=clock), Price(1000, 1000))
        model = layered(source, care=CARE, clock=clock).model
        yield Bench(modelserver, model, clock, FakeAccount())


FAULTS: dict[str, tuple[played.Act, bool, str, int]] = {
    # what the server does, whether we stream, the reason, the calls it gets
    "429": (played.status(429, CANARY), False, "rate_limited", 3),
    "500": (played.status(500, CANARY), False, "server", 3),
    "503": (played.status(503, CANARY), True, "server", 3),
    "400": (played.status(400, CANARY), False, "rejected", 1),
    "404": (played.status(404, CANARY), True, "rejected", 1),
    "422": (played.status(422, CANARY), False, "rejected", 1),
    "401": (played.status(401, CANARY), False, "credentials", 1),
    "403": (played.status(403, CANARY), False, "credentials", 1),
    "silence": (played.hang, False, "timeout", 1),
    "silent stream": (played.hang, True, "timeout", 1),
    "no word for a plain order": (played.stream(PIECE, hang=True), False, "timeout", 1),
    "stream hangs at once": (played.stream(hang=True), True, "timeout", 1),
    "stream hangs later": (played.stream(PIECE, hang=True), True, "timeout", 1),
    "stream cut at once": (played.stream(cut=True), True, "cut", 3),
    "stream cut later": (played.stream(PIECE, cut=True), True, "cut", 1),
    "stream without end": (played.stream(PIECE), True, "cut", 1),
    "error in stream": (played.stream(played.event(error={"message": CANARY})), True, "server", 3),
    "error later": (played.stream(PIECE, played.event(error=CANARY)), True, "server", 1),
    "broken event": (played.stream(b"data: {canary\n\n"), True, "unreadable", 3),
    "page": (played.answer(HTML, kind="text/html"), False, "unreadable", 3),
    "page for a stream": (played.answer(HTML, kind="text/html"), True, "unreadable", 3),
    "page called JSON": (played.answer(HTML), False, "unreadable", 3),
    "no choices": (played.answer(b'{"choices": null}'), False, "unreadable", 3),
    "half of a JSON": (played.answer(TRUNCATED), False, "unreadable", 3),
    "half of a body": (played.answer(TRUNCATED, missing=99), False, "cut", 3),
    "error under 200": (played.answer(b'{"error": {"message": "canary"}}'), False, "server", 3),
    "empty text": (played.reply(" \n"), False, "empty", 3),
    "no text": (played.reply(None), False, "empty", 3),
    "empty stream": (EMPTY, True, "empty", 3),
    "50 MB": (played.huge(50 << 20), False, "too_large", 1),
}


@pytest.mark.parametrize("name", FAULTS)
async def test_each_fault_has_its_answer_its_calls_and_its_lines_and_quotes_nobody(
    name: str, bench: Bench
):
    act, stream, reason, calls = FAULTS[name]
    bench.server.will(act)

    with capture_logs() as lines:
        fault = await bench.fault(stream=stream)

    assert isinstance(fault, ModelFault)
    assert (fault.reason, fault.details) == (reason, {"reason": reason, "model": "gpt"})
    assert fault.message == MESSAGES[fault.reason] or reason == "timeout"
    assert len(bench.server.calls) == calls
    assert [line["event"] for line in lines] == ["model_attempt"] * calls
    assert {(line["outcome"], line["model"], line["request_id"]) for line in lines} == {
        (reason, "gpt", "r-1")
    }
    assert bench.account.outcomes == [reason] * calls
    assert bench.account.settled == bench.account.admitted
    # Neither what the server said nor the key gets out, not even by a traceback.
    assert CANARY not in f"{fault.details} {lines} {''.join(traceback.format_exception(fault))}"


async def test_nobody_there_is_asked_three_times():
    clock, account = TurnedClock(), FakeAccount()
    async with httpx2.AsyncClient(base_url=played.nobody()) as client:
        source = Source(OpenAIModel(client, model="gpt", clock=clock), Price())
        model = layered(source, care=CARE, clock=clock).model

        with pytest.raises(ModelFault) as caught:
            await reply_of(model, an_ask(clock, account=account))

    assert caught.value.reason == "connect"
    assert account.outcomes == ["connect"] * 3


async def test_a_server_that_comes_back_is_asked_again(bench: Bench):
    bench.server.will(played.status(500), played.reply("pong"))

    reply = await reply_of(bench.model, bench.ask())

    assert (reply.text, bench.account.outcomes) == ("pong", ["server", "ok"])


async def test_a_stream_that_comes_back_is_asked_again(bench: Bench):
    bench.server.will(played.status(500), played.stream(*played.events("po", "ng")))

    text, _ = await drained(bench.model.stream(bench.ask()))

    assert (text, bench.account.outcomes) == ("pong", ["server", "ok"])


async def test_advice_in_seconds_is_obeyed(bench: Bench):
    bench.server.will(played.status(429, retry_after="5"), played.reply())

    await reply_of(bench.model, bench.ask())

    assert bench.clock.waits == [5.0]


async def test_advice_as_a_date_is_obeyed(bench: Bench):
    when = format_datetime(bench.clock.now() + timedelta(seconds=7), usegmt=True)
    bench.server.will(played.status(503, retry_after=when), played.reply())

    await reply_of(bench.model, bench.ask())

    assert bench.clock.waits == [7.0]


async def test_advice_past_the_deadline_is_handed_to_the_caller(bench: Bench):
    bench.server.will(played.status(429, retry_after="61"))

    fault = await bench.fault(seconds=60)

    assert (fault.retry_after, fault.answer.status) == (61.0, 503)
    assert (len(bench.server.calls), bench.clock.waits) == (1, [])


async def test_the_deadline_ends_a_call_under_way(bench: Bench):
    bench.server.will(played.hang)

    fault = await bench.fault(seconds=0.2)

    assert isinstance(fault, TimedOut)
    assert bench.account.outcomes == ["timeout"]
    assert (await bench.server.left()).aborted is not None


async def test_slow_tokens_are_waited_for(bench: Bench):
    bench.server.will(played.stream(*played.events(*"kuznia"), gap=0.1))

    text, _ = await drained(bench.model.stream(bench.ask()))

    assert text == "kuznia"


async def test_a_refused_schema_costs_one_attempt_that_is_recorded(bench: Bench):
    bench.server.will(played.status(400, "json_schema is not supported"), played.reply())

    await reply_of(bench.model, bench.ask(schema={"type": "object"}))

    assert bench.account.outcomes == ["rejected", "ok"]
    assert bench.account.attempts[0].usage.total == 0


# Who leaves is seen by the server


async def seconds_to_abort(bench: Bench, left: float) -> float:
    call = await bench.server.left()
    assert call.aborted is not None
    return call.aborted - left


@pytest.mark.parametrize(
    ("act", "stream"),
    [
        (played.hang, False),
        (played.hang, True),
        (played.answer(TRUNCATED, missing=9, hang=True), False),
        (played.stream(PIECE, hang=True), True),
    ],
    ids=["before the head", "before the stream", "in the body", "in the stream"],
)
async def test_a_cancelled_caller_is_seen_at_once(bench: Bench, act: played.Act, stream: bool):
    bench.server.will(act)
    listening = asyncio.ensure_future(bench.hear(stream=stream))
    await bench.server.arrived()
    await asyncio.sleep(0.01)

    left = time.monotonic()
    listening.cancel()
    await asyncio.wait([listening])

    assert listening.cancelled()
    assert await seconds_to_abort(bench, left) < 20
    assert bench.account.outcomes == ["cancelled"]
    assert bench.account.settled == bench.account.admitted


async def test_a_closed_stream_is_seen_at_once(bench: Bench):
    bench.server.will(played.stream(PIECE, hang=True))
    deltas = bench.model.stream(bench.ask())
    await anext(deltas)

    left = time.monotonic()
    await deltas.aclose()

    assert await seconds_to_abort(bench, left) < 20
    assert bench.account.outcomes == ["cancelled"]


async def test_a_caller_who_leaves_while_we_wait_to_ask_again_is_obeyed(modelserver: ModelServer):
    modelserver.will(played.status(429, retry_after="30"))
    clock = SystemClock()
    async with httpx2.AsyncClient(base_url=modelserver.url) as client:
        source = Source(OpenAIModel(client, model="gpt", clock=clock), Price())
        model = layered(source, care=CARE, clock=clock).model
        asking = asyncio.ensure_future(reply_of(model, an_ask(clock)))
        await modelserver.arrived()
        await asyncio.sleep(0.02)

        left = time.monotonic()
        asking.cancel()
        await asyncio.wait([asking])

    assert time.monotonic() - left < 20
    assert len(modelserver.calls) == 1


# The stack as one


async def test_the_same_stack_goes_round_a_script():
    clock, account = TurnedClock(), FakeAccount()
    script = ScriptedModel(ModelFault("server", "down"), "pong", clock=clock)
    model = layered(Source(script, Price()), care=CARE, clock=clock).model

    reply = await reply_of(model, an_ask(clock, account=account))

    assert (reply.text, model.name) == ("pong", "scripted")
    assert account.outcomes == ["server", "ok"]


async def test_a_dead_first_model_is_left_alone_and_the_second_answers():
    clock, account = TurnedClock(), FakeAccount()
    first, second = ScriptedModel(name="first"), ScriptedModel(name="second")
    first.always(ModelFault("connect", "gone"))
    second.always("pong")
    stack = layered(Source(first, Price()), second=Source(second, Price()), care=CARE, clock=clock)

    for _ in range(7):
        assert (await reply_of(stack.model, an_ask(clock, account=account))).text == "pong"

    assert [each.circuit.state for each in stack.breakers] == ["open", "closed"]
    assert account.outcomes.count("connect") == CARE.failures * CARE.attempts
    assert account.outcomes.count("ok") == 7


async def test_each_source_is_booked_at_its_own_price():
    clock, account = TurnedClock(), FakeAccount()
    first, second = ScriptedModel(ModelFault("rejected", "no")), ScriptedModel("pong")
    stack = layered(
        Source(first, Price(1, 1)),
        second=Source(second, Price(1_000_000, 0)),
        care=CARE,
        clock=clock,
    )

    await reply_of(stack.model, an_ask(clock, account=account))

    assert [attempt.cost for attempt in account.attempts] == [
        0,
        account.attempts[1].usage.input_tokens,
    ]


async def test_every_attempt_is_told_to_the_observer():
    clock, seen = TurnedClock(), list[Attempt]()
    script = ScriptedModel(ModelFault("server", "down"), "pong", clock=clock)
    stack = layered(Source(script, Price()), care=CARE, clock=clock, observe=seen.append)

    await reply_of(stack.model, an_ask(clock))

    assert [attempt.outcome for attempt in seen] == ["server", "ok"]
