"""Frames: stretches of source with decisions of their own, and how they are nested."""

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
    """One stretch, and the index of the innermost stretch around it; -1 where there is none."""

    start: int
    end: int
    kind: str
    node: Node
    outer: int


# By start, the longer first; the sort is stable, so kinds stay in their order.
_place = itemgetter(0, 1)
_start = attrgetter("start_byte")


def frames(captures: Captures, kinds: Sequence[str] = KINDS) -> list[Frame]:
    """All stretches in the order they begin, each with the index of the one around it."""
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
    """The sorted start bytes of nodes; captures are not sorted."""
    return sorted(map(_start, nodes))


def own(nested: Sequence[Frame], marks: Sequence[int]) -> list[int]:
    """The number of marks that lie in each frame itself and not in a frame inside it."""
    within = [bisect_left(marks, frame.end) - bisect_left(marks, frame.start) for frame in nested]
    counts = within.copy()
    for frame, count in zip(nested, within, strict=True):
        if frame.outer >= 0:
            counts[frame.outer] -= count
    return counts


def owners(nested: Sequence[Frame], marks: Iterable[int]) -> list[int]:
    """The innermost frame around each of the sorted marks; -1 where there is none."""
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
    """Runs of sorted places with one owner (-1: none): the owner, the first, one past the last."""
    bounds = sorted({bound for frame in nested for bound in (frame.start, frame.end)})
    cuts = [0, *(bisect_left(places, bound) for bound in bounds), len(places)]
    runs = zip((-1, *owners(nested, bounds)), pairwise(cuts), strict=True)
    for owner, (first, last) in runs:
        if first < last:
            yield owner, first, last
