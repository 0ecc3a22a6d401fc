"""The API reference: a page that shows our OpenAPI document and loads nothing from elsewhere."""

from fastapi import APIRouter, Response

from kuznia.web.studio import studio_file

router = APIRouter(include_in_schema=False)

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def _page(name: str, media_type: str) -> Response:
    return studio_file(name, media_type, {"Content-Security-Policy": POLICY})


@router.get("/api/docs")
async def page() -> Response:
    return _page("reference.html", "text/html")


@router.get("/api/docs/reference.js")
async def script() -> Response:
    return _page("reference.js", "text/javascript")


@router.get("/api/docs/reference.css")
async def style() -> Response:
    return _page("reference.css", "text/css")
