"""Running the tests: the draft of tests with its execution, and the checks of that."""

from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from typing import Any

from kuznia.domains.code.checks.source import written
from kuznia.domains.code.sandbox.trial import Sandbox
from kuznia.domains.code.schema import CodeBench, CodeInput, TestsDraft
from kuznia.forge.terms import Check, Finding, Part

MAX_CASES = 10
# Any: what a coroutine sends and receives while it runs does not concern its caller.
Read = Callable[[str, CodeBench], Coroutine[Any, Any, TestsDraft]]
# Errors that are made by the test itself, not by the code it calls.
_OF_THE_TEST = ("NameError", "ImportError", "ModuleNotFoundError", "fixture", "SyntaxError")


def run_in(
    sandbox: Sandbox, tests: Part[TestsDraft, CodeInput], read: Read
) -> Part[TestsDraft, CodeInput]:
    """The part that asks for tests; it runs them as soon as they can be read."""

    async def read_and_run(reply: str, bench: CodeBench) -> TestsDraft:
        draft = await read(reply, bench)
        if draft.proof.errors:
            return draft
        language, code = bench.reading.language, written(bench).files
        execution = await sandbox.try_out(language, code, draft.files)
        return draft.model_copy(update={"execution": execution})

    return replace(tests, parse=read_and_run, checks=(*tests.checks, *RUNNING))


def pass_when_run(draft: TestsDraft, _: CodeBench) -> Iterator[Finding]:
    """A test that fails is wrong, or its code is; neither can be accepted."""
    execution = draft.execution
    if execution.status == "timeout":
        hint = "Make every test end by itself within a second."
        yield Finding("tests-hang", "block", "tests", execution.reason, hint)
    if execution.status != "ran":
        return
    if execution.count("skipped") == len(execution.cases):
        last = execution.output.strip()[-300:]
        hint = f"Make the tests run; the runner said: {last}"
        why = execution.reason or "No test was run."
        yield Finding("tests-did-not-run", "block", "tests", why, hint)
    failed = [case for case in execution.cases if case.outcome in ("failed", "error")]
    for case in failed[:MAX_CASES]:
        message = case.message.partition("\n")[0]
        yield Finding("test-fails", "block", case.name, f"It fails: {message}", _hint(message))


def _hint(message: str) -> str:
    if any(word in message for word in _OF_THE_TEST):
        return "The test itself is wrong: correct its names and imports."
    return "Work out by hand what the code gives here; if that fits the request, correct the test."


def kill_mutants(draft: TestsDraft, _: CodeBench) -> Iterator[Finding]:
    """Tests that pass with code that was made wrong on purpose are weak."""
    strength = draft.execution.strength
    if strength and strength.mutants and not strength.killed:
        message = f"No test fails for any of {strength.mutants} mutants of the code."
        yield Finding(
            "weak-tests",
            "warn",
            "tests",
            message,
            "Assert exact results, so that a small fault in the code makes a test fail.",
        )


RUNNING: tuple[Check[TestsDraft, CodeInput], ...] = (
    Check("tests-pass-when-run", pass_when_run),
    Check("tests-kill-mutants", kill_mutants),
)
