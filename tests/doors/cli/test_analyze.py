"""`kuznia analyze`: what it looks at, what it prints, and when it says no."""

import json
import os
from pathlib import Path

import pytest
from tests.doors.cli.conftest import Kuznia

from kuznia.domains.code.analysis import analyse
from kuznia.domains.code.analysis.repository.processes import MAX_BYTES
from kuznia.domains.code.analysis.repository.walk import sources_under
from kuznia.domains.code.analysis.uploads import NotSource
from kuznia.domains.code.schema import File

PAGE = Path(__file__).parents[3] / "docs" / "analyze.md"
BRANCHY = "def pick(a, b):\n    if a and b:\n        return 1\n    return 2\n"


@pytest.fixture(autouse=True)
def tree(empty_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(empty_folder / ".cache"))
    (empty_folder / "pick.py").write_text(BRANCHY)
    return empty_folder


def put(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def test_people_get_the_worst_functions_the_totals_and_the_rating(kuznia: Kuznia) -> None:
    told = kuznia("analyze", ".")

    assert told.exit_code == 0
    for part in ("pick.py:1", "1 files, 4 lines of code, 1 functions", "Rated A."):
        assert part in told.stdout
    assert told.stderr == ""


def test_a_program_gets_the_analysis(kuznia: Kuznia) -> None:
    told = kuznia("analyze", "pick.py", "--json", "--profile", "eslint")

    wanted = analyse(
        [File(path="pick.py", language="python", content=BRANCHY)], profile="eslint"
    ).model_dump(mode="json")
    assert json.loads(told.stdout) == {**wanted, "findings": [], "skipped": []}


def test_a_walk_skips_what_is_no_source_of_the_project(kuznia: Kuznia, tree: Path) -> None:
    for path in (".git/a.py", ".venv/b.py", "node_modules/c.js", "__pycache__/d.py", "e.unknown"):
        put(tree / path, b"x = 1\n")
    put(tree / "binary.py", b"\0")
    put(tree / "long.py", b"#" * (MAX_BYTES + 1))
    put(tree / "below" / "kept.py", b"x = 1\n")

    told = json.loads(kuznia("analyze", ".", "pick.py", "--json").stdout)

    assert [file["path"] for file in told["files"]] == ["pick.py", "below/kept.py"]


@pytest.mark.parametrize(
    ("option", "most", "line"),
    [
        ("--max-cyclomatic", "2", "pick.py:1: pick: cyclomatic 3, at most 2 allowed"),
        ("--max-cognitive", "1", "pick.py:1: pick: cognitive 2, at most 1 allowed"),
        ("--max-nesting", "0", "pick.py:1: pick: nesting 1, at most 0 allowed"),
        ("--max-length", "3", "pick.py:1: pick: length 4, at most 3 allowed"),
        ("--max-parameters", "1", "pick.py:1: pick: parameters 2, at most 1 allowed"),
        ("--min-maintainability", "100", "pick.py:1: maintainability "),
    ],
)
def test_a_breach_has_its_line_and_sets_the_exit_code(
    kuznia: Kuznia, option: str, most: str, line: str
) -> None:
    told = kuznia("analyze", "pick.py", option, most)

    assert told.exit_code == 1
    assert told.stderr.startswith(line)


def test_limits_of_all_files_together_are_breached(kuznia: Kuznia, tree: Path) -> None:
    body = "".join(f"    first_value_{n} = call_something({n})\n" for n in range(8))
    put(tree / "one.py", f"def one():\n{body}".encode())
    put(tree / "two.py", f"def two():\n{body}".encode())

    told = kuznia("analyze", ".", "--max-duplicated", "0.1")

    assert told.exit_code == 1
    assert "of the code is duplicated, at most 10.0% allowed" in told.stderr


def test_a_file_that_does_not_parse_is_a_breach_unless_allowed(kuznia: Kuznia, tree: Path) -> None:
    put(tree / "wrong.py", b"x = 1\ndef (\n")

    assert "wrong.py:2: does not parse" in kuznia("analyze", ".").stderr
    assert "rated" not in kuznia("analyze", ".", "--min-grade", "A").stderr
    assert "at least A required" in kuznia("analyze", "wrong.py", "--min-grade", "A").stderr
    assert kuznia("analyze", ".", "--allow-errors").exit_code == 0


def test_sarif_goes_to_a_file_or_to_standard_output(kuznia: Kuznia, tree: Path) -> None:
    printed = kuznia("analyze", ".", "--sarif", "-", "--max-cyclomatic", "1").stdout
    kuznia("analyze", ".", "--sarif", "out.sarif", "--max-cyclomatic", "1")

    assert json.loads(printed)["runs"][0]["results"][0]["ruleId"] == "cyclomatic"
    assert (tree / "out.sarif").read_text() == printed


def test_a_baseline_accepts_what_was_there_and_nothing_new(kuznia: Kuznia, tree: Path) -> None:
    limit = ("--max-cyclomatic", "1")
    written = kuznia("analyze", ".", *limit, "--write-baseline", "known.json")
    put(tree / "pick.py", b"import os\n\n" + BRANCHY.encode())
    put(tree / "new.py", BRANCHY.replace("pick", "new").encode())

    told = kuznia("analyze", ".", *limit, "--baseline", "known.json", "--json")

    assert (written.exit_code, written.stderr) == (0, "")
    assert "Accepted: 0 in comments, 1 in the baseline." in written.stdout
    assert told.exit_code == 1
    assert told.stderr == "new.py:1: new: cyclomatic 3, at most 1 allowed\n"
    kept = {row["path"]: row["accepted"] for row in json.loads(told.stdout)["findings"]}
    assert kept == {"new.py": "", "pick.py": "in the baseline"}


def test_results_are_kept_for_the_next_run_unless_they_must_not_be(
    kuznia: Kuznia, tree: Path
) -> None:
    put(tree / "vendor" / "other.py", b"x = 1\n")
    kuznia("analyze", ".", "--no-cache", "--jobs", "1")
    without = list((tree / ".cache").rglob("*"))
    first = kuznia("analyze", ".", "--exclude", "vendor/", "--json")
    kept = [path for path in (tree / ".cache").rglob("*") if path.is_file()]

    assert without == []
    assert len(kept) == 1
    assert kuznia("analyze", ".", "--exclude", "vendor/", "--json").stdout == first.stdout


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["absent"], "There is no absent."),
        (["empty"], "No source file of a known language"),
        (["note.unknown"], "not in a language Kuznia reads"),
        (["folder.py/pipe.py"], "this is not a file"),
        (["binary.py"], "this is binary"),
        ([".", "--sarif", "absent/out"], "absent/out cannot be written"),
        ([".", "--sarif", "-", "--json"], "not both"),
        ([".", "--max-cyclomatic", "0"], "cyclomatic"),
        ([".", "--since", "main"], "needs a git repository"),
        ([".", "--since", "main", "--min-grade", "A"], "looks at a part of the files"),
        ([".", "--baseline", "absent.json"], "absent.json cannot be read"),
        ([".", "--baseline", "pick.py"], "pick.py is no baseline"),
    ],
)
def test_what_cannot_be_done_is_said(
    kuznia: Kuznia, tree: Path, words: list[str], why: str
) -> None:
    (tree / "empty").mkdir()
    (tree / "note.unknown").touch()
    put(tree / "binary.py", b"\0")
    (tree / "folder.py").mkdir()
    os.mkfifo(tree / "folder.py" / "pipe.py")

    told = kuznia("analyze", *words)

    assert told.exit_code > 1
    assert why in told.stdout + told.stderr


def test_too_many_files_are_refused(tree: Path) -> None:
    put(tree / "second.py", b"x = 1\n")

    with pytest.raises(NotSource, match="more than 1 source files"):
        list(sources_under([tree], maximum=1))


def test_the_page_shows_what_happens(kuznia: Kuznia) -> None:
    page = PAGE.read_text("utf-8")
    command = page.partition("```sh\nkuznia ")[2].partition("\n")[0]
    shown = page.partition("```text\n")[2].partition("```")[0]

    told = kuznia(*command.split())

    assert (told.exit_code, told.stderr) == (1, shown)
