"""Two servers on one Redis and one database, each a process of its own, when something dies."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from bench.replies import CODE
from redis.asyncio import Redis as Client
from tests.servers.databases import Redis
from tests.servers.loop import held, told
from tests.servers.model import ModelServer, modelserver, reply
from tests.servers.process import Process, process

__all__ = ["modelserver"]

MADE = reply(CODE)


@pytest.fixture
async def two(
    own_redis: Redis, modelserver: ModelServer, sqlite_url: str, tmp_path: Path
) -> AsyncIterator[tuple[Process, Process]]:
    settings = {
        "redis_url": own_redis.url,
        "database_url": sqlite_url,
        "openai_base_url": modelserver.url,
        "openai_model": "m",
    }
    async with AsyncExitStack() as running:
        one, other = await asyncio.gather(
            *(running.enter_async_context(process(tmp_path, **settings)) for _ in range(2))
        )
        yield one, other


def order(prompt: str) -> dict[str, Any]:
    return {"prompt": prompt, "language": "python", "include_tests": False, "include_docs": False}


async def make(at: Process, prompt: str = "count the words of a text"):
    return await at.client.post("/api/v1/code", json=order(prompt))


class Crowd:
    """Callers who order without a pause, new things and old ones, and note how long each took."""

    def __init__(self, *servers: Process) -> None:
        self._servers = servers
        self._numbers = count()
        self.took: list[float] = []
        self.answers: Counter[int] = Counter()

    async def run(self) -> None:
        await asyncio.gather(*(self._caller(number) for number in range(4)))

    async def _caller(self, number: int) -> None:
        while True:
            for prompt in (f"count words, number {next(self._numbers)}", "count the same words"):
                began = time.monotonic()
                answer = await make(self._servers[number % 2], prompt)
                self.took.append(time.monotonic() - began)
                self.answers[answer.status_code] += 1
                await asyncio.sleep(0.02)


async def test_redis_is_paused_killed_and_started_under_load_and_nobody_hangs(
    two: tuple[Process, Process], own_redis: Redis, modelserver: ModelServer
):
    here, there = two
    modelserver.will(MADE)
    await asyncio.gather(make(here, "count the same words"), make(there, "count the first words"))
    crowd = Crowd(here, there)
    ordering = asyncio.ensure_future(crowd.run())
    await asyncio.sleep(0.5)

    own_redis.pause()
    await asyncio.sleep(1.5)
    silent = [await one.ready() for one in two]
    gone = await here.client.get("/api/v1/runs/run_of_another/events")
    own_redis.resume()
    await asyncio.sleep(1.5)
    own_redis.stop()
    await asyncio.sleep(1.5)
    refused = [await one.ready() for one in two]
    own_redis.start()
    await asyncio.sleep(2)
    ordering.cancel()
    await asyncio.wait((ordering,))

    # Making is open, and ends in time; reading a run that is not here is closed.
    assert set(crowd.answers) == {200}
    assert max(crowd.took) < 20
    assert (gone.status_code, gone.headers["retry-after"]) == (503, "1")
    assert all("did not answer" in str(one["redis"]) for one in silent)
    assert all("cannot be reached" in str(one["redis"]) for one in refused)
    # And by itself it is as it was.
    assert [(await one.ready())["redis"] for one in two] == ["ok", "ok"]
    made = await make(here, "count the words after all this")
    calls = len(modelserver.calls)
    # Claims are given back behind the answer.
    async with Client.from_url(own_redis.url) as client:
        while await client.keys("*making*"):  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.01)
    found = await make(there, "count the words after all this")
    assert found.json()["data"]["id"] == made.json()["data"]["id"]
    assert len(modelserver.calls) == calls
    assert "kuznia_redis_up 1.0" in await there.metrics()


async def test_when_a_maker_is_killed_who_waited_makes_it(
    two: tuple[Process, Process], modelserver: ModelServer
):
    here, there = two
    go = asyncio.Event()
    modelserver.will(held(go, MADE), MADE)
    first = asyncio.ensure_future(make(here))
    await modelserver.arrived()
    second = asyncio.ensure_future(make(there))
    await asyncio.sleep(0.5)

    here.kill()

    async with asyncio.timeout(60):
        answer = await second
    assert answer.json()["data"]["status"] == "complete"
    assert len(modelserver.calls) == 2
    await asyncio.wait((first,))
    assert first.exception()


async def test_a_run_of_a_server_that_was_killed_is_told_to_the_end_by_the_other(
    two: tuple[Process, Process], modelserver: ModelServer
):
    here, there = two
    modelserver.will(MADE)
    run = (await make(here)).headers["x-run-id"]
    await asyncio.sleep(0.1)
    here.kill()

    async with there.client.stream("GET", f"/api/v1/runs/{run}/events") as response:
        events = await told(response)

    assert (events[0].kind, events[-1].kind) == ("run.started", "run.finished")
