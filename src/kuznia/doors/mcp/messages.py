"""JSON-RPC as MCP speaks it: a request, what may be wrong with it, and its answer.

The current revision has no sessions: every request says in its `_meta` which revision it speaks.
Clients of earlier ones begin with `initialize`, which is answered, and remembered by nobody.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError
from pydantic_core import from_json, to_json

from kuznia import __version__

CURRENT = "2026-07-28"
# The newest first: it is what a client is offered that asks for one we do not know.
EARLIER = ("2025-11-25", "2025-06-18", "2025-03-26")
VERSIONS = (CURRENT, *EARLIER)
SERVER = {"name": "kuznia", "title": "Kuznia", "version": __version__}

PREFIX = "io.modelcontextprotocol/"
PARSE, INVALID, UNKNOWN, WRONG_PARAMS = -32700, -32600, -32601, -32602
NOT_FOUND, MISMATCH, VERSION = -32002, -32020, -32022
STATUS: Mapping[int, int] = {
    PARSE: 400,
    INVALID: 400,
    WRONG_PARAMS: 400,
    MISMATCH: 400,
    VERSION: 400,
    UNKNOWN: 404,
}
# What a header repeats of the parameters, by method.
NAMED = {"tools/call": "name", "prompts/get": "name", "resources/read": "uri"}


class RpcError(Exception):
    """A request that cannot be answered."""

    def __init__(self, code: int, message: str, data: JsonValue = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data

    def public(self) -> dict[str, JsonValue]:
        """As it stands in the answer."""
        more: dict[str, JsonValue] = {} if self.data is None else {"data": self.data}
        return {"code": self.code, "message": self.message, **more}


class RpcMessage(BaseModel):
    """A request or a notification in JSON-RPC 2.0."""

    model_config = ConfigDict(strict=True, extra="ignore")

    jsonrpc: str
    method: str
    id: str | int | None = None
    # Any: JSON, which each method looks at by itself.
    params: dict[str, Any] = {}


class RpcFault(BaseModel):
    """Why a request was not answered."""

    code: int
    message: str
    data: JsonValue = None


class RpcAnswer(BaseModel):
    """The answer to a request: a result or an error."""

    jsonrpc: Literal["2.0"]
    id: str | int | None
    result: dict[str, JsonValue] | None = None
    error: RpcFault | None = None


@dataclass(frozen=True, slots=True)
class Rpc:
    """A request; one without an id wants no answer."""

    method: str
    id: str | int | None
    # Any, here and below: JSON of any shape.
    params: Mapping[str, Any]

    @property
    def meta(self) -> Mapping[str, Any]:
        return self.map("_meta")

    @property
    def is_current(self) -> bool:
        """Whether it is of the revision without sessions."""
        return f"{PREFIX}protocolVersion" in self.meta

    @property
    def progress(self) -> str | int | None:
        """By what the caller wants to be told how far it is."""
        token = self.meta.get("progressToken")
        return token if isinstance(token, str | int) else None

    def map(self, name: str) -> Mapping[str, Any]:
        """A parameter that must be an object, if it is there."""
        value: Any = self.params.get(name, {})
        if not isinstance(value, dict):
            raise RpcError(WRONG_PARAMS, f"The parameter `{name}` must be an object.")
        return cast("dict[str, Any]", value)

    def text(self, name: str) -> str:
        """A parameter that must be a text."""
        value = self.params.get(name)
        if not isinstance(value, str):
            raise RpcError(WRONG_PARAMS, f"The parameter `{name}` must be a text.")
        return value

    def answer(self, result: Mapping[str, Any]) -> bytes:
        """What it is answered with, as its revision wants it."""
        if self.is_current:
            meta = {**result.get("_meta", {}), f"{PREFIX}serverInfo": SERVER}
            result = {"resultType": "complete", **result, "_meta": meta}
        return to_json({"jsonrpc": "2.0", "id": self.id, "result": result})


def refusal(id_: str | int | None, error: RpcError) -> bytes:
    """The answer to a request that cannot be answered."""
    return to_json({"jsonrpc": "2.0", "id": id_, "error": error.public()})


def parsed(content: bytes) -> Rpc:
    """A request from its bytes; raises RpcError for anything else."""
    try:
        told = from_json(content)
    except ValueError:
        raise RpcError(PARSE, "This is not JSON.") from None
    if isinstance(told, list):
        raise RpcError(INVALID, "Send one request at a time: there are no batches in MCP.")
    try:
        message = RpcMessage.model_validate(told)
    except ValidationError:
        raise RpcError(INVALID, "This is no JSON-RPC request: it needs a `method`.") from None
    if message.jsonrpc != "2.0":
        raise RpcError(INVALID, "`jsonrpc` must be `2.0`.")
    return Rpc(message.method, message.id, message.params)


def check_version(rpc: Rpc) -> None:
    """Refuse a revision that is not spoken here."""
    if rpc.is_current and (asked := rpc.meta[f"{PREFIX}protocolVersion"]) != CURRENT:
        raise _unsupported(asked)


def check_headers(rpc: Rpc, headers: Mapping[str, str]) -> None:
    """Refuse a request whose headers say other than its body: a proxy may have read either."""
    version = headers.get("mcp-protocol-version")
    if not rpc.is_current:
        if version == CURRENT:
            raise RpcError(WRONG_PARAMS, f"`_meta` lacks `{PREFIX}protocolVersion`.")
        if version is not None and version not in EARLIER:
            raise _unsupported(version)
        return
    said = {"MCP-Protocol-Version": rpc.meta[f"{PREFIX}protocolVersion"], "Mcp-Method": rpc.method}
    if rpc.method in NAMED:
        said["Mcp-Name"] = rpc.params.get(NAMED[rpc.method])
    for name, value in said.items():
        if _decoded(headers.get(name.lower())) != value:
            raise RpcError(MISMATCH, f"The header `{name}` does not say what the body says.")


def _decoded(header: str | None) -> str | None:
    """A header's text, which stands in base64 where it could not stand in a header."""
    if header is None or not (header.startswith("=?base64?") and header.endswith("?=")):
        return header
    try:
        return base64.b64decode(header[9:-2], validate=True).decode()
    except (binascii.Error, ValueError):
        return None


def _unsupported(asked: JsonValue) -> RpcError:
    known = isinstance(asked, str) and len(asked) <= 40
    data: JsonValue = {"supported": [*VERSIONS], "requested": asked if known else None}
    return RpcError(VERSION, "This revision of MCP is not spoken here.", data)
