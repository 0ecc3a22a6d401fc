"""A process is killed at each write of a job, and another one ends the job: what was paid for?"""

import asyncio
import os
import shutil
import signal
from contextlib import ExitStack
from pathlib import Path
from typing import Any, get_args

from tests.jobs.conftest import Fork, gone
from tests.jobs.makers import lapse, opened, order, rows, until_ended
from tests.servers.loop import held, inside, made
from tests.servers.model import Act, Call, Exchange, ModelServer, event, events, listening, stream

from kuznia.jobs.job import Point
from kuznia.platform.db.database import Database
from kuznia.platform.db.tables import artefacts, bookings, jobs, spending, tape

# What is told of a job's end afterwards has tests of its own.
POINTS = (*(point for point in get_args(Point) if "webhook" not in point), "mid_stream")
WRITTEN = (jobs, tape, artefacts, bookings, spending)
# What the model says it counted for each reply.
USED = 10
# Of these the last call is in flight, or is as good as that: nobody knows whether it was sent.
IN_FLIGHT = {"after_intent", "before_reply", "mid_stream"}
NEVER_SENT = {"after_intent"}


class CountingModel(ModelServer):
    """Wants the first reply mended, and counts what it is asked of each prompt."""

    def __init__(self) -> None:
        super().__init__()
        # By the prompt of each order: how often it was asked, whatever came of it.
        self.asked: dict[str, int] = {}
        # By prompt: who is killed in the middle of the first reply.
        self.kills: dict[str, int] = {}

    def act_for(self, call: Call) -> Act:
        messages = [one["content"] for one in call.body["messages"]]
        prompt = messages[1]
        self.asked[prompt] = self.asked.get(prompt, 0) + 1
        if victim := self.kills.pop(prompt, 0):
            return killing(victim)
        mended = len(messages) > 2
        return stream(*events("note: ", "iron" if mended else "bad", usage=(7, 3)))


def killing(victim: int) -> Act:
    async def act(to: Exchange) -> None:
        to.head(200, "text/event-stream", {"transfer-encoding": "chunked"})
        to.chunk(event({"content": "note: "}))
        os.kill(victim, signal.SIGKILL)
        await asyncio.Event().wait()

    return act


async def crashed(fork: Fork, model: CountingModel, database: str, point: str) -> None:
    """Kill a process at the point, end its job in this one, and compare."""
    prompt = f"a note on {point}"
    idle = made(database, model.url, jobs_at_once=0)
    async with inside(idle) as kuznia:
        job = await order(kuznia.doors, prompt)
        pid = await _victim(fork, model, database, point, prompt)
        await gone(pid)
    async with opened(database) as db:
        await lapse(db)
        async with inside(made(database, model.url)) as kuznia:
            job = await until_ended(kuznia.doors, job)
            events = await kuznia.client.get(f"/api/v1/runs/{job.run_id}/events")
        await _compare(db, model, point, prompt)

    assert (job.state, job.diverged) == ("done", None)
    assert job.attempts == (1 if point == "after_finish" else 2)
    # The process that ended the job has told its end once; one that was killed tells nothing.
    assert events.text.count("event: run.finished") == (point != "after_finish")


async def _victim(fork: Fork, model: CountingModel, database: str, point: str, prompt: str) -> int:
    if point != "mid_stream":
        return await fork(point, database=database, upstream=model.url)
    pid = await fork(database=database, upstream=model.url)
    # Known before it can have asked: it is this loop that answers.
    model.kills[prompt] = pid
    return pid


async def _compare(db: Database, model: CountingModel, point: str, prompt: str) -> None:
    calls = await rows(db, tape)
    unknown = [call for call in calls if call.state == "unknown"]
    (booked,), kept = await rows(db, bookings), await rows(db, artefacts)

    assert len(kept) == 1
    assert len(unknown) == (point in IN_FLIGHT)
    # Two questions were to be asked. A reply that was written down is never asked for again.
    sent = len(calls) - (point in NEVER_SENT)
    assert model.asked[prompt] == sent == 2 + (point in IN_FLIGHT - NEVER_SENT)
    assert booked.calls == len(calls)
    most = sum(call.input_tokens + call.output_tokens for call in unknown)
    assert booked.input_tokens + booked.output_tokens == 2 * USED + most
    assert most >= USED * len(unknown)


async def test_wherever_a_process_is_killed_nothing_that_was_replied_is_paid_twice(
    fork: Fork, sqlite_template: Path, tmp_path: Path
) -> None:
    async with listening(CountingModel()) as model:
        for point in POINTS:
            database = tmp_path / f"{point}.db"
            shutil.copy(sqlite_template, database)
            await crashed(fork, model, f"sqlite:///{database}", point)


async def test_so_it_is_on_postgresql(fork: Fork, postgres: Any) -> None:
    async with listening(CountingModel()) as model:
        with ExitStack() as databases:
            for point in ("mid_stream", "after_reply"):
                database = await asyncio.to_thread(databases.enter_context, postgres.database())
                await crashed(fork, model, database, point)
            await asyncio.to_thread(databases.close)


async def test_a_process_that_was_stopped_too_long_writes_and_pays_nothing_when_it_wakes(
    fork: Fork, database_url: str
) -> None:
    """The lease lapses by the database's clock, and its owner sleeps through it in a call."""
    async with listening(ModelServer()) as model, opened(database_url) as db:
        go = asyncio.Event()
        model.will(held(go, stream(*events("note: late"))), stream(*events("note: iron")))
        async with inside(made(database_url, model.url, jobs_at_once=0)) as kuznia:
            job = await order(kuznia.doors)
            zombie = await fork(database=database_url, upstream=model.url, job_lease=1)
            await model.arrived()
            os.kill(zombie, signal.SIGSTOP)
        async with inside(made(database_url, model.url, job_lease=1)) as kuznia:
            job = await until_ended(kuznia.doors, job)
        before = [await rows(db, table) for table in WRITTEN]
        go.set()
        os.kill(zombie, signal.SIGCONT)
        # It ends when it has nothing under way any more.
        await gone(zombie)

        assert (job.state, job.attempts) == ("done", 2)
        assert [await rows(db, table) for table in WRITTEN] == before
        assert [call.state for call in await rows(db, tape)] == ["unknown", "reply"]
        assert len(model.calls) == 2
