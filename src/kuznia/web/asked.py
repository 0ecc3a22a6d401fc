"""What every request brings along: who asks, and the forge that makes what is asked for."""

from typing import cast

from fastapi import Request

from kuznia.forge.terms import Caller
from kuznia.forge.work import Forge


def caller_of(request: Request) -> Caller:
    """Who asks, from the credential and from nothing else in the request."""
    return cast("Caller", request.scope["state"]["caller"])


def forge_of(request: Request) -> Forge:
    """What the application opened when it started."""
    return cast("Forge", request.scope["state"]["forge"])
