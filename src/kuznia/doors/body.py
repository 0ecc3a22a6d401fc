"""A JSON body read straight into its type, and described for the API's document."""

from collections.abc import Mapping, Sequence
from typing import Any, Generic, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect
from starlette.types import Receive

from kuznia.doors.leaving import ClientLeft
from kuznia.platform.errors import UnsupportedMedia, invalid
from kuznia.platform.wire import described

M = TypeVar("M", bound=BaseModel)


class Body(Generic[M]):
    """One kind of body. What is wrong in it is named by place; what was sent is never repeated."""

    def __init__(self, kind: type[M]) -> None:
        self._kind = kind

    async def read(self, request: Request) -> M:
        """The body as its type, or the Fault that says where it is wrong."""
        sent = request.headers.get("content-type", "")
        if not sent.partition(";")[0].strip().lower().endswith("json"):
            raise UnsupportedMedia("Send JSON, with `Content-Type: application/json`.")
        # Unpacked it may be a thousand times as long, past every limit there is on a body.
        if request.headers.get("content-encoding", "identity").lower() != "identity":
            raise UnsupportedMedia("Send the JSON as it is; a compressed body is not read here.")
        try:
            # Strict: what the document says is what is taken. A 0 for `false` is likely a slip.
            return self._kind.model_validate_json(await request.body(), strict=True)
        except ClientDisconnect:
            raise ClientLeft from None
        except ValidationError as error:
            raise invalid(error) from None

    # Any: OpenAPI is JSON of any shape.
    def described(self, examples: Sequence[Mapping[str, object]]) -> dict[str, Any]:
        """The request body in OpenAPI's words."""
        return described(self._kind, examples)


async def whole(receive: Receive) -> bytes:
    """A body as it comes, for what looks at it before any route does."""
    pieces: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientLeft
        pieces.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(pieces)
