"""Cognitive complexity by SonarSource's rules, and how deep control structures nest.

A structure costs one and one more for each level it stands in; a function in a function is a level
too, and what it costs is counted into the one around it as well, as the rules ask.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from tree_sitter import Node

from kuznia.domains.code.analysis.tables.rules import Counting, Shape
from kuznia.domains.code.analysis.tree.frames import Frame, owners
from kuznia.domains.code.analysis.tree.levels import Level, Levels


class Cost(NamedTuple):
    """The cognitive complexity of a function, and the depth of its deepest structure."""

    cognitive: int
    nesting: int


class Structures(NamedTuple):
    """The places that cost one plus their level, those that cost one, and the levels."""

    nest: list[int]
    flat: list[int]
    bodies: list[Level]


def structures(branches: Sequence[Node], table: Counting) -> Structures:
    """Read the control structures of a tree, by the shapes of their language."""
    shaped = Structures([], [], [])
    chained: set[int] = set()
    for node in branches:
        shape = table.shapes[node.type]
        if shape.cost != "free":
            (shaped.nest if shape.cost == "nest" else shaped.flat).append(_place(node, shape))
        for body, is_else in _bodies(node, shape):
            if is_else:
                shaped.flat.append(body.start_byte)
            if body.type in table.chains and (is_else or shape.cost == "flat"):
                chained.add(body.start_byte)
            else:
                shaped.bodies.append(Level(body.start_byte + (body == node), body.end_byte))
    return shaped._replace(nest=[place for place in shaped.nest if place not in chained])


def _place(node: Node, shape: Shape) -> int:
    second = node.child(1) if shape.late else None
    return second.start_byte if second else node.start_byte


def _bodies(node: Node, shape: Shape) -> Iterator[tuple[Node, bool]]:
    """The bodies of a structure, and whether each is what follows an else."""
    for body in shape.bodies:
        if body == "else":
            yield from _around_else(node)
            continue
        if body == "*":
            child = node
        elif body in "+-":
            child = node.named_child(0 if body == "+" else node.named_child_count - 1)
        else:
            child = node.child_by_field_name(body)
        if child:
            yield child, body == shape.otherwise


def _around_else(node: Node) -> Iterator[tuple[Node, bool]]:
    """The bodies before and after `else`, where a grammar names neither of them."""
    after = False
    for place, child in enumerate(node.children):
        if child.type == "else":
            after = True
        elif child.is_named and not child.is_extra and not node.field_name_for_child(place):
            yield child, after


class _Logical(NamedTuple):
    """A logical expression, its operator's place, and the group of expressions it belongs to."""

    start: int
    end: int
    operator: int
    operand: int
    group: int


# How far an operand is looked for behind opening brackets; more would let input cost its square.
_NEAR = 200


def sequences(expressions: Sequence[Node], source: bytes, table: Counting) -> list[int]:
    """The places where a run of equal logical operators begins: `a and b and c or d` has two."""
    groups: list[list[tuple[int, bytes]]] = []
    around: list[_Logical] = []
    for node in sorted(expressions, key=lambda node: (node.start_byte, -node.end_byte)):
        field = node.child_by_field_name("operator") or node.child_by_field_name("op")
        operator = field or node.child(1)
        kind = source[operator.start_byte : operator.end_byte] if operator else b""
        if not operator or kind.decode(errors="replace") not in table.logical:
            continue
        start, end = node.start_byte, node.end_byte
        while around and around[-1].end <= start:
            around.pop()
        if around and _continues(start, end, around[-1], source):
            group = around[-1].group
        else:
            group = len(groups)
            groups.append([])
        groups[group].append((operator.start_byte, kind))
        around.append(_Logical(start, end, operator.start_byte, operator.end_byte, group))
    return [place for group in groups for place in _changes(sorted(group))]


def _changes(group: Iterable[tuple[int, bytes]]) -> Iterator[int]:
    before = b""
    for place, kind in group:
        if kind != before:
            yield place
        before = kind


def _continues(start: int, end: int, outer: _Logical, source: bytes) -> bool:
    """Whether only brackets stand between an operand and its expression."""
    left = start < outer.operator
    opens = outer.start if left else outer.operand
    closes = outer.operator if left else outer.end
    if start - opens > _NEAR or closes - end > _NEAR:
        return False
    return not source[opens:start].strip(b"( \t\r\n\\") and not source[end:closes].strip(
        b") \t\r\n\\"
    )


def cognitive(
    functions: Sequence[Frame], shaped: Structures, extra: Iterable[int]
) -> tuple[list[Cost], int]:
    """The cost of every function and what is inside it, and of the file; `extra` cost one each."""
    levels = Levels((*shaped.bodies, *(Level(frame.start, frame.end) for frame in functions)))
    nest, flat = sorted(shaped.nest), sorted((*shaped.flat, *extra))
    paid = [0, *accumulate(1 + levels.depth_at(place) for place in nest)]
    deepest = _deepest(functions, shaped, levels)
    costs: list[Cost] = []
    # A function at the top of a file is no level of the file.
    whole = paid[-1] + len(flat)
    for frame, depth in zip(functions, deepest, strict=True):
        level = levels.depth_at(frame.start)
        first, last = bisect_left(nest, frame.start), bisect_left(nest, frame.end)
        flats = bisect_left(flat, frame.end) - bisect_left(flat, frame.start)
        cost = paid[last] - paid[first] - (last - first) * level + flats
        costs.append(Cost(cost, max(0, depth - level)))
        if frame.outer < 0:
            whole -= (last - first) * level
    return costs, whole


def _deepest(functions: Sequence[Frame], shaped: Structures, levels: Levels) -> list[int]:
    """The highest level that each function itself reaches."""
    bodies = sorted(body.start for body in shaped.bodies)
    deepest = [0] * len(functions)
    for place, owner in zip(bodies, owners(functions, bodies), strict=True):
        if owner >= 0:
            deepest[owner] = max(deepest[owner], levels.depth_at(place))
    return deepest
