"""The road with Redis beside it and without: a hit, a make, and what another process made."""

import argparse
import json
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.servers.databases import Redis

from bench import servers
from bench.load import MARK, Plan, Result, run_apart
from bench.procs import Cores, Running, cores, module

# Orders one process makes and the other finds; each must still be on the shelf of neither memory.
SHARED = 2_000
Figures = dict[str, list[float]]


@contextmanager
def redis(place: Cores) -> Iterator[str]:
    """A Redis on the core of the load: its own work is not ours."""
    mine = os.sched_getaffinity(0)
    with TemporaryDirectory() as folder:
        server = Redis(Path(folder))
        os.sched_setaffinity(0, {place.load})
        server.start()
        os.sched_setaffinity(0, mine)
        try:
            yield server.url
        finally:
            server.stop()


def plan(at: Running, *, distinct: bool, requests: int, seconds: float) -> Plan:
    body = {"prompt": f"Count the words of some texts. Order {MARK if distinct else 'again'}."}
    return Plan(
        port=at.port,
        path="/api/v1/road",
        body=json.dumps(body),
        connections=16,
        requests=requests,
        seconds=seconds,
        warmup=0 if requests == SHARED else 200,
        holds='"status":"complete"',
    )


def measured(at: Running, place: Cores, asked: Plan, into: list[float]) -> Result:
    """Milliseconds of processor the server took for one request."""
    before = at.cpu_seconds()
    result = run_apart(asked, place.load)
    if result.errors or not result.requests:
        sys.exit(f"wrong: {result.errors} {result.wrong}")
    into.append(1000 * (at.cpu_seconds() - before) / (result.requests + result.warmed))
    return result


def once(figures: Figures, model: Running, place: Cores, seconds: float) -> None:
    """One round: alone, then with Redis, each for a while; then a second process finds it all."""
    road = module("bench.road")
    with servers.ours("alone", road, model.port, place.server, {}) as alone:
        for kind in (False, True):
            asked = plan(alone, distinct=kind, requests=1_000_000, seconds=seconds)
            measured(alone, place, asked, figures[f"{'make' if kind else 'hit'}, alone"])
    with ExitStack() as running:
        more = {"REDIS_URL": running.enter_context(redis(place)), "CACHE_SIZE": str(SHARED)}
        maker, finder = (
            running.enter_context(servers.ours(name, road, model.port, place.server, more))
            for name in ("maker", "finder")
        )
        for kind in (False, True):
            asked = plan(maker, distinct=kind, requests=1_000_000, seconds=seconds)
            measured(maker, place, asked, figures[f"{'make' if kind else 'hit'}, Redis"])
        # What is asked for is made first; then the other process is asked for the same.
        for at, into in ((maker, []), (finder, figures["found in Redis"])):
            measured(at, place, plan(at, distinct=True, requests=SHARED, seconds=60), into)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--json", action="store_true")
    said = parser.parse_args()
    place = cores()
    names = ("hit, alone", "hit, Redis", "make, alone", "make, Redis", "found in Redis")
    figures: Figures = {name: [] for name in names}
    with servers.upstream(place.load) as model:
        for _ in range(said.rounds):
            once(figures, model, place, said.seconds)
    milliseconds = {name: round(median(taken), 3) for name, taken in figures.items()}
    if said.json:
        print(json.dumps(milliseconds, indent=1))
        return
    for name, taken in milliseconds.items():
        print(f"{name:16}{taken:8.3f} ms of processor a request")


if __name__ == "__main__":
    main()
