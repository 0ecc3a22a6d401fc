"""A closed-loop load generator: N connections, each asks again when its answer has come.

`python -m bench.load PLAN` reads a Plan as JSON from the first argument, prints a Result as JSON.
"""

import asyncio
import json
import sys
import time
from array import array
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import cast

import httptools
import uvloop

from bench.procs import apart

# Where a body is made distinct: as many signs as the number that takes their place.
MARK = "@@@@@@@@@@@@@@@@"
# A server that is down must not be asked for ever.
ERRORS_LIMIT = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to ask, how often and for how long; whichever of requests and seconds ends first."""

    port: int
    path: str
    body: str
    connections: int
    requests: int
    seconds: float
    warmup: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    status: int = 200
    # Bytes every good answer has, cheaper to look for than JSON is to parse.
    holds: str = ""
    # How long an answer may take.
    patience: float = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of a plan. Milliseconds, as the caller felt them."""

    # Answers of the warm-up, which is cut off by the same seconds.
    warmed: int
    requests: int
    seconds: float
    p50: float
    p90: float
    p99: float
    slowest: float
    # Of one core, while the plan ran: near 1 means the generator itself was the limit.
    cpu: float
    errors: dict[str, int] = field(default_factory=dict)
    # The start of the first wrong answer, to see what happened.
    wrong: str = ""

    @property
    def rate(self) -> float:
        return self.requests / self.seconds if self.seconds else 0.0


def percentile(ordered: "array[float] | list[float]", share: float) -> float:
    """The value that `share` of all values do not pass (nearest rank); 0 of nothing."""
    if not ordered:
        return 0.0
    rank = -(-len(ordered) * share // 1)
    return ordered[max(0, int(rank) - 1)]


class Load:
    """One phase of a plan, shared by its connections; distinct bodies count on from `number`."""

    def __init__(self, plan: Plan, requests: int, number: int) -> None:
        self.plan = plan
        self.left = requests
        self.number = number
        self.took: array[float] = array("d")
        self.errors: Counter[str] = Counter()
        self.wrong = ""
        self.stop_at = time.perf_counter() + plan.seconds
        self.holds = plan.holds.encode()
        before, _, after = plan.body.partition(MARK)
        self.before, self.after = before.encode(), after.encode()
        self.distinct = MARK in plan.body
        length = len(plan.body.encode())
        lines = [f"POST {plan.path} HTTP/1.1", f"Host: 127.0.0.1:{plan.port}"]
        lines += ["Content-Type: application/json", f"Content-Length: {length}"]
        lines += [f"{name}: {value}" for name, value in plan.headers]
        self.head = ("\r\n".join(lines) + "\r\n\r\n").encode()

    def next(self) -> bytes | None:
        """The next request, or None when enough were sent."""
        if self.left <= 0 or self.errors.total() >= ERRORS_LIMIT:
            return None
        if time.perf_counter() >= self.stop_at:
            return None
        self.left -= 1
        if not self.distinct:
            return self.head + self.before
        self.number += 1
        return b"%b%b%016d%b" % (self.head, self.before, self.number, self.after)

    def answered(self, status: int, body: bytes, seconds: float) -> None:
        if status == self.plan.status and self.holds in body:
            self.took.append(seconds)
            return
        self.fail(f"status {status}" if status != self.plan.status else "body", body)

    def fail(self, kind: str, body: bytes = b"") -> None:
        self.errors[kind] += 1
        self.wrong = self.wrong or f"{kind}: {body[:300].decode(errors='replace')}"


class Connection(asyncio.Protocol):
    """Asks, waits for the whole answer, asks again; `over` is set when it has asked enough."""

    def __init__(self, load: Load) -> None:
        self.load = load
        self.over = asyncio.get_running_loop().create_future()
        self.parser = httptools.HttpResponseParser(self)
        self.body: list[bytes] = []
        self.sent = 0.0
        self.waiting = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # No isinstance: transports of uvloop do not descend from asyncio's.
        self.transport = cast("asyncio.Transport", transport)
        self.ask()

    def ask(self) -> None:
        request = self.load.next()
        if request is None:
            self.transport.close()
            return
        self.body = []
        self.waiting = True
        self.sent = time.perf_counter()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError:
            self.load.fail("not HTTP", data)
            self.waiting = False
            self.transport.close()

    def on_body(self, body: bytes) -> None:
        self.body.append(body)

    def on_message_complete(self) -> None:
        took = time.perf_counter() - self.sent
        self.waiting = False
        self.load.answered(self.parser.get_status_code(), b"".join(self.body), took)
        if self.parser.should_keep_alive():
            self.ask()
        else:
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        if self.waiting:
            self.waiting = False
            self.load.fail("cut")
        if not self.over.done():
            self.over.set_result(None)


async def drive(load: Load) -> None:
    """One place among N: connects again for as long as there is something to ask."""
    loop = asyncio.get_running_loop()
    while load.left > 0 and load.errors.total() < ERRORS_LIMIT:
        if time.perf_counter() >= load.stop_at:
            return
        try:
            _, connection = await loop.create_connection(
                lambda: Connection(load), "127.0.0.1", load.plan.port
            )
        except OSError as error:
            load.fail(type(error).__name__)
            continue
        # Asked for before each request is sent, so no answer is awaited past the plan's patience.
        left = load.stop_at - time.perf_counter() + load.plan.patience
        try:
            await asyncio.wait_for(connection.over, left)
        except TimeoutError:
            connection.waiting = False
            load.fail("no answer")
            connection.transport.abort()


async def phase(plan: Plan, requests: int, number: int) -> Load:
    load = Load(plan, requests, number)
    await asyncio.gather(*(drive(load) for _ in range(min(plan.connections, requests))))
    return load


async def run(plan: Plan) -> Result:
    """Warm up, then measure. Every request asked is an answer counted or an error named."""
    warm = await phase(plan, plan.warmup, 0)
    if warm.errors:
        return outcome(warm, 0, 0.0, 0.0)
    began, busy = time.perf_counter(), time.process_time()
    load = await phase(plan, plan.requests, plan.warmup)
    seconds, busy = time.perf_counter() - began, time.process_time() - busy
    return outcome(load, len(warm.took), seconds, busy)


def outcome(load: Load, warmed: int, seconds: float, busy: float) -> Result:
    took = sorted(load.took)
    p50, p90, p99 = (1000 * percentile(took, share) for share in (0.5, 0.9, 0.99))
    return Result(
        warmed=warmed,
        requests=len(took),
        seconds=seconds,
        p50=p50,
        p90=p90,
        p99=p99,
        slowest=1000 * took[-1] if took else 0.0,
        cpu=busy / seconds if seconds else 0.0,
        errors=dict(load.errors),
        wrong=load.wrong,
    )


def run_apart(plan: Plan, core: int) -> Result:
    """Run the plan in a process of its own on its core, so that asking does not slow the asked."""
    most = 2 * (plan.seconds + plan.patience) + 10
    return Result(**apart("bench.load", asdict(plan), core, most))


def main() -> None:
    plan = Plan(**json.loads(sys.argv[1]))
    print(json.dumps(asdict(uvloop.run(run(plan)))))


if __name__ == "__main__":
    main()
