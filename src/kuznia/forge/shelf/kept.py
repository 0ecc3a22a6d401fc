"""An artefact as it is stored and answered."""

from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from typing import Any, Final

from pydantic_core import from_json, to_json

from kuznia.forge.artefact import Artefact, Making
from kuznia.forge.terms import ArtefactId, Finding, RunId, Status

NOT_YET_KEPT: Final = Finding(
    "not-yet-kept",
    "warn",
    "artefact",
    "The database takes no rows now. This is held in memory and written as soon as it can be; save "
    "what you need of it.",
)


@dataclass(frozen=True, slots=True)
class Listed:
    """An artefact as a line of its owner's history."""

    id: ArtefactId
    run_id: RunId
    owner: str
    domain: str
    status: Status
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Kept(Listed):
    """A stored artefact; `body` is its JSON, written once."""

    body: bytes
    # Whether it is in memory alone; its findings say so too.
    in_memory: bool = False


def body(artefact: Artefact) -> bytes:
    """The JSON of an artefact. The owner is left out: only they can read it."""
    return to_json(
        {
            "id": artefact.id,
            "domain": artefact.domain,
            "status": artefact.status,
            "input": artefact.input,
            "made_by": artefact.made_by,
            "wishes": artefact.wishes,
            "parts": artefact.parts,
            "unmet": artefact.unmet,
            "findings": artefact.findings,
            "decline": artefact.decline,
            "evidence": artefact.evidence,
            "created_at": artefact.created_at,
        }
    )


def unspent(kept: Kept) -> Kept:
    """The same artefact as the answer to an equal order, which spent nothing itself."""
    # Any: JSON as this version or one before wrote it.
    artefact: dict[str, Any] = from_json(kept.body)
    evidence: dict[str, Any] = artefact["evidence"]
    making = {one.name: evidence[one.name] for one in fields(Making)}
    nothing = {**dict.fromkeys(making, 0), "attempts": ()}
    artefact["evidence"] = {**evidence, **nothing, "making": making}
    return replace(kept, body=to_json(artefact))


def not_yet_kept(kept: Kept) -> Kept:
    """The same artefact with a finding that says it is in memory only."""
    artefact: dict[str, Any] = from_json(kept.body)  # Any: JSON, as above
    artefact["findings"].append(asdict(NOT_YET_KEPT))
    return replace(kept, body=to_json(artefact), in_memory=True)
