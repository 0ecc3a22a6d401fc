"""Which version is spoken here, and which addresses are on their way out; docs/versions.md."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime

from starlette.types import Scope

from kuznia.platform.errors import UnknownVersion

Headers = tuple[tuple[bytes, bytes], ...]

CURRENT = "1"
SPOKEN = frozenset({"1", "1.0", "v1", "v1.0"})
ASKED_IN = frozenset({b"x-api-version", b"accept-version"})
# A number we do not have in the path is asked for as plainly as one in a header.
IN_PATH = re.compile(r"/api/v(?!1(?:/|$))\d")

SINCE = datetime(2026, 11, 21, tzinfo=UTC)
UNTIL = datetime(2027, 12, 1, tzinfo=UTC)
# The routes of the source documents, without a slash at the end, and what to ask instead.
SUCCESSORS: Mapping[str, tuple[str, ...]] = {
    "/api/generate": ("/api/v1/flows", "/api/v1/code"),
    "/api/generate/batch": ("/api/v1/flows/batch", "/api/v1/code/batch"),
    "/api/analyze": ("/api/v1/code/analyze",),
    "/api/languages": ("/api/v1/code/languages",),
    "/api/status": ("/api/v1/status",),
    "/api/health": ("/ready",),
    "/api/trainingplan/initial-questions": ("/api/v1/training/questions",),
    "/api/trainingplan/generate": ("/api/v1/training/plans",),
    # Feedback is given where the plan is.
    "/api/trainingplan/feedback": ("/api/v1/artefacts",),
    "/api/trainingplan/playbook/{user_id}": ("/api/v1/training/playbook/me",),
}


def check(scope: Scope) -> None:
    """Refuse a version nobody here speaks: another's answer in its place would be read wrongly."""
    for name, value in scope["headers"]:
        if name in ASKED_IN and value.strip().lower().decode("latin-1") not in SPOKEN:
            raise UnknownVersion(
                f"{name.decode()} asks for a version this server does not speak; it speaks 1.",
                details={"spoken": [CURRENT]},
            )
    # Where there is something, its address begins with ours.
    if not scope["target"].path and IN_PATH.match(scope["path"]):
        raise UnknownVersion(
            "There is no such version of the API; its addresses begin with /api/v1/.",
            details={"spoken": [CURRENT]},
        )


def farewell(route: str) -> Headers:
    """What an old route says of its end, with every answer; nothing for one that stays."""
    return _FAREWELLS.get(route.removesuffix("/"), ())


def _written(successors: tuple[str, ...]) -> Headers:
    links = ", ".join(f'<{one}>; rel="successor-version"' for one in successors)
    return (
        (b"deprecation", b"@%d" % SINCE.timestamp()),
        (b"sunset", format_datetime(UNTIL, usegmt=True).encode()),
        (b"link", links.encode()),
    )


_FAREWELLS: Mapping[str, Headers] = {old: _written(new) for old, new in SUCCESSORS.items()}
