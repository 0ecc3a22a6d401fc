"""How long `/health` takes under ten loads, beside a server that is asked for nothing else.

Both are asked in turn, so that what the machine adds is seen in the same moments. A load is eight
connections that ask without a pause; each body is distinct, so that nothing comes from the shelf.
"""

import argparse
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from typing import Any

from bench import servers
from bench.load import MARK, percentile
from bench.memory import LARGEST, PATH
from bench.procs import NotReady, Running, ask, cores, module, stop_on_signal
from bench.report import Goal, goals_table

GOAL = 50.0
EVERY = 0.01
WARM = 2.0
# What the tests hold against the flow planner, strung together to the longest prompt there is.
SERVICE = (
    "Building permit {mark}: cadastral number, drawings, email, phone; if the area is over 300 "
    "square metres a fire safety certificate; fee 500 UAH; the chief architect decides within 30 "
    "days; the applicant may appeal; "
)
BODIES = Path(__file__).parent.parent / "src/kuznia/domains/flows/planner"


@dataclass(frozen=True, slots=True)
class Ask:
    """One request of a load; MARK in its body is made distinct each time."""

    method: str
    path: str
    body: str = ""
    events: bool = False
    # More than one answer is right: a model's words may be declined, an export be empty.
    statuses: tuple[int, ...] = (200,)


def flow() -> str:
    prompt = SERVICE.format(mark=MARK)
    while len(prompt) + len(SERVICE) < 2000:
        prompt += SERVICE.format(mark="and then")
    return json.dumps({"prompt": prompt[:2000]})


def made(server: Running, path: str, body: str) -> dict[str, Any]:
    """One artefact to be read, changed and taken away."""
    status, answer = ask(server.port, "POST", path, body.replace(MARK, "0" * len(MARK)))
    if status != 200:
        raise NotReady(f"{path} answered {status}: {answer[:300]!r}")
    return json.loads(answer)["data"]


def sources() -> str:
    """A few hundred kB of our own code."""
    files = sorted(BODIES.glob("*.py"))
    sent = [{"path": one.name, "content": f"# {MARK}\n{one.read_text()}"} for one in files]
    return json.dumps({"files": sent})


def loads(server: Running) -> dict[str, list[Ask]]:
    plan, service = made(server, PATH, LARGEST), made(server, "/api/v1/flows", flow())
    order = json.loads(LARGEST.replace(MARK, "0" * len(MARK)))
    verify = json.dumps({"plan": plan["parts"]["plan"], "order": order})
    rename = {"op": "rename", "title": {"uk": f"Дозвіл {MARK}", "en": f"Permit {MARK}"}}
    edits = json.dumps({"operations": [rename] * 50})
    batch = json.dumps({"orders": [json.loads(LARGEST) for _ in range(8)]})
    said = json.dumps({"text": f"I hate deadlifts and I can't train on Tuesdays {MARK}"})
    exports = [Ask("GET", path) for one in (plan, service) for path in formats(server, one["id"])]
    return {
        "plans": [Ask("POST", PATH, LARGEST)],
        "flows": [Ask("POST", "/api/v1/flows", flow())],
        "verifications": [Ask("POST", "/api/v1/verify", verify)],
        "edits": [Ask("POST", f"/api/v1/flows/{service['id']}/edits", edits)],
        "feedback": [Ask("POST", f"/api/v1/artefacts/{plan['id']}/feedback", said)],
        "analyses": [Ask("POST", "/api/v1/code/analyze", sources())],
        "exports": exports,
        "history": [Ask("GET", "/api/v1/artefacts?limit=100")],
        "batch": [Ask("POST", f"{PATH}/batch", batch)],
        "streams": [Ask("POST", PATH, LARGEST, events=True)],
    }


def formats(server: Running, artefact: str) -> list[str]:
    """Where it can be taken away; some formats have no day to begin with but for a date."""
    base = f"/api/v1/artefacts/{artefact}/exports"
    names = [one["name"] for one in json.loads(ask(server.port, "GET", base)[1])["data"]]
    paths = [f"{base}/{name}{more}" for name in names for more in ("", "?date=2026-01-05")]
    return [path for path in paths if ask(server.port, "GET", path)[0] == 200]


def keep_asking(port: int, asks: Sequence[Ask], seconds: float, connections: int) -> int:
    """Run a load in this process; how many answers came. What goes wrong ends it."""
    number, until, done, wrong = count(time.time_ns()), time.monotonic() + seconds, [0], [""]

    def one(first: int) -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        for nth in count(first):
            if time.monotonic() > until or wrong[0]:
                return
            each = asks[nth % len(asks)]
            headers = {"Content-Type": "application/json"} if each.body else {}
            headers |= {"Accept": "text/event-stream"} if each.events else {}
            mark = f"{next(number) % 10 ** len(MARK):0{len(MARK)}}"
            connection.request(each.method, each.path, each.body.replace(MARK, mark), headers)
            answer = connection.getresponse()
            body = answer.read()
            if answer.status not in each.statuses:
                wrong[0] = f"{each.path}: {answer.status} {body[:300]!r}"
            done[0] += 1

    threads = [threading.Thread(target=one, args=(nth,)) for nth in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong[0]:
        raise SystemExit(wrong[0])
    return done[0]


@contextmanager
def load(port: int, asks: Sequence[Ask], seconds: float, connections: int) -> Iterator[None]:
    """The same in a process of its own, so that it delays no question of ours."""
    plan = {
        "port": port,
        "asks": [[a.method, a.path, a.body, a.events, a.statuses] for a in asks],
        "seconds": seconds,
        "connections": connections,
    }
    with subprocess.Popen(module("bench.health", "--load"), stdin=subprocess.PIPE) as process:
        assert process.stdin
        process.stdin.write(json.dumps(plan).encode())
        process.stdin.close()
        yield
        if process.wait(seconds + 120):
            raise NotReady("a load met an answer it did not expect; it is above")


def probe(port: int, seconds: float, took: list[float]) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        began = time.perf_counter()
        connection.request("GET", "/health")
        connection.getresponse().read()
        took.append(1000 * (time.perf_counter() - began))
        time.sleep(EVERY)


def felt(ours: Running, control: Running, seconds: float) -> tuple[list[float], list[float]]:
    """Milliseconds of each question to one and to the other, sorted."""
    took: tuple[list[float], list[float]] = ([], [])
    threads = [
        threading.Thread(target=probe, args=(server.port, seconds, into))
        for server, into in zip((ours, control), took, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(took[0]), sorted(took[1])


def line(name: str, ours: list[float], control: list[float]) -> str:
    figures = [
        f"{percentile(one, 0.5):8.1f} {percentile(one, 0.99):8.1f} {one[-1]:8.1f}"
        for one in (ours, control)
    ]
    return f"{name:14} {figures[0]}   {figures[1]}"


def measured(only: Sequence[str], seconds: float, connections: int) -> Mapping[str, list[float]]:
    place, found = cores(), dict[str, list[float]]()
    with servers.kuznia(None, place.server) as ours, servers.kuznia(None, place.server) as control:
        known = loads(ours)
        print(f"{'/health, ms':14} {'p50':>8} {'p99':>8} {'max':>8}   {'control':>8} p99, max")
        for name in only or ["nothing", *known]:
            if name == "nothing":
                found[name], other = felt(ours, control, seconds)
            else:
                with load(ours.port, known[name], seconds + WARM + 1, connections):
                    time.sleep(WARM)
                    found[name], other = felt(ours, control, seconds)
            print(line(name, found[name], other), f"{ours.memory():6.0f} MiB", flush=True)
    return found


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench health", description=__doc__)
    parser.add_argument("names", nargs="*", help="which loads; all, if none is named")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--load", action="store_true", help=argparse.SUPPRESS)
    said = parser.parse_args(arguments)
    if said.load:
        plan = json.load(sys.stdin)
        asks = [Ask(*one) for one in plan["asks"]]
        keep_asking(plan["port"], asks, plan["seconds"], plan["connections"])
        return 0
    stop_on_signal()
    try:
        found = measured(said.names, said.seconds, said.connections)
    except NotReady as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    goals = [
        Goal(f"/health under {name}, p99", percentile(took, 0.99), GOAL, "ms", floor=False)
        for name, took in found.items()
    ]
    print("", goals_table(goals), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
