"""What limits and budgets cost a request: the same road with and without them, round by round.

In memory they may add 0.3 ms, with Redis on loopback 1 ms; `--redis URL` measures the second too.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from statistics import median

from bench import servers
from bench.load import MARK, Plan, run_apart
from bench.procs import Cores, Running, cores, module, stop_on_signal

# Never reached: what is measured is the counting, not the refusing.
LIMITS = {
    "RATE_LIMIT_GENERATION": "999999/second",
    "RATE_LIMIT_REQUESTS": "999999/second",
    "ORDERS_AT_ONCE": "100000",
    "BUDGET_TOKENS_DAY": "1000000000000",
    "BUDGET_COST_DAY": "10000",
    "OPENAI_PRICE_INPUT": "0.001",
    "OPENAI_PRICE_OUTPUT": "0.001",
}
BARS = {"in memory": 0.3, "with Redis": 1.0}


@contextmanager
def road(model: int, core: int, more: Mapping[str, str]) -> Iterator[Running]:
    # A prefix of its own: what another round made must not be found again.
    own = {**more, "REDIS_PREFIX": f"bench{time.time_ns()}:"}
    with servers.ours("limits", module("bench.road"), model, core, own) as server:
        yield server


def milliseconds(
    server: Running, place: Cores, seconds: float, connections: int
) -> tuple[float, float]:
    """Of an order: the server's processor time, and what half of the callers waited."""
    plan = Plan(
        port=server.port,
        path="/api/v1/road",
        body=json.dumps({"prompt": f"Count the words w{MARK}"}),
        connections=connections,
        requests=1_000_000,
        seconds=seconds,
        warmup=200,
        holds='"status":"complete"',
    )
    before = server.cpu_seconds()
    result = run_apart(plan, place.load)
    if result.errors or not result.requests:
        raise SystemExit(f"not measured: {result.errors} {result.wrong}")
    spent = server.cpu_seconds() - before
    return 1000 * spent / (result.requests + result.warmed), result.p50


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench limits", description=__doc__)
    parser.add_argument("--redis", help="a Redis whose keys may be written to")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4.0, help="of each server in each round")
    parser.add_argument("--connections", type=int, default=16)
    said = parser.parse_args(arguments)
    stop_on_signal()
    place = cores()
    ways: dict[str, dict[str, str]] = {"nothing limited": {}, "in memory": LIMITS}
    if said.redis:
        # Redis shares the runs too, which is not what is measured here.
        ways["Redis, nothing limited"] = {"REDIS_URL": said.redis}
        ways["with Redis"] = {**LIMITS, "REDIS_URL": said.redis}
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    with servers.upstream(place.load) as model:
        for _ in range(said.rounds):
            for name, more in ways.items():
                with road(model.port, place.server, more) as server:
                    time.sleep(0.5)
                    taken[name].append(milliseconds(server, place, said.seconds, said.connections))
    found = {
        name: (median(cpu for cpu, _ in all_), median(p50 for _, p50 in all_))
        for name, all_ in taken.items()
    }
    print(f"{said.rounds} rounds of {said.seconds:g} s, {said.connections} connections; medians\n")
    print(f"{'':24}{'cpu ms':>10}{'p50 ms':>10}")
    for name, (cpu, p50) in found.items():
        print(f"{name:24}{cpu:10.3f}{p50:10.3f}")
    reached = True
    for name, without in (
        ("in memory", "nothing limited"),
        ("with Redis", "Redis, nothing limited"),
    ):
        if name in found:
            added = found[name][0] - found[without][0]
            reached &= added < BARS[name]
            print(f"\nadded {name}: {added:.3f} ms of processor time, at most {BARS[name]:g}")
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
