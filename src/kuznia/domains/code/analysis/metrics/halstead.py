"""Halstead's counts, by a classification of our own (version 1).

Operators are the tokens a grammar gives no name (keywords, punctuation, signs), except those that
close a bracket or a block; operands are names and literals, a string counting once for each piece.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import NamedTuple

from tree_sitter import Node

from kuznia.domains.code.analysis.tree.frames import Frame, stretches

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
        return math.log2(total) - sum(count * math.log2(count) for count in counts) / total


_span = attrgetter("start_byte", "end_byte")


def tokens(
    functions: Sequence[Frame], operators: Iterable[Node], operands: Iterable[Node], source: bytes
) -> tuple[list[TokenCounts], TokenCounts]:
    """The tokens of each function, without those of functions in it, and of the whole source."""
    each = [TokenCounts(Counter(), Counter()) for _ in functions]
    whole = TokenCounts(Counter(), Counter())
    for side, nodes in enumerate((operators, operands)):
        spans = sorted(map(_span, nodes))
        texts = [source[start:end] for start, end in spans]
        whole[side].update(texts)
        for owner, first, last in stretches(functions, [start for start, _ in spans]):
            if owner >= 0:
                each[owner][side].update(texts[first:last])
    return each, whole
