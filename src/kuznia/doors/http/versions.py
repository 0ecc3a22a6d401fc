"""The API version a request asks for, and the headers of deprecated addresses; docs/versions.md."""

import re
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import cache

from starlette.types import Scope

from kuznia.platform.errors import UnknownVersion
from kuznia.web.state import RequestState, state_of

Headers = tuple[tuple[bytes, bytes], ...]

CURRENT = "1"
SPOKEN = frozenset({"1", "1.0", "v1", "v1.0"})
ASKED_IN = frozenset({b"x-api-version", b"accept-version"})
# A number we do not have in the path is asked for as plainly as one in a header.
IN_PATH = re.compile(r"/api/v(?!1(?:/|$))\d")

SINCE = datetime(2026, 11, 21, tzinfo=UTC)
UNTIL = datetime(2027, 12, 1, tzinfo=UTC)


def check(scope: Scope) -> None:
    """Refuse a version this server does not have: another version would be misread."""
    for name, value in scope["headers"]:
        if name in ASKED_IN and value.strip().lower().decode("latin-1") not in SPOKEN:
            raise UnknownVersion(
                f"{name.decode()} asks for a version this server does not have; it has version 1.",
                details={"spoken": [CURRENT]},
            )
    # Where there is something, its address begins with ours.
    if not state_of(scope, RequestState).target.path and IN_PATH.match(scope["path"]):
        raise UnknownVersion(
            "There is no such version of the API; use the addresses under /api/v1/.",
            details={"spoken": [CURRENT]},
        )


@cache
def farewell(successors: tuple[str, ...]) -> Headers:
    """The deprecation headers of an old route; none for a current one."""
    if not successors:
        return ()
    links = ", ".join(f'<{address}>; rel="successor-version"' for address in successors)
    return (
        (b"deprecation", b"@%d" % SINCE.timestamp()),
        (b"sunset", format_datetime(UNTIL, usegmt=True).encode()),
        (b"link", links.encode()),
    )
