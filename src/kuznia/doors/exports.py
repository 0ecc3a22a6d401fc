"""Artefacts taken away in the formats their domain knows."""

import asyncio
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from pydantic_core import from_json

from kuznia.doors.at import caller, doors
from kuznia.forge.terms import CannotExport, Copy, Export
from kuznia.platform.errors import Invalid, NotFound

router = APIRouter(prefix="/api/v1/artefacts", tags=["artefacts"])

# A domain may be gone whose artefacts are still there.
NONE: Mapping[str, Export] = {}
ANY = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}


@router.get(
    "/{artefact_id}/exports/{name}",
    summary="An artefact as a file, in one of the formats of its domain",
    response_class=Response,
    responses={200: {"content": ANY, "description": "The file, under its own media type."}},
)
async def export(
    request: Request,
    artefact_id: Annotated[str, Path(max_length=64)],
    name: Annotated[str, Path(max_length=40, description="One of `links.exports`.")],
) -> Response:
    """Query parameters are options of the format, where it has any."""
    at = doors(request)
    kept = await at.forge.shelf.get(await caller(request), artefact_id)
    formats = at.forge.domains[kept.domain].exports if kept.domain in at.forge.domains else NONE
    form = formats.get(name)
    if form is None:
        known = ", ".join(formats) or "none"
        raise NotFound(f"An artefact of {kept.domain} has no such format; there is {known}.")
    copy = Copy(kept.id, kept.created_at, from_json(kept.body)["parts"], dict(request.query_params))
    try:
        # Drawing a diagram takes its time, and others want theirs.
        content = await asyncio.to_thread(form.write, copy)
    except CannotExport as cannot:
        raise Invalid(str(cannot)) from None
    headers = {"Content-Disposition": f'attachment; filename="{kept.id}-{name}.{form.ending}"'}
    return Response(content, media_type=form.media_type, headers=headers)
