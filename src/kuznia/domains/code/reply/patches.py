"""Changes instead of files: diffs and SEARCH/REPLACE blocks, applied to the code they are for.

A model that is asked to correct its draft often sends only what it would change. Lines are found by
what is in them: the numbers in a model's diff are mostly wrong.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import islice, takewhile

from kuznia.domains.code.languages.find import find_by_path
from kuznia.domains.code.languages.paths import safe_path
from kuznia.domains.code.reply.fences import ReplyText
from kuznia.domains.code.reply.naming import path_in_line
from kuznia.domains.code.schema import File
from kuznia.forge.terms import Unreadable

_SEARCH = re.compile(r"[ \t]*<{5,9} ?(?:SEARCH|ORIGINAL|HEAD|OLD)\b.{0,40}")
_DIVIDER = re.compile(r"[ \t]*={5,9}[ \t]*")
_REPLACE = re.compile(r"[ \t]*>{5,9} ?(?:REPLACE|UPDATED|NEW)\b.{0,40}")
_OLD_FILE = re.compile(r"(?:---[ \t]+|\*\*\* (?:Update|Delete) File: )(\S{1,300}).{0,200}")
_NEW_FILE = re.compile(r"(?:\+\+\+[ \t]+|\*\*\* Add File: )(\S{1,300}).{0,200}")
_HUNK = re.compile(r"@@.{0,300}")
_META = re.compile(
    r"\\ No newline|\*\*\* (?:Begin|End) (?:Patch|of File)|diff --git |index [0-9a-f]"
)
_DIFF_LABEL = re.compile(r"(?:diff|patch)\b", re.IGNORECASE)
MAX_CHANGES = 100


@dataclass(frozen=True, slots=True)
class Change:
    """Lines to be replaced by others, in the file of this path, or in whichever has them."""

    path: str | None
    old: tuple[str, ...]
    new: tuple[str, ...]


def searched(reply: ReplyText) -> tuple[Change, ...]:
    """The changes of a reply that is made of SEARCH/REPLACE blocks."""
    if not any(line.lstrip().startswith("<<<<<") for line in reply.lines):
        return ()
    return tuple(islice(_searched(reply.lines), MAX_CHANGES))


def _searched(lines: Sequence[str]) -> Iterator[Change]:
    path: str | None = None
    rest = iter(lines)
    for line in rest:
        if _SEARCH.fullmatch(line):
            old = tuple(takewhile(lambda line: not _DIVIDER.fullmatch(line), rest))
            new = tuple(takewhile(lambda line: not _REPLACE.fullmatch(line), rest))
            yield Change(path, old, new)
        else:
            path = path_in_line(line.strip()) or path


def besides(reply: ReplyText) -> str:
    """The text of a reply without its SEARCH/REPLACE blocks and its diffs."""
    kept: list[str] = []
    patched = {number for lines in _diffs(reply) for number in lines}
    inside = False
    for number, line in enumerate(reply.lines):
        inside = inside or bool(_SEARCH.fullmatch(line))
        if not inside and number not in patched:
            kept.append(line)
        inside = inside and not _REPLACE.fullmatch(line)
    return "\n".join(kept)


def diffed(reply: ReplyText) -> tuple[Change, ...]:
    """The changes of a reply that is a diff, in a fence or without."""
    parts = [[reply.lines[number] for number in numbers] for numbers in _diffs(reply)]
    lines = [line for part in parts for line in (*part, "@@")]
    return tuple(_changes(lines))[:MAX_CHANGES] if lines else ()


def _diffs(reply: ReplyText) -> Iterator[range]:
    """The lines of each diff: of fences that are labelled so or begin so, or of the whole reply."""
    place = 0
    while place + 1 < len(reply.marks):
        opener = reply.marks[place]
        # A fence further in is a line of a file that the diff shows.
        outer = [
            number
            for number in range(place + 1, len(reply.marks))
            if _indent(reply.lines[reply.marks[number].line]) <= _indent(reply.lines[opener.line])
        ]
        part = range(opener.line + 1, reply.marks[outer[0] if outer else place + 1].line)
        begins = next((reply.lines[n] for n in part if reply.lines[n].strip()), "")
        is_diff = bool(outer) and bool(_DIFF_LABEL.match(opener.info) or _begins(begins))
        if is_diff:
            yield part
        place = outer[0] + 1 if is_diff else place + 2
    if not reply.marks:
        first = next((n for n, line in enumerate(reply.lines) if _begins(line)), None)
        if first is not None:
            yield range(first, len(reply.lines))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _begins(line: str) -> bool:
    return bool(line.startswith(("--- a/", "--- /", "diff --git ", "*** Begin Patch")))


def _changes(lines: Iterable[str]) -> Iterator[Change]:
    path: str | None = None
    old: list[str] = []
    new: list[str] = []
    for line in lines:
        header = _OLD_FILE.fullmatch(line) or _NEW_FILE.fullmatch(line)
        if header or _HUNK.fullmatch(line) or _META.match(line):
            if old != new:
                yield Change(path, tuple(old), tuple(new))
            old, new = [], []
            path = _path_of(header[1]) or path if header else path
        elif line.startswith("+"):
            new.append(line[1:])
        elif line.startswith("-"):
            old.append(line[1:])
        else:
            # Models leave out the blank that an unchanged line begins with where it is empty.
            old.append(line.removeprefix(" "))
            new.append(line.removeprefix(" "))


def _path_of(name: str) -> str | None:
    return None if name == "/dev/null" else safe_path(re.sub(r"^[ab]/", "", name))


def applied(changes: Sequence[Change], before: Sequence[File]) -> tuple[File, ...]:
    """The files with the changes made, or Unreadable where one of them fits nowhere, or twice."""
    texts = {file.path: file.content for file in before}
    for change in changes:
        if not any(line.strip() for line in change.old) and change.path not in texts:
            _create(change, texts)
            continue
        paths = [path for path in _candidates(change, texts) if _fits(change, texts[path])]
        if len(paths) != 1:
            raise _does_not_apply(change)
        texts[paths[0]] = _replaced(change, texts[paths[0]])
    return tuple(_file(path, content, before) for path, content in texts.items())


def _create(change: Change, texts: dict[str, str]) -> None:
    if change.path is None:
        raise _does_not_apply(change)
    texts[change.path] = "\n".join(change.new).rstrip("\n") + "\n"


def _candidates(change: Change, texts: dict[str, str]) -> list[str]:
    """The files a change may be for: of its path, of its name, or any."""
    name = (change.path or "").rpartition("/")[2]
    named = [path for path in texts if name and path.rpartition("/")[2] == name]
    return [change.path] if change.path in texts else named or list(texts)


def _fits(change: Change, content: str) -> bool:
    return _place(content, change.old) is not None


def _place(content: str, old: Sequence[str]) -> tuple[int, int, int] | None:
    """The line at which the old lines stand in a text, if they stand there once; and how many
    blank ones at their beginning and end do not."""
    lines = [line.rstrip() for line in content.split("\n")]
    sought = [line.rstrip() for line in old]
    if not any(sought):
        return None
    before, after = _blanks(sought), _blanks(sought[::-1])
    for first, last in dict.fromkeys(((0, 0), (before, after))):
        part = sought[first : len(sought) - last]
        starts = [n for n, line in enumerate(lines) if line == part[0]]
        places = [n for n in starts if lines[n : n + len(part)] == part]
        if len(places) == 1:
            return places[0], first, last
    return None


def _blanks(lines: Sequence[str]) -> int:
    return next((number for number, line in enumerate(lines) if line), len(lines))


def _replaced(change: Change, content: str) -> str:
    place, lines = _place(content, change.old), content.split("\n")
    assert place is not None
    start, first, last = place
    new = [line.rstrip() for line in change.new]
    # Blank lines that are not there are not put there either.
    skipped = min(first, _blanks(new)), min(last, _blanks(new[::-1]))
    new_lines = change.new[skipped[0] : len(new) - skipped[1]]
    end = start + len(change.old) - first - last
    lines[start:end] = _keeping(lines[start:end], new_lines)
    return "\n".join(lines)


def _keeping(old: Sequence[str], new: Sequence[str]) -> list[str]:
    """The new lines, those that stay as they are in the file: a model drops blanks at their end."""
    kept = list(new)
    before, after = [line.rstrip() for line in old], [line.rstrip() for line in new]
    for block in SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks():
        kept[block.b : block.b + block.size] = old[block.a : block.a + block.size]
    return kept


def _file(path: str, content: str, before: Sequence[File]) -> File:
    known = next((file for file in before if file.path == path), None)
    language = find_by_path(path)
    name = known.language if known else language.name if language else "text"
    return File(path=path, language=name, content=content)


def _does_not_apply(change: Change) -> Unreadable:
    line = next((line.strip() for line in change.old if line.strip()), "")
    return Unreadable(
        "patch-does-not-apply",
        f"The reply is a change of lines that the code does not have: {line[:80]}",
        "Send every file whole instead of a diff.",
    )
