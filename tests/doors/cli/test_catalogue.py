"""`kuznia catalogue import`, and the plan it shows in."""

import json
from pathlib import Path

import pytest
from tests.domains.training.catalogue.test_foreign import LIFTER, fed
from tests.doors.cli.conftest import Kuznia


@pytest.fixture
def file(tmp_path: Path) -> str:
    (tmp_path / "theirs.json").write_text(json.dumps([fed(), fed(category="cardio")]))
    return "theirs.json"


def test_what_came_of_it_is_told_and_a_plan_uses_it(kuznia: Kuznia, file: str) -> None:
    told = kuznia("catalogue", "import", file, TRAINING_CATALOGUE="mine.json")
    assert told.exit_code == 0, told.output
    assert "Imported: 1." in told.stdout
    assert "Skipped: 1 (not a strength exercise counted in repetitions)." in told.stdout

    made = kuznia(
        *("make", "plan", "--profile", json.dumps({"age": 30} | LIFTER), "--json"),
        TRAINING_CATALOGUE="mine.json",
    )
    assert "Paused Tempo Goblet Squat Deluxe" in made.stdout
    assert json.loads(made.stdout)["parts"]["certificate"]["passed"]


def test_where_it_shall_be_kept_must_be_set(kuznia: Kuznia, file: str) -> None:
    told = kuznia("catalogue", "import", file)

    assert told.exit_code == 2
    assert "Set TRAINING_CATALOGUE" in told.stderr


@pytest.mark.parametrize(
    ("name", "to", "complaint"),
    [
        ("absent.json", "mine.json", "cannot be read"),
        ("bad.json", "mine.json", "not JSON"),
        ("theirs.json", "no/folder/mine.json", "cannot be written"),
    ],
)
def test_what_goes_wrong_is_said(
    kuznia: Kuznia, file: str, tmp_path: Path, name: str, to: str, complaint: str
) -> None:
    (tmp_path / "bad.json").write_text("{")
    told = kuznia("catalogue", "import", name, TRAINING_CATALOGUE=to)

    assert told.exit_code == 2
    assert complaint in told.stderr


def test_a_broken_file_stops_the_command_with_its_name(kuznia: Kuznia, tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text("{")
    told = kuznia("make", "plan", "--profile", '{"age": 30}', TRAINING_CATALOGUE="mine.json")

    assert told.exit_code == 2
    assert "TRAINING_CATALOGUE" in told.stderr
