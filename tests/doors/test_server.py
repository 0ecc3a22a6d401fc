"""The end of a server: whoever listens is told, and what was made is found by the next one."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from tests.doors.conftest import Lines, Start
from tests.refusing import eventually
from tests.servers.loop import NOTES, Kuznia, held, leave, made, served, spoken, until, watching
from tests.servers.model import ModelServer, events, hang, reply, stream
from tests.servers.process import process

CHUNKED = b"POST /ready HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"


async def test_an_open_stream_ends_with_its_last_event(serve: Start, modelserver: ModelServer):
    modelserver.will(stream(*events("note: ")[:1], hang=True))
    kuznia = await serve(shutdown_grace=0.2)
    async with watching(kuznia) as seen:
        await until(seen, "part.draft")
        began = time.monotonic()

        kuznia.interrupt()
        last = await until(seen, "run.failed")

    assert last.data["error"]["code"] == "UNAVAILABLE"
    assert time.monotonic() - began < 20


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
    await asyncio.wait_for(kuznia.ended, 20)
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


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"GET /ready?name=a b HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"POST /ready HTTP/1.1\r\nHost: localhost\r\nContent-Length: -2\r\n\r\n",
        CHUNKED.replace(b"/ready", NOTES.encode()) + b"no size\r\n",
    ],
)
async def test_what_is_no_http_is_answered_in_the_envelope(serve: Start, sent: bytes):
    kuznia = await serve()

    head, _, body = (await spoken(kuznia, sent)).partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 400 ")
    answer = json.loads(body)
    assert answer["error"]["code"] == "VALIDATION_ERROR"
    assert f"x-request-id: {answer['request_id']}".encode() in head


@pytest.mark.parametrize(
    "start",
    [
        b"GET /ready HTTP/1.1\r\nHost: localhost\r\nX-Long: ",
        b"GET /ready?",
        CHUNKED + b"0\r\nX-Late: ",
    ],
    ids=["header", "address", "trailer"],
)
async def test_what_is_no_body_has_an_end(serve: Start, start: bytes):
    kuznia = await serve()
    reader, writer = await asyncio.open_connection("127.0.0.1", kuznia.client.base_url.port)

    writer.write(start)
    with suppress(ConnectionError):
        for _ in range(400):
            writer.write(b"a" * 10_000)
            await asyncio.wait_for(writer.drain(), 60)
    with suppress(ConnectionError):
        await asyncio.wait_for(reader.read(), 60)

    assert writer.is_closing() or reader.at_eof() or reader.exception()
    writer.close()


async def test_a_head_that_is_too_long_is_told_so(serve: Start):
    kuznia = await serve()
    long = b"GET /ready HTTP/1.1\r\nHost: localhost\r\n" + b"X-Long: aaaa\r\n" * 50_000

    said = await spoken(kuznia, long)

    assert said.startswith(b"HTTP/1.1 413 ")
    assert b'"code":"TOO_LARGE"' in said


async def test_what_is_said_of_a_chunk_is_no_longer_than_a_head(serve: Start):
    """All of it comes with the head, and nothing comes after it."""
    kuznia = await serve()
    start = f"POST {NOTES} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"

    said = await spoken(kuznia, start.encode() + b"1;" + b"a" * 100_000 + b"\r\n \r\n")

    assert said.startswith(b"HTTP/1.1 413 ")


async def test_many_requests_that_come_together_are_no_long_head(serve: Start):
    kuznia = await serve()
    ask = b"GET /health HTTP/1.1\r\nHost: localhost\r\nX-Long: " + b"a" * 2_000 + b"\r\n\r\n"

    reader, writer = await asyncio.open_connection("127.0.0.1", kuznia.client.base_url.port)

    writer.write(ask * 50 + ask.replace(b"\r\nX", b"\r\nConnection: close\r\nX"))
    said = await asyncio.wait_for(reader.read(), 60)
    writer.close()

    assert said.count(b"HTTP/1.1 200 ") == 51


async def test_a_trailer_is_no_header(serve: Start):
    kuznia = await serve()
    late = b"0\r\nX-Request-Id: from-a-trailer\r\n\r\n"

    said = await spoken(
        kuznia,
        b"POST /ready HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n" + late,
    )

    assert b"from-a-trailer" not in said


async def test_small_chunks_are_no_long_head(serve: Start, modelserver: ModelServer):
    modelserver.will(reply("note: fine"))
    kuznia = await serve()

    async def pieces() -> AsyncIterator[bytes]:
        yield b" " * 20_000
        for letter in '{"prompt": "a note on iron"}' + " " * 20_000:
            yield letter.encode()

    answer = await kuznia.client.post(
        NOTES, content=pieces(), headers={"content-type": "application/json"}
    )

    assert answer.status_code == 200


async def test_a_connection_that_asks_nothing_is_closed(serve: Start):
    kuznia = await serve()
    assert kuznia.server is not None
    kuznia.server.config.timeout_keep_alive = 1
    reader, writer = await asyncio.open_connection("127.0.0.1", kuznia.client.base_url.port)

    writer.write(b"GET /ready HT")

    assert await asyncio.wait_for(reader.read(), 60) == b""
    writer.close()


async def test_an_offer_of_another_protocol_is_answered_in_this_one(serve: Start, log: Lines):
    kuznia = await serve()
    offer = {"connection": "upgrade", "upgrade": "websocket", "sec-websocket-version": "13"}

    answer = await kuznia.client.get("/api/v1/ws?secret=spoken", headers=offer)

    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "NOT_FOUND"
    assert "spoken" not in str(log())


async def test_a_server_that_leaves_says_so_before_it_stops(serve: Start, modelserver: ModelServer):
    modelserver.will(reply("note: fine"))
    kuznia = await serve(shutdown_notice=600, shutdown_grace=0)
    before = await kuznia.client.get("/ready")

    kuznia.interrupt()
    await eventually(lambda: _is_leaving(kuznia))

    # Who has not heard of it yet is answered as before.
    assert (before.status_code, (await kuznia.make()).status_code) == (200, 200)
    kuznia.interrupt()
    assert kuznia.ended is not None
    await asyncio.wait_for(kuznia.ended, 20)


async def _is_leaving(kuznia: Kuznia) -> bool:
    return (await kuznia.client.get("/ready")).status_code == 503


async def test_that_there_are_no_descriptors_left_is_logged(tmp_path: Path):
    async with process(tmp_path, log_file="log", database_url="sqlite:///kuznia.db") as running:
        server = psutil.Process(running.server.pid)
        held = server.rlimit(psutil.RLIMIT_NOFILE)
        server.rlimit(psutil.RLIMIT_NOFILE, (server.num_fds(), held[1]))

        async def logged() -> bool:
            return "descriptors_spent" in (tmp_path / "log").read_text()

        await eventually(logged)
        server.rlimit(psutil.RLIMIT_NOFILE, held)

        assert (await running.client.get("/ready")).status_code == 200
