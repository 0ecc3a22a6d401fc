"""Where groups can be made: at the top, in a place of one's own, or nowhere."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from kuznia.domains.code.sandbox import cgroup


@pytest.fixture
def own() -> Iterator[tuple[Path, str]]:
    """A group of version 2 with a process in it, and a controller it has."""
    roots = (cgroup.ROOT, cgroup.ROOT / "unified")
    root = next((root for root in roots if (root / "cgroup.subtree_control").exists()), None)
    known = (root / "cgroup.controllers").read_text().split() if root else []
    folder = root / f"test-{uuid4().hex[:8]}" if root else Path()
    before = (root / "cgroup.subtree_control").read_text().split() if root else []
    try:
        assert root
        (root / "cgroup.subtree_control").write_text(f"+{known[0]}")
        folder.mkdir()
    except (AssertionError, OSError, IndexError) as why:
        pytest.skip(f"no group of version 2 can be made here: {why!r}")
    sleeper = subprocess.Popen(["sleep", "60"])
    (folder / "cgroup.procs").write_text(str(sleeper.pid))
    yield folder, known[0]
    sleeper.kill()
    sleeper.wait()
    for group in (folder / "below", folder / cgroup.LEAF, folder):
        if group.exists():
            group.rmdir()
    if known[0] not in before:
        (root / "cgroup.subtree_control").write_text(f"-{known[0]}")


def test_a_group_of_ones_own_is_split_into_the_server_and_its_runs(own):
    folder, controller = own
    inside = (folder / "cgroup.procs").read_text()

    place = cgroup.split(folder, (controller,))

    assert place == folder
    assert (folder / cgroup.LEAF / "cgroup.procs").read_text() == inside
    assert (folder / "cgroup.procs").read_text() == ""
    # Whoever is in the leaf by now has the same place.
    assert cgroup.split(folder / cgroup.LEAF, (controller,)) == folder
    (folder / "below").mkdir()
    assert list((folder / "below").glob(f"{controller}.*"))


def test_a_group_that_lacks_a_controller_stays_as_it_is(own):
    folder, _ = own

    assert cgroup.split(folder, ("no-such-controller",)) is None
    assert not (folder / cgroup.LEAF).exists()


def test_limits_that_cannot_be_set_are_no_limits(tmp_path):
    place = cgroup.GroupFolders((tmp_path / "gone",))

    with pytest.raises(OSError, match="gone"):
        place.make(processes=1, memory=1)
