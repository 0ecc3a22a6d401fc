"""What a model thinks, calls or refuses is told apart from what it answers."""

import json
from collections.abc import AsyncIterator

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.clocks import TurnedClock
from tests.llm.makers import an_ask, drained, reply_of
from tests.servers import model as played
from tests.servers.model import Act, ModelServer, modelserver

from kuznia.llm.model import ModelFault, Reason
from kuznia.llm.openai.adapter import OpenAIModel
from kuznia.llm.openai.thoughts import Thoughts, without_thoughts

__all__ = ["modelserver"]

CLOCK = TurnedClock()
CALL = [{"id": "c1", "type": "function", "function": {"name": "search", "arguments": "{}"}}]


@pytest.fixture
async def model(modelserver: ModelServer) -> AsyncIterator[OpenAIModel]:
    async with httpx2.AsyncClient(base_url=modelserver.url) as client:
        yield OpenAIModel(client, model="gpt", clock=CLOCK)


def split(*pieces: str) -> tuple[str, str]:
    """The answer and the thoughts of a reply that comes in these pieces."""
    thoughts = Thoughts()
    parts = [*(thoughts.split(piece) for piece in pieces), thoughts.rest()]
    return "".join(text for text, _ in parts), "".join(thought for _, thought in parts)


@pytest.mark.parametrize(
    ("reply", "answer", "thought"),
    [
        ("pong", "pong", ""),
        ("<think>hm</think>pong", "pong", "hm"),
        ("\n <think>\nhm\n</think>\n\npong", "\n\npong", "\nhm\n"),
        ("<thinking>a < b</thinking>pong", "pong", "a < b"),
        ("<reasoning>hm</reasoning>pong", "pong", "hm"),
        ("<think>hm", "", "hm"),
        ("<think>hm</thi", "", "hm</thi"),
        ("<think></think>pong", "pong", ""),
        ("<thunk>hm</thunk>", "<thunk>hm</thunk>", ""),
        ("<", "<", ""),
        ("<html>", "<html>", ""),
        ("  \n", "  \n", ""),
        ("pong <think>hm</think>", "pong <think>hm</think>", ""),
        ("", "", ""),
    ],
)
def test_thoughts_in_front_of_an_answer_are_none_of_it(reply: str, answer: str, thought: str):
    assert split(reply) == (answer, thought)
    assert split(*reply) == (answer, thought)


@given(st.lists(st.sampled_from(["<think>", "</think>", "<", "think>", "a", "\n", "```"])))
def test_no_letter_is_lost_however_a_reply_is_cut(pieces: list[str]):
    whole = "".join(pieces)

    assert split(*pieces) == split(whole)


@pytest.mark.parametrize(
    ("text", "answer", "thought"),
    [
        ("hm\n</think>\n\npong", "\n\npong", "hm\n"),
        ("pong", "pong", ""),
        ("strip <think> and </think> tags", "strip <think> and </think> tags", ""),
        ("```html\n</think>\n```", "```html\n</think>\n```", ""),
    ],
)
def test_thoughts_opened_by_the_prompt_are_told_by_their_end(text: str, answer: str, thought: str):
    assert without_thoughts(text) == (answer, thought)


async def test_thoughts_in_the_text_are_shown_to_nobody(
    modelserver: ModelServer, model: OpenAIModel
):
    modelserver.will(played.stream(*played.events("<thi", "nk>hm, ", "well</th", "ink>po", "ng")))

    text, reply = await drained(model.stream(an_ask(CLOCK)))

    assert reply is not None
    assert (text, reply.text, reply.reasoning) == ("pong", "pong", "hm, well")


def chunk(delta: dict[str, object], finish: str) -> Act:
    first = {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
    last = {"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]}
    count = {"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 3}}
    lines = (f"data: {json.dumps(event)}\n\n".encode() for event in (first, last, count))
    return played.stream(*lines, b"data: [DONE]\n\n")


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (chunk({"refusal": "canary: I cannot help."}, "stop"), "refused"),
        (chunk({"tool_calls": CALL}, "tool_calls"), "tool_call"),
        (chunk({"function_call": {"name": "canary"}}, "function_call"), "tool_call"),
        (chunk({"reasoning_content": "canary"}, "length"), "thought"),
        (chunk({"reasoning": "canary"}, "stop"), "thought"),
        (chunk({"content": "<think>canary"}, "length"), "thought"),
        (chunk({"content": "canary, half an ans"}, "content_filter"), "content"),
        (chunk({"content": ""}, "stop"), "empty"),
        (played.reply(None, refusal="canary"), "refused"),
        (played.reply("<think>canary</think>"), "thought"),
    ],
    ids=[
        *("refusal", "tool", "function", "reasoning to the end", "reasoning alone"),
        *("tagged", "filtered", "nothing", "whole refusal", "whole thought"),
    ],
)
async def test_what_is_no_answer_has_a_reason_of_its_own_and_is_paid_for(
    modelserver: ModelServer, model: OpenAIModel, act: Act, reason: Reason
):
    modelserver.will(act)

    with pytest.raises(ModelFault) as caught:
        await reply_of(model, an_ask(CLOCK))

    fault = caught.value
    assert (fault.reason, fault.usage and fault.usage.output_tokens) == (reason, 3)
    assert fault.transient == (reason == "empty")
    assert "canary" not in fault.message


async def test_text_beside_a_tool_call_is_an_answer(modelserver: ModelServer, model: OpenAIModel):
    modelserver.will(chunk({"content": "pong", "tool_calls": CALL}, "tool_calls"))

    assert (await reply_of(model, an_ask(CLOCK))).text == "pong"
