"""An artefact made from another: changed by an edit or by feedback, and checked again.

All of it is our own work: no model is asked, and it costs nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError
from pydantic_core import from_json

from kuznia.forge.artefact import Artefact, Evidence, PartEvidence
from kuznia.forge.run import read_order
from kuznia.forge.shelf.kept import Kept
from kuznia.forge.terms import (
    ArtefactId,
    Bench,
    Budget,
    Caller,
    CheckEvidence,
    Decline,
    Draft,
    Finding,
    Order,
    RunId,
    Status,
    Wish,
)
from kuznia.forge.wishes.account import account, is_open, read_wishes, settled
from kuznia.forge.work import Forge
from kuznia.platform.errors import TimedOut
from kuznia.platform.ids import new_id

# What reading the order again may take, and accounting for it, while others do the same.
SECONDS = 30.0
UNDONE = "This was met before the change."


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
    # Any: JSON as this version or one before wrote it.
    earlier: dict[str, Any] = from_json(before.body)
    wishes = () if revision.decline else await _accounted(forge, before, earlier, revision)
    rows = tuple(_evidence(name, revision, seconds) for name in revision.parts)
    artefact = Artefact(
        id=ArtefactId(new_id("art", forge.clock)),
        run_id=run_id,
        owner=before.owner,
        domain=before.domain,
        status="declined" if revision.decline else _status(before.status, earlier, wishes),
        # A change of ours does not alter who made the artefact, or what was ordered.
        input=earlier.get("input", {}),
        made_by=earlier.get("made_by"),
        parts=revision.parts,
        wishes=wishes,
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


# Any: as above.
async def _accounted(
    forge: Forge, before: Kept, earlier: dict[str, Any], revision: Revision
) -> tuple[Wish, ...]:
    """What became of the wishes of the prompt it was ordered with: a change may undo one."""
    domain = forge.domains[before.domain]
    try:
        ordered = domain.input.model_validate(earlier.get("input"))
    except ValidationError:
        # An artefact of a version that kept no input, or another one.
        return ()
    deadline = forge.clock.monotonic() + SECONDS
    order = Order(
        domain=domain.name,
        input=ordered,
        caller=Caller(before.owner),
        deadline=deadline,
        budget=Budget(attempts=0, tokens=0),
    )
    kept: list[dict[str, Any]] = earlier.get("wishes", [])
    try:
        reading = await read_order(domain, ordered, SECONDS)
    except TimedOut:
        # The change is made: it must not be lost because nobody had time to look it over.
        asked = (wish for wish in kept if wish["outcome"] != "not_asked")
        blank = (Wish(wish["quote"], wish["start"], wish["end"]) for wish in asked)
        return settled(tuple(blank), (), revision.parts)
    wishes = read_wishes(domain, ordered.prompt, reading)
    bench = Bench(order, reading, revision.parts, wishes=wishes)
    met = {(wish["start"], wish["end"]) for wish in kept if wish["outcome"] == "met"}
    return tuple(
        replace(wish, why=UNDONE) if is_open(wish) and (wish.start, wish.end) in met else wish
        for wish in await account(domain, bench, seconds=SECONDS)
    )


# Any: as above.
def _status(before: Status, earlier: dict[str, Any], wishes: tuple[Wish, ...]) -> Status:
    if before not in ("complete", "partial") or not wishes:
        return before
    return "partial" if earlier["unmet"] or any(map(is_open, wishes)) else "complete"


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
