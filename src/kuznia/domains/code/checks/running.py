"""Running the tests: drafts with their execution, and the checks of that.

A failure is the fault of the code or of the tests. The examples of the request become tests of ours
and accuse the code. The model's own tests prove nothing alone: it is shown both and asked which is
wrong by the words of the request; if that is the code, the code is made again (forge/run.py).
"""

import re
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from kuznia.domains.code import prompt
from kuznia.domains.code.changes.kept import kept_tests
from kuznia.domains.code.checks.source import written
from kuznia.domains.code.imports.package_names import is_named, words
from kuznia.domains.code.languages.testing import is_test_path
from kuznia.domains.code.order_examples.example import defines, not_run
from kuznia.domains.code.order_examples.javascript_tests import javascript_tests
from kuznia.domains.code.order_examples.properties import properties
from kuznia.domains.code.order_examples.python_tests import python_tests
from kuznia.domains.code.order_examples.read import examples
from kuznia.domains.code.parsing.apart import apart
from kuznia.domains.code.sandbox.missing import ASYNC_RUNNER, missing_package
from kuznia.domains.code.sandbox.trial import Sandbox
from kuznia.domains.code.schema import (
    CaseRun,
    CodeBench,
    CodeDraft,
    CodeInput,
    Execution,
    ProgramDraft,
    TestsDraft,
    project,
)
from kuznia.forge.terms import Check, Finding, Part, Unreadable
from kuznia.platform.process.workers import Stopped

MAX_CASES = 10
MAX_REASON = 300
# Of so many mutants half must be killed; fewer say too little.
MIN_MUTANTS = 4
D = TypeVar("D", bound=CodeDraft)
# Any: what a coroutine sends and receives while it runs does not concern its caller.
Read = Callable[[str, CodeBench], Coroutine[Any, Any, D]]
Mend = Callable[[D, tuple[Finding, ...], CodeBench], Coroutine[Any, Any, D]]
Run = Callable[[D, CodeBench], Coroutine[Any, Any, D]]
MAKERS = {"python": python_tests, "javascript": javascript_tests}
# Errors that are made by the test itself, unless they come out of the code.
_OF_THE_TEST = ("NameError", "ImportError", "ModuleNotFoundError", "fixture", "SyntaxError")
_BLAMES = re.compile(r"^\W{0,9}the code is wrong\b[ \t:*.—-]*(.*)$", re.IGNORECASE | re.MULTILINE)
_AWAIT = "Write plain test functions that await with asyncio.run(...): no plugin is installed."
_WHICH = (
    "Decide by the words of the request which of the two is wrong. If it is the test, correct it. "
    "If it is the code, reply with one line alone: The code is wrong: ..., and what is asked for."
)


def with_examples_run(
    sandbox: Sandbox,
    code: Part[ProgramDraft, CodeInput],
    read: Read[ProgramDraft],
    mend: Mend[ProgramDraft],
) -> Part[ProgramDraft, CodeInput]:
    """The part that asks for code; the examples of the request are run with what comes."""

    async def run(draft: ProgramDraft, bench: CodeBench) -> ProgramDraft:
        update: dict[str, object] = {"examples": await _run_examples(sandbox, draft, bench)}
        if draft.change is not None:
            order = bench.reading
            tests = await kept_tests(sandbox, order.language, order.came, draft.files)
            update["change"] = draft.change.model_copy(update={"tests": tests})
        return draft.model_copy(update=update)

    return replace(code, parse=_reading(read, run), mend=_mending(mend, run))


def with_tests_run(
    sandbox: Sandbox,
    tests: Part[TestsDraft, CodeInput],
    read: Read[TestsDraft],
    mend: Mend[TestsDraft],
) -> Part[TestsDraft, CodeInput]:
    """The part that asks for tests; it runs them as soon as they can be read."""

    async def run(draft: TestsDraft, bench: CodeBench) -> TestsDraft:
        code = written(bench)
        files = project(bench, code)
        execution = await sandbox.try_out(bench.reading.language, files, draft.files)
        requires = (*code.requires, *draft.requires)
        execution = missing_package(execution, code.files, draft.files, requires)
        return draft.model_copy(update={"execution": execution})

    async def read_or_blame(reply: str, bench: CodeBench) -> TestsDraft:
        if blame := _BLAMES.search(reply.partition("```")[0]):
            reason = f"The code is said to be wrong: {blame[1].strip()[:MAX_REASON]}"
            finding = Finding("code-blamed", "block", "tests", reason, blames="code")
            raise Unreadable("", "", "", findings=(finding,))
        return await read(reply, bench)

    return replace(
        tests,
        parse=_reading(read_or_blame, run),
        mend=_mending(mend, run),
        beside=_code_beside,
    )


def _reading(read: Read[D], run: Run[D]) -> Read[D]:
    async def read_and_run(reply: str, bench: CodeBench) -> D:
        draft = await read(reply, bench)
        return draft if draft.proof.errors else await run(draft, bench)

    return read_and_run


def _mending(mend: Mend[D], run: Run[D]) -> Mend[D]:
    async def mend_and_run(draft: D, findings: tuple[Finding, ...], bench: CodeBench) -> D:
        mended = await mend(draft, findings, bench)
        same = mended.files == draft.files or mended.proof.errors
        return mended if same else await run(mended, bench)

    return mend_and_run


def _code_beside(findings: tuple[Finding, ...], bench: CodeBench) -> str:
    """The code, which the model was not shown before, once its tests contradict it."""
    if not any(finding.blames == "code" for finding in findings):
        return ""
    return f"The code under test:\n\n{prompt.shown(written(bench).files)}"


async def _run_examples(sandbox: Sandbox, draft: ProgramDraft, bench: CodeBench) -> Execution:
    language = bench.reading.language
    if language not in MAKERS:
        reason = f"Examples in a request are not run for {language}."
        return Execution(status="disabled", reason=reason)
    asked = await apart(partial(examples, bench.reading.prompt), len(bench.reading.prompt))
    if isinstance(asked, Stopped):
        return Execution(status="unavailable", reason="The request could not be read in time.")
    said = properties(bench.reading.prompt) if language == "python" else ()
    if not asked and not said:
        return Execution(status="none", reason="The request gives no example to run.")
    make = partial(python_tests, properties=said) if said else MAKERS[language]
    files = tuple(file for file in project(bench, draft) if not is_test_path(file.path))
    size = sum(len(file.content) for file in files)
    made = await apart(partial(make, asked, files), size)
    if isinstance(made, Stopped):
        reason = "The examples could not be made into tests in time."
        return Execution(
            status="unavailable",
            reason=reason,
            cases=tuple(not_run(example.title, reason) for example in asked),
        )
    if defines(bench.reading.prompt, files):
        unfit = (case.model_copy(update={"outcome": "skipped"}) for case in made.not_run)
        made = replace(made, not_run=tuple(unfit))
    if not made.by_test:
        has_faults = any(case.outcome == "error" for case in made.not_run)
        reason = "No example of the request can be run with this code."
        return Execution(
            status="unavailable" if has_faults else "none", reason=reason, cases=made.not_run
        )
    execution = await sandbox.run(language, (*files, made.support), (made.tests,))
    execution = missing_package(execution, files, (), draft.requires)
    cases = tuple(
        case.model_copy(update={"name": made.by_test[case.name]})
        if case.name in made.by_test
        else case
        for case in execution.cases
    )
    if not cases and execution.status == "unavailable":
        cases = tuple(not_run(title, execution.reason) for title in made.by_test.values())
    return execution.model_copy(update={"cases": (*cases, *made.not_run)})


def satisfy_examples(draft: ProgramDraft, bench: CodeBench) -> Iterator[Finding]:
    """The examples of the request are read by us and may be wrong: they are asked about once."""
    execution = draft.examples
    if execution.status == "timeout":
        hint = "Make the code end on the examples of the request."
        yield Finding("examples-hang", "open", "examples", execution.reason, hint)
    failed = [
        (number, case)
        for number, case in enumerate(execution.cases, 1)
        if case.outcome in ("failed", "error")
    ]
    if execution.status == "unavailable" and not failed:
        hint = ""
        if execution.lacks and not is_named(execution.lacks, words(bench.reading.prompt)):
            hint = f"The request does not name {execution.lacks}: write the code without it."
        yield Finding("examples-not-run", "open", "examples", execution.reason, hint)
    if execution.status == "ran" and not execution.cases:
        hint = "Let the code be imported and called without ending the process it runs in."
        yield Finding("examples-not-run", "open", "examples", execution.reason, hint)
    for number, case in failed:
        message = case.message.partition("\n")[0].removeprefix("AssertionError: ")
        hint = f"The request says {case.name}: make the code do that."
        yield Finding("example-fails", "open", f"example {number}", message, hint)


def pass_when_run(draft: TestsDraft, bench: CodeBench) -> Iterator[Finding]:
    """A test that fails is wrong, or its code is; neither can be accepted."""
    execution = draft.execution
    if execution.status == "timeout":
        hint = f"Make every test end by itself within a second. {_WHICH}"
        yield Finding("tests-hang", "block", "tests", execution.reason, hint, blames="code")
    if execution.status == "unavailable":
        hint = _AWAIT if execution.lacks == ASYNC_RUNNER else ""
        yield Finding("tests-not-run", "open", "tests", execution.reason, hint)
    if execution.status != "ran":
        return
    skipped = execution.count("skipped")
    if skipped == len(execution.cases):
        last = execution.output.strip()[-300:]
        hint = f"Make the tests run; the runner said: {last}"
        why = execution.reason or "No test was run."
        yield Finding("tests-did-not-run", "block", "tests", why, hint)
    elif skipped:
        message = f"{skipped} of {len(execution.cases)} tests were skipped and prove nothing."
        hint = "Make every test run and pass, or leave it out."
        yield Finding("tests-skipped", "open", "tests", message, hint)
    failed = [case for case in execution.cases if case.outcome in ("failed", "error")]
    code = tuple(file.path for file in written(bench).files) if failed else ()
    against = [case for case in failed if not _is_of_the_test(case, code)]
    if against:
        message = f"The tests contradict the code: {len(against)} of {len(execution.cases)} fail."
        yield Finding("tests-contradict-code", "block", "tests", message, _WHICH, blames="code")
    for case in failed[:MAX_CASES]:
        yield _failure(case, blames="code" if case in against else "")


def _failure(case: CaseRun, *, blames: str) -> Finding:
    first, _, more = case.message.partition("\n")
    second = more.partition("\n")[0].strip()
    message = f"It fails: {first}" + (f" ({second})" if second else "")
    hint = "" if blames else "The test itself is wrong: correct its names and imports."
    return Finding("test-fails", "block", case.name, message, hint, blames=blames)


def _is_of_the_test(case: CaseRun, code: tuple[str, ...]) -> bool:
    """Whether a test fails over itself: its own names and imports, and nothing of the code's."""
    first, _, more = case.message.partition("\n")
    if "cannot import name" in first or more.startswith(code):
        return False
    return any(word in first for word in _OF_THE_TEST)


def kill_mutants(draft: TestsDraft, _: CodeBench) -> Iterator[Finding]:
    """Tests that pass with code that was made wrong on purpose are weak."""
    strength = draft.execution.strength
    if strength is not None and 2 * strength.killed < strength.mutants:
        yield Finding(
            "weak-tests",
            "open",
            "tests",
            f"The tests killed {strength.killed} of {strength.mutants} mutants of the code.",
            "Assert exact results for the ordinary case, the edges and the errors, so that a small "
            "fault in the code makes a test fail.",
        )


def _has_mutants(draft: TestsDraft, _: CodeBench) -> bool:
    strength = draft.execution.strength
    return strength is not None and strength.mutants >= MIN_MUTANTS


EXAMPLES: Check[ProgramDraft, CodeInput] = Check(
    "satisfies-examples",
    satisfy_examples,
    version=2,
    applies=lambda draft, _: draft.examples.is_due,
)
RUNNING: tuple[Check[TestsDraft, CodeInput], ...] = (
    Check(
        "tests-pass-when-run",
        pass_when_run,
        version=3,
        applies=lambda draft, _: draft.execution.is_due,
    ),
    Check("tests-kill-mutants", kill_mutants, version=3, applies=_has_mutants),
)
