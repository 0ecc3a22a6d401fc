"""Nobody passes unknown: who asks is found before any route, and so is whether they may."""

from collections.abc import Iterable
from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from kuznia.doors.at import Doors
from kuznia.doors.pages import Ended, ended, find_pass, passed
from kuznia.doors.panel_session import in_panel, session_of, to_sign_in
from kuznia.doors.tokens import carried
from kuznia.forge.terms import Caller
from kuznia.platform.errors import Fault, Forbidden, Unauthorized

# What anybody may have: that the server is there, how it is spoken to, and the way to sign in.
PUBLIC = frozenset(
    {
        "/",
        "/health",
        "/ready",
        "/api/health",
        "/api/health/",
        "/api/openapi.json",
        "/api/docs",
        "/api/docs/reference.js",
        "/api/docs/reference.css",
        "/admin/sign-in",
        "/admin/panel.css",
        "/admin/panel.svg",
        "/api/v1/auth/token",
        "/api/v1/auth/refresh",
        "/api/v1/auth/revoke",
    }
)
# Paths, with all below them, that need something else than reading or making does.
NEEDED = {
    "/metrics": "metrics",
    "/admin": "admin",
    "/api/v1/keys": "account",
    "/api/v1/me": "account",
    "/api/v1/auth/password": "account",
    # Any credential may ask whose it is.
    "/api/v1/auth/me": None,
}
SIGN_IN = "Sign in, and send `Authorization: Bearer ...` or `X-API-Key: ...`."
READING = frozenset({"GET", "HEAD", "OPTIONS"})


class Who:
    """A route that is new and forgotten is closed: only what is listed above is open."""

    def __init__(self, app: ASGIApp, *, everyone: Caller | None) -> None:
        self._app = app
        # Who comes where nobody needs a credential.
        self._everyone = everyone

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in {"http", "websocket"}:
            try:
                receive = await self._look(scope, receive)
            except Ended:
                await ended()(scope, receive, send)
                return
            except Fault as fault:
                if scope["type"] == "websocket":
                    await send({"type": "websocket.close", "code": fault.answer.close})
                elif isinstance(fault, Unauthorized) and in_panel(scope["path"]):
                    # A person with a browser, who is shown where to sign in.
                    await to_sign_in(scope, receive, send)
                else:
                    raise
                return
        await self._app(scope, receive, send)

    async def _look(self, scope: Scope, receive: Receive) -> Receive:
        caller = self._everyone
        if caller is None:
            if scope["path"] in PUBLIC:
                return receive
            at: Doors = scope["state"]["doors"]
            if scope["type"] == "http" and (shown := find_pass(scope)):
                # It opens this path whatever the method, and gives no right to anything else.
                await passed(at, scope, shown)
                return receive
            if in_panel(scope["path"]) and (session := session_of(scope)):
                caller = await at.callers.admitted(session)
            else:
                sent = find_credential(scope["headers"])
                if not sent:
                    sent, receive = await carried(scope, receive)
                if not sent:
                    raise Unauthorized(SIGN_IN)
                caller = await at.callers.identify(sent)
        scope["state"]["caller"] = caller
        wanted = needed(scope.get("method", "GET"), scope["path"])
        if wanted is not None and wanted not in caller.scopes:
            raise Forbidden(f"This needs a credential with the scope `{wanted}`.")
        return receive


def needed(method: str, path: str) -> str | None:
    """What the credential must allow."""
    for prefix, scope in NEEDED.items():
        if path == prefix or path.startswith(f"{prefix}/"):
            return scope
    return "read" if method in READING else "domains"


def find_credential(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """A bearer token or an API key, as it was sent; either header takes a key."""
    found = {sent for name, value in headers if (sent := _credential(name, value)) is not None}
    if len(found) > 1:
        # Whoever stands before us may have looked at the other.
        raise Unauthorized("Send one credential; those that came with the request differ.")
    return found.pop() if found else None


def _credential(name: bytes, value: bytes) -> str | None:
    if name == b"authorization":
        scheme, _, sent = value.decode("latin-1").partition(" ")
        return sent.strip() if scheme.lower() == "bearer" else None
    return value.decode("latin-1").strip() if name == b"x-api-key" else None


# Any: OpenAPI is JSON of any shape.
def describe(app: FastAPI) -> None:
    """Put into the document how to come in, and where nobody needs to."""
    written = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = written()
            document.setdefault("components", {})["securitySchemes"] = {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
            }
            document["security"] = [{"bearer": []}, {"key": []}]
            for path in PUBLIC & document["paths"].keys():
                for operation in document["paths"][path].values():
                    operation["security"] = []
        assert app.openapi_schema is not None
        return app.openapi_schema

    app.openapi = openapi
