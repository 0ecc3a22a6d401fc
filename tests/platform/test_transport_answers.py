"""Whatever a server sends is read as HTTP/1.1 has it, or refused."""

import asyncio

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.platform.upstream import OK, Wire, asking, both_loops, says, serving

from kuznia.platform.http.connection import ResponseParser

anyio_backend = both_loops

CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
LONG = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nx-long: %b\r\n\r\nok"


async def answered(data: bytes, *, close: bool = False, method: str = "GET") -> httpx2.Response:
    async with serving(says(data, close=close)) as upstream, asking(upstream) as client:
        return await client.request(method, "")


@pytest.mark.parametrize(
    ("data", "close"),
    [
        (OK, False),
        (CHUNKED + b"1\r\no\r\n1;why=not\r\nk\r\n0\r\nx-trailer: 1\r\n\r\n", False),
        (b"HTTP/1.1 200 OK\r\n\r\nok", True),
        (b"HTTP/1.0 200 OK\r\n\r\nok", True),
        (b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok", True),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + OK, False),
        (b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n" * 3 + OK, False),
    ],
    ids=["length", "chunks", "until close", "old", "said close", "continue", "hints"],
)
async def test_a_body_is_read_however_its_end_is_told(data: bytes, close: bool):
    answer = await answered(data, close=close)

    assert (answer.status_code, answer.content) == (200, b"ok")
    assert "link" not in answer.headers


async def test_headers_come_as_they_were_sent():
    answer = await answered(
        b"HTTP/1.1 429 No\r\nRetry-After: 3\r\nx-two: a\r\nx-two: b\r\ncontent-length: 0\r\n\r\n"
    )

    assert (answer.status_code, answer.headers["retry-after"]) == (429, "3")
    assert answer.headers.get_list("x-two") == ["a", "b"]


@pytest.mark.parametrize(
    ("method", "data"),
    [
        ("HEAD", b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n"),
        ("HEAD", CHUNKED),
        ("GET", b"HTTP/1.1 204 No Content\r\n\r\n"),
        ("GET", b"HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\n"),
    ],
)
async def test_an_answer_that_has_no_body_is_not_waited_for(method: str, data: bytes):
    answer = await answered(data, method=method)

    assert answer.content == b""


async def test_what_follows_the_answer_to_head_is_not_read_as_the_next_answer():
    data = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nwrong"
    async with serving(says(data)) as upstream, asking(upstream) as client:
        first = await client.head("")
        second = await client.get("")

    assert (first.content, second.content) == (b"", b"wrong")
    assert upstream.connections == 2


@pytest.mark.parametrize(
    "data", [OK.replace(b"OK", b"OK\r\nconnection: close"), OK + OK, OK + b"?"]
)
async def test_a_connection_that_ends_or_says_too_much_is_not_used_again(data: bytes):
    async with serving(says(data)) as upstream, asking(upstream) as client:
        answers = [await client.get("") for _ in range(2)]

    assert [answer.content for answer in answers] == [b"ok", b"ok"]
    assert upstream.connections == 2


async def test_words_nobody_asked_for_are_no_answer_to_the_next_request():
    async def eager(wire: Wire) -> None:
        await wire.request()
        await wire.say(OK)
        if wire.number == 0:
            await asyncio.sleep(0.02)
            await wire.say(OK.replace(b"ok", b"no"))
        await wire.reader.read()

    async with serving(eager) as upstream, asking(upstream) as client:
        await client.get("")
        await upstream.until_open(0)
        answer = await client.get("")

    assert answer.content == b"ok"
    assert upstream.connections == 2


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 OK\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: two\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nok!",
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: chat\r\n\r\n",
        CHUNKED + b"zz\r\n",
        LONG % (b"x" * 65_536),
        LONG % (b"x" * 300_000),
        b"HTTP/1.1 100 Continue\r\n\r\n" * 3_000,
        CHUNKED + b"1\r\no\r\n0\r\n" + b"x-trailer: y\r\n" * 40_000,
    ],
    ids=[
        "no status", "no http", "no number", "two lengths", "length and chunks", "no colon",
        "upgrade", "no chunk", "long", "very long", "never begins", "never ends",
    ],
)  # fmt: skip
async def test_what_is_no_http_or_too_much_of_it_is_refused(data: bytes):
    with pytest.raises(httpx2.RemoteProtocolError) as refusal:
        await answered(data)

    assert str(refusal.value.request.url).startswith("http://127.0.0.1:")


async def test_headers_just_short_enough_are_taken():
    answer = await answered(LONG % (b"x" * (65_536 - len(LONG % b"") + 2)))

    assert answer.content == b"ok"


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 200 OK\r\ncontent-le",
        b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nok",
        CHUNKED + b"2\r\nok\r\n",
        CHUNKED + b"5\r\nok",
    ],
)
async def test_an_answer_that_breaks_off_is_an_error(data: bytes):
    with pytest.raises(httpx2.RemoteProtocolError, match="before its answer was whole"):
        await answered(data, close=True)


async def test_what_came_before_the_break_can_be_read():
    async with (
        serving(says(CHUNKED + b"2\r\nok\r\n", close=True)) as upstream,
        asking(upstream) as client,
        client.stream("GET", "") as answer,
    ):
        body = answer.aiter_raw()
        first = await anext(body)
        with pytest.raises(httpx2.RemoteProtocolError):
            await anext(body)

    assert first == b"ok"


async def test_a_reset_connection_is_an_error():
    async def reset(wire: Wire) -> None:
        await wire.request()
        await wire.say(b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nok")
        wire.reset()

    async with serving(reset) as upstream, asking(upstream) as client:
        with pytest.raises(httpx2.ReadError):
            await client.get("")


async def test_a_server_that_speaks_first_is_not_heard():
    async def hasty(wire: Wire) -> None:
        await wire.say(OK)
        await wire.reader.read()

    async with serving(hasty) as upstream, asking(upstream) as client:
        answers = await asyncio.gather(*(client.get("") for _ in range(20)), return_exceptions=True)

    assert {type(answer) for answer in answers} <= {httpx2.RemoteProtocolError, httpx2.Response}


async def test_a_big_answer_waits_at_the_server_until_it_is_read():
    sent = 0

    async def big(wire: Wire) -> None:
        nonlocal sent
        await wire.request()
        await wire.say(b"HTTP/1.1 200 OK\r\ncontent-length: 52428800\r\n\r\n")
        for _ in range(800):
            await wire.say(b"x" * 65_536)
            sent += 65_536

    async with (
        serving(big) as upstream,
        asking(upstream) as client,
        client.stream("GET", "") as answer,
    ):
        await asyncio.sleep(0.3)
        before = sent
        most = size = 0
        async for data in answer.aiter_raw():
            size += len(data)
            most = max(most, len(data))

    # What the two sockets hold, and no more than a few times the mark here.
    assert before < 16_000_000
    assert (size, most < 1_000_000) == (52_428_800, True)


async def test_bytes_may_come_one_by_one():
    async def slow(wire: Wire) -> None:
        await wire.request()
        for byte in CHUNKED + b"2\r\nok\r\n0\r\n\r\n":
            await wire.say(bytes([byte]))
            await asyncio.sleep(0)

    async with serving(slow) as upstream, asking(upstream) as client:
        answer = await client.get("")

    assert answer.content == b"ok"


def read(pieces: list[bytes], *, end: bool) -> tuple[object, ...]:
    """What an answer has become once these have come."""
    answer = ResponseParser()
    answer.begin(bodiless=False)
    error = ""
    try:
        for piece in pieces:
            answer.feed(piece)
        if end:
            answer.end()
    except httpx2.RemoteProtocolError as raised:
        error = str(raised)
    body = b"".join(answer.chunks)
    return error, answer.status, answer.headers, body, answer.headed, answer.whole, answer.keeps


def cut(data: bytes, places: list[int]) -> list[bytes]:
    ends = sorted({place % (len(data) + 1) for place in places} | {len(data)})
    return [data[start:end] for start, end in zip([0, *ends], ends, strict=False) if start < end]


SOME = [
    OK,
    LONG % (b"x" * 70_000),
    CHUNKED + b"2;a=b\r\nok\r\n3\r\nyes\r\n0\r\nx-trailer: 1\r\n\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\n" + CHUNKED + b"0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nx: y\r\n\r\nuntil the end",
    b"HTTP/1.1 204 No Content\r\n\r\n",
    b"HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n",
]


@given(st.sampled_from(SOME), st.lists(st.integers(0, 80_000), max_size=20), st.booleans())
def test_an_answer_is_the_same_however_its_bytes_arrive(data: bytes, places: list[int], end: bool):
    assert read(cut(data, places), end=end) == read([data], end=end)


@given(st.binary(max_size=300), st.integers(0, len(OK)))
def test_no_bytes_do_more_than_be_refused(noise: bytes, at: int):
    answer = ResponseParser()
    answer.begin(bodiless=False)

    try:
        answer.feed(OK[:at] + noise + OK[at:])
        answer.end()
    except httpx2.RemoteProtocolError:
        assert not answer.whole
    else:
        assert answer.begun
