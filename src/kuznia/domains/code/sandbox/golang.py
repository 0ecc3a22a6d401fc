"""Go's test runner: how its report is read, and what is compiled before the first run."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from kuznia.domains.code.schema import CaseRun

# No network, no other toolchain, no C compiler.
GO_ENVIRONMENT = (
    "GOTOOLCHAIN=local GOPROXY=off GOFLAGS=-mod=mod GO111MODULE=on CGO_ENABLED=0 GOMAXPROCS=2"
)
# The packages people use; compiled once, they cost the first run some 15 seconds and no other.
_COMMON = """
    bufio bytes cmp container/heap container/list context encoding/base64 encoding/hex
    encoding/json errors fmt io maps math math/rand os reflect regexp slices sort strconv strings
    sync sync/atomic testing time unicode unicode/utf8
"""
SECONDS = 100.0
MAX_CHARACTERS = 500
_ENDS = {"pass": "passed", "fail": "failed", "skip": "skipped"}


async def compile_common(goroot: Path, compiled: Path, seconds: float = SECONDS) -> str:
    """Fill the folder that runs look into; say why where it did not work. Only our own words are
    compiled here, so this needs no sandbox."""
    done = compiled / "complete"
    if done.exists():
        return ""
    imports = "".join(f'import _ "{name}"\n' for name in _COMMON.split())
    source = compiled.parent / "gocommon"
    source.mkdir(exist_ok=True)
    (source / "go.mod").write_text("module common\n")
    (source / "common_test.go").write_text(f"package common\n{imports}")
    environment: dict[str, str] = {}
    for pair in GO_ENVIRONMENT.split():
        name, _, value = pair.partition("=")
        environment[name] = value
    process = await asyncio.create_subprocess_exec(
        *(str(goroot / "bin/go"), "test", "-vet=off", "./..."),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        cwd=source,
        env={**environment, "GOCACHE": str(compiled), "HOME": str(source), "PATH": "/usr/bin:/bin"},
    )
    try:
        async with asyncio.timeout(seconds):
            _, printed = await process.communicate()
    except TimeoutError:
        return f"Go did not compile its own packages within {seconds:g} s."
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode:
        return f"Go does not work here: {printed.decode(errors='replace').strip()[-200:]}"
    done.touch()
    return ""


def go_cases(report: bytes) -> tuple[CaseRun, ...]:
    """The tests in the report of `go test -json`; a package that does not compile is an error."""
    printed: dict[str, list[str]] = defaultdict(list)
    cases: list[CaseRun] = []
    for event in _events(report):
        name = str(event.get("Test") or event.get("Package") or event.get("ImportPath") or "")
        name = name if event.get("Test") else name.partition(" ")[0]
        action = str(event.get("Action"))
        if action in ("output", "build-output"):
            printed[name].append(str(event.get("Output", "")))
        elif action in _ENDS and event.get("Test"):
            cases.append(_case(name, _ENDS[action], event, printed.pop(name, [])))
        elif action == "fail" and (event.get("FailedBuild") or not cases):
            broken = str(event.get("FailedBuild") or name).partition(" ")[0]
            cases.append(_case(name, "error", event, printed.pop(broken, [])))
    return tuple(cases)


def _case(name: str, outcome: Any, event: dict[str, Any], printed: list[str]) -> CaseRun:
    # Any: the outcome is one of a model's literals, the event is Go's.
    lines = [line.strip() for line in printed if not line.lstrip().startswith(("===", "---", "# "))]
    elapsed = event.get("Elapsed", 0)
    return CaseRun(
        name=name[:MAX_CHARACTERS],
        outcome=outcome,
        seconds=round(float(elapsed), 4) if isinstance(elapsed, int | float) else 0.0,
        message="" if outcome == "passed" else "\n".join(lines)[:MAX_CHARACTERS],
    )


def _events(report: bytes) -> Iterator[dict[str, Any]]:
    # Any: what a program printed, looked at field by field.
    for line in report.splitlines():
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict):
            yield event
