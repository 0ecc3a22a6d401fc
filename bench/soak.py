"""What long use leaves behind: memory after 20,000 orders, connections and events under streams."""

import argparse
import json
import math
import re
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from statistics import linear_regression, median
from typing import TypeVar

from bench import load, servers, streams
from bench.load import Plan, percentile
from bench.procs import NotReady, Running, cores, stop_on_signal
from bench.race import THREE, Line, Wrong, order
from bench.report import Goal, goals_table
from bench.streams import Followed, StreamPlan

T = TypeVar("T")

CHECKED_OUT = re.compile(rb"^kuznia_database_connections\S* ([0-9.]+)$", re.MULTILINE)

# Seconds between the pieces of a stream, and the least a whole one takes: its reply has 25 pieces.
GAP = 1.0
LASTS = 25
PROBES = 100


def meanwhile(
    work: Callable[[], T], look: Callable[[], float], every: float
) -> tuple[T, list[tuple[float, float]]]:
    """Do the work, looking at something while it goes on; what was seen, with the second of it."""
    seen: list[tuple[float, float]] = []
    began, over = time.perf_counter(), threading.Event()

    def watch() -> None:
        while not over.wait(every):
            seen.append((time.perf_counter() - began, look()))

    # The work stays in this thread: a signal ends it, and the watching ends with it.
    watching = threading.Thread(target=watch)
    watching.start()
    try:
        return work(), seen
    finally:
        over.set()
        watching.join()


def slope(seen: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Over the last two thirds: growth for each second by least squares, and from end to end."""
    late = seen[len(seen) // 3 :]
    return linear_regression(*zip(*late, strict=True)).slope, late[-1][1] - late[0][1]


def orders(line: Line, count: int, connections: int) -> list[Goal]:
    """Distinct orders, one after another on each connection, while memory is watched."""
    place = cores()
    with servers.upstream(place.load) as model, servers.kuznia(model.port, place.server) as server:
        idle = server.memory()
        plan = Plan(
            port=server.port,
            path=line.path,
            body=line.text(),
            connections=connections,
            requests=count,
            seconds=900,
            holds=line.holds,
        )
        result, seen = meanwhile(lambda: load.run_apart(plan, place.load), server.memory, 0.2)
        if result.errors or result.requests != count:
            raise Wrong(f"{result.requests} of {count} answered; {result.errors} {result.wrong}")
        per_second, growth = slope(seen)
        per_orders = per_second * result.seconds / count * 10_000
        print(f"{count:,} orders in {result.seconds:.0f} s, {result.rate:,.0f} a second")
        print(f"idle {idle:.1f} MiB, peak {server.memory('VmHWM'):.1f} MiB;", end=" ")
        print(f"over the last two thirds {growth:+.1f} MiB, {per_second * 60:+.2f} MiB a minute\n")
        return [Goal("memory for 10,000 orders more", per_orders, 2, "MiB", floor=False)]


def followed(
    server: Running, line: Line, count: int, rate: float, first: int, probes: int = 0
) -> Followed:
    plan = StreamPlan(
        port=server.port,
        path=line.path,
        body=line.text(),
        streams=count,
        rate=rate,
        probes=probes,
        first=first,
    )
    seen = streams.run_apart(plan, cores().load)
    if seen.errors or seen.finished != count + probes:
        raise Wrong(f"{seen.finished} of {count + probes} streams ended well; {seen.errors}")
    return seen


def connections(server: Running) -> float:
    """Database connections in use at this moment, as the server's metrics tell them."""
    found = CHECKED_OUT.search(server.get("/metrics")[1])
    # Not a number is not few: a server that does not tell has not met the goal.
    return float(found[1]) if found else math.nan


# The defaults let 64 calls to one model go out at once; here each stream holds one, and what is
# asked beyond a thousand waits for its first word until another stream has ended.
MANY = {
    "MODEL_CONCURRENCY": "1500",
    "HTTP_CONNECTIONS": "1000",
    "MODEL_FIRST_TOKEN_TIMEOUT": "60",
}


def open_streams(line: Line, few: int, many: int) -> list[Goal]:
    """Streams that stay open while a slow model speaks."""
    place = cores()
    with (
        servers.upstream(place.load, delay=0.05, gap=GAP) as model,
        servers.kuznia(model.port, place.server, **MANY) as server,
    ):
        alone = followed(server, line, 20, 10, 10_000_000)
        seen, taken = meanwhile(
            lambda: followed(server, line, few, few / 2, 20_000_000),
            lambda: connections(server),
            0.5,
        )
        # All are open by now, and none is being kept yet.
        steady = [count for second, count in taken if 5 < second < LASTS - 5]
        print(f"{seen.together} streams open: {max(steady):.0f} database connections in use")
        crowd = followed(server, line, many, many / 10, 30_000_000, PROBES)
    first = median(alone.first_event)
    late = [percentile(crowd.probed, share) - first for share in (0.5, 0.95, 0.99)]
    print(f"{crowd.together} streams open, {crowd.events:,} events: {crowd.lost} lost;", end=" ")
    print(
        f"first event {first:.1f} ms alone; later by {late[0]:.1f} (p50), {late[2]:.1f} ms (p99)\n"
    )
    return [
        Goal(f"connections in use, {few} streams", max(steady), 0, "", floor=False),
        Goal(f"events lost, {many} streams", crowd.lost, 0, "", floor=False),
        Goal("first event later, p95", late[1], 15, "ms", floor=False),
    ]


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench soak", description=__doc__)
    parser.add_argument("--orders", type=int, default=20_000)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--few", type=int, default=200, help="streams for the connection count")
    parser.add_argument("--many", type=int, default=1000, help="streams for the lost events")
    parser.add_argument("--json", action="store_true", help="figures for programs, last line")
    said = parser.parse_args(arguments)
    stop_on_signal()
    try:
        line = order(THREE, 3, parts=True)
        reached = orders(line, said.orders, said.connections)
        reached += open_streams(order("streamed", 1), said.few, said.many)
    except (NotReady, Wrong) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(goals_table(reached))
    if said.json:
        print(json.dumps([asdict(goal) | {"met": goal.met} for goal in reached]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
