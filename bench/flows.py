"""Flows without a model: how long a plan and a whole order take, on one core.

The prompts are those of the tests' table, in its order, so that two runs measure the same work.
Time is the processor's: on a busy machine a clock tells more of the others than of us.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import yaml

from kuznia.domains.flows import DOMAIN
from kuznia.domains.flows.domain import FlowInput
from kuznia.domains.flows.planner import build, read
from kuznia.domains.flows.schema import Flow
from kuznia.forge.terms import Bench, Budget, Caller, Draft, Order

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


def order(prompt: str) -> dict[str, Draft]:
    """What the road does for an order when no model answers, without the road itself."""
    asked = Order(
        domain=DOMAIN.name,
        input=FlowInput(prompt=prompt),
        caller=Caller("bench"),
        deadline=0.0,
        budget=Budget(attempts=1, tokens=1),
    )
    made: dict[str, Draft] = {}
    if DOMAIN.screen(asked) is None:
        for part in DOMAIN.parts(asked):
            bench = Bench(asked, made)
            # Any: parts are made of different drafts; none of ours is awaited.
            draft: Any = part.make(bench) if part.make else None
            for check in part.checks:
                found: Any = check.run(draft, bench)
                list(found)
            made[part.name] = draft
    json.dumps({name: draft.model_dump(mode="json") for name, draft in made.items()})
    return made


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


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    planned, ordered = (figures(measure(work, given.rounds)) for work in (plan, order))
    kept = {
        "plan_p95": planned["p95_ms"] <= PLAN * 1000,
        "order_p95": ordered["p95_ms"] <= ORDER * 1000,
        "orders_per_second": ordered["per_second"] >= RATE,
    }
    if given.json:
        print(json.dumps({"plan": planned, "order": ordered, "kept": kept}, indent=1))
    else:
        for name, row in (("plan", planned), ("order", ordered)):
            print(f"{name:6}", "  ".join(f"{key} {value:g}" for key, value in row.items()))
        print(
            "goals ",
            "  ".join(f"{key} {'kept' if good else 'MISSED'}" for key, good in kept.items()),
        )
    return 0 if all(kept.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
