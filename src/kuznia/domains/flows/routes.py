"""The routes that only flows have: a preview to walk through, and edits."""

import asyncio
from functools import partial
from typing import Annotated, Literal, Self

from fastapi import APIRouter, Request, Response
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic_core import from_json, to_json

from kuznia.domains.flows.edits.apply import EditedFlow, apply_change
from kuznia.domains.flows.edits.differences import Difference
from kuznia.domains.flows.edits.operations import Edit, ImpossibleEdit
from kuznia.domains.flows.edits.sentences import Instruction, NotUnderstood
from kuznia.domains.flows.parts import FLOW
from kuznia.domains.flows.schema import Flow, Language
from kuznia.domains.flows.screens.preview import Posted, preview
from kuznia.domains.flows.screens.style import POLICY
from kuznia.forge.revise import Revision, revise
from kuznia.forge.shelf.shelf import Kept
from kuznia.forge.terms import CheckEvidence, Finding, Wish
from kuznia.platform.envelope import Envelope
from kuznia.platform.errors import Invalid, NotFound, UnsupportedMedia, invalid
from kuznia.platform.process.workers import POOL
from kuznia.web.answers import answered
from kuznia.web.body import SMALL, JsonBody, fields, media_type, multipart
from kuznia.web.ids import InPath
from kuznia.web.route import ExactRoute
from kuznia.web.shapes import ArtefactShape, kept_headers, linked
from kuznia.web.state import RequestState, caller_of, forge_of, state_of

router = APIRouter(prefix="/api/v1", tags=["flows"], route_class=ExactRoute)

MAX_POSTED = 500
MAX_FINDINGS = 20
PASS = {
    "name": "pass",
    "in": "query",
    "description": "The pass of a preview link, which opens the page in a browser.",
    "schema": {"type": "string", "maxLength": 2000},
}
# The fields of a preview page, by name.
FIELDS = {"type": "object", "additionalProperties": {"type": "string"}}
FORM = {
    kind: {"schema": FIELDS}
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data")
}
HEADERS = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"}


class EditIn(BaseModel):
    """A change of a flow: either a sentence or operations."""

    model_config = ConfigDict(extra="forbid")

    sentence: Annotated[str, StringConstraints(min_length=1, max_length=2000)] | None = None
    operations: Annotated[tuple[Edit, ...], Field(min_length=1, max_length=50)] | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.sentence is None) == (self.operations is None):
            raise ValueError("send either `sentence` or `operations`")
        return self

    @property
    def change(self) -> str | tuple[Edit, ...]:
        return self.sentence or self.operations or ""


class Edited(ArtefactShape):
    """The changed flow as an artefact of its own, and its differences from the original.

    When nothing differs, it is the original artefact.
    """

    diff: tuple[Difference, ...]
    # What was asked for and is so already.
    notes: tuple[str, ...]


EDIT = JsonBody(EditIn, SMALL)


@router.get(
    "/artefacts/{artefact_id}/preview/",
    summary="Open the first page of a flow's preview",
    response_class=Response,
    responses={200: {"content": {"text/html": {"schema": {"type": "string"}}}}},
    openapi_extra={"parameters": [PASS]},
)
async def preview_begin(
    request: Request, artefact_id: InPath, language: Literal["uk", "en"] | None = None
) -> Response:
    """`language` is the language of the pages; the form keeps it.

    A browser has no credential: it opens the preview by the address from `preview-link`.
    """
    return await _shown(request, artefact_id, None, language)


@router.post(
    "/artefacts/{artefact_id}/preview/",
    summary="Submit a preview page: the next page, or the same page with its errors",
    response_class=Response,
    responses={200: {"content": {"text/html": {"schema": {"type": "string"}}}}},
    openapi_extra={"parameters": [PASS], "requestBody": {"required": True, "content": FORM}},
)
async def preview_go_on(
    request: Request, artefact_id: InPath, language: Literal["uk", "en"] | None = None
) -> Response:
    """Nothing is stored: the answers travel with the form, sealed."""
    return await _shown(request, artefact_id, await _posted(request), language)


@router.post(
    "/flows/{artefact_id}/edits",
    summary="Edit a flow: only the named things change, and the result is proven again",
    response_class=Response,
    responses={200: {"model": Envelope[Edited]}},
    openapi_extra=EDIT.described(
        [
            {"sentence": "Make the email optional"},
            {"operations": [{"op": "rename", "title": {"uk": "Нова назва", "en": "A new name"}}]},
        ]
    ),
)
async def edit_flow(request: Request, artefact_id: InPath) -> Response:
    """Send `{"sentence": …}` or `{"operations": […]}`; the answer has the `diff`.

    A sentence is understood whole or not at all. When a part of it is not understood or cannot be
    done, nothing changes: `details.not_understood` has each such part with its place, and
    `details.understood` the other parts.
    """
    change = (await EDIT.read(request)).change
    forge = forge_of(request)
    kept, flow = await _flow(request, artefact_id)
    await forge.shelf.admit(caller_of(request))
    began = forge.clock.monotonic()
    try:
        new = await POOL.ease(partial(apply_change, flow, change))
    except NotUnderstood as half:
        raise _refused(half) from None
    except ImpossibleEdit as impossible:
        raise Invalid(str(impossible)) from None
    except ValidationError as error:
        raise invalid(error) from None
    if standing := [finding for finding in new.study.findings if finding.stands]:
        raise _unsound(standing)
    if not new.diff:
        return answered(_answer(kept, new), headers=kept_headers(kept))
    revision = Revision(
        code="edited",
        part=FLOW.name,
        parts=new.study.parts,
        findings=(*new.study.findings, *new.findings),
        checks=tuple(
            CheckEvidence(name=check.name, version=check.version, passed=True)
            for check in FLOW.checks
        ),
    )
    edited = await revise(forge, kept, revision, began=began)
    return answered(_answer(edited, new), headers=kept_headers(edited))


def _answer(kept: Kept, new: EditedFlow) -> bytes:
    diff, notes = to_json(new.diff), to_json(new.notes)
    return b'%b,"diff":%b,"notes":%b}' % (linked(kept)[:-1], diff, notes)


async def _flow(request: Request, artefact_id: str) -> tuple[Kept, Flow]:
    kept = await forge_of(request).shelf.get(caller_of(request), artefact_id)
    parts = from_json(kept.body)["parts"]
    if kept.domain != "flows" or "flow" not in parts:
        raise NotFound("This artefact holds no flow.", details={"id": artefact_id})
    try:
        return kept, Flow.model_validate(parts["flow"])
    except ValidationError:
        message = "The flow was made by another version of Kuznia and cannot be read."
        raise NotFound(message, details={"id": artefact_id}) from None


async def _shown(
    request: Request, artefact_id: str, form: Posted | None, language: Language | None
) -> Response:
    kept, flow = await _flow(request, artefact_id)
    forge = forge_of(request)
    walk = partial(
        preview,
        flow,
        form,
        key=forge.seal,
        today=forge.clock.now().date(),
        language=language,
        link=state_of(request.scope, RequestState).link,
        open_wishes=tuple(
            wish["quote"]
            for wish in from_json(kept.body).get("wishes", ())
            if wish["quote"] and wish["outcome"] != "met"
        ),
    )
    shown = await asyncio.to_thread(walk)
    return Response(shown.html, shown.status, HEADERS, media_type="text/html")


async def _posted(request: Request) -> Posted:
    if media_type(request) == "application/x-www-form-urlencoded":
        return await fields(request, max_fields=MAX_POSTED)
    if media_type(request) != "multipart/form-data":
        raise UnsupportedMedia("Send the page's form as form data, as a browser does.")
    async with multipart(request, max_files=MAX_POSTED, max_fields=MAX_POSTED) as form:
        # Only a file's name is used: nothing is stored.
        return {
            name: [value if isinstance(value, str) else value.filename or "" for value in values]
            for name in form
            if (values := form.getlist(name))
        }


def _refused(half: NotUnderstood) -> Invalid:
    return Invalid(
        str(half),
        details={
            "not_understood": [_quoted(wish) for wish in half.not_understood],
            "understood": [_quoted(step) for step in half.understood],
            "findings": [_finding_row(finding) for finding in (half.finding,) if finding],
        },
    )


def _quoted(part: Instruction | Wish) -> dict[str, JsonValue]:
    return {"quote": part.quote, "start": part.start, "end": part.end}


def _finding_row(finding: Finding) -> dict[str, JsonValue]:
    return {"code": finding.code, "where": finding.where, "message": finding.message}


def _unsound(findings: list[Finding]) -> Invalid:
    return Invalid(
        f"The change would break the flow: {findings[0].message}",
        details={"findings": [_finding_row(finding) for finding in findings[:MAX_FINDINGS]]},
    )
