"""MCP over HTTP: one address, a request at a time, answered with JSON or a stream of progress."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from fastapi import APIRouter, FastAPI, Request, Response
from pydantic import BaseModel
from pydantic_core import to_json
from starlette.types import Receive, Scope, Send

from kuznia.doors.api.stream import HEARTBEAT, HERE, wants_events
from kuznia.doors.context import doors
from kuznia.doors.mcp.inner import Inner
from kuznia.doors.mcp.messages import (
    INVALID,
    PARSE,
    STATUS,
    Rpc,
    RpcError,
    check_headers,
    check_version,
    parsed,
    refusal,
)
from kuznia.doors.mcp.operations import operations
from kuznia.doors.mcp.server import McpServer
from kuznia.platform.errors import Forbidden, NotFound
from kuznia.web.answers import EVENT_STREAM, bare
from kuznia.web.body import JsonBody
from kuznia.web.client_left import ClientLeft, unless_gone
from kuznia.web.route import ExactRoute

if TYPE_CHECKING:
    from kuznia.doors.mcp.calls import Report

PATH = "/mcp"
# What its JSON means is said by JSON-RPC.
BODY = JsonBody(BaseModel)
JSON = "application/json"


class Progress(Response):
    """A stream that tells how far a tool is, and ends with the answer."""

    media_type = EVENT_STREAM

    def __init__(self, server: McpServer, inner: Inner, rpc: Rpc) -> None:
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        self._server, self._inner, self._rpc = server, inner, rpc

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del scope
        headers = [(k, v) for k, v in self.raw_headers if k != b"content-length"]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        # The answer has begun: to one who has left there is nothing more to say.
        with suppress(ClientLeft):
            await unless_gone(receive, self._pump(send))

    async def _pump(self, send: Send) -> None:
        beating = asyncio.create_task(_beat(send))
        report = _reporting(send, self._rpc)
        try:
            answer = await self._server.answer(self._inner, self._rpc, report)
        except RpcError as error:
            answer = refusal(self._rpc.id, error)
        finally:
            beating.cancel()
        await _send(send, _frame(answer))
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def router(domains: Sequence[str]) -> APIRouter:
    """The door, for a server with these domains."""
    routes = APIRouter(tags=["mcp"], route_class=ExactRoute)
    made: list[McpServer] = []

    async def server(app: FastAPI) -> McpServer:
        """Made of our document, which takes a second to write, when the first agent comes."""
        if not made:
            document = await asyncio.to_thread(app.openapi)
            made.append(McpServer(operations(document, domains)))
        return made[0]

    @routes.post(
        PATH,
        summary="The Model Context Protocol, for agents",
        description="JSON-RPC. `GET` and `DELETE` are not answered: there are no sessions.",
        response_class=Response,
        responses={202: {"description": "A notification, which has no answer."}},
        openapi_extra=BODY.described(
            [{"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}]
        ),
    )
    async def speak(request: Request) -> Response:
        _refuse_strange_page(request)
        content = await BODY.content(request)
        rpc: Rpc | None = None
        try:
            rpc = parsed(content)
            check_version(rpc)
            check_headers(rpc, request.headers)
            if rpc.id is None:
                return Response(status_code=202)
            inner, tools = Inner(request.app, request.scope), await server(request.app)
            if rpc.progress is not None and wants_events(request):
                return Progress(tools, inner, rpc)
            answer = await unless_gone(request.receive, tools.answer(inner, rpc, _silent))
            return Response(answer, media_type=JSON)
        except RpcError as error:
            return Response(
                refusal(rpc and rpc.id, error), status_code=_status(rpc, error), media_type=JSON
            )

    @routes.get(
        f"/.well-known/oauth-protected-resource{PATH}",
        summary="Where an agent gets a token",
        response_class=Response,
    )
    async def protected(request: Request) -> Response:
        issuer = doors(request).settings.token_issuer
        if issuer is None:
            raise NotFound("Tokens of an identity provider are not taken here: use an API key.")
        base = str(request.base_url).rstrip("/")
        return bare(
            {
                "resource": f"{base}{PATH}",
                "resource_name": "Kuznia",
                "authorization_servers": [issuer],
                "bearer_methods_supported": ["header"],
            }
        )

    return routes


def _refuse_strange_page(request: Request) -> None:
    """A page elsewhere could point its own name at this machine, and use whatever is open here."""
    origin = request.headers.get("origin")
    if origin is None or urlsplit(origin).netloc == request.headers.get("host"):
        return
    if not {origin, "*"} & {*doors(request).settings.cors_origins}:
        raise Forbidden("Pages of this origin may not use this server; see CORS_ORIGINS.")


def _status(rpc: Rpc | None, error: RpcError) -> int:
    """Earlier revisions know a status only for what is no request at all."""
    if rpc is not None and not rpc.is_current and error.code not in {PARSE, INVALID}:
        return 200 if rpc.id is not None else 400
    return STATUS.get(error.code, 200)


async def _silent(_: int, __: str) -> None:
    """Nobody asked to be told."""


def _reporting(send: Send, rpc: Rpc) -> "Report":
    async def report(number: int, said: str) -> None:
        told = {"progressToken": rpc.progress, "progress": number, "message": said}
        note = {"jsonrpc": "2.0", "method": "notifications/progress", "params": told}
        await _send(send, _frame(to_json(note)))

    return report


def _frame(content: bytes) -> bytes:
    return b"event: message\ndata: %b\n\n" % content


async def _send(send: Send, content: bytes) -> None:
    await send({"type": "http.response.body", "body": content, "more_body": True})


async def _beat(send: Send) -> None:
    while True:
        await _send(send, HERE)
        await asyncio.sleep(HEARTBEAT)
