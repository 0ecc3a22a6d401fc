import asyncio

import pytest
from tests.clocks import TurnedClock
from tests.llm.makers import a_reply, an_ask, drained, reply_of

from kuznia.llm.model import Ask, ModelFault, Usage
from kuznia.llm.scripted import MAX_HEARD, ScriptedModel

CLOCK = TurnedClock()
ASK = an_ask(CLOCK)


async def test_it_says_its_lines_in_order():
    model = ScriptedModel("one")
    model.will_say("two", a_reply("three"), lambda ask: f"four {ask.request_id}")

    said = [(await reply_of(model, ASK)).text for _ in range(4)]

    assert said == ["one", "two", "three", "four r-1"]


async def test_it_says_the_same_always_when_the_script_has_run_out():
    model = ScriptedModel("one")
    model.always("again")

    assert [(await reply_of(model, ASK)).text for _ in range(3)] == ["one", "again", "again"]


async def test_without_a_line_it_says_so():
    with pytest.raises(ModelFault) as caught:
        await reply_of(ScriptedModel(), ASK)

    assert caught.value.reason == "unset"
    assert "nothing more to say" in caught.value.message


async def test_a_fault_is_raised():
    with pytest.raises(ModelFault) as caught:
        await drained(ScriptedModel(ModelFault("server", "down")).stream(ASK))

    assert caught.value.reason == "server"


async def test_it_remembers_what_it_heard_as_text():
    model = ScriptedModel("one")

    await reply_of(model, ASK)

    assert list(model.heard) == ["system: Be brief.\n\nuser: ping"]


async def test_it_remembers_no_more_than_it_can_hold():
    model = ScriptedModel()
    model.always("again")

    for _ in range(MAX_HEARD + 1):
        await reply_of(model, ASK)

    assert len(model.heard) == MAX_HEARD


async def test_it_counts_by_the_documented_estimate():
    reply = await reply_of(ScriptedModel("123456789"), ASK)

    assert reply.usage == Usage(4 + 3 + 4 + 1, 3)


@pytest.mark.parametrize(("line", "said"), [("a" * 9, "a" * 8), ("ж" * 9, "жжжж"), ("€€€", "€€")])
async def test_it_is_cut_at_the_limit_between_two_letters(line: str, said: str):
    reply = await reply_of(ScriptedModel(line), an_ask(CLOCK, max_tokens=2))

    assert (reply.text, reply.truncated) == (said, True)
    assert reply.usage.output_tokens == 2


async def test_it_is_not_cut_below_the_limit():
    reply = await reply_of(ScriptedModel("a" * 8), an_ask(CLOCK, max_tokens=2))

    assert not reply.truncated


async def test_it_streams_in_pieces_and_ends_with_the_whole():
    model = ScriptedModel("abcde", chunk=2)

    deltas = [delta async for delta in model.stream(ASK)]

    assert [delta.text for delta in deltas] == ["ab", "cd", "e", ""]
    assert deltas[-1].reply is not None
    assert deltas[-1].reply.text == "abcde"


async def test_it_takes_the_time_it_was_given():
    clock = TurnedClock()
    model = ScriptedModel("abcd", latency=2.0, chunk=2, pace=0.5, clock=clock)

    await drained(model.stream(an_ask(clock)))

    assert clock.waits == [2.0, 0.5, 0.5]


async def test_others_get_their_turn_while_it_answers_at_once():
    turns: list[str] = []

    async def other() -> None:
        turns.append("other")

    task = asyncio.ensure_future(other())
    await reply_of(ScriptedModel("one"), ASK)
    turns.append("model")
    await task

    assert turns == ["other", "model"]


async def test_two_asks_at_once_get_two_lines():
    model = ScriptedModel("one", "two")

    def said(ask: Ask):
        return reply_of(model, ask)

    replies = await asyncio.gather(said(ASK), said(ASK))

    assert [reply.text for reply in replies] == ["one", "two"]
