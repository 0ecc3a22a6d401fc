"""Blocks that stand in more than one place of the files of one request.

Lines count as alike when they are the same without the white space around them. What is left out:
blank lines, comments, lines without a letter or a digit, and imports, which have to be alike.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple
from zlib import crc32

from kuznia.domains.code.analysis.result import Duplicate, Place

# A block begins to count at so many lines that hold so many characters between them.
LEAST_LINES = 6
LEAST_LENGTH = 150
MOST_BLOCKS = 100
# Lines of one file that are looked at; they travel between processes, and no one writes more.
MOST_LINES = 20_000
MOST_PLACES = 20
_WORD = re.compile(rb"\w")
_IMPORT = re.compile(rb"(?:import|from|package|using|use|require|#\s*include|export \* from)\b")


class CodeLine(NamedTuple):
    """One line as far as duplicates care: where it is, a sum over it, how long it is."""

    row: int
    sum: int
    length: int


class Found(NamedTuple):
    blocks: tuple[Duplicate, ...]
    left_out: int
    # Lines that stand somewhere before already.
    lines: int


def code_lines(code: Sequence[tuple[int, bytes]]) -> tuple[CodeLine, ...]:
    """The lines that can make up a block, small enough to travel."""
    stripped = ((row, text.strip()) for row, text in code[:MOST_LINES])
    return tuple(
        CodeLine(row, crc32(text), len(text))
        for row, text in stripped
        if _WORD.search(text) and not _IMPORT.match(text)
    )


def duplicates(files: Sequence[tuple[str, Sequence[CodeLine]]]) -> Found:
    """Every block from its second place on, the longest first; in time linear in the lines."""
    lines = [CodeLine(0, 0, 0)]
    paths = [""]
    for number, (path, code) in enumerate(files, 1):
        # No block runs over the end of a file: what stands between is like nothing else.
        lines += [*code, CodeLine(0, -number, 0)]
        paths += [path] * (len(code) + 1)
    blocks = _blocks(lines)
    told = sorted(blocks, key=lambda block: (-block[1] * len(blocks[block]), block))[:MOST_BLOCKS]
    return Found(
        blocks=tuple(
            _told(first, length, blocks[first, length], lines, paths) for first, length in told
        ),
        left_out=len(blocks) - len(told),
        lines=sum(length * len(again) for (_, length), again in blocks.items()),
    )


def _blocks(lines: Sequence[CodeLine]) -> dict[tuple[int, int], list[int]]:
    """Where else a block stands, by its first place and its length."""
    sums = [line.sum for line in lines]
    first: dict[tuple[int, ...], int] = {}
    blocks: dict[tuple[int, int], list[int]] = {}
    at = 0
    while at + LEAST_LINES <= len(sums):
        before = first.setdefault(tuple(sums[at : at + LEAST_LINES]), at)
        if before + LEAST_LINES > at:
            at += 1
            continue
        length = LEAST_LINES
        while at + length < len(sums) and before + length < at:
            if sums[at + length] != sums[before + length]:
                break
            length += 1
        if sum(line.length for line in lines[at : at + length]) >= LEAST_LENGTH:
            blocks.setdefault((before, length), []).append(at)
        at += length
    return blocks


def _told(
    first: int, length: int, again: Sequence[int], lines: Sequence[CodeLine], paths: Sequence[str]
) -> Duplicate:
    places = tuple(
        Place(
            path=paths[at],
            start_line=lines[at].row + 1,
            end_line=lines[at + length - 1].row + 1,
        )
        for at in (first, *again[: MOST_PLACES - 1])
    )
    return Duplicate(lines=length, places=places)
