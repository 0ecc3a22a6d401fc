"""ASGI middleware for rate limits, inside the one that identifies the caller."""

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from kuznia.callers.limits.rates import Kind, RateLimits, TooMany, headers
from kuznia.doors.context import Admitted, DoorState
from kuznia.doors.http.address import client_address
from kuznia.doors.http.routing import Targets
from kuznia.platform.errors import Invalid
from kuznia.platform.process.turns import share
from kuznia.platform.settings.types import is_loopback
from kuznia.platform.settings.values import Network, Rate, RouteRate
from kuznia.web.state import state_of

LOCAL = "local"
# Of single routes, by path and method: where it was written, and how often.
Own = Mapping[tuple[str, str], tuple[str, Rate | None]]


class Turnstile:
    """Rate limits: counts each request once, and costs next to nothing where none are set."""

    def __init__(self, app: ASGIApp, *, own: Own, proxies: Sequence[Network] = ()) -> None:
        self._app = app
        self._own = own
        self._proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            state = state_of(scope, DoorState)
            share.set(self._share(state, scope))
            limits = state.doors.metering.limits
            if limits is not None:
                await self._admit(limits, state, scope)
        await self._app(scope, receive, send)

    def _share(self, state: DoorState, scope: Scope) -> str:
        """Whose share of scarce places this request uses: its caller's, else its address's.

        On this machine each request counts by itself, or all would share one queue.
        """
        if state.caller is not None and state.caller.id != LOCAL:
            return state.caller.id
        address = client_address(scope, self._proxies)
        return f"request {state.request_id}" if is_loopback(address) else f"@{address}"

    async def _admit(self, limits: RateLimits, state: DoorState, scope: Scope) -> None:
        target, known = state.target, state.caller
        kind: Kind = "generation" if target.rule.orders else "requests"
        # Without credentials everyone is the same caller, and only their address tells them apart.
        caller = None if known is None or known.id == LOCAL else known.id
        if own := self._own.get((target.path, target.method)):
            kind, (place, rate) = "route", own
        elif target.rule.watched:
            return
        else:
            place, rate = "", await limits.rate(kind, caller)
        if rate is None:
            return
        subject = caller or f"@{client_address(scope, self._proxies)}"
        await take(limits, state, Admitted(kind, subject, rate, place))


async def take(limits: RateLimits, state: DoorState, counted: Admitted, cost: int = 1) -> None:
    """Count a request, and set the headers that tell what is left."""
    state.admitted = counted
    try:
        verdict = await limits.admit(
            counted.kind, counted.subject, counted.rate, place=counted.place, cost=cost
        )
    except TooMany as fault:
        state.headers = fault.headers
        raise
    state.headers = headers(counted.kind, counted.rate, verdict)


async def take_more(request: Request, cost: int) -> None:
    """Count the other orders of a batch: the first was counted with its request."""
    state = state_of(request.scope, DoorState)
    limits = state.doors.metering.limits
    if limits is not None and cost > 0 and state.admitted is not None:
        await take(limits, state, state.admitted, cost)


def own_rates(settings: Sequence[RouteRate], targets: Targets) -> Own:
    """The rates of RATE_LIMIT_ROUTES; Invalid for a route that does not exist."""
    own: dict[tuple[str, str], tuple[str, Rate | None]] = {}
    routes = {(_nameless(one.path), one.method): one for one in targets.operations}
    for setting in settings:
        meant = [
            one
            for (name, takes), one in routes.items()
            if name == _nameless(setting.path) and setting.method in ("", takes)
        ]
        if not meant:
            near = get_close_matches(setting.path, {one.path for one in targets.operations}, 1)
            raise Invalid(
                f"RATE_LIMIT_ROUTES: there is no route {setting.route}."
                + (f" Did you mean {near[0]}?" if near else "")
            )
        # The first that names a route is the one that counts.
        for one in meant:
            own.setdefault((one.path, one.method), (setting.route, setting.rate))
    return own


def _nameless(path: str) -> str:
    """The path of a route without the names of its variables."""
    return re.sub(r"\{[^{}/]*\}", "{}", path)
