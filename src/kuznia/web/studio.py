"""The static files in `studio/`."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from fastapi import Response

STUDIO = Path(__file__).parents[1] / "studio"


def studio_file(name: str, media_type: str, headers: Mapping[str, str] | None = None) -> Response:
    """A file of the studio; a browser revalidates it before each use."""
    return Response(
        _read(name), media_type=media_type, headers={"Cache-Control": "no-cache", **(headers or {})}
    )


# A handful of small files that never change while the server runs.
@cache
def _read(name: str) -> bytes:
    return (STUDIO / name).read_bytes()
