"""Where the old training paths carried a token: in the body, or behind the question mark.

It is held to the same proof as one in a header, which goes first. Nothing else in the body is
looked at, and the token is written down nowhere: only the pattern of a path is logged.
"""

from urllib.parse import parse_qs

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.types import Message, Receive, Scope

from kuznia.web.body import whole
from kuznia.web.state import RequestState, state_of


class _Carrying(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    jwt_token: str = ""


async def carried(scope: Scope, receive: Receive) -> tuple[str, Receive]:
    """The token, or an empty text; and a `receive` that delivers the body again."""
    carries = state_of(scope, RequestState).target.rule.carries
    if carries == "query":
        sent = parse_qs(scope["query_string"].decode("latin-1"))
        return sent.get("jwt_token", [""])[0], receive
    if carries != "body":
        return "", receive
    body = await whole(receive)
    try:
        token = _Carrying.model_validate_json(body).jwt_token
    except ValidationError:
        token = ""
    return token, _again(body, receive)


def _again(body: bytes, receive: Receive) -> Receive:
    """Deliver the body once more, then whatever follows it."""
    first = True

    async def replay() -> Message:
        nonlocal first
        if first:
            first = False
            return {"type": "http.request", "body": body, "more_body": False}
        return await receive()

    return replay
