import asyncio
import json
from array import array
from collections.abc import AsyncIterator

import httptools
import pytest
from bench.load import MARK, Plan, percentile, run
from hypothesis import given
from hypothesis import strategies as st

Bodies = list[bytes]


class Echo(asyncio.Protocol):
    """Keeps every body; answers 200, but 503 to every third when told so."""

    def __init__(self, bodies: Bodies, failing: bool, silent: bool, closing: bool) -> None:
        self.bodies, self.failing, self.silent, self.closing = bodies, failing, silent, closing
        self.parser = httptools.HttpRequestParser(self)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        self.bodies.append(body)

    def on_message_complete(self) -> None:
        if self.silent:
            return
        bad = self.failing and len(self.bodies) % 3 == 0
        status = b"503 Service Unavailable" if bad else b"200 OK"
        more = b"Connection: close\r\n" if self.closing else b""
        self.transport.write(b"HTTP/1.1 %b\r\n%bContent-Length: 4\r\n\r\ngood" % (status, more))
        if self.closing:
            self.transport.close()


class Served:
    def __init__(self) -> None:
        self.bodies: Bodies = []
        self.failing = self.silent = self.closing = False
        self.port = 0

    def caller(self) -> Echo:
        return Echo(self.bodies, self.failing, self.silent, self.closing)

    def plan(self, **more: object) -> Plan:
        first = {"port": self.port, "path": "/x", "body": f'{{"n":"{MARK}"}}', "connections": 4}
        return Plan(**{**first, "requests": 10, "seconds": 5.0, **more})


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    made = Served()
    server = await asyncio.get_running_loop().create_server(made.caller, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    yield made
    server.close()


@pytest.mark.parametrize(("requests", "connections"), [(1, 8), (10, 4), (103, 7)])
async def test_it_asks_exactly_as_often_as_it_was_told(
    served: Served, requests: int, connections: int
) -> None:
    result = await run(served.plan(requests=requests, connections=connections))

    assert result.requests == requests == len(served.bodies)
    assert not result.errors


async def test_distinct_bodies_are_distinct_over_warmup_and_measurement(served: Served) -> None:
    await run(served.plan(warmup=5))

    numbers = sorted(int(json.loads(body)["n"]) for body in served.bodies)
    assert numbers == list(range(1, 16))


async def test_a_body_without_a_mark_is_sent_as_it_is(served: Served) -> None:
    await run(served.plan(body='{"n":1}'))

    assert set(served.bodies) == {b'{"n":1}'}


async def test_warmup_is_not_measured(served: Served) -> None:
    result = await run(served.plan(warmup=30))

    assert (result.warmed, result.requests, len(served.bodies)) == (30, 10, 40)


async def test_time_ends_a_plan_that_requests_would_not(served: Served) -> None:
    result = await run(served.plan(requests=100_000_000, seconds=0.2))

    assert result.requests == len(served.bodies)
    assert 0.15 < result.seconds < 20


async def test_a_wrong_status_is_an_error_and_no_measurement(served: Served) -> None:
    served.failing = True

    result = await run(served.plan(requests=12, connections=1))

    assert result.requests == 8
    assert result.errors == {"status 503": 4}
    assert result.wrong == "status 503: good"


async def test_an_answer_without_what_it_must_hold_is_an_error(served: Served) -> None:
    result = await run(served.plan(holds="better"))

    assert (result.requests, result.errors) == (0, {"body": 10})


async def test_it_connects_again_when_the_server_closes(served: Served) -> None:
    served.closing = True

    result = await run(served.plan())

    assert (result.requests, result.errors) == (10, {})


async def test_an_answer_that_never_comes_is_named(served: Served) -> None:
    served.silent = True

    result = await run(served.plan(connections=2, seconds=0.1, patience=0.1))

    assert result.errors == {"no answer": 2}


async def test_a_server_that_is_not_there_is_not_asked_for_ever(served: Served) -> None:
    result = await run(served.plan(port=1, requests=10_000))

    assert set(result.errors) == {"ConnectionRefusedError"}
    assert result.errors["ConnectionRefusedError"] < 100


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=300), st.floats(0.01, 1))
def test_a_percentile_is_the_smallest_value_that_share_does_not_pass(
    values: list[float], share: float
) -> None:
    ordered = sorted(values)

    found = percentile(array("d", ordered), share)

    below = sum(value <= found for value in ordered)
    assert below >= share * len(ordered) - 1e-9
    assert sum(value < found for value in ordered) < share * len(ordered)
