"""The road against its peers: the same prompt, the same fake model, round by round."""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from bench import peers, report, servers
from bench.load import MARK, Plan, Result, run_apart
from bench.procs import Cores, NotReady, Running, ask, core_busy, cores, stop_on_signal
from bench.report import Goal, LineFigures, Sample, Weight

# A word of its own makes each order a new one, and asks for nothing that the reply has not.
PROMPT = (
    f"Write a Python module w{MARK} that counts the words of some texts and names the most common."
)

Start = Callable[[int, int], AbstractContextManager[Running]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One kind of request to one server, and how often each must ask the model."""

    name: str
    path: str
    body: dict[str, object]
    calls: int
    holds: str
    headers: tuple[tuple[str, str], ...] = ()
    distinct: bool = True

    def text(self, number: str = MARK) -> str:
        return json.dumps(self.body).replace(MARK, number if self.distinct else "0")


@dataclass(frozen=True, slots=True)
class Contender:
    """A server under measurement and what is asked of it, in this order."""

    name: str
    start: Start
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Effort:
    """How much of everything."""

    rounds: int
    seconds: float
    connections: int


Samples = dict[str, list[Sample]]
Weights = dict[str, list[Weight]]


class Wrong(Exception):
    """A server answered, but not what it should have: its figures would mean nothing."""


def chat(name: str, *headers: tuple[str, str]) -> Line:
    message = {"role": "user", "content": PROMPT}
    return Line(
        name=name,
        path="/v1/chat/completions",
        body={"model": peers.MODEL, "messages": [message]},
        calls=1,
        holds="Counter",
        headers=headers,
    )


def order(name: str, calls: int, *, parts: bool = False, distinct: bool = True) -> Line:
    body = {"prompt": PROMPT, "language": "python"}
    return Line(
        name=name,
        path="/api/v1/code",
        body={**body, "include_tests": parts, "include_docs": parts},
        calls=calls,
        holds='"status":"complete"',
        distinct=distinct,
    )


BARE = "bare FastAPI, forwarding"
BARE_HIT = "bare FastAPI, one answer"
LITELLM = "LiteLLM's proxy"
ROAD = "Kuznia, checks off"
ONE = "Kuznia, code"
THREE = "Kuznia, code+tests+docs"
HIT = "Kuznia, found on the shelf"


def contenders(with_peers: bool) -> list[Contender]:
    """Kuznia first: its answer is what the bare route gives."""
    key = ("Authorization", f"Bearer {peers.KEY}")
    code = (order(ONE, 1), order(THREE, 3, parts=True), order(HIT, 0, distinct=False))
    road = Line(
        name=ROAD,
        path="/api/v1/road",
        body={"prompt": PROMPT},
        calls=1,
        holds='"status":"complete"',
    )
    found = [
        Contender("kuznia", servers.kuznia, code),
        Contender("road", servers.road, (road,)),
        Contender("bare", servers.bare, (chat(BARE), order(BARE_HIT, 0, distinct=False))),
    ]
    if with_peers:
        found.append(Contender("litellm", peers.litellm, (chat(LITELLM, key),)))
    return found


def calls(model: Running) -> int:
    return json.loads(model.get("/seen")[1])["calls"]


def try_out(contender: Contender, model: int, place: Cores) -> None:
    """One start and one request of each kind, unmeasured: what is wrong shows early."""
    with contender.start(model, place.server) as server:
        for line in contender.lines:
            text = line.text(f"{time.time_ns() % 10**16:016d}")
            status, body = ask(server.port, "POST", line.path, text, dict(line.headers))
            if status != 200 or line.holds.encode() not in body:
                raise Wrong(f"{line.name}: {status} {body[:400].decode(errors='replace')}")
            if line.name == ONE:
                servers.ANSWER.write_bytes(body)


def measure(line: Line, server: Running, model: Running, place: Cores, effort: Effort) -> Sample:
    """One line for some seconds, with what both sides spent on it."""
    plan = Plan(
        port=server.port,
        path=line.path,
        body=line.text(),
        connections=effort.connections,
        requests=1_000_000,
        seconds=effort.seconds,
        warmup=200,
        headers=line.headers,
        holds=line.holds,
    )
    asked, cpu, model_cpu = calls(model), server.cpu_seconds(), model.cpu_seconds()
    busy, began = core_busy(place.server), time.perf_counter()
    result = run_apart(plan, place.load)
    took = time.perf_counter() - began
    spent = server.cpu_seconds() - cpu
    others = 0.0 if place.shared else (core_busy(place.server) - busy - spent) / took
    made = calls(model) - asked
    check(line, result, made)
    measured = result.requests / (result.requests + result.warmed)
    return Sample(
        result=result,
        server_cpu=spent * measured,
        others=max(0.0, others),
        load=result.cpu + (model.cpu_seconds() - model_cpu) * measured / result.seconds,
        calls=line.calls * result.requests,
    )


def check(line: Line, result: Result, made: int) -> None:
    """Every answer right, and the model asked exactly as often as the line says."""
    if result.errors or not result.requests:
        raise Wrong(f"{line.name}: {result.errors or 'no answer'} {result.wrong}")
    answered = result.requests + result.warmed
    # An equal order asks the model the first time, if ever.
    right = made == line.calls * answered if line.distinct else made <= 1
    if not right:
        raise Wrong(f"{line.name}: {answered} answers, but the model was asked {made} times")


def race(found: Sequence[Contender], effort: Effort) -> tuple[Samples, Weights]:
    """A B C, A B C, A B C: whatever disturbs the machine for a while disturbs all alike."""
    place = cores()
    samples: Samples = {line.name: [] for one in found for line in one.lines}
    weights: Weights = {one.name: [] for one in found}
    with servers.upstream(place.load) as model:
        for contender in found:
            tell(f"trying {contender.name}")
            try_out(contender, model.port, place)
        for turn in range(effort.rounds):
            for contender in found:
                tell(f"round {turn + 1} of {effort.rounds}: {contender.name}")
                with contender.start(model.port, place.server) as server:
                    time.sleep(1.0)
                    idle = server.memory()
                    for line in contender.lines:
                        samples[line.name].append(measure(line, server, model, place, effort))
                    peak = server.memory("VmHWM")
                    weights[contender.name].append(Weight(server.ready_after, idle, peak))
    return samples, weights


def ratio(says: str, ours: LineFigures, theirs: LineFigures, bar: float, each: int = 1) -> Goal:
    """Our rate over theirs, an order of ours counting as `each` of their requests."""
    by_cpu = each * theirs.cpu_ms / ours.cpu_ms
    return Goal(says, each * ours.rate / theirs.rate, bar, by_cpu=by_cpu)


def goals(lines: dict[str, LineFigures], weights: dict[str, Weight]) -> list[Goal]:
    """What we promised ourselves; what was not measured in this run is not judged in it."""
    kuznia = weights["kuznia"]
    found = [
        ratio("shelf hit / bare route", lines[HIT], lines[BARE_HIT], 0.6),
        Goal("idle memory", kuznia.idle, 150, "MiB", floor=False),
        Goal("ready after", kuznia.ready, 2, "s", floor=False),
    ]
    if LITELLM not in lines:
        return found
    peer, lighter = lines[LITELLM], weights["road"].peak / weights["litellm"].peak
    return [
        ratio("checks off / LiteLLM, orders/s", lines[ROAD], peer, 5),
        ratio("code in full / LiteLLM, orders/s", lines[ONE], peer, 3),
        ratio("three parts / LiteLLM, model calls/s", lines[THREE], peer, 3, each=3),
        Goal("checks off / LiteLLM, peak memory", lighter, 0.333, floor=False),
        *found,
    ]


def tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--peers", action="store_true", help="put LiteLLM's proxy beside us")
    parser.add_argument("--json", action="store_true", help="figures for programs")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5.0, help="of each line in each round")
    parser.add_argument("--connections", type=int, default=16)
    said = parser.parse_args(arguments)
    stop_on_signal()
    effort = Effort(said.rounds, said.seconds, said.connections)
    try:
        samples, weights = race(contenders(said.peers), effort)
    except (NotReady, Wrong, subprocess.SubprocessError) as error:
        tell(f"error: {error}")
        return 1
    lines = {name: report.line_figures(taken) for name, taken in samples.items()}
    weighed = {name: report.weigh(taken) for name, taken in weights.items()}
    reached = goals(lines, weighed)
    warned = report.warnings(lines, cores().shared)
    if said.json:
        print(report.as_json(lines, weighed, reached, warned))
        return 0
    print(report.machine())
    print(
        f"{effort.rounds} rounds of {effort.seconds:g} s, {effort.connections} connections; medians"
    )
    print("one worker on one core, load and fake model on the other\n")
    print(report.lines_table(lines), report.weights_table(weighed), sep="\n\n", end="\n\n")
    print(report.goals_table(reached), *warned, sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
