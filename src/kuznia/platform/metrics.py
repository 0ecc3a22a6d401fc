"""Metrics for Prometheus. Every label has a closed set of values.

A label that follows what callers send would let anyone fill the memory with series: what is not in
the set counts as `other`.
"""

import platform
from collections.abc import Callable, Collection
from functools import partial
from typing import Generic, Protocol, TypeVar

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    disable_created_metrics,
    exposition,
    generate_latest,
)

from kuznia.platform.errors import ANSWERS

CONTENT_TYPE = exposition.CONTENT_TYPE_PLAIN_0_0_4
OTHER = "other"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
CLASSES = frozenset({"1xx", "2xx", "3xx", "4xx", "5xx"})
STATUSES = frozenset({"complete", "partial", "degraded", "declined", "failed", *ANSWERS})
# Which limit stood in the way.
LIMITS = frozenset({"generation", "requests", "route", "orders", "tokens", "cost"})
# Held in memory until they are written, refused for want of room there, or lost with the process.
UNKEPT = frozenset({"later", "refused", "lost"})
BREAKER = {"closed": 0, "half-open": 1, "open": 2}
# How a question to Redis ends.
ANSWERED = frozenset({"answered", "silent", "lost", "refused", "skipped"})
# Our own share of a run is milliseconds, a model's is seconds.
OURS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
WHOLE = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)

M = TypeVar("M", Counter, Gauge, Histogram)


class CountedUsage(Protocol):
    @property
    def input_tokens(self) -> int: ...
    @property
    def output_tokens(self) -> int: ...


class CountedAttempt(Protocol):
    """One call to a model, as `kuznia.llm` tells it; this room must not know that one."""

    @property
    def model(self) -> str: ...
    @property
    def usage(self) -> CountedUsage: ...
    @property
    def cost(self) -> int: ...
    @property
    def seconds(self) -> float: ...
    @property
    def outcome(self) -> str: ...


class LabelNames:
    """A bounded set of label values: the first `max_names` are taken, all others are `other`.

    For names that come from our own code and settings, but from no list this module could import.
    """

    def __init__(self, max_names: int) -> None:
        self._max_names = max_names
        self._taken: set[str] = set()

    def take(self, name: str) -> bool:
        """Whether the name is in the set, which takes it while there is room."""
        if name not in self._taken and len(self._taken) < self._max_names:
            self._taken.add(name)
        return name in self._taken


class Family(Generic[M]):
    """A metric with its series bound beforehand: finding one is a look-up, not a lock."""

    def __init__(
        self,
        make: Callable[[str, str, tuple[str, ...]], M],
        name: str,
        says: str,
        **labels: Collection[str] | LabelNames,
    ) -> None:
        self._metric = make(f"kuznia_{name}", says, tuple(labels))
        self._sets = tuple(labels.values())
        self._bound: dict[tuple[str, ...], M] = {}

    def of(self, *labels: str) -> M:
        """The series of these labels; of a label outside its set, the series of `other`."""
        if series := self._bound.get(labels):
            return series
        known = tuple(
            label if _takes(names, label) else OTHER
            for label, names in zip(labels, self._sets, strict=True)
        )
        return self._bound.setdefault(known, self._metric.labels(*known))


def _takes(names: Collection[str] | LabelNames, label: str) -> bool:
    return names.take(label) if isinstance(names, LabelNames) else label in names


class Metrics:
    """All of this process's counts. Made once for each application, so that tests share nothing."""

    def __init__(self, *, version: str) -> None:
        # A second series for each one, telling when it was made, is of no use to us.
        disable_created_metrics()
        self._registry = CollectorRegistry()
        counter = partial(Counter, registry=self._registry)
        gauge = partial(Gauge, registry=self._registry)
        ours = partial(Histogram, registry=self._registry, buckets=OURS)
        whole = partial(Histogram, registry=self._registry, buckets=WHOLE)
        domain, model, route, outcome = (
            LabelNames(20),
            LabelNames(8),
            LabelNames(200),
            LabelNames(30),
        )
        self._requests = Family(
            counter,
            "http_requests",
            "Requests answered.",
            method=METHODS,
            route=route,
            status=CLASSES,
        )
        self._request_seconds = Family(
            whole, "http_request_seconds", "Seconds to the end of an answer.", route=route
        )
        self._overhead = Family(
            ours, "overhead_seconds", "Seconds of a run not spent on a model.", domain=domain
        )
        self._runs = Family(counter, "runs", "Runs ended.", domain=domain, status=STATUSES)
        self._under_way = Family(gauge, "runs_in_progress", "Runs under way.", domain=domain)
        self._attempts = Family(
            counter, "model_attempts", "Calls to a model.", model=model, outcome=outcome
        )
        self._model_seconds = Family(
            whole, "model_seconds", "Seconds of one call to a model.", model=model
        )
        self._tokens = Family(
            counter, "model_tokens", "Tokens used.", model=model, direction=("input", "output")
        )
        self._cost = Family(counter, "model_cost_dollars", "Dollars spent.", model=model)
        self._breaker = Family(
            gauge, "breaker_state", "0 closed, 1 half-open, 2 open.", model=model
        )
        self._shelf = Family(
            counter, "shelf_lookups", "Looks on it.", result=("hit", "miss", "shared")
        )
        self._unkept = Family(
            counter,
            "artefacts_unkept",
            "Artefacts that no row could be written for when they were made.",
            result=UNKEPT,
        )
        says = "Artefacts in memory alone, to be written once rows are taken."
        self._waiting = gauge("kuznia_artefacts_waiting", says)
        self._refused = Family(
            counter, "refused", "Requests and orders over a limit.", limit=LIMITS
        )
        self._streams = gauge("kuznia_streams_open", "Streams being read.")
        self._redis = Family(counter, "redis_calls", "Questions to Redis.", result=ANSWERED)
        self._connections = gauge("kuznia_database_connections", "Connections in use.")
        Info("kuznia_build", "What is running.", registry=self._registry).info(
            {"version": version, "python": platform.python_version()}
        )
        ProcessCollector(registry=self._registry)

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request was answered. `route` is the pattern, never the path."""
        self._requests.of(method, route, f"{status // 100}xx").inc()
        self._request_seconds.of(route).observe(seconds)

    def run_started(self, domain: str) -> None:
        self._under_way.of(domain).inc()

    def run_ended(self, domain: str, status: str, *, seconds: float, model_seconds: float) -> None:
        """A run that was started has ended, with an artefact's status or a fault's code."""
        self._under_way.of(domain).dec()
        self._runs.of(domain, status).inc()
        # Parts made side by side wait for models at the same time: the sum can pass the whole.
        self._overhead.of(domain).observe(max(0.0, seconds - model_seconds))

    def attempt(self, attempt: CountedAttempt) -> None:
        """A call to a model has ended, whatever the end."""
        model = attempt.model
        self._attempts.of(model, attempt.outcome).inc()
        self._model_seconds.of(model).observe(attempt.seconds)
        self._tokens.of(model, "input").inc(attempt.usage.input_tokens)
        self._tokens.of(model, "output").inc(attempt.usage.output_tokens)
        self._cost.of(model).inc(attempt.cost / 1_000_000_000)

    def watch_breaker(self, model: str, state: Callable[[], str]) -> None:
        """Ask for a breaker's state whenever the metrics are read."""
        self._breaker.of(model).set_function(lambda: BREAKER[state()])

    def watch_connections(self, count: Callable[[], int]) -> None:
        """Ask how many database connections are in use whenever the metrics are read."""
        self._connections.set_function(count)

    def redis_call(self, result: str) -> None:
        """A question to Redis has ended, whatever the end."""
        self._redis.of(result).inc()

    def watch_redis(self, up: Callable[[], bool]) -> None:
        """Ask whether it is there whenever the metrics are read; no Redis has no such series."""
        says = "Whether Redis answered and took writes when last asked."
        Gauge("kuznia_redis_up", says, registry=self._registry).set_function(up)

    def shelf_hit(self) -> None:
        self._shelf.of("hit").inc()

    def shelf_miss(self) -> None:
        self._shelf.of("miss").inc()

    def shelf_shared(self) -> None:
        """A miss here that was found where all processes look."""
        self._shelf.of("shared").inc()

    def unkept(self, result: str) -> None:
        """An artefact was made and could not be written."""
        self._unkept.of(result).inc()

    def watch_unkept(self, count: Callable[[], int]) -> None:
        """Ask how many artefacts are in memory alone whenever the metrics are read."""
        self._waiting.set_function(count)

    def refused(self, limit: str) -> None:
        """A request or an order was more than its caller may have."""
        self._refused.of(limit).inc()

    def stream_opened(self) -> None:
        self._streams.inc()

    def stream_closed(self) -> None:
        self._streams.dec()

    def render(self) -> bytes:
        """Everything in Prometheus's text format, with the content type CONTENT_TYPE."""
        return generate_latest(self._registry)
