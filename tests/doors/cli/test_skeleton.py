"""`kuznia skeleton`: what it writes, prints, and refuses."""

import json
from pathlib import Path

import pytest
from tests.doors.cli.conftest import Kuznia

FARE = "def fare(age: int) -> int:\n    return 0 if age < 6 else 4\n\n\ndef untyped(a):\n    pass\n"


@pytest.fixture(autouse=True)
def tree(empty_folder: Path) -> Path:
    (empty_folder / "shop").mkdir()
    (empty_folder / "shop/fare.py").write_text(FARE)
    (empty_folder / "shop/fare.go").write_text("package fare\n\nfunc Fare(age int) {}\n")
    (empty_folder / "shop/look.css").write_text("a {}\n")
    return empty_folder


def test_everything_is_written_into_a_folder(kuznia: Kuznia, tree: Path) -> None:
    told = kuznia("skeleton", "shop", "--out", "made")

    assert told.exit_code == 0
    written = {path.relative_to(tree / "made").as_posix() for path in (tree / "made").rglob("*.*")}
    assert written == {"README.md", "shop/fare.py", "shop/fare.go", "shop/test_fare_properties.py"}
    assert "shop/fare.py:5: untyped: no annotation for a" in told.stderr
    assert (tree / "shop/fare.py").read_text() == FARE


def test_without_a_folder_it_is_printed(kuznia: Kuznia) -> None:
    told = kuznia("skeleton", "shop/fare.go", "--prose-language", "uk")

    assert "── README.md ──\n# Довідник" in told.stdout
    assert "// Fare: Напишіть, для чого Fare.\nfunc Fare(age int) {}" in told.stdout


def test_programs_get_json(kuznia: Kuznia) -> None:
    told = kuznia("skeleton", "shop", "--no-docs", "--json")

    said = json.loads(told.stdout)
    assert said["documentation"] is None
    assert [file["path"] for file in said["tests"]["files"]] == ["shop/test_fare_properties.py"]


def test_what_is_there_already_is_not_overwritten(kuznia: Kuznia, tree: Path) -> None:
    told = kuznia("skeleton", "shop", "--out", ".")

    assert told.exit_code == 2
    assert "is there already" in told.stderr
    assert not (tree / "README.md").exists()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ({"bad.py": "\ndef f(:\n"}, "bad.py:2:7 does not parse"),
        ({"look.css": "a {}\n"}, "No source file was found whose names"),
        ({"slow.kt": "<" * 100_000}, "was not read within"),
    ],
)
def test_what_cannot_be_sketched_is_told(kuznia: Kuznia, tree: Path, content, why) -> None:
    (tree / "other").mkdir()
    for name, text in content.items():
        (tree / "other" / name).write_text(text)

    told = kuznia("skeleton", "other")

    assert told.exit_code in (2, 9)
    assert why in told.stderr


def test_a_path_that_leads_out_is_refused(kuznia: Kuznia, tree: Path) -> None:
    told = kuznia("skeleton", "shop/../../" + tree.name + "/shop/fare.py", "--out", "made")

    assert told.exit_code == 2
    assert "Nothing was written" in told.stderr


def test_a_folder_that_cannot_be_written_is_told(kuznia: Kuznia, tree: Path) -> None:
    (tree / "file").touch()

    told = kuznia("skeleton", "shop", "--out", "file")

    assert told.exit_code == 2
    assert "is not a folder" in told.stderr
