"""An edited flow proven, judged and drawn anew, as an artefact of its own."""

from collections.abc import Sequence
from dataclasses import dataclass

from kuznia.domains.flows.checks.study import FlowStudy, study
from kuznia.domains.flows.edits.differences import Difference, differences
from kuznia.domains.flows.edits.operations import Edit, edited
from kuznia.domains.flows.edits.sentences import operations
from kuznia.domains.flows.schema import Flow


@dataclass(frozen=True, slots=True)
class Edition:
    """A flow that was changed, and what differs from before."""

    study: FlowStudy
    diff: tuple[Difference, ...]


def edition(flow: Flow, wanted: str | Sequence[Edit]) -> Edition:
    """The flow changed by a sentence or by operations; Impossible when it cannot be."""
    edits = operations(flow, wanted) if isinstance(wanted, str) else wanted
    # Read again as it will be from the shelf: each operation was valid, their sum may not be.
    after = Flow.model_validate_json(edited(flow, edits).model_dump_json())
    return Edition(study(after), differences(flow, after))
