"""Which cases a guard tells apart, and what is found in them."""

import pytest
from tests.domains.flows.makers import DONE, FAILED, a_flow, ask, on, options, service, step, to

from kuznia.domains.flows.checks.proof import prove
from kuznia.domains.flows.schema import All, Flow
from kuznia.domains.flows.structure.cases import MAX_CASES, all_cases
from kuznia.domains.flows.structure.graph import FlowGraph


def deciding(field, *guards, **more) -> Flow:
    """A flow that goes on when a guard holds, and gives up when none does."""
    moves = (*(to("send", guard) for guard in guards), to("failed"))
    steps = (
        step("ask", fields=(field,), next=moves, **more),
        service("send", "submit", next=(to("done", on("send", "well")), to("failed"))),
        DONE,
        FAILED,
    )
    return a_flow(steps, archetype="survey")


def messages_of(flow: Flow) -> list[str]:
    return [one.message for one in prove(FlowGraph(flow)) if one.code == "guard-cases"]


AGE = ask("x", type="number", low=0, high=120)
DAY = ask("x", type="date")


@pytest.mark.parametrize(
    ("field", "guard", "cases"),
    [
        (ask("x", type="yesno"), on("x"), (True, False)),
        (ask("x", type="yesno", required=False), on("x"), (True, False, None)),
        (ask("x", type="choice", options=options("a", "b")), on("x", "a"), ("a", "b")),
        (
            ask("x", type="many", options=options("a", "b")),
            on("x", "a", "in"),
            ((), ("a",), ("b",)),
        ),
        (AGE, on("x", 14, "lt"), (13, 14, 15)),
        (AGE, on("x", 0, "gt"), (0, 1)),
        (AGE, on("x", True), None),
        (AGE, on("x", op="filled"), (1, None)),
        (DAY, on("x", "2026-01-01", "lt"), ("2025-12-31", "2026-01-01", "2026-01-02")),
        (DAY, on("x", "soon"), None),
        (DAY, on("x", "9999-12-31"), None),
        (DAY, on("x", op="filled"), ("2000-01-01", None)),
        (ask("x"), on("x", op="filled"), ("x", None)),
        (ask("x"), on("x", "words"), None),
    ],
)
def test_the_values_worth_trying(field, guard, cases) -> None:
    assert all_cases(deciding(field, guard))["x"] == cases


def test_of_a_fact_nobody_gives_there_is_no_telling() -> None:
    assert all_cases(deciding(AGE, on("unknown")))["unknown"] is None


@pytest.mark.parametrize(
    ("guards", "message"),
    [
        ((on("x", 14, "ge"), on("x", 16, "lt")), "More than one move of step ask holds when"),
        ((on("x", 500, "gt"),), "Step ask decides by x, which can have any value."),
        ((on("x", 20, "gt"), All(all=(on("x", 5, "lt"), on("x", 9, "gt")))), "can never be taken"),
    ],
)
def test_a_guard_that_says_too_much_or_nothing_is_told(guards, message) -> None:
    assert any(message in one for one in messages_of(deciding(AGE, *guards)))


def test_more_cases_than_can_be_looked_through_are_refused() -> None:
    many = options(*(f"o{number}" for number in range(20)))
    fields = tuple(ask(f"f{n}", type="choice", options=many) for n in range(3))
    guard = All(all=tuple(on(field.id, "o1") for field in fields))
    steps = (
        step("ask", fields=fields, next=(to("done", guard), to("failed"))),
        DONE,
        FAILED,
    )

    assert len(many) ** 3 > MAX_CASES
    assert messages_of(a_flow(steps)) == ["Step ask depends on more cases than can be checked."]


def test_dates_that_meet_at_a_boundary_leave_nothing_out() -> None:
    flow = deciding(DAY, on("x", "2026-01-01", "lt"))

    assert prove(FlowGraph(flow)) == ()
