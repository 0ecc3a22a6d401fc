"""How the tests of a language are run, and what their report says."""

from collections.abc import Iterator
from typing import Literal
from xml.etree import ElementTree as Xml

from kuznia.domains.code.execution import CaseRun
from kuznia.domains.code.sandbox.box import CODE, WORK
from kuznia.domains.code.sandbox.probe import TOOLBOX, Probe

REPORT = f"{WORK}/.report.xml"
# A model can write a test with a million cases; nobody reads them.
MOST_CASES = 500
MOST_LETTERS = 500
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
    }
    if language not in suites or not (found.node if language == "javascript" else found.python):
        return None
    script = f"cp -r {CODE}/. {WORK}/ && {suites[language]} >&2; cat {REPORT}"
    return ["/bin/sh", "-c", script]


def cases(report: bytes) -> tuple[CaseRun, ...]:
    """The tests of a JUnit report, or none where it is not one: it may never have been written."""
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
