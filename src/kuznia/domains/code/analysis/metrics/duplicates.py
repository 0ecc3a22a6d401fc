"""Find blocks of lines that occur in several places of the files of one request.

Lines count as alike when they are the same without the white space around them. What is left out:
blank lines, comments, lines without a letter or a digit, and imports, which have to be alike.
"""

import re
from array import array
from collections.abc import Sequence, Set
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
# Runs of lines that are compared at a time; each takes some 80 bytes then.
MAX_IN_MEMORY = 200_000
_WORD = re.compile(rb"\w")
_IMPORT = re.compile(rb"(?:import|from|package|using|use|require|#\s*include|export \* from)\b")
_MAY_IMPORT = frozenset((b"i", b"f", b"p", b"u", b"r", b"#", b"e"))


class CodeLines(NamedTuple):
    """The lines of a file as the search for duplicates needs them, 20 bytes for each.

    `windows` has a number for each run of LEAST_LINES lines: equal runs have equal numbers.
    """

    rows: "array[int]"
    sums: "array[int]"
    lengths: "array[int]"
    windows: "array[int]"


NO_LINES = CodeLines(array("I"), array("I"), array("I"), array("q"))


class Duplicates(NamedTuple):
    blocks: tuple[Duplicate, ...]
    left_out: int
    # Lines that stand somewhere before already.
    lines: int


def code_lines(code: Sequence[tuple[int, bytes]]) -> CodeLines:
    """The lines that can be part of a block, small enough to be sent between processes."""
    rows, sums, lengths = array("I"), array("I"), array("I")
    for row, text in code[:MAX_LINES]:
        stripped = text.strip()
        # Nearly every line begins with a letter, which costs less to see than to search for.
        begin = stripped[:1]
        if begin in _MAY_IMPORT and _IMPORT.match(stripped):
            continue
        if begin.isalpha() or _WORD.search(stripped):
            rows.append(row)
            sums.append(crc32(stripped))
            lengths.append(len(stripped))
    return CodeLines(rows, sums, lengths, windows(sums))


def windows(sums: "array[int]") -> "array[int]":
    """A number for each run of LEAST_LINES lines, by the checksums of the lines."""
    runs = zip(*(sums[place:] for place in range(LEAST_LINES)), strict=False)
    return array("q", map(hash, runs))


def duplicates(files: Sequence[tuple[str, CodeLines]]) -> Duplicates:
    """Every repeated block, the longest first, in time linear in the number of lines."""
    again = _repeated([lines.windows for _, lines in files])
    blocks = _blocks([lines for _, lines in files], again)
    largest = sorted(blocks, key=lambda block: (-block[1] * len(blocks[block]), block))[:MAX_BLOCKS]
    return Duplicates(
        blocks=tuple(
            _duplicate(first, length, blocks[first, length], files) for first, length in largest
        ),
        left_out=len(blocks) - len(largest),
        lines=sum(length * len(copies) for (_, length), copies in blocks.items()),
    )


def _repeated(runs: Sequence["array[int]"]) -> set[int]:
    """The runs that occur more than once; part by part, so that few are in memory at a time."""
    parts = 1 + sum(map(len, runs)) // MAX_IN_MEMORY
    again = set[int]()
    for part in range(parts):
        seen = set[int]()
        for numbers in runs:
            for number in numbers:
                if parts > 1 and number % parts != part:
                    continue
                if number in seen:
                    again.add(number)
                else:
                    seen.add(number)
    return again


class _RunStart(NamedTuple):
    """The place a run begins at: the number of its file, and of its line among those kept."""

    file: int
    line: int


_Blocks = dict[tuple[_RunStart, int], list[_RunStart]]


def _blocks(files: Sequence[CodeLines], again: Set[int]) -> _Blocks:
    """The further places of each block, by its first place and its length."""
    first: dict[int, _RunStart] = {}
    blocks: _Blocks = {}
    for number, lines in enumerate(files):
        done = 0
        for line, window in enumerate(lines.windows):
            if line < done or window not in again:
                continue
            start = _RunStart(number, line)
            before = first.setdefault(window, start)
            if before.file == number and before.line + LEAST_LINES > line:
                continue
            length = _alike(files[before.file].sums, before.line, lines.sums, line)
            if before.file == number:
                length = min(length, line - before.line)
            if length < LEAST_LINES:
                continue
            if sum(lines.lengths[line : line + length]) >= LEAST_LENGTH:
                blocks.setdefault((before, length), []).append(start)
            done = line + length
    return blocks


def _alike(sums: "array[int]", start: int, others: "array[int]", other: int) -> int:
    """How many lines are the same from these two places on."""
    most = min(len(sums) - start, len(others) - other)
    length = 0
    while length < most and sums[start + length] == others[other + length]:
        length += 1
    return length


def _duplicate(
    first: _RunStart,
    length: int,
    again: Sequence[_RunStart],
    files: Sequence[tuple[str, CodeLines]],
) -> Duplicate:
    places: list[Place] = []
    for start in (first, *again[: MAX_PLACES - 1]):
        path, lines = files[start.file]
        rows = lines.rows
        last = rows[start.line + length - 1]
        places.append(Place(path=path, start_line=rows[start.line] + 1, end_line=last + 1))
    return Duplicate(lines=length, places=tuple(places))
