"""The state of one request: a single object, in a single place of the ASGI scope.

The gate makes it; every layer further in adds what it found out, and reads what it needs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from fastapi import Request
from starlette.types import Scope

from kuznia.forge.terms import Caller
from kuznia.forge.work import Forge
from kuznia.web.target import Target

KEY: Final = "kuznia"


@dataclass(slots=True, kw_only=True)
class RequestState:
    """What is known of a request, as far as routes may know it."""

    request_id: str
    target: Target
    # What the application opened when it started.
    forge: Forge
    # Who asks; None until the credential was looked at, and where none is needed.
    caller: Caller | None = None
    # Headers that go with the answer, whatever it is.
    headers: Sequence[tuple[bytes, bytes]] = ()
    # The query that a page adds to its own links when a signed link opened it.
    link: str = ""


S = TypeVar("S", bound=RequestState)


def state_of(scope: Scope, kind: type[S]) -> S:
    """The state that the gate made for this request."""
    state = scope[KEY]
    assert isinstance(state, kind)
    return state


def caller_of(request: Request) -> Caller:
    """Who asks, from the credential and from nothing else in the request."""
    caller = state_of(request.scope, RequestState).caller
    assert caller is not None, "a public route has no caller"
    return caller


def forge_of(request: Request) -> Forge:
    """What the application opened when it started."""
    return state_of(request.scope, RequestState).forge
