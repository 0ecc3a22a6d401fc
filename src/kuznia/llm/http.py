"""Reading what a model's server answers over HTTP: within bounds, and failures as ModelFaults."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import suppress
from datetime import datetime
from email.utils import parsedate_to_datetime
from math import isnan

import httpx2

from kuznia.llm.model import ModelFault, Reason, Usage

# A connection that was read to its end can be used again; any other must be closed. A server gets
# this many seconds and bytes to end an answer that is of no more use to us.
REST_SECONDS, REST_BYTES = 0.2, 65_536
# A number of tokens beyond this is a server's mistake.
MAX_TOKENS = 10**9
# One day.
MAX_RETRY_AFTER_SECONDS = 86_400.0


class Unsupported(ModelFault):
    """The server refused something we can do without; the next attempt leaves it out."""

    @property
    def transient(self) -> bool:
        return True


def fault(
    messages: Mapping[Reason, str],
    reason: Reason,
    model: str,
    *,
    retry_after: float | None = None,
    usage: Usage | None = None,
) -> ModelFault:
    """The fault for this reason, in the words of the service that was asked."""
    return ModelFault(reason, messages[reason], model=model, retry_after=retry_after, usage=usage)


def is_json(response: httpx2.Response) -> bool:
    """Whether the body can be JSON; without a content type it is taken for JSON."""
    return "json" in response.headers.get("content-type", "json")


async def body_of(response: httpx2.Response, max_bytes: int) -> bytes | None:
    """The body; None when it is longer than `max_bytes`, and then it is read no further."""
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > max_bytes:
            return None
    return bytes(body)


async def rest(chunks: AsyncGenerator[bytes]) -> bytes:
    """The rest of a body, if it is short and comes soon."""
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


def reason_of(status: int) -> Reason:
    """What an HTTP status of 400 or more says about a call to a model."""
    if status == 429:
        return "rate_limited"
    if status in {401, 403}:
        return "credentials"
    if status == 402:
        return "budget"
    return "server" if status >= 500 else "rejected"


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds to wait, from any of the three forms servers use; None when none can be read."""
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return _bounded(milliseconds / 1000)
    value = headers.get("retry-after")
    seconds = _number(value)
    if seconds is None and value is not None:
        try:
            when = parsedate_to_datetime(value)
            # A date that names no zone is read as UTC, the only zone HTTP knows.
            seconds = (when.replace(tzinfo=when.tzinfo or now.tzinfo) - now).total_seconds()
        except (ValueError, OverflowError):
            return None
    return None if seconds is None else _bounded(seconds)


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return None if isnan(value) else value


def _bounded(seconds: float) -> float:
    return min(max(seconds, 0.0), MAX_RETRY_AFTER_SECONDS)
