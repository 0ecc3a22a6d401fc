"""Artefacts exported to the formats of their domain."""

from collections.abc import Mapping
from functools import partial

from fastapi import APIRouter, Request, Response

from kuznia.doors.context import doors
from kuznia.forge.shelf.exporting import exported
from kuznia.forge.shelf.shelf import Kept
from kuznia.forge.terms import Export
from kuznia.platform.envelope import Envelope
from kuznia.platform.errors import NotFound
from kuznia.platform.process.workers import POOL
from kuznia.web.answers import answered
from kuznia.web.ids import FormatInPath, InPath
from kuznia.web.route import OPEN, ExactRoute, refuse_unknown
from kuznia.web.shapes import ExportLine, links
from kuznia.web.state import caller_of

router = APIRouter(prefix="/api/v1/artefacts", tags=["artefacts"], route_class=ExactRoute)

ANY = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
OPTIONS = {
    "name": "options",
    "in": "query",
    "description": "Options of the format, if it has any; see docs/flows.md and docs/training.md.",
    "schema": {"type": "object", "additionalProperties": {"type": "string"}},
    **OPEN,
}


@router.get(
    "/{artefact_id}/exports",
    summary="The formats an artefact can be exported to",
    response_class=Response,
    responses={200: {"model": Envelope[list[ExportLine]]}},
)
async def formats(request: Request, artefact_id: InPath) -> Response:
    kept = await doors(request).forge.shelf.get(caller_of(request), artefact_id)
    lines = [
        ExportLine(name=name, media_type=form.media_type, link=f"{links(kept)['exports']}/{name}")
        for name, form in _formats(request, kept).items()
    ]
    return answered(lines)


@router.get(
    "/{artefact_id}/exports/{name}",
    summary="Export an artefact as a file",
    response_class=Response,
    responses={200: {"content": ANY, "description": "The file, with its own media type."}},
    openapi_extra={"parameters": [OPTIONS]},
)
async def export(
    request: Request,
    artefact_id: InPath,
    name: FormatInPath,
) -> Response:
    """Query parameters are options of the format, if it has any."""
    kept = await doors(request).forge.shelf.get(caller_of(request), artefact_id)
    known = _formats(request, kept)
    if (form := known.get(name)) is None:
        names = ", ".join(known) or "none"
        raise NotFound(
            f"An artefact of {kept.domain} has no such format; the formats are: {names}."
        )
    refuse_unknown(request, form.options)
    # Drawing a diagram takes its time, and others want theirs.
    options = dict(request.query_params)
    work = partial(exported, form.write, kept.id, kept.created_at, kept.body, options)
    content = await POOL.ease(work)
    headers = {"Content-Disposition": f'attachment; filename="{kept.id}-{name}.{form.ending}"'}
    return Response(content, media_type=form.media_type, headers=headers)


def _formats(request: Request, kept: Kept) -> Mapping[str, Export]:
    # A domain may be gone whose artefacts are still there.
    domains = doors(request).forge.domains
    return domains[kept.domain].shown.exports if kept.domain in domains else {}
