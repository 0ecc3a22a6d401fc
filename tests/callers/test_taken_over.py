"""An Idempotency-Key whose process was killed, or stopped and woken: one answer, and soon."""

import asyncio
import signal
import time
from contextlib import suppress

import httpx2
import pytest
from tests.callers.processes import ROAD, Process, processes
from tests.callers.spenders import eventually, rows
from tests.callers.test_processes import opened, some
from tests.servers.loop import held
from tests.servers.model import ModelServer, listening, reply

from kuznia.platform.db.tables import replays

KEY = "order-17"
Answer = tuple[int, str]


def asked(of: Process) -> "asyncio.Task[tuple[int, object]]":
    return asyncio.create_task(of.order("the same", Idempotency_Key=KEY))


async def test_the_key_of_a_killed_process_is_free_at_once(database_url: str) -> None:
    async with listening(ModelServer()) as model:
        model.will(held(asyncio.Event(), reply("never")), reply("said"))
        # Its lease alone would keep the key for ten minutes.
        more = {"DATABASE_URL": database_url, "CACHE_TTL": "0", "BUDGET_LEASE": "600"}
        async with processes(2, model.url, **more) as (dying, other):
            first = asked(dying)
            await eventually(lambda: some(model, 1))
            waiting = asked(other)
            dying.kill()
            killed = time.monotonic()
            status, _ = await waiting
            took = time.monotonic() - killed

            assert status == 200
            assert took < 30
            assert (await first)[0] == 0
            assert await asked(other) == await waiting


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_stopped_process_that_wakes_ends_no_second_stream(database_url: str) -> None:
    stopped, other = await stopped_and_woken(database_url, accept="text/event-stream")

    assert (other[0], "run.finished" in other[1]) == (200, True)
    # Its beginning has gone out; its end is never heard.
    assert (stopped[0], "run.finished" in stopped[1]) == (200, False)


async def test_a_stopped_process_that_wakes_gives_no_second_answer(database_url: str) -> None:
    stopped, other = await stopped_and_woken(database_url)

    assert (other[0], "second" in other[1]) == (200, True)
    assert (stopped[0], "another process" in stopped[1]) == (503, True)


async def stopped_and_woken(database_url: str, **headers: str) -> tuple[Answer, Answer]:
    """What a process says that is woken after another has done its work, and what that one said."""
    go = asyncio.Event()
    async with listening(ModelServer()) as model, opened(database_url) as db:
        model.will(held(go, reply("first")), reply("second"))
        more = {"DATABASE_URL": database_url, "CACHE_TTL": "0", "BUDGET_LEASE": "1"}
        async with processes(2, model.url, **more) as (stopping, other):

            async def order(of: Process) -> Answer:
                body = ""
                sent = {"idempotency-key": KEY, **headers}
                asking = of.client.stream("POST", ROAD, json={"prompt": "the same"}, headers=sent)
                async with asking as answer:
                    with suppress(httpx2.TransportError):
                        async for text in answer.aiter_text():
                            body += text
                return answer.status_code, body

            first = asyncio.create_task(order(stopping))
            await eventually(lambda: some(model, 1))
            stopping.started.send_signal(signal.SIGSTOP)
            second = await order(other)
            go.set()
            stopping.started.send_signal(signal.SIGCONT)
            late = await first

            assert [row.body for row in await rows(db, replays)] == [second[1]]
            assert await order(stopping) == second
            return late, second
