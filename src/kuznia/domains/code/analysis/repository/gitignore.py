"""What a .gitignore leaves out, by the rules that gitignore(5) gives its patterns."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import PurePosixPath

_CLASSES = {
    "alpha": "a-zA-Z",
    "digit": "0-9",
    "alnum": "a-zA-Z0-9",
    "upper": "A-Z",
    "lower": "a-z",
    "space": r"\s",
    "blank": r" \t",
    "punct": r"!-/:-@\[-`{-~",
    "xdigit": "0-9A-Fa-f",
    "cntrl": r"\x00-\x1f\x7f",
    "print": r"\x20-\x7e",
    "graph": r"\x21-\x7e",
}
_NEVER = "(?!)"
_CLASS = re.compile(r"\[:(\w+):\]")


@dataclass(frozen=True, slots=True)
class IgnoreRules:
    """The rules of one file; the later ones count, and a negated one takes a path back in."""

    # Relative to the folder the walk began in; empty for that folder itself.
    base: str
    files: tuple[tuple[bool, re.Pattern[str]], ...]
    folders: tuple[tuple[bool, re.Pattern[str]], ...]

    def verdict(self, path: str, *, is_folder: bool) -> bool | None:
        """Whether these rules leave a path out; None where they say nothing of it."""
        if not path.startswith(self.base):
            return None
        relative = path[len(self.base) :]
        for ignores, pattern in self.folders if is_folder else self.files:
            if pattern.fullmatch(relative):
                return ignores
        return None


def ignore_rules(text: str, base: str = "") -> IgnoreRules:
    """Read the lines of a .gitignore; `base` is the folder it is in, ending in a slash."""
    rules = list(_rules(text.removeprefix("\ufeff").splitlines()))
    return IgnoreRules(
        base,
        _joined((ignores, pattern) for ignores, only_folders, pattern in rules if not only_folders),
        _joined((ignores, pattern) for ignores, _, pattern in rules),
    )


def is_ignored(path: PurePosixPath | str, rules: Iterable[IgnoreRules], *, is_folder: bool) -> bool:
    """The verdict of the innermost file that says anything; `rules` come innermost first."""
    for part in rules:
        verdict = part.verdict(str(path), is_folder=is_folder)
        if verdict is not None:
            return verdict
    return False


def _rules(lines: Iterable[str]) -> Iterator[tuple[bool, bool, str]]:
    """Of each rule: whether it ignores, whether it is for folders only, and its expression."""
    for line in lines:
        pattern = _without_end(line)
        if not pattern or pattern.startswith("#"):
            continue
        ignores = not pattern.startswith("!")
        pattern = pattern if ignores else pattern[1:]
        only_folders = pattern.endswith("/")
        pattern = pattern[:-1] if only_folders else pattern
        anchored = "/" in pattern
        pattern = pattern.removeprefix("/")
        if pattern:
            expression = _path(pattern) if anchored else f"(?:.*/)?{_segment(pattern)}"
            yield ignores, only_folders, expression


def _without_end(line: str) -> str:
    """A line without blanks at its end, of which a backslash keeps one."""
    stripped = line.rstrip(" ")
    escapes = len(stripped) - len(stripped.rstrip("\\"))
    return line[: len(stripped) + 1] if escapes % 2 and len(line) > len(stripped) else stripped


def _joined(rules: Iterable[tuple[bool, str]]) -> tuple[tuple[bool, re.Pattern[str]], ...]:
    """Neighbours of one kind as one expression, the last first."""
    joined = [
        (ignores, re.compile("|".join(pattern for _, pattern in run), re.DOTALL))
        for ignores, run in groupby(rules, key=lambda rule: rule[0])
    ]
    return tuple(reversed(joined))


def _path(pattern: str) -> str:
    """A pattern with slashes, from its own folder on.

    Between two `**` the first place that fits is as good as any later one, so none is tried twice.
    """
    blocks = [
        list(block) for is_any, block in groupby(pattern.split("/"), "**".__eq__) if not is_any
    ]
    parts = [_segment(part) for part in pattern.split("/") if part != "**"]
    begins, ends = pattern.startswith("**/"), pattern.endswith("/**")
    expression = ""
    for number, block in enumerate(blocks):
        inner = "/".join(parts[: len(block)])
        parts = parts[len(block) :]
        last = number == len(blocks) - 1
        closed = inner if last and not ends else f"{inner}/"
        if number == 0 and not begins:
            expression += closed
        elif last and not ends:
            expression += f"(?:[^/]+/)*{closed}"
        else:
            expression += f"(?>(?:[^/]+/)*?{closed})"
    return f"{expression}.+" if ends or not blocks else expression


def _segment(pattern: str) -> str:
    """One part between slashes. What a star takes is never taken again, so no name is slow."""
    pieces: list[str] = [""]
    place = 0
    while place < len(pattern):
        character = pattern[place]
        place += 1
        if character == "*":
            if len(pieces) == 1 or pieces[-1]:
                pieces.append("")
        elif character == "?":
            pieces[-1] += "[^/]"
        elif character == "[":
            expression, place = _set(pattern, place)
            pieces[-1] += expression
        elif character == "\\":
            # A backslash at the end escapes nothing: git matches nothing by it.
            pieces[-1] += re.escape(pattern[place]) if place < len(pattern) else _NEVER
            place += 1
        else:
            pieces[-1] += re.escape(character)
    first, *rest = pieces
    if not rest:
        return first
    *middle, last = rest
    return first + "".join(f"(?>[^/]*?{piece})" for piece in middle) + f"[^/]*{last}"


def _set(pattern: str, place: int) -> tuple[str, int]:
    """The set that begins before `place`, and where it ends; an open one matches nothing."""
    negated = pattern[place : place + 1] in ("!", "^") and place < len(pattern)
    place += negated
    inside, first = "", True
    while place < len(pattern):
        character = pattern[place]
        if character == "]" and not first:
            outside = "/" if negated else ""
            expression = f"(?!/)[{'^' if negated else ''}{inside}{outside}]" if inside else _NEVER
            return expression, place + 1
        first = False
        name = _CLASS.match(pattern, place)
        if name:
            inside += _CLASSES.get(name[1], "")
            place = name.end()
            continue
        low, place = _member(pattern, place)
        if pattern[place : place + 1] == "-" and pattern[place + 1 : place + 2] not in ("", "]"):
            high, place = _member(pattern, place + 1)
            inside += f"{re.escape(low)}-{re.escape(high)}" if low <= high else ""
        else:
            inside += re.escape(low)
    return _NEVER, place


def _member(pattern: str, place: int) -> tuple[str, int]:
    if pattern[place] == "\\" and place + 1 < len(pattern):
        place += 1
    return pattern[place], place + 1
