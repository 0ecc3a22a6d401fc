"""Where `kuznia make --out` writes, whatever the paths in an artefact say."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import BaseModel
from tests.doors.cli.conftest import runs
from tests.makers import a_domain
from typer.testing import Result

from kuznia.app import Made
from kuznia.forge.terms import Draft, Part
from kuznia.launch import open_here, tools


class OneFile(BaseModel):
    path: str
    content: str = "gone astray"


class Files(Draft):
    files: tuple[OneFile, ...]


def make(out: Path, *paths: str, force: bool = False) -> Result:
    """Have these made by a domain whose checks see nothing wrong in any path."""
    files = Files(files=tuple(OneFile(path=path) for path in paths))
    domains = {"notes": a_domain(Part(name="files", make=lambda _: files))}
    kuznia = runs(
        replace(tools(), open_doors=lambda s: open_here(Made(settings=s, domains=domains)))
    )
    words = ("make", "notes", "a note on iron", "--out", str(out))
    return kuznia(*words, *(("--force",) if force else ()))


def below(folder: Path) -> set[str]:
    found = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return {path.relative_to(folder).as_posix() for path in found}


HOSTILE = {
    "above": "../stray.txt",
    "above from inside": "a/../../stray.txt",
    "inside after all": "a/../stray.txt",
    "absolute": "/tmp/kuznia-stray.txt",
    "absolute twice": "//tmp/kuznia-stray.txt",
    "a drive": "C:/stray.txt",
    "a drive's folder": "c:stray.txt",
    "backslashes": "..\\..\\stray.txt",
    "a share": "\\\\host\\share\\stray.txt",
    "a stream of a file": "fine.txt:stray",
    "git": ".git/config",
    "git's hooks": "sub/.git/hooks/post-checkout",
    "git in capitals": ".GIT/config",
    "git's short name": "GIT~1/config",
    "git behind nothing": ".g\u200cit/config",
    "git before a dot": ".git./config",
    "git before a blank": ".git /config",
    "a workflow": ".github/workflows/ci.yml",
    "an editor's tasks": ".vscode/tasks.json",
    "a shell's start": ".bashrc",
    "a folder's environment": ".envrc",
    "secrets": ".env",
    "a registry": ".npmrc",
    "a device": "NUL",
    "a device with an ending": "src/aux.py",
    "a port": "com1.txt",
    "another port": "LPT\u00b9",
    "an end in a dot": "stray.",
    "an end in a blank": "stray ",
    "no name": "",
    "the folder": ".",
    "a folder": "stray/",
    "an empty name": "a//stray.txt",
    "a line break": "a\nstray.txt",
    "an escape": "a\x1b[31mstray.txt",
    "a byte of nothing": "a\0stray.txt",
    "a control of eight bits": "a\x9bstray.txt",
    "turned round": "a\u202etxt.exe",
    "a line separator": "a\u2028b",
    "an option": "-rf",
    "a home": "~/stray.txt",
    "a very long name": "x" * 300,
    "a very long path": "/".join(["x" * 90] * 20),
    "a very deep path": "/".join("x" * 40),
}


@pytest.mark.parametrize("path", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_path_is_refused_and_nothing_is_written(path: str, tmp_path: Path) -> None:
    out = tmp_path / "outside" / "out"
    out.mkdir(parents=True)

    told = make(out, "good.txt", path, force=True)

    assert told.exit_code == 2, told.output
    assert "nothing was written" in told.stderr.lower()
    assert below(tmp_path / "outside") == set()
    assert not Path("/tmp/kuznia-stray.txt").exists()


@pytest.mark.parametrize("path", [".gitignore", "src/.editorconfig", "a b/[id].ts", "\u0444.py"])
def test_an_honest_path_is_written(path: str, tmp_path: Path) -> None:
    assert make(tmp_path / "out", path).exit_code == 0
    assert below(tmp_path / "out") == {path}


@pytest.mark.parametrize(
    "paths",
    [("README.md", "readme.MD"), ("caf\u00e9", "cafe\u0301"), ("a", "a/b.txt"), ("A/b", "a")],
)
def test_two_paths_that_are_one_somewhere_are_refused(
    paths: tuple[str, str], tmp_path: Path
) -> None:
    told = make(tmp_path / "out", *paths)

    assert told.exit_code == 2
    assert below(tmp_path / "out") == set()


def test_what_is_there_is_kept_unless_it_is_forced(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    mine = out / "Makefile"
    mine.write_text("mine")

    told = make(out, "a.txt", "Makefile")

    assert told.exit_code == 2
    assert "Makefile is there already" in told.stderr
    assert "--force" in told.stderr
    assert (below(out), mine.read_text()) == ({"Makefile"}, "mine")

    told = make(out, "a.txt", "Makefile", force=True)

    assert told.exit_code == 0
    assert mine.read_text() == "gone astray"


def test_what_will_be_written_is_shown_before_it_is(tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_text("mine")

    told = make(tmp_path, "a.txt", "b.txt", force=True)

    assert "  + a.txt  (11 bytes)\n  ~ b.txt  (11 bytes, in place of 4)\n" in told.stderr
    assert told.stdout.splitlines() == [str(tmp_path / "a.txt"), str(tmp_path / "b.txt")]


@pytest.mark.parametrize("path", ["link/stray.txt", "deep/link/stray.txt", "inside/stray.txt"])
def test_a_link_is_never_followed(path: str, tmp_path: Path) -> None:
    outside, out = tmp_path / "outside", tmp_path / "out"
    for folder in (outside, out / "deep", out / "real"):
        folder.mkdir(parents=True)
    (out / "link").symlink_to(outside)
    (out / "deep/link").symlink_to(outside)
    (out / "inside").symlink_to(out / "real")

    told = make(out, path, force=True)

    assert told.exit_code == 2
    assert below(outside) | below(out) == set()


@pytest.mark.parametrize("target", ["there.txt", "not there.txt"])
def test_a_link_is_never_written_over(target: str, tmp_path: Path) -> None:
    (tmp_path / "there.txt").write_text("mine")
    out = tmp_path / "out"
    out.mkdir()
    (out / "a.txt").symlink_to(tmp_path / target)

    told = make(out, "a.txt", force=True)

    assert told.exit_code == 2
    assert (out / "a.txt").is_symlink()
    assert below(out) == set()
    assert not (tmp_path / "not there.txt").exists()
    assert (tmp_path / "there.txt").read_text() == "mine"


def test_the_other_names_of_a_file_keep_what_they_had(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    out = tmp_path / "out"
    out.mkdir()
    os.link(tmp_path / "mine.txt", out / "a.txt")

    make(out, "a.txt", force=True)

    assert (tmp_path / "mine.txt").read_text() == "mine"
    assert (out / "a.txt").read_text() == "gone astray"


def test_a_folder_and_a_pipe_are_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    os.mkfifo(tmp_path / "b")

    assert make(tmp_path, "a", force=True).exit_code == 2
    assert make(tmp_path, "b", force=True).exit_code == 2
    assert make(tmp_path, "b/c", force=True).exit_code == 2


def test_thousands_of_files_are_refused(tmp_path: Path) -> None:
    told = make(tmp_path / "out", *(f"{number}.txt" for number in range(3_000)))

    assert told.exit_code == 2
    assert below(tmp_path / "out") == set()


def test_the_folder_may_be_a_link_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / "real")

    assert make(tmp_path / "out", "a.txt").exit_code == 0
    assert below(tmp_path / "real") == {"a.txt"}
