"""The route a request matched, and what that route asks of its caller."""

from dataclasses import dataclass
from typing import Literal

from starlette.types import ASGIApp


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRule:
    """What a route asks, and how its requests are counted."""

    # What the credential must allow; None: any credential will do.
    scope: str | None = None
    # No credential is needed.
    public: bool = False
    # Places orders: they have a rate of their own, and an Idempotency-Key is looked at.
    orders: bool = False
    # For monitoring: no rate applies.
    watched: bool = False
    # A page for an admin with a browser: a session lets in, and a browser without one is sent to
    # the sign-in page.
    panel: bool = False
    # Where the old training addresses carried a token.
    carries: Literal["body", "query"] | None = None
    # For an old address: what to use instead, sent with every answer.
    successors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a request is for."""

    # The pattern of the route, like /api/v1/runs/{run_id}; empty where there is nothing.
    path: str = ""
    # The route's: a HEAD is allowed, counted and answered as the GET it asks about. Empty where
    # the path does not take the method that was sent.
    method: str = ""
    # What may be sent to this path.
    methods: tuple[str, ...] = ()
    rule: AccessRule
    app: ASGIApp
