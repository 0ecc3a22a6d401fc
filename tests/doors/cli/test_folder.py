"""Where `kuznia make --out` writes, whatever the paths in an artefact say."""

from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import BaseModel
from tests.doors.cli.conftest import runs
from tests.makers import a_domain

from kuznia.app import Made, open_here, tools
from kuznia.forge.terms import Domain, Draft, Part


class OneFile(BaseModel):
    path: str
    content: str = "gone astray"


class Files(Draft):
    files: tuple[OneFile, ...]


def that_makes(*paths: str) -> Domain:
    """A domain whose checks see nothing wrong in any path."""
    files = Files(files=tuple(OneFile(path=path) for path in paths))
    return a_domain(Part(name="files", make=lambda _: files))


@pytest.mark.parametrize("path", ["../stray.txt", "link/stray.txt", "a/../../stray.txt", "/stray"])
def test_nothing_is_written_outside_the_folder(path: str, tmp_path: Path) -> None:
    outside, out = tmp_path / "outside", tmp_path / "outside" / "out"
    out.mkdir(parents=True)
    (out / "link").symlink_to(outside)
    # An absolute path is tried inside a place of ours.
    path = str(outside / "stray.txt") if path.startswith("/") else path
    domains = {"notes": that_makes("good.txt", path)}
    kuznia = runs(
        replace(tools(), open_doors=lambda s: open_here(Made(settings=s, domains=domains)))
    )

    told = kuznia("make", "notes", "a note on iron", "--out", str(out))

    assert told.exit_code == 2
    assert "lies outside the folder; nothing more was written" in told.stderr
    assert {one.name for one in outside.rglob("*.txt")} == {"good.txt"}
