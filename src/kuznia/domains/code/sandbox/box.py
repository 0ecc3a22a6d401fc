"""One run in the sandbox: bubblewrap without anything of the host, every resource limited."""

import asyncio
import os
import shutil
import signal
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from kuznia.domains.code.sandbox import cgroup

# A user id that no account of this machine has.
STRANGER = 60001
# Folders inside the sandbox, which has nothing of these names from outside.
WORK, CODE = "/work", "/code"
_TMP, _SHM = "/tmp", "/dev/shm"  # noqa: S108 - as above
_PATH = "/usr/local/bin:/usr/bin:/bin"


@dataclass(frozen=True, slots=True)
class RunLimits:
    """The limits of one run, for all of its processes together."""

    seconds: float = 20.0
    processes: int = 64
    memory: int = 512 * 1024 * 1024
    disk: int = 64 * 1024 * 1024
    file: int = 16 * 1024 * 1024
    output: int = 200_000


LIMITS = RunLimits()


@dataclass(frozen=True, slots=True)
class Tool:
    """A program of the host that is visible in the sandbox, read-only."""

    source: Path
    target: str


@dataclass(frozen=True, slots=True)
class Ran:
    """How a run ended. `out` and `err` are cut at the limit."""

    ended: Literal["exited", "timeout", "flooded"]
    code: int
    out: bytes
    err: bytes
    seconds: float


@dataclass(frozen=True, slots=True)
class Box:
    """How this host builds a sandbox; found out once, when the server starts."""

    filter: Path
    as_root: bool
    groups: cgroup.GroupFolders
    tools: tuple[Tool, ...] = ()

    async def run(
        self,
        command: Sequence[str],
        files: Mapping[str, str] | None = None,
        *,
        limits: RunLimits = LIMITS,
    ) -> Ran:
        """Run a command over these files in a folder of its own; nothing is left afterwards."""
        group = self.groups.make(processes=limits.processes, memory=limits.memory)
        folder = Path(tempfile.mkdtemp(prefix="kuznia-"))
        try:
            await asyncio.to_thread(_lay_out, folder, files or {})
            return await self._bounded(self._argv(command, folder, group, limits), group, limits)
        finally:
            await group.end()
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    async def _bounded(self, argv: Sequence[str], group: cgroup.Group, limits: RunLimits) -> Ran:
        clock = asyncio.get_running_loop().time
        began = clock()
        # An empty environment: bwrap stays as process 1 inside, and its environment can be read.
        process = await asyncio.create_subprocess_exec(
            *argv,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={},
            cwd="/",
            start_new_session=True,
        )
        out, err = bytearray(), bytearray()
        ended: Literal["exited", "timeout", "flooded"] = "exited"
        try:
            async with asyncio.timeout(limits.seconds):
                await asyncio.gather(
                    _read(process.stdout, out, limits.output),
                    _read(process.stderr, err, limits.output),
                )
                await process.wait()
        except TimeoutError:
            ended = "timeout"
        except _Flooded:
            ended = "flooded"
        finally:
            await _kill(process, group)
        code = process.returncode if process.returncode is not None else -1
        return Ran(ended, code, bytes(out), bytes(err), round(clock() - began, 3))

    def _argv(
        self,
        command: Sequence[str],
        folder: Path,
        group: cgroup.Group,
        limits: RunLimits,
    ) -> list[str]:
        """The command: join the group, give up root, set limits, then build the sandbox."""
        stranger = ["setpriv", f"--reuid={STRANGER}", f"--regid={STRANGER}", "--clear-groups"]
        bounds = [
            "prlimit",
            f"--fsize={limits.file}",
            "--nofile=256",
            f"--cpu={max(1, round(limits.seconds))}",
            "--core=0",
            "--",
        ]
        # The filter is a file opened by the shell: bwrap reads it from a descriptor.
        inner = [*(stranger if self.as_root else []), *bounds, *self._bwrap(folder, limits)]
        script = f'{cgroup.joining(group)}exec "$@" 9< "$0"'
        return ["/bin/sh", "-c", script, str(self.filter), *inner, *command]

    def _bwrap(self, folder: Path, limits: RunLimits) -> list[str]:
        shown = [part for tool in self.tools for part in _shown(tool)]
        return [
            "bwrap",
            *("--unshare-user", "--unshare-all", "--disable-userns", "--die-with-parent"),
            *("--new-session", "--clearenv", "--cap-drop", "ALL", "--seccomp", "9"),
            *("--hostname", "forge", "--ro-bind", "/usr", "/usr"),
            *("--symlink", "usr/lib", "/lib", "--symlink", "usr/bin", "/bin"),
            *(("--symlink", "usr/lib64", "/lib64") if Path("/usr/lib64").exists() else ()),
            *shown,
            *("--proc", "/proc", "--dev", "/dev"),
            *("--size", str(limits.disk), "--tmpfs", _TMP),
            *("--size", str(limits.disk), "--tmpfs", _SHM),
            *("--size", str(limits.disk), "--tmpfs", WORK),
            *("--ro-bind", str(folder), CODE, "--chdir", WORK),
            # Both are memory without a size of its own; all is set up by now.
            *("--remount-ro", "/dev", "--remount-ro", "/"),
            *("--setenv", "PATH", _PATH, "--setenv", "HOME", WORK, "--setenv", "LANG", "C.UTF-8"),
            "--",
        ]


def _shown(tool: Tool) -> tuple[str, str, str]:
    return ("--ro-bind", str(tool.source), tool.target)


def _lay_out(folder: Path, files: Mapping[str, str]) -> None:
    """Write the code where the sandbox's user may read it and nobody may change it."""
    folder.chmod(0o755)
    for name, content in files.items():
        path = folder / name
        # Paths passed the domain's checks; this is the last place where a wrong one could do harm.
        if not path.resolve().is_relative_to(folder.resolve()):
            raise ValueError("a path leads out of the folder")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
        path.chmod(0o644)


class _Flooded(Exception):
    """The run printed more than its limit."""


async def _read(stream: asyncio.StreamReader | None, into: bytearray, most: int) -> None:
    assert stream is not None
    while piece := await stream.read(65536):
        into += piece[: most - len(into)]
        if len(into) >= most:
            raise _Flooded


async def _kill(process: asyncio.subprocess.Process, group: cgroup.Group) -> None:
    """Kill what still runs, and read its pipes to their end: only then are they closed."""
    if process.returncode is None:
        await group.end()
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    with suppress(TimeoutError):
        async with asyncio.timeout(1):
            for stream in (process.stdout, process.stderr):
                while stream is not None and await stream.read(65536):
                    pass
    await process.wait()
