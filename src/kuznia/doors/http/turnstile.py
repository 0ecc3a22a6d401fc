"""Pure ASGI, inside what knows the caller: so many may come in, each is told how many are left."""

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from kuznia.callers.limits.rates import Kind, RateLimits, TooMany, headers
from kuznia.doors.http.address import client_address
from kuznia.doors.http.routing import Target, Targets
from kuznia.forge.terms import Caller
from kuznia.platform.errors import Invalid
from kuznia.platform.log import request_id
from kuznia.platform.process.turns import share
from kuznia.platform.settings.types import is_loopback
from kuznia.platform.settings.values import Network, Rate, RouteRate

LOCAL = "local"
# Of single routes, by path and method: where it was written, and how often.
Own = Mapping[tuple[str, str], tuple[str, Rate | None]]


class Turnstile:
    """Asks the limits once for each request; without any it costs a look into the scope."""

    def __init__(self, app: ASGIApp, *, own: Own, proxies: Sequence[Network] = ()) -> None:
        self._app = app
        self._own = own
        self._proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            share.set(self._share(scope))
            limits: RateLimits | None = scope["state"]["limits"]
            if limits is not None:
                await self._admit(limits, scope)
        await self._app(scope, receive, send)

    def _share(self, scope: Scope) -> str:
        """Whose work this is where places are short: a caller's, else an address's.

        At this machine each request counts by itself, or all of them would be in one queue.
        """
        known: Caller | None = scope["state"].get("caller")
        if known is not None and known.id != LOCAL:
            return known.id
        address = client_address(scope, self._proxies)
        return f"request {request_id.get()}" if is_loopback(address) else f"@{address}"

    async def _admit(self, limits: RateLimits, scope: Scope) -> None:
        target: Target = scope["target"]
        kind: Kind = "generation" if target.rule.orders else "requests"
        known: Caller | None = scope["state"].get("caller")
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
        scope["state"]["turned"] = (kind, subject, rate, place)
        await take(limits, scope, 1)


async def take(limits: RateLimits, scope: Scope, cost: int) -> None:
    """Count it and leave the headers for the gate to send with whatever the answer is."""
    kind, subject, rate, place = scope["state"]["turned"]
    try:
        verdict = await limits.admit(kind, subject, rate, place=place, cost=cost)
    except TooMany as fault:
        scope["told"] = fault.headers
        raise
    scope["told"] = headers(kind, rate, verdict)


async def take_more(request: Request, cost: int) -> None:
    """A batch is as many orders as are in it, the first of which was counted at the door."""
    limits: RateLimits | None = request.scope["state"]["limits"]
    if limits is not None and cost > 0 and "turned" in request.scope["state"]:
        await take(limits, request.scope, cost)


def own_rates(settings: Sequence[RouteRate], targets: Targets) -> Own:
    """The rates of RATE_LIMIT_ROUTES; Invalid for one that would limit nothing."""
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
    """A route's path, whatever its variable parts are called."""
    return re.sub(r"\{[^{}/]*\}", "{}", path)
