"""Many event streams at once: each followed to its end, every number checked.

`python -m bench.streams PLAN` reads a StreamPlan as JSON, prints Followed as JSON.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import cast

import httptools
import uvloop

from bench.load import MARK
from bench.procs import apart

PROBES_A_SECOND = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamPlan:
    """How many streams, opened how fast; each must end within `patience` seconds of its start."""

    port: int
    path: str
    body: str
    streams: int
    # Streams opened in a second; the first is opened at once.
    rate: float
    # Streams opened one by one when all the others are open, to see what those cost them.
    probes: int = 0
    first: int = 0
    patience: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """What the followers saw. Milliseconds from the request to the first numbered event."""

    finished: int
    events: int
    lost: int
    # The most that were open at one time.
    together: int
    first_event: list[float]
    probed: list[float]
    errors: dict[str, int] = field(default_factory=dict)


class Tally:
    """What all streams of a plan have seen so far."""

    def __init__(self) -> None:
        self.finished = self.events = self.lost = self.open = self.together = 0
        self.first_event: list[float] = []
        self.errors: Counter[str] = Counter()

    def opened(self) -> None:
        self.open += 1
        self.together = max(self.together, self.open)


class Stream(asyncio.Protocol):
    """One order followed as it is made. `over` is set when the connection has ended."""

    def __init__(self, request: bytes, tally: Tally) -> None:
        self.request, self.tally = request, tally
        self.over = asyncio.get_running_loop().create_future()
        self.parser = httptools.HttpResponseParser(self)
        self.rest = b""
        self.number = 0
        self.ended = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # No isinstance: transports of uvloop do not descend from asyncio's.
        self.transport = cast("asyncio.Transport", transport)
        self.tally.opened()
        self.sent = time.perf_counter()
        self.transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        self.parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        *frames, self.rest = (self.rest + body).split(b"\n\n")
        for frame in frames:
            # A heartbeat has no number.
            if b"id: " in frame:
                self.event(frame)

    def event(self, frame: bytes) -> None:
        said = dict(line.split(b": ", 1) for line in frame.split(b"\n") if b": " in line)
        number = int(said[b"id"])
        if not self.number:
            self.tally.first_event.append(1000 * (time.perf_counter() - self.sent))
        self.tally.events += 1
        self.tally.lost += abs(number - self.number - 1)
        self.number = number
        if said[b"event"] in {b"run.finished", b"run.failed"}:
            self.ended = said[b"event"].decode()

    def on_message_complete(self) -> None:
        status = self.parser.get_status_code()
        if status != 200:
            self.ended = f"status {status}"
        self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self.tally.open -= 1
        if self.ended == "run.finished":
            self.tally.finished += 1
        else:
            self.tally.errors[self.ended or "cut before its last event"] += 1
        if not self.over.done():
            self.over.set_result(None)


def request(plan: StreamPlan, number: int) -> bytes:
    body = plan.body.replace(MARK, f"{number:016d}").encode()
    head = (
        f"POST {plan.path} HTTP/1.1\r\nHost: 127.0.0.1:{plan.port}\r\n"
        "Content-Type: application/json\r\nAccept: text/event-stream\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body


async def follow(plan: StreamPlan, nth: int, start: float, tally: Tally) -> None:
    await asyncio.sleep(start)
    said = request(plan, plan.first + nth)
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(plan.patience):
            _, stream = await loop.create_connection(
                lambda: Stream(said, tally), "127.0.0.1", plan.port
            )
            await asyncio.shield(stream.over)
    except OSError as error:
        # A TimeoutError is an OSError too.
        tally.errors[type(error).__name__] += 1


async def run(plan: StreamPlan) -> Followed:
    """Open all, each at its time, and follow every one to its end."""
    crowd, probes = Tally(), Tally()
    settled = plan.streams / plan.rate + 1
    await asyncio.gather(
        *(follow(plan, nth, nth / plan.rate, crowd) for nth in range(plan.streams)),
        *(
            follow(plan, plan.streams + nth, settled + nth / PROBES_A_SECOND, probes)
            for nth in range(plan.probes)
        ),
    )
    return Followed(
        finished=crowd.finished + probes.finished,
        events=crowd.events + probes.events,
        lost=crowd.lost + probes.lost,
        together=crowd.together,
        first_event=sorted(crowd.first_event),
        probed=sorted(probes.first_event),
        errors=dict(crowd.errors + probes.errors),
    )


def run_apart(plan: StreamPlan, core: int) -> Followed:
    """Follow them in a process of its own on its core."""
    opened = plan.streams / plan.rate + plan.probes / PROBES_A_SECOND
    most = opened + plan.patience + 10
    return Followed(**apart("bench.streams", asdict(plan), core, most))


def main() -> None:
    plan = StreamPlan(**json.loads(sys.argv[1]))
    print(json.dumps(asdict(uvloop.run(run(plan)))))


if __name__ == "__main__":
    main()
