"""`kuznia serve`: refuses with a reason, listens where it says, ends in time."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from urllib.request import urlopen

import pytest
from tests.doors.cli.conftest import Kuznia
from tests.servers.databases import Postgres

from kuznia.platform.db import migrate
from kuznia.platform.settings.values import DatabaseUrl


@pytest.fixture
def taken() -> Generator[str]:
    """A port somebody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield str(other.getsockname()[1])


def free_port() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return str(free.getsockname()[1])


def answers(port: str) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/health", timeout=10) as answer:
            return answer.status == 200
    except OSError:
        return False


@contextmanager
def interrupted(port: str) -> Generator[list[bool]]:
    """Tells this process to stop as soon as the server answers; holds what was seen."""
    seen: list[bool] = []

    def wait_and_stop() -> None:
        deadline = time.monotonic() + 90
        while not answers(port) and time.monotonic() < deadline:
            time.sleep(0.02)
        seen.append(answers(port))
        os.kill(os.getpid(), signal.SIGTERM)

    watcher = Thread(target=wait_and_stop)
    watcher.start()
    yield seen
    watcher.join()


@pytest.mark.smoke
def test_it_serves_on_an_empty_machine_and_stops_when_told(kuznia: Kuznia, tmp_path: Path) -> None:
    port = free_port()

    with interrupted(port) as seen:
        told = kuznia("serve", "--port", port, LOG_FORMAT="json")

    assert seen == [True]
    assert told.exit_code == 0
    assert f'"url": "http://127.0.0.1:{port}"' in told.stderr
    # The last line of all: nothing of the log is lost.
    assert "Finished server process" in told.stderr.splitlines()[-1]
    # The user's own, whatever the folder; the start says where.
    database = tmp_path / "home" / "kuznia" / "kuznia.db"
    assert database.exists()
    assert f'"database": "sqlite:///{database}"' in told.stderr


def test_a_folder_may_have_a_database_of_its_own(kuznia: Kuznia, tmp_path: Path) -> None:
    kuznia("--here", "migrate")

    assert (tmp_path / "data" / "kuznia.db").exists()
    assert not (tmp_path / "home").exists()


def test_a_slip_in_the_settings_is_told_at_start_and_stops_nothing(
    kuznia: Kuznia, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("OPENAI_MODLE=gpt\n")
    port = free_port()

    with interrupted(port) as seen:
        told = kuznia("serve", "--port", port)

    assert seen == [True]
    assert "OPENAI_MODLE is not a setting; did you mean OPENAI_MODEL?" in told.stderr


def test_a_port_that_is_taken_is_named_with_what_to_do(kuznia: Kuznia, taken: str) -> None:
    told = kuznia("serve", "--port", taken)

    assert told.exit_code == 5
    assert f"127.0.0.1:{taken}" in told.stderr.splitlines()[-1]
    assert "--port" in told.stderr.splitlines()[-1]


def test_an_address_other_machines_reach_is_refused_unless_it_is_allowed(kuznia: Kuznia) -> None:
    told = kuznia("serve", "--host", "0.0.0.0")

    assert told.exit_code == 2
    assert "ALLOW_REMOTE=true" in told.stderr


def test_a_key_of_another_program_ends_no_start(kuznia: Kuznia) -> None:
    port = free_port()

    with interrupted(port) as seen:
        told = kuznia("serve", "--port", port, OPENAI_API_KEY="sk-1")

    assert seen == [True]
    assert "OPENAI_API_KEY is set, but OPENAI_MODEL is not" in told.stderr


def test_production_without_credentials_does_not_start(kuznia: Kuznia) -> None:
    told = kuznia("serve", ENVIRONMENT="production")

    assert told.exit_code == 2
    assert "ACCOUNTS=true" in told.stderr


def test_everything_that_is_wrong_is_said_at_once(kuznia: Kuznia) -> None:
    told = kuznia("serve", PORT="eighty", LOG_LEVEL="loud", OPENAI_BASE_URL="http://h/v1")

    assert told.exit_code == 2
    assert "3 settings are wrong" in told.stderr
    for name in ("PORT", "LOG_LEVEL", "OPENAI_MODEL"):
        assert re.search(rf"^  {name}: ", told.stderr, re.MULTILINE)


def test_a_postgresql_behind_this_version_names_the_command(
    kuznia: Kuznia, postgres: Postgres
) -> None:
    with postgres.database() as url:
        migrate.downgrade(DatabaseUrl.read(url), "base")

        told = kuznia("serve", "--port", free_port(), DATABASE_URL=url)

    assert told.exit_code == 8
    assert "`kuznia migrate`" in told.stderr
    assert "Traceback" not in told.stderr


def test_a_database_that_is_not_there_is_told_without_a_trace(kuznia: Kuznia) -> None:
    url = f"postgresql://kuznia:hidden-word@127.0.0.1:{free_port()}/kuznia"

    told = kuznia("serve", "--port", free_port(), DATABASE_URL=url)

    assert told.exit_code == 8
    assert told.stderr.splitlines()[-1].startswith("kuznia: The database is not answering")
    assert "Traceback" not in told.stderr
    assert "hidden-word" not in told.stderr


def test_an_order_under_way_gets_the_grace_and_no_more(modelserver: object, tmp_path: Path) -> None:
    """A process of its own, as a service manager has it."""
    from tests.servers.model import ModelServer, hang

    assert isinstance(modelserver, ModelServer)
    modelserver.will(hang)
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "kuznia", "serve", "--port", port],
        cwd=tmp_path,
        env={
            **os.environ,  # noqa: TID251 - the program's own surroundings
            "OPENAI_BASE_URL": modelserver.url,
            "OPENAI_MODEL": "slow",
            "SHUTDOWN_GRACE": "0.5",
        },
        stderr=subprocess.PIPE,
    )
    try:
        deadline = time.monotonic() + 90
        while not answers(port) and time.monotonic() < deadline:
            time.sleep(0.05)
        order = b'{"prompt": "a queue that forgets", "language": "python"}'
        asked = socket.create_connection(("127.0.0.1", int(port)))
        asked.sendall(
            b"POST /api/v1/code HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
            b"content-length: %d\r\n\r\n%b" % (len(order), order)
        )
        while not modelserver.calls and time.monotonic() < deadline:
            time.sleep(0.02)
        server.send_signal(signal.SIGTERM)
        began = time.monotonic()
        _, log = server.communicate(timeout=90)
        took = time.monotonic() - began
    finally:
        server.kill()
        server.wait()
    asked.close()

    assert server.returncode == 0
    assert took < 60
    assert b'"run_ended"' in log
    assert modelserver.calls[0].aborted is not None
