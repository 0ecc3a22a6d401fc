import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from bench.procs import NotReady, apart, clean_environment, cores, free_port, module, running

from bench import procs

# Serves, and starts a child that would live long.
FAMILY = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(child.pid, flush=True)
from http.server import HTTPServer, SimpleHTTPRequestHandler as Files
HTTPServer(("127.0.0.1", int(sys.argv[1])), Files).serve_forever()
"""


@pytest.fixture(autouse=True)
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(procs, "OUT", tmp_path)
    return tmp_path


def alive(pid: int) -> bool:
    return bool(found := procs.stat_fields(pid)) and found[0] != "Z"


def test_a_server_runs_on_its_core_and_is_weighed_with_its_children() -> None:
    port, core = free_port(), cores().server
    command = [sys.executable, "-c", FAMILY, str(port)]

    with running("family", command, port, ready="/", core=core, environment={}) as server:
        tree, memory = server.tree, server.memory()
        alone = procs.status_kib(server.process.pid, "VmRSS") / 1024
        assert os.sched_getaffinity(server.process.pid) == {core}
        assert server.memory("VmHWM") >= memory > alone > 1
        assert server.ready_after > 0
        assert server.cpu_seconds() > 0
        assert len(tree) == 2


def test_a_server_is_ended_with_its_children_whatever_happens() -> None:
    port = free_port()
    command = [sys.executable, "-c", FAMILY, str(port)]

    tree = []

    def interrupted() -> None:
        with running("family", command, port, ready="/", core=0, environment={}) as server:
            tree.extend(server.tree)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()

    until = time.monotonic() + 60
    while any(alive(pid) for pid in tree) and time.monotonic() < until:
        time.sleep(0.01)
    assert len(tree) == 2
    assert not any(alive(pid) for pid in tree)


def test_a_server_that_dies_at_start_is_quoted() -> None:
    command = [sys.executable, "-c", "raise SystemExit('no such planet')"]

    with (
        pytest.raises(NotReady, match="no such planet"),
        running("dying", command, free_port(), ready="/", core=0, environment={}),
    ):
        pass


def test_a_server_that_never_answers_is_given_up() -> None:
    command = [sys.executable, "-c", "import time; time.sleep(60)"]

    with (
        pytest.raises(NotReady, match="did not answer /ready"),
        running("mute", command, free_port(), ready="/ready", core=0, environment={}, patience=0.2),
    ):
        pass


def test_a_server_learns_nothing_of_the_callers_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-a-person")

    environment = clean_environment(PORT="1")

    assert "OPENAI_API_KEY" not in environment
    assert environment["PORT"] == "1"


def test_a_load_process_that_hangs_is_ended() -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        apart("bench.upstream", {}, cores().load, most=0)


def test_benches_are_listed_by_what_they_say_of_themselves() -> None:
    said = subprocess.run(module("bench", "list"), capture_output=True, text=True, check=True)

    assert "soak" in said.stdout
    assert "A fake model server" in said.stdout
    assert "procs" not in said.stdout
