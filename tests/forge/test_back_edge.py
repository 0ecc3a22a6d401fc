"""A part that was given up over another: the other is made again, once, and it is read again."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from pydantic_core import from_json
from tests.clocks import TurnedClock
from tests.makers import CHECKS, Note, a_domain, a_forge, a_part, an_order, read_note

from kuznia.forge.ledger import Ledger
from kuznia.forge.run import run
from kuznia.forge.shelf.shelf import key_of
from kuznia.forge.terms import Bench, Budget, Check, Finding, RunId, Unreadable
from kuznia.forge.work import Work
from kuznia.llm.model import ModelFault
from kuznia.llm.scripted import ScriptedModel


def text_of(bench: Bench[Any]) -> str:
    note = bench.accepted["note"]
    assert isinstance(note, Note)
    return note.text


def fits_the_note(proof, bench: Bench[Any]) -> Iterator[Finding]:
    """A proof must be the note in capitals."""
    note = text_of(bench)
    if proof.text != note.upper():
        message = f"{proof.text} does not prove {note}"
        yield Finding("unproven", "block", "proof", message, "Say who is wrong.", blames="note")


def read_proof(text: str, bench: Bench[Any]):
    if text.startswith("the note is wrong"):
        raise Unreadable("", "", "", findings=(blame(text),))
    return read_note(text, bench)


def blame(text: str) -> Finding:
    return Finding("note-blamed", "block", "proof", text, blames="note")


def weak(proof, _: Bench[Any]) -> Iterator[Finding]:
    if proof.text.endswith("?"):
        yield Finding("weak", "open", "proof", f"It is weak: {proof.text}", "Be firm.")


PROOF = a_part(
    "proof",
    needs=("note",),
    required=False,
    parse=read_proof,
    checks=(Check("fits", fits_the_note), Check("firm", weak)),
    beside=lambda findings, bench: f"The note: {text_of(bench)}",
)
NOTE = a_part(checks=CHECKS)


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock()


async def make(clock: TurnedClock, scripted: ScriptedModel, *parts, told=None, **changes):
    parts = parts or (NOTE, PROOF)
    forge = a_forge(scripted, clock, domain=replace(a_domain(), parts=lambda _: parts))
    order = an_order(**changes)
    work = Work(
        run_id=RunId("run_1"),
        order=order,
        key=key_of(order, forge.domains["notes"], "m"),
        noted=(),
        ledger=Ledger(order.budget, clock),
        tell=lambda kind, data: told.append((kind, data.get("part"))) if told is not None else None,
    )
    return from_json((await run(forge, work)).body)


def codes(findings) -> list[str]:
    return [finding["code"] for finding in findings]


async def test_a_part_that_is_blamed_is_made_again_and_what_blamed_it_costs_no_call(clock):
    scripted = ScriptedModel(
        "note: tin", "note: IRON", "the note is wrong: iron was asked for", "note: iron"
    )
    told: list[tuple[str, str | None]] = []

    artefact = await make(clock, scripted, told=told)

    assert artefact["status"] == "complete"
    assert artefact["parts"] == {"note": {"text": "iron"}, "proof": {"text": "IRON"}}
    assert len(scripted.heard) == 4
    assert "The note: tin" in scripted.heard[2]
    assert "IRON does not prove tin" in scripted.heard[3]
    assert "the note is wrong: iron was asked for" in scripted.heard[3]
    assert [part["tries"] for part in artefact["evidence"]["parts"]] == [2, 2]
    assert ("part.reset", "note") in told


async def test_a_part_that_insists_has_the_other_made_again_too(clock):
    scripted = ScriptedModel("note: tin", "note: IRON", "note: IRON", "note: iron")

    artefact = await make(clock, scripted)

    assert artefact["status"] == "complete"
    assert artefact["parts"]["note"] == {"text": "iron"}


async def test_what_stays_contradictory_is_partial_and_says_so(clock):
    scripted = ScriptedModel("note: tin", "note: IRON", "note: IRON", "note: tin")
    scripted.always("note: TIN")

    artefact = await make(clock, scripted)

    assert artefact["status"] == "partial"
    assert artefact["parts"] == {"note": {"text": "tin"}}
    assert codes(artefact["findings"]) == ["unproven"]
    assert artefact["findings"][0]["severity"] == "open"
    # Once an order: a note made again is the last that is asked for, and no proof is fitted to it.
    assert len(scripted.heard) == 4


async def test_a_blamed_part_that_cannot_be_made_again_stays_as_it_was(clock):
    scripted = ScriptedModel("note: tin", "note: IRON", "note: IRON", "sorry")
    scripted.always("sorry")
    told: list[tuple[str, str | None]] = []

    artefact = await make(clock, scripted, told=told)

    assert artefact["parts"] == {"note": {"text": "tin"}}
    assert codes(artefact["unmet"][0]["findings"]) == ["unproven"]
    assert [kind for kind, part in told if part == "note"][-1] == "part.accepted"


async def test_the_way_back_stays_within_the_budget(clock):
    scripted = ScriptedModel("note: tin", "note: IRON", "note: IRON")
    scripted.always("note: iron")

    artefact = await make(clock, scripted, budget=Budget(attempts=3, tokens=1_000_000))

    assert artefact["status"] == "partial"
    assert artefact["parts"] == {"note": {"text": "tin"}}
    assert len(artefact["evidence"]["attempts"]) == 3


async def test_what_nobody_could_ask_for_blames_nobody(clock):
    scripted = ScriptedModel("note: tin", "note: IRON", ModelFault("credentials", "No."))
    scripted.always("note: iron")

    artefact = await make(clock, scripted)

    assert len(scripted.heard) == 3
    assert artefact["parts"] == {"note": {"text": "tin"}}


async def test_what_is_open_is_asked_about_once_and_makes_the_artefact_partial(clock):
    scripted = ScriptedModel("note: iron", "note: IRON?", "note: IRON?!", "note: never asked")
    proof = replace(PROOF, checks=(Check("firm", weak),))

    first = await make(clock, scripted, NOTE, proof)

    assert (first["status"], first["findings"]) == ("complete", [])
    assert "Be firm." in scripted.heard[2]


async def test_what_stays_open_is_accepted_and_told(clock):
    scripted = ScriptedModel("note: iron", "note: IRON?", "note: STILL?", "note: never asked")
    proof = replace(PROOF, checks=(Check("firm", weak),))

    artefact = await make(clock, scripted, NOTE, proof)

    assert artefact["status"] == "partial"
    assert artefact["parts"]["proof"] == {"text": "STILL?"}
    assert codes(artefact["findings"]) == ["weak"]
    assert artefact["evidence"]["parts"][1]["checks"][0]["passed"] is False
    assert len(scripted.heard) == 3
