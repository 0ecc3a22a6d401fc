"""A model is asked about each wish, and what it says is looked up."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.clocks import TurnedClock
from tests.doors.test_wishes import WISHFUL, found_in_the_note
from tests.forge.test_run import Told, make
from tests.makers import a_domain, a_forge, a_part, an_order

from kuznia.forge.terms import Bench, Prompt, Wish
from kuznia.forge.wishes.claims import asking, read_claims, worth_asking
from kuznia.forge.wishes.clauses import clauses
from kuznia.llm.model import ModelFault
from kuznia.llm.scripted import ScriptedModel

WISHES = clauses("iron, its price. Where it rusts.")


def test_the_wishes_are_a_numbered_list_in_the_prompt():
    prompt = asking(Prompt("You write.", "iron, its price. Where it rusts."), WISHES)

    assert "1. iron, its price\n2. Where it rusts" in prompt.user
    assert "Wishes:\n1: met" in prompt.user


def test_a_prompt_with_a_schema_asks_for_them_in_json():
    schema = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}

    prompt = asking(Prompt("You write.", "iron", schema=schema), WISHES)

    assert prompt.schema is not None
    assert prompt.schema["required"] == ["text", "wishes"]
    assert "Wishes:\n1" not in prompt.user


def test_a_prompt_without_wishes_is_as_it_was():
    prompt = Prompt("You write.", "Hello!")

    assert asking(prompt, ()) is prompt


@pytest.mark.parametrize(
    "text",
    [
        "note: iron\n\nWishes:\n1: met, the note\n2: not possible, it never rusts\n",
        "note: iron\n\n**Wishes:**\n\n- 1. met, the note\n- 2. not_possible: it never rusts",
        "note: iron\n\n## Побажання\n1) met `the note`\n2) not_possible, it never rusts\n",
    ],
)
def test_claims_are_read_from_the_end_of_a_text(text: str):
    rest, claims = read_claims(text, WISHES, as_json=False)

    assert rest.strip() == "note: iron"
    assert [claim.outcome for claim in claims] == ["met", "not_possible"]
    assert claims[0].where == ("the note",)
    assert claims[1].why == "it never rusts"


def test_claims_are_read_from_json_and_taken_out_of_it():
    reply = '{"wishes": [{"number": 2, "outcome": "met", "where": "x"}, {"number": "?"}], "a": 1}'

    rest, claims = read_claims(f"Here it is: {reply}", WISHES, as_json=True)

    assert rest == '{"a":1}'
    assert [(claim.quote, claim.where) for claim in claims] == [("Where it rusts", ("x",))]


@given(st.text(max_size=300) | st.text('Wishes:1metno, \n*-{}[]"', max_size=200), st.booleans())
def test_any_text_can_be_looked_through_for_claims(text: str, as_json: bool):
    rest, claims = read_claims(text, WISHES, as_json=as_json)

    assert claims or rest == text or as_json


def answering(**changes: Any):
    """The domain of notes, whose model is asked about the wishes."""
    return replace(WISHFUL, parts=lambda _: (a_part(answers=True, **changes),))


ALL_MET = "\n\nWishes:\n1: met, the note\n2: met, the note\n"
ORDER = "A note on iron. Say where it rusts."


async def test_a_model_that_leaves_a_wish_out_is_reminded_once():
    scripted = ScriptedModel("note: iron" + ALL_MET, "note: A note on iron says where it rusts")
    told = Told()

    artefact = await make(
        a_forge(scripted, TurnedClock(), domain=answering()), an_order(ORDER), told
    )

    assert artefact["status"] == "complete"
    assert "“Say where it rusts”" in scripted.heard[1]
    assert "“A note on iron”" not in scripted.heard[1].split("not accepted:")[1]
    assert len(scripted.heard) == 2
    assert told.kinds.count("wish.met") == 2


async def test_what_it_claims_twice_and_has_not_done_is_said():
    scripted = ScriptedModel(
        "note: A note on iron" + ALL_MET, "note: Note: iron!" + ALL_MET, "note: no"
    )

    artefact = await make(a_forge(scripted, TurnedClock(), domain=answering()), an_order(ORDER))

    assert artefact["status"] == "partial"
    assert [wish["outcome"] for wish in artefact["wishes"]] == ["met", "not_understood"]
    assert len(scripted.heard) == 2


async def test_of_two_drafts_the_one_with_fewer_open_wishes_is_kept():
    scripted = ScriptedModel("note: A note on iron", "note: A pizza")

    artefact = await make(a_forge(scripted, TurnedClock(), domain=answering()), an_order(ORDER))

    assert artefact["parts"]["note"]["text"] == "A note on iron"


@pytest.mark.parametrize("second", ["sorry", ModelFault("server", "Down."), "note: bad bad"])
async def test_a_reminder_that_fails_costs_no_accepted_draft(second: str | ModelFault):
    scripted = ScriptedModel("note: A note on iron", second, "sorry", second)

    artefact = await make(a_forge(scripted, TurnedClock(), domain=answering()), an_order(ORDER))

    assert artefact["parts"]["note"]["text"] == "A note on iron"
    assert artefact["status"] == "partial"


async def test_a_claim_reaches_the_account():
    def believing(bench: Bench[Any], wishes: tuple[Wish, ...]):
        """As a domain does that looks where the model points."""
        return [replace(claim, where=("/note/text",)) for claim in bench.claims]

    domain = replace(answering(), account=believing)
    scripted = ScriptedModel("note: iron" + ALL_MET)

    artefact = await make(a_forge(scripted, TurnedClock(), domain=domain), an_order(ORDER))

    assert artefact["status"] == "complete"
    assert artefact["parts"]["note"]["text"] == "iron"


async def test_a_part_that_does_not_answer_is_not_asked():
    scripted = ScriptedModel("note: iron")
    domain = a_domain(wishes=lambda order: clauses(order.prompt), account=found_in_the_note)

    artefact = await make(a_forge(scripted, TurnedClock(), domain=domain), an_order(ORDER))

    assert "wish by wish" not in scripted.heard[0]
    assert artefact["status"] == "partial"


FOUR = clauses("iron. its price. its rust. its colour.")


@pytest.mark.parametrize(
    ("left", "claimed", "asked"),
    [
        ([], [0, 1, 2, 3], False),
        # One that the model says is met may be our mistake; two of four are hardly.
        ([2], [0, 1, 2, 3], False),
        ([1, 2], [0, 1, 2, 3], True),
        ([2], [0, 1, 3], True),
        # A model that answers for none: only much of it is worth a call.
        ([2], [], False),
        ([2, 3], [], True),
    ],
)
def test_a_model_is_asked_again_where_that_may_help(
    left: list[int], claimed: list[int], asked: bool
):
    claims = [replace(FOUR[place], outcome="met") for place in claimed]

    assert worth_asking([FOUR[place] for place in left], FOUR, claims) is asked


def broken(*_: Any) -> Any:
    raise ValueError("3999,1e999")


async def test_a_domain_that_fails_to_account_loses_no_artefact():
    domain = replace(answering(), account=broken)
    scripted = ScriptedModel("note: iron", "note: iron")

    artefact = await make(a_forge(scripted, TurnedClock(), domain=domain), an_order(ORDER))

    assert artefact["parts"]["note"]["text"] == "iron"
    assert {wish["outcome"] for wish in artefact["wishes"]} == {"not_understood"}


async def test_a_domain_that_fails_to_read_its_wishes_gets_the_plain_clauses():
    domain = replace(answering(), wishes=broken)

    artefact = await make(
        a_forge(ScriptedModel("note: iron", "note: iron"), TurnedClock(), domain=domain),
        an_order(ORDER),
    )

    assert [wish["quote"] for wish in artefact["wishes"]] == [wish.quote for wish in clauses(ORDER)]


async def test_an_account_that_takes_too_long_costs_no_accepted_draft():
    async def endless(*_: Any) -> list[Wish]:
        await asyncio.Event().wait()
        return []

    domain = replace(answering(), account=endless)
    clock = TurnedClock()
    order = replace(an_order(ORDER), deadline=clock.monotonic() + 1)

    artefact = await make(a_forge(ScriptedModel("note: iron"), clock, domain=domain), order)

    assert artefact["parts"]["note"]["text"] == "iron"
    assert artefact["status"] == "partial"
