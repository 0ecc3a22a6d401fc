"""The shapes of answers about artefacts, for the API reference and for generated clients."""

from datetime import datetime

from pydantic import BaseModel, Field, JsonValue
from pydantic_core import to_json

from kuznia.forge.artefact import Evidence, Makers
from kuznia.forge.shelf.shelf import Kept, Listed
from kuznia.forge.terms import Outcome, Severity, Status
from kuznia.platform.envelope import FaultShape


class FindingShape(BaseModel):
    code: str
    severity: Severity
    where: str
    message: str
    hint: str = ""
    blames: str = Field(default="", description="Another part that may be wrong instead.")


class UnmetShape(BaseModel):
    part: str
    findings: list[FindingShape]


class WishShape(BaseModel):
    """One thing the prompt asks for, and what became of it."""

    quote: str
    start: int = Field(description="Where the quote begins in the prompt, in characters.")
    end: int
    outcome: Outcome
    where: list[str] = Field(description="JSON pointers into `parts`.")
    why: str = Field(description="The reason, or the question to answer first.")


class DeclineShape(BaseModel):
    code: str
    message: str
    questions: list[str] = []


class Links(BaseModel):
    self: str
    events: str
    exports: str


class ArtefactShape(BaseModel):
    """The accepted parts with their evidence."""

    id: str
    domain: str
    status: Status
    input: dict[str, JsonValue] = Field(
        description="What was ordered, without what was left at its default."
    )
    made_by: Makers | None = Field(
        default=None, description="Who made the parts; null if no part was accepted."
    )
    wishes: list[WishShape] = Field(
        description="Everything the prompt asks for, in its order, and what became of it."
    )
    parts: dict[str, dict[str, JsonValue]] = Field(
        description="The parts by name; each passed its checks."
    )
    unmet: list[UnmetShape] = Field(description="Parts that are missing, and why.")
    findings: list[FindingShape] = Field(description="Warnings that did not prevent acceptance.")
    decline: DeclineShape | None = Field(
        description="Why nothing was made, if the order was declined."
    )
    evidence: Evidence
    created_at: datetime
    links: Links


class ArtefactLine(BaseModel):
    """An artefact in the history."""

    id: str
    domain: str
    status: Status
    created_at: datetime
    links: Links


class ExportLine(BaseModel):
    """A format an artefact can be exported to."""

    name: str
    media_type: str
    link: str


class ArtefactPage(BaseModel):
    items: list[ArtefactLine]
    next: str | None = Field(
        description="Send it as `before` to get the next page; null on the last page."
    )


class DeletedShape(BaseModel):
    deleted: int = Field(description="Number of artefacts deleted.")
    bytes: int = Field(description="Bytes of storage freed.")
    more: bool = Field(description="Whether more may be left: repeat the request.")


class BatchOutcome(BaseModel):
    """The outcome of one order of a batch: an artefact or an error."""

    success: bool
    data: ArtefactShape | None = None
    error: FaultShape | None = None
    job: str | None = Field(
        default=None, description="With `retry=later`, the address of the job that tries it again."
    )


class BatchShape(BaseModel):
    """The outcomes, in the order in which the orders were sent."""

    outcomes: list[BatchOutcome]
    succeeded: int
    failed: int


def links(kept: Listed) -> dict[str, str]:
    """The addresses of an artefact, its events and its exports."""
    return {
        "self": f"/api/v1/artefacts/{kept.id}",
        "events": f"/api/v1/runs/{kept.run_id}/events",
        "exports": f"/api/v1/artefacts/{kept.id}/exports",
    }


def linked(kept: Kept) -> bytes:
    """The JSON of an artefact with its links, inserted without parsing it."""
    return b'%b,"links":%b}' % (kept.body[:-1], to_json(links(kept)))


def kept_headers(kept: Kept) -> dict[str, str]:
    """A header for an artefact that is only in memory so far."""
    return {"X-Not-Yet-Kept": "true"} if kept.in_memory else {}
