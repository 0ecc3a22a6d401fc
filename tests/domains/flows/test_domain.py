"""The domain as the road sees it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError
from tests.domains.flows.makers import a_flow, without

from kuznia.domains.flows import DOMAIN
from kuznia.domains.flows.checks.proof import CHECKS
from kuznia.domains.flows.checks.study import FlowBench, study
from kuznia.domains.flows.parts import FLOW
from kuznia.domains.flows.planner import build, read
from kuznia.domains.flows.planner.order import read_order
from kuznia.domains.flows.prompt import flow_prompt
from kuznia.domains.flows.schema import FlowInput
from kuznia.forge.check import check
from kuznia.forge.make import drafted
from kuznia.forge.terms import Bench, Budget, Caller, CannotExport, Copy, Order

EXAMPLES: Any = DOMAIN.shown.examples
PROMPT = "Довідка про несудимість: мета отримання, email, за бажанням телефон"


def an_order(prompt: str = PROMPT, **more: Any) -> Order:
    return Order(
        domain="flows",
        input=FlowInput(prompt=prompt, **more),
        caller=Caller("somebody"),
        deadline=10.0,
        budget=Budget(attempts=3, tokens=1000),
    )


def a_bench(prompt: str = PROMPT, **more: Any) -> FlowBench:
    reading = read_order(FlowInput(prompt=prompt, **more))
    return Bench(an_order(prompt, **more), reading)


async def made(bench: FlowBench) -> dict[str, Any]:
    """All parts, made with no model, in order."""
    for part in DOMAIN.parts(bench.reading):
        assert part.make
        draft, bench = await drafted(part, part.make(bench), bench)
        assert not (await check(part, draft, bench)).standing
        bench = replace(bench, accepted={**bench.accepted, part.name: draft})
    return dict(bench.accepted)


async def test_all_parts_are_made_without_a_model() -> None:
    parts = await made(a_bench())

    assert list(parts) == ["flow", "proof", "judge", "ui"]
    assert parts["proof"].sound
    assert parts["judge"].passed
    assert len(parts["ui"].pages) == len([s for s in parts["flow"].steps if s.kind != "decision"])
    assert parts["ui"].html.startswith('<!doctype html><html lang="uk">')


async def test_what_goes_over_the_wire_is_what_was_promised() -> None:
    wire = {name: part.model_dump(mode="json") for name, part in (await made(a_bench())).items()}

    assert {"id", "name", "steps", "assumptions"} <= set(wire["flow"])
    step = wire["flow"]["steps"][0]
    assert {"id", "kind", "title", "fields", "provides", "outcomes", "next"} <= set(step)
    assert set(wire["flow"]["name"]) == {"uk", "en"}
    assert {"sound", "findings", "paths"} <= set(wire["proof"])
    assert {"metrics", "total", "passed"} <= set(wire["judge"])
    assert set(wire["ui"]) == {"html", "pages"}


def test_every_check_stands_by_its_name_in_the_evidence() -> None:
    assert [one.name for one in FLOW.checks] == list(CHECKS)


async def test_a_check_says_only_what_is_its_own_to_say() -> None:
    broken = without(a_flow(), "agree")
    bench = replace(a_bench(), studies={"flow": study(broken)})
    verdict = await check(FLOW, broken, bench)
    said = [finding.code for finding in verdict.findings]

    assert said == ["legal-steps"]
    assert [one.name for one in verdict.checks if not one.passed] == said


async def test_the_proof_names_the_check_that_failed() -> None:
    proof = study(without(a_flow(), "agree")).proof

    assert not proof.sound
    assert [check.name for check in proof.checks if not check.passed] == ["legal-steps"]


async def test_the_language_asked_for_is_the_language_of_the_pages() -> None:
    parts = await made(a_bench(language="en"))

    assert parts["flow"].language == "en"
    assert 'lang="en"' in parts["ui"].html


async def test_a_model_is_asked_with_the_schema_and_told_what_a_request_is() -> None:
    prompt = flow_prompt(a_bench())

    assert prompt.schema is not None
    assert prompt.schema["title"] == "Flow"
    assert PROMPT in prompt.user
    assert PROMPT not in prompt.system
    assert "Language of the pages: uk" in prompt.user


async def test_a_reply_is_read_mended_and_accepted() -> None:
    assert FLOW.parse
    assert FLOW.mend
    reply = without(a_flow(), "agree").model_dump_json()
    draft, bench = await drafted(FLOW, FLOW.parse(reply, a_bench()), a_bench())
    findings = (await check(FLOW, draft, bench)).findings

    mended, after = await drafted(FLOW, FLOW.mend(draft, findings, bench), bench)

    assert findings
    assert (await check(FLOW, mended, after)).findings == ()


@pytest.mark.parametrize(
    ("prompt", "code"),
    [
        ("Форма для збору номерів банківських карток і CVV", "HARMFUL"),
        ("Зробіть щось гарне, будь ласка", "NEEDS_CLARIFICATION"),
    ],
)
def test_what_should_not_be_made_is_declined(prompt, code) -> None:
    decline = DOMAIN.screen(a_bench(prompt).reading)

    assert decline is not None
    assert decline.code == code


def test_what_can_be_made_is_not_declined() -> None:
    assert DOMAIN.screen(a_bench().reading) is None


@pytest.mark.parametrize("prompt", ["", "short", "x" * 2001])
def test_a_prompt_has_ten_to_two_thousand_characters(prompt) -> None:
    with pytest.raises(ValidationError):
        FlowInput(prompt=prompt)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
async def test_the_examples_are_good_orders(number) -> None:
    assert (await made(a_bench(**EXAMPLES[number])))["judge"].passed


def a_copy(**options: str) -> Copy:
    flow = build(read(PROMPT)).model_dump(mode="json")
    return Copy("art_1", datetime(2026, 11, 21, tzinfo=UTC), {"flow": flow}, options)


@pytest.mark.parametrize("name", list(DOMAIN.shown.exports))
def test_an_artefact_is_taken_away_in_every_format(name) -> None:
    assert DOMAIN.shown.exports[name].write(a_copy())


def test_a_copy_is_written_in_the_language_asked_for() -> None:
    write = DOMAIN.shown.exports["form-js"].write

    assert "Phone" in write(a_copy(language="en")).decode()
    assert "Телефон" in write(a_copy()).decode()


@pytest.mark.parametrize(
    "copy",
    [a_copy(language="fr"), Copy("art_1", datetime(2026, 11, 21, tzinfo=UTC), {"flow": {}})],
    ids=["language", "no flow"],
)
def test_what_cannot_be_taken_away_is_said(copy) -> None:
    with pytest.raises(CannotExport):
        DOMAIN.shown.exports["bpmn"].write(copy)
