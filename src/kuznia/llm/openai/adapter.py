"""The adapter for every server that speaks the chat-completions protocol."""

from collections.abc import AsyncGenerator, Sequence
from typing import Literal

import httpx2

from kuznia.llm.http import (
    Unsupported,
    body_of,
    broken,
    fault,
    is_json,
    reason_of,
    rest,
    retry_after,
)
from kuznia.llm.model import Ask, Delta, ModelFault, Reply
from kuznia.llm.openai.listing import ListedModels, fetch_context, fetch_models
from kuznia.llm.openai.overflow import Overflow, find_overflow
from kuznia.llm.openai.reply import MESSAGES, ReplyPiece, WrittenReply, merged, read_piece
from kuznia.llm.openai.request import Extra, find_refused, write_request
from kuznia.llm.sse import Events
from kuznia.llm.token_count import estimated
from kuznia.platform.clock import Clock

DONE = b"[DONE]"
MAX_TEMPERATURE = 2.0
# Statuses under which a server says that something is too long.
REFUSALS = frozenset({400, 413, 422})


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
        self.url = str(client.base_url).rstrip("/")
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

    async def stream(self, ask: Ask) -> AsyncGenerator[Delta]:
        response = await self._send(ask)
        pieces = self._pieces(response)
        written = WrittenReply()
        try:
            async for piece in pieces:
                if piece.text or piece.reasoning:
                    text, thought = written.add(piece)
                    # A thought tells the layers that the model is at work.
                    yield Delta(text, model=self.name, thought=thought, pieces=piece.count)
                else:
                    written.note(piece)
            if rest := written.close():
                yield Delta(rest, model=self.name)
            if written.finish is None:
                raise fault(MESSAGES, "cut", self.name, usage=written.usage)
        except httpx2.HTTPError as error:
            raise fault(MESSAGES, broken(error, "cut"), self.name, usage=written.usage) from None
        finally:
            await pieces.aclose()
            await response.aclose()
        yield Delta(reply=self._finished(ask, written))

    async def look(self) -> None:
        """Raise ModelFault unless the server answers and has the model; nothing is generated."""
        status, models = await self.models()
        # Not every server lists its models.
        if status >= 400 and status not in {404, 405}:
            raise fault(MESSAGES, reason_of(status), self.name)
        if models.misses(self.name):
            raise ModelFault("unlisted", models.advice(self.name), model=self.name)

    async def models(self) -> tuple[int, ListedModels]:
        """The status of the server's answer, and the models it lists."""
        try:
            return await fetch_models(self._client)
        except httpx2.HTTPError as error:
            raise fault(MESSAGES, broken(error, "connect"), self.name) from None

    async def context(self, models: ListedModels) -> int | None:
        """How many tokens the model holds, where the server says so."""
        if models.any_name and (size := await fetch_context(self._client)):
            return size
        return models.contexts.get(models.find(self.name) or "")

    @property
    def takes_schema(self) -> bool:
        """Whether schemas are sent; a server that refused one gets them in words."""
        return "response_format" not in self._without

    async def _send(self, ask: Ask) -> httpx2.Response:
        # What is learnt meanwhile by another call is no news to this one's refusal.
        without = self._without
        response = await self._post(ask, ask.max_tokens, without)
        if response.is_success:
            return response
        refusal = await self._refused(response)
        overflow = find_overflow(refusal) if response.status_code in REFUSALS else None
        if overflow and overflow.room is not None and overflow.room < ask.max_tokens:
            # Refused for the length it allows, not for its own: a shorter reply has room.
            response = await self._post(ask, overflow.room, without)
            if response.is_success:
                return response
            refusal = await self._refused(response)
            overflow = find_overflow(refusal)
        raise self._fault_of(response, refusal, overflow, without)

    async def _post(self, ask: Ask, max_tokens: int, without: frozenset[Extra]) -> httpx2.Response:
        temperature = self._temperature if ask.temperature is None else ask.temperature
        if temperature is not None:
            temperature = min(temperature + ask.warmth, MAX_TEMPERATURE)
        body = write_request(
            ask,
            model=self.name,
            temperature=temperature,
            max_tokens=max_tokens,
            without=without,
        )
        headers = self._headers
        request_id = ask.request_id.strip()
        if request_id and request_id.isascii() and request_id.isprintable():
            headers = [*headers, (b"x-request-id", request_id.encode())]
        request = httpx2.Request(
            "POST", self._url, headers=headers, content=body, extensions=self._extensions
        )
        try:
            return await self._client.send(request, stream=True)
        except httpx2.HTTPError as error:
            raise fault(MESSAGES, broken(error, "connect"), self.name) from None

    async def _refused(self, response: httpx2.Response) -> bytes:
        try:
            return await rest(response.aiter_raw())
        finally:
            await response.aclose()

    def _fault_of(
        self,
        response: httpx2.Response,
        refusal: bytes,
        overflow: Overflow | None,
        without: frozenset[Extra],
    ) -> ModelFault:
        status = response.status_code
        if status in {400, 422}:
            refused = find_refused(refusal, without)
            if refused is not None and (refused != "response_format" or self._learns_schema):
                self._without = frozenset((*self._without, refused))
                return Unsupported("rejected", MESSAGES["rejected"], model=self.name)
        if overflow is not None:
            return ModelFault("overflow", overflow.message, model=self.name)
        wait = retry_after(response.headers, self._clock.now())
        return fault(MESSAGES, reason_of(status), self.name, retry_after=wait)

    async def _whole(self, response: httpx2.Response) -> ReplyPiece:
        if not is_json(response):
            raise fault(MESSAGES, "unreadable", self.name)
        body = await body_of(response, self._most)
        if body is None:
            raise fault(MESSAGES, "too_large", self.name)
        return read_piece(body, self.name, whole=True)

    async def _pieces(self, response: httpx2.Response) -> AsyncGenerator[ReplyPiece]:
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
                    raise fault(MESSAGES, "too_large", self.name)
                data = events.feed(chunk)
                is_done = DONE in data
                pieces, broken_off = self._readable(data[: data.index(DONE)] if is_done else data)
                if pieces:
                    yield merged(pieces)
                if broken_off:
                    raise broken_off
                if is_done:
                    await rest(chunks)
                    return
        finally:
            await chunks.aclose()

    def _readable(self, events: Sequence[bytes]) -> tuple[list[ReplyPiece], ModelFault | None]:
        """The pieces up to the first that cannot be read, and the fault of that one."""
        pieces: list[ReplyPiece] = []
        for data in events:
            try:
                pieces.append(read_piece(data, self.name, whole=False))
            except ModelFault as unreadable:
                return pieces, unreadable
        return pieces, None

    def _finished(self, ask: Ask, written: WrittenReply) -> Reply:
        text, thought = written.whole()
        usage = written.usage or estimated(ask, text + thought)
        # Text beside a tool call is an answer; what the server's filter stopped is none.
        if written.instead == "content" or not text.strip():
            reason = written.instead or ("thought" if thought.strip() else "empty")
            raise fault(MESSAGES, reason, self.name, usage=usage)
        return Reply(
            text=text,
            model=self.name,
            usage=usage,
            reasoning=thought,
            truncated=written.finish == "length",
        )
