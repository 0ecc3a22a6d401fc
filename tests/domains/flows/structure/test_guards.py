"""Guards: what they say, and how they are written for others."""

import pytest
from tests.domains.flows.makers import on

from kuznia.domains.flows.schema import All, Comparison, Either, Not
from kuznia.domains.flows.structure.guards import holds, written

ORG = on("kind", "org")
OLD = on("age", 14, "ge")


@pytest.mark.parametrize(
    ("guard", "facts", "expected"),
    [
        (None, {}, True),
        (ORG, {"kind": "org"}, True),
        (ORG, {"kind": "self"}, False),
        (ORG, {}, False),
        (on("kind", "org", "ne"), {"kind": "self"}, True),
        (OLD, {"age": 14}, True),
        (OLD, {"age": 13}, False),
        (OLD, {"age": None}, False),
        (OLD, {"age": "14"}, False),
        (on("age", 14, "lt"), {"age": 13.5}, True),
        (on("age", 14, "le"), {"age": 14}, True),
        (on("age", 14, "gt"), {"age": 14}, False),
        (on("born", "2008-01-02", "lt"), {"born": "2008-01-01"}, True),
        (on("kind", ("org", "fop"), "in"), {"kind": "fop"}, True),
        (on("kind", "org", "in"), {"kind": ("org", "x")}, True),
        (on("kind", ("org",), "in"), {"kind": "self"}, False),
        (on("name", op="filled"), {"name": "x"}, True),
        (on("name", op="filled"), {"name": None}, False),
        (Not(no=ORG), {"kind": "org"}, False),
        (All(all=(ORG, OLD)), {"kind": "org", "age": 14}, True),
        (All(all=(ORG, OLD)), {"kind": "org", "age": 1}, False),
        (Either(any=(ORG, OLD)), {"kind": "x", "age": 20}, True),
    ],
)
def test_a_guard_says_of_facts(guard, facts, expected) -> None:
    assert holds(guard, facts) is expected


@pytest.mark.parametrize(
    ("guard", "python", "feel", "js"),
    [
        (ORG, 'kind == "org"', 'kind = "org"', 'kind === "org"'),
        (on("ok"), "ok == True", "ok = true", "ok === true"),
        (on("ok", False, "ne"), "ok != False", "ok != false", "ok !== false"),
        (OLD, "age >= 14", "age >= 14", "age >= 14"),
        (
            on("kind", ("a", "b"), "in"),
            'kind in ["a", "b"]',
            'kind in ("a", "b")',
            '["a", "b"].includes(kind)',
        ),
        (on("x", op="filled"), "x != None", "x != null", "x !== null"),
        (Not(no=ORG), 'not (kind == "org")', 'not(kind = "org")', '!(kind === "org")'),
        (
            All(all=(ORG, Either(any=(OLD, on("ok"))))),
            'kind == "org" and (age >= 14 or ok == True)',
            'kind = "org" and (age >= 14 or ok = true)',
            'kind === "org" && (age >= 14 || ok === true)',
        ),
    ],
)
def test_a_guard_is_written_for_each_engine(guard, python, feel, js) -> None:
    assert written(guard, "python") == python
    assert written(guard, "feel") == feel
    assert written(guard, "js") == js


def test_a_value_cannot_leave_its_quotes() -> None:
    hostile = on("kind", 'x" or True or "\\\n')

    assert eval(written(hostile, "python"), {}, {"kind": "y"}) is False


def test_a_guard_survives_the_wire() -> None:
    guard = All(all=(Not(no=ORG), Either(any=(OLD, on("ok", True)))))

    assert All.model_validate_json(guard.model_dump_json()) == guard


def test_true_and_one_are_not_the_same_value() -> None:
    assert Comparison.model_validate_json('{"fact": "x", "value": 1}').value is not True
