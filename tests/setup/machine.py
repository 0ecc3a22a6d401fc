"""A machine as a newcomer has it: a Python, make and pip. Run as a script, this file downloads
what such a machine installs, so that the tests need no network."""

import fcntl
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import httpx2
from bench.procs import free_port

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements/run.txt"
# The oldest pip that is promised to work; an empty version is the newest.
PIPS = ("23.2", "")


def find_python(version: str) -> str | None:
    """An interpreter of this version: the one that runs the tests, one on PATH, or one of pyenv."""
    if version == "{}.{}".format(*sys.version_info):
        return str(Path(sys.base_prefix) / "bin/python3")
    pyenv = Path.home().glob(f".pyenv/versions/{version}.*/bin/python{version}")
    for program in (f"python{version}", *sorted(map(str, pyenv))):
        path = shutil.which(program)
        # One of pyenv's stands for a version that may not be chosen, and then says no more than so.
        if path and subprocess.run([path, "-c", ""], capture_output=True).returncode == 0:
            return path
    return None


def downloads(python: str) -> Path:
    """The packages of the run lock and both pips for this Python, fetched once for each lock."""
    version = subprocess.run([python, "-V"], capture_output=True, text=True, check=True).stdout
    digest = sha256(LOCK.read_bytes()).hexdigest()[:8]
    folder = Path(sys.prefix) / "downloads" / f"{version.split()[1]}-{digest}"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "whole").exists():
            _download(python, folder, "--require-hashes", "-r", str(LOCK))
            for pip in PIPS:
                _download(python, folder / "pips", f"pip=={pip}" if pip else "pip")
            (folder / "whole").touch()
    return folder


def _download(python: str, folder: Path, *what: str) -> None:
    command = [python, "-m", "pip", "download", "--quiet", "--no-deps", "-d", str(folder), *what]
    fetched = subprocess.run(command, capture_output=True, text=True)
    if fetched.returncode:
        raise RuntimeError(f"The packages could not be fetched:\n{fetched.stderr[-2000:]}")


class Machine:
    """A folder of its own with a Python and its downloads, and no network from here on."""

    def __init__(self, python: str, folder: Path) -> None:
        self.python = python
        self.folder = folder
        self.downloads = downloads(python)
        self.environment = {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "HOME": str(folder),
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(self.downloads),
            # Halves the time: what the server imports, it compiles.
            "PIP_NO_COMPILE": "1",
            # Whoever does ask the network is answered by nobody.
            "HTTPS_PROXY": "http://127.0.0.1:9",
        }

    def attempt(self, *command: str | Path) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True
        )

    def run(self, *command: str | Path) -> str:
        ran = self.attempt(*command)
        assert ran.returncode == 0, f"{command}\n{ran.stdout}\n{ran.stderr}"
        return ran.stdout

    def environment_with(self, pip: str, folder: str = ".venv") -> Path:
        """A virtual environment with this pip; where its programs are."""
        self.run(self.python, "-m", "venv", "--without-pip", folder)
        wheels = (self.downloads / "pips").iterdir()
        newest, *_, oldest = sorted(wheels, key=_number, reverse=True)
        wheel = oldest if pip else newest
        programs = self.folder / folder / "bin"
        self.run(programs / "python", wheel / "pip", "install", wheel)
        return programs

    @contextmanager
    def serving(self, *command: str | Path) -> Iterator[httpx2.Client]:
        """A server that is ready, however long that takes; it ends with the block."""
        port = free_port()
        with (self.folder / "serve.log").open("w+") as log:
            server = subprocess.Popen(
                command,
                cwd=self.folder,
                env={**self.environment, "PORT": str(port)},
                stdout=log,
                stderr=log,
                # make and the server it starts are ended together.
                start_new_session=True,
            )
            try:
                with httpx2.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
                    while not _ready(client):
                        assert server.poll() is None, (self.folder / "serve.log").read_text()
                        # What it waits for needs the core that asking on and on would take.
                        time.sleep(0.05)
                    yield client
            finally:
                if server.poll() is None:
                    os.killpg(server.pid, 15)
                server.wait()


def _number(wheel: Path) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", wheel.name.split("-")[1])))


def _ready(client: httpx2.Client) -> bool:
    try:
        return client.get("/ready", timeout=5).is_success
    except httpx2.TransportError:
        return False


if __name__ == "__main__":
    downloads(str(Path(sys.base_prefix) / "bin/python3"))
