"""The lines of a source: where each begins, and which hold code, only a comment, or nothing."""

from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate
from typing import NamedTuple

from tree_sitter import Node


class SourceLines(NamedTuple):
    """The lines of a source; rows count from 0."""

    texts: list[bytes]
    # The byte each line begins at, and after the last the end of the source.
    begins: list[int]
    # Rows that hold nothing but a comment or a part of one.
    comments: frozenset[int]
    # Rows that hold code, with their text.
    code: list[tuple[int, bytes]]

    def row(self, place: int) -> int:
        """The row that a byte is in."""
        return bisect_right(self.begins, place) - 1


def lines(source: bytes, comments: Iterable[Node]) -> SourceLines:
    """Split a source; a line with code before or after a comment is a line of code."""
    texts = source.split(b"\n")
    if not texts[-1]:
        texts.pop()
    begins = [0, *accumulate(len(text) + 1 for text in texts)]
    whole: set[int] = set()
    for node in comments:
        start, end = node.start_byte, node.end_byte
        first, last = bisect_right(begins, start) - 1, bisect_right(begins, max(start, end - 1)) - 1
        if source[begins[first] : start].strip():
            first += 1
        if source[end : begins[min(last + 1, len(texts))]].strip():
            last -= 1
        whole.update(range(first, last + 1))
    filled = [(row, text) for row, text in enumerate(texts) if text and not text.isspace()]
    comments_only = frozenset(row for row, _ in filled if row in whole)
    code = [line for line in filled if line[0] not in whole]
    return SourceLines(texts, begins, comments_only, code)
