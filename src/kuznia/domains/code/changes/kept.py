"""The tests that came with an order, run before the change and after it."""

from collections import Counter
from collections.abc import Iterator

from kuznia.domains.code.languages.testing import is_test_path
from kuznia.domains.code.sandbox.missing import missing_package
from kuznia.domains.code.sandbox.trial import Sandbox
from kuznia.domains.code.schema import CaseRun, Execution, File, over

BEFORE = "It failed before the change, and says nothing of it."


async def kept_tests(
    sandbox: Sandbox, language: str, came: tuple[File, ...], changed: tuple[File, ...]
) -> Execution:
    """What became of the tests that came and passed; those that failed before say nothing."""
    if not any(_is_test(file, language) for file in came):
        return Execution(status="none", reason="No tests came with the order.")
    before = await _run(sandbox, language, came, came)
    if before.status != "ran":
        return before
    if not before.count("passed"):
        return Execution(status="none", reason=_why(before), output=before.output)
    after = await _run(sandbox, language, over(came, changed), came)
    if after.status != "ran":
        return after
    return after.model_copy(update={"cases": tuple(_compared(before.cases, after.cases))})


async def _run(
    sandbox: Sandbox, language: str, files: tuple[File, ...], came: tuple[File, ...]
) -> Execution:
    paths = {file.path for file in came if is_test_path(file.path)}
    tests = tuple(file for file in files if file.path in paths)
    code = tuple(file for file in files if file.path not in paths)
    execution = await sandbox.run(language, code, tests)
    return missing_package(execution, (*code, *tests), tests, ())


def _is_test(file: File, language: str) -> bool:
    return file.language == language and is_test_path(file.path)


def _why(before: Execution) -> str:
    failed = next((case for case in before.cases if case.outcome in ("failed", "error")), None)
    more = f": {failed.message.partition(chr(10))[0]}" if failed else ""
    return f"The tests that came do not pass with the files as they came{more}"


def _compared(before: tuple[CaseRun, ...], after: tuple[CaseRun, ...]) -> Iterator[CaseRun]:
    """The outcome of each test that passed before, and of those that are new."""
    now = dict(_numbered(after))
    for key, case in _numbered(before):
        came = now.pop(key, None)
        if case.outcome != "passed":
            yield case.model_copy(update={"outcome": "skipped", "message": BEFORE})
        elif came is None:
            message = "It is no longer there, or was never run."
            yield case.model_copy(update={"outcome": "error", "message": message})
        else:
            yield came
    yield from now.values()


def _numbered(cases: tuple[CaseRun, ...]) -> Iterator[tuple[tuple[str, int], CaseRun]]:
    seen: Counter[str] = Counter()
    for case in cases:
        seen[case.name] += 1
        yield (case.name, seen[case.name]), case
