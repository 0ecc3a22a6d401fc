"""The `Prefer` header of RFC 7240; what is not understood in it is ignored."""

import re

from fastapi import Request

# A quoted text, which may hold a comma; one without an end takes the rest of the header with it.
_QUOTED = re.compile(r'"(?:[^"\\]|\\.?)*+"?')


def prefers_async(request: Request) -> bool:
    """Whether the caller would rather have the address of a job than wait for the answer."""
    return any(
        preference.partition(";")[0].strip().lower() == "respond-async"
        for header in request.headers.getlist("prefer")
        for preference in _QUOTED.sub("quoted", header).split(",")
    )
