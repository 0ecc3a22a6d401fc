"""An artefact made from another: changed by an edit or by feedback, and checked again.

All of it is our own work: no model is asked, and it costs nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic_core import from_json

from kuznia.forge.artefact import Artefact, Evidence, PartEvidence
from kuznia.forge.shelf.kept import Kept
from kuznia.forge.terms import ArtefactId, CheckEvidence, Decline, Draft, Finding, RunId
from kuznia.forge.work import Forge
from kuznia.platform.ids import new_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """What a domain made of an artefact's parts."""

    # Why the artefact differs from the one before, as the code of a finding.
    code: str
    # The part that was changed; the others follow from it.
    part: str
    parts: Mapping[str, Draft]
    findings: tuple[Finding, ...]
    # The checks of the changed part, run again.
    checks: tuple[CheckEvidence, ...]
    # What the changed part stands on beside the order, by id.
    sources: tuple[str, ...] = ()
    # Why the answer is now not to make it.
    decline: Decline | None = None


async def revise(forge: Forge, before: Kept, revision: Revision, *, began: float) -> Kept:
    """Keep the revised artefact beside the one before it, which stays as it was."""
    seconds = round(forge.clock.monotonic() - began, 6)
    run_id = RunId(new_id("run", forge.clock))
    changed = Finding(
        revision.code, "warn", revision.part, f"Changed from {before.id}, not made anew."
    )
    earlier = from_json(before.body)
    rows = tuple(_evidence(name, revision, seconds) for name in revision.parts)
    artefact = Artefact(
        id=ArtefactId(new_id("art", forge.clock)),
        run_id=run_id,
        owner=before.owner,
        domain=before.domain,
        status="declined" if revision.decline else before.status,
        # A change of ours does not alter who made the artefact, or what was ordered.
        input=earlier.get("input", {}),
        made_by=earlier.get("made_by"),
        parts=revision.parts,
        wishes=(),
        unmet=(),
        findings=(changed, *revision.findings),
        decline=revision.decline,
        evidence=Evidence(
            run_id=run_id,
            domain_version=forge.domains[before.domain].version,
            parts=rows,
            attempts=(),
            input_tokens=0,
            output_tokens=0,
            cost=0,
            seconds=seconds,
            model_seconds=0.0,
        ),
        created_at=forge.clock.now(),
    )
    return await forge.shelf.keep(artefact, artefact.id)


def _evidence(name: str, revision: Revision, seconds: float) -> PartEvidence:
    is_changed = name == revision.part
    return PartEvidence(
        part=name,
        made_by="computed",
        model=None,
        tries=0,
        mended=False,
        checks=revision.checks if is_changed else (),
        seconds=seconds if is_changed else 0.0,
        ended="accepted",
        sources=revision.sources if is_changed else (),
    )
