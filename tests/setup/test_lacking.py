"""What a machine lacks is said in one sentence, before anything is made."""

import subprocess
import sys
from pathlib import Path

import pytest
from tests.setup.machine import ROOT, find_python

THIS = "{}.{}".format(*sys.version_info)


def make_run(folder: Path, python: str) -> str:
    """What `make run` says on standard error, but for make's own last line."""
    ran = subprocess.run(
        ["make", "-f", ROOT / "Makefile", "run", f"PYTHON={python}"],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
    )
    *lines, last = ran.stderr.splitlines()
    assert last.startswith("make: ***")
    return "\n".join(lines)


def python_of(version: str) -> str:
    return find_python(version) or pytest.skip(f"there is no Python {version} here")


def an_environment(folder: Path, version: str) -> None:
    """One that is there already, without pip."""
    for name in ("pyproject.toml", "requirements/run.txt"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).touch()
    subprocess.run([python_of(version), "-m", "venv", "--without-pip", folder / ".venv"])


@pytest.mark.parametrize("version", ["2.7", "3.8", "3.10"])
def test_a_python_that_is_too_old(version: str, tmp_path: Path) -> None:
    python = python_of(version)

    words = make_run(tmp_path, python)

    assert words.startswith(f"Kuznia needs Python 3.11 or newer, and {python} is Python {version}.")
    assert words.endswith(". Name another: make run PYTHON=python3.11")
    assert not list(tmp_path.iterdir())


def test_no_python_of_that_name(tmp_path: Path) -> None:
    assert make_run(tmp_path, "python3.99") == (
        "There is no python3.99 here. Install Python 3.11 or newer, or name it: "
        "make run PYTHON=/path/to/python3.11"
    )


def test_a_python_without_pip(tmp_path: Path) -> None:
    # As Debian ships it: the package python3-venv has this module.
    (tmp_path / "ensurepip.py").write_text("raise ImportError")
    python = python_of(THIS)

    assert make_run(tmp_path, python) == (
        f"{python} cannot make a virtual environment with pip. Install its venv and pip "
        "(on Debian: apt install python3-venv)."
    )


def test_an_environment_of_a_python_that_is_too_old(tmp_path: Path) -> None:
    an_environment(tmp_path, "3.10")

    words = make_run(tmp_path, "python3")

    assert words.startswith("Kuznia needs Python 3.11 or newer, and .venv is of Python 3.10.")
    assert words.endswith("Make it anew: rm -r .venv && make run PYTHON=python3.11")


def test_an_environment_without_pip(tmp_path: Path) -> None:
    an_environment(tmp_path, THIS)

    assert make_run(tmp_path, "python3") == (
        ".venv has no pip. Make it anew: rm -r .venv && make run"
    )
