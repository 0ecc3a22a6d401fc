"""The flow drawn: the same picture as in the BPMN diagram, for a page or a document."""

from kuznia.domains.flows.exports.layout import Box, centre, layout
from kuznia.domains.flows.exports.network import Edge, Node, network
from kuznia.domains.flows.schema import Flow
from kuznia.domains.flows.screens import node as page
from kuznia.domains.flows.screens.node import el
from kuznia.domains.flows.screens.style import ACCENT, INK, PAPER, SHADE

_LETTERS, _LINES = 17, 4


def svg(flow: Flow) -> bytes:
    """The picture, with the name of the flow for those who do not see it."""
    net = network(flow, flow.language)
    drawn = layout(net)
    steps = ", ".join(step.title.of(flow.language) for step in flow.steps if step.kind != "end")
    root = el(
        "svg",
        el("title", flow.name.of(flow.language), id="svg-title"),
        el("desc", steps, id="svg-desc"),
        el(
            "defs",
            el(
                "marker",
                el("path", d="M0 0 L10 5 L0 10 z", fill=INK),
                id="arrow",
                viewBox="0 0 10 10",
                refX="9",
                refY="5",
                markerWidth="7",
                markerHeight="7",
                orient="auto-start-reverse",
            ),
        ),
        el("rect", width="100%", height="100%", fill=PAPER),
        *(_line(edge, drawn.lines[edge.id]) for edge in net.edges),
        *(_shape(node, drawn.boxes[node.id]) for node in net.nodes),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {drawn.width} {drawn.height}",
        width=str(drawn.width),
        height=str(drawn.height),
        role="img",
        aria_labelledby="svg-title svg-desc",
    )
    return page.html(root).encode()


def _line(edge: Edge, points: tuple[tuple[int, int], ...]) -> page.Node:
    line = el(
        "polyline",
        points=" ".join(f"{x},{y}" for x, y in points),
        fill="none",
        stroke=INK,
        stroke_width="1.5",
        stroke_dasharray="5 4" if edge.back else None,
        marker_end="url(#arrow)",
    )
    if not edge.label:
        return el("g", line)
    x, y = centre(points)
    return el("g", line, _words(edge.label, x, y - 6, size=11, across=22, ground=PAPER))


def _shape(node: Node, box: Box) -> page.Node:
    middle, centre_x = box.middle, box.x + box.width // 2
    if node.shape in {"user", "service"}:
        outline = el(
            "rect",
            x=str(box.x),
            y=str(box.y),
            width=str(box.width),
            height=str(box.height),
            rx="8",
            fill=SHADE if node.shape == "service" else PAPER,
            stroke=ACCENT,
            stroke_width="2",
        )
        return el("g", outline, _words(node.label, centre_x, middle, size=12, across=_LETTERS))
    if node.shape in {"start", "end", "timer"}:
        outline = el(
            "circle",
            cx=str(centre_x),
            cy=str(middle),
            r=str(box.width // 2),
            fill=PAPER,
            stroke=INK,
            stroke_width="4" if node.shape == "end" else "2",
        )
        below = middle + (34 if node.shape != "timer" else 30)
        return el("g", outline, _words(node.label, centre_x, below, size=11, across=20))
    corners = f"{centre_x},{box.y} {box.right},{middle} {centre_x},{box.y + box.height}"
    outline = el(
        "polygon",
        points=f"{corners} {box.x},{middle}",
        fill=PAPER,
        stroke=INK,
        stroke_width="2",
    )
    sign = "+" if node.shape == "parallel" else "×"
    return el("g", outline, _words(sign, centre_x, middle, size=20, across=3))


def _words(
    text: str, x: int, y: int, *, size: int, across: int, ground: str | None = None
) -> page.Node:
    lines = _wrapped(text, across)
    top = y - (len(lines) - 1) * size * 6 // 10
    return el(
        "text",
        *(
            el("tspan", line, x=str(x), y=str(top + place * size * 12 // 10))
            for place, line in enumerate(lines)
        ),
        text_anchor="middle",
        dominant_baseline="middle",
        font_family="system-ui, sans-serif",
        font_size=str(size),
        fill=INK,
        # A halo, so that words can be read where a line runs under them.
        stroke=ground,
        stroke_width="4" if ground else None,
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
