"""PostgreSQL that has gone silent under a server of its own process: every wait has an end."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from bench.replies import CODE
from tests.refusing import eventually, postmaster, silent
from tests.servers import databases as servers
from tests.servers.model import ModelServer, hang, modelserver, reply
from tests.servers.process import Process, process

from kuznia.platform.settings.values import DatabaseUrl

__all__ = ["modelserver"]

MADE = reply(CODE)


@pytest.fixture(scope="module")
def own_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    """A PostgreSQL of these tests alone, migrated; and the process to stop it by."""
    from kuznia.platform.db import migrate

    with servers.shared("postgres", tmp_path_factory.mktemp("postgres"), own=True) as server:
        servers._order(server, "CREATE DATABASE kuznia")
        url = servers._asyncpg(server, "kuznia")
        migrate.upgrade(DatabaseUrl.read(url))
        yield url, postmaster(url)


@pytest.fixture
def kuznia(own_postgres: tuple[str, int], modelserver: ModelServer, tmp_path: Path):
    @asynccontextmanager
    async def start(**settings: str) -> AsyncIterator[Process]:
        given = {"openai_base_url": modelserver.url, "openai_model": "m", "request_timeout": "40"}
        async with process(tmp_path, database_url=own_postgres[0], **given, **settings) as running:
            yield running

    return start


def order(prompt: str) -> dict[str, Any]:
    return {"prompt": prompt, "language": "python", "include_tests": False, "include_docs": False}


async def make(at: Process, prompt: str):
    return await at.client.post("/api/v1/code", json=order(prompt))


async def is_ready(at: Process) -> bool:
    return (await at.client.get("/ready")).status_code == 200


async def test_orders_end_and_are_kept_once_it_speaks_again(
    kuznia, own_postgres: tuple[str, int], modelserver: ModelServer
):
    modelserver.will(MADE)
    async with kuznia() as running:
        # No other test's here: its artefact would be found again.
        await make(running, f"count {'words ' * 11}")

        with silent(own_postgres[1]):
            began = time.monotonic()
            asked = (make(running, f"count {'words ' * (n + 2)}") for n in range(3))
            answers = await asyncio.gather(*asked)
            took = time.monotonic() - began
            ready = await running.client.get("/ready")
            alive = await running.client.get("/health")
            link = answers[-1].json()["data"]["links"]["self"]
            meanwhile = await running.client.get(link)

        assert [answer.status_code for answer in answers] == [200] * 3
        assert all(answer.headers["x-not-yet-kept"] == "true" for answer in answers)
        assert took < 60
        assert (ready.status_code, alive.status_code, meanwhile.status_code) == (503, 200, 200)

        async def kept() -> bool:
            answer = await running.client.get(link)
            return answer.status_code == 200 and "x-not-yet-kept" not in answer.headers

        await eventually(kept)
        await eventually(partial(is_ready, running))
    assert len(modelserver.calls) == 4


async def test_it_does_not_hold_up_the_end_of_a_server(
    kuznia, own_postgres: tuple[str, int], modelserver: ModelServer
):
    modelserver.will(MADE)
    async with kuznia(shutdown_grace="0.2", budget_tokens_day="1000000") as running:
        await asyncio.gather(*(make(running, f"count {n} words") for n in range(8)))

        with silent(own_postgres[1]):
            asking = [asyncio.ensure_future(running.client.get("/api/v1/artefacts"))]
            asking += [
                asyncio.ensure_future(make(running, f"count letters, {n}")) for n in range(3)
            ]
            await asyncio.sleep(0.3)
            began = time.monotonic()
            running.server.send_signal(signal.SIGTERM)
            async with asyncio.timeout(100):
                await running.server.wait()
            took = time.monotonic() - began
        await asyncio.gather(*asking, return_exceptions=True)

    # It was 150 s; it is the grace, two seconds for the last events, and two of politeness.
    assert took < 30


async def test_a_second_signal_ends_a_server_at_once(
    kuznia, own_postgres: tuple[str, int], modelserver: ModelServer
):
    modelserver.will(MADE, hang)
    async with kuznia(shutdown_grace="600") as running:
        await make(running, "count the words")
        asking = asyncio.ensure_future(make(running, "count the letters"))
        await modelserver.arrived()
        await modelserver.arrived()

        with silent(own_postgres[1]):
            running.server.send_signal(signal.SIGINT)
            await asyncio.sleep(0.5)
            assert running.server.returncode is None
            running.server.send_signal(signal.SIGINT)
            async with asyncio.timeout(20):
                code = await running.server.wait()
        await asyncio.gather(asking, return_exceptions=True)

    assert code == 128 + signal.SIGINT
