"""The pages people read say what the code does."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from kuznia import generated
from kuznia.platform.errors import ANSWERS
from kuznia.platform.settings import load

PROJECT = Path(__file__).parents[2]


@pytest.mark.parametrize("path", generated.pages())
def test_the_page_in_the_repository_is_the_generated_one(path: str):
    written = (PROJECT / path).read_text(encoding="utf-8")

    assert written == generated.pages()[path](written), "run `python -m kuznia.generated`"


def test_the_command_writes_every_page(tmp_path: Path):
    (tmp_path / "docs").mkdir()
    metrics = "before\n<!-- printed: rating -->\nyesterday\n<!-- end -->\nafter\n"
    (tmp_path / "docs/metrics.md").write_text(metrics, encoding="utf-8")

    subprocess.run([sys.executable, "-m", "kuznia.generated", tmp_path], check=True)

    written = {path: (tmp_path / path).read_text(encoding="utf-8") for path in generated.pages()}
    assert written == {path: page(written[path]) for path, page in generated.pages().items()}
    assert "yesterday" not in written["docs/metrics.md"]
    assert written["docs/metrics.md"].startswith("before\n")
    assert written["docs/metrics.md"].endswith("after\n")


def test_the_page_of_settings_has_a_line_for_each():
    names = re.findall(r"^\| `([A-Z0-9_]+)` \|", generated.settings_page(), re.MULTILINE)

    assert names == [name.upper() for name in generated.fields()]


def test_the_page_of_errors_tells_the_meaning_of_each():
    rows = [
        line.split(" | ") for line in generated.errors_page().splitlines() if line.startswith("| `")
    ]

    assert [row[0] for row in rows] == [f"| `{code}`" for code in ANSWERS]
    assert all(len(row[-1]) > 20 for row in rows)


def test_no_row_of_a_table_is_broken_by_a_stroke():
    rows = [line for line in generated.settings_page().splitlines() if line.startswith("| `")]

    assert {row.count("|") for row in rows} == {5}


def test_the_example_names_every_setting_once_and_sets_none():
    lines = [line for line in generated.env_file().splitlines() if "=" in line]

    assert [line.partition("=")[0] for line in lines] == [
        f"#{name.upper()}" for name in generated.fields()
    ]


def test_the_example_s_defaults_are_the_defaults(tmp_path: Path):
    path = tmp_path / ".env"
    path.write_text(re.sub(r"^#(?=[A-Z0-9_]+=)", "", generated.env_file(), flags=re.MULTILINE))

    settings = load({}, path)

    assert settings.public() == load({}, None).public()


def test_the_example_holds_no_secret():
    secret = re.compile("KEY|SECRET|PASSWORD")
    lines = [line for line in generated.env_file().splitlines() if secret.search(line)]

    assert lines
    assert all(line.endswith("=") for line in lines)
