"""Find blocks of lines that occur in several places of the files of one request.

Lines count as alike when they are the same without the white space around them. What is left out:
blank lines, comments, lines without a letter or a digit, and imports, which have to be alike.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple
from zlib import crc32

from kuznia.domains.code.analysis.result import Duplicate, Place

# The minimum of a block: lines, and characters in all of them together.
LEAST_LINES = 6
LEAST_LENGTH = 150
MAX_BLOCKS = 100
# Lines of one file that are looked at; they travel between processes, and no one writes more.
MAX_LINES = 20_000
MAX_PLACES = 20
_WORD = re.compile(rb"\w")
_IMPORT = re.compile(rb"(?:import|from|package|using|use|require|#\s*include|export \* from)\b")


class CodeLine(NamedTuple):
    """One line as the search for duplicates needs it: its row, a checksum, its length."""

    row: int
    sum: int
    length: int


class Duplicates(NamedTuple):
    blocks: tuple[Duplicate, ...]
    left_out: int
    # Lines that stand somewhere before already.
    lines: int


def code_lines(code: Sequence[tuple[int, bytes]]) -> tuple[CodeLine, ...]:
    """The lines that can be part of a block, small enough to be sent between processes."""
    stripped = ((row, text.strip()) for row, text in code[:MAX_LINES])
    return tuple(
        CodeLine(row, crc32(text), len(text))
        for row, text in stripped
        if _WORD.search(text) and not _IMPORT.match(text)
    )


def duplicates(files: Sequence[tuple[str, Sequence[CodeLine]]]) -> Duplicates:
    """Every repeated block, the longest first, in time linear in the number of lines."""
    lines = [CodeLine(0, 0, 0)]
    paths = [""]
    for number, (path, code) in enumerate(files, 1):
        # No block runs over the end of a file: what stands between is like nothing else.
        lines += [*code, CodeLine(0, -number, 0)]
        paths += [path] * (len(code) + 1)
    blocks = _blocks(lines)
    largest = sorted(blocks, key=lambda block: (-block[1] * len(blocks[block]), block))[:MAX_BLOCKS]
    return Duplicates(
        blocks=tuple(
            _duplicate(first, length, blocks[first, length], lines, paths)
            for first, length in largest
        ),
        left_out=len(blocks) - len(largest),
        lines=sum(length * len(again) for (_, length), again in blocks.items()),
    )


def _blocks(lines: Sequence[CodeLine]) -> dict[tuple[int, int], list[int]]:
    """The further places of each block, by its first place and its length."""
    sums = [line.sum for line in lines]
    first: dict[tuple[int, ...], int] = {}
    blocks: dict[tuple[int, int], list[int]] = {}
    row = 0
    while row + LEAST_LINES <= len(sums):
        before = first.setdefault(tuple(sums[row : row + LEAST_LINES]), row)
        if before + LEAST_LINES > row:
            row += 1
            continue
        length = LEAST_LINES
        while row + length < len(sums) and before + length < row:
            if sums[row + length] != sums[before + length]:
                break
            length += 1
        if sum(line.length for line in lines[row : row + length]) >= LEAST_LENGTH:
            blocks.setdefault((before, length), []).append(row)
        row += length
    return blocks


def _duplicate(
    first: int, length: int, again: Sequence[int], lines: Sequence[CodeLine], paths: Sequence[str]
) -> Duplicate:
    places = tuple(
        Place(
            path=paths[row],
            start_line=lines[row].row + 1,
            end_line=lines[row + length - 1].row + 1,
        )
        for row in (first, *again[: MAX_PLACES - 1])
    )
    return Duplicate(lines=length, places=places)
