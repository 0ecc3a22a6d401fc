"""`kuznia make ... --open`: the page in a browser, from a server that is there or is started."""

import os
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest
from tests.doors.cli.conftest import Kuznia
from tests.doors.cli.test_serve import answers, free_port

FLOW = ("make", "flow", "Registration: name, surname, email, phone")
BROWSER = '#!/bin/sh\nprintf %s "$1" > opened.part && mv opened.part opened\n'


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A browser that writes down what it was to open, and a port of one's own."""
    browser = tmp_path / "browser"
    browser.write_text(BROWSER)
    browser.chmod(0o755)
    return {"BROWSER": str(browser), "PORT": free_port(), "PATH": os.defpath}


def opened(folder: Path) -> str:
    until = time.monotonic() + 60
    while not (folder / "opened").exists():
        assert time.monotonic() < until, "nothing was opened"
        time.sleep(0.05)
    return (folder / "opened").read_text()


def started(*words: str, environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "kuznia", *words]
    return subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)


@pytest.mark.parametrize("accounts", ["false", "true"])
def test_a_server_is_started_for_the_page_when_none_is_there(tmp_path, environment, accounts):
    # Also where everyone needs a credential: the browser has none.
    making = started(*FLOW, "--open", environment=environment | {"ACCOUNTS": accounts})
    try:
        with urlopen(opened(tmp_path)) as page:
            assert b"<form" in page.read()
    finally:
        making.terminate()
        making.wait(20)


def test_a_server_that_is_there_is_used(tmp_path, environment):
    serving = started("serve", environment=environment)
    try:
        until = time.monotonic() + 60
        while not answers(environment["PORT"]) and time.monotonic() < until:
            time.sleep(0.05)

        making = started(*FLOW, "--open", environment=environment)

        # It ends by itself: it serves nothing.
        assert making.wait(60) == 0
        assert opened(tmp_path).startswith(f"http://127.0.0.1:{environment['PORT']}/api/v1/")
    finally:
        serving.terminate()
        serving.wait(20)


def test_what_has_no_page_says_so(scripted_kuznia: Kuznia, scripted):
    scripted.always("note: hot iron")

    told = scripted_kuznia("make", "notes", "a note on iron", "--open")

    assert told.exit_code == 2
    assert "has no page to open" in told.stderr
