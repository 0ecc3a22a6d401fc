"""Find out once, when the server starts, whether this host can run a sandbox."""

import asyncio
import json
import os
import platform
import shutil
import sys
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

from kuznia.domains.code.sandbox import cgroup, seccomp
from kuznia.domains.code.sandbox.attacks import ATTACKS
from kuznia.domains.code.sandbox.box import LIMITS, Box, Tool

# What pytest is made of; all of it is plain Python.
_PYTEST = ("pytest", "_pytest", "py", "pluggy", "iniconfig", "packaging", "pygments")
TOOLBOX = "/opt/toolbox"
RUNNER = f"{TOOLBOX}/pytest_runner.py"
PYTHON = "/opt/python"
# Where the packages of the operator are seen; the runner knows it too.
PACKAGES = "/opt/packages"
SYSTEM = Path("/usr/bin/python3")
GO, GO_CACHE = "/opt/go", "/opt/gocache"

# Bounds that are quickly reached; they are set as those of every run are.
ATTEMPTS = 3
_SMALL = replace(LIMITS, seconds=60, memory=96 * 1024 * 1024, disk=1024 * 1024)
NO_GROUP = (
    "no control group of its own, so nothing would limit all its processes together: start Kuznia "
    "as root, or with `systemd-run --user --scope -p Delegate=yes kuznia serve`"
)


@dataclass(frozen=True, slots=True)
class Probe:
    """The result: a box and the attacks it withstood, or the reasons why there is none."""

    box: Box | None
    python: str = ""
    node: str = ""
    go: str = ""
    # Go's own folder on this host, and where what it has compiled is kept for every run to see.
    goroot: Path | None = None
    compiled: Path | None = None
    checks: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


async def probe(folder: Path, packages: Path | None = None) -> Probe:
    """Build a sandbox in this folder and attack it; the folder must stay while it is in use.

    `packages` is where the packages of Python are that tests may import.
    """
    reasons = _missing()
    groups = None if reasons else await asyncio.to_thread(cgroup.find)
    if groups is None:
        return Probe(None, reasons=tuple(reasons or [NO_GROUP]))
    built = await asyncio.to_thread(_build, folder, groups, packages)
    box, python = built.box, built.python
    assert box is not None
    if not python:
        return Probe(None, reasons=("no Python that a stranger may read: install python3",))
    withstood = await _attacked(box, python)
    if isinstance(withstood, str):
        return Probe(None, reasons=(f"bubblewrap cannot build a sandbox here: {withstood}",))
    failed = tuple(f"not so: {name}" for name, held in withstood.items() if not held)
    if failed:
        return Probe(None, reasons=failed)
    return replace(built, checks=tuple(withstood))


async def _attacked(box: Box, python: str) -> dict[str, bool] | str:
    """Which attacks the sandbox withstood, or what it said instead.

    Out of memory, the kernel may kill the attacker before it has reported: then it attacks again.
    """
    bounds = (str(_SMALL.memory), str(_SMALL.disk))
    error = ""
    for _ in range(ATTEMPTS):
        ran = await box.run([python, "-I", "-c", ATTACKS, *bounds], limits=_SMALL)
        try:
            return json.loads(ran.out)
        except ValueError:
            error = ran.err.decode(errors="replace").strip()[-200:] or f"exit code {ran.code}"
    return error


def _missing() -> list[str]:
    reasons: list[str] = []
    if platform.machine() not in seccomp.MACHINES:
        reasons.append(f"no list of system calls for {platform.machine()}")
    reasons += [
        f"{program} is not installed ({package})"
        for program, package in (
            ("bwrap", "apt install bubblewrap"),
            ("setpriv", "apt install util-linux"),
            ("prlimit", "apt install util-linux"),
        )
        if shutil.which(program) is None
    ]
    return reasons


def _build(folder: Path, groups: cgroup.GroupFolders, packages: Path | None) -> Probe:
    folder.chmod(0o755)
    rules = folder / "filter.bpf"
    rules.write_bytes(seccomp.program(seccomp.MACHINES[platform.machine()]))
    rules.chmod(0o644)
    tools = [Tool(_toolbox(folder / "toolbox"), TOOLBOX)]
    if packages is not None and packages.is_dir():
        tools.append(Tool(_readable(packages, folder / "packages"), PACKAGES))
    python = _python(tools)
    node = shutil.which("node", path="/usr/local/bin:/usr/bin") or ""
    goroot = _goroot()
    if goroot:
        compiled = folder / "gocache"
        compiled.mkdir(exist_ok=True)
        tools += [Tool(goroot, GO), Tool(compiled, GO_CACHE)]
    return Probe(
        Box(rules, os.getuid() == 0, groups, tuple(tools)),
        python,
        node,
        go=f"{GO}/bin/go" if goroot else "",
        goroot=goroot,
        compiled=folder / "gocache" if goroot else None,
    )


def _goroot() -> Path | None:
    """The folder of the installed Go, if the sandbox's user may read it."""
    program = shutil.which("go")
    root = Path(program).resolve().parent.parent if program else None
    return root if root and (root / "pkg").exists() and _open_to_all(root) else None


def _python(tools: list[Tool]) -> str:
    """The interpreter inside: our own if the sandbox's user may read it, else the system's."""
    python = interpreter()
    if python is None or python == SYSTEM:
        return str(python or "")
    tools.append(Tool(python.parent.parent, PYTHON))
    return f"{PYTHON}/bin/python3"


def interpreter() -> Path | None:
    """The interpreter of this host that runs Python in the sandbox."""
    ours = Path(sys.base_prefix)
    if ours.parts[1:2] != ("usr",) and _open_to_all(ours):
        return ours / "bin/python3"
    return SYSTEM if SYSTEM.exists() else None


def _readable(source: Path, copy: Path) -> Path:
    """A folder as the sandbox's user may read it: itself, or a copy where it is closed to them."""
    if all(map(_open_to_all, (source, *source.rglob("*")))):
        return source.resolve()
    shutil.copytree(source, copy)
    _open(copy)
    return copy


def _open(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)


def _open_to_all(path: Path) -> bool:
    return all(step.stat().st_mode & 0o005 == 0o005 for step in (path, *path.parents))


def _toolbox(folder: Path) -> Path:
    """A copy of pytest that the sandbox's user may read: our environment may be closed to it."""
    folder.mkdir(exist_ok=True)
    for name in _PYTEST:
        spec = find_spec(name)
        if spec is None or spec.origin is None:
            continue
        source = Path(spec.origin)
        if source.name == "__init__.py":
            # With what was compiled of it: nothing can be written there, and each run would compile
            # it again, which is half of what a run takes.
            shutil.copytree(source.parent, folder / name, dirs_exist_ok=True)
        else:
            shutil.copy(source, folder / source.name)
    shutil.copy(Path(__file__).with_name("pytest_runner.py"), folder)
    # No settings of pytest's, so that those beside the tests are none either.
    (folder / "pytest.ini").write_text("[pytest]\n")
    _open(folder)
    return folder
