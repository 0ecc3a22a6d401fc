"""Halstead's counts, by a classification of our own (version 1).

Operators are the tokens a grammar gives no name (keywords, punctuation, signs), except those that
close a bracket or a block; operands are names and literals, a string counting once for each piece.
"""

import math
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from operator import attrgetter, le, mul
from typing import NamedTuple

from kuznia.domains.code.analysis.tree.frames import Captures, Frame, stretches

VERSION = 1


class TokenCounts(NamedTuple):
    """The number of times each operator and each operand occurs in a stretch of source."""

    operators: Counter[bytes]
    operands: Counter[bytes]

    def volume(self) -> float:
        """The bits needed to write it down: N log2 n."""
        return self.length * math.log2(self.vocabulary) if self.vocabulary else 0.0

    @property
    def length(self) -> int:
        return self.operators.total() + self.operands.total()

    @property
    def vocabulary(self) -> int:
        return len(self.operators) + len(self.operands)

    def difficulty(self) -> float:
        """Halstead's difficulty: n1 / 2 * N2 / n2."""
        if not self.operands:
            return 0.0
        return len(self.operators) / 2 * self.operands.total() / len(self.operands)

    def entropy(self) -> float:
        """The bits that one token carries, given how often each token occurs."""
        total = self.length
        if not total:
            return 0.0
        counts = (*self.operators.values(), *self.operands.values())
        return math.log2(total) - sum(map(mul, counts, map(math.log2, counts))) / total


_start, _end = attrgetter("start_byte"), attrgetter("end_byte")


class Tokens(NamedTuple):
    """The tokens of each function, without those of functions in it, and of the whole source."""

    each: list[TokenCounts]
    whole: TokenCounts
    # The names among the operands.
    names: set[bytes]


def tokens(functions: Sequence[Frame], captures: Captures, source: bytes) -> Tokens:
    """Count the operators and operands of a source."""
    each = [TokenCounts(Counter(), Counter()) for _ in functions]
    whole = TokenCounts(Counter(), Counter())
    names = set[bytes]()
    for kind, side in (("operator", 0), ("name", 1), ("literal", 1)):
        nodes = captures.get(kind, ())
        places, texts = _in_order(list(map(_start, nodes)), list(map(_end, nodes)), source)
        whole[side].update(texts)
        if kind == "name":
            names.update(texts)
        for owner, first, last in stretches(functions, places):
            if owner >= 0:
                each[owner][side].update(texts[first:last])
    return Tokens(each, whole, names)


def _in_order(
    starts: list[int], ends: list[int], source: bytes
) -> tuple[Sequence[int], list[bytes]]:
    """The places of tokens, sorted, and their texts.

    Where none is inside another, starts and ends sorted by themselves belong together again: that
    is twice as quick as sorting pairs.
    """
    firsts, lasts = sorted(starts), sorted(ends)
    if not all(map(le, lasts, islice(firsts, 1, None))):
        spans = sorted(zip(starts, ends, strict=True))
        firsts, lasts = [start for start, _ in spans], [end for _, end in spans]
    return firsts, [source[start:end] for start, end in zip(firsts, lasts, strict=True)]
