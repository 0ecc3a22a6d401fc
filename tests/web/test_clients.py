"""Clients made by others' tools from our document: they compile, and what they order is made."""

import json
import shutil
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from tests.domains.flows.outside.tools import NODE, TOOLS
from tests.servers.thread import serving

from kuznia.app import Made
from kuznia.platform.settings import load

DOCUMENT = Path(__file__).parents[2] / "docs/openapi.json"
CLIENTS = Path(sys.prefix) / "clients/bin"


@pytest.fixture
def address(sqlite_url: str) -> Generator[str]:
    with serving(Made(settings=load({"DATABASE_URL": sqlite_url}, None))) as url:
        yield url.rstrip("/")


def ran(*command: str | Path, where: Path) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(command, cwd=where, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    return done


def test_a_typescript_client_compiles_and_has_a_plan_made(address: str, tmp_path: Path) -> None:
    modules = TOOLS / "node_modules"
    if not (modules / "openapi-typescript").is_dir():
        pytest.fail("openapi-typescript is not installed: run `make setup`")
    shutil.copy(TOOLS / "order.ts", tmp_path)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    generator = modules / "openapi-typescript/bin/cli.js"
    strict = ("--strict", "--module", "nodenext", "--target", "es2022", "--lib", "es2022,dom")

    # What has a default may be left out of an order: it takes the flag to say so.
    make = (NODE, generator, DOCUMENT, "--default-non-nullable", "false", "-o", "api.ts")

    ran(*make, where=tmp_path)
    (tmp_path / "node.d.ts").write_text("declare const process: { argv: string[] };")
    ran(NODE, modules / "typescript/bin/tsc", *strict, "node.d.ts", "order.ts", where=tmp_path)
    answer = json.loads(ran(NODE, "order.js", address, where=tmp_path).stdout)

    assert answer["success"]
    assert (answer["domain"], answer["parts"]) == ("training", ["plan", "certificate", "person"])
    assert "rules.dose" in answer["checks"]
    assert answer["refused"] == ["VALIDATION_ERROR", "VALIDATION_ERROR"]


def test_a_python_client_compiles_and_has_a_plan_made(address: str, tmp_path: Path) -> None:
    python = CLIENTS / "python"
    if not python.exists():
        pytest.fail("openapi-python-client is not installed: run `make setup`")
    make = (python, "-m", "openapi_python_client", "generate", "--meta", "none")

    report = ran(*make, "--path", DOCUMENT, "--output-path", "kuznia_client", where=tmp_path)
    ran(python, "-W", "error", "-m", "compileall", "-q", "kuznia_client", where=tmp_path)
    shutil.copy(TOOLS / "order.py", tmp_path)
    answer: dict[str, Any] = json.loads(ran(python, "order.py", address, where=tmp_path).stdout)

    # Of all operations and schemas none is left out; NDJSON alone is beyond it.
    warnings = [
        line
        for line in (report.stdout + report.stderr).splitlines()
        if "WARNING" in line or "Unable" in line
    ]
    assert warnings == ["WARNING parsing GET /api/v1/me/export within me."]
    assert answer["success"]
    assert (answer["domain"], answer["parts"]) == ("training", ["plan", "certificate", "person"])
    assert (answer["history"], answer["refused"]) == ([True], "VALIDATION_ERROR")
