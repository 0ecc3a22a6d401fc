"""Read a page of Markdown from a reply, without the fence and the small talk around it."""

import re
from collections.abc import Callable

from kuznia.domains.code.reply.fences import ReplyText
from kuznia.domains.code.reply.wrapped.in_json import unwrap

_MARKDOWN_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})[ \t]*(?:markdown|md)[ \t\r]*")
_SMALL_TALK_BEFORE = re.compile(
    r"(?:sure|certainly|of course|absolutely|okay|here(?: is|'s| are)|below is|звісно|ось)"
    r"\b.*[:!.]",
    re.IGNORECASE,
)
_SMALL_TALK_AFTER = re.compile(
    r"(?:let me know|feel free|i hope|hope this|if you (?:need|have|want)|дайте знати|якщо)\b.*",
    re.IGNORECASE,
)


def document(reply: ReplyText) -> tuple[str, bool]:
    """The page, and whether it ends inside a block of code."""
    wrapped = unwrap(reply.text)
    lines = wrapped[0][1].split("\n") if wrapped else list(reply.lines)
    lines = _unwrapped(_trimmed(lines))
    fences = [line.strip()[:3] for line in lines if re.match(r"[ \t]*(?:```|~~~)", line)]
    return "\n".join(lines).strip("\n") + "\n", len(fences) % 2 == 1


def _trimmed(lines: list[str]) -> list[str]:
    """The lines without blank lines and small talk at both ends."""
    first, last = 0, len(lines)
    while first < last and _is_idle(lines[first], _SMALL_TALK_BEFORE.fullmatch):
        first += 1
    while first < last and _is_idle(lines[last - 1], _SMALL_TALK_AFTER.fullmatch):
        last -= 1
    return lines[first:last]


def _is_idle(line: str, is_small_talk: Callable[[str], object]) -> bool:
    return not line.strip() or bool(is_small_talk(line.strip()))


def _unwrapped(lines: list[str]) -> list[str]:
    """The lines without a fence around all of them; fences inside belong to the page."""
    opener = _MARKDOWN_FENCE.fullmatch(lines[0]) if lines else None
    if opener and lines[-1].strip() == opener[1]:
        return lines[1:-1]
    return lines
