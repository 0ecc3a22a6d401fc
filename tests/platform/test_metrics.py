"""Counts are right, and no caller can make more series than there are labels for."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from kuznia.platform.metrics import Metrics


@dataclass(frozen=True)
class Used:
    input_tokens: int = 0
    output_tokens: int = 0


@dataclass(frozen=True)
class Tried:
    model: str
    outcome: str
    usage: Used = Used()
    cost: int = 0
    seconds: float = 0.0


@pytest.fixture
def metrics() -> Metrics:
    return Metrics(version="1.2.3")


def series(metrics: Metrics) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    families = text_string_to_metric_families(metrics.render().decode())
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def value(metrics: Metrics, name: str, **labels: str) -> float:
    return series(metrics)[name, tuple(sorted(labels.items()))]


def test_a_request_is_counted_by_method_route_and_class(metrics: Metrics):
    for status in (200, 204, 404):
        metrics.request("POST", "/api/v1/code", status, 0.02)

    counted = {"method": "POST", "route": "/api/v1/code"}
    assert value(metrics, "kuznia_http_requests_total", **counted, status="2xx") == 2
    assert value(metrics, "kuznia_http_requests_total", **counted, status="4xx") == 1


def test_the_seconds_of_a_request_are_kept(metrics: Metrics):
    metrics.request("GET", "/", 200, 0.25)
    metrics.request("GET", "/", 200, 0.5)

    assert value(metrics, "kuznia_http_request_seconds_sum", route="/") == 0.75
    assert value(metrics, "kuznia_http_request_seconds_bucket", route="/", le="0.25") == 1


def test_a_client_that_left_and_a_status_nobody_sent_have_a_class(metrics: Metrics):
    metrics.request("GET", "/", 499, 1)
    metrics.request("GET", "/", 0, 1)

    counted = {"method": "GET", "route": "/"}
    assert value(metrics, "kuznia_http_requests_total", **counted, status="4xx") == 1
    assert value(metrics, "kuznia_http_requests_total", **counted, status="other") == 1


@pytest.mark.parametrize("status", ["complete", "degraded", "CANCELLED", "MODEL_UNAVAILABLE"])
def test_a_run_ends_with_a_status_or_a_fault(metrics: Metrics, status: str):
    metrics.run_started("code")
    metrics.run_ended("code", status, seconds=1, model_seconds=0)

    assert value(metrics, "kuznia_runs_total", domain="code", status=status) == 1


def test_runs_under_way_are_those_that_have_not_ended(metrics: Metrics):
    for _ in range(3):
        metrics.run_started("code")
    metrics.run_ended("code", "complete", seconds=1, model_seconds=0)

    assert value(metrics, "kuznia_runs_in_progress", domain="code") == 2


def test_overhead_is_what_was_not_spent_on_a_model(metrics: Metrics):
    metrics.run_started("flows")
    metrics.run_ended("flows", "complete", seconds=2.5, model_seconds=2)

    assert value(metrics, "kuznia_overhead_seconds_sum", domain="flows") == 0.5


def test_models_asked_side_by_side_give_no_negative_overhead(metrics: Metrics):
    metrics.run_started("flows")
    metrics.run_ended("flows", "complete", seconds=2, model_seconds=3)

    assert value(metrics, "kuznia_overhead_seconds_sum", domain="flows") == 0


def test_an_attempt_is_counted_with_its_tokens_and_cost(metrics: Metrics):
    metrics.attempt(Tried("m", "ok", Used(10, 5), cost=2_500_000, seconds=1.5))
    metrics.attempt(Tried("m", "timeout", Used(10, 0), seconds=30))

    assert value(metrics, "kuznia_model_attempts_total", model="m", outcome="timeout") == 1
    assert value(metrics, "kuznia_model_tokens_total", model="m", direction="input") == 20
    assert value(metrics, "kuznia_model_tokens_total", model="m", direction="output") == 5
    assert value(metrics, "kuznia_model_cost_dollars_total", model="m") == 0.0025
    assert value(metrics, "kuznia_model_seconds_sum", model="m") == 31.5


def test_a_breaker_is_asked_when_the_metrics_are_read(metrics: Metrics):
    states = iter(["closed", "half-open", "open"])
    metrics.watch_breaker("m", lambda: next(states))

    seen = [value(metrics, "kuznia_breaker_state", model="m") for _ in range(3)]

    assert seen == [0, 1, 2]


def test_the_shelf_counts_hits_and_misses(metrics: Metrics):
    metrics.shelf_hit()
    metrics.shelf_hit()
    metrics.shelf_miss()

    assert value(metrics, "kuznia_shelf_lookups_total", result="hit") == 2
    assert value(metrics, "kuznia_shelf_lookups_total", result="miss") == 1


def test_streams_that_are_closed_are_not_open(metrics: Metrics):
    metrics.stream_opened()
    metrics.stream_opened()
    metrics.stream_closed()

    assert value(metrics, "kuznia_streams_open") == 1


def test_the_build_and_the_memory_of_the_process_are_told(metrics: Metrics):
    rendered = series(metrics)

    assert any(name == "kuznia_build_info" and ("version", "1.2.3") in of for name, of in rendered)
    assert rendered["process_resident_memory_bytes", ()] > 1_000_000


def test_two_applications_share_no_counts(metrics: Metrics):
    metrics.shelf_hit()

    assert ("kuznia_shelf_lookups_total", (("result", "hit"),)) not in series(Metrics(version="2"))


def test_ten_thousand_odd_inputs_make_a_bounded_number_of_series(metrics: Metrics):
    for i in range(10_000):
        metrics.request(f"M{i}", f"/r/{i}", i, 0.1)
        metrics.attempt(Tried(f"m{i}", f"o{i}"))

    assert len(series(metrics)) < 4_500


def test_what_is_in_no_set_counts_as_other(metrics: Metrics):
    metrics.request("TEAR", "/r", 200, 0.1)

    assert (
        value(metrics, "kuznia_http_requests_total", method="other", route="/r", status="2xx") == 1
    )


def test_names_beyond_the_last_place_count_as_other(metrics: Metrics):
    for i in range(12):
        metrics.attempt(Tried(f"model-{i}", "ok"))

    assert value(metrics, "kuznia_model_attempts_total", model="model-7", outcome="ok") == 1
    assert value(metrics, "kuznia_model_attempts_total", model="other", outcome="ok") == 4


@given(st.text(), st.text(), st.integers(), st.floats(0, 1e9))
def test_no_request_breaks_the_page(method: str, route: str, status: int, seconds: float):
    metrics = Metrics(version="1")

    metrics.request(method, route, status, seconds)

    assert series(metrics)
