"""How often a caller may come: rates for orders, for all other requests, and for single routes."""

from collections.abc import Mapping
from typing import Literal

from kuznia.callers.limits.caller_limits import LimitsByCaller, Rate, others_come
from kuznia.callers.limits.windows import RateVerdict, Windows
from kuznia.platform.errors import RateLimited
from kuznia.platform.log import get_log
from kuznia.platform.metrics import Metrics
from kuznia.platform.settings import Settings

log = get_log("limits")

Kind = Literal["generation", "requests", "route", "credentials"]
WORDS: Mapping[Kind, str] = {
    "generation": "orders",
    "requests": "requests",
    "route": "requests",
    "credentials": "requests without a good credential",
}


def counts_requests(settings: Settings) -> bool:
    """Whether requests are counted: not where only the owner of the machine can send any."""
    told = {"rate_limit_requests", "rate_limit_generation", "rate_limit_routes"}
    return others_come(settings) or bool(told & settings.model_fields_set)


class RateLimits:
    """Lives as long as the application."""

    def __init__(self, windows: Windows, caller_limits: LimitsByCaller, metrics: Metrics) -> None:
        self._windows = windows
        self._caller_limits = caller_limits
        self._metrics = metrics

    async def rate(self, kind: Kind, caller: str | None) -> Rate | None:
        """The rate of this caller, or of one known by an address alone; None is no limit."""
        known = self._caller_limits
        found = known.usual if caller is None else known.known(caller) or await known.of(caller)
        return found.generation if kind == "generation" else found.requests

    async def admit(
        self, kind: Kind, subject: str, rate: Rate, *, place: str = "", cost: int = 1
    ) -> RateVerdict:
        """Count it, or raise RateLimited. `place` is the route of a rate that is a route's own.

        What costs more than the whole rate takes all of it: a long batch is not for ever refused.
        """
        cost = min(cost, rate.count)
        verdict = await self._windows.admit(f"{kind}{place}:{subject}", rate, cost)
        if verdict.admitted:
            return verdict
        self._metrics.refused(kind)
        log.warning("rate_limited", kind=kind, subject=subject)
        raise TooMany(kind, rate, verdict)


class TooMany(RateLimited):
    """A rate is used up; the fault names the rate, so that a program can keep to it."""

    def __init__(self, kind: Kind, rate: Rate, verdict: RateVerdict) -> None:
        super().__init__(
            f"You may send {rate.count} {WORDS[kind]} in {rate.seconds} seconds; "
            f"there is room again in {_up(verdict.seconds)} s.",
            details={"limit": rate.count, "seconds": rate.seconds, "kind": kind},
            retry_after=verdict.seconds,
        )
        self.headers = headers(kind, rate, verdict)


def headers(kind: Kind, rate: Rate, verdict: RateVerdict) -> list[tuple[bytes, bytes]]:
    """What is left, in the words of the IETF's draft."""
    return [
        (b"ratelimit-policy", f'"{kind}";q={rate.count};w={rate.seconds}'.encode()),
        (b"ratelimit", f'"{kind}";r={verdict.left};t={_up(verdict.seconds)}'.encode()),
    ]


def _up(seconds: float) -> int:
    return max(0, -int(-seconds // 1))
