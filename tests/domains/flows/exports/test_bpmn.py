"""The process, its diagram and the pictures of it."""

from itertools import pairwise
from xml.etree import ElementTree as Xml

import pytest
from tests.domains.flows.makers import a_flow, changed, on, to
from tests.domains.flows.planner.facts import ASKED

from kuznia.domains.flows.exports.bpmn import bpmn
from kuznia.domains.flows.exports.diagram import diagram_of
from kuznia.domains.flows.exports.layout import DiagramLayout, Rectangle, label, layout
from kuznia.domains.flows.exports.mermaid import mermaid
from kuznia.domains.flows.exports.svg import svg
from kuznia.domains.flows.planner import build, read
from kuznia.domains.flows.schema import All, Either, Not
from kuznia.domains.flows.structure.guards import Dialect

B = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
D = "{http://www.omg.org/spec/BPMN/20100524/DI}"
FLOWS = [
    pytest.param(build(read(row["p"])), id=f"{number}-{row['is']}")
    for number, row in enumerate(ASKED)
]
PERMIT = build(read("Дозвіл на будівництво: креслення, збір 100 грн, розгляд 10 днів"))


def process(flow, dialect: Dialect = "python") -> Xml.Element:
    found = Xml.fromstring(bpmn(flow, dialect)).find(f"{B}process")
    assert found is not None
    return found


@pytest.mark.parametrize("flow", FLOWS)
def test_a_process_is_whole(flow) -> None:
    root = Xml.fromstring(bpmn(flow))
    inside = list(process(flow))
    nodes = {one.get("id"): one for one in inside if one.tag != f"{B}sequenceFlow"}
    flows = [one for one in inside if one.tag == f"{B}sequenceFlow"]
    ids = [one.get("id") for one in root.iter() if one.get("id")]
    out = [one.get("sourceRef") for one in flows]
    into = [one.get("targetRef") for one in flows]
    drawn = {one.get("bpmnElement") for one in root.iter() if one.get("bpmnElement")}

    assert len(ids) == len(set(ids))
    assert {*out, *into} <= set(nodes)
    assert drawn >= {one.get("id") for one in inside}
    for name, node in nodes.items():
        splits = node.tag in {f"{B}exclusiveGateway", f"{B}parallelGateway"}
        assert splits or (out.count(name) <= 1 and into.count(name) <= 1)
        assert (out.count(name) == 0) == (node.tag == f"{B}endEvent")


@pytest.mark.parametrize("flow", FLOWS)
def test_what_leaves_a_split_has_a_condition_or_is_the_default(flow) -> None:
    inside = process(flow)
    for gateway in inside.iter(f"{B}exclusiveGateway"):
        flows = [
            one
            for one in inside.iter(f"{B}sequenceFlow")
            if one.get("sourceRef") == gateway.get("id")
        ]
        plain = [one.get("id") for one in flows if one.find(f"{B}conditionExpression") is None]
        assert len(flows) == 1 or plain == [gateway.get("default")]
        assert len(flows) == 1 or all(one.get("name") for one in flows)


@pytest.mark.parametrize("flow", FLOWS)
def test_nothing_in_a_diagram_lies_on_anything_else(flow) -> None:
    diagram = diagram_of(flow, "uk")
    drawn = layout(diagram)
    fixed = {node.id: drawn.boxes[node.id] for node in diagram.nodes if node.on is None}
    boxes = list(fixed.values())

    assert not any(_overlap(one, other) for n, one in enumerate(boxes) for other in boxes[n + 1 :])
    for edge in diagram.edges:
        ends = {edge.source, edge.target, *(n.on for n in diagram.nodes if n.id == edge.source)}
        for begin, end in pairwise(drawn.lines[edge.id]):
            assert begin[0] == end[0] or begin[1] == end[1]
            assert not [
                name
                for name, box in fixed.items()
                if name not in ends and _overlap(_strip(begin, end), box)
            ]


def _strip(begin: tuple[int, int], end: tuple[int, int]) -> Rectangle:
    (x1, y1), (x2, y2) = sorted([begin, end])
    return Rectangle(x1, min(y1, y2), x2 - x1, abs(y2 - y1))


def _overlap(one: Rectangle, other: Rectangle) -> bool:
    across = one.x < other.right and other.x < one.right
    return across and one.y < other.y + other.height and other.y < one.y + one.height


def test_a_wait_has_a_timer_that_leads_where_lateness_leads() -> None:
    inside = process(PERMIT)
    timer = inside.find(f"{B}boundaryEvent")
    duration = inside.find(f".//{B}timeDuration")

    assert timer is not None
    assert timer.get("attachedToRef") == "decision"
    assert duration is not None
    assert duration.text == '"P10D"'


@pytest.mark.parametrize(
    ("guard", "label"),
    [
        (All(all=(on("kind", "org"), on("kind", "org"))), "org"),
        (Either(any=(on("kind", "org"), on("kind", "self"))), "org or self"),
        (Not(no=on("kind", ("org", "self"), "in")), "not (org, self)"),
        (on("kind"), "yes"),
        (on("kind", 5, "gt"), "kind > 5"),
    ],
)
def test_what_is_written_at_a_way_is_said_in_words(guard, label) -> None:
    flow = changed(a_flow(), "who", next=(to("company", guard), to("person")))

    labels = [edge.label for edge in diagram_of(flow, "en").edges]

    assert label in labels


def test_words_at_a_line_stand_on_it_and_inside_the_picture() -> None:
    diagram = diagram_of(PERMIT, "uk")
    drawn = layout(diagram)

    for edge in diagram.edges:
        x, y = label(drawn.lines[edge.id], 60)
        assert 0 < x < drawn.width
        assert 0 < y < drawn.height
        assert any(_overlap(_strip(*ends), Rectangle(x, y, 1, 1)) for ends in _wide(drawn, edge.id))


def _wide(drawn: DiagramLayout, edge: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """The parts of a line, each two pixels wide, so that a point can lie on it."""
    return [
        ((min(a[0], b[0]) - 1, min(a[1], b[1]) - 1), (max(a[0], b[0]) + 1, max(a[1], b[1]) + 1))
        for a, b in pairwise(drawn.lines[edge])
    ]


def test_a_counted_way_back_says_what_counts_it() -> None:
    conditions = [one.text for one in process(PERMIT).iter(f"{B}conditionExpression")]

    assert '(decision == "returned") and decision_rounds < 1' in conditions
    assert '(pay == "failed") and pay_rounds < 2' in conditions


def test_conditions_can_be_written_in_feel() -> None:
    conditions = [one.text for one in process(PERMIT, "feel").iter(f"{B}conditionExpression")]

    assert 'decision = "approved"' in conditions


def test_a_title_cannot_become_markup() -> None:
    flow = a_flow().having(name={"uk": '<b a="1">&', "en": '<b a="1">&'})

    assert process(flow).get("name") == '<b a="1">&'
    Xml.fromstring(svg(flow))
    assert b'title: "#lt;b a=#quot;1#quot;#gt;#amp;"' in mermaid(flow)


@pytest.mark.parametrize("flow", FLOWS)
def test_the_picture_shows_every_step_and_is_well_formed(flow) -> None:
    picture = Xml.fromstring(svg(flow))
    said = " ".join(
        "".join(text.itertext()) for text in picture.iter() if text.tag.endswith("text")
    )

    for one in flow.steps:
        if one.kind not in {"decision", "fork", "join"}:
            assert one.title.of(flow.language).split()[0] in said


def test_the_picture_has_a_name_for_those_who_do_not_see_it() -> None:
    picture = Xml.fromstring(svg(a_flow()))

    assert picture.get("role") == "img"
    assert picture[0].text == "registration"


def test_mermaid_names_every_node_once_and_every_edge() -> None:
    diagram = diagram_of(PERMIT, "uk")
    lines = mermaid(PERMIT).decode().splitlines()

    assert lines[3] == "flowchart LR"
    assert sum("-->" in line or "-.->" in line for line in lines) == len(diagram.edges)
    for node in diagram.nodes:
        assert (
            sum(
                line.startswith((f"  n_{node.id}[", f"  n_{node.id}(", f"  n_{node.id}{{"))
                for line in lines
            )
            == 1
        )
