import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import pytest
from bench.streams import StreamPlan, run

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"

Open = Callable[[bytes], Awaitable[int]]


def frame(number: int, kind: str) -> bytes:
    return b"id: %d\nevent: %b\ndata: {}\n\n" % (number, kind.encode())


@pytest.fixture
async def open_server() -> AsyncIterator[Open]:
    """Opens a server that tells every caller these events, in two pieces cut anywhere."""
    servers = []

    async def opened(events: bytes) -> int:
        async def tell(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(HEAD)
            for piece in (b"retry: 1000\n: here\n\n", events[:20], events[20:]):
                writer.write(b"%x\r\n%b\r\n" % (len(piece), piece))
                await writer.drain()
            writer.write(b"0\r\n\r\n")
            writer.close()

        servers.append(await asyncio.start_server(tell, "127.0.0.1", 0))
        return servers[-1].sockets[0].getsockname()[1]

    yield opened
    for server in servers:
        server.close()


def a_plan(port: int) -> StreamPlan:
    return StreamPlan(port=port, path="/", body="{}", streams=5, rate=1000, patience=5)


async def test_whole_streams_are_finished_and_lose_nothing(open_server: Open) -> None:
    port = await open_server(frame(1, "run.started") + frame(2, "run.finished"))

    followed = await run(a_plan(port))

    assert (followed.finished, followed.events, followed.lost) == (5, 10, 0)
    assert len(followed.first_event) == 5
    assert not followed.errors


async def test_a_number_left_out_is_an_event_lost(open_server: Open) -> None:
    port = await open_server(frame(1, "run.started") + frame(4, "run.finished"))

    assert (await run(a_plan(port))).lost == 10


async def test_a_stream_without_its_last_event_was_cut(open_server: Open) -> None:
    port = await open_server(frame(1, "run.started"))

    assert (await run(a_plan(port))).errors == {"cut before its last event": 5}


async def test_a_run_that_failed_is_an_error(open_server: Open) -> None:
    port = await open_server(frame(1, "run.started") + frame(2, "run.failed"))

    assert (await run(a_plan(port))).errors == {"run.failed": 5}


async def test_probes_come_after_the_others_and_are_told_apart(open_server: Open) -> None:
    port = await open_server(frame(1, "run.started") + frame(2, "run.finished"))

    followed = await run(replace(a_plan(port), probes=2))

    assert (followed.finished, followed.lost) == (7, 0)
    assert (len(followed.first_event), len(followed.probed)) == (5, 2)
