"""A unified diff between two sets of files, as git reads it, and how it is applied."""

import re
from collections.abc import Iterator, Mapping
from difflib import unified_diff

_HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@\n")
_NO_END = "\\ No newline at end of file\n"


class DoesNotApply(ValueError):
    """A diff says something that its files do not."""


def lines_of(content: str) -> list[str]:
    """The lines with their ends; nothing but a line feed ends one, as in git."""
    lines = content.split("\n")
    last = lines.pop()
    return [f"{line}\n" for line in lines] + ([last] if last else [])


def unified(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """The diff that makes `after` of `before`; what only `before` has stays as it is."""
    return "".join(
        piece
        for path in sorted(after)
        if before.get(path) != after[path]
        for piece in _file_diff(path, before.get(path), after[path])
    )


def _file_diff(path: str, old: str | None, new: str) -> Iterator[str]:
    # A tab ends a name with blanks in it.
    shown = f"{path}\t" if " " in path else path
    if old is None:
        yield f"diff --git a/{path} b/{path}\nnew file mode 100644\n"
    begins = f"a/{shown}" if old is not None else "/dev/null"
    for line in unified_diff(lines_of(old or ""), lines_of(new), begins, f"b/{shown}"):
        yield line if line.endswith("\n") else f"{line}\n{_NO_END}"


def patched(before: Mapping[str, str], diff: str) -> dict[str, str]:
    """The files after the diff; DoesNotApply where a line is not exactly as the diff says."""
    files = dict(before)
    lines = lines_of(diff)
    place = 0
    while place < len(lines):
        line = lines[place]
        if line.startswith("diff --git "):
            path = line[len("diff --git a/") :].split(" b/")[0]
            files.setdefault(path, "")
            place += 2
        elif line.startswith("--- "):
            path = lines[place + 1].removeprefix("+++ b/").rstrip("\n").rstrip("\t")
            if path not in files:
                raise DoesNotApply(f"{path} is not there")
            place, files[path] = _file_patched(lines, place + 2, files[path])
        else:
            raise DoesNotApply(f"line {place + 1} of the diff is neither a header nor a hunk")
    return files


def _file_patched(lines: list[str], place: int, content: str) -> tuple[int, str]:
    """The line after the hunks of one file, and its content with them applied."""
    old, new, done = lines_of(content), list[str](), 0
    while place < len(lines) and (head := _HUNK.fullmatch(lines[place])):
        removed, added = int(head[2] or 1), int(head[4] or 1)
        start = int(head[1]) - (removed > 0)
        new += old[done:start]
        place, hunk = _hunk(lines, place + 1, removed, added)
        if old[start : start + removed] != [text for sign, text in hunk if sign != "+"]:
            raise DoesNotApply(f"the lines from {start + 1} on are not as the diff says")
        new += [text for sign, text in hunk if sign != "-"]
        done = start + removed
    return place, "".join((*new, *old[done:]))


def _hunk(
    lines: list[str], place: int, removed: int, added: int
) -> tuple[int, list[tuple[str, str]]]:
    """The line after a hunk, and each of its lines with its sign."""
    hunk: list[tuple[str, str]] = []
    while removed > 0 or added > 0:
        if place >= len(lines) or lines[place][0] not in "+- ":
            raise DoesNotApply(f"the hunk that ends in line {place} is cut")
        sign, text = lines[place][0], lines[place][1:]
        place += 1
        if place < len(lines) and lines[place] == _NO_END:
            text, place = text.removesuffix("\n"), place + 1
        removed -= sign != "+"
        added -= sign != "-"
        hunk.append((sign, text))
    return place, hunk
