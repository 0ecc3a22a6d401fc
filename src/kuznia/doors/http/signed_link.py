"""A signed link opens the page of one artefact in a browser that has no credential."""

import hashlib
from base64 import b64encode
from datetime import datetime
from urllib.parse import parse_qs

from fastapi import Response
from pydantic import BaseModel, Field
from starlette.types import Scope

from kuznia.doors.context import Doors, DoorState
from kuznia.forge.shelf.shelf import Kept
from kuznia.forge.terms import Caller
from kuznia.web.shapes import links

# The query parameter of the signature.
PASS = "pass"  # noqa: S105 - a name, and no secret
STYLE = (
    "body{max-width:36rem;margin:12vh auto;padding:0 1.25rem;color:#10151f;background:#eef2f7;"
    'font:1.0625rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}'
    "h1,h2{font-size:1.5rem;line-height:1.2;margin:2rem 0 .5rem}p{margin:0}"
)
_HASH = b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
_POLICY = f"sandbox; default-src 'none'; style-src 'sha256-{_HASH}'; frame-ancestors 'none'"
# It does not tell why the link failed: a stranger must learn nothing about valid links.
_ENDED = f"""<!doctype html>
<html lang="uk"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Посилання вже не діє · This link has expired</title><style>{STYLE}</style></head>
<body><main><h1>Посилання вже не діє</h1>
<p>Термін дії посилання минув, або його скопійовано не повністю. Відкрийте перегляд ще раз там, де
ви його отримали: нове посилання діятиме 15 хвилин після кожної відкритої сторінки. Введені дані
не збережено й нікуди не надіслано.</p>
<div lang="en"><h2>This link has expired</h2>
<p>The link has expired, or it was not copied completely. Open the preview again where you got it:
a new link works for 15 minutes after each page you open. Nothing you entered was stored or
sent.</p></div>
</main></body></html>
"""


class Ended(Exception):
    """The signature in the address is wrong or has expired."""


class PageLink(BaseModel):
    link: str = Field(description="Open it in a browser, on this server.")
    expires_at: datetime | None = Field(
        description="When the link expires; opening a page extends it. Null on a server without "
        "accounts."
    )


def page_link(context: Doors, kept: Kept, who: Caller) -> PageLink | None:
    """The link to the page of an artefact; None if it has no page."""
    domain = context.forge.domains.get(kept.domain)
    if domain is None or domain.shown.page is None or kept.status in {"declined", "failed"}:
        return None
    path = f"{links(kept)['self']}/{domain.shown.page}"
    if not context.settings.closed:
        return PageLink(link=path, expires_at=None)
    signed = context.callers.links.sign(path, who.id)
    return PageLink(link=f"{path}?{PASS}={signed.text}", expires_at=signed.until)


def find_pass(scope: Scope) -> str | None:
    """The signature in the address, if there is one."""
    query: bytes = scope["query_string"]
    if PASS.encode() not in query:
        return None
    return parse_qs(query.decode("latin-1"), keep_blank_values=True).get(PASS, [None])[-1]


async def passed(state: DoorState, path: str, shown: str) -> None:
    """Accept a valid signature, and leave a fresh one for the links of the page."""
    if (admitted := await state.doors.callers.by_link(path, shown)) is None:
        raise Ended
    state.caller, renewed = admitted
    state.link = f"?{PASS}={renewed}"


def ended() -> Response:
    """The page a person sees whose link has expired."""
    headers = {
        "Content-Security-Policy": _POLICY,
        "Cache-Control": "no-store",
        "WWW-Authenticate": 'Bearer realm="kuznia"',
    }
    return Response(_ENDED, 401, headers, media_type="text/html")
