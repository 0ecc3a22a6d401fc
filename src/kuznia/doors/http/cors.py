"""Which web pages of other origins may call the API."""

from collections.abc import Callable
from functools import partial

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from kuznia.platform.settings import Settings


def cors(settings: Settings) -> Callable[[ASGIApp], ASGIApp]:
    """The CORS middleware; none for a server without allowed origins."""
    if not settings.cors_origins:
        return lambda app: app
    return partial(
        CORSMiddleware,
        allow_origins=settings.cors_origins,
        allow_methods=["GET", "POST", "PATCH", "DELETE"],
        allow_headers=[
            "Accept-Version",
            "Authorization",
            "Content-Type",
            "Idempotency-Key",
            "Last-Event-ID",
            "MCP-Protocol-Version",
            "Mcp-Method",
            "Mcp-Name",
            "X-API-Key",
            "X-API-Version",
            "X-Request-Id",
        ],
        expose_headers=[
            "Deprecation",
            "Idempotency-Replayed",
            "Link",
            "RateLimit",
            "RateLimit-Policy",
            "Retry-After",
            "Sunset",
            "X-API-Version",
            "X-Request-Id",
            "X-Run-Id",
            "X-Not-Yet-Kept",
        ],
    )
