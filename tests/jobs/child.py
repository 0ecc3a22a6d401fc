"""Processes that work on jobs until a test ends them, forked from one that has all imports.

Run as a script it reads lines of JSON, `{point, settings}`, forks, and answers with the child's
pid.
"""

import asyncio
import json
import os
import signal
import sys
from dataclasses import replace
from functools import partial
from typing import Any

from tests.callers.spenders import eventually, rows
from tests.servers.loop import made

from kuznia.app import open_doors
from kuznia.doors.context import Doors
from kuznia.doors.job_orders import prepared
from kuznia.jobs.job import Point
from kuznia.platform.db.tables import deliveries


async def work(point: str, settings: dict[str, Any]) -> None:
    """Work on jobs until all have ended and are told, or until the point is reached."""

    def reached(passed: Point) -> None:
        if passed == point:
            os.kill(os.getpid(), signal.SIGKILL)

    async with (
        open_doors(replace(made(**settings), reached=reached)) as doors,
        doors.webhooks.sender.sending(),
    ):
        doors.jobs.begin(partial(prepared, doors))

        async def nothing_left() -> bool:
            every = await doors.job_tables.page(None, state=None, before=None, limit=100)
            ended = not doors.jobs.under_way and all(job.ended for job in every)
            return ended and not await _waiting(doors)

        await eventually(nothing_left)


async def _waiting(doors: Doors) -> bool:
    return any(row.state == "waiting" for row in await rows(doors.db, deliveries))


def main() -> None:
    # Nobody waits for a child: the test looks at what it left behind.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    print("ready", flush=True)  # noqa: T201 - this is how it answers
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            # The test's pipes are the parent's; what a child logs is for nobody.
            silent = os.open(os.devnull, os.O_RDWR)
            os.dup2(silent, 0)
            os.dup2(silent, 1)
            asyncio.run(work(**json.loads(line)))
            os._exit(0)
        print(child, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
