"""The API reference: a page that draws our OpenAPI document and loads nothing foreign."""

from functools import cache
from pathlib import Path

from fastapi import APIRouter, Response

router = APIRouter(include_in_schema=False)

STUDIO = Path(__file__).parents[1] / "studio"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


# A handful of small files that never change while the server runs.
@cache
def _page(name: str, media_type: str) -> Response:
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"}
    return Response((STUDIO / name).read_bytes(), media_type=media_type, headers=headers)


@router.get("/api/docs")
async def page() -> Response:
    return _page("reference.html", "text/html")


@router.get("/api/docs/reference.js")
async def script() -> Response:
    return _page("reference.js", "text/javascript")


@router.get("/api/docs/reference.css")
async def style() -> Response:
    return _page("reference.css", "text/css")
