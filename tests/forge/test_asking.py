"""How a model is asked again: what it is shown, how often, and what is left when nothing helps."""

from dataclasses import replace

import pytest
from tests.clocks import TurnedClock
from tests.forge.test_run import Told, make
from tests.makers import a_domain, a_forge, a_part, an_order

from kuznia.forge.terms import Bench, Prompt
from kuznia.llm.model import Ask, Reply, Usage
from kuznia.llm.scripted import ScriptedModel
from kuznia.platform.settings import Settings


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock()


def cut(text: str) -> Reply:
    return Reply(text=text, model="m", usage=Usage(50, 200), truncated=True)


# Replies that end at their limit


@pytest.mark.parametrize("text", ["note: bad messy", "no"], ids=["readable", "unreadable"])
async def test_of_a_cut_reply_only_that_is_reported(clock: TurnedClock, text: str):
    told = Told()
    scripted = ScriptedModel(cut(text), "note: short")

    artefact = await make(a_forge(scripted, clock), an_order(), told)

    (checked, _) = [event.data["findings"] for event in told if event.kind == "part.checked"]
    assert [finding.code for finding in checked] == ["cut-off"]
    assert "after 200 tokens" in scripted.heard[1]
    assert "Begin with note:" not in scripted.heard[1]
    assert artefact["parts"]["note"]["text"] == "short"
    assert evidence_tokens(artefact) == (2, 200)


async def test_a_cut_reply_is_not_sent_back_at_full_length(clock: TurnedClock):
    scripted = ScriptedModel(cut("note: " + "iron " * 2_000), "note: short")

    await make(a_forge(scripted, clock), an_order())

    assert len(scripted.heard[1]) < 2_000


async def test_a_second_cut_at_the_same_place_ends_it(clock: TurnedClock):
    scripted = ScriptedModel(cut("note: iron"), cut("note: steel"), "note: never asked for")

    artefact = await make(a_forge(scripted, clock), an_order())

    assert artefact["evidence"]["parts"][0]["ended"] == "stalled"
    assert [finding["code"] for finding in artefact["unmet"][0]["findings"]] == ["cut-off"]
    assert len(scripted.heard) == 2


async def test_the_prompt_s_own_length_holds_unless_the_operator_asks_for_less(clock: TurnedClock):
    assert await asked_for(clock, None) == 12_000
    assert await asked_for(clock, 2_000) == 2_000
    assert await asked_for(clock, 50_000) == 12_000
    assert Settings().openai_max_tokens is None


async def asked_for(clock: TurnedClock, most: int | None) -> int:
    """The limit a prompt of 12,000 tokens is sent with."""
    asks: list[Ask] = []

    def hear(ask: Ask) -> str:
        asks.append(ask)
        return "note: fine"

    def long(_: Bench) -> Prompt:
        return Prompt("You write.", "a note", max_tokens=12_000)

    forge = a_forge(ScriptedModel(hear), clock, domain=a_domain(a_part(prompt=long)))
    await make(replace(forge, max_tokens=most), an_order())
    return asks[0].max_tokens


def evidence_tokens(artefact) -> tuple[int, int]:
    """Calls made, and the tokens of the first reply."""
    attempts = artefact["evidence"]["attempts"]
    return len(attempts), attempts[0]["output_tokens"]
