"""Signed links to the page of an artefact, for browsers without a credential."""

from fastapi import APIRouter, Request, Response

from kuznia.doors.context import doors
from kuznia.doors.http.signed_link import PageLink, page_link
from kuznia.platform.envelope import Envelope
from kuznia.platform.errors import NotFound
from kuznia.web.answers import answered
from kuznia.web.ids import InPath
from kuznia.web.route import ExactRoute
from kuznia.web.state import caller_of

router = APIRouter(prefix="/api/v1/artefacts", tags=["artefacts"], route_class=ExactRoute)


@router.post(
    "/{artefact_id}/preview-link",
    summary="Get a link to the artefact's page that works without a credential for 15 minutes",
    response_class=Response,
    responses={200: {"model": Envelope[PageLink]}},
)
async def preview_link(request: Request, artefact_id: InPath) -> Response:
    """Everyone who has the link can open this page, and nothing else."""
    context, who = doors(request), caller_of(request)
    kept = await context.forge.shelf.get(who, artefact_id)
    if (link := page_link(context, kept, who)) is None:
        raise NotFound("This artefact has no page.", details={"id": artefact_id})
    return answered(link)
