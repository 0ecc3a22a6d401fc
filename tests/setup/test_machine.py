"""Kuznia on a machine with a Python, make and pip, from the locks or the wheel alone."""

import shutil
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest
from tests.setup.machine import PIPS, ROOT, Machine, find_python

NEEDED = ("Makefile", "pyproject.toml", "README.md", "LICENSE", "requirements", "src", "migrations")
ORDERS = {
    "flows": {"prompt": "Registration of volunteers: name, phone, district"},
    "training/plans": {"prompt": "Get stronger", "profile": {"age": 34, "days": 3, "minutes": 45}},
}
SERVED = dict.fromkeys(ORDERS, 200)
THIS = "{}.{}".format(*sys.version_info)
# The other Pythons have a target of their own, `make pythons`: each takes half a minute.
EVERY = [
    pytest.param(version, marks=[] if version == THIS else [pytest.mark.pythons], id=version)
    for version in sorted({"3.11", "3.12", "3.13", THIS})
]
pytestmark = pytest.mark.timeout(900)


@pytest.fixture
def machine(version: str, tmp_path: Path) -> Machine:
    python = find_python(version)
    if python is None:
        pytest.skip(f"there is no Python {version} here")
    return Machine(python, tmp_path)


def ordered(client: httpx2.Client) -> dict[str, int]:
    return {
        path: client.post(f"/api/v1/{path}", json=body, timeout=600).status_code
        for path, body in ORDERS.items()
    }


@pytest.mark.parametrize("pip", PIPS, ids=["oldest pip", "newest pip"])
@pytest.mark.parametrize("version", EVERY)
def test_a_clone_serves(machine: Machine, pip: str) -> None:
    programs = machine.environment_with(pip)
    for name in NEEDED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, machine.folder / name)

    with machine.serving("make", "run") as client:
        assert ordered(client) == SERVED
    assert machine.run(programs / "pip", "--version").startswith(f"pip {pip}")
    # pip's own word: nothing that any package needs is missing or of the wrong version.
    assert machine.run(programs / "pip", "check") == "No broken requirements found.\n"


@pytest.mark.parametrize("version", EVERY)
def test_the_wheel_alone_serves(machine: Machine) -> None:
    """pip finds by itself what the wheel says a server needs, and nothing of it is missing."""
    build = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", str(ROOT)]
    subprocess.run([*build, "-w", machine.folder], check=True, capture_output=True)
    (wheel,) = machine.folder.glob("kuznia-*.whl")
    programs = machine.environment_with(PIPS[-1])
    machine.run(programs / "pip", "install", wheel)
    kuznia = programs / "kuznia"

    # There is no pytest in this environment, and nobody has to find that out from an order.
    machine.environment["CODE_RUN_TESTS"] = "sandbox"

    with machine.serving(kuznia, "serve") as client:
        assert ordered(client) == SERVED
        languages = client.get("/api/v1/code/languages").json()["data"]["languages"]
    assert [row["runs_tests"] for row in languages if row["name"] == "python"] == [False]
    doctor = machine.attempt(kuznia, "doctor")
    assert doctor.returncode == 1
    assert "✗ sandbox   no test in python is run\n" in doctor.stdout
    assert "→ pytest is not installed beside Kuznia (pip install pytest).\n" in doctor.stdout
