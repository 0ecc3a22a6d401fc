"""Tools, carried out: a call becomes a request to our own API, and its answer a result."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import quote

from pydantic_core import from_json, to_json

from kuznia.doors.mcp.inner import Inner, InnerReply
from kuznia.doors.mcp.messages import WRONG_PARAMS, RpcError
from kuznia.doors.mcp.operations import Gist, Operation, OrderOutcome
from kuznia.web.answers import EVENT_STREAM

# Clients give up after a minute, whatever is being made: by then they have an id to wait on.
WAIT_SECONDS = 45.0
# Bytes of JSON from which on a part is left to the resource: an agent pays for every one.
MAX_PART = 60_000
RESOURCE = "kuznia://artefacts/"
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
# Takes the number of an event, and what happened.
Report = Callable[[int, str], Awaitable[None]]

WAIT_RUN = {
    "name": "wait_run",
    "title": "Wait for an order",
    "description": f"Waits up to {WAIT_SECONDS:g} s for an order that is still worked on.",
    "inputSchema": {
        "type": "object",
        "properties": {"run_id": {"type": "string", "description": "From the order's answer."}},
        "required": ["run_id"],
        "additionalProperties": False,
    },
    "outputSchema": OrderOutcome.model_json_schema(),
    "annotations": {"readOnlyHint": True, "openWorldHint": False},
}


# Any, here and below: JSON of any shape.
class ToolRefused(Exception):
    """Our API refused what a tool asked of it."""

    def __init__(self, error: Mapping[str, Any]) -> None:
        super().__init__(error["code"])
        self.error = error


async def call(
    inner: Inner, operation: Operation, arguments: Mapping[str, Any], report: Report
) -> dict[str, Any]:
    """Carry out a tool; what our API refuses is a result too, for the agent to read."""
    path, body = _addressed(operation, arguments)
    try:
        if operation.streams:
            outcome = await _make(inner, operation.method, path, body, report)
            return _result(outcome.model_dump(mode="json"), failed=_has_failed(outcome))
        status, _, content = await inner.ask(operation.method, path, body)
        return _result(_light(_data(status, content)))
    except ToolRefused as refused:
        return _result(refused.error, failed=True, structured=False)


async def wait_run(inner: Inner, arguments: Mapping[str, Any], report: Report) -> dict[str, Any]:
    """Go on waiting for a run, from its beginning."""
    run_id = _name(arguments, "run_id")
    try:
        path = f"/api/v1/runs/{run_id}/events"
        async with inner.asking("GET", path, accept=EVENT_STREAM) as reply:
            outcome = await _followed(reply, run_id, report)
    except ToolRefused as refused:
        return _result(refused.error, failed=True, structured=False)
    return _result(outcome.model_dump(mode="json"), failed=_has_failed(outcome))


def gist(artefact: Mapping[str, Any]) -> Gist:
    """An artefact as an agent reads it."""
    parts: dict[str, dict[str, Any]] = artefact["parts"]
    long = [name for name, part in parts.items() if _is_page(part) or len(to_json(part)) > MAX_PART]
    return Gist.model_validate(
        {
            **{name: artefact[name] for name in Gist.model_fields if name in artefact},
            "parts": {name: part for name, part in parts.items() if name not in long},
            "left_out": long,
            "resource": f"{RESOURCE}{artefact['id']}",
        }
    )


def _light(data: dict[str, Any]) -> dict[str, Any]:
    """An answer without pages, where it is an artefact and more."""
    parts: dict[str, dict[str, Any]] = data.get("parts", {})
    left = {name: part for name, part in parts.items() if not _is_page(part)}
    return {**data, "parts": left} if parts else data


def _is_page(part: Mapping[str, Any]) -> bool:
    """Whether it is for a browser to read."""
    return any(isinstance(one, str) and one[:9].lower() == "<!doctype" for one in part.values())


async def _make(inner: Inner, method: str, path: str, body: bytes, report: Report) -> OrderOutcome:
    """Follow an order until it has ended, the time is over, or the client has left."""
    run_id = ""
    try:
        async with inner.asking(
            method, path, body, query={"on_disconnect": "continue"}, accept=EVENT_STREAM
        ) as reply:
            run_id = reply.headers.get("x-run-id", "")
            return await _followed(reply, run_id, report)
    except asyncio.CancelledError:
        # Its client left, which ends what was made for it.
        if run_id:
            await asyncio.shield(inner.ask("DELETE", f"/api/v1/runs/{run_id}"))
        raise


async def _followed(reply: InnerReply, run_id: str, report: Report) -> OrderOutcome:
    if reply.status != 200:
        _data(reply.status, await reply.body())
    waiting = OrderOutcome(
        state="working", run_id=run_id, next=f"Call wait_run with run_id {run_id}."
    )
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            async for number, kind, data in _events(reply.pieces):
                if kind == "run.finished":
                    return _ended(run_id, from_json(data)["artefact"])
                if kind == "run.failed":
                    raise ToolRefused(from_json(data)["error"])
                if kind != "part.draft":
                    await report(number, _step(kind, from_json(data)))
    except TimeoutError:
        pass
    return waiting


async def _events(pieces: AsyncIterator[bytes]) -> AsyncIterator[tuple[int, str, bytes]]:
    """Events of a stream: their number, kind and JSON. Each comes as one piece, comments too."""
    async for piece in pieces:
        told = dict(line.split(b": ", 1) for line in piece.splitlines() if b": " in line)
        if b"data" in told:
            yield int(told[b"id"]), told[b"event"].decode(), told[b"data"]


def _step(kind: str, data: Mapping[str, Any]) -> str:
    part = data.get("part")
    return f"{kind} {part}" if isinstance(part, str) else kind


def _addressed(operation: Operation, arguments: Mapping[str, Any]) -> tuple[str, bytes]:
    """The path and the body of a call."""
    left = dict(arguments)
    path = operation.path
    for name in operation.in_path:
        path = path.replace(f"{{{name}}}", quote(_name(left, name), safe=""))
        del left[name]
    return path, to_json(left)


def _name(arguments: Mapping[str, Any], name: str) -> str:
    value = arguments.get(name)
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise RpcError(WRONG_PARAMS, f"The argument `{name}` must be an id.")
    return value


def _data(status: int, content: bytes) -> Any:
    told = from_json(content)
    if status >= 400:
        raise ToolRefused(told["error"])
    return told["data"]


def _ended(run_id: str, artefact: Mapping[str, Any]) -> OrderOutcome:
    return OrderOutcome(state="ended", run_id=run_id, artefact=gist(artefact))


def _has_failed(outcome: OrderOutcome) -> bool:
    return outcome.artefact is not None and outcome.artefact.status == "failed"


def _result(
    data: Mapping[str, Any], *, failed: bool = False, structured: bool = True
) -> dict[str, Any]:
    """A result; its text is the same JSON, for clients that read nothing else."""
    result: dict[str, Any] = {
        "content": [{"type": "text", "text": to_json(data).decode()}],
        "isError": failed,
    }
    return {**result, "structuredContent": data} if structured else result
