"""Nobody passes unknown: who asks is found before any route, and so is whether they may."""

from collections.abc import Iterable, Sequence
from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from kuznia.callers.limits.rates import RateLimits
from kuznia.doors.context import Doors
from kuznia.doors.http.address import client_address
from kuznia.doors.http.carried_token import carried
from kuznia.doors.http.panel_session import session_of, to_sign_in
from kuznia.doors.http.routing import Targets
from kuznia.doors.http.signed_link import Ended, ended, find_pass, passed
from kuznia.doors.http.turnstile import take
from kuznia.forge.terms import Caller
from kuznia.platform.errors import Forbidden, Unauthorized
from kuznia.platform.settings.values import Network, Rate

SIGN_IN = "Sign in, and send `Authorization: Bearer ...` or `X-API-Key: ...`."


class Who:
    """Finds the caller, and lets them in where doors/http/access.py says they may come."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        everyone: Caller | None,
        refusals: Rate | None,
        proxies: Sequence[Network],
    ) -> None:
        self._app = app
        # Who comes where nobody needs a credential.
        self._everyone = everyone
        # How many requests of one address may be refused for their credential.
        self._refusals = refusals
        self._proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            try:
                receive = await self._look(scope, receive)
            except Ended:
                await self._count(scope)
                await ended()(scope, receive, send)
                return
            except Unauthorized:
                await self._count(scope)
                if not scope["target"].rule.panel:
                    raise
                # A person with a browser, who is shown where to sign in.
                await to_sign_in(scope, receive, send)
                return
        await self._app(scope, receive, send)

    async def _look(self, scope: Scope, receive: Receive) -> Receive:
        caller, rule = self._everyone, scope["target"].rule
        if caller is None:
            if rule.public:
                return receive
            at: Doors = scope["state"]["doors"]
            if shown := find_pass(scope):
                # It opens this path whatever the method, and gives no right to anything else.
                await passed(at, scope, shown)
                return receive
            if rule.panel and (session := session_of(scope)):
                caller = await at.callers.admitted(session)
            else:
                sent = find_credential(scope["headers"])
                if not sent:
                    sent, receive = await carried(scope, receive)
                if not sent:
                    raise Unauthorized(SIGN_IN)
                caller = await at.callers.identify(sent)
        scope["state"]["caller"] = caller
        if rule.scope is not None and rule.scope not in caller.scopes:
            raise Forbidden(f"This needs a credential with the scope `{rule.scope}`.")
        return receive

    async def _count(self, scope: Scope) -> None:
        """Refuse an address that guesses; a good credential from the same address is not asked."""
        limits: RateLimits | None = scope["state"]["limits"]
        if limits is not None and self._refusals is not None:
            subject = f"@{client_address(scope, self._proxies)}"
            scope["state"]["turned"] = ("credentials", subject, self._refusals, "")
            await take(limits, scope, 1)


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
def describe(app: FastAPI, targets: Targets) -> None:
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
            for target in targets.operations:
                method = target.method.lower()
                if target.rule.public and method in document["paths"].get(target.path, ()):
                    document["paths"][target.path][method]["security"] = []
        assert app.openapi_schema is not None
        return app.openapi_schema

    app.openapi = openapi
