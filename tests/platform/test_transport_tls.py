"""Over TLS the same is kept, and only to a server that is who it says.

The certificate beside this file is for `localhost` alone and is trusted here alone.
"""

import asyncio
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.platform.upstream import (
    Act,
    Upstream,
    Wire,
    asking,
    both_loops,
    oks,
    says,
    serving,
    silence,
)

from kuznia.platform.http.client import open_client

anyio_backend = both_loops

CERTIFICATE = Path(__file__).with_suffix(".pem")
HALF = b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf"


@pytest.fixture
def asked_for() -> list[str | None]:
    """The names clients have asked the server for."""
    return []


@pytest.fixture
def tls(asked_for: list[str | None]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    context.sni_callback = lambda _, name, __: asked_for.append(name)
    return context


@asynccontextmanager
async def trusting(act: Act, tls: ssl.SSLContext) -> AsyncGenerator[tuple[Upstream, Any]]:
    """A server with that certificate, and a client that trusts it."""
    trusted = ssl.create_default_context(cafile=CERTIFICATE)
    async with (
        serving(act, name="localhost", tls=tls) as upstream,
        asking(upstream, tls=trusted) as client,
    ):
        yield upstream, client


async def test_a_server_is_asked_for_by_its_name_and_its_connection_used_again(
    tls: ssl.SSLContext, asked_for: list[str | None]
):
    async with trusting(oks, tls) as (upstream, client):
        answers = [await client.get("") for _ in range(3)]

    assert [answer.content for answer in answers] == [b"ok"] * 3
    assert (upstream.connections, asked_for) == (1, ["localhost"])


async def test_a_certificate_for_another_name_is_refused(tls: ssl.SSLContext):
    async with trusting(oks, tls) as (upstream, client):
        with pytest.raises(httpx2.ConnectError, match=r"(?i)certificate"):
            await client.get(f"https://127.0.0.1:{upstream.port}/")

    assert upstream.heard == []


async def test_a_certificate_nobody_vouches_for_is_refused(tls: ssl.SSLContext):
    async with (
        serving(oks, name="localhost", tls=tls) as upstream,
        open_client(upstream.url) as client,
    ):
        with pytest.raises(httpx2.ConnectError, match=r"(?i)certificate"):
            await client.get("")

    assert upstream.heard == []


async def test_a_handshake_has_its_limit():
    async def deaf(wire: Wire) -> None:
        await wire.reader.read()

    async with (
        serving(deaf) as upstream,
        open_client(upstream.url.replace("http:", "https:"), connect_timeout=0.1) as client,
    ):
        with pytest.raises(httpx2.ConnectTimeout):
            await client.get("")
        await upstream.until_open(0)


@pytest.mark.parametrize("act", [silence, says(HALF)], ids=["before", "in the body"])
async def test_a_cancelled_request_hangs_up(tls: ssl.SSLContext, act: Act):
    async with trusting(act, tls) as (upstream, client):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await client.get("")
        took = await upstream.until_open(0)

    assert took < 20


async def test_an_answer_that_breaks_off_is_an_error(tls: ssl.SSLContext):
    async with trusting(says(HALF, close=True), tls) as (_, client):
        with pytest.raises((httpx2.RemoteProtocolError, httpx2.ReadError)):
            await client.get("")


async def test_a_body_may_end_with_its_connection(tls: ssl.SSLContext):
    async with trusting(says(b"HTTP/1.1 200 OK\r\n\r\nok", close=True), tls) as (_, client):
        answer = await client.get("")

    assert answer.content == b"ok"


async def test_an_answer_of_many_megabytes_arrives_whole(tls: ssl.SSLContext):
    body = b"x" * 8_000_000
    act = says(b"HTTP/1.1 200 OK\r\ncontent-length: 8000000\r\n\r\n" + body)

    async with trusting(act, tls) as (_, client), client.stream("GET", "") as answer:
        await asyncio.sleep(0.1)
        content = await answer.aread()

    assert content == body
