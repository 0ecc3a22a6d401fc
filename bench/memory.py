"""Memory after the largest artefacts, streamed and not, and when nothing was asked for a while."""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict

from bench import load, servers
from bench.load import MARK, Plan
from bench.procs import NotReady, Running, cores, stop_on_signal
from bench.race import Wrong
from bench.report import Goal, goals_table

PATH = "/api/v1/training/plans"
# Sixteen weeks of seven full days, of strength and running: no artefact of ours is larger.
LARGEST = json.dumps(
    {
        "prompt": f"Run a marathon and stay strong, please {MARK}",
        "profile": {
            "age": 41,
            "kind": "both",
            "level": "advanced",
            "days": 7,
            "weeks": 16,
            "minutes": 180,
            "equipment": ["home-rack", "dumbbells"],
            "endurance": {"event": "marathon", "weekly_km": 60, "longest_km": 28},
        },
    }
)
# How long a server that is asked nothing holds what ended, instead of ten minutes and five.
SECONDS = "60"
AFTER, IDLE = 250, 150


def make(server: Running, count: int, *, streamed: bool) -> None:
    plan = Plan(
        port=server.port,
        path=PATH,
        body=LARGEST,
        connections=2,
        requests=count,
        seconds=1800,
        headers=(("Accept", "text/event-stream"),) if streamed else (),
        holds="event: run.finished" if streamed else '"parts":{"plan":',
    )
    result = load.run_apart(plan, cores().load)
    if result.errors or result.requests != count:
        raise Wrong(f"{result.requests} of {count} answered; {result.errors} {result.wrong}")


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench memory", description=__doc__)
    parser.add_argument("--orders", type=int, default=1000, help="half of them streamed")
    parser.add_argument("--held", default=SECONDS, help="seconds that what ended is held")
    parser.add_argument("--json", action="store_true", help="figures for programs, last line")
    said = parser.parse_args(arguments)
    stop_on_signal()
    held = {"RUN_RETENTION": said.held, "CACHE_TTL": said.held}
    try:
        with servers.kuznia(None, cores().server, **held) as server:
            idle = server.memory()
            make(server, said.orders // 2, streamed=False)
            plain = server.memory()
            make(server, said.orders - said.orders // 2, streamed=True)
            after = server.memory()
            # Twice: what was fresh is looked at when the time is up, and then once more.
            time.sleep(2 * float(said.held) + 5)
            again = server.memory()
    except (NotReady, Wrong) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"idle {idle:.0f} MiB, {plain:.0f} after half of the orders, none of them streamed\n")
    reached = [
        Goal(f"after {said.orders:,} of the largest", after, AFTER, "MiB", floor=False),
        Goal("when nothing was asked for a while", again, IDLE, "MiB", floor=False),
    ]
    print(goals_table(reached))
    if said.json:
        print(json.dumps([asdict(goal) | {"met": goal.met} for goal in reached]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
