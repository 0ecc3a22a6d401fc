"""How the tests of a language are run, and what their report says."""

from collections.abc import Iterator
from importlib.util import find_spec
from typing import Literal
from xml.etree import ElementTree as Xml

from kuznia.domains.code.execution import CaseRun
from kuznia.domains.code.sandbox.box import CODE, WORK
from kuznia.domains.code.sandbox.golang import GO_ENVIRONMENT, go_cases
from kuznia.domains.code.sandbox.probe import GO_CACHE, TOOLBOX, Probe

REPORT = f"{WORK}/.report"
# A model can write a test with a million cases; nobody reads them.
MOST_CASES = 500
MOST_LETTERS = 500
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


def command(language: str, found: Probe) -> list[str] | None:
    """What runs a language's tests in the sandbox, or None where this host cannot.

    All that the tests print goes to standard error; standard output is the report alone, written
    by a shell that no longer runs any of their code.
    """
    suites = {
        "python": f"PYTHONPATH={TOOLBOX}:. {found.python} -B -m pytest -q --tb=short --color=no "
        f"-p no:cacheprovider -o addopts= --rootdir={WORK} --junitxml={REPORT}",
        "javascript": f"{found.node} --test --test-reporter=junit "
        f"--test-reporter-destination={REPORT}",
        # Links to what is compiled already: the folder itself must be one that can be written.
        "go": f"{{ cp -rs {GO_CACHE} .gocache; [ -f go.mod ] || echo module tested > go.mod; "
        f"env {GO_ENVIRONMENT} GOCACHE={WORK}/.gocache "
        f"{found.go} test -json -vet=off ./... > {REPORT}; }}",
    }
    if lacks(language, found):
        return None
    script = f"cp -r {CODE}/. {WORK}/ && {suites[language]} >&2; cat {REPORT}"
    return ["/bin/sh", "-c", script]


def lacks(language: str, found: Probe) -> str:
    """Why tests of a language cannot be run here; empty where they can."""
    if language not in RUNNERS:
        return f"There is no runner for tests in {language}."
    program, package = RUNNERS[language]
    there = {"python": found.python, "javascript": found.node, "go": found.go}[language]
    if there and language == "python" and find_spec("pytest") is None:
        return "pytest is not installed beside Kuznia (pip install pytest)."
    return "" if there else f"{program} is not installed ({package})."


def cases(report: bytes, language: str = "") -> tuple[CaseRun, ...]:
    """The tests of a report, or none where it is not one: it may never have been written."""
    if language == "go":
        return go_cases(report)[:MOST_CASES]
    try:
        # Expat itself refuses entities that grow, and the report is cut at the output's limit.
        root = Xml.fromstring(report)  # noqa: S314 - see above
    except Xml.ParseError:
        return ()
    return tuple(_cases(root))[:MOST_CASES]


def _cases(root: Xml.Element) -> Iterator[CaseRun]:
    for case in root.iter("testcase"):
        bad = next((mark for mark in case if mark.tag in _BAD), None)
        said = "" if bad is None else bad.get("message") or bad.text or ""
        yield CaseRun(
            name=case.get("name", "")[:MOST_LETTERS],
            outcome="passed" if bad is None else _BAD[bad.tag],
            seconds=_seconds(case.get("time", "")),
            message=said[:MOST_LETTERS],
        )


def _seconds(text: str) -> float:
    try:
        return round(float(text), 4)
    except ValueError:
        return 0.0
