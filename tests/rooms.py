"""Which tests belong together: by what they need (`unit`, `integration`), and by room.

Run as a script, this file prints what was changed: `python -m tests.rooms tests main` prints the
tests of the rooms that were touched since main, `python -m tests.rooms python main` the sources.
"""

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from types import FunctionType, ModuleType

import pytest

ROOT = Path(__file__).parents[1]
# Whoever asks for one of these has a database, a server or a door that is real.
FIXTURES = {"sqlite_template", "postgres", "redis", "own_redis", "database_url", "modelserver"}
# Whoever takes something from one of these starts a process or listens on a socket.
MODULES = {"subprocess", "http", "tests.callers.processes", "tests.platform.upstream"}
MODULES |= {f"tests.servers.{name}" for name in ("loop", "thread", "process", "model")}
MODULES |= {"tests.domains.flows.outside.tools", "tests.setup.machine"}
ROOMS = {"bench", "doors"}
# What the set-up is made of, where it is no code.
SET_UP = {"Makefile", "pyproject.toml", "requirements"}


def kind(item: pytest.Item) -> str:
    """`unit`: nothing but the code under test is in play; `integration`: something beside it is."""
    fixtures = set(getattr(item, "fixturenames", ()))
    module = getattr(item, "module", None)
    taken = {_home(value) for value in vars(module).values()} if module else set[str]()
    room = item.path.relative_to(ROOT / "tests").parts[0]
    real = fixtures & FIXTURES or taken & MODULES or room in ROOMS
    return "integration" if real else "unit"


def _home(value: object) -> str:
    if isinstance(value, ModuleType):
        return value.__name__
    return value.__module__ if isinstance(value, (type, FunctionType)) else ""


def touched(changed: Iterable[str]) -> list[str]:
    """The tests to run for these files: a module's own, else those of its room."""
    return sorted({test for name in changed for test in _tests(Path(name))})


def _tests(path: Path) -> list[str]:
    if path.name.startswith("test_") and path.suffix == ".py":
        return [str(path)] if (ROOT / path).exists() else []
    if path.is_relative_to("src/kuznia"):
        room = Path("tests") / path.parent.relative_to("src/kuznia")
        while not (ROOT / room).exists():
            room = room.parent
        return _in(room, f"test_{path.stem}*.py") or _in(room, "test_*.py")
    if path.is_relative_to("tests"):
        return _in(path.parent, "test_*.py")
    if path.suffix == ".md":
        return ["tests/test_docs.py"]
    return _in(Path("tests/setup"), "test_l*.py") if path.parts[0] in SET_UP else []


def _in(room: Path, pattern: str) -> list[str]:
    # What is in no room is for smoke.
    files = (ROOT / room).glob(pattern) if room != Path("tests") else ()
    return [str(file.relative_to(ROOT)) for file in files]


def _changed(base: str) -> list[str]:
    listing = ("diff", "--name-only", base), ("ls-files", "--others", "--exclude-standard")
    ran = [subprocess.run(["git", *words], cwd=ROOT, stdout=-1, text=True) for words in listing]
    return [line for each in ran for line in each.stdout.splitlines()]


if __name__ == "__main__":
    changed = _changed(sys.argv[2])
    chosen = {"python": [n for n in changed if n.endswith(".py") and (ROOT / n).exists()]}
    chosen["tests"] = touched(changed)
    print(*chosen[sys.argv[1]])  # noqa: T201 - this is how it answers
