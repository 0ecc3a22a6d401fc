"""The envelope: every answer of the API looks the same, whether it went well or not."""

from collections.abc import Mapping
from typing import Generic, Literal, TypeVar

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
