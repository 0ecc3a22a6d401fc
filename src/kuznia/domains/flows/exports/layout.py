"""The layout of a diagram: columns by distance from the start, rows by branch.

Lines run between columns and rows, so that none crosses a task.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from kuznia.domains.flows.exports.diagram import Diagram, DiagramEdge, DiagramNode, Shape

_COLUMN, _ROW, _MARGIN = 180, 150, 60
_SIZES: Mapping[Shape, tuple[int, int]] = {
    "start": (36, 36),
    "end": (36, 36),
    "user": (120, 80),
    "service": (120, 80),
    "split": (50, 50),
    "merge": (50, 50),
    "parallel": (50, 50),
    "timer": (36, 36),
}


@dataclass(frozen=True, slots=True)
class Rectangle:
    x: int
    y: int
    width: int
    height: int

    @property
    def middle(self) -> int:
        return self.y + self.height // 2

    @property
    def right(self) -> int:
        return self.x + self.width


@dataclass(frozen=True, slots=True)
class DiagramLayout:
    boxes: Mapping[str, Rectangle]
    lines: Mapping[str, tuple[tuple[int, int], ...]]
    width: int
    height: int


def layout(diagram: Diagram) -> DiagramLayout:
    """Place each node and route each edge."""
    cells = _cells(diagram)
    boxes: dict[str, Rectangle] = {}
    for node in diagram.nodes:
        if node.on is None:
            column, row = cells[node.id]
            width, height = _SIZES[node.shape]
            x = _MARGIN + column * _COLUMN + (120 - width) // 2
            boxes[node.id] = Rectangle(x, _MARGIN + row * _ROW + (80 - height) // 2, width, height)
    for node in diagram.nodes:
        if node.on is not None:
            host = boxes[node.on]
            boxes[node.id] = Rectangle(host.right - 48, host.y + host.height - 18, 36, 36)
    lanes: dict[int, int] = {}
    lines = {edge.id: _line(edge, boxes, cells, lanes, diagram) for edge in diagram.edges}
    columns = max(column for column, _ in cells.values()) + 1
    rows = max(row for _, row in cells.values()) + 1
    return DiagramLayout(boxes, lines, 2 * _MARGIN + columns * _COLUMN, 2 * _MARGIN + rows * _ROW)


def _cells(diagram: Diagram) -> dict[str, tuple[int, int]]:
    ranks = _ranks(diagram)
    leads: dict[str, list[str]] = {}
    for edge in diagram.edges:
        if not edge.back:
            leads.setdefault(edge.target, []).append(edge.source)
    hosts = {node.id: node.on for node in diagram.nodes if node.on}
    taken: set[tuple[int, int]] = set()
    cells: dict[str, tuple[int, int]] = {}
    # Ends are placed last, the good end first: the main path keeps its row, failures go below it.
    order = sorted(diagram.nodes, key=lambda node: (ranks.get(node.id, 0), _lowness(node)))
    for node in order:
        if node.on is not None:
            continue
        sources = (hosts.get(source) or source for source in leads.get(node.id, ()))
        rows = [cells[source][1] for source in sources if source in cells]
        row = min(rows, default=0)
        while (ranks[node.id], row) in taken:
            row += 1
        taken.add((ranks[node.id], row))
        cells[node.id] = (ranks[node.id], row)
    return cells


def _lowness(node: DiagramNode) -> int:
    if node.shape != "end":
        return 0
    return 1 if node.step is not None and node.step.ending in {None, "done"} else 2


def _ranks(diagram: Diagram) -> dict[str, int]:
    """The longest distance from the start to each node, without edges that lead back."""
    hosts = {node.id: node.on for node in diagram.nodes if node.on}
    ways: dict[str, list[str]] = {}
    coming: dict[str, int] = {node.id: 0 for node in diagram.nodes if node.on is None}
    for edge in diagram.edges:
        if not edge.back:
            ways.setdefault(hosts.get(edge.source) or edge.source, []).append(edge.target)
            coming[edge.target] += 1
    ranks = dict.fromkeys(coming, 0)
    ready = [name for name, count in coming.items() if count == 0]
    while ready:
        name = ready.pop()
        for target in ways.get(name, ()):
            ranks[target] = max(ranks[target], ranks[name] + 1)
            coming[target] -= 1
            if coming[target] == 0:
                ready.append(target)
    return ranks


def _line(
    edge: DiagramEdge,
    boxes: Mapping[str, Rectangle],
    cells: Mapping[str, tuple[int, int]],
    lanes: dict[int, int],
    diagram: Diagram,
) -> tuple[tuple[int, int], ...]:
    source, target = boxes[edge.source], boxes[edge.target]
    host = _host(edge.source, diagram)
    source_cell, target_cell = cells[host or edge.source], cells[edge.target]
    begin = (source.right, source.middle)
    end = (target.x, target.middle)
    after = _MARGIN + source_cell[0] * _COLUMN + 120 + 14
    before = _MARGIN + target_cell[0] * _COLUMN - 14
    if host is None and target_cell[0] == source_cell[0] + 1:
        if begin[1] == end[1]:
            return (begin, end)
        return (begin, (before, begin[1]), (before, end[1]), end)
    # A long edge runs below its row, in a lane of its own, so that two can be told apart.
    lane = lanes.get(source_cell[1], 0)
    lanes[source_cell[1]] = lane + 1
    below = _MARGIN + source_cell[1] * _ROW + 80 + 22 + (lane % 7) * 6
    return (begin, (after, begin[1]), (after, below), (before, below), (before, end[1]), end)


def _host(name: str, diagram: Diagram) -> str | None:
    return next((node.on for node in diagram.nodes if node.id == name and node.on), None)


def label(points: tuple[tuple[int, int], ...], width: int) -> tuple[int, int]:
    """The middle of the words at a line: where no other line runs with it."""
    begin, *corners, end = points
    match corners:
        case []:
            return (begin[0] + end[0]) // 2, begin[1]
        case [_, (x, y), (to, _), *_]:
            # A long way: right after it has turned into its lane, in the direction it takes.
            return x + (1 if to > x else -1) * (width // 2 + 14), y
        case _:
            # Down to another row: below the lanes that run between the rows.
            return corners[-1][0], corners[-1][1] - 28
