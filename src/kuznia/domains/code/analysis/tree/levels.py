"""The depth of any place in a source, without walking a tree.

A level is a stretch of source. How many stretches a place stands in equals how many have begun
before it, less how many have ended: two searches, however deep it is.
"""

from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate
from typing import NamedTuple


class Level(NamedTuple):
    """A stretch of source whose content is one level deeper."""

    start: int
    end: int
    weight: int = 1


class Levels:
    """The total weight of all stretches around a place."""

    def __init__(self, stretches: Iterable[Level]) -> None:
        known = list(stretches)
        self._begun = _Sums((level.start, level.weight) for level in known)
        self._ended = _Sums((level.end, level.weight) for level in known)

    def depth_at(self, place: int) -> int:
        return self._begun.until(place) - self._ended.until(place)


class _Sums:
    """Weights on a line, and their sum up to any place."""

    def __init__(self, weights: Iterable[tuple[int, int]]) -> None:
        ordered = sorted(weights)
        self._places = [place for place, _ in ordered]
        self._sums = [0, *accumulate(weight for _, weight in ordered)]

    def until(self, place: int) -> int:
        return self._sums[bisect_right(self._places, place)]
