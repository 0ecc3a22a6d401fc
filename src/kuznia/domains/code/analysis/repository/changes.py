"""What git says has changed: the files, and of each the lines."""

import re
import subprocess
from bisect import bisect_left
from dataclasses import dataclass
from pathlib import Path

SECONDS = 60
_HUNK = re.compile(rb"@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@")
# Neither a pager nor a program that a repository names is started.
_SAFE = (
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.quotePath=false",
    "--no-pager",
    "--no-optional-locks",
)


class GitFailed(ValueError):
    """git is not there, this is no repository, or it does not know the name; says which."""


@dataclass(frozen=True, slots=True)
class ChangedLines:
    """The name a file had, and the lines that are new; None: all of them."""

    before: str | None
    lines: tuple[int, ...] | None

    def touches(self, first: int, last: int) -> bool:
        if self.lines is None:
            return True
        place = bisect_left(self.lines, first)
        return place < len(self.lines) and self.lines[place] <= last


@dataclass(frozen=True, slots=True)
class Changes:
    """The files of a repository that differ from a commit, by their paths in it."""

    root: Path
    commit_id: str
    files: dict[str, ChangedLines]

    def before(self, path: str) -> bytes | None:
        """The content that a changed file had; None where there was none."""
        name = self.files[path].before
        if name is None:
            return None
        return _git(self.root, "cat-file", "blob", f"{self.commit_id}:{name}")


def changes_since(reference: str, root: Path) -> Changes:
    """Compare the files as they are now, committed or not, with a commit."""
    name = f"{reference}^{{commit}}"
    try:
        found_commit = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", name)
    except GitFailed as error:
        if str(error):
            raise
        raise GitFailed(f"git knows no commit {reference}") from None
    commit = found_commit.decode().strip()
    options = ("--raw", "-z", "--patch", "--unified=0", "--find-renames", "--no-abbrev")
    safe = ("--no-ext-diff", "--no-textconv", "--no-color", "--no-relative", "--ignore-submodules")
    changed = _parsed(_git(root, "diff", *options, *safe, commit, "--"))
    listed = _git(root, "ls-files", "-z", "--others", "--exclude-standard")
    for path in listed.decode(errors="surrogateescape").split("\0"):
        if path:
            changed[path] = ChangedLines(None, None)
    return Changes(root, commit, changed)


def _git(root: Path, *words: str) -> bytes:
    try:
        ran = subprocess.run(  # noqa: S603 - a list of words, no shell; a name cannot be an option
            ["git", *_SAFE, *words],  # noqa: S607 - the caller's own git
            cwd=root,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except FileNotFoundError:
        raise GitFailed("git is not installed") from None
    except subprocess.TimeoutExpired:
        raise GitFailed(f"git did not answer within {SECONDS} s") from None
    if ran.returncode:
        raise GitFailed(ran.stderr.decode(errors="replace").strip().partition("\n")[0])
    return ran.stdout


def _parsed(output: bytes) -> dict[str, ChangedLines]:
    """Read `--raw -z --patch`: the names end with NULs, and the patch has one piece a file."""
    names, patch = _names(output)
    pieces = _pieces(patch)
    changed: dict[str, ChangedLines] = {}
    for place, (kind, before, now) in enumerate(names):
        if kind == "D":
            continue
        lines = pieces[place] if place < len(pieces) else ()
        changed[now] = ChangedLines(None if kind == "A" else before, None if kind == "A" else lines)
    return changed


def _names(output: bytes) -> tuple[list[tuple[str, str, str]], bytes]:
    """The kind of each change and the names before and after, and what comes after them."""
    names: list[tuple[str, str, str]] = []
    place = 0
    while output[place : place + 1] == b":":
        end = output.index(b"\0", place)
        kind = output[place:end].decode().rsplit(" ", 1)[1][:1]
        fields: list[str] = []
        for _ in range(2 if kind in "RC" else 1):
            place = end + 1
            end = output.index(b"\0", place)
            fields.append(output[place:end].decode(errors="surrogateescape"))
        names.append((kind, fields[0], fields[-1]))
        place = end + 1
    return names, output[place:].removeprefix(b"\0")


def _pieces(patch: bytes) -> list[tuple[int, ...]]:
    """The new lines of each file of a patch; where lines only went, the one before the gap."""
    pieces: list[list[int]] = []
    for line in patch.split(b"\n"):
        if line.startswith(b"diff --git "):
            pieces.append([])
        elif hunk := _HUNK.match(line):
            first, count = int(hunk[1]), int(hunk[2] or 1)
            pieces[-1] += range(first, first + count) if count else (first,)
    return [tuple(lines) for lines in pieces]
