"""Good answers to what a flow asks, for every way through it."""

from typing import Any

from kuznia.domains.flows.schema import Flow, FormField
from kuznia.domains.flows.structure.formats import EXAMPLES
from kuznia.domains.flows.structure.graph import FlowGraph
from kuznia.domains.flows.structure.guards import Facts


def answer(field: FormField, facts: Facts) -> Any:
    """A good answer, and the one that this way through needs where it needs one."""
    if facts.get(field.id) is not None:
        return facts[field.id]
    plain = {
        "yesno": False,
        "number": int(field.low or 1),
        "file": ["a.pdf"],
        "date": "2026-11-20",
        "time": "09:30",
    }
    if field.type in plain:
        return plain[field.type]
    if field.options:
        first = field.options[0].id
        return [first] if field.type == "many" else first
    return EXAMPLES.get(field.format, "words") if field.format else "words"


def submissions(flow: Flow) -> list[Any]:
    """What is handed in on each way that comes to its good end."""
    found = []
    for run in FlowGraph(flow).runs:
        if run.end == "end_done":
            given: dict[str, object] = {}
            for step in (flow.by_id[name] for name in dict.fromkeys(run.path)):
                own = {field.id: answer(field, run.facts) for field in step.fields}
                if step.kind == "consent":
                    given[step.id] = True
                elif step.repeats > 1 and own:
                    given[step.id] = [{n: v for n, v in own.items() if not n.startswith("more_")}]
                else:
                    given |= own
            found.append(given)
    return found
