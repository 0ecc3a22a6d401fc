"""Limits on all processes of one run together; limits for each alone do not add up."""

import asyncio
import os
import signal
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

ROOT = Path("/sys/fs/cgroup")
# Seconds until a killed group must be empty.
PATIENCE = 2.0


@dataclass(frozen=True, slots=True)
class Group:
    """The folders of one group: one in version 2, one for each controller in version 1."""

    folders: tuple[Path, ...]

    @property
    def entries(self) -> tuple[Path, ...]:
        """Where a process writes its id to become a member."""
        return tuple(folder / "cgroup.procs" for folder in self.folders)

    def members(self) -> list[int]:
        """Who is in it now."""
        with suppress(OSError):
            return [int(pid) for pid in self.entries[0].read_text().split()]
        return []

    async def end(self) -> None:
        """Kill all that is left in it, and remove it."""
        clock = asyncio.get_running_loop().time
        until = clock() + PATIENCE
        while (members := self.members()) and clock() < until:
            for pid in members:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            await asyncio.sleep(0.005)
        for folder in self.folders:
            with suppress(OSError):
                folder.rmdir()


def make(*, processes: int, memory: int) -> Group | None:
    """A new group with these limits, or None where this process may not make one."""
    name = f"kuznia-{uuid4().hex[:12]}"
    return _second(name, processes, memory) or _first(name, processes, memory)


def _second(name: str, processes: int, memory: int) -> Group | None:
    for root in (ROOT, ROOT / "unified"):
        with suppress(OSError):
            controllers = (root / "cgroup.subtree_control").read_text().split()
            if {"pids", "memory"} <= set(controllers):
                folder = root / name
                folder.mkdir()
                return _limited(
                    Group((folder,)),
                    {
                        folder / "pids.max": processes,
                        folder / "memory.max": memory,
                        folder / "memory.swap.max": 0,
                    },
                )
    return None


def _first(name: str, processes: int, memory: int) -> Group | None:
    pids, mem = ROOT / "pids" / name, ROOT / "memory" / name
    made: list[Path] = []
    try:
        for folder in (pids, mem):
            folder.mkdir()
            made.append(folder)
    except OSError:
        for folder in made:
            folder.rmdir()
        return None
    limits = {pids / "pids.max": processes, mem / "memory.limit_in_bytes": memory}
    return _limited(Group((pids, mem)), limits)


def _limited(group: Group, limits: dict[Path, int]) -> Group | None:
    """The group with its limits set; a group whose limits do not hold is worse than none."""
    try:
        for file, value in limits.items():
            # A kernel without swap accounting has no such file, and nothing to limit by it.
            if file.name != "memory.swap.max" or file.exists():
                file.write_text(str(value))
    except OSError:
        for folder in group.folders:
            folder.rmdir()
        return None
    return group
