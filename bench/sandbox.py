"""What the sandbox adds to the start of a program: beside the same program run bare, in turns.

`python -m bench sandbox [--rounds N]`. Needs bubblewrap; wall time, the median and the 95th
percentile. The goal is 40 ms for a start.
"""

import argparse
import asyncio
import subprocess
import sys
import time
from statistics import median, quantiles

from bench.report import machine
from kuznia.domains.code.sandbox.trial import Sandbox, open_sandbox

GOAL = 0.040
NOTHING = "/usr/bin/true"


def bare() -> float:
    began = time.perf_counter()
    subprocess.run([NOTHING], check=True)
    return time.perf_counter() - began


async def boxed(sandbox: Sandbox) -> float:
    assert sandbox.host.box is not None, "; ".join(sandbox.host.reasons)
    began = time.perf_counter()
    ran = await sandbox.host.box.run([NOTHING])
    assert ran.code == 0, ran.err
    return time.perf_counter() - began


async def race(rounds: int) -> bool:
    async with open_sandbox() as sandbox:
        await boxed(sandbox)
        times = [(await asyncio.to_thread(bare), await boxed(sandbox)) for _ in range(rounds)]
    for name, column in zip(("bare", "in the sandbox"), zip(*times, strict=True), strict=True):
        ms = [1000 * one for one in column]
        print(f"{name:15} {median(ms):6.1f} ms, 95 of 100 below {quantiles(ms, n=20)[18]:.1f} ms")
    return median(taken for _, taken in times) < GOAL


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("--rounds", type=int, default=100)
    given = arguments.parse_args()
    print(machine())
    if not asyncio.run(race(given.rounds)):
        sys.exit(f"falls short: {1000 * GOAL:g} ms wanted")


if __name__ == "__main__":
    main()
