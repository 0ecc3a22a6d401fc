"""The end of a server: whoever listens is told, and what was made is found by the next one."""

import asyncio
import time

from tests.doors.conftest import Start
from tests.doors.served import held, leave, made, served, until, watching
from tests.modelserver import ModelServer, events, hang, reply, stream


async def test_an_open_stream_ends_with_its_last_event(serve: Start, modelserver: ModelServer):
    modelserver.will(stream(*events("note: ")[:1], hang=True))
    kuznia = await serve(shutdown_grace=0.2)
    async with watching(kuznia) as seen:
        await until(seen, "part.draft")
        began = time.monotonic()

        kuznia.interrupt()
        last = await until(seen, "run.failed")

    assert last.data["error"]["code"] == "UNAVAILABLE"
    assert time.monotonic() - began < 2


async def test_work_that_ends_within_the_grace_is_delivered(serve: Start, modelserver: ModelServer):
    go = asyncio.Event()
    modelserver.will(held(go, reply("note: fine")))
    kuznia = await serve(shutdown_grace=5)
    asking = asyncio.create_task(kuznia.make())
    await modelserver.arrived()

    kuznia.interrupt()
    await asyncio.sleep(0.15)
    go.set()

    assert (await asking).json()["data"]["status"] == "complete"


async def test_what_does_not_end_within_the_grace_is_cancelled_upstream_too(
    serve: Start, modelserver: ModelServer
):
    modelserver.will(hang)
    kuznia = await serve(shutdown_grace=0.1)
    asking = asyncio.create_task(kuznia.make(params={"on_disconnect": "continue"}))
    await modelserver.arrived()

    kuznia.interrupt()
    answer = await asking

    assert answer.json()["error"]["code"] == "UNAVAILABLE"
    assert (await modelserver.left()).answered is None


async def test_an_operator_in_a_hurry_waits_for_no_grace(serve: Start, modelserver: ModelServer):
    modelserver.will(hang)
    kuznia = await serve(shutdown_grace=30)
    asking = asyncio.create_task(kuznia.make())
    await modelserver.arrived()

    kuznia.interrupt()
    await asyncio.sleep(0.3)
    kuznia.interrupt()

    assert kuznia.ended is not None
    await asyncio.wait_for(kuznia.ended, 5)
    await leave(asking)


async def test_an_artefact_is_found_again_after_a_restart(
    modelserver: ModelServer, database_url: str
):
    modelserver.will(reply("note: fine"))
    makings = made(database_url, modelserver.url)
    async with served(makings) as kuznia:
        first = (await kuznia.make()).json()["data"]["id"]

    async with served(makings) as kuznia:
        second = (await kuznia.make()).json()["data"]["id"]

    assert first == second
    assert len(modelserver.calls) == 1


async def test_an_artefact_is_read_after_a_restart(modelserver: ModelServer, database_url: str):
    modelserver.will(reply("note: fine"))
    makings = made(database_url, modelserver.url)
    async with served(makings) as kuznia:
        first = (await kuznia.make()).json()["data"]

    async with served(makings) as kuznia:
        second = (await kuznia.client.get(first["links"]["self"])).json()["data"]

    assert first == second
