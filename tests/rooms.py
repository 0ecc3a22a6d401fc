"""Which tests belong together: by what they need (`unit`, `integration`), and by room.

Run as a script, this file prints the tests of the rooms that were touched since BASE.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from types import FunctionType, ModuleType

import pytest

ROOT = Path(__file__).parents[1]
# Whoever asks for one of these has a database, a server or a door that is real.
FIXTURES = {"sqlite_template", "postgres", "redis", "own_redis", "database_url", "modelserver"}
# Whoever takes something from one of these starts a process or listens on a socket.
MODULES = {"subprocess", "http", "tests.doors.served", "tests.modelserver", "tests.processes"}
MODULES |= {"tests.callers.processes", "tests.platform.upstream", "tests.serving"}
MODULES |= {"tests.domains.flows.outside.tools", "tests.setup.machine"}
ROOMS = {"bench", "doors"}


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
    chosen = {path.as_posix() for name in changed for path in _tests(Path(name))}
    # A folder brings what is in it.
    return sorted(name for name in chosen if not any(f"{p}" in chosen for p in Path(name).parents))


def _tests(path: Path) -> Iterator[Path]:
    top, *inner = path.parts
    if top == "tests" and path.name.startswith("test_") and path.suffix == ".py":
        if (ROOT / path).exists():
            yield path
    elif top == "tests" or path.is_relative_to("src/kuznia"):
        room = Path("tests", *(inner if top == "tests" else inner[1:])).parent
        while not (ROOT / room).is_dir():
            room = room.parent
        if room != Path("tests"):
            own = sorted((ROOT / room).glob(f"test_{path.stem}*.py"))
            yield from (file.relative_to(ROOT) for file in own) if own else iter([room])
    elif top in ("requirements", "Makefile", "pyproject.toml"):
        yield Path("tests/setup")
    elif top in ("docs", "README.md", "CONTRIBUTING.md"):
        yield Path("tests/test_docs.py")
