"""Connections are few, shared in turn, and closed as soon as they are of no more use."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import httpx2
import pytest
from tests.platform.upstream import OK, Wire, asking, both_loops, oks, says, serving, silence

anyio_backend = both_loops

HALF = b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf"


async def held(client: httpx2.AsyncClient) -> httpx2.Response:
    """An answer whose body is not read, so that it keeps its connection."""
    return await client.send(client.build_request("GET", ""), stream=True)


async def test_five_hundred_requests_on_twenty_connections_lose_nothing():
    async def echo(wire: Wire) -> None:
        while True:
            said = (await wire.request()).partition(b"\r\n\r\n")[2]
            await asyncio.sleep(0)
            await wire.say(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(said), said))

    async with serving(echo) as upstream, asking(upstream, connections=20) as client:
        said = [b"%d" % number * (number % 7) for number in range(500)]
        answers = await asyncio.gather(*(client.post("", content=each) for each in said))

    assert [answer.content for answer in answers] == said
    assert upstream.most_open == upstream.connections == 20


async def test_who_waited_longest_goes_first():
    async with serving(oks) as upstream, asking(upstream) as client:
        first = await held(client)
        waiting = [asyncio.ensure_future(client.get(f"{number}")) for number in range(5)]
        await asyncio.sleep(0)
        await first.aclose()
        await asyncio.gather(*waiting)

    assert [said.split()[1] for said in upstream.heard[1:]] == [b"/%d" % n for n in range(5)]


async def test_who_gives_up_waiting_leaves_no_hole():
    async with serving(oks) as upstream, asking(upstream) as client:
        first = await held(client)
        waiting = [asyncio.ensure_future(client.get(f"{number}")) for number in range(3)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        await asyncio.sleep(0)
        await first.aclose()
        # Its turn has come, and it leaves before it has taken it.
        waiting[1].cancel()
        ends = await asyncio.gather(*waiting, return_exceptions=True)
        after = await client.get("after")

    assert [type(end).__name__ for end in ends[:2]] == ["CancelledError"] * 2
    assert [said.split()[1] for said in upstream.heard[1:]] == [b"/2", b"/after"]
    assert after.content == b"ok"


async def test_waiting_for_a_connection_has_its_limit():
    async with serving(oks) as upstream, asking(upstream, pool=0.05) as client:
        first = await held(client)
        with pytest.raises(httpx2.PoolTimeout) as late:
            await client.get("late")
        await first.aclose()
        after = await client.get("after")

    assert late.value.request.url.path == "/late"
    assert after.content == b"ok"


async def test_an_idle_connection_is_closed_when_its_time_is_over():
    async with serving(oks) as upstream, asking(upstream, connections=2, expiry=0.5) as client:
        await asyncio.gather(client.get(""), client.get(""))
        took = await upstream.until_open(0)

    assert 0.05 < took < 20


async def test_a_connection_the_server_has_closed_is_not_used():
    async with (
        serving(says(OK, close=True)) as upstream,
        asking(upstream) as client,
    ):
        for _ in range(3):
            await client.get("")
            await upstream.until_open(0)
            await asyncio.sleep(0.01)

    assert (upstream.connections, len(upstream.heard)) == (3, 3)


def stops(first: bytes, *, after: float = 0.0, better: bool = True) -> Any:
    """Answers once; the next request on the same connection meets this and a close."""

    async def act(wire: Wire) -> None:
        if wire.number == 0 or better:
            await wire.request()
            await wire.say(OK)
        await wire.request()
        await asyncio.sleep(after)
        await wire.say(first)

    return act


async def test_a_request_that_met_a_closing_connection_is_sent_once_more():
    async with serving(stops(b"")) as upstream, asking(upstream) as client:
        await client.get("")
        answer = await client.post("again", content=b"body")

    assert answer.content == b"ok"
    assert upstream.connections == 2
    assert upstream.heard[1] == upstream.heard[2]


async def test_it_is_not_sent_a_third_time():
    async with serving(stops(b"", better=False)) as upstream, asking(upstream) as client:
        await client.get("")
        with pytest.raises(httpx2.RemoteProtocolError):
            await client.get("")

    assert len(upstream.heard) == 3


@pytest.mark.parametrize(
    ("first", "after"), [(b"HTTP/1.1 2", 0.0), (b"", 1.1)], ids=["was answered", "took its time"]
)
async def test_a_request_the_server_has_read_is_not_sent_again(first: bytes, after: float):
    async with serving(stops(first, after=after)) as upstream, asking(upstream) as client:
        await client.get("")
        with pytest.raises(httpx2.RemoteProtocolError):
            await client.get("")

    assert len(upstream.heard) == 2


async def test_a_request_on_a_fresh_connection_is_sent_once():
    async with serving(says(b"", close=True)) as upstream, asking(upstream) as client:
        with pytest.raises(httpx2.RemoteProtocolError):
            await client.get("")

    assert len(upstream.heard) == 1


@pytest.mark.parametrize("first", [b"", b"HTTP/1.1 200 OK\r\n", HALF])
async def test_silence_has_its_limit_and_ends_the_connection(first: bytes):
    async def stall(wire: Wire) -> None:
        await wire.request()
        await wire.say(first)
        await wire.reader.read()

    async with serving(stall) as upstream, asking(upstream, read=0.1) as client:
        with pytest.raises(httpx2.ReadTimeout):
            await client.get("")
        took = await upstream.until_open(0)

    assert took < 20


async def test_a_server_that_does_not_read_has_its_limit():
    async def deaf(wire: Wire) -> None:
        await asyncio.sleep(5)

    async with serving(deaf) as upstream, asking(upstream, write=0.1) as client:
        with pytest.raises(httpx2.WriteTimeout):
            await client.post("", content=b"x" * 30_000_000)


async def test_a_server_may_answer_before_it_has_read_all():
    async def refuse(wire: Wire) -> None:
        await wire.reader.readuntil(b"\r\n\r\n")
        await wire.say(OK)
        await asyncio.sleep(0.2)

    async with serving(refuse) as upstream, asking(upstream) as client:
        for _ in range(2):
            answer = await client.post("", content=b"x" * 30_000_000)

            assert answer.content == b"ok"

    assert upstream.connections == 2


async def test_a_request_that_is_cancelled_before_its_answer_hangs_up():
    async with serving(silence) as upstream, asking(upstream) as client:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await client.get("")
        took = await upstream.until_open(0)

    assert took < 20


async def test_a_reader_that_is_cancelled_hangs_up():
    async with serving(says(HALF)) as upstream, asking(upstream) as client:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05), client.stream("GET", "") as answer:
                await answer.aread()
        took = await upstream.until_open(0)
        upstream.act = oks
        after = await client.get("")

    assert took < 20
    assert after.content == b"ok"


async def test_an_answer_that_is_not_wanted_any_more_hangs_up():
    async with serving(says(HALF)) as upstream, asking(upstream) as client:
        answer = await held(client)
        await answer.aclose()
        took = await upstream.until_open(0)

    assert took < 20


async def test_an_answer_that_came_whole_and_is_not_wanted_keeps_its_connection():
    async with serving(oks) as upstream, asking(upstream) as client:
        await (await held(client)).aclose()
        answer = await client.get("")

    assert (answer.content, upstream.connections) == (b"ok", 1)


async def test_closing_ends_what_is_under_way_and_who_waits():
    async with serving(says(HALF)) as upstream:
        async with asking(upstream) as client:
            reading = asyncio.ensure_future(client.get("reading"))
            await asyncio.sleep(0.1)
            waiting = asyncio.ensure_future(client.get("waiting"))
            await asyncio.sleep(0)
            transport = client._transport
        ends = await asyncio.gather(reading, waiting, return_exceptions=True)
        took = await upstream.until_open(0)
        with pytest.raises(httpx2.ConnectError):
            await transport.handle_async_request(httpx2.Request("GET", upstream.url))

    assert [type(end) for end in ends] == [httpx2.RemoteProtocolError, httpx2.ConnectError]
    assert took < 20


async def test_closing_ends_who_is_still_connecting():
    async with serving(oks) as upstream:
        async with asking(upstream) as client:
            connecting = asyncio.ensure_future(client.get(""))
            await asyncio.sleep(0)
        with pytest.raises(httpx2.ConnectError):
            await connecting
        await upstream.until_open(0)

    assert upstream.heard == []


async def test_idle_connections_make_room_for_those_that_lead_elsewhere():
    async with serving(oks) as one, serving(oks) as two, asking(one, connections=2) as client:
        await asyncio.gather(client.get(""), client.get(""))
        await asyncio.gather(client.get(two.url), client.get(two.url))
        await one.until_open(0)

    assert (one.connections, two.connections) == (2, 2)


@pytest.mark.parametrize(
    "header",
    [(b"x", b"a\r\nx-more: b"), (b"x", b"a\nb"), (b"x y", b"a"), (b"x", b"a\0b"), (b"", b"a")],
)
async def test_a_header_cannot_smuggle_another(header: tuple[bytes, bytes]):
    async with serving(oks) as upstream, asking(upstream) as client:
        with pytest.raises(httpx2.LocalProtocolError):
            await client.get("", headers=[header])

    assert upstream.heard == []


async def test_a_body_in_pieces_is_sent_whole_with_its_length():
    async def pieces() -> AsyncGenerator[bytes]:
        yield b"one"
        yield b"two"

    async with serving(oks) as upstream, asking(upstream) as client:
        await client.post("", content=pieces())

    assert b"transfer-encoding" not in upstream.heard[0].lower()
    assert upstream.heard[0].lower().endswith(b"content-length: 6\r\n\r\nonetwo")


async def test_a_big_request_arrives_whole_however_slowly_it_is_read():
    async def slow(wire: Wire) -> None:
        await asyncio.sleep(0.1)
        await wire.request()
        await wire.say(OK)

    async with serving(slow) as upstream, asking(upstream, write=5) as client:
        answer = await client.post("", content=b"x" * 30_000_000)

    assert answer.content == b"ok"
    assert upstream.heard[0].endswith(b"x" * 30_000_000)


async def test_an_answer_has_one_reader():
    async with (
        serving(says(HALF)) as upstream,
        asking(upstream) as client,
        client.stream("GET", "") as answer,
    ):
        assert isinstance(answer.stream, httpx2.AsyncByteStream)
        one, two = aiter(answer.stream), aiter(answer.stream)
        await anext(one)
        reading = asyncio.ensure_future(anext(one))
        await asyncio.sleep(0)
        with pytest.raises(httpx2.StreamClosed):
            await anext(two)
        await answer.aclose()
        with pytest.raises(httpx2.RemoteProtocolError):
            await reading
