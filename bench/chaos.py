"""What is kept when something fails: faults and promises, measured on real servers.

Each fault is a function that is given two servers, does its harm and says what became of each
promise; add one, and name it in FAULTS with the database it needs. All of it stays on this machine
and ends by itself.
"""

import argparse
import asyncio
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from redis import Redis as Client
from tests.servers.loop import Frame, frames, told
from tests.servers.model import Act, events, reply, stream
from tests.servers.process import Process

from bench.chaos_database import no_room, read_only, silent
from bench.chaos_jobs import killed
from bench.place import Database, Fault, Place, Row, make, order, place, postgresql, sqlite
from bench.procs import status_kib, stop_on_signal
from bench.replies import CODE
from bench.report import table

STREAMS = 50
PAUSE = 6.0
# Longer than any fault takes with all it measures.
LIMIT = 150.0
EVENTS = {"accept": "text/event-stream"}
# Letters of a piece of the streamed reply, and seconds between two. Each piece is an event that has
# to reach the other process.
PIECE, GAP = 4, 0.015
# Processes that do nothing but take time from the others, and seconds they do.
BURNERS, BURN = 8, 8.0


Making = asyncio.Task[list[Frame]]
SKIPPED = re.compile(r'^kuznia_redis_calls_total\{result="skipped"\} ([0-9.]+)$', re.MULTILINE)


def slowly(text: str) -> Act:
    """The text as a model streams it, in many small pieces."""
    pieces = [text[start : start + PIECE] for start in range(0, len(text), PIECE)]
    return stream(*events(*pieces), gap=GAP)


def different(count: int) -> list[str]:
    """Orders of which none equals another, and each of which the reply answers in full."""
    words = "Write a Python module that counts the words of some texts and names the most common"
    return [f"{words} w{number}" for number in range(count)]


async def streamed(at: Process, prompt: str, began: "asyncio.Future[str]") -> list[Frame]:
    """Every event of one order, once its run's id has been told."""
    async with at.client.stream(
        "POST", "/api/v1/code", json=order(prompt), headers=EVENTS
    ) as response:
        began.set_result(response.headers["x-run-id"])
        return await told(response)


async def followed(at: Process, run: str, after: int = 0) -> list[Frame]:
    """Every event of a run, as a client follows it that comes again after each cut."""
    seen: list[Frame] = []
    while not seen or not seen[-1].kind.startswith("run.f"):
        place = seen[-1].number if seen else after
        path, headers = f"/api/v1/runs/{run}/events", {"last-event-id": str(place)}
        async with at.client.stream("GET", path, headers=headers) as response:
            if response.status_code != 200:
                # What ends a browser's EventSource for good.
                return [*seen, Frame(f"status {response.status_code}")]
            seen += await told(response)
    return seen


def memory(at: Process) -> float:
    """MiB."""
    return status_kib(at.server.pid, "VmRSS") / 1024


async def started(at: Place, prompts: Sequence[str]) -> tuple[list[str], list[Making]]:
    """One stream for each prompt, and the ids of their runs."""
    loop = asyncio.get_running_loop()
    began: list[asyncio.Future[str]] = [loop.create_future() for _ in prompts]
    making = [
        asyncio.ensure_future(streamed(at.here, prompt, future))
        for prompt, future in zip(prompts, began, strict=True)
    ]
    return await asyncio.gather(*began), making


async def outage(
    at: Place,
    fault: str,
    away: Callable[[], None],
    back: Callable[[], None],
    *,
    seconds: float,
    streams: int,
) -> list[Row]:
    """Redis is away under streams that are followed through the other process as well."""
    at.model.will(slowly(CODE))
    prompts = [
        f"Count the words of some texts, and {'name ' * number}the most common"
        for number in range(streams)
    ]
    runs, making = await started(at, prompts)
    following = [asyncio.ensure_future(followed(at.there, run)) for run in runs]
    await asyncio.sleep(1.0)
    before = memory(at.here)
    away()
    await asyncio.sleep(seconds)
    back()
    whole = await asyncio.gather(*making)
    began = time.monotonic()
    _, late = await asyncio.wait(following, timeout=60)
    took = time.monotonic() - began
    for task in late:
        task.cancel()
    await asyncio.wait(following)
    same = sum(
        not task.cancelled() and task.result() == seen
        for task, seen in zip(following, whole, strict=True)
    )
    calls = len(at.model.calls)
    after, states = (
        memory(at.here),
        [str((await one.ready())["redis"]) for one in (at.here, at.there)],
    )
    return [
        Row(fault, "a stream is whole through both", f"{same} of {streams}", same == streams),
        Row(fault, "elsewhere within 10 s of its end", f"{took:.1f} s", took < 10),
        Row(fault, "each order is paid once", f"{calls} calls", calls == streams),
        Row(fault, "memory is back", f"{before:.0f}, then {after:.0f} MiB", after < before + 50),
        Row(fault, "it is used again by itself", " ".join(states), set(states) == {"ok"}),
    ]


async def paused(at: Place, streams: int = STREAMS, seconds: float = PAUSE) -> list[Row]:
    """It takes connections and answers nothing; what it held is there when it goes on."""
    fault = f"Redis paused for {seconds:g} s"
    redis = at.redis
    rows = await outage(at, fault, redis.pause, redis.resume, seconds=seconds, streams=streams)
    calls = len(at.model.calls)
    at.model.will(reply(CODE))
    prompts = [
        f"Count the words of some texts, and {'name ' * number}the most common"
        for number in range(streams)
    ]
    await asyncio.gather(*(make(at.there, prompt) for prompt in prompts))
    paid = len(at.model.calls) - calls
    return [*rows, Row(fault, "equal orders afterwards are free", f"{paid} paid again", not paid)]


async def emptied(at: Place, streams: int = STREAMS, seconds: float = 2.0) -> list[Row]:
    """It is killed and comes back with nothing."""
    fault = f"Redis killed, empty after {seconds:g} s"
    redis = at.redis
    return await outage(at, fault, redis.stop, redis.start, seconds=seconds, streams=streams)


async def full(at: Place, orders: int = 10) -> list[Row]:
    """It answers questions and takes no writes, for longer than a sign of life lasts."""
    fault, client = "Redis out of memory", Client.from_url(at.redis.url)
    at.model.will(reply(CODE))
    await asyncio.to_thread(client.config_set, "maxmemory", 1)
    await asyncio.sleep(4.0)
    said = str((await at.here.ready())["redis"])
    prompts = [
        f"Count the words of some texts, and {'name ' * number}the most common"
        for number in range(orders)
    ]
    answers = await asyncio.gather(*(make(at.here, prompt) for prompt in prompts))
    made = sum(answer.status_code == 200 for answer in answers)
    down = "kuznia_redis_up 0.0" in await at.here.metrics()
    await asyncio.to_thread(client.config_set, "maxmemory", 0)
    await asyncio.to_thread(client.close)
    # Its next sign of life is taken.
    await asyncio.sleep(2.0)
    down = down and "kuznia_redis_up 1.0" in await at.here.metrics()
    return [
        Row(fault, "orders are made", f"{made} of {orders}", made == orders),
        Row(fault, "/ready says so", said[:40], "out of memory" in said),
        Row(fault, "kuznia_redis_up says so too", "0, then 1" if down else "no", down),
    ]


async def moved(at: Place, streams: int = STREAMS) -> list[Row]:
    """Each listener leaves its server in the middle, and goes on at the other at once."""
    at.model.will(slowly(CODE))

    async def move(number: int) -> list[int]:
        prompt, seen = f"Count the words of some texts, and {'name ' * number}the most common", []
        async with at.here.client.stream(
            "POST", "/api/v1/code", json=order(prompt), headers=EVENTS
        ) as response:
            run = response.headers["x-run-id"]
            async for frame in frames(response):
                seen += [frame.number] if frame.kind != "comment" else []
                if len(seen) == 20 + number:
                    break
        return [*seen, *(frame.number for frame in await followed(at.there, run, seen[-1]))]

    heard = await asyncio.gather(*(move(number) for number in range(streams)))
    whole = sum(numbers == list(range(1, len(numbers) + 1)) for numbers in heard)
    fault, calls = "a listener's server is changed", len(at.model.calls)
    return [
        Row(fault, "nothing is missed or told twice", f"{whole} of {streams}", whole == streams),
        Row(fault, "each order is paid once", f"{calls} calls", calls == streams),
    ]


async def busy(at: Place, orders: int = 200) -> list[Row]:
    """The machine is given far more to do than it has processors."""
    at.model.will(reply(CODE))
    burners = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", "while True: pass")
        for _ in range(BURNERS)
    ]
    try:
        until, answers = time.monotonic() + BURN, Counter[int]()
        for number in range(orders):
            made = await make((at.here, at.there)[number % 2], f"Count words, number {number}")
            answers[made.status_code] += 1
            if time.monotonic() > until:
                break
    finally:
        for burner in burners:
            burner.kill()
            await burner.wait()
    told = [await one.metrics() for one in (at.here, at.there)]
    skipped = [SKIPPED.search(one) for one in told]
    alarms = sum(float(one[1]) for one in skipped if one)
    count = sum(answers.values())
    fault = f"{BURNERS} busy processes beside it"
    return [
        Row(fault, "orders are made", f"{answers[200]} of {count}", answers[200] == count),
        Row(fault, "Redis is not taken for gone", f"{alarms:.0f} not asked", not alarms),
    ]


FAULTS: dict[str, tuple[Fault, Database]] = {
    "paused": (paused, sqlite),
    "emptied": (emptied, sqlite),
    "full": (full, sqlite),
    "moved": (moved, sqlite),
    "busy": (busy, sqlite),
    "read-only": (read_only, postgresql),
    "silent": (silent, postgresql),
    "no-room": (no_room, sqlite),
    "killed": (killed, sqlite),
    "killed-postgresql": (killed, postgresql),
}


def measure(name: str) -> list[Row]:
    """The rows of one fault, on servers of its own; no fault may take longer than LIMIT."""
    fault, database = FAULTS[name]
    with TemporaryDirectory() as folder, database(Path(folder)) as url:
        return asyncio.run(_measure(fault, Path(folder), url))


async def _measure(fault: Fault, folder: Path, url: str) -> list[Row]:
    async with asyncio.timeout(LIMIT), place(folder, url) as at:
        return await fault(at)


def written(rows: Sequence[Row]) -> str:
    marks = {True: "", False: "BROKEN"}
    cells = [(row.fault, row.promise, row.measured, marks[row.kept]) for row in rows]
    return table(("fault", "promise", "measured", ""), cells)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench chaos", description=__doc__)
    parser.add_argument("--only", action="append", choices=FAULTS, help="may be said again")
    parser.add_argument("--json", action="store_true")
    said = parser.parse_args()
    stop_on_signal()
    rows = [row for name in said.only or FAULTS for row in measure(name)]
    print(json.dumps([asdict(row) for row in rows], indent=2) if said.json else written(rows))
    sys.exit(not all(row.kept for row in rows))


if __name__ == "__main__":
    main()
