"""A signed link opens the page of one artefact in a browser that has no credential."""

import hashlib
from base64 import b64encode
from datetime import datetime
from urllib.parse import parse_qs

from fastapi import Response
from pydantic import BaseModel, Field
from starlette.types import Scope

from kuznia.doors.context import Doors
from kuznia.forge.shelf.shelf import Kept
from kuznia.forge.terms import Caller
from kuznia.web.shapes import links

# What a pass is called in an address.
PASS = "pass"  # noqa: S105 - a name, and no secret
STYLE = (
    "body{max-width:36rem;margin:12vh auto;padding:0 1.25rem;color:#10151f;background:#eef2f7;"
    'font:1.0625rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}'
    "h1,h2{font-size:1.5rem;line-height:1.2;margin:2rem 0 .5rem}p{margin:0}"
)
_HASH = b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
_POLICY = f"sandbox; default-src 'none'; style-src 'sha256-{_HASH}'; frame-ancestors 'none'"
# Why it does not open is not told: whoever cannot show a good one learns nothing about it.
_ENDED = f"""<!doctype html>
<html lang="uk"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Посилання вже не діє · This link has expired</title><style>{STYLE}</style></head>
<body><main><h1>Посилання вже не діє</h1>
<p>Час дії цього посилання минув, або його скопійовано не повністю. Відкрийте перегляд ще раз там,
де ви його отримали: нове посилання діятиме 15 хвилин після кожної сторінки. Введене тут не
збережено й нікуди не надіслано.</p>
<div lang="en"><h2>This link has expired</h2>
<p>Its time is over, or it was not copied whole. Open the preview again from where you got it: a new
link is good for 15 minutes after each page. Nothing you entered here was kept or sent.</p></div>
</main></body></html>
"""


class Ended(Exception):
    """The pass in the address does not open it, or not any more."""


class PageLink(BaseModel):
    link: str = Field(description="To be opened in a browser, on this server.")
    expires_at: datetime | None = Field(
        description="Until when; each page opened in time prolongs it. Null where nobody needs a "
        "credential."
    )


def page_link(at: Doors, kept: Kept, who: Caller) -> PageLink | None:
    """Where a browser finds the artefact's page, with what it needs there; None without one."""
    domain = at.forge.domains.get(kept.domain)
    if domain is None or domain.shown.page is None or kept.status in {"declined", "failed"}:
        return None
    path = f"{links(kept)['self']}/{domain.shown.page}"
    if not at.settings.closed:
        return PageLink(link=path, expires_at=None)
    given = at.callers.links.sign(path, who.id)
    return PageLink(link=f"{path}?{PASS}={given.text}", expires_at=given.until)


def find_pass(scope: Scope) -> str | None:
    """The pass in the address that was opened."""
    query: bytes = scope["query_string"]
    if PASS.encode() not in query:
        return None
    return parse_qs(query.decode("latin-1"), keep_blank_values=True).get(PASS, [None])[-1]


async def passed(at: Doors, scope: Scope, shown: str) -> None:
    """Let in whoever holds a good pass, and leave its page the next one for its own links."""
    if (found := await at.callers.by_link(scope["path"], shown)) is None:
        raise Ended
    scope["state"]["caller"], renewed = found
    scope["state"]["link"] = f"?{PASS}={renewed}"


def ended() -> Response:
    """For a person whose link opens nothing any more."""
    headers = {
        "Content-Security-Policy": _POLICY,
        "Cache-Control": "no-store",
        "WWW-Authenticate": 'Bearer realm="kuznia"',
    }
    return Response(_ENDED, 401, headers, media_type="text/html")
