"""Artefacts and their exports as resources."""

import base64
import re
from typing import Any

from pydantic_core import from_json, to_json

from kuznia.doors.mcp.calls import RESOURCE
from kuznia.doors.mcp.inner import Inner
from kuznia.doors.mcp.messages import NOT_FOUND, WRONG_PARAMS, Rpc, RpcError

LISTED = 50
# What is longer is downloaded, not read into somebody's context.
MAX_BYTES = 4 << 20
JSON = "application/json"
_URI = re.compile(
    rf"{re.escape(RESOURCE)}(?P<id>[A-Za-z0-9_-]{{1,64}})(?:/exports/(?P<format>[A-Za-z0-9_-]{{1,40}}))?"
)

TEMPLATES = (
    {
        "uriTemplate": f"{RESOURCE}{{artefact_id}}",
        "name": "artefact",
        "title": "An artefact, whole",
        "mimeType": JSON,
    },
    {
        "uriTemplate": f"{RESOURCE}{{artefact_id}}/exports/{{format}}",
        "name": "export",
        "title": "An artefact as a file, such as bpmn, zip or ics",
    },
)


# Any, here and below: JSON of any shape.
async def listed(inner: Inner, rpc: Rpc) -> dict[str, Any]:
    """A page of the caller's artefacts, the newest first."""
    query: dict[str, str | int] = {"limit": LISTED}
    if rpc.params.get("cursor") is not None:
        query["before"] = rpc.text("cursor")
    status, _, content = await inner.ask("GET", "/api/v1/artefacts", query=query)
    page = _good(status, content)
    resources = [
        {
            "uri": f"{RESOURCE}{one['id']}",
            "name": one["id"],
            "title": f"{one['domain']}, {one['status']}, {one['created_at'][:16]}",
            "mimeType": JSON,
        }
        for one in page["items"]
    ]
    more = {"nextCursor": page["next"]} if page["next"] else {}
    return {"resources": resources, **more}


async def read(inner: Inner, rpc: Rpc) -> dict[str, Any]:
    """An artefact as JSON, or one of its exports."""
    uri = rpc.text("uri")
    found = _URI.fullmatch(uri)
    if found is None:
        raise RpcError(NOT_FOUND, f"There is no such resource; they begin with {RESOURCE}.")
    path = f"/api/v1/artefacts/{found['id']}"
    if found["format"]:
        path += f"/exports/{found['format']}"
    status, headers, content = await inner.ask("GET", path)
    if status != 200 or not found["format"]:
        content = to_json(_good(status, content))
    if len(content) > MAX_BYTES:
        long = f"It is longer than {MAX_BYTES >> 20} MB: download it at {path}."
        raise RpcError(WRONG_PARAMS, long)
    media_type = headers["content-type"].partition(";")[0]
    contents: dict[str, str] = {"uri": uri, "mimeType": media_type}
    try:
        contents["text"] = content.decode()
    except UnicodeDecodeError:
        contents["blob"] = base64.b64encode(content).decode()
    return {"contents": [contents]}


def _good(status: int, content: bytes) -> Any:
    told = from_json(content)
    if status < 400:
        return told["data"]
    error, code = told["error"], NOT_FOUND if status == 404 else WRONG_PARAMS
    raise RpcError(code, error["message"], {"code": error["code"]})
