"""The SDK of the protocol's authors, in both of its eras, over HTTP and over pipes."""

import json
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import pytest
from tests.servers.thread import serving

from kuznia.app import Made
from kuznia.platform.settings import load

PYTHON = Path(sys.prefix) / "clients/bin/python"
AGENT = Path(__file__).parents[2] / "outside/agent.py"
KUZNIA = Path(sys.executable).with_name("kuznia")


@pytest.fixture(params=["http", "pipes"])
def target(request: pytest.FixtureRequest, sqlite_url: str) -> Generator[str]:
    if request.param == "pipes":
        yield str(KUZNIA)
        return
    with serving(Made(settings=load({"DATABASE_URL": sqlite_url}, None))) as url:
        yield f"{url.rstrip('/')}/mcp"


@pytest.mark.parametrize(("mode", "version"), [("auto", "2026-07-28"), ("legacy", "2025-11-25")])
def test_an_agent_of_others_has_a_flow_made(
    target: str, sqlite_url: str, mode: str, version: str
) -> None:
    if not PYTHON.exists():
        pytest.fail("the SDK of MCP is not installed: run `make setup`")

    done = subprocess.run(
        [PYTHON, AGENT, target, mode, sqlite_url],
        capture_output=True,
        text=True,
        timeout=100,
    )

    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    said = json.loads(done.stdout)
    assert said["version"] == version
    assert {"make_flow", "make_plan", "wait_run"} <= {*said["tools"]}
    assert (said["status"], said["same"]) == ("complete", True)
    assert said["refused"] == [True, "VALIDATION_ERROR"]
    assert "part.accepted flow" in said["progress"]
