"""An artefact in a format: done in a worker, which needs nothing of the server for it."""

from collections.abc import Callable, Mapping
from datetime import datetime

from pydantic_core import from_json

from kuznia.forge.terms import CannotExport, Copy
from kuznia.platform.errors import Invalid


def exported(
    write: Callable[[Copy], bytes],
    artefact: str,
    created_at: datetime,
    body: bytes,
    options: Mapping[str, str],
) -> bytes:
    """Its parts, read and written again; what does not go into it is the caller's to change."""
    try:
        return write(Copy(artefact, created_at, from_json(body)["parts"], options))
    except CannotExport as cannot:
        raise Invalid(str(cannot)) from None
