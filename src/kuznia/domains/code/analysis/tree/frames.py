"""Stretches of source that have decisions of their own, and what stands in which."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from operator import attrgetter, itemgetter
from typing import NamedTuple

from tree_sitter import Node

Captures = Mapping[str, Sequence[Node]]

# Of frames that are one and the same node the first kind is around the others: what is the value
# of a class field can be a function itself.
KINDS = ("implicit", "scope", "function", "outside")
FUNCTIONS = ("implicit", "function")


class Frame(NamedTuple):
    """One stretch, and where in the list the innermost one around it stands; -1 for none."""

    start: int
    end: int
    kind: str
    node: Node
    outer: int


# By start, the longer first; the sort is stable, so kinds stay in their order.
_place = itemgetter(0, 1)
_start = attrgetter("start_byte")


def frames(captures: Captures, kinds: Sequence[str] = KINDS) -> list[Frame]:
    """All stretches in the order they begin, each knowing the one around it."""
    spans = [
        (node.start_byte, -node.end_byte, kind, node)
        for kind in kinds
        if kind in captures
        for node in captures[kind]
    ]
    spans.sort(key=_place)
    nested: list[Frame] = []
    outer = -1
    for start, end, kind, node in spans:
        while outer >= 0 and nested[outer].end <= start:
            outer = nested[outer].outer
        nested.append(Frame(start, -end, kind, node, outer))
        outer = len(nested) - 1
    return nested


def starts(nodes: Iterable[Node]) -> list[int]:
    """Where the nodes begin, in order; captures come in none."""
    return sorted(map(_start, nodes))


def own(nested: Sequence[Frame], marks: Sequence[int]) -> list[int]:
    """How many of the sorted places stand in each frame and in none within it."""
    within = [bisect_left(marks, frame.end) - bisect_left(marks, frame.start) for frame in nested]
    counts = within.copy()
    for frame, count in zip(nested, within, strict=True):
        if frame.outer >= 0:
            counts[frame.outer] -= count
    return counts


def owners(nested: Sequence[Frame], marks: Iterable[int]) -> list[int]:
    """For places in rising order, the innermost frame each stands in; -1 for none."""
    owned: list[int] = []
    coming, owner = 0, -1
    for mark in marks:
        while coming < len(nested) and nested[coming].start <= mark:
            owner = coming
            coming += 1
        while owner >= 0 and nested[owner].end <= mark:
            owner = nested[owner].outer
        owned.append(owner)
    return owned


def stretches(nested: Sequence[Frame], places: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """Runs of sorted places with one owner (-1: none): the owner, the first, past the last."""
    bounds = sorted({bound for frame in nested for bound in (frame.start, frame.end)})
    cuts = [0, *(bisect_left(places, bound) for bound in bounds), len(places)]
    runs = zip((-1, *owners(nested, bounds)), pairwise(cuts), strict=True)
    for owner, (first, last) in runs:
        if first < last:
            yield owner, first, last
