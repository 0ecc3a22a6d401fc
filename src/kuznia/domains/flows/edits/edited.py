"""An edited flow proven, judged and drawn anew, as an artefact of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kuznia.domains.flows.checks.proof import CHECKS
from kuznia.domains.flows.edits.operations import Difference, Edit, differences, edited
from kuznia.domains.flows.edits.sentences import operations
from kuznia.domains.flows.parts import VERSION, drafts
from kuznia.domains.flows.schema import Flow
from kuznia.forge.terms import CheckEvidence, Draft, Evidence, Finding, PartEvidence, RunId


@dataclass(frozen=True, slots=True)
class Edition:
    """What became of a flow: its parts, what was found, and what differs from before."""

    parts: Mapping[str, Draft]
    findings: tuple[Finding, ...]
    diff: tuple[Difference, ...]


def edition(flow: Flow, wanted: str | Sequence[Edit]) -> Edition:
    """The flow changed by a sentence or by operations; Impossible when it cannot be."""
    edits = operations(flow, wanted) if isinstance(wanted, str) else wanted
    # Read again as it will be from the shelf: each operation was valid, their sum may not be.
    after = Flow.model_validate_json(edited(flow, edits).model_dump_json())
    parts, findings = drafts(after)
    return Edition(parts, findings, differences(flow, after))


def evidence(run_id: RunId, parts: Mapping[str, Draft], seconds: float) -> Evidence:
    """All of it is our own work: no model was asked, and every check was run again."""
    checks = tuple(CheckEvidence(name=name, version=1, passed=True) for name in CHECKS)
    rows = tuple(
        PartEvidence(
            part=name,
            made_by="computed",
            model=None,
            tries=1,
            mended=False,
            checks=checks if name == "flow" else (),
            seconds=seconds if name == "flow" else 0.0,
            ended="accepted",
        )
        for name in parts
    )
    return Evidence(
        run_id=run_id,
        domain_version=VERSION,
        parts=rows,
        attempts=(),
        input_tokens=0,
        output_tokens=0,
        cost=0,
        seconds=seconds,
        model_seconds=0.0,
    )
