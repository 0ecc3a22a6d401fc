"""What a client asks before it relies on a model: is one usable, which, and where."""

from fastapi import APIRouter, Request, Response

from kuznia.doors.context import doors
from kuznia.doors.model_status import NONE, StatusOut, standing
from kuznia.platform.envelope import Envelope
from kuznia.web.answers import answered
from kuznia.web.route import ExactRoute

router = APIRouter(prefix="/api/v1", tags=["operation"], route_class=ExactRoute)


@router.get(
    "/status",
    summary="Is a model usable, which, and where",
    response_class=Response,
    responses={200: {"model": Envelope[StatusOut]}},
)
async def status(request: Request) -> Response:
    """Each server is looked at, which costs no tokens, at most every ten seconds."""
    state = await standing(doors(request))
    message = "" if state.models else NONE
    return answered(state, message=message)
