"""What our code puts right, so that no model has to be asked again."""

import pytest
from tests.domains.flows.checks import test_proof as broken
from tests.domains.flows.makers import DONE, a_flow, ask, changed, service, step, to, without

from kuznia.domains.flows.checks.proof import prove
from kuznia.domains.flows.mend import mend
from kuznia.domains.flows.schema import Flow
from kuznia.domains.flows.structure.graph import FlowGraph

MENDED = [
    broken.no_consent,
    broken.no_review,
    broken.a_guard_that_leaves_a_case_out,
    broken.two_moves_for_the_rest,
    broken.a_move_into_nothing,
    broken.a_page_without_a_way_on,
    broken.a_page_nobody_comes_to,
    broken.a_machine_that_asks_for_ever,
    broken.a_count_with_nothing_after_it,
    broken.a_field_asked_again,
    broken.a_fact_of_another_branch,
    broken.an_outcome_that_leads_nowhere_of_its_own,
    broken.a_service_that_cannot_fail,
    broken.a_card_number,
    broken.a_label_in_one_language,
    broken.a_branch_ruled_out_before,
    broken.a_name_asked_of_someone_proven,
    broken.told_data_nobody_can_object_to,
    broken.an_end_with_a_way_on,
]


def stands(flow: Flow) -> list[str]:
    return [finding.code for finding in prove(FlowGraph(flow)) if finding.stands]


def mended(flow: Flow) -> Flow:
    """As the road does it: again while it helps."""
    for _ in range(3):
        findings = prove(FlowGraph(flow))
        if not any(finding.stands for finding in findings):
            break
        flow = mend(flow, findings)
    return flow


@pytest.mark.parametrize("mutation", MENDED, ids=lambda one: one.__name__)
def test_a_broken_flow_is_put_right(mutation) -> None:
    assert stands(mended(mutation(a_flow()))) == []


def test_a_sound_flow_is_left_alone() -> None:
    flow = a_flow()

    assert mend(flow, prove(FlowGraph(flow))) is flow


@pytest.mark.parametrize(
    "mutation",
    [broken.nothing_handed_in, broken.guards_that_overlap, broken.a_strand_that_ends_alone],
)
def test_what_only_its_writer_can_know_is_left_to_the_writer(mutation) -> None:
    assert stands(mended(mutation(a_flow()))) != []


def test_a_flow_with_nothing_but_a_form_gets_what_the_law_wants() -> None:
    bare = a_flow(
        (
            step("form", fields=(ask("x", personal=True),), next=(to("send"),)),
            service("send", "submit", next=(to("done"),)),
            DONE,
        ),
        archetype="benefit",
    )

    flow = mended(bare)

    kinds = [one.kind for one in flow.steps]
    assert kinds[:5] == ["form", "review", "consent", "sign", "submit"]


def test_what_is_put_in_does_not_take_a_name_that_is_taken() -> None:
    flow = without(a_flow(), "agree")
    taken = changed(flow, "contact", fields=(ask("consent", personal=True),))

    assert "legal-steps" in stands(mended(taken))
