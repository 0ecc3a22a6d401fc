"""Authentication and scopes: the caller is identified before any route is reached."""

from collections.abc import Iterable, Sequence
from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from kuznia.doors.context import Admitted, DoorState
from kuznia.doors.http.address import client_address
from kuznia.doors.http.carried_token import carried
from kuznia.doors.http.panel_session import session_of, to_sign_in
from kuznia.doors.http.routing import Targets
from kuznia.doors.http.signed_link import Ended, ended, find_pass, passed
from kuznia.doors.http.turnstile import take
from kuznia.forge.terms import Caller
from kuznia.platform.errors import Forbidden, Unauthorized
from kuznia.platform.settings.values import Network, Rate
from kuznia.web.state import state_of

SIGN_IN = "A credential is needed: send `Authorization: Bearer ...` or `X-API-Key: ...`."


class Who:
    """Identifies the caller, and refuses what doors/http/access.py does not allow them."""

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
            state = state_of(scope, DoorState)
            try:
                receive = await self._look(state, scope, receive)
            except Ended:
                await self._count(state, scope)
                await ended()(scope, receive, send)
                return
            except Unauthorized:
                await self._count(state, scope)
                if not state.target.rule.panel:
                    raise
                # A person with a browser, who is shown where to sign in.
                await to_sign_in(scope, receive, send)
                return
        await self._app(scope, receive, send)

    async def _look(self, state: DoorState, scope: Scope, receive: Receive) -> Receive:
        caller, rule = self._everyone, state.target.rule
        if caller is None:
            if rule.public:
                return receive
            callers = state.doors.callers
            if shown := find_pass(scope):
                # It opens this path whatever the method, and gives no right to anything else.
                await passed(state, scope["path"], shown)
                return receive
            if rule.panel and (session := session_of(scope)):
                caller = await callers.admitted(session)
            else:
                sent = find_credential(scope["headers"])
                if not sent:
                    sent, receive = await carried(scope, receive)
                if not sent:
                    raise Unauthorized(SIGN_IN)
                caller = await callers.identify(sent)
        state.caller = caller
        if rule.scope is not None and rule.scope not in caller.scopes:
            raise Forbidden(f"This address needs a credential with the scope `{rule.scope}`.")
        return receive

    async def _count(self, state: DoorState, scope: Scope) -> None:
        """Count a refused credential against its address; valid ones are not limited by it."""
        limits = state.doors.metering.limits
        if limits is not None and self._refusals is not None:
            subject = f"@{client_address(scope, self._proxies)}"
            await take(limits, state, Admitted("credentials", subject, self._refusals, ""))


def find_credential(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """The bearer token or API key of a request; either header accepts a key."""
    sent = {text for name, value in headers if (text := _credential(name, value)) is not None}
    if len(sent) > 1:
        # A proxy in front of us may have checked the other one.
        raise Unauthorized("The request has two different credentials; send only one.")
    return sent.pop() if sent else None


def _credential(name: bytes, value: bytes) -> str | None:
    if name == b"authorization":
        scheme, _, sent = value.decode("latin-1").partition(" ")
        return sent.strip() if scheme.lower() == "bearer" else None
    return value.decode("latin-1").strip() if name == b"x-api-key" else None


# Any: OpenAPI is JSON of any shape.
def describe(app: FastAPI, targets: Targets) -> None:
    """Describe in the OpenAPI document how to authenticate, and where no credential is needed."""
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
