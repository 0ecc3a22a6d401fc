"""Two processes on one database: what is decided in one holds in the other within a second."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import httpx2
import pytest
from bench.procs import clean_environment
from tests.callers.makers import SECRET, bearer
from typer.testing import CliRunner

from kuznia.doors.cli.main import cli
from kuznia.launch import tools

PASSWORD = "correct horse battery staple"


@pytest.fixture
def environ(sqlite_url: str) -> dict[str, str]:
    return {
        **clean_environment(),
        "DATABASE_URL": sqlite_url.replace("+aiosqlite", ""),
        "JWT_SECRET": SECRET,
        "PORT": "0",
        "LOG_FORMAT": "json",
    }


@contextmanager
def serving(environ: dict[str, str]) -> Generator[httpx2.Client]:
    """A server in a process of its own."""
    command = [sys.executable, "-m", "kuznia", "serve"]
    with subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            said = ""
            while not (at := re.search(r'"url": "(http://[^"]+)"', said)):
                said = process.stderr.readline()
                assert said, "it did not start"
            # It listens from here on, and answers as soon as it can.
            with httpx2.Client(base_url=at[1], timeout=30, trust_env=False) as client:
                yield client
        finally:
            process.terminate()
            process.communicate(timeout=20)


@pytest.fixture
def servers(environ: dict[str, str]) -> Generator[tuple[httpx2.Client, httpx2.Client]]:
    with serving(environ) as here, serving(environ) as there:
        yield here, there


def run(environ: dict[str, str], *words: str, sent: str = "") -> Any:
    """A command of an operator, in a third process: this one."""
    told = CliRunner().invoke(cli, [*words, "--json"], obj=tools, env=environ, input=sent)
    assert told.exit_code == 0, told.output
    return json.loads(told.stdout)


def test_what_is_decided_in_one_holds_in_the_other_within_a_second(
    servers: tuple[httpx2.Client, httpx2.Client], environ: dict[str, str]
) -> None:
    here, there = servers
    ivan = run(environ, "users", "create", "ivan", "--admin", sent=f"{PASSWORD}\n")["id"]
    sign_in = {"name": "ivan", "password": PASSWORD}
    tokens = here.post("/api/v1/auth/token", json=sign_in).json()["data"]
    signed_in = {"authorization": f"Bearer {tokens['access_token']}"}
    made = here.post("/api/v1/keys", json={"name": "k"}, headers=signed_in).json()["data"]
    key, olena = {"x-api-key": made["key"]}, bearer("olena")

    def status(headers: dict[str, str], path: str = "/api/v1/auth/me") -> int:
        return there.get(path, headers=headers).status_code

    def used() -> list[int]:
        """Each credential once; from now on the other process knows it."""
        return [status(one) for one in (signed_in, key, olena)]

    # A token of the one, and a key made in the one, open the other.
    assert used() == [200, 200, 200]
    assert status(signed_in, "/metrics") == 200

    # A revoked key.
    here.delete(f"/api/v1/keys/{made['id']}", headers=signed_in).raise_for_status()
    time.sleep(1)
    assert used() == [200, 401, 200]

    # A changed role.
    run(environ, "users", "role", ivan, "user")
    time.sleep(1)
    assert status(signed_in, "/metrics") == 403
    assert status(signed_in) == 200

    # Disabled users: one of ours, and one of an identity provider.
    run(environ, "users", "disable", ivan)
    run(environ, "users", "disable", "jwt:olena")
    time.sleep(1)
    assert used() == [401, 401, 401]
