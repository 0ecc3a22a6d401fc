"""The session of the admin panel: a cookie no script or other site can use, and form tokens."""

import hmac
from collections.abc import Mapping
from contextlib import suppress

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from starlette.requests import HTTPConnection
from starlette.types import Scope

from kuznia.callers.accounts import PANEL
from kuznia.doors.context import doors
from kuznia.doors.http.routing import PANEL as PATH
from kuznia.platform.errors import Forbidden, Unauthorized, UnsupportedMedia
from kuznia.web.body import fields, media_type
from kuznia.web.state import RequestState, state_of

SIGN_IN = f"{PATH}/sign-in"
COOKIE = "kuznia_admin"
TOKEN = "form"  # noqa: S105 - the name of a field
MAX_FIELDS = 20
MAX_BYTES = 10_000

to_sign_in = RedirectResponse(SIGN_IN, 303)


def session_of(scope: Scope) -> str:
    """The session in the cookie; empty when there is none."""
    return HTTPConnection(scope).cookies.get(COOKIE, "")


def begin(request: Request, answer: Response, session: str) -> None:
    """Have the browser keep the session until it is closed, for the panel alone."""
    # A proxy may have taken off the TLS; the browser says what its page was loaded by.
    secure = "https" in {request.url.scheme, request.headers.get("origin", "").partition(":")[0]}
    answer.set_cookie(COOKIE, session, path=PATH, secure=secure, httponly=True, samesite="strict")


async def sign_out(request: Request) -> None:
    """End the session in the cookie, if there is one."""
    if session := session_of(request.scope):
        with suppress(Unauthorized):
            await doors(request).callers.accounts.sign_out(session, PANEL)


def end(answer: Response) -> None:
    answer.delete_cookie(COOKIE, path=PATH, httponly=True, samesite="strict")


def token(request: Request) -> str:
    """The token that every form for this session carries."""
    # Who comes by a foreign link brings no cookie, and brings it when they then sign in once more.
    target = state_of(request.scope, RequestState).target
    session = "" if target.path == SIGN_IN else session_of(request.scope)
    return doors(request).callers.accounts.form_token(session)


async def form(request: Request) -> Mapping[str, str]:
    """The fields of a form sent from our own page by the person it was made for; else Forbidden."""
    if media_type(request) != "application/x-www-form-urlencoded":
        raise UnsupportedMedia(
            "Send the form as a browser does: application/x-www-form-urlencoded."
        )
    origin = request.headers.get("origin", "").partition("://")[2]
    if not origin or origin != request.headers.get("host"):
        raise Forbidden(
            "The form came from another site, or a proxy changed the Host header.",
            message_id="foreign-form",
        )
    sent = await fields(request, max_fields=MAX_FIELDS, max_bytes=MAX_BYTES)
    form = {name: values[-1] for name, values in sent.items()}
    if not hmac.compare_digest(form.get(TOKEN, "").encode(), token(request).encode()):
        raise Forbidden("The form has expired; reload the page.", message_id="form-expired")
    return form
