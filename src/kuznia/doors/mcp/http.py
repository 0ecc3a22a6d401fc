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

from kuznia.doors.context import doors
from kuznia.doors.mcp.inner import Inner
from kuznia.doors.mcp.messages import (
    INVALID,
    PARSE,
    STATUS,
    Rpc,
    RpcAnswer,
    RpcError,
    RpcMessage,
    check_headers,
    check_version,
    parsed,
    refusal,
)
from kuznia.doors.mcp.operations import operations
from kuznia.doors.mcp.server import McpServer
from kuznia.platform.envelope import FaultEnvelope
from kuznia.platform.errors import Forbidden, NotFound
from kuznia.web.answers import EVENT_STREAM, bare
from kuznia.web.body import JsonBody
from kuznia.web.client_left import ClientLeft, unless_gone
from kuznia.web.route import ExactRoute

if TYPE_CHECKING:
    from kuznia.doors.mcp.calls import Report

PATH = "/mcp"
# What its JSON means is said by JSON-RPC.
BODY = JsonBody(RpcMessage)
JSON = "application/json"
# Proxies cut a connection that is silent for a minute, some for half of one.
HEARTBEAT = 10.0


class ProtectedResource(BaseModel):
    """Who gives out tokens for this address (RFC 9728)."""

    resource: str
    resource_name: str = "Kuznia"
    authorization_servers: list[str]
    bearer_methods_supported: list[str] = ["header"]


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


class Agents:
    """The server of an application, made of its document when the first agent comes."""

    def __init__(self, domains: Sequence[str]) -> None:
        self._domains = domains
        self._server: McpServer | None = None

    async def speak(self, request: Request) -> Response:
        """Answer one message."""
        _refuse_strange_page(request)
        content = await BODY.content(request)
        rpc: Rpc | None = None
        try:
            rpc = parsed(content)
            check_version(rpc)
            check_headers(rpc, request.headers)
            return await self._answered(request, rpc)
        except RpcError as error:
            content, status = refusal(rpc and rpc.id, error), _status(rpc, error)
            return Response(content, status_code=status, media_type=JSON)

    async def _answered(self, request: Request, rpc: Rpc) -> Response:
        if rpc.id is None:
            return Response(status_code=202)
        server, inner = await self._made(request.app), Inner(request.app, request.scope)
        if rpc.progress is not None and EVENT_STREAM in request.headers.get("accept", ""):
            return Progress(server, inner, rpc)
        answer = await unless_gone(request.receive, server.answer(inner, rpc, _silent))
        return Response(answer, media_type=JSON)

    async def _made(self, app: FastAPI) -> McpServer:
        if self._server is None:
            # It takes a second to write.
            document = await asyncio.to_thread(app.openapi)
            self._server = McpServer(operations(document, self._domains))
        return self._server


def router(domains: Sequence[str]) -> APIRouter:
    """The door, for a server with these domains."""
    routes, agents = APIRouter(tags=["mcp"], route_class=ExactRoute), Agents(domains)

    @routes.post(
        PATH,
        summary="The Model Context Protocol, for agents",
        description="JSON-RPC. `GET` and `DELETE` are not answered: there are no sessions.",
        response_class=Response,
        responses={
            200: {"model": RpcAnswer},
            202: {"description": "A notification, which has no answer."},
            400: {"model": RpcAnswer | FaultEnvelope, "description": "No request of MCP."},
            404: {"model": RpcAnswer | FaultEnvelope, "description": "No method of MCP."},
        },
        openapi_extra=BODY.described(
            [{"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}]
        ),
    )
    async def speak(request: Request) -> Response:
        return await agents.speak(request)

    @routes.get(
        f"/.well-known/oauth-protected-resource{PATH}",
        summary="Where an agent gets a token",
        response_class=Response,
        responses={200: {"model": ProtectedResource}},
    )
    async def protected(request: Request) -> Response:
        issuer = doors(request).settings.token_issuer
        if issuer is None:
            raise NotFound("Tokens of an identity provider are not taken here: use an API key.")
        base = str(request.base_url).rstrip("/")
        return bare(ProtectedResource(resource=f"{base}{PATH}", authorization_servers=[issuer]))

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
    async def report(number: int, step: str) -> None:
        told = {"progressToken": rpc.progress, "progress": number, "message": step}
        note = {"jsonrpc": "2.0", "method": "notifications/progress", "params": told}
        await _send(send, _frame(to_json(note)))

    return report


def _frame(content: bytes) -> bytes:
    return b"event: message\ndata: %b\n\n" % content


async def _send(send: Send, content: bytes) -> None:
    await send({"type": "http.response.body", "body": content, "more_body": True})


async def _beat(send: Send) -> None:
    while True:
        await _send(send, b": here\n\n")
        await asyncio.sleep(HEARTBEAT)
