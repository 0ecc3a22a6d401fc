"""What comes out of a run: the artefact, and the evidence of how it was made and checked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import JsonValue

from kuznia.forge.terms import (
    ArtefactId,
    CheckEvidence,
    Decline,
    Draft,
    Ended,
    Finding,
    MadeBy,
    RunId,
    Status,
    Wish,
)

# Who made the accepted parts of an artefact: a model, our own planner, or each some of them.
Makers = Literal["model", "planner", "both"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptEvidence:
    """One call to a model and what became of it. Cost is in billionths of a dollar."""

    model: str
    outcome: str
    input_tokens: int
    output_tokens: int
    cost: int
    seconds: float
    # Whether the tokens are our estimate, as of a call that was left before its server had counted.
    estimated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PartEvidence:
    """Why a part was accepted, or why it was not."""

    part: str
    # Who made the draft that was kept: a model, our own code in its place, code whose part this
    # always is, or nobody.
    made_by: MadeBy
    model: str | None
    tries: int
    mended: bool
    checks: tuple[CheckEvidence, ...]
    seconds: float
    ended: Ended
    # Whether the call was ended before the model had, because nothing more was wanted.
    cut: bool = False
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """What an artefact took when it was made, which an order that finds it does not take again."""

    attempts: tuple[AttemptEvidence, ...]
    input_tokens: int
    output_tokens: int
    cost: int
    seconds: float
    model_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What was checked, what it took, and what it cost."""

    run_id: RunId
    domain_version: str
    parts: tuple[PartEvidence, ...]
    attempts: tuple[AttemptEvidence, ...]
    input_tokens: int
    output_tokens: int
    cost: int
    seconds: float
    # Seconds spent waiting for a model, the rest is ours.
    model_seconds: float
    # Only where an order was answered from the shelf: then no model was called, the figures above
    # are all nothing, and those of the making are here.
    making: Making | None = None


@dataclass(frozen=True, slots=True)
class Unmet:
    """A part the artefact had to do without."""

    part: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Artefact:
    """The accepted parts with their evidence. Unchecked drafts never get in here."""

    id: ArtefactId
    run_id: RunId
    owner: str
    domain: str
    status: Status
    # What was ordered, as it was read: an order that goes on from this one begins here.
    input: Mapping[str, JsonValue]
    # None where nothing was accepted.
    made_by: Makers | None
    parts: Mapping[str, Draft]
    # Everything the prompt asks for, in its order, and what became of it.
    wishes: tuple[Wish, ...]
    unmet: tuple[Unmet, ...]
    findings: tuple[Finding, ...]
    decline: Decline | None
    evidence: Evidence
    created_at: datetime


def makers(parts: Iterable[PartEvidence]) -> Makers | None:
    """Who made these parts. What is always computed counts only where there is nothing else."""
    made_by = {part.made_by for part in parts} - {"nobody"}
    if {"model", "planner"} <= made_by:
        return "both"
    if "model" in made_by:
        return "model"
    return "planner" if made_by else None
