"""The facts of the prompts' table, each asked of a flow."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from kuznia.domains.flows.schema import Flow
from kuznia.domains.flows.structure.graph import FlowGraph
from kuznia.domains.flows.structure.guards import tests as comparisons

Row = dict[str, Any]
PROMPTS = Path(__file__).parent.parent / "prompts"


def rows() -> list[Row]:
    """Every prompt of the table, in the order of the files."""
    return [
        row
        for table in sorted(PROMPTS.glob("*.yaml"))
        for row in yaml.safe_load(table.read_text("utf-8"))
    ]


ROWS = rows()
ASKED = [row for row in ROWS if "declined" not in row]
DECLINED = [row for row in ROWS if "declined" in row]


def facts(row: Row, flow: Flow) -> Iterator[tuple[str, bool]]:
    """Each fact the row names, and whether the flow holds it."""
    told = {fact.id for step in flow.steps for fact in step.provides}
    asked = flow.asks
    yield "is", flow.archetype == row["is"]
    if "lang" in row:
        yield "lang", flow.language == row["lang"]
    for name in row.get("asks", []):
        yield f"asks {name}", name in asked
    for name in row.get("knows", []):
        yield f"knows {name}", name in told and name not in asked
    for name in row.get("not", []):
        yield f"not {name}", name not in told and name not in asked
    for name in row.get("optional", []):
        yield f"optional {name}", name in asked and not asked[name].required
    for words in row.get("label", []):
        labels = [f"{one.label.uk} {one.label.en}".lower() for one in asked.values()]
        yield f"label {words}", any(words in label for label in labels)
    yield from _steps(row, flow)
    yield from _numbers(row, flow)
    yield from _ways(row, flow)


def _steps(row: Row, flow: Flow) -> Iterator[tuple[str, bool]]:
    kinds = {step.kind for step in flow.steps}
    for kind in row.get("steps", []):
        yield f"step {kind}", kind in kinds
    for kind in row.get("without", []):
        yield f"without {kind}", kind not in kinds


def _numbers(row: Row, flow: Flow) -> Iterator[tuple[str, bool]]:
    asked = flow.asks
    for name, count in row.get("options", {}).items():
        yield f"options {name}", name in asked and len(asked[name].options) == count
    for name, bounds in row.get("range", {}).items():
        field = asked.get(name)
        yield f"range {name}", field is not None and [field.low, field.high] == bounds
    if "repeat" in row:
        yield "repeat", any(step.repeats == row["repeat"] for step in flow.steps)
    if "fee" in row:
        fees = [step.fee.kopiykas for step in flow.steps if step.fee]
        yield "fee", fees == [row["fee"] * 100]
    if "days" in row:
        yield "days", any(step.days == row["days"] for step in flow.steps)


def _ways(row: Row, flow: Flow) -> Iterator[tuple[str, bool]]:
    if "branch" in row:
        guards = [move.when for step in flow.steps for move in step.next if move.when]
        names = {test.fact for guard in guards for test in comparisons(guard)}
        yield f"branch {row['branch']}", row["branch"] in names
    for name in row.get("only_if", []):
        where = {step.id for step in flow.steps for field in step.fields if field.id == name}
        ways = [where & set(run.path) for run in FlowGraph(flow).runs if run.end == "end_done"]
        yield f"only if {name}", any(ways) and not all(ways)
