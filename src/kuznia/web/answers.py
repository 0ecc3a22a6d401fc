"""Answers as JSON, in the envelope and without it."""

from collections.abc import Mapping

from fastapi import Response
from pydantic_core import to_json

from kuznia.platform.envelope import ok

EVENT_STREAM = "text/event-stream"


def answered(
    data: object, *, status: int = 200, message: str = "", headers: Mapping[str, str] | None = None
) -> Response:
    """Answer with `data` in the envelope; bytes are inserted as JSON that is already written."""
    content = data if isinstance(data, bytes) else to_json(data)
    return bare(ok(content, message), status=status, headers=headers)


def bare(data: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Answer with `data` alone, without the envelope."""
    content = data if isinstance(data, bytes) else to_json(data)
    return Response(content, status, headers, media_type="application/json")
