"""What goes over the wire, for the API reference and for clients made from it."""

from datetime import datetime

from pydantic import BaseModel, Field, JsonValue
from pydantic_core import to_json

from kuznia.forge.artefact import Evidence
from kuznia.forge.shelf.shelf import Kept, Listed
from kuznia.forge.terms import Severity, Status
from kuznia.platform.envelope import FaultShape


class FindingShape(BaseModel):
    code: str
    severity: Severity
    where: str
    message: str
    hint: str = ""


class UnmetShape(BaseModel):
    part: str
    findings: list[FindingShape]


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
    parts: dict[str, dict[str, JsonValue]] = Field(description="By name; each passed its checks.")
    unmet: list[UnmetShape] = Field(description="Parts it had to do without, and why.")
    findings: list[FindingShape] = Field(description="What was noted without standing in the way.")
    decline: DeclineShape | None = Field(description="Why it was not made, when that is right.")
    evidence: Evidence
    created_at: datetime
    links: Links


class ArtefactLine(BaseModel):
    """One line of the history."""

    id: str
    domain: str
    status: Status
    created_at: datetime
    links: Links


class ExportLine(BaseModel):
    """A format an artefact can be taken away in."""

    name: str
    media_type: str
    link: str


class ArtefactPage(BaseModel):
    items: list[ArtefactLine]
    next: str | None = Field(description="Give it as `before` for the page after this one.")


class DeletedShape(BaseModel):
    deleted: int = Field(description="How many artefacts are gone.")
    bytes: int = Field(description="The room that is free again.")
    more: bool = Field(description="Whether there may be more of them: send the request again.")


class BatchOutcome(BaseModel):
    """What became of one order of a batch: an artefact or a fault."""

    success: bool
    data: ArtefactShape | None = None
    error: FaultShape | None = None


class BatchShape(BaseModel):
    """The outcomes, in the order of the orders."""

    outcomes: list[BatchOutcome]
    succeeded: int
    failed: int


def links(kept: Listed) -> dict[str, str]:
    """Where an artefact is found again, and how it was made."""
    return {
        "self": f"/api/v1/artefacts/{kept.id}",
        "events": f"/api/v1/runs/{kept.run_id}/events",
        "exports": f"/api/v1/artefacts/{kept.id}/exports",
    }


def linked(kept: Kept) -> bytes:
    """The artefact's JSON with its links, put in without reading it again."""
    return b'%b,"links":%b}' % (kept.body[:-1], to_json(links(kept)))


def kept_headers(kept: Kept) -> dict[str, str]:
    """For programs that read no findings: whether the artefact is in memory alone as yet."""
    return {"X-Not-Yet-Kept": "true"} if kept.in_memory else {}
