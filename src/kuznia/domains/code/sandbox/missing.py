"""Packages that are not in the sandbox: that is the fault of neither the tests nor the code."""

import re

from kuznia.domains.code.imports.javascript import NODE
from kuznia.domains.code.schema import CaseRun, Execution, File

_MISSING = re.compile(r"No module named '(\w+)")
# All that Node's report says of a file that could not be loaded.
_NOT_LOADED = "test failed"
ASYNC_RUNNER = "pytest-asyncio"
_ASYNC = "async def functions are not natively supported"
_IMPORTS = re.compile(r"^[ \t]*(?:from|import)[ \t]+(\w+)", re.MULTILINE)
_PACKAGES = re.compile(r"\b(?:from|import|require\()[ \t]*[\"']([\w@][\w@/.:-]*)[\"']")


def missing_package(
    execution: Execution,
    code: tuple[File, ...],
    tests: tuple[File, ...],
    requires: tuple[str, ...],
) -> Execution:
    """The execution; tests that fail over a package that is not there were not run.

    Where no other fails, the whole is `unavailable`: what passed beside them is no proof.
    """
    own = {part for file in (*code, *tests) for part in re.split(r"[/.]", file.path)}
    needed = {name.lower().replace("-", "_") for name in requires}
    needed |= {name for file in code for name in _IMPORTS.findall(file.content)}
    lacking = [_lacking(case, needed - own, _of_node(code)) for case in execution.cases]
    package = next(filter(None, lacking), "")
    if not package:
        return execution
    cases = tuple(
        case.model_copy(update={"outcome": "skipped"}) if lacks else case
        for case, lacks in zip(execution.cases, lacking, strict=True)
    )
    execution = execution.model_copy(update={"cases": cases, "strength": None})
    if execution.count("failed", "error"):
        return execution
    how = (
        ""
        if _of_node(code) == package
        else f" The operator can add it: kuznia sandbox add {package}"
    )
    reason = f"The sandbox has no {package}, which the code or its tests need.{how}"
    return execution.model_copy(
        update={"status": "unavailable", "reason": reason, "lacks": package}
    )


def _of_node(code: tuple[File, ...]) -> str:
    """The first package that JavaScript needs and Node does not bring: none is installed."""
    names = (name for f in code if f.language != "python" for name in _PACKAGES.findall(f.content))
    return next((name for name in names if not NODE.fullmatch(name)), "")


def _lacking(case: CaseRun, needed: set[str], of_node: str) -> str:
    """The package that a test fails over; empty where it passes, or fails over something else."""
    if case.outcome not in ("failed", "error"):
        return ""
    if _ASYNC in case.message:
        return ASYNC_RUNNER
    if case.message == _NOT_LOADED:
        return of_node
    missing = _MISSING.search(case.message)
    return missing[1] if missing and missing[1] in needed else ""
