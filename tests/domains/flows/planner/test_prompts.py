"""Prompts people might write, each with the facts its flow must hold."""

import pytest
from tests.domains.flows.planner.facts import ASKED, DECLINED, ROWS, facts

from kuznia.domains.flows.checks.judge import judge
from kuznia.domains.flows.checks.proof import prove
from kuznia.domains.flows.planner import build, declined, read
from kuznia.domains.flows.schema import Flow
from kuznia.domains.flows.screens.pages import PageView, page
from kuznia.domains.flows.structure.blocks import blocks, steps_of
from kuznia.domains.flows.structure.graph import FlowGraph

# What has to hold of all facts together; today all do.
LEAST = 0.9


def planned(prompt: str) -> Flow:
    return build(read(prompt))


FLOWS = [planned(row["p"]) for row in ASKED]


PAIRS = [
    pytest.param(row, flow, id=f"{number}-{row['is']}")
    for number, (row, flow) in enumerate(zip(ASKED, FLOWS, strict=True))
]
MADE = [pytest.param(flow, id=f"{number}-{flow.id}") for number, flow in enumerate(FLOWS)]


def test_the_table_is_as_large_as_was_promised() -> None:
    assert len(ROWS) >= 120
    assert len(DECLINED) >= 15
    assert {row["is"] for row in ASKED} == {flow.archetype for flow in FLOWS}


def test_nine_facts_of_ten_hold() -> None:
    held = [good for row, flow in zip(ASKED, FLOWS, strict=True) for _, good in facts(row, flow)]

    assert len(held) > 500
    assert sum(held) / len(held) >= LEAST


@pytest.mark.parametrize(("row", "flow"), PAIRS)
def test_a_planned_flow_is_sound_and_scores_well(row, flow) -> None:
    study = FlowGraph(flow)
    view = PageView(flow=flow, language=flow.language)
    pages = {step.id: page(view, step) for step in flow.steps}
    findings = prove(study)

    verdict = judge(study, findings, pages)

    assert findings == ()
    assert verdict.passed
    assert verdict.total >= 90


@pytest.mark.parametrize(("row", "flow"), PAIRS)
def test_what_can_be_made_is_not_declined(row, flow) -> None:
    assert declined(read(row["p"])) is None


@pytest.mark.parametrize("row", DECLINED, ids=range(len(DECLINED)))
def test_what_would_do_harm_or_says_nothing_is_declined(row) -> None:
    verdict = declined(read(row["p"]))

    assert verdict is not None
    assert verdict.code == row["declined"]
    assert len(verdict.questions) <= 3
    assert bool(verdict.questions) == (verdict.code == "NEEDS_CLARIFICATION")


@pytest.mark.parametrize("flow", MADE)
def test_a_planned_flow_is_made_of_blocks(flow) -> None:
    assert steps_of(blocks(flow.steps)) == flow.steps


@pytest.mark.parametrize("flow", MADE)
def test_a_planned_flow_survives_the_wire(flow) -> None:
    assert Flow.model_validate_json(flow.model_dump_json()) == flow


def test_the_same_prompt_gives_the_same_flow() -> None:
    again = [planned(row["p"]) for row in ASKED]

    assert again == FLOWS


def test_the_prompt_of_the_origin_asks_four_things_and_scores_ninety() -> None:
    flow = planned("registration with name, surname, email, phone")

    assert set(flow.asks) == {"first_name", "last_name", "email", "phone"}
    assert [step.kind for step in flow.steps] == [
        "form",
        "form",
        "review",
        "consent",
        "submit",
        "end",
        "end",
    ]


def test_no_id_is_used_for_two_things() -> None:
    for flow in FLOWS:
        names = [step.id for step in flow.steps] + list(flow.asks)
        assert len(names) == len(set(names))
