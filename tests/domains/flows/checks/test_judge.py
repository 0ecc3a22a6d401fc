"""The judge: the vectors of the research, and what each lost point says."""

import pytest
from tests.domains.flows.makers import (
    DONE,
    EMAIL,
    FAILED,
    KIND,
    a_flow,
    ask,
    changed,
    on,
    options,
    registry_fact,
    service,
    step,
    to,
)

from kuznia.domains.flows.checks.judge import WEIGHTS, judge
from kuznia.domains.flows.checks.proof import prove
from kuznia.domains.flows.schema import Flow, Text
from kuznia.domains.flows.screens.pages import PageView, page
from kuznia.domains.flows.structure.components import CODES, FITTING, component, worth
from kuznia.domains.flows.structure.graph import FlowGraph
from kuznia.domains.flows.structure.page_load import field_load

SILENT = Text(uk=" ", en=" ")


def judged(flow: Flow):
    study = FlowGraph(flow)
    view = PageView(flow=flow, language="en")
    return judge(study, prove(study), {one.id: page(view, one) for one in flow.steps})


def scores(flow: Flow) -> list[float]:
    return [metric.score for metric in judged(flow).metrics]


def the_mock() -> Flow:
    """What the origin's mock answers with: two screens, no consent, nothing sent, no end."""
    fields = (
        ask("a", group="person", personal=True),
        ask("b", group="person"),
        ask("c", group="contact", component="btnSlideMlc"),
        ask("d", group="contact", component="fancyInput", label=SILENT),
    )
    return a_flow((step("form", fields=fields, next=(to("said"),)), step("said", "status")))


def the_broken_one() -> Flow:
    nine = [ask(f"f{n}", group="a") for n in range(8)]
    first = (KIND, ask("first_name", group="a", personal=True), *nine)
    steps = (
        service(
            "enter",
            "authenticate",
            provides=(registry_fact("last_name"),),
            next=(to("a", on("enter", "well")), to("failed")),
        ),
        step("a", fields=first, next=(to("b", on("kind", "org")),)),
        step(
            "b",
            fields=(ask("x", group="b", component="own", label=SILENT),),
            shows=("late", "later"),
            next=(to("look"),),
        ),
        step("look", "review", next=(to("send"),)),
        service("send", "submit", next=(to("done", on("send", "well")), to("failed"))),
        step("orphan", fields=(ask("late"),), next=(to("send"),)),
        step("waif", fields=(ask("later"),), next=(to("send"),)),
        DONE,
        FAILED,
    )
    return a_flow(steps)


def test_a_good_registration_with_two_branches_loses_nothing() -> None:
    verdict = judged(a_flow())

    assert [metric.score for metric in verdict.metrics] == [100] * 5
    assert (verdict.total, verdict.sound, verdict.passed) == (100.0, True, True)
    assert all(metric.losses == () for metric in verdict.metrics)


def test_the_mock_of_the_origin_gets_what_it_deserves() -> None:
    verdict = judged(the_mock())

    assert scores(the_mock()) == [40, 50, 40, 100, 100]
    assert (verdict.total, verdict.sound, verdict.passed) == (58.0, False, False)


def test_a_broken_flow_is_measured_and_refused() -> None:
    flow = the_broken_one()
    verdict = judged(flow)
    found = [finding.code for finding in prove(FlowGraph(flow))]

    assert scores(flow) == [71.43, 50, 40, 61, 50]
    assert (verdict.total, verdict.sound) == (55.01, False)
    assert found.count("unreachable-step") == 2
    assert found.count("used-before-collected") == 2
    assert "guard-cases" in found
    assert "legal-steps" in found


def test_a_sound_flow_that_scores_badly_does_not_pass() -> None:
    crowd = tuple(ask(f"f{n}", component="own", group="crowd", label=SILENT) for n in range(20))

    verdict = judged(changed(a_flow(), "contact", fields=(EMAIL, *crowd)))

    assert verdict.sound
    assert verdict.total < 70
    assert not verdict.passed


def test_the_weights_are_those_of_the_origin() -> None:
    assert dict(WEIGHTS) == {
        "length": 0.25,
        "components": 0.30,
        "accessibility": 0.20,
        "saturation": 0.15,
        "once_only": 0.10,
    }
    assert sum(WEIGHTS.values()) == pytest.approx(1)


@pytest.mark.parametrize("flow", [the_mock(), the_broken_one()], ids=["mock", "broken"])
def test_each_metric_that_loses_points_says_where_why_and_what_to_do(flow) -> None:
    for metric in judged(flow).metrics:
        assert (metric.score == 100) == (metric.losses == ())
        for loss in metric.losses:
            assert loss.where
            assert loss.reason.uk
            assert loss.fix.en


def test_a_page_too_many_costs_as_much_as_one_too_few() -> None:
    split = changed(a_flow(), "contact", fields=(EMAIL,), next=(to("more"),))
    more = step("more", fields=(ask("x", group="contact"),), next=(to("look"),))

    longer = judged(a_flow((*split.steps, more))).metrics[0]

    assert longer.score == pytest.approx(100 * 6 / 7, abs=0.01)
    assert "are enough" in longer.losses[0].reason.en


def test_asking_twice_costs_twenty() -> None:
    flow = changed(a_flow(), "company", fields=(*a_flow().by_id["company"].fields, EMAIL))

    assert judged(flow).metrics[4].score == 80


@pytest.mark.parametrize(
    ("field", "price"),
    [
        (ask("x"), 1),
        (ask("x", type="yesno"), 0.5),
        (ask("x", type="date"), 1.5),
        (ask("x", type="long"), 1.5),
        (ask("x", type="file"), 2),
        (ask("home_address"), 2),
        (ask("x", type="choice", options=options(*"abcdefghij")), 1.5),
    ],
)
def test_what_a_field_costs(field, price) -> None:
    assert field_load(field) == price


def test_every_component_of_ours_is_one_of_the_design_system() -> None:
    assert {code for codes in FITTING.values() for code in codes} <= CODES


@pytest.mark.parametrize(
    ("chosen", "mark"), [(None, 1), ("inputTextMlc", 1), ("btnSlideMlc", 0.5), ("fancy", 0)]
)
def test_a_component_is_worth(chosen, mark) -> None:
    assert worth(ask("x", component=chosen)) == mark


def test_a_long_choice_opens_as_a_list() -> None:
    short = ask("x", type="choice", options=options(*"abc"))
    long = ask("x", type="choice", options=options(*"abcdefgh"))

    assert component(short) == "radioBtnGroupOrg"
    assert component(long) == "selectorOrg"
