"""Flows without a model: how long a plan and a whole request take, on one core.

The prompts are those of the tests' table, in its order, so that two runs measure the same work.
Time is the processor's: on a busy machine a clock tells more of the others than of us.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from statistics import median, quantiles

import yaml

from bench import servers
from bench.procs import cores
from bench.report import Goal, goals_table
from kuznia.domains.flows.planner import build, read
from kuznia.domains.flows.schema import Flow

PROMPTS = Path(__file__).parent.parent / "tests" / "domains" / "flows" / "prompts"
# Seconds at the 95th percentile for a plan and for an order, and orders a second on one core.
PLAN, ORDER, RATE = 0.050, 0.080, 200


def prompts() -> list[str]:
    """Every prompt of the table that a flow is made of."""
    rows = [
        row for path in sorted(PROMPTS.glob("*.yaml")) for row in yaml.safe_load(path.read_text())
    ]
    return [row["p"] for row in rows if "declined" not in row]


def plan(prompt: str) -> Flow:
    return build(read(prompt))


def measure(work: Callable[[str], object], rounds: int) -> list[float]:
    """Seconds for each prompt in each round; the first round only warms."""
    taken: list[float] = []
    for number in range(rounds + 1):
        for prompt in prompts():
            began = time.process_time()
            work(prompt)
            if number:
                taken.append(time.process_time() - began)
    return taken


def figures(taken: list[float]) -> dict[str, float]:
    return {
        "orders": len(taken),
        "p50_ms": round(median(taken) * 1000, 2),
        "p95_ms": round(quantiles(taken, n=20)[18] * 1000, 2),
        "worst_ms": round(max(taken) * 1000, 2),
        "per_second": round(len(taken) / sum(taken), 1),
    }


def whole() -> tuple[dict[str, float], float]:
    """Whole requests to the real server, all prompts in turn: one at a time, then sixteen."""
    place = cores()
    with servers.kuznia(None, place.server) as server:
        one = Connection(server.port)
        for prompt in prompts():
            one.post(prompt)
        alone = [one.timed(f"{prompt} №{turn}") for turn in range(3) for prompt in prompts()]
        asked = [f"{prompt} № {turn}" for turn in range(4, 10) for prompt in prompts()]
        began, spent = time.perf_counter(), server.cpu_seconds()
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(lambda turn: several(server.port, asked[turn::16]), range(16)))
        seconds = time.perf_counter() - began
        spent = server.cpu_seconds() - spent
    print(f"16 at once: {len(asked) / seconds:.0f} orders/s, {len(asked) / spent:.0f} by CPU")
    return figures(alone), len(asked) / spent


def several(port: int, asked: list[str]) -> None:
    connection = Connection(port)
    for prompt in asked:
        connection.post(prompt)


class Connection:
    """One kept-alive connection to the server."""

    def __init__(self, port: int) -> None:
        self._http = HTTPConnection("127.0.0.1", port)

    def post(self, prompt: str) -> None:
        # The door takes so many characters: the number at the end may cost some at the beginning.
        body = json.dumps({"prompt": prompt[-2000:]})
        self._http.request("POST", "/api/v1/flows", body, {"Content-Type": "application/json"})
        answer = self._http.getresponse()
        if answer.status != 200 or b'"status":"failed"' in answer.read():
            raise SystemExit(f"{answer.status} for {prompt!r}")

    def timed(self, prompt: str) -> float:
        began = time.perf_counter()
        self.post(prompt)
        return time.perf_counter() - began


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    planned = figures(measure(plan, given.rounds))
    print("plan   ", planned)
    asked, rate = whole()
    print("request", asked)
    print(
        goals_table(
            [
                Goal("a plan, p95", planned["p95_ms"], PLAN * 1000, "ms", floor=False),
                Goal("a whole request, p95", asked["p95_ms"], ORDER * 1000, "ms", floor=False),
                Goal("orders a second, by CPU", rate, RATE, "", floor=True),
            ]
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
