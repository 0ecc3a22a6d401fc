"""The sandbox of somebody who is not root: the same, or none and the reason."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from tests.domains.code.sandbox import attacking

from kuznia.domains.code.sandbox import cgroup

SOMEBODY = 61234
TREE = Path(__file__).parents[4]
PACKAGES = next(path for path in sys.path if path.endswith("site-packages"))
PATH = os.pathsep.join([str(TREE / "src"), str(TREE), PACKAGES])
PYTHON = "/usr/bin/python3"
ALL = {**attacking.REFUSED, **attacking.MEMORY, **attacking.DISK}


def run(*words: str, group: cgroup.Group | None = None, typed: str = "") -> str:
    join = cgroup.joining(group) if group else ""
    become = ["setpriv", f"--reuid={SOMEBODY}", f"--regid={SOMEBODY}", "--clear-groups"]
    ran = subprocess.run(
        ["/bin/sh", "-c", f'{join}exec "$@"', "sh", *become, PYTHON, *words],
        cwd="/",
        env={"PYTHONPATH": PATH, "PYTHONDONTWRITEBYTECODE": "1", "PATH": os.defpath},
        input=typed,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.fixture(autouse=True)
def ordinary() -> None:
    """Somebody without any right of their own, who may read this tree and its packages."""
    if os.getuid() != 0:
        pytest.skip("only root can become somebody else; the other tests ran as somebody ordinary")
    try:
        version = run("-c", "import sys, kuznia.app; print(sys.version_info[:2])")
    except AssertionError as why:
        pytest.skip(f"{PYTHON} cannot use our packages as somebody else: {str(why)[-200:]}")
    if version.strip() != str(sys.version_info[:2]):
        pytest.skip(f"{PYTHON} is another version than the one of our packages")


@pytest.fixture
def delegated() -> Iterator[cgroup.Group]:
    """A group of theirs, as `systemd-run --user --scope -p Delegate=yes` gives one."""
    place = cgroup.find()
    assert place, "root can make no control group here"
    group = cgroup.Group(tuple(folder / f"test-{uuid4().hex[:8]}" for folder in place.folders))
    for folder in group.folders:
        folder.mkdir()
        os.chown(folder, SOMEBODY, SOMEBODY)
        for name in ("cgroup.procs", "cgroup.subtree_control", "cgroup.threads", "tasks"):
            if (folder / name).exists():
                os.chown(folder / name, SOMEBODY, SOMEBODY)
    yield group
    for folder in group.folders:
        for below in folder.glob("*/"):
            below.rmdir()
    group.remove()


def test_without_a_group_of_their_own_there_is_none_and_the_way_to_one_is_named():
    came = json.loads(run(attacking.__file__, typed=json.dumps(ALL)))

    assert came["came"] == {}
    assert "systemd-run --user --scope -p Delegate=yes" in came["reasons"][0]


def test_with_a_group_of_their_own_every_attack_fails(delegated):
    told = json.loads(run(attacking.__file__, group=delegated, typed=json.dumps(ALL)))

    came = told["came"]
    assert set(came) == set(ALL), told["reasons"]
    for name in attacking.REFUSED:
        assert came[name]["code"] != 0, name
        assert "rror" in came[name]["err"], name
    for kind, bound in (("memory", attacking.MEMORY), ("disk", attacking.DISK)):
        for name in bound:
            had = int((came[name]["out"].split() or ["0"])[-1])
            assert had <= attacking.SMALL[kind], name
