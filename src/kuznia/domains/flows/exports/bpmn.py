"""BPMN 2.0: a process that engines run and editors draw.

The process data hold each answer under the fact's id, each outcome under the step's id, and the
repetitions of a step under its id with `_rounds`.
"""

from xml.etree import ElementTree as Xml

from kuznia.domains.flows.exports.diagram import (
    Diagram,
    DiagramEdge,
    DiagramNode,
    diagram_of,
    rounds,
)
from kuznia.domains.flows.exports.layout import DiagramLayout, layout
from kuznia.domains.flows.schema import Flow
from kuznia.domains.flows.structure.guards import Dialect, written

_SPACES = {
    "bpmn": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI",
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "di": "http://www.omg.org/spec/DD/20100524/DI",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
}
_TAGS = {
    "start": "startEvent",
    "end": "endEvent",
    "user": "userTask",
    "service": "serviceTask",
    "split": "exclusiveGateway",
    "merge": "exclusiveGateway",
    "parallel": "parallelGateway",
    "timer": "boundaryEvent",
}


def bpmn(flow: Flow, dialect: Dialect = "python") -> bytes:
    """Write the process with its diagram; conditions in Python (SpiffWorkflow) or FEEL."""
    diagram = diagram_of(flow, flow.language)
    for prefix, space in _SPACES.items():
        Xml.register_namespace(prefix, space)
    root = _el(None, "bpmn:definitions", id=f"definitions_{flow.id}")
    root.set("targetNamespace", "urn:kuznia:flows")
    process = _el(root, "bpmn:process", id=f"process_{flow.id}", isExecutable="true")
    process.set("name", flow.name.of(flow.language))
    for node in diagram.nodes:
        _node(process, node, diagram, dialect)
    for edge in diagram.edges:
        _edge(process, edge, dialect)
    _diagram(root, flow, diagram, layout(diagram))
    Xml.indent(root)
    return Xml.tostring(root, encoding="utf-8", xml_declaration=True)


def _el(parent: Xml.Element | None, tag: str, **attributes: str) -> Xml.Element:
    prefix, _, name = tag.partition(":")
    whole = f"{{{_SPACES[prefix]}}}{name}"
    if parent is None:
        return Xml.Element(whole, attributes)
    return Xml.SubElement(parent, whole, attributes)


def _node(process: Xml.Element, node: DiagramNode, diagram: Diagram, dialect: Dialect) -> None:
    out = [edge for edge in diagram.edges if edge.source == node.id]
    made = _el(process, f"bpmn:{_TAGS[node.shape]}", id=node.id)
    for name, value in _attributes(node, out).items():
        made.set(name, value)
    for edge in out:
        if edge.limit is not None:
            what = f"Repeated at most {edge.limit} times, counted in {_counter(edge)}."
            _el(made, "bpmn:documentation").text = what
    for edge in diagram.edges:
        if edge.target == node.id:
            _el(made, "bpmn:incoming").text = edge.id
    for edge in out:
        _el(made, "bpmn:outgoing").text = edge.id
    if node.shape == "timer":
        _timer(made, node, dialect)


def _attributes(node: DiagramNode, out: list[DiagramEdge]) -> dict[str, str]:
    named = {"name": node.label} if node.label else {}
    for edge in out:
        if edge.rest:
            named["default"] = edge.id
    if node.on is not None:
        named |= {"attachedToRef": node.on, "cancelActivity": "true"}
    return named


def _timer(made: Xml.Element, node: DiagramNode, dialect: Dialect) -> None:
    if node.step is not None:
        timer = _el(made, "bpmn:timerEventDefinition", id=f"{node.id}_after")
        duration = _el(timer, "bpmn:timeDuration")
        duration.set(f"{{{_SPACES['xsi']}}}type", "bpmn:tFormalExpression")
        # An engine with Python expressions evaluates this, so it has to be a string in quotes.
        days = f"P{node.step.days}D"
        duration.text = f'"{days}"' if dialect == "python" else days


def _counter(edge: DiagramEdge) -> str:
    return rounds(edge.source.removesuffix("_out"))


def _edge(process: Xml.Element, edge: DiagramEdge, dialect: Dialect) -> None:
    made = _el(
        process, "bpmn:sequenceFlow", id=edge.id, sourceRef=edge.source, targetRef=edge.target
    )
    if edge.label:
        made.set("name", edge.label)
    if edge.when is not None:
        condition = _el(made, "bpmn:conditionExpression")
        condition.set(f"{{{_SPACES['xsi']}}}type", "bpmn:tFormalExpression")
        expression = written(edge.when, dialect)
        if edge.limit is not None:
            expression = f"({expression}) and {_counter(edge)} < {edge.limit}"
        condition.text = expression


def _diagram(root: Xml.Element, flow: Flow, diagram: Diagram, drawn: DiagramLayout) -> None:
    picture = _el(root, "bpmndi:BPMNDiagram", id=f"diagram_{flow.id}")
    plane = _el(picture, "bpmndi:BPMNPlane", id=f"plane_{flow.id}")
    plane.set("bpmnElement", f"process_{flow.id}")
    for node in diagram.nodes:
        shape = _el(plane, "bpmndi:BPMNShape", id=f"{node.id}_shape", bpmnElement=node.id)
        if node.shape in {"split", "merge"}:
            shape.set("isMarkerVisible", "true")
        box = drawn.boxes[node.id]
        _el(
            shape,
            "dc:Bounds",
            x=str(box.x),
            y=str(box.y),
            width=str(box.width),
            height=str(box.height),
        )
    for edge in diagram.edges:
        line = _el(plane, "bpmndi:BPMNEdge", id=f"{edge.id}_line", bpmnElement=edge.id)
        for x, y in drawn.lines[edge.id]:
            _el(line, "di:waypoint", x=str(x), y=str(y))
