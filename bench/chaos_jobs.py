"""What jobs are for: the servers that work on them are killed, again and again."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa
from tests.servers.model import events, stream
from tests.servers.process import process

from bench.place import Place, Row, order
from bench.replies import CODE
from kuznia.platform.db.database import Database
from kuznia.platform.db.tables import artefacts, bookings, jobs, tape
from kuznia.platform.settings.values import DatabaseUrl

FAULT = "a worker is killed every 1.5 s"
LATER = {"prefer": "respond-async"}
JOBS, LONGEST = 60, 120.0
# Seconds a worker lives at least and at most, and what the model says it used for each reply.
SHORT, LONG, USED = 1.0, 2.0, 10
WORKER = {"job_lease": "1", "jobs_per_caller": "8", "job_attempts": "100"}


async def killed(at: Place) -> list[Row]:
    """Jobs are placed at a server that only takes them in; of two workers one is always dying."""
    pieces = [CODE[start : start + 100] for start in range(0, len(CODE), 100)]
    at.model.will(stream(*events(*pieces, usage=(7, 3)), gap=0.05))
    prompt = "Write a Python module that counts the words of some texts and names the most common"
    for number in range(JOBS):
        body = order(f"{prompt} w{number}")
        answer = await at.here.client.post("/api/v1/code", json=body, headers=LATER)
        assert answer.status_code == 202, answer.text
    kills = 0
    chance = random.Random(1)
    with TemporaryDirectory() as folder:
        async with _workers(Path(folder), at), asyncio.timeout(LONGEST):
            while await _open(at):
                async with _worker(Path(folder), at) as worker:
                    await asyncio.sleep(chance.uniform(SHORT, LONG))
                    worker.kill()
                    kills += 1
    return await _rows(at, kills)


@asynccontextmanager
async def _workers(folder: Path, at: Place) -> AsyncIterator[None]:
    """One that lives, so that all comes to an end."""
    async with _worker(folder, at, jobs_at_once="1"):
        yield


def _worker(folder: Path, at: Place, **more: str) -> Any:
    return process(
        folder,
        database_url=at.database,
        openai_base_url=at.model.url,
        openai_model="m",
        **WORKER | more,
    )


async def _open(at: Place) -> int:
    answers = [
        await at.here.client.get("/api/v1/jobs", params={"state": state, "limit": 1})
        for state in ("queued", "working")
    ]
    return sum(len(answer.json()["data"]["items"]) for answer in answers)


async def _rows(at: Place, kills: int) -> list[Row]:
    db = await Database.open(
        DatabaseUrl.read(at.database), pool_size=1, overflow=0, pool_timeout=60
    )
    async with db.read() as session:
        every, calls, booked, kept = [
            (await session.execute(sa.select(table))).all()
            for table in (jobs, tape, bookings, artefacts)
        ]
    await db.close()
    ends, states = Counter(job.state for job in every), Counter(call.state for call in calls)
    asked = Counter((call.job, call.digest) for call in calls if call.state == "reply")
    twice = sum(count - 1 for count in asked.values())
    spent = sum(row.input_tokens + row.output_tokens for row in booked)
    most = _used(calls, "unknown")
    sent = len(at.model.calls)
    unknown = f"{states['unknown']} calls in flight, {kills} kills"
    ledger = spent - most - USED * states["reply"]
    return [
        Row(FAULT, "every job is done", f"{ends['done']} of {JOBS}", ends["done"] == JOBS),
        Row(FAULT, "each has one artefact", f"{len(kept)}", len(kept) == JOBS),
        Row(FAULT, "what was replied is not asked again", f"{twice} twice", not twice),
        Row(FAULT, "calls are replies and those in flight", unknown, sent <= len(calls)),
        Row(FAULT, "the ledger is what the model counted", f"{ledger} off", not ledger),
    ]


def _used(calls: Sequence[Any], state: str) -> int:
    return sum(call.input_tokens + call.output_tokens for call in calls if call.state == state)
