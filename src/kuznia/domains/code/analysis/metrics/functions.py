"""The numbers of every function of a file."""

from collections.abc import Sequence

from tree_sitter import Node

from kuznia.domains.code.analysis.metrics.cognitive import Cost
from kuznia.domains.code.analysis.metrics.cyclomatic import cyclomatic
from kuznia.domains.code.analysis.metrics.growth import performance
from kuznia.domains.code.analysis.metrics.halstead import TokenCounts
from kuznia.domains.code.analysis.metrics.loops import loops
from kuznia.domains.code.analysis.metrics.readability import maintainability, posnett
from kuznia.domains.code.analysis.result import Function
from kuznia.domains.code.analysis.tree.frames import FUNCTIONS, Frame, frames, own, starts
from kuznia.domains.code.analysis.tree.reading import Reading

# Annotations, attributes and decorators, and what holds them beside `public` and the like.
_BEFORE = frozenset(
    (
        *("modifiers", "annotation", "marker_annotation", "attribute", "attribute_list"),
        *("attribute_declaration", "attribute_specifier", "decorator"),
    )
)


def functions(
    reading: Reading, costs: Sequence[Cost], tokens: Sequence[TokenCounts]
) -> list[Function]:
    """The metrics of all functions, in the order of the source."""
    counts = cyclomatics(reading)
    parameters = _parameters(reading)
    hints = performance(reading, loops(reading))
    rows = [_rows(frame, reading) for frame in reading.functions]
    own_lines = _own_lines(reading.functions, rows)
    volumes = [part.volume() for part in tokens]
    return [
        Function(
            name=name,
            start_line=rows[place][0] + 1,
            end_line=rows[place][1] + 1,
            cyclomatic=counts[place],
            cognitive=costs[place].cognitive,
            nesting=costs[place].nesting,
            length=rows[place][1] - rows[place][0] + 1,
            parameters=parameters[place],
            volume=round(volumes[place], 2),
            maintainability=maintainability(volumes[place], counts[place], own_lines[place]),
            posnett=posnett(volumes[place], tokens[place].entropy(), own_lines[place]),
            performance=hints[place],
        )
        for place, name in enumerate(reading.called.shown)
    ]


def cyclomatics(reading: Reading) -> list[int]:
    placed = frames(reading.captures)
    counts = cyclomatic(placed, reading.captures)
    return [count for frame, count in zip(placed, counts, strict=True) if frame.kind in FUNCTIONS]


def _parameters(reading: Reading) -> list[int]:
    """The number of parameters a caller passes: the object itself is not counted."""
    receivers = {name.encode() for name in reading.table.receivers}
    counted = (
        node
        for node in reading.captures.get("parameter", ())
        if reading.source[node.start_byte : node.end_byte] not in receivers
    )
    return own(reading.functions, starts(counted))


def _rows(frame: Frame, reading: Reading) -> tuple[int, int]:
    """The first and the last row; in some grammars a function includes the comments after it."""
    body = frame.node.child_by_field_name("body")
    last = body.child(body.child_count - 1) if body and body.child_count else None
    if body and last and last.is_extra:
        last = next((child for child in reversed(body.children) if not child.is_extra), None)
    end = last.end_byte if body and last and body.end_byte == frame.end else frame.end
    return reading.text.row(_begin(frame.node)), reading.text.row(max(frame.start, end - 1))


def _begin(node: Node) -> int:
    """Where a definition itself begins: its annotations are about it, and no lines of it."""
    first = node.child(0)
    if not first or first.type not in _BEFORE:
        return node.start_byte
    for child in node.children:
        parts = child.children if child.type == "modifiers" else [child]
        for part in parts:
            if part.type not in _BEFORE and not part.is_extra:
                return part.start_byte
    return node.start_byte


def _own_lines(nested: Sequence[Frame], rows: Sequence[tuple[int, int]]) -> list[int]:
    """The lines of a function without the lines of the functions inside it."""
    lengths = [last - first + 1 for first, last in rows]
    owned = lengths.copy()
    for frame, length in zip(nested, lengths, strict=True):
        if frame.outer >= 0:
            owned[frame.outer] -= max(0, length - 2)
    return [max(1, length) for length in owned]
