"""Reading what a model's server answers, over HTTP and within bounds."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress

import httpx2

from kuznia.llm.model import Reason

# Seconds and bytes a server gets to end what is of no more use to us. A connection that was read to
# its end can be used again; any other must be closed.
REST_SECONDS, REST_BYTES = 0.2, 65_536


def is_json(response: httpx2.Response) -> bool:
    """Whether it can be JSON; a server that names no type is given the benefit of the doubt."""
    return "json" in response.headers.get("content-type", "json")


async def body_of(response: httpx2.Response, most: int) -> bytes | None:
    """The body; None when it is longer than `most`, and then it is read no further."""
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > most:
            return None
    return bytes(body)


async def rest(chunks: AsyncGenerator[bytes]) -> bytes:
    """What is left to read, if that is little and comes soon."""
    left = bytearray()
    with suppress(TimeoutError, httpx2.HTTPError):
        async with asyncio.timeout(REST_SECONDS):
            async for chunk in chunks:
                left += chunk
                if len(left) > REST_BYTES:
                    break
    return bytes(left)


def broken(error: httpx2.HTTPError, otherwise: Reason) -> Reason:
    """Why a call broke off: `otherwise` says what a lost connection means at this point."""
    if isinstance(error, httpx2.PoolTimeout):
        return "busy"
    if isinstance(error, httpx2.TimeoutException):
        return "timeout"
    return "rejected" if isinstance(error, httpx2.LocalProtocolError) else otherwise
