"""A hint at how a function's work grows with its input, read off loops, calls and recursion.

It is an upper bound under stated doubts, never a proof and never milliseconds: whether a loop runs
ten times or n times is in general not to be known. Where nothing honest can be said, it says so.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from kuznia.domains.code.analysis.metrics.loops import LOG, Loop, N
from kuznia.domains.code.analysis.result import Clue, Confidence, Performance
from kuznia.domains.code.analysis.tree.calls import CallSite
from kuznia.domains.code.analysis.tree.frames import owners
from kuznia.domains.code.analysis.tree.levels import Levels
from kuznia.domains.code.analysis.tree.lines import SourceLines
from kuznia.domains.code.analysis.tree.reading import Reading

_MAX_EVIDENCE = 5
_ARGUMENTS = 200
_DEGREES = {"n": N, "n log n": N + LOG}
_WHY = {"n": "looks at every element", "n log n": "sorts"}
_SMALLER = re.compile(rb"-\s*1\b|\[1:\]|\.next\b|\btail\b|slice\(1\)|\[1\.\.\]")
_DIVIDED = re.compile(rb"//\s*\d|/\s*\d|>>\s*\d|\bmid\b|\bhalf\b")
# What is said is as sure as the least sure thing it rests on.
_SURE: tuple[Confidence, ...] = ("high", "medium", "low", "none")
HIGH, MEDIUM, LOW, NONE = range(4)


class CostlyPlace(NamedTuple):
    """A place in a function that costs something: its degree (None: unknown), and why."""

    place: int
    degree: int | None
    why: str = ""
    doubt: int = HIGH
    # The doubt it brings where it is repeated.
    repeated: int = HIGH


class Growth(NamedTuple):
    """What is known of a function's growth; with a degree of None, `bound` says what is known."""

    degree: int | None
    doubt: int
    # What costs most, or why nothing is known.
    because: CostlyPlace | None
    bound: str = ""


class FunctionBody(NamedTuple):
    """The loops, calls and inner functions of one function itself."""

    place: int
    loops: list[Loop]
    # Each call with the function of this file it means, or -1.
    calls: list[tuple[CallSite, int]]
    # Functions without a name that are run where they stand.
    inner: list[int]


def performance(reading: Reading, repeated: Sequence[Loop]) -> list[Performance]:
    """The hint for every function of a file."""
    levels = Levels(loop.inner for loop in repeated if loop.inner.weight)
    bodies = _bodies(reading, repeated)
    known: dict[int, Growth] = {}
    for place in reading.graph.order:
        body, base = bodies[place], levels.depth_at(reading.functions[place].start)
        growth = _grow(body, levels, base, known, reading)
        if place in reading.graph.mutual:
            growth = _lost(reading.functions[place].start, "calls itself through others")
        elif place in reading.graph.recursive:
            growth = _recursive(growth, body, base, levels, reading.source)
        known[place] = growth
    return [_performance(known[place], body, reading.text) for place, body in enumerate(bodies)]


def _bodies(reading: Reading, repeated: Sequence[Loop]) -> list[FunctionBody]:
    functions = reading.functions
    bodies = [FunctionBody(place, [], [], []) for place in range(len(functions))]
    owned = owners(functions, [loop.start for loop in repeated])
    for loop, owner in zip(repeated, owned, strict=True):
        if owner >= 0:
            bodies[owner].loops.append(loop)
    for call, target in zip(reading.made, reading.graph.targets, strict=True):
        if call.owner >= 0:
            bodies[call.owner].calls.append((call, target))
    for place, frame in enumerate(functions):
        if frame.outer >= 0 and not reading.called.plain[place]:
            bodies[frame.outer].inner.append(place)
    return bodies


def _grow(
    body: FunctionBody, levels: Levels, base: int, known: Mapping[int, Growth], reading: Reading
) -> Growth:
    """The growth of the costliest place, without recursion."""
    doubt, most, highest = HIGH, None, 0
    # Without a loop everything is done once, and need not be looked up.
    is_flat = not body.loops
    for work in _works(body, known, reading):
        if work.degree is None:
            return _lost(work.place, work.why)
        depth = 0 if is_flat else levels.depth_at(work.place) - base
        doubt = max(doubt, work.doubt, work.repeated if depth else HIGH)
        if depth + work.degree > highest:
            highest, most = depth + work.degree, work
    return Growth(highest, doubt, most)


def _lost(place: int, why: str) -> Growth:
    return Growth(None, NONE, CostlyPlace(place, None, why))


def _works(
    body: FunctionBody, known: Mapping[int, Growth], reading: Reading
) -> Iterator[CostlyPlace]:
    """Every place in a function that costs something."""
    for loop in body.loops:
        if loop.endless:
            yield CostlyPlace(loop.start, None, loop.why)
        yield CostlyPlace(loop.inner.start, 0, doubt=HIGH if loop.counted else LOW)
    for call, target in body.calls:
        cost = reading.table.costs.get(call.name)
        if target in known:
            degree, doubt, _, _ = known[target]
            yield CostlyPlace(call.opens, degree, f"calls {call.name}", doubt)
        elif target < 0 and cost in _DEGREES:
            yield CostlyPlace(call.opens, _DEGREES[cost], f"{call.name} {_WHY[cost]}")
        elif target < 0 and cost is None:
            yield CostlyPlace(call.opens, 0, doubt=MEDIUM, repeated=LOW)
    for place in body.inner:
        degree, doubt, because, _ = known.get(place, _lost(0, ""))
        why = because.why if because else ""
        yield CostlyPlace(reading.functions[place].start, degree, why, doubt)


def _recursive(
    growth: Growth, body: FunctionBody, base: int, levels: Levels, source: bytes
) -> Growth:
    """The growth of a function that calls itself: how many times, and whether its input shrinks."""
    again = [call for call, target in body.calls if target == body.place]
    first = again[0].start
    if growth.degree is None:
        return growth
    if any(levels.depth_at(call.opens) > base for call in again):
        return _lost(first, "calls itself from within a loop")
    arguments = b"".join(
        source[call.opens : min(call.end, call.opens + _ARGUMENTS)] for call in again
    )
    by_one, by_half = _SMALLER.search(arguments), _DIVIDED.search(arguments)
    if len(again) == 1 and (by_one or by_half):
        step, shrinks = (LOG, "a part of the input") if by_half else (N, "one less")
        because = CostlyPlace(first, step, f"calls itself with {shrinks}")
        return Growth(growth.degree + step, LOW, because)
    if len(again) > 1 and by_one and not by_half:
        because = CostlyPlace(first, 0, f"calls itself {len(again)} times with one less")
        return Growth(growth.degree, LOW, because, f"O({len(again)}^n)")
    return _lost(first, "calls itself")


def _performance(growth: Growth, body: FunctionBody, text: SourceLines) -> Performance:
    bound = growth.bound or ("unknown" if growth.degree is None else _big_o(growth.degree))
    evidence: list[Clue] = []
    because = growth.because
    if because:
        for loop in body.loops:
            around = loop.inner.start <= because.place < loop.inner.end
            if around and loop.inner.weight and len(evidence) < _MAX_EVIDENCE:
                evidence.append(Clue(line=text.row(loop.start) + 1, why=loop.why))
        if because.why and len(evidence) < _MAX_EVIDENCE:
            evidence.append(Clue(line=text.row(because.place) + 1, why=because.why))
    return Performance(bound=bound, confidence=_SURE[growth.doubt], evidence=tuple(evidence))


def _big_o(degree: int) -> str:
    power, logs = divmod(degree, N)
    factors = [
        "" if not power else "n" if power == 1 else f"n^{power}",
        "" if not logs else "log n" if logs == 1 else f"log^{logs} n",
    ]
    return f"O({' '.join(factor for factor in factors if factor) or '1'})"
