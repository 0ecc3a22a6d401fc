"""Who is in the panel: a cookie no script and no other site can use, and forms only we can make."""

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
    """What the browser brought; nothing where everyone here is let in, or a program comes."""
    return HTTPConnection(scope).cookies.get(COOKIE, "")


def begin(request: Request, answer: Response, session: str) -> None:
    """Have the browser keep the session until it is closed, for the panel alone."""
    # A proxy may have taken off the TLS; the browser says what its page was loaded by.
    secure = "https" in {request.url.scheme, request.headers.get("origin", "").partition(":")[0]}
    answer.set_cookie(COOKIE, session, path=PATH, secure=secure, httponly=True, samesite="strict")


async def sign_out(request: Request) -> None:
    """Whatever session the browser brought opens nothing any more."""
    if session := session_of(request.scope):
        with suppress(Unauthorized):
            await doors(request).callers.accounts.sign_out(session, PANEL)


def end(answer: Response) -> None:
    answer.delete_cookie(COOKIE, path=PATH, httponly=True, samesite="strict")


def token(request: Request) -> str:
    """What every form of this person's carries."""
    # Who comes by a foreign link brings no cookie, and brings it when they then sign in once more.
    target = state_of(request.scope, RequestState).target
    session = "" if target.path == SIGN_IN else session_of(request.scope)
    return doors(request).callers.accounts.form_token(session)


async def form(request: Request) -> Mapping[str, str]:
    """The fields of a form that came from a page of ours, to whoever sends it; else Forbidden."""
    if media_type(request) != "application/x-www-form-urlencoded":
        raise UnsupportedMedia("Send the page's form as a browser does.")
    where = request.headers.get("origin", "").partition("://")[2]
    if not where or where != request.headers.get("host"):
        raise Forbidden("The form was sent from another page, or a proxy changes the Host header.")
    sent = await fields(request, max_fields=MAX_FIELDS, max_bytes=MAX_BYTES)
    form = {name: values[-1] for name, values in sent.items()}
    if not hmac.compare_digest(form.get(TOKEN, "").encode(), token(request).encode()):
        raise Forbidden("The form is out of date; open the page again.")
    return form
