"""Packages that are not in the sandbox: that is the fault of neither the tests nor the code."""

import re

from kuznia.domains.code.schema import Execution, File

_MISSING = re.compile(r"No module named '(\w+)")
_ASYNC = "async def functions are not natively supported"
_IMPORTS = re.compile(r"^[ \t]*(?:from|import)[ \t]+(\w+)", re.MULTILINE)


def missing_package(
    execution: Execution,
    code: tuple[File, ...],
    tests: tuple[File, ...],
    requires: tuple[str, ...],
) -> Execution:
    """The execution, or `unavailable` where a test fails over a package that is not there."""
    own = {part for file in (*code, *tests) for part in re.split(r"[/.]", file.path)}
    needed = {name.lower().replace("-", "_") for name in requires}
    needed |= {name for file in code for name in _IMPORTS.findall(file.content)}
    for case in execution.cases:
        missing = _MISSING.search(case.message)
        if missing and missing[1] not in own and missing[1] in needed:
            return _unavailable(execution, missing[1])
        if _ASYNC in case.message:
            return _unavailable(execution, "pytest-asyncio")
    return execution


def _unavailable(execution: Execution, package: str) -> Execution:
    reason = f"The sandbox has no {package}, which the tests need."
    return execution.model_copy(update={"status": "unavailable", "reason": reason, "cases": ()})
