"""`kuznia training ask`, and the plan it leads to."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.doors.cli.conftest import Kuznia
from typer.testing import CliRunner, Result

from kuznia.doors.cli.main import cli
from kuznia.launch import tools

Typing = Callable[..., Result]
BASICS = ["34", "male", "180 lb", "178", "strength", "muscle", "intermediate", "3", "45", "1", "4"]
# No chest pain, no fainting; no disease; never supervised; no signs; nothing sore; pressed minutes.
WELL = ["", "no", "no", "none", "no", "no", "nowhere", "120", "", "", ""]


@pytest.fixture
def typing() -> Typing:
    """The command with these lines typed, one after the other."""

    def run(lines: list[str], *words: str) -> Result:
        given = replace(tools())
        return CliRunner().invoke(
            cli,
            ["training", "ask", *words],
            obj=lambda: given,
            input="\n".join(lines) + "\n",
            catch_exceptions=False,
        )

    return run


def test_the_answers_become_a_profile(typing: Typing, tmp_path: Path) -> None:
    told = typing([*BASICS, *WELL, "no"], "--out", "me.json")

    profile = json.loads((tmp_path / "me.json").read_text())
    assert told.exit_code == 0, told.output
    assert profile["age"] == 34
    assert profile["weight"] == 81.6
    assert profile["equipment"] == ["dumbbells"]
    assert "me.json" in told.stdout


def test_the_plan_is_made_when_it_is_wanted(typing: Typing) -> None:
    told = typing([*BASICS, *WELL, "yes"])

    assert told.exit_code == 0, told.output
    assert "Monday" in told.stdout
    assert "Hard sets by muscle" in told.stdout
    assert "✓  plan" in told.stderr


def test_one_can_go_back_and_say_something_else(typing: Typing, tmp_path: Path) -> None:
    told = typing(["<", "43", "back", *BASICS, *WELL, "no"])

    assert "This is the first question." in told.stdout
    assert json.loads((tmp_path / "profile.json").read_text())["age"] == 34


def test_an_answer_that_does_not_fit_is_asked_again(typing: Typing) -> None:
    told = typing(["", "old", "300", *BASICS, *WELL, "no"])

    assert "This question needs an answer." in told.stdout
    assert "This does not answer the question." in told.stdout
    assert "expected 1 to 110" in told.stdout
    assert told.exit_code == 0


def test_a_stop_sign_ends_at_once_with_advice_and_no_profile(
    typing: Typing, tmp_path: Path
) -> None:
    told = typing([*BASICS, "", "yes, on stairs"])

    assert told.exit_code == 0
    assert "S01" in told.stdout
    assert "not medical advice" in told.stdout
    assert not (tmp_path / "profile.json").exists()


def test_what_a_later_answer_could_clear_is_told_at_the_end(typing: Typing, tmp_path: Path) -> None:
    sick = ["", "no", "no", "heart disease", "no", "no", "no", "", "", "no", "nowhere", "0"]
    told = typing([*BASICS, *sick, "", "", ""])

    assert "S03" in told.stdout
    assert not (tmp_path / "profile.json").exists()


def test_it_asks_in_ukrainian(typing: Typing) -> None:
    told = typing(["34"], "--language", "uk")

    assert "Скільки вам років?" in told.stdout


def test_leaving_in_the_middle_writes_nothing(typing: Typing, tmp_path: Path) -> None:
    told = typing(["34", "male"])

    assert told.exit_code == 2
    assert "nothing was written" in told.stderr
    assert not (tmp_path / "profile.json").exists()


def test_a_profile_that_cannot_be_written_says_why(typing: Typing) -> None:
    told = typing([*BASICS, *WELL, "no"], "--out", "no/such/folder.json")

    assert told.exit_code == 2
    assert "cannot be written" in told.stderr


PROFILE = {
    "age": 40,
    "kind": "both",
    "weeks": 2,
    "language": "uk",
    "start": "2026-11-23",
    "weight": 90,
    "target_weight": 60,
    "endurance": {"sport": "running", "weekly_km": 10},
}


@pytest.fixture
def profile(tmp_path: Path) -> str:
    (tmp_path / "profile.json").write_text(json.dumps(PROFILE))
    return "profile.json"


def test_a_plan_is_made_from_a_profile_in_a_file(kuznia: Kuznia, profile: str) -> None:
    told = kuznia("make", "plan", "--profile", profile)

    assert told.exit_code == 0, told.output
    assert told.stdout.count("понеділок") == 2
    assert "23.11.2026" in told.stdout
    assert "Важкі підходи за м'язами" in told.stdout
    assert "█" in told.stdout
    assert "правил дотримано" in told.stdout
    assert "made by our planner" in told.stderr


def test_a_plan_can_be_written_into_a_folder(kuznia: Kuznia, profile: str, tmp_path: Path) -> None:
    told = kuznia("make", "plan", "--profile", profile, "--out", "here")

    written = json.loads((tmp_path / "here" / "artefact.json").read_text())
    assert told.stdout.strip() == str(tmp_path / "here" / "artefact.json")
    assert len(written["parts"]["plan"]["weeks"]) == 2


def test_a_plan_without_lifting_has_no_bars(kuznia: Kuznia) -> None:
    told = kuznia("make", "plan", "--profile", '{"age": 30, "kind": "endurance"}')

    assert "Endurance" in told.stdout
    assert "Hard sets" not in told.stdout
    assert "rules held" in told.stdout


def test_a_declined_order_shows_its_advice_and_no_table(kuznia: Kuznia, tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text('{"age": 40, "health": {"flags": ["chest_pain"]}}')
    told = kuznia("make", "training", "Get strong", "--profile", "p.json")

    assert told.exit_code == 0
    assert "declined" in told.stderr
    assert told.stdout == ""


@pytest.mark.parametrize(
    ("content", "complaint"),
    [(None, "cannot be read"), ("{", "is not JSON"), (" " * 1_000_001, "longer than"), ("[]", "")],
)
def test_a_profile_that_cannot_be_used_says_why(
    kuznia: Kuznia, tmp_path: Path, content: str | None, complaint: str
) -> None:
    if content is not None:
        (tmp_path / "p.json").write_text(content)
    told = kuznia("make", "plan", "--profile", "p.json")

    assert told.exit_code == 2
    assert complaint in told.stderr
