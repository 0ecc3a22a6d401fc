"""The program that runs pytest in the sandbox; it is copied there and imports nothing of Kuznia.

Standard output is the report: a line of JSON for each test, written as soon as the test has ended
and read outside the sandbox. Nothing that comes later can take it back.
"""

import json
import linecache
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    import pytest

MAX_CHARACTERS = 500
# Where the packages are that the operator added; it need not be there.
PACKAGES = "/opt/packages"


class Recorder:
    """A pytest plugin that reports every test."""

    def __init__(self, report: int, sentinel: str) -> None:
        self._report = report
        self._sentinel = sentinel
        self._process = os.getpid()

    def pytest_collectreport(self, report: "pytest.CollectReport") -> None:
        if not report.passed:
            outcome = "error" if report.failed else "skipped"
            self._tell(report.nodeid, outcome, 0.0, _reason(report.longrepr))

    def pytest_runtest_logreport(self, report: "pytest.TestReport") -> None:
        if report.when == "call" or not report.passed:
            outcome = "error" if report.failed and report.when != "call" else report.outcome
            message = "" if report.passed else _reason(report.longrepr)
            self._tell(report.nodeid, outcome, report.duration, message)

    def pytest_report_teststatus(self, report: "pytest.TestReport") -> tuple[str, str, str] | None:
        """Leave the sentinel out of the output that people read."""
        return ("", "", "") if self._sentinel in report.nodeid else None

    def _tell(self, place: str, outcome: str, seconds: float, message: str) -> None:
        # A copy of this process that the tests forked has nothing to tell.
        if os.getpid() == self._process:
            line = (_plain(place), outcome, round(seconds, 4), _plain(message)[:MAX_CHARACTERS])
            os.write(self._report, json.dumps(line).encode() + b"\n")


def _plain(text: str) -> str:
    """The text with lone surrogates escaped: they cannot be encoded."""
    return text.encode("utf-8", "backslashreplace").decode()


def _reason(shown: object) -> str:
    """Why a test failed or was skipped, from pytest's own message."""
    if isinstance(shown, tuple):
        return str(cast("tuple[object, ...]", shown)[-1])
    crash = getattr(shown, "reprcrash", None)
    short = getattr(crash, "message", None)
    text = str(short or getattr(shown, "errorstring", None) or shown)
    marked = [line[1:].strip() for line in text.splitlines() if line.startswith("E  ")]
    first, _, more = ("\n".join(marked) or text).partition("\n")
    return "\n".join(filter(None, (first, _place(crash), more)))


def _place(crash: object) -> str:
    """The line that raised, where it is one of the files under test."""
    path = Path(str(getattr(crash, "path", "")))
    if not path.is_relative_to(Path.cwd()):
        return ""
    number = int(getattr(crash, "lineno", 0))
    line = linecache.getline(str(path), number).strip()
    return f"{path.relative_to(Path.cwd())}:{number}: {line}"


def main(sentinel: str) -> None:
    """Run the tests of this folder; this function never returns."""
    toolbox, folder = Path(__file__).resolve().parent, Path.cwd()
    # What tests print goes elsewhere, and programs they start do not inherit the report.
    report = os.dup(1)
    os.dup2(2, 1)
    sys.path.insert(0, str(toolbox))
    import pytest

    # After pytest is there: nothing of the code's can be in its place, and nothing of the packages
    # in that of the code, of pytest or of the standard library.
    sys.path.insert(0, str(folder))
    sys.path.append(PACKAGES)
    options = [
        *("-q", "--tb=short", "--color=no", "--continue-on-collection-errors"),
        # Settings beside the tests would decide what counts as passed.
        *("-p", "no:cacheprovider", "-c", str(toolbox / "pytest.ini")),
        *("--rootdir", str(folder), "-o", f"pythonpath={folder}/src"),
    ]
    if Path(PACKAGES, "pytest_asyncio").is_dir():
        # Plugins are not loaded by themselves. The operator's choice of this one is no test's.
        options += ["-p", "pytest_asyncio.plugin", "-o", "asyncio_mode=auto"]
    ended = pytest.main(options, plugins=[Recorder(report, sentinel)])
    for stream in filter(None, (sys.__stdout__, sys.__stderr__)):
        stream.flush()
    # What the tests left to be done at the exit would be done to this process.
    os._exit(ended)


if __name__ == "__main__":
    main(sys.argv[1])
