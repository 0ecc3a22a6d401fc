"""SVG: the same picture as the BPMN diagram, for a page or a document."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from types import MappingProxyType

from kuznia.domains.flows.exports.diagram import DiagramEdge, DiagramNode, Shape, diagram_of
from kuznia.domains.flows.exports.layout import Rectangle, label, layout
from kuznia.domains.flows.schema import Flow
from kuznia.domains.flows.screens.element import Element, el, html
from kuznia.domains.flows.screens.style import (
    ACCENT,
    BLUSH,
    DONE,
    GROUND,
    INK,
    MINT,
    MUTED,
    PAPER,
    TINT,
    WRONG,
)

_CHARACTERS, _LINES, _CORNER = 15, 4, 10
# A person, and a server: drawn on the frame of a task, 12 pixels wide.
_SIGNS: Mapping[Shape, str] = MappingProxyType(
    {
        "user": "M6 0a3 3 0 1 1 0 6a3 3 0 1 1 0-6z M0 12a6 5 0 0 1 12 0z",
        "service": "M0 0h12v5h-12z M0 7h12v5h-12z",
    }
)


def svg(flow: Flow) -> bytes:
    """Draw the diagram; its title and description serve screen readers."""
    name = flow.name.of(flow.language)
    diagram = diagram_of(flow, flow.language)
    drawn = layout(diagram)
    steps = ", ".join(step.title.of(flow.language) for step in flow.steps if step.kind != "end")
    root = el(
        "svg",
        el("title", name, id="svg-title"),
        el("desc", steps, id="svg-desc"),
        el("defs", _arrow()),
        el("rect", width="100%", height="100%", fill=PAPER),
        el("text", name, x="60", y="34", font_size="16", font_weight="700"),
        *(_line(edge, drawn.lines[edge.id]) for edge in diagram.edges),
        *(_shape(node, drawn.boxes[node.id]) for node in diagram.nodes),
        # Labels are drawn last, above all lines.
        *(_edge_label(edge, drawn.lines[edge.id]) for edge in diagram.edges if edge.label),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {drawn.width} {drawn.height}",
        width=str(drawn.width),
        height=str(drawn.height),
        role="img",
        aria_labelledby="svg-title svg-desc",
        font_family="system-ui, 'Segoe UI', Roboto, 'Noto Sans', sans-serif",
        fill=INK,
    )
    return html(root).encode()


def _arrow() -> Element:
    return el(
        "marker",
        el("path", d="M0 0 L10 5 L0 10 z", fill=MUTED),
        id="arrow",
        viewBox="0 0 10 10",
        refX="9",
        refY="5",
        markerWidth="7",
        markerHeight="7",
        orient="auto-start-reverse",
    )


def _line(edge: DiagramEdge, points: tuple[tuple[int, int], ...]) -> Element:
    return el(
        "path",
        d=" ".join(_course(points)),
        fill="none",
        stroke=MUTED,
        stroke_width="1.5",
        stroke_dasharray="5 4" if edge.back else None,
        marker_end="url(#arrow)",
    )


def _course(points: tuple[tuple[int, int], ...]) -> Iterator[str]:
    """The line from point to point, with rounded corners."""
    yield f"M{points[0][0]} {points[0][1]}"
    for (before, corner), (_, after) in pairwise(pairwise(points)):
        near, far = _towards(corner, before), _towards(corner, after)
        yield f"L{near[0]} {near[1]} Q{corner[0]} {corner[1]} {far[0]} {far[1]}"
    yield f"L{points[-1][0]} {points[-1][1]}"


def _towards(corner: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    """The point where a corner begins to be rounded, at most half-way to the other point."""
    (x, y), (to_x, to_y) = corner, other
    across, down = (to_x - x) // 2, (to_y - y) // 2
    return (
        x + max(-_CORNER, min(_CORNER, across)),
        y + max(-_CORNER, min(_CORNER, down)),
    )


def _edge_label(edge: DiagramEdge, points: tuple[tuple[int, int], ...]) -> Element:
    # There is little room between two columns, and more along a way round them.
    across = 12 if len(points) < 5 else 24
    longest = max(len(line) for line in _wrapped(edge.label, across))
    x, y = label(points, longest * 6)
    return _words(edge.label, x, y, size=11, across=across, ink=MUTED, ground=PAPER)


def _shape(node: DiagramNode, box: Rectangle) -> Element:
    middle, centre_x = box.middle, box.x + box.width // 2
    if node.shape in _SIGNS:
        return _task(node, box)
    if node.shape in {"start", "end", "timer"}:
        ink, ground = _colours(node)
        outline = el(
            "circle",
            cx=str(centre_x),
            cy=str(middle),
            r=str(box.width // 2),
            fill=ground,
            stroke=ink,
            stroke_width="4" if node.shape == "end" else "2",
        )
        hands = f"M{centre_x} {middle - 9} V{middle} H{centre_x + 7}"
        clock = el("path", d=hands, fill="none", stroke=ink, stroke_width="2")
        below = middle + (34 if node.shape != "timer" else 30)
        return el(
            "g",
            outline,
            clock if node.shape == "timer" else None,
            _words(node.label, centre_x, below, size=11, across=20, ground=PAPER, hangs=True),
        )
    corners = f"{centre_x},{box.y} {box.right},{middle} {centre_x},{box.y + box.height}"
    outline = el(
        "polygon",
        points=f"{corners} {box.x},{middle}",
        fill=TINT,
        stroke=ACCENT,
        stroke_width="1.5",
        stroke_linejoin="round",
    )
    sign = "+" if node.shape == "parallel" else "×"
    return el("g", outline, _words(sign, centre_x, middle, size=20, across=3, ink=ACCENT))


def _task(node: DiagramNode, box: Rectangle) -> Element:
    outline = el(
        "rect",
        x=str(box.x),
        y=str(box.y),
        width=str(box.width),
        height=str(box.height),
        rx="10",
        fill=GROUND if node.shape == "service" else PAPER,
        stroke=ACCENT,
        stroke_width="1.5",
    )
    # The sign is on the frame, so that four lines of text fit inside.
    badge = el(
        "circle",
        cx=str(box.x + 18),
        cy=str(box.y),
        r="12",
        fill=PAPER,
        stroke=ACCENT,
        stroke_width="1.5",
    )
    place = f"translate({box.x + 12} {box.y - 6})"
    sign = el("path", d=_SIGNS[node.shape], transform=place, fill=ACCENT)
    words = _words(node.label, box.x + box.width // 2, box.middle, size=12, across=_CHARACTERS)
    return el("g", outline, badge, sign, words)


def _colours(node: DiagramNode) -> tuple[str, str]:
    """The colours of an event: its line and its background."""
    if node.shape == "timer":
        return ACCENT, PAPER
    ending = node.step.ending if node.step is not None else None
    return (DONE, MINT) if ending in {None, "done"} else (WRONG, BLUSH)


def _words(
    text: str,
    x: int,
    y: int,
    *,
    size: int,
    across: int,
    ink: str = INK,
    ground: str | None = None,
    hangs: bool = False,
) -> Element:
    """Draw text centred on a point, or below it."""
    lines = _wrapped(text, across)
    top = y if hangs else y - (len(lines) - 1) * size * 6 // 10
    return el(
        "text",
        *(
            el("tspan", line, x=str(x), y=str(top + place * size * 12 // 10))
            for place, line in enumerate(lines)
        ),
        text_anchor="middle",
        dominant_baseline="central",
        font_size=str(size),
        fill=ink,
        # A halo, so that text can be read where a line runs under it.
        stroke=ground,
        stroke_width="5" if ground else None,
        stroke_linejoin="round" if ground else None,
        paint_order="stroke" if ground else None,
    )


def _wrapped(text: str, across: int) -> list[str]:
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + len(word) + 1 > across:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    if len(lines) > _LINES:
        lines = [*lines[: _LINES - 1], f"{lines[_LINES - 1]}…"]
    return lines
