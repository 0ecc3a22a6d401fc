"""For clients that rely on a model: which models are usable, and where they are."""

from fastapi import APIRouter, Request, Response

from kuznia.doors.context import doors
from kuznia.doors.model_status import NONE, StatusOut, model_status
from kuznia.platform.envelope import Envelope
from kuznia.web.answers import answered
from kuznia.web.route import ExactRoute

router = APIRouter(prefix="/api/v1", tags=["operation"], route_class=ExactRoute)


@router.get(
    "/status",
    summary="Which models are configured, and whether they can be used now",
    response_class=Response,
    responses={200: {"model": Envelope[StatusOut]}},
)
async def status(request: Request) -> Response:
    """Each server is checked at most every ten seconds. A check costs no tokens."""
    state = await model_status(doors(request))
    message = "" if state.models else NONE
    return answered(state, message=message)
