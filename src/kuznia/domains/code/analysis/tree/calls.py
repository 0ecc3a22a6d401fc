"""The calls between the functions of a file, and which of them are recursive."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from tree_sitter import Node

from kuznia.domains.code.analysis.tables.rules import Counting
from kuznia.domains.code.analysis.tree.frames import Frame, owners
from kuznia.domains.code.analysis.tree.names import FunctionNames

# What is looked at of the text before a call's brackets: the end holds the name.
_NEAR = 80
_BEFORE_NAME = re.compile(rb".*[^\w$?!]", re.DOTALL)
# A call on no object, or on the object itself: the file may define what is called.
_OURS = re.compile(rb"((?:self|this|cls|Self|\$this|static)\s*(?:\.|->|::)\s*)?[\w$]+[?!]?")


class CallSite(NamedTuple):
    """One call: the function it is in, the name it calls, and the stretch it covers."""

    start: int
    end: int
    owner: int
    name: str
    # On nothing, or on the object itself: only then the file can say what is called.
    ours: bool
    on_self: bool
    # Where what is called ends and what it is called with begins.
    opens: int


def calls(
    nodes: Iterable[Node], functions: Sequence[Frame], source: bytes, table: Counting
) -> list[CallSite]:
    """Every call, in the order of the source."""
    ordered = sorted(nodes, key=lambda node: (node.start_byte, -node.end_byte))
    made: list[CallSite] = []
    # The same few names are called over and over.
    known: dict[bytes, tuple[str, bool, bool]] = {}
    for node, owner in zip(
        ordered, owners(functions, (n.start_byte for n in ordered)), strict=True
    ):
        start, opens = node.start_byte, _opens(node, table)
        whole = opens - start <= _NEAR
        text = source[start if whole else opens - _NEAR : opens]
        called = known.get(text) if whole else _called(text, whole=False)
        if called is None:
            called = known[text] = _called(text, whole=True)
        made.append(CallSite(start, node.end_byte, owner, *called, opens))
    return made


def _called(text: bytes, *, whole: bool) -> tuple[str, bool, bool]:
    """The name that is called; whether on nothing or the object itself, and whether on that."""
    text = text.strip()
    before = _BEFORE_NAME.match(text)
    name = text[before.end() :] if before else text
    ours = _OURS.fullmatch(text) if whole else None
    on_self = ours is not None and ours[1] is not None
    return name.decode(errors="replace"), ours is not None, on_self


def _opens(node: Node, table: Counting) -> int:
    for field in table.callee:
        if called := node.child_by_field_name(field):
            return called.end_byte
    first = node.child(0)
    return first.end_byte if first else node.end_byte


class Graph(NamedTuple):
    """The call graph of a file."""

    # For each call the function it means, -1 where that is not to be known.
    targets: list[int]
    # Callees before callers: what a callee costs is known when its caller is looked at.
    order: list[int]
    # Those that come back to themselves; `mutual`, through others.
    recursive: set[int]
    mutual: set[int]


def graph(
    functions: Sequence[Frame], called: FunctionNames, made: Sequence[CallSite], table: Counting
) -> Graph:
    """Calls by a name that only one function of the file has; others could mean anything.

    A function without a name is called where it stands: that is what it was written there for.
    """
    names = called.plain
    keys = list(zip(names, called.method, strict=True))
    count = Counter(keys)
    known = {key: place for place, key in enumerate(keys) if key[0] and count[key] == 1}
    targets = [_target(call, keys, known, table) for call in made]
    callees: list[set[int]] = [set() for _ in names]
    for place, frame in enumerate(functions):
        if frame.outer >= 0 and not names[place]:
            callees[frame.outer].add(place)
    for call, target in zip(made, targets, strict=True):
        if target >= 0 <= call.owner:
            callees[call.owner].add(target)
    order, cycle = _components(callees)
    sizes = Counter(cycle)
    mutual = {place for place, name in enumerate(names) if name and sizes[cycle[place]] > 1}
    direct = {place for place, name in enumerate(names) if name and place in callees[place]}
    return Graph(targets, order, direct | mutual, mutual)


def _target(
    call: CallSite,
    keys: Sequence[tuple[str, bool]],
    known: Mapping[tuple[str, bool], int],
    table: Counting,
) -> int:
    if not call.ours or not call.name:
        return -1
    name, method = keys[call.owner] if call.owner >= 0 else ("", False)
    if name == call.name and (call.on_self or not method or table.bare_methods):
        return call.owner
    if call.on_self:
        return known.get((call.name, True), -1)
    bare = known.get((call.name, False), -1)
    return bare if bare >= 0 or not table.bare_methods else known.get((call.name, True), -1)


def _components(callees: Sequence[set[int]]) -> tuple[list[int], list[int]]:
    """Callees before callers, and for each the number of its cycle: Tarjan's, without recursion."""
    walk = _GraphWalk([-1] * len(callees), [0] * len(callees), [-1] * len(callees), [], [])
    for root in range(len(callees)):
        if walk.seen[root] < 0:
            _walk_from(root, callees, walk)
    return walk.order, walk.cycle


class _GraphWalk(NamedTuple):
    """The state of Tarjan's walk; -1 means not visited, or in no cycle yet."""

    seen: list[int]
    low: list[int]
    cycle: list[int]
    held: list[int]
    order: list[int]


def _walk_from(root: int, callees: Sequence[set[int]], walk: _GraphWalk) -> None:
    path = [(root, _enter(root, callees, walk))]
    while path:
        place, rest = path[-1]
        for callee in rest:
            if walk.seen[callee] < 0:
                path.append((callee, _enter(callee, callees, walk)))
                break
            if walk.cycle[callee] < 0:
                walk.low[place] = min(walk.low[place], walk.seen[callee])
        else:
            path.pop()
            if path:
                caller = path[-1][0]
                walk.low[caller] = min(walk.low[caller], walk.low[place])
            _leave(place, walk)


def _enter(place: int, callees: Sequence[set[int]], walk: _GraphWalk) -> Iterator[int]:
    walk.seen[place] = walk.low[place] = len(walk.order) + len(walk.held)
    walk.held.append(place)
    return iter(callees[place])


def _leave(place: int, walk: _GraphWalk) -> None:
    """Close the cycle: it holds everything that was pushed since its first node."""
    while walk.low[place] == walk.seen[place] and walk.cycle[place] < 0:
        member = walk.held.pop()
        walk.cycle[member] = place
        walk.order.append(member)
