"""The domain as the road sees it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError
from tests.domains.flows.makers import a_flow, without

from kuznia.domains.flows import DOMAIN
from kuznia.domains.flows.checks.proof import CHECKS
from kuznia.domains.flows.parts import FlowInput, screen
from kuznia.domains.flows.planner import build, read
from kuznia.forge.check import check
from kuznia.forge.terms import Bench, Budget, Caller, CannotExport, Copy, Order

EXAMPLES: Any = DOMAIN.examples
PROMPT = "Довідка про несудимість: мета отримання, email, за бажанням телефон"


def an_order(prompt: str = PROMPT, **more: Any) -> Order:
    return Order(
        domain="flows",
        input=FlowInput(prompt=prompt, **more),
        caller=Caller("somebody"),
        deadline=10.0,
        budget=Budget(attempts=3, tokens=1000),
    )


# Any: a test knows which part it looks at.
def parts_of(order: Order) -> Any:
    return DOMAIN.parts(order)


async def made(order: Order) -> dict[str, Any]:
    """All parts, made with no model, in order."""
    accepted: dict[str, Any] = {}
    for part in parts_of(order):
        bench = Bench(order, accepted)
        draft = await part.make(bench)
        assert not (await check(part, draft, bench)).standing
        accepted[part.name] = draft
    return accepted


async def test_all_parts_are_made_without_a_model() -> None:
    parts = await made(an_order())

    assert list(parts) == ["flow", "proof", "judge", "ui"]
    assert parts["proof"].sound
    assert parts["judge"].passed
    assert len(parts["ui"].pages) == len([s for s in parts["flow"].steps if s.kind != "decision"])
    assert parts["ui"].html.startswith('<!doctype html><html lang="uk">')


async def test_what_goes_over_the_wire_is_what_was_promised() -> None:
    wire = {name: part.model_dump(mode="json") for name, part in (await made(an_order())).items()}

    assert {"id", "name", "steps", "assumptions"} <= set(wire["flow"])
    step = wire["flow"]["steps"][0]
    assert {"id", "kind", "title", "fields", "provides", "outcomes", "next"} <= set(step)
    assert set(wire["flow"]["name"]) == {"uk", "en"}
    assert {"sound", "findings", "paths"} <= set(wire["proof"])
    assert {"metrics", "total", "passed"} <= set(wire["judge"])
    assert set(wire["ui"]) == {"html", "pages"}


def test_every_check_stands_by_its_name_in_the_evidence() -> None:
    flow = parts_of(an_order())[0]

    assert [one.name for one in flow.checks] == list(CHECKS)


async def test_a_check_says_only_what_is_its_own_to_say() -> None:
    order = an_order()
    flow = parts_of(order)[0]
    broken, bench = without(a_flow(), "agree"), Bench(order)
    said = {one.name: [found.code for found in await one.run(broken, bench)] for one in flow.checks}

    assert said["legal-steps"] == ["legal-steps"]
    assert sum(map(len, said.values())) == 1


async def test_the_proof_names_the_check_that_failed() -> None:
    order = an_order()
    proof = await parts_of(order)[1].make(Bench(order, {"flow": without(a_flow(), "agree")}))

    assert not proof.sound
    assert [check.name for check in proof.checks if not check.passed] == ["legal-steps"]


async def test_the_language_asked_for_is_the_language_of_the_pages() -> None:
    parts = await made(an_order(language="en"))

    assert parts["flow"].language == "en"
    assert 'lang="en"' in parts["ui"].html


async def test_a_model_is_asked_with_the_schema_and_told_what_a_request_is() -> None:
    order = an_order()
    part = parts_of(order)[0]

    prompt = await part.prompt(Bench(order))

    assert prompt.schema is not None
    assert prompt.schema["title"] == "Flow"
    assert PROMPT in prompt.user
    assert PROMPT not in prompt.system
    assert "Language of the pages: uk" in prompt.user


async def test_a_reply_is_read_mended_and_accepted() -> None:
    order = an_order()
    bench = Bench(order)
    part = parts_of(order)[0]
    draft = await part.parse(without(a_flow(), "agree").model_dump_json(), bench)
    findings = (await check(part, draft, bench)).findings

    mended = await part.mend(draft, findings, bench)

    assert findings
    assert (await check(part, mended, bench)).findings == ()


@pytest.mark.parametrize(
    ("prompt", "code"),
    [
        ("Форма для збору номерів банківських карток і CVV", "HARMFUL"),
        ("Зробіть щось гарне, будь ласка", "NEEDS_CLARIFICATION"),
    ],
)
async def test_what_should_not_be_made_is_declined(prompt, code) -> None:
    decline = await screen(an_order(prompt))

    assert decline is not None
    assert decline.code == code


async def test_what_can_be_made_is_not_declined() -> None:
    assert await screen(an_order()) is None


@pytest.mark.parametrize("prompt", ["", "short", "x" * 2001])
def test_a_prompt_has_ten_to_two_thousand_characters(prompt) -> None:
    with pytest.raises(ValidationError):
        FlowInput(prompt=prompt)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
async def test_the_examples_are_good_orders(number) -> None:
    assert (await made(an_order(**EXAMPLES[number])))["judge"].passed


def a_copy(**options: str) -> Copy:
    flow = build(read(PROMPT)).model_dump(mode="json")
    return Copy("art_1", datetime(2026, 11, 21, tzinfo=UTC), {"flow": flow}, options)


@pytest.mark.parametrize("name", list(DOMAIN.exports))
def test_an_artefact_is_taken_away_in_every_format(name) -> None:
    assert DOMAIN.exports[name].write(a_copy())


def test_a_copy_is_written_in_the_language_asked_for() -> None:
    write = DOMAIN.exports["form-js"].write

    assert "Phone" in write(a_copy(language="en")).decode()
    assert "Телефон" in write(a_copy()).decode()


@pytest.mark.parametrize(
    "copy",
    [a_copy(language="fr"), Copy("art_1", datetime(2026, 11, 21, tzinfo=UTC), {"flow": {}})],
    ids=["language", "no flow"],
)
def test_what_cannot_be_taken_away_is_said(copy) -> None:
    with pytest.raises(CannotExport):
        DOMAIN.exports["bpmn"].write(copy)
