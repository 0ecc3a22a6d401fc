"""Control groups: limits on all processes of one run together, for limits on each do not add up."""

import asyncio
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from uuid import uuid4

ROOT = Path("/sys/fs/cgroup")
CONTROLLERS = ("pids", "memory")
# Seconds until a killed group must be empty.
PATIENCE = 2.0
# Where the server goes when its own group is split: a group of version 2 that has limited groups
# below it can have no process in it.
LEAF = "kuznia-server"


@dataclass(frozen=True, slots=True)
class Group:
    """The folders of one control group: one in version 2, one for each controller in version 1."""

    folders: tuple[Path, ...]

    @property
    def entries(self) -> tuple[Path, ...]:
        """The files that a process writes its id to in order to join."""
        return tuple(folder / "cgroup.procs" for folder in self.folders)

    def members(self) -> list[int]:
        """The ids of the processes in the group."""
        with suppress(OSError):
            return [int(pid) for pid in self.entries[0].read_text().split()]
        return []

    async def end(self) -> None:
        """Kill all processes of the group, and remove it."""
        clock = asyncio.get_running_loop().time
        until = clock() + PATIENCE
        while (members := self.members()) and clock() < until:
            for pid in members:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            await asyncio.sleep(0.005)
        self.remove()

    def remove(self) -> None:
        """Remove an empty group."""
        for folder in self.folders:
            with suppress(OSError):
                folder.rmdir()


@dataclass(frozen=True, slots=True)
class GroupFolders:
    """Where this process may make groups: one folder in version 2, one per controller in 1."""

    folders: tuple[Path, ...]

    def make(self, *, processes: int, memory: int) -> Group:
        """A new group with these limits. A group whose limits do not hold is worse than none: then
        it is an OSError."""
        name = f"kuznia-{uuid4().hex[:12]}"
        group = Group(tuple(folder / name for folder in self.folders))
        try:
            for folder in group.folders:
                folder.mkdir()
            for file, value in self._limits(group, processes, memory):
                file.write_text(str(value))
        except OSError:
            group.remove()
            raise
        return group

    def _limits(self, group: Group, processes: int, memory: int) -> Iterator[tuple[Path, int]]:
        pids, mem = group.folders[0], group.folders[-1]
        old = len(group.folders) > 1
        yield pids / "pids.max", processes
        yield mem / ("memory.limit_in_bytes" if old else "memory.max"), memory
        # A kernel without swap accounting has no such file, and nothing to limit by it.
        swap = mem / ("memory.memsw.limit_in_bytes" if old else "memory.swap.max")
        if swap.exists():
            yield swap, memory if old else 0


def find() -> GroupFolders | None:
    """The folders in which this process may make groups and put its children, if any.

    Root may at the top. Anybody else needs a group that was handed over, as systemd does with
    `Delegate=yes`; one of version 2 is split first, into the server and its runs.
    """
    return next(filter(_works, _places()), None)


def _places() -> Iterator[GroupFolders]:
    own = _own()
    for root in (ROOT, ROOT / "unified"):
        if _enabled(root, CONTROLLERS):
            yield GroupFolders((root,))
        if (path := own.get("")) and (place := split(root / path, CONTROLLERS)):
            yield GroupFolders((place,))
    yield GroupFolders(tuple(ROOT / name for name in CONTROLLERS))
    if all(name in own for name in CONTROLLERS):
        yield GroupFolders(tuple(ROOT / name / own[name] for name in CONTROLLERS))


def _own() -> dict[str, str]:
    """The control group of this process, by controller; the name is empty in version 2."""
    lines = [line.split(":", 2) for line in Path("/proc/self/cgroup").read_text().splitlines()]
    return {name: path.lstrip("/") or "." for _, names, path in lines for name in names.split(",")}


def split(folder: Path, controllers: tuple[str, ...]) -> Path | None:
    """The group of version 2 below which groups can be limited: this one, with what is in it moved
    into a leaf of its own; or the one above, if this is that leaf. None where we may not."""
    if folder.name == LEAF:
        folder = folder.parent
    with suppress(OSError):
        if not set(controllers) <= set((folder / "cgroup.controllers").read_text().split()):
            return None
        if not _enabled(folder, controllers):
            leaf = folder / LEAF
            leaf.mkdir(exist_ok=True)
            for pid in (folder / "cgroup.procs").read_text().split():
                # A process that has ended by now need not be moved.
                with suppress(ProcessLookupError):
                    (leaf / "cgroup.procs").write_text(pid)
            enabled = " ".join(f"+{name}" for name in controllers)
            (folder / "cgroup.subtree_control").write_text(enabled)
        return folder
    return None


def _enabled(folder: Path, controllers: tuple[str, ...]) -> bool:
    with suppress(OSError):
        return set(controllers) <= set((folder / "cgroup.subtree_control").read_text().split())
    return False


def _works(place: GroupFolders) -> bool:
    """Whether a group can be made in these folders and joined by a child process."""
    try:
        group = place.make(processes=8, memory=64 * 1024 * 1024)
    except OSError:
        return False
    join = joining(group)
    command = ["/bin/sh", "-c", f"{join}:"]
    # The paths in it are quoted, and they are the kernel's.
    joined = subprocess.run(command, stderr=subprocess.DEVNULL, check=False)  # noqa: S603
    group.remove()
    return joined.returncode == 0


def joining(group: Group) -> str:
    """The shell commands by which a process joins the group before it does anything else."""
    return "".join(f"echo $$ > {quote(str(entry))} && " for entry in group.entries)
