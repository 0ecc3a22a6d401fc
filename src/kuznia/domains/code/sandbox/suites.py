"""How the tests of a language are run, and how their report is read."""

import json
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from math import isfinite
from typing import Literal
from xml.etree import ElementTree as Xml

from kuznia.domains.code.sandbox.box import CODE, WORK
from kuznia.domains.code.sandbox.golang import GO_ENVIRONMENT, go_cases
from kuznia.domains.code.sandbox.probe import GO_CACHE, RUNNER, Probe
from kuznia.domains.code.sandbox.reports import SENTINEL, ReportRow
from kuznia.domains.code.schema import CaseRun

MAX_CHARACTERS = 500
# What runs the tests of each language, and where it comes from.
RUNNERS = {
    "python": ("python3", "apt install python3"),
    "javascript": ("node", "apt install nodejs"),
    "go": ("go", "apt install golang"),
}
_BAD: dict[str, Literal["failed", "error", "skipped"]] = {
    "failure": "failed",
    "error": "error",
    "skipped": "skipped",
}
_WORST = ("error", "failed", "skipped", "passed")


def command(language: str, host: Probe) -> list[str] | None:
    """The command that runs a language's tests in the sandbox; None where this host cannot.

    Standard output is the report, as the runner writes it; all that the tests print goes elsewhere,
    and the exit code is the runner's own.
    """
    suites = {
        # Without plugins: one beside the tests would decide what counts as passed.
        "python": "exec env PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 "
        f"{host.python} -I -B {RUNNER} {SENTINEL}",
        "javascript": f"exec {host.node} --test --test-reporter=junit",
        # Links to what is compiled already: the folder itself must be one that can be written.
        "go": f"cp -rs {GO_CACHE} .gocache && "
        "{ [ -f go.mod ] || echo module tested > go.mod; } && "
        f"exec env {GO_ENVIRONMENT} GOCACHE={WORK}/.gocache {host.go} test -json -vet=off ./...",
    }
    if lacks(language, host):
        return None
    return ["/bin/sh", "-c", f"cp -r {CODE}/. {WORK}/ && {suites[language]}"]


def lacks(language: str, host: Probe) -> str:
    """Why tests of a language cannot be run here; empty where they can."""
    if language not in RUNNERS:
        return f"There is no runner for tests in {language}."
    program, package = RUNNERS[language]
    available = {"python": host.python, "javascript": host.node, "go": host.go}[language]
    if available and language == "python" and find_spec("pytest") is None:
        return "pytest is not installed beside Kuznia (pip install pytest)."
    return "" if available else f"{program} is not installed ({package})."


def rows(report: bytes, language: str) -> tuple[ReportRow, ...]:
    """The lines of a report; none where it is not a report, for it may never have been written."""
    return tuple(_READERS[language](report))


def _python(report: bytes) -> Iterator[ReportRow]:
    """One row for each test, with the worst outcome reported for it."""
    worst: dict[str, tuple[str, ReportRow]] = {}
    for line in report.splitlines():
        place, row = _line(line)
        rank = _WORST.index(row.case.outcome)
        if place not in worst or rank < _WORST.index(worst[place][1].case.outcome):
            worst[place] = place, row
    yield from (row for _, row in worst.values())


def _line(line: bytes) -> tuple[str, ReportRow]:
    try:
        place, outcome, seconds, message = json.loads(line)
        file, inside, name = place.partition("::")
        plain, bracket, which = name.partition("[")
        name = plain.rpartition("::")[2] + bracket + which
        case = CaseRun(
            name=(name or file)[:MAX_CHARACTERS],
            outcome=outcome,
            seconds=_seconds(seconds),
            message=message,
        )
    except (ValueError, TypeError, AttributeError):
        # Something else wrote into the report.
        unread = CaseRun(name="", outcome="error", seconds=0.0, message="The report is damaged.")
        return "", ReportRow("", unread)
    return place, ReportRow(file + inside + plain, case, whole=not inside)


def _javascript(report: bytes) -> Iterator[ReportRow]:
    try:
        # Expat itself refuses entities that grow, and the report is cut at the output's limit.
        root = Xml.fromstring(report)  # noqa: S314 - see above
    except Xml.ParseError:
        return
    for case in root.iter("testcase"):
        bad = next((mark for mark in case if mark.tag in _BAD), None)
        message = "" if bad is None else bad.get("message") or bad.text or ""
        name = case.get("name", "")
        run = CaseRun(
            name=name[:MAX_CHARACTERS],
            outcome="passed" if bad is None else _BAD[bad.tag],
            seconds=_seconds(case.get("time", "")),
            message=message[:MAX_CHARACTERS],
        )
        yield ReportRow(name, run)


def _go(report: bytes) -> Iterator[ReportRow]:
    return (ReportRow(case.name, case) for case in go_cases(report))


_READERS: dict[str, Callable[[bytes], Iterator[ReportRow]]] = {
    "python": _python,
    "javascript": _javascript,
    "go": _go,
}


def _seconds(text: str | float) -> float:
    try:
        seconds = round(float(text), 4)
    except ValueError:
        return 0.0
    return seconds if isfinite(seconds) else 0.0
