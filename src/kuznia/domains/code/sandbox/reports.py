"""Whether a test report can be believed: code under test can end, skip or rewrite it.

Tests and the code they test share a process with the runner, and what runs there can tell the
runner what it likes. So one more test is put at the end of each file (in Go, of each package): a
sentinel, which must fail, under a name nobody can know beforehand. A run that lost its end, a
runner made to pass everything and an exit code of the code's own choice all contradict it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from kuznia.domains.code.schema import CaseRun

# A model can write a test with a million cases; nobody reads them.
MAX_CASES = 500
# What every runner exits with when tests were run and one of them failed: a sentinel always does.
FAILED = 1
SENTINEL = "test_that_must_fail_"
NO_REPORT = "The tests left no report."


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A line of a report: the test as it is named in the source, and its outcome."""

    test: str
    case: CaseRun
    # The test is a file that could not be read, or is skipped, with all its tests.
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Sentinel:
    """A test that must fail, and the file whose end it marks."""

    test: str
    file: str


@dataclass(frozen=True, slots=True)
class Expected:
    """The tests and sentinels that a report must contain."""

    tests: tuple[str, ...] = ()
    sentinels: tuple[Sentinel, ...] = ()


def judged(
    rows: Sequence[ReportRow], expected: Expected, code: int
) -> tuple[tuple[CaseRun, ...], str]:
    """What came of the tests. A claim that all is well is held against what was expected: lost
    tests are errors, and where it is contradicted there is nothing but the reason."""
    names = {sentinel.test for sentinel in expected.sentinels}
    own = [row for row in rows if row.test not in names]
    cases = tuple(row.case for row in own)
    if any(case.outcome in ("failed", "error") for case in cases):
        return cases[:MAX_CASES], ""
    if why := NO_REPORT if not own else _doubt(rows, expected, code):
        return (), why
    heard, whole = {row.test for row in own}, _whole(own)
    lost = [
        test
        for test in expected.tests
        if test not in heard and test.partition("::")[0] not in whole
    ]
    return (*map(_lost, lost), *cases)[:MAX_CASES], ""


def _doubt(rows: Sequence[ReportRow], expected: Expected, code: int) -> str:
    """What contradicts a report without failures; empty where nothing does."""
    failed = {row.test for row in rows if row.case.outcome == "failed"}
    whole = _whole(rows)
    running = [sentinel for sentinel in expected.sentinels if sentinel.file not in whole]
    silent = [sentinel.file for sentinel in running if sentinel.test not in failed]
    if silent:
        return (
            f"{silent[0]} was not run to its end: name it as the runner expects, end no process "
            "in it or in the code, and leave the runner as it is."
        )
    if running and code != FAILED:
        return f"The runner was ended with exit code {code}: end no process in tests or code."
    return ""


def _whole(rows: Sequence[ReportRow]) -> set[str]:
    return {row.test for row in rows if row.whole}


def _lost(test: str) -> CaseRun:
    name = test.rpartition("::")[2]
    return CaseRun(name=name, outcome="error", seconds=0.0, message="It was never run.")
