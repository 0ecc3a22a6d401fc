"""The adapter for every server that speaks the chat-completions protocol."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import Literal

import httpx2

from kuznia.llm.dialect import Extra, find_refused, write_request
from kuznia.llm.model import Ask, Delta, ModelFault, Reason, Reply, Usage
from kuznia.llm.sse import Events
from kuznia.llm.tokens import estimated
from kuznia.llm.wire import MESSAGES, Piece, fault, read_piece, reason_of, retry_after
from kuznia.platform.clock import Clock

DONE = b"[DONE]"
# Seconds and bytes a server gets to end what is of no more use to us. A connection that was read to
# its end can be used again; any other must be closed.
PATIENCE, REST = 0.2, 65_536


class Unsupported(ModelFault):
    """The server refused something we can do without; the next attempt leaves it out."""

    @property
    def passing(self) -> bool:
        return True


class OpenAIModel:
    """A Model on a pooled client whose base_url is the server's, with its /v1."""

    def __init__(
        self,
        client: httpx2.AsyncClient,
        *,
        model: str,
        clock: Clock,
        structured: Literal["auto", "on", "off"] = "auto",
        temperature: float | None = None,
        max_reply_bytes: int = 8_388_608,
    ) -> None:
        self.name = model
        self._client = client
        self._url = client.base_url.join("chat/completions")
        # Merged and encoded once: the client would do both again for every request.
        headers = client.headers.copy()
        headers["accept-encoding"] = "identity"
        headers["content-type"] = "application/json"
        self._headers = headers.raw
        # Reading has no limit here: the layer that times out closes the connection.
        timeout = client.timeout.as_dict() | {"read": None, "write": None}
        self._extensions = {"timeout": timeout}
        self._clock = clock
        self._temperature = temperature
        self._most = max_reply_bytes
        self._learns_schema = structured == "auto"
        self._without: frozenset[Extra] = frozenset(
            {"response_format"} if structured == "off" else ()
        )

    async def reply(self, ask: Ask) -> Reply:
        response = await self._send(ask, stream=False)
        try:
            piece = await self._whole(response)
        except httpx2.HTTPError as error:
            raise fault(_reason(error, "cut"), self.name) from None
        finally:
            await response.aclose()
        return self._finished(ask, piece)

    async def stream(self, ask: Ask) -> AsyncGenerator[Delta]:
        response = await self._send(ask, stream=True)
        pieces = self._pieces(response)
        texts: list[str] = []
        thoughts: list[str] = []
        finish: str | None = None
        usage: Usage | None = None
        try:
            async for piece in pieces:
                finish = piece.finish or finish
                usage = piece.usage or usage
                if piece.text or piece.reasoning:
                    texts.append(piece.text)
                    thoughts.append(piece.reasoning)
                    # A thought is an empty delta: it tells the layers that the model is at work.
                    yield Delta(piece.text, model=self.name)
            if finish is None:
                raise fault("cut", self.name)
        except httpx2.HTTPError as error:
            raise fault(_reason(error, "cut"), self.name) from None
        finally:
            await pieces.aclose()
            await response.aclose()
        whole = Piece("".join(texts), "".join(thoughts), finish, usage)
        yield Delta(reply=self._finished(ask, whole))

    async def _send(self, ask: Ask, *, stream: bool) -> httpx2.Response:
        temperature = self._temperature if ask.temperature is None else ask.temperature
        # What is learnt meanwhile by another call is no news to this one's refusal.
        without = self._without
        body = write_request(
            ask,
            model=self.name,
            temperature=temperature,
            without=without,
            stream=stream,
        )
        headers = self._headers
        request_id = ask.request_id.strip()
        if request_id and request_id.isascii() and request_id.isprintable():
            headers = [*headers, (b"x-request-id", request_id.encode())]
        request = httpx2.Request(
            "POST", self._url, headers=headers, content=body, extensions=self._extensions
        )
        try:
            response = await self._client.send(request, stream=True)
        except httpx2.HTTPError as error:
            raise fault(_reason(error, "connect"), self.name) from None
        if response.is_success:
            return response
        try:
            raise await self._refusal(response, without)
        finally:
            await response.aclose()

    async def _refusal(self, response: httpx2.Response, without: frozenset[Extra]) -> ModelFault:
        status = response.status_code
        said = await _rest(response.aiter_raw())
        if status in {400, 422}:
            refused = find_refused(said, without)
            if refused is not None and (refused != "response_format" or self._learns_schema):
                self._without = frozenset((*self._without, refused))
                return Unsupported("rejected", MESSAGES["rejected"], model=self.name)
        wait = retry_after(response.headers, self._clock.now())
        return fault(reason_of(status), self.name, retry_after=wait)

    async def _whole(self, response: httpx2.Response) -> Piece:
        if "json" not in response.headers.get("content-type", "json"):
            raise fault("unreadable", self.name)
        body = bytearray()
        async for chunk in response.aiter_raw():
            body += chunk
            if len(body) > self._most:
                raise fault("too_large", self.name)
        return read_piece(bytes(body), self.name, whole=True)

    async def _pieces(self, response: httpx2.Response) -> AsyncGenerator[Piece]:
        if "event-stream" not in response.headers.get("content-type", ""):
            # An error, or a server that does not stream.
            yield await self._whole(response)
            return
        events = Events()
        size = 0
        chunks = response.aiter_raw()
        try:
            async for chunk in chunks:
                size += len(chunk)
                if size > self._most:
                    raise fault("too_large", self.name)
                for data in events.feed(chunk):
                    if data == DONE:
                        await _rest(chunks)
                        return
                    yield read_piece(data, self.name, whole=False)
        finally:
            await chunks.aclose()

    def _finished(self, ask: Ask, piece: Piece) -> Reply:
        usage = piece.usage or estimated(ask, piece.text + piece.reasoning)
        if not piece.text.strip():
            raise fault("empty", self.name, usage=usage)
        return Reply(
            text=piece.text,
            model=self.name,
            usage=usage,
            reasoning=piece.reasoning,
            truncated=piece.finish == "length",
        )


async def _rest(chunks: AsyncGenerator[bytes]) -> bytes:
    """What is left to read, if that is little and comes soon."""
    rest = bytearray()
    with suppress(TimeoutError, httpx2.HTTPError):
        async with asyncio.timeout(PATIENCE):
            async for chunk in chunks:
                rest += chunk
                if len(rest) > REST:
                    break
    return bytes(rest)


def _reason(error: httpx2.HTTPError, otherwise: Reason) -> Reason:
    """Why a call broke off: `otherwise` says what a lost connection means at this point."""
    if isinstance(error, httpx2.PoolTimeout):
        return "busy"
    if isinstance(error, httpx2.TimeoutException):
        return "timeout"
    return "rejected" if isinstance(error, httpx2.LocalProtocolError) else otherwise
