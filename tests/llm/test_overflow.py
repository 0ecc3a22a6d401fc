"""Requests that are too long for a model, in the words of every server we know."""

import json
from collections.abc import AsyncIterator

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.clocks import TurnedClock
from tests.llm.makers import FakeAccount, an_ask, reply_of
from tests.servers import model as played
from tests.servers.model import ModelServer, modelserver

from kuznia.llm.layers.build import Care, Source, layered
from kuznia.llm.model import Model, ModelFault, Price
from kuznia.llm.openai.adapter import OpenAIModel
from kuznia.llm.openai.overflow import Overflow, find_overflow

__all__ = ["modelserver"]

CLOCK = TurnedClock()
SAID = {
    "llama.cpp": (
        "the request exceeds the available context size, try increasing it",
        Overflow(),
    ),
    "OpenAI, prompt": (
        "This model's maximum context length is 4097 tokens. However, your messages resulted in "
        "5000 tokens. Please reduce the length of the messages.",
        Overflow(4097, 5000),
    ),
    "OpenAI, both": (
        "This model's maximum context length is 8192 tokens. However, you requested 12800 tokens "
        "(800 in the messages, 12000 in the completion).",
        Overflow(8192, 800),
    ),
    "OpenAI, reply": (
        "max_tokens is too large: 12000. This model supports at most 4096 completion tokens, "
        "whereas you provided 12000.",
        Overflow(limit=4096),
    ),
    "vLLM": (
        "'max_tokens' or 'max_completion_tokens' is too large: 12000. This model's maximum context "
        "length is 8192 tokens and your request has 800 input tokens (12000 > 8192 - 800).",
        Overflow(8192, 800),
    ),
    "vLLM, prompt": (
        "The decoder prompt (length 9000) is longer than the maximum model length of 8192.",
        Overflow(8192, 9000),
    ),
    "TGI": (
        "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 800 "
        "`inputs` tokens and 12000 `max_new_tokens`",
        Overflow(4096, 800),
    ),
    "Anthropic, reply": (
        "max_tokens: 12000 > 8192, which is the maximum allowed number of output tokens",
        Overflow(limit=8192),
    ),
    "Anthropic, prompt": (
        "prompt is too long: 200251 tokens > 200000 maximum",
        Overflow(200_000, 200_251),
    ),
    "Groq": (
        "`max_tokens` must be less than or equal to `8192`, the maximum value for `max_tokens` is "
        "less than the `context_window` for this model",
        Overflow(limit=8192),
    ),
    "LM Studio": (
        "Trying to keep the first 5000 tokens when context the overflows. However, the model is "
        "loaded with context length of only 4096 tokens",
        Overflow(4096, 5000),
    ),
}


@pytest.mark.parametrize("server", SAID)
def test_the_numbers_of_every_server_are_read(server: str):
    message, overflow = SAID[server]

    assert find_overflow(json.dumps({"error": {"message": message}}).encode()) == overflow


def test_the_numbers_of_llama_cpp_are_beside_its_message():
    body = {"error": {"message": SAID["llama.cpp"][0], "n_prompt_tokens": 5000, "n_ctx": 4096}}

    overflow = find_overflow(json.dumps(body).encode())

    assert overflow is not None
    assert (overflow.context, overflow.prompt) == (4096, 5000)
    assert overflow.message == (
        "The request is too long for the model: its prompt has 5000 tokens; the model holds 4096."
    )


@pytest.mark.parametrize(
    "message", ["no such model", "temperature must be <= 2", "length is required", ""]
)
def test_other_refusals_say_nothing_of_the_length(message: str):
    assert find_overflow(message.encode()) is None


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_nothing_a_server_refuses_with_raises(refusal: bytes):
    overflow = find_overflow(refusal)

    assert overflow is None or overflow.message


@pytest.fixture
async def model(modelserver: ModelServer) -> AsyncIterator[Model]:
    async with httpx2.AsyncClient(base_url=modelserver.url) as client:
        source = Source(OpenAIModel(client, model="gpt", clock=CLOCK), Price())
        yield layered(source, care=Care(), clock=CLOCK).model


@pytest.mark.parametrize(
    ("server", "room"), [("OpenAI, reply", 4096), ("OpenAI, both", 7392), ("vLLM", 7392)]
)
async def test_a_reply_that_has_no_room_is_asked_for_shorter_in_the_same_attempt(
    modelserver: ModelServer, model: Model, server: str, room: int
):
    account = FakeAccount()
    modelserver.will(played.status(400, SAID[server][0]), played.reply("pong"))

    reply = await reply_of(model, an_ask(CLOCK, account=account, max_tokens=12_000))

    assert reply.text == "pong"
    assert [call.body["max_tokens"] for call in modelserver.calls] == [12_000, room]
    assert account.outcomes == ["ok"]


@pytest.mark.parametrize("server", ["OpenAI, prompt", "vLLM, prompt", "Anthropic, prompt"])
async def test_a_prompt_that_does_not_fit_is_said_with_the_server_s_numbers(
    modelserver: ModelServer, model: Model, server: str
):
    account = FakeAccount()
    modelserver.will(played.status(400, SAID[server][0]))

    with pytest.raises(ModelFault) as caught:
        await reply_of(model, an_ask(CLOCK, account=account))

    assert (caught.value.reason, len(modelserver.calls)) == ("overflow", 1)
    assert str(SAID[server][1].prompt) in caught.value.message
    assert account.attempts[0].usage.total == 0


async def test_a_server_that_refuses_its_own_offer_is_not_asked_again(
    modelserver: ModelServer, model: Model
):
    modelserver.will(played.status(400, SAID["vLLM"][0]))

    with pytest.raises(ModelFault) as caught:
        await reply_of(model, an_ask(CLOCK, max_tokens=12_000))

    assert (caught.value.reason, len(modelserver.calls)) == ("overflow", 2)


async def test_an_overflow_under_a_good_status_is_one_too(modelserver: ModelServer, model: Model):
    error = {"code": 400, "message": SAID["OpenAI, prompt"][0]}
    modelserver.will(played.stream(played.event(error=error)))

    with pytest.raises(ModelFault, match="5000 tokens; the model holds 4097"):
        await reply_of(model, an_ask(CLOCK))
