"""Pure ASGI, inside what knows the caller: so many may come in, each is told how many are left."""

import re
from collections.abc import Sequence
from ipaddress import ip_address, ip_network

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from kuznia.callers.allowances import Rate
from kuznia.callers.allowances import rate as read_rate
from kuznia.callers.limits import Kind, RateLimits, TooMany, headers
from kuznia.forge.terms import Caller
from kuznia.platform.log import request_id
from kuznia.platform.turns import share

LOCAL = "local"
# Whoever watches over us must not be sent away.
NEVER = frozenset({"/health", "/ready", "/metrics", "/api/health", "/api/health/"})


# A method or any, a path, and how often.
Own = tuple[str, re.Pattern[str], Rate | None]


class Turnstile:
    """Asks the limits once for each request; without any it costs a look into the scope."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        generating: frozenset[str],
        routes: Sequence[str] = (),
        proxies: Sequence[str] = (),
    ) -> None:
        self._app = app
        self._generating = generating
        self._routes = [_route(route) for route in routes]
        self._proxies = tuple(ip_network(proxy) for proxy in proxies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            share.set(self._share(scope))
            limits: RateLimits | None = scope["state"]["limits"]
            if limits is not None:
                await self._admit(limits, scope)
        await self._app(scope, receive, send)

    def _share(self, scope: Scope) -> str:
        """Whose work this is where places are short: a caller's, else a request's or an address's.

        Where everybody is one caller each request counts by itself, or they would all be in one
        queue; a stranger with nothing but a password to be tried is told apart by the address.
        """
        known: Caller | None = scope["state"].get("caller")
        if known is None:
            return f"@{self._address(scope)}"
        return f"request {request_id.get()}" if known.id == LOCAL else known.id

    async def _admit(self, limits: RateLimits, scope: Scope) -> None:
        kind: Kind = "requests"
        method, path = scope["method"], scope["path"]
        if method == "POST" and path in self._generating:
            kind = "generation"
        known: Caller | None = scope["state"].get("caller")
        # Without credentials everyone is the same caller, and only their address tells them apart.
        caller = None if known is None or known.id == LOCAL else known.id
        if own := self._own(method, path):
            kind, (_, pattern, rate) = "route", own
            place = pattern.pattern
        elif path in NEVER:
            return
        else:
            place, rate = "", await limits.rate(kind, caller)
        if rate is None:
            return
        subject = caller or f"@{self._address(scope)}"
        scope["state"]["turned"] = (kind, subject, rate, place)
        await take(limits, scope, 1)

    def _own(self, method: str, path: str) -> Own | None:
        """The rate an operator gave just this route."""
        for own in self._routes:
            if own[0] in ("", method) and own[1].fullmatch(path):
                return own
        return None

    def _address(self, scope: Scope) -> str:
        """Whose connection it is, or for whom a proxy of ours says it came."""
        client = scope.get("client")
        host = client[0] if client else ""
        if self._proxies and self._trusted(host):
            for name, value in scope["headers"]:
                if name == b"x-forwarded-for":
                    host = self._last_foreign(value.decode("latin-1"), host)
        return _grouped(host)

    def _last_foreign(self, told: str, host: str) -> str:
        """What is left of the last address a proxy of ours wrote is what anyone may have sent."""
        for hop in reversed(told.split(",")):
            host = hop.strip()
            if not self._trusted(host):
                break
        return host

    def _trusted(self, host: str) -> bool:
        try:
            address = ip_address(host)
        except ValueError:
            return False
        return any(address in proxy for proxy in self._proxies)


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


def _route(text: str) -> Own:
    """`POST /api/v1/artefacts/{id}=5/minute` as its method, its pattern and its rate."""
    where, _, told = text.rpartition("=")
    method, space, path = where.rpartition(" ")
    parts = re.split(r"\{[^{}/]*\}", path)
    return method if space else "", re.compile("[^/]+".join(map(re.escape, parts))), read_rate(told)


def _grouped(host: str) -> str:
    """One household has 2^64 addresses of the sixth version; they are one caller."""
    if ":" not in host:
        return host
    try:
        return str(ip_network(f"{host.partition('%')[0]}/64", strict=False))
    except ValueError:
        return host
