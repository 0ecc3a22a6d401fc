"""Processes under measurement: started on a free port, pinned to a core, watched, always ended."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import Any

OUT = Path(__file__).parent / "out"
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Cores:
    """Who runs where: what is measured has its core to itself."""

    server: int
    load: int

    @property
    def shared(self) -> bool:
        return self.server == self.load


def cores() -> Cores:
    """The first and the last core this process may use."""
    mine = sorted(os.sched_getaffinity(0))
    return Cores(mine[0], mine[-1])


class NotReady(Exception):
    """A server that never answered; the message ends with what it wrote."""


@dataclass(slots=True)
class Running:
    """A live server process with its address and what it took to get ready."""

    name: str
    process: "subprocess.Popen[bytes]"
    port: int
    ready_after: float

    @property
    def tree(self) -> list[int]:
        """The process and all that descend from it."""
        parents = dict(parentage())
        known = {self.process.pid}
        while more := {child for child, parent in parents.items() if parent in known} - known:
            known |= more
        return sorted(known)

    def memory(self, field: str = "VmRSS") -> float:
        """MiB over the whole tree: `VmRSS` as it is now, `VmHWM` at its highest."""
        return sum(status_kib(pid, field) for pid in self.tree) / 1024

    def cpu_seconds(self) -> float:
        """What the tree has spent on a processor so far."""
        return sum(cpu_ticks(pid) for pid in self.tree) / TICK

    def get(self, path: str) -> tuple[int, bytes]:
        return ask(self.port, "GET", path)


def parentage() -> Iterator[tuple[int, int]]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (found := stat_fields(int(entry.name))):
            yield int(entry.name), int(found[1])


def stat_fields(pid: int) -> list[str]:
    """What follows the name in /proc/PID/stat: a name may hold spaces and brackets."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def cpu_ticks(pid: int) -> int:
    found = stat_fields(pid)
    return int(found[11]) + int(found[12]) if found else 0


def status_kib(pid: int, field: str) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(f"{field}:")), 0)


def core_busy(core: int) -> float:
    """Seconds one core has been busy since the machine started, whoever used it."""
    for line in Path("/proc/stat").read_text().splitlines():
        name, *counts = line.split()
        if name == f"cpu{core}":
            user, nice, system, _idle, _wait, irq, softirq, steal, *_ = map(int, counts)
            return (user + nice + system + irq + softirq + steal) / TICK
    return 0.0


@contextmanager
def scratch() -> Iterator[Path]:
    """A directory for what a server writes, gone when it is; two benches never share one."""
    OUT.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=OUT) as place:
        yield Path(place)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def ask(
    port: int, method: str, path: str, body: str | None = None, headers: Mapping[str, str] = {}
) -> tuple[int, bytes]:
    """One request, for set-up and checks; never for a measurement."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        kind = {"Content-Type": "application/json"} if body is not None else {}
        connection.request(method, path, body, {**kind, **headers})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


@contextmanager
def running(
    name: str,
    command: Sequence[str],
    port: int,
    *,
    ready: str,
    core: int | None,
    environment: Mapping[str, str],
    patience: float = 30.0,
    cwd: Path | None = None,
) -> Iterator[Running]:
    """Start a server, wait until `ready` answers 200, and end it with its children on any exit.

    It is held to one core where there is one in the arguments, its workers with it.
    """
    OUT.mkdir(parents=True, exist_ok=True)
    log = OUT / f"{name}.log"
    with log.open("wb") as sink:
        began = time.perf_counter()
        # A group of its own, so that ending it also ends what it started.
        process = subprocess.Popen(
            command,
            env=dict(environment),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            if core is not None:
                os.sched_setaffinity(process.pid, {core})
            await_ready(process, port, ready, began + patience, log)
            yield Running(name, process, port, time.perf_counter() - began)
        finally:
            end(process)


def await_ready(
    process: "subprocess.Popen[bytes]", port: int, path: str, until: float, log: Path
) -> None:
    while time.perf_counter() < until:
        if process.poll() is not None:
            break
        try:
            if ask(port, "GET", path)[0] == 200:
                return
        except OSError:
            pass
        time.sleep(0.01)
    said = log.read_text(errors="replace")[-2000:]
    raise NotReady(f"{log.stem} did not answer {path} (exit {process.poll()}):\n{said}")


def end(process: "subprocess.Popen[bytes]") -> None:
    """Ask it to stop, then make whatever is left of its group."""
    for sign, patience in ((signal.SIGTERM, 10), (signal.SIGKILL, 5)):
        try:
            os.killpg(process.pid, sign)
            process.wait(patience)
        except ProcessLookupError:
            break
        except subprocess.TimeoutExpired:
            continue
    process.poll()


# Which programs, whose home, which signs; and which code, so that a copy of it can be measured.
KEPT = ("PATH", "HOME", "LANG", "PYTHONPATH")


def clean_environment(**more: str) -> dict[str, str]:
    """What a server gets to know: nothing of the caller's own settings or keys."""
    mine = os.environ  # noqa: TID251 - a process is started from the caller's, and kept from most of it
    kept = {name: mine[name] for name in KEPT if name in mine}
    return {**kept, "PYTHONUNBUFFERED": "1", **more}


def module(name: str, *arguments: object) -> list[str]:
    """The command that runs a module of the bench with this Python."""
    return [sys.executable, "-m", name, *map(str, arguments)]


def stop_on_signal() -> None:
    """Let SIGTERM unwind like an exception, so that no server outlives the bench."""

    def leave(number: int, _: FrameType | None) -> None:
        raise SystemExit(128 + number)

    signal.signal(signal.SIGTERM, leave)


def apart(name: str, plan: Mapping[str, Any], core: int, most: float) -> dict[str, Any]:
    """Run a module that reads a plan and prints a result, both JSON, in a process on that core."""
    command = module(name, json.dumps(plan))
    with subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True) as process:
        try:
            os.sched_setaffinity(process.pid, {core})
            said, _ = process.communicate(timeout=most)
            return json.loads(said)
        finally:
            end(process)
