"""Mermaid: the flow as a text from which documentation tools draw a flowchart."""

from kuznia.domains.flows.exports.diagram import diagram_of
from kuznia.domains.flows.schema import Flow

_ROUND = {"start": ("([", "])"), "end": ("([", "])"), "timer": ("((", "))")}
_DIAMOND = {"split": ("{", "}"), "merge": ("{", "}"), "parallel": ("{{", "}}")}
_BRACKETS = {"user": ("[", "]"), "service": ("[[", "]]"), **_ROUND, **_DIAMOND}


def mermaid(flow: Flow) -> bytes:
    """A flowchart, from left to right."""
    diagram = diagram_of(flow, flow.language)
    lines = ["---", f"title: {_quoted(flow.name.of(flow.language))}", "---", "flowchart LR"]
    for node in diagram.nodes:
        left, right = _BRACKETS[node.shape]
        # "end" is a keyword of Mermaid: every name gets a prefix.
        lines.append(f"  n_{node.id}{left}{_quoted(node.label or ' ')}{right}")
    for edge in diagram.edges:
        arrow = "-.->" if edge.back else "-->"
        guard_label = f"|{_quoted(edge.label)}|" if edge.label else ""
        lines.append(f"  n_{edge.source} {arrow}{guard_label} n_{edge.target}")
    lines += [f"  n_{node.on} -.- n_{node.id}" for node in diagram.nodes if node.on]
    return ("\n".join(lines) + "\n").encode()


def _quoted(text: str) -> str:
    plain = text.replace("&", "#amp;").replace("<", "#lt;").replace(">", "#gt;")
    return f'"{" ".join(plain.replace(chr(34), "#quot;").split())}"'
