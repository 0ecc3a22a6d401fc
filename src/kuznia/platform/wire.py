"""The envelope: every answer of the API looks the same, whether it went well or not."""

from collections.abc import Mapping, Sequence
from typing import Any, Generic, Literal, TypeVar, cast

from pydantic import BaseModel, Field, JsonValue
from pydantic_core import to_json

from kuznia.platform.errors import Fault, Unauthorized

T = TypeVar("T")


class Envelope(BaseModel, Generic[T]):
    """What a good answer looks like."""

    success: Literal[True] = True
    data: T
    message: str = ""
    errors: list[JsonValue] = Field(default=[], max_length=0)


class FaultShape(BaseModel):
    code: str = Field(examples=["VALIDATION_ERROR"])
    message: str = Field(description="For a person: what happened, to what, and what to do.")
    details: dict[str, JsonValue]


class FaultEnvelope(BaseModel):
    """What every error looks like; the codes are in docs/errors.md."""

    success: Literal[False] = False
    error: FaultShape
    request_id: str


def ok(data: bytes, message: str = "") -> bytes:
    """The envelope round JSON that is written already: an artefact's body is never parsed again."""
    return b'{"success":true,"data":%b,"message":%b,"errors":[]}' % (data, to_json(message))


def fault_body(fault: Fault, request_id: str) -> bytes:
    return to_json({"success": False, "error": fault.public(), "request_id": request_id})


def fault_headers(fault: Fault) -> Mapping[str, str]:
    """Retry-After in whole seconds, rounded up: a moment too early earns another refusal."""
    if isinstance(fault, Unauthorized):
        # Why a credential was not taken is nobody's business who cannot show a good one.
        return {"WWW-Authenticate": 'Bearer realm="kuznia"'}
    if fault.retry_after is None:
        return {}
    return {"Retry-After": str(max(1, -int(-fault.retry_after // 1)))}


# Any: OpenAPI is JSON of any shape.
def described(
    kind: type[BaseModel], examples: Sequence[Mapping[str, object]] = ()
) -> dict[str, Any]:
    """A request's body in OpenAPI's words, with its schema written out in place."""
    schema = kind.model_json_schema()
    schema = _in_place(schema, schema.pop("$defs", {}))
    shown = {str(number): {"value": one} for number, one in enumerate(examples, 1)}
    content = {"application/json": {"schema": schema, "examples": shown}}
    return {"requestBody": {"required": True, "content": content}}


# Any: as above.
def _in_place(schema: Any, definitions: Mapping[str, Any]) -> Any:
    """Each reference replaced by what it stands for: this schema will lie in another document."""
    if isinstance(schema, list):
        return [_in_place(one, definitions) for one in cast("list[Any]", schema)]
    if not isinstance(schema, dict):
        return schema
    fields = cast("dict[str, Any]", schema)
    if "$ref" in fields:
        return _in_place(definitions[fields["$ref"].rpartition("/")[2]], definitions)
    return {
        name: _in_place(one, definitions)
        for name, one in fields.items()
        # It names definitions that are gone; each alternative says by itself which one it is.
        if name != "discriminator"
    }
