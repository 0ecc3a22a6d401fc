"""`kuznia limits` and `kuznia budgets`."""

import json

import pytest
from tests.doors.cli.conftest import Kuznia


def test_without_a_decision_a_caller_has_what_everyone_has(kuznia: Kuznia) -> None:
    told = kuznia("limits", "show", "ivan", BUDGET_TOKENS_DAY="5000")

    assert told.exit_code == 0
    lines = [" ".join(line.split()) for line in told.stdout.splitlines()]
    assert lines[0] == "ivan"
    assert "generation 10 in 60 s as for everyone" in lines
    assert "tokens day 0 of 5,000 as for everyone" in lines
    assert "cost month $0.0000 of no limit as for everyone" in lines


def test_what_is_decided_is_remembered_and_can_be_taken_back(kuznia: Kuznia) -> None:
    kuznia("limits", "set", "ivan", "--generation", "3/hour", "--at-once", "2")
    kuznia("budgets", "set", "ivan", "--tokens-day", "1000", "--cost-month", "2.5")
    decided = json.loads(kuznia("budgets", "show", "ivan", "--json").stdout)
    kuznia("limits", "clear", "ivan")
    kuznia("budgets", "set", "ivan", "--tokens-day", "usual", "--cost-month", "off")
    left = json.loads(kuznia("limits", "show", "ivan", "--json", BUDGET_COST_MONTH="7").stdout)

    assert decided["decided"] == ["at_once", "cost_month", "generation", "tokens_day"]
    assert decided["allowed"]["generation"] == {"count": 3, "seconds": 3600}
    assert decided["allowed"]["cost_month"] == 2_500_000_000
    assert left["decided"] == ["cost_month"]
    assert left["allowed"]["cost_month"] is None
    assert left["allowed"]["generation"] == {"count": 10, "seconds": 60}


def test_clearing_all_leaves_nothing(kuznia: Kuznia) -> None:
    kuznia("budgets", "set", "ivan", "--tokens-month", "9")
    told = json.loads(kuznia("budgets", "clear", "ivan", "--json").stdout)

    assert told["decided"] == []


@pytest.mark.parametrize(
    "words",
    [
        ("limits", "set", "ivan", "--requests", "often"),
        ("limits", "set", "ivan", "--at-once", "0"),
        ("budgets", "set", "ivan", "--tokens-day", "many"),
        ("budgets", "set", "ivan", "--cost-day", "NaN"),
        ("budgets", "set", "ivan", "--cost-day", "1e30"),
    ],
)
def test_what_is_no_limit_is_refused_with_what_is(kuznia: Kuznia, words: tuple[str, ...]) -> None:
    told = kuznia(*words)

    assert told.exit_code == 2
    assert words[3] in told.stderr
