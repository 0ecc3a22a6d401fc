"""How long a connection is held, and how many are: each attack through a real socket."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from ipaddress import ip_network
from resource import RLIMIT_NOFILE, getrlimit, setrlimit
from typing import Any, cast

import pytest
from tests.callers.makers import SECRET, bearer
from tests.doors.conftest import Lines, Start
from tests.servers.loop import NOTES, Kuznia, made, served, spoken
from tests.servers.loop import held as paused
from tests.servers.model import ModelServer, hang, reply

from kuznia.domains import load
from kuznia.doors.listen.connection_count import Crowd
from kuznia.doors.listen.server import server
from kuznia.platform.settings import Settings

Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


def hurried(kuznia: Kuznia, patience: float = 0.5) -> None:
    """Every bound on time is so many times this one."""
    assert kuznia.server is not None
    kuznia.server.config.timeout_keep_alive = patience  # type: ignore[assignment]


@asynccontextmanager
async def connected(kuznia: Kuznia, data: bytes = b"") -> AsyncIterator[Ends]:
    reader, writer = await asyncio.open_connection("127.0.0.1", kuznia.client.base_url.port)
    try:
        writer.write(data)
        yield reader, writer
    finally:
        writer.close()


async def trickle(writer: asyncio.StreamWriter, piece: bytes, pause: float = 0.2) -> None:
    """A piece, and again, until somebody ends it."""
    with suppress(ConnectionError):
        while True:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)


async def read_out(ends: Ends, during: Awaitable[Any] | None = None) -> bytes:
    """All that is said before the server hangs up; AssertionError if it does not."""
    sending = asyncio.ensure_future(during) if during else None
    said = b""
    try:
        async with asyncio.timeout(30):
            while piece := await ends[0].read(65_536):
                said += piece
    except ConnectionError:
        pass
    except TimeoutError:
        raise AssertionError("the server let it go on") from None
    finally:
        if sending:
            sending.cancel()
    return said


def head(path: str, *headers: str, method: str = "POST", size: int = 1000) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "host: localhost", "content-type: application/json"]
    if size:
        lines.append(f"content-length: {size}")
    return "\r\n".join((*lines, *headers, "", "")).encode()


def held(kuznia: Kuznia) -> int:
    """How many connections the server has now."""
    assert kuznia.server is not None
    return len(kuznia.server.server_state.connections)


async def until(true: Callable[[], bool]) -> None:
    """uvicorn has no event for it."""
    async with asyncio.timeout(30):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


@pytest.fixture
async def everything(log: Lines, sqlite_url: str) -> AsyncIterator[Kuznia]:
    """A server of every domain that asks for a credential."""
    async with served(replace(made(sqlite_url, accounts=True), domains=load())) as kuznia:
        yield kuznia


@pytest.mark.parametrize(
    ("path", "chunked"), [("/api/v1/auth/token", False), ("/api/trainingplan/generate", True)]
)
async def test_a_body_that_trickles_is_not_waited_for(
    everything: Kuznia, path: str, chunked: bool
) -> None:
    hurried(everything)
    start, piece = head(path) + b"{", b" "
    if chunked:
        start, piece = head(path, "transfer-encoding: chunked", size=0), b"1\r\n \r\n"
    async with connected(everything, start) as ends:
        said = await read_out(ends, trickle(ends[1], piece))

    assert b'"TOO_SLOW"' in said


async def test_a_body_nobody_asked_for_does_not_hold_what_was_answered(everything: Kuznia) -> None:
    hurried(everything)
    async with connected(everything, head("/api/v1/flows") + b"{") as ends:
        said = await read_out(ends, trickle(ends[1], b" "))

    assert said.startswith(b"HTTP/1.1 401 ")
    assert said.count(b"HTTP/1.1") == 1


async def test_a_body_that_stops_coming_is_told_so(everything: Kuznia) -> None:
    hurried(everything)
    async with connected(everything, head("/api/v1/auth/token") + b"{") as ends:
        said = await read_out(ends)

    answer = json.loads(said.partition(b"\r\n\r\n")[2])
    assert said.startswith(b"HTTP/1.1 408 ")
    assert answer["error"]["code"] == "TOO_SLOW"
    assert f"x-request-id: {answer['request_id']}".encode() in said


async def test_who_is_known_may_have_a_slow_line(serve: Start, modelserver: ModelServer) -> None:
    """Longer than a stranger may, so long as something comes."""
    modelserver.will(reply("note: fine"))
    kuznia = await serve(jwt_secret=SECRET)
    hurried(kuznia, 1)
    body = b'{"prompt":"a note"}'.ljust(48_000)
    credential = f"authorization: {bearer('ivan')['authorization']}"
    async with connected(kuznia, head(NOTES, credential, size=len(body))) as (reader, writer):
        for begin in range(0, len(body), 6000):
            writer.write(body[begin : begin + 6000])
            await asyncio.sleep(0.5)
        said = await asyncio.wait_for(reader.readuntil(b"\r\n"), 10)

    assert said.startswith(b"HTTP/1.1 200 ")


async def test_a_head_that_trickles_is_not_waited_for(everything: Kuznia) -> None:
    hurried(everything)
    async with connected(everything, b"GET /health HTTP/1.1\r\nx-a: ") as ends:
        assert await read_out(ends, trickle(ends[1], b"a")) == b""


async def test_the_next_head_may_not_trickle_either(everything: Kuznia) -> None:
    hurried(everything)
    first = b"GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n"
    async with connected(everything, first) as ends:
        await ends[0].readuntil(b"\r\n\r\n")
        await read_out(ends, trickle(ends[1], b"G"))


async def test_who_takes_no_answer_is_let_go(everything: Kuznia) -> None:
    hurried(everything, 0.2)
    ask = b"GET /api/openapi.json HTTP/1.1\r\nhost: localhost\r\n\r\n"
    async with connected(everything) as (reader, writer):
        cast(asyncio.Transport, writer.transport).pause_reading()
        writer.write(ask * 100)
        await until(lambda: held(everything) == 1)

        await until(lambda: held(everything) == 0)
        assert not reader.at_eof()


async def test_who_takes_an_answer_slowly_gets_all_of_it(everything: Kuznia) -> None:
    hurried(everything, 0.2)
    whole = (await everything.client.get("/api/openapi.json")).content
    ask = b"GET /api/openapi.json HTTP/1.1\r\nhost: localhost\r\n\r\n"
    taken = b""
    async with connected(everything, ask * 40) as (reader, _):
        while taken.count(whole) < 40:
            taken += await asyncio.wait_for(reader.read(400_000), 10)
            await asyncio.sleep(0.05)


async def test_thousands_who_say_nothing_keep_nobody_out(everything: Kuznia) -> None:
    """More than there is room for: who waited longest makes room for who comes."""
    soft, hard = getrlimit(RLIMIT_NOFILE)
    count = 2000
    setrlimit(RLIMIT_NOFILE, (max(soft, min(hard, 2 * count + 1500)), hard))
    idle: list[socket.socket] = []
    try:
        for _ in range(count):
            one = socket.socket()
            one.setblocking(False)
            with suppress(BlockingIOError):
                one.connect(("127.0.0.1", everything.client.base_url.port or 0))
            idle.append(one)
            if len(idle) % 200 == 0:
                answer = await everything.client.get("/health", headers={"connection": "close"})
                assert answer.status_code == 200
        await until(lambda: held(everything) >= 990)

        assert (await everything.client.get("/health")).status_code == 200
        assert held(everything) <= 1010
    finally:
        for one in idle:
            one.close()
        setrlimit(RLIMIT_NOFILE, (soft, hard))


async def test_who_works_is_not_cut_for_who_comes(serve: Start, modelserver: ModelServer) -> None:
    go = asyncio.Event()
    modelserver.will(paused(go, reply("note: fine")))
    kuznia = await serve(max_connections=2)
    asking = [asyncio.create_task(kuznia.make(f"a note on {metal}")) for metal in ("iron", "lead")]
    await modelserver.arrived()
    await until(lambda: held(kuznia) == 2)
    await asyncio.sleep(0.1)

    refused = await spoken(kuznia, b"GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n")
    go.set()

    assert refused.startswith(b"HTTP/1.1 503 ")
    assert b'"UNAVAILABLE"' in refused
    assert [(await one).status_code for one in asking] == [200, 200]


class Seat:
    """A place in the crowd, whoever sits there."""

    def __init__(self) -> None:
        self.evicted = False

    def evict(self) -> None:
        self.evicted = True


def entered(crowd: Crowd, host: str, count: int) -> list[Seat | None]:
    """So many who come, each with a seat or without."""
    seats = [Seat() for _ in range(count)]
    return [seat if crowd.enter(seat, host) else None for seat in seats]


def test_one_address_has_so_many_and_takes_from_nobody_else() -> None:
    crowd = Crowd(10, 2, ())
    (other,) = entered(crowd, "198.51.100.9", 1)

    first, second, third = entered(crowd, "198.51.100.1", 3)

    assert first
    assert second
    assert third
    assert other
    assert [one.evicted for one in (other, first, second, third)] == [False, True, False, False]


def test_one_who_works_at_all_its_connections_gets_no_more() -> None:
    crowd = Crowd(10, 2, ())
    for seat in entered(crowd, "198.51.100.1", 2):
        assert seat
        crowd.works(seat)

    assert entered(crowd, "198.51.100.1", 1) == [None]
    assert entered(crowd, "198.51.100.2", 1) != [None]


def test_who_has_an_answer_waits_at_the_end_of_the_line() -> None:
    crowd = Crowd(2, 2, ())
    first, second = entered(crowd, "198.51.100.1", 2)
    assert first
    assert second
    crowd.works(first)
    crowd.waits(first)

    entered(crowd, "198.51.100.2", 1)

    assert (first.evicted, second.evicted) == (False, True)


def test_one_household_is_one_address() -> None:
    crowd = Crowd(10, 1, ())
    (first,) = entered(crowd, "2001:db8::1", 1)

    entered(crowd, "2001:db8::2", 1)

    assert first
    assert first.evicted


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "10.0.0.7"])
def test_who_comes_for_many_is_not_counted_as_one(host: str) -> None:
    crowd = Crowd(10, 1, (ip_network("10.0.0.0/8"),))

    assert [one and one.evicted for one in entered(crowd, host, 5)] == [False] * 5


def test_who_left_is_counted_no_more() -> None:
    crowd = Crowd(2, 1, ())
    (first,) = entered(crowd, "198.51.100.1", 1)
    assert first
    crowd.works(first)

    crowd.leave(first)
    crowd.leave(first)

    assert entered(crowd, "198.51.100.1", 1) != [None]


def test_there_are_no_more_connections_than_descriptors(kuznia_limits: tuple[int, int]) -> None:
    soft, hard = kuznia_limits
    setrlimit(RLIMIT_NOFILE, (min(soft, 400), hard))

    server(_nothing, Settings(max_connections=1000))

    assert getrlimit(RLIMIT_NOFILE)[0] >= min(hard, 1100)


@pytest.fixture
def kuznia_limits() -> Iterator[tuple[int, int]]:
    limits = getrlimit(RLIMIT_NOFILE)
    yield limits
    setrlimit(RLIMIT_NOFILE, limits)


async def _nothing(*_: object) -> None:
    """An application nobody asks."""


async def test_who_leaves_leaves_all_that_was_asked(
    serve: Start, modelserver: ModelServer, log: Lines
) -> None:
    """What is asked before the first answer has come does not hide that nobody waits for that."""
    modelserver.will(hang)
    kuznia = await serve()
    body = b'{"prompt":"a note"}'
    async with connected(
        kuznia, head(NOTES, size=len(body)) + body + head("/", method="GET", size=0)
    ):
        await modelserver.arrived()

    assert (await asyncio.wait_for(modelserver.left(), 10)).answered is None
    await until(lambda: held(kuznia) == 0)
    assert not [line for line in log() if line["level"] == "error"]


async def test_what_is_no_address_is_told_so_after_a_good_request_too(everything: Kuznia) -> None:
    async with connected(everything, head("/health", method="GET", size=0)) as (reader, writer):
        first = await reader.readuntil(b"}")
        writer.write(b"GET http:// HTTP/1.1\r\nhost: localhost\r\n\r\n")
        async with asyncio.timeout(10):
            rest = await reader.read()

    assert first.startswith(b"HTTP/1.1 200 ")
    assert b"HTTP/1.1 400 " in rest
