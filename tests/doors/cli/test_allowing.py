"""`kuznia limits` and `kuznia budgets`."""

import json

import pytest
from tests.doors.cli.conftest import Kuznia

from kuznia.llm.scripted import ScriptedModel

PASSWORD = "correct horse battery staple\n"


@pytest.fixture(autouse=True)
def ivan(
    empty_folder: object, sqlite_url: str, kuznia: Kuznia, monkeypatch: pytest.MonkeyPatch
) -> str:
    """The id of somebody who has an account."""
    monkeypatch.setenv("DATABASE_URL", sqlite_url.replace("+aiosqlite", ""))
    made = kuznia("users", "create", "ivan", "--json", typed=PASSWORD)
    return json.loads(made.stdout)["id"]


def test_without_a_decision_a_caller_has_what_everyone_has(kuznia: Kuznia, ivan: str) -> None:
    told = kuznia("limits", "show", "ivan", BUDGET_TOKENS_DAY="5000")

    assert told.exit_code == 0
    lines = [" ".join(line.split()) for line in told.stdout.splitlines()]
    assert lines[0] == ivan
    assert "generation 10 in 60 s default" in lines
    assert "tokens day 0 of 5,000 default" in lines
    assert "cost month $0.0000 of no limit default" in lines


def test_what_is_decided_is_remembered_and_can_be_taken_back(kuznia: Kuznia) -> None:
    kuznia("limits", "set", "ivan", "--generation", "3/hour", "--at-once", "2")
    kuznia("budgets", "set", "ivan", "--tokens-day", "1000", "--cost-month", "2.5")
    decided = json.loads(kuznia("budgets", "show", "ivan", "--json").stdout)
    kuznia("limits", "clear", "ivan")
    kuznia("budgets", "set", "ivan", "--tokens-day", "default", "--cost-month", "off")
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
        ("budgets", "set", "ivan", "--cost-day", "-1"),
        ("budgets", "set", "ivan", "--cost-day", "sNaN"),
        ("budgets", "set", "ivan", "--cost-day", "-Infinity"),
        # A billionth of a dollar is the least there is; nothing is rounded away.
        ("budgets", "set", "ivan", "--cost-day", "0.0000000015"),
        ("budgets", "set", "ivan", "--tokens-day", "1.9"),
        ("limits", "set", "ivan", "--at-once", "3000000000"),
    ],
)
def test_what_is_no_limit_is_refused_with_what_is(kuznia: Kuznia, words: tuple[str, ...]) -> None:
    told = kuznia(*words)

    assert told.exit_code == 2
    assert words[3] in told.stderr


@pytest.mark.parametrize("command", ["limits", "budgets"])
@pytest.mark.parametrize("words", [("show",), ("set",), ("clear",)])
def test_nobody_is_limited_by_a_name_that_nobody_has(
    kuznia: Kuznia, command: str, words: tuple[str, ...]
) -> None:
    option = {"limits": "--at-once", "budgets": "--tokens-day"}[command]
    more = (option, "5") if words == ("set",) else ()

    told = kuznia(command, *words, "ivna", *more)

    assert told.exit_code == 4
    assert "There is no user with this name or id. Did you mean ivan?" in told.stderr


def test_a_part_of_a_name_finds_it(kuznia: Kuznia) -> None:
    kuznia("users", "create", "olha.kovalenko@example.org", typed=PASSWORD)

    told = kuznia("limits", "show", "olha", "--json")

    assert json.loads(told.stdout)["error"]["details"]["nearest"] == ["olha.kovalenko@example.org"]


def test_an_identity_providers_people_are_known_once_they_came_or_were_named(
    kuznia: Kuznia,
) -> None:
    unknown = kuznia("budgets", "set", "jwt:olena", "--tokens-day", "5")
    kuznia("users", "role", "jwt:olena", "user")
    known = kuznia("budgets", "set", "jwt:olena", "--tokens-day", "5")

    assert unknown.exit_code == 4
    assert "`kuznia users role ID user`" in unknown.stderr
    assert known.exit_code == 0


def test_a_name_and_an_id_are_one_caller(kuznia: Kuznia, ivan: str) -> None:
    kuznia("budgets", "set", "IVAN", "--tokens-day", "5")

    told = json.loads(kuznia("budgets", "show", ivan, "--json").stdout)

    assert (told["caller"], told["decided"]) == (ivan, ["tokens_day"])


def test_what_the_command_line_spent_is_shown(
    kuznia: Kuznia, scripted_kuznia: Kuznia, scripted: ScriptedModel
) -> None:
    scripted.will_say("note: fine")
    made = json.loads(scripted_kuznia("make", "notes", "a note on iron", "--json").stdout)

    told = kuznia("limits", "show", "local")
    (spent,) = json.loads(kuznia("budgets", "show", "local", "--days", "2", "--json").stdout)[
        "spent"
    ]

    evidence = made["evidence"]
    assert (spent["model"], spent["calls"], spent["key"]) == ("scripted", 1, "")
    assert spent["input_tokens"] == evidence["input_tokens"]
    assert spent["output_tokens"] == evidence["output_tokens"]
    line = f"{evidence['input_tokens']} + {evidence['output_tokens']} tokens"
    assert f"without a key  scripted  1 calls  {line}" in told.stdout


def test_what_somebody_erased_had_spent_is_still_to_be_seen(kuznia: Kuznia, ivan: str) -> None:
    kuznia("budgets", "set", ivan, "--tokens-day", "5")
    kuznia("users", "erase", ivan, "--yes")

    shown = kuznia("budgets", "show", ivan, "--json")
    again = kuznia("budgets", "set", ivan, "--tokens-day", "6")
    cleared = kuznia("budgets", "clear", ivan)

    assert json.loads(shown.stdout)["decided"] == ["tokens_day"]
    assert again.exit_code == 4
    assert cleared.exit_code == 0
