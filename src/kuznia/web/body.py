"""Request bodies, read whole and within bounds: JSON parsed into its type, or a form."""

import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qs

from fastapi import Request
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import Receive

from kuznia.platform.errors import Invalid, TooLarge, UnsupportedMedia, invalid
from kuznia.web.client_left import ClientLeft
from kuznia.web.document import REF

M = TypeVar("M", bound=BaseModel)

# For short bodies: a name, a password, a sentence, a list of changes.
SMALL = 65_536
# An order with every answer at its longest is shorter.
ORDER = 524_288
# More than any order holds. Each value can be wrong in several ways, and each costs time and
# memory before the first is shown.
MAX_VALUES = 5_000
# JSON up to where the next value begins. Each text is passed over in one step, and nothing is
# looked at twice: it is as fast as reading.
_VALUE = re.compile(rb'(?:[^"\[{,]++|"(?:[^"\\]++|\\.)*+"?+)*+[\[{,]?', re.DOTALL)


@dataclass(frozen=True, slots=True)
class JsonBody(Generic[M]):
    """A kind of JSON body. Errors name the place of a wrong value, and never repeat the value."""

    kind: type[M]
    # None: as much as the server takes of any body.
    max_bytes: int | None = None
    max_values: int = MAX_VALUES

    async def read(self, request: Request) -> M:
        """Read the body as its type; raise the Fault that says where it is wrong."""
        content = await self.content(request)
        try:
            # Strict: what the document says is what is taken. A 0 for `false` is likely a slip.
            return self.kind.model_validate_json(content, strict=True)
        except ValidationError as error:
            raise invalid(error) from None

    async def content(self, request: Request) -> bytes:
        """Read the body as JSON that holds no more than it may, and is yet to be parsed."""
        if not media_type(request).endswith("json"):
            raise UnsupportedMedia("Send JSON, with `Content-Type: application/json`.")
        content = await whole(request.receive, self.max_bytes)
        if _holds_more(content, self.max_values):
            raise TooLarge(f"The JSON holds more than {self.max_values} values, the limit here.")
        return content

    # Any: OpenAPI is JSON of any shape.
    def described(
        self,
        examples: Sequence[Mapping[str, object]],
        form: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """The request body in OpenAPI; `form` is the schema of a form, if one is accepted."""
        shown = {str(number): {"value": value} for number, value in enumerate(examples, 1)}
        schema = self.kind.model_json_schema(ref_template=REF + "{model}")
        content: dict[str, Any] = {"application/json": {"schema": schema, "examples": shown}}
        if form is not None:
            content["multipart/form-data"] = {"schema": form}
        return {"requestBody": {"required": True, "content": content}}


def media_type(request: Request) -> str:
    """The media type of the body; a compressed body is refused."""
    # Unpacked it may be a thousand times as long, past every limit there is on a body.
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise UnsupportedMedia("Send the body as it is: compressed bodies are not accepted.")
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def whole(receive: Receive, max_bytes: int | None = None) -> bytes:
    """Read the whole body; raise ClientLeft if the client leaves first."""
    pieces: list[bytes] = []
    left = max_bytes
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientLeft
        piece: bytes = message.get("body", b"")
        if left is not None:
            left -= len(piece)
            if left < 0:
                raise TooLarge(f"The body is longer than {max_bytes} bytes, the limit here.")
        pieces.append(piece)
        if not message.get("more_body"):
            return b"".join(pieces)


async def fields(
    request: Request, *, max_fields: int, max_bytes: int | None = None
) -> dict[str, list[str]]:
    """Read a form sent as `application/x-www-form-urlencoded`."""
    content = await whole(request.receive, max_bytes)
    try:
        return parse_qs(content.decode(), keep_blank_values=True, max_num_fields=max_fields)
    except ValueError:
        raise Invalid(f"The form is not UTF-8, or holds more than {max_fields} fields.") from None


@asynccontextmanager
async def multipart(
    request: Request, *, max_files: int, max_fields: int
) -> AsyncGenerator[FormData]:
    """Read a form sent as `multipart/form-data`; its files are open until the block ends."""
    try:
        async with request.form(max_files=max_files, max_fields=max_fields) as form:
            yield form
    except ClientDisconnect:
        raise ClientLeft from None
    except HTTPException:
        raise Invalid(
            "The form cannot be read as `multipart/form-data`, or holds more than "
            f"{max_files} files or {max_fields} other fields."
        ) from None


def _holds_more(content: bytes, values: int) -> bool:
    # A value takes two bytes at least, with its comma.
    if len(content) <= 2 * values:
        return False
    return next(islice(_VALUE.finditer(content), values + 1, None), None) is not None
