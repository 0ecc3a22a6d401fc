"""A change of a flow: applied, proven and judged, with its pages drawn anew."""

from collections.abc import Sequence
from dataclasses import dataclass

from kuznia.domains.flows.checks.study import FlowStudy, study
from kuznia.domains.flows.edits.differences import Difference, differences
from kuznia.domains.flows.edits.operations import Edit, apply_edits
from kuznia.domains.flows.edits.sentences import read_edits
from kuznia.domains.flows.schema import Flow


@dataclass(frozen=True, slots=True)
class EditedFlow:
    """A changed flow, and its differences from the flow before."""

    study: FlowStudy
    diff: tuple[Difference, ...]


def apply_change(flow: Flow, change: str | Sequence[Edit]) -> EditedFlow:
    """Change a flow by a sentence or by operations; ImpossibleEdit when that cannot be done."""
    edits = read_edits(flow, change) if isinstance(change, str) else change
    # Read again as it will be from the shelf: each operation was valid, their sum may not be.
    after = Flow.model_validate_json(apply_edits(flow, edits).model_dump_json())
    return EditedFlow(study(after), differences(flow, after))
