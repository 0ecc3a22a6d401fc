"""A process that others are forked from, which work on jobs until they are killed."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from tests.callers.spenders import eventually
from tests.servers.model import modelserver

__all__ = ["modelserver"]

ROOT = Path(__file__).parents[2]
Fork = Callable[..., Awaitable[int]]


@pytest.fixture
async def fork() -> AsyncIterator[Fork]:
    """Start a process that works on jobs: `pid = await fork("after_reply", database=url)`."""
    parent = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.jobs.child",
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert parent.stdin
    assert parent.stdout
    lines, children = parent.stdout, list[int]()
    await lines.readline()

    async def forked(point: str = "", **settings: Any) -> int:
        assert parent.stdin
        parent.stdin.write(json.dumps({"point": point, "settings": settings}).encode() + b"\n")
        children.append(int(await lines.readline()))
        return children[-1]

    yield forked
    for child in children:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    parent.stdin.close()
    await parent.wait()


async def gone(pid: int) -> None:
    """Wait until a process has ended."""

    async def ended() -> bool:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        return False

    await eventually(ended)
