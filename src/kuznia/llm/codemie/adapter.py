"""The adapter for EPAM CodeMie: one of its assistants as a model."""

import re
from collections.abc import AsyncGenerator
from urllib.parse import quote
from uuid import uuid4

import httpx2
from pydantic_core import to_json

from kuznia.llm.codemie import reply
from kuznia.llm.codemie.reply import MESSAGES, CodeMieReply, LineReader, reason_of_refusal
from kuznia.llm.codemie.signin import CodeMieSignIn
from kuznia.llm.http import Unsupported, body_of, broken, fault, is_json, rest, retry_after
from kuznia.llm.model import Ask, Delta, ModelFault, Reply, Usage
from kuznia.llm.token_count import SCHEMA_IN_WORDS, estimated, estimated_input
from kuznia.platform.clock import Clock

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
# Of what an agent did with its tools nothing is of use to us, and it may quote what it read.
_QUIET = {"include_tool_errors": "false", "error_detail_level": "minimal"}


class CodeMieModel:
    """A Model on a pooled client whose base_url is CodeMie's API, without /v1.

    `assistant` is an id or a slug. Several assistants may share a client and a sign-in.
    """

    def __init__(
        self,
        client: httpx2.AsyncClient,
        sign_in: CodeMieSignIn,
        *,
        name: str,
        assistant: str,
        clock: Clock,
        max_reply_bytes: int = 8_388_608,
    ) -> None:
        self.name = name
        self._client = client
        self._sign_in = sign_in
        named, by_id = quote(assistant, safe=""), _ID.fullmatch(assistant) is not None
        self._model = f"v1/assistants/{'' if by_id else 'slug/'}{named}/model"
        self._card = f"v1/assistants/{'id' if by_id else 'slug'}/{named}"
        self._clock = clock
        self._most = max_reply_bytes
        self._takes_schema = True

    async def stream(self, ask: Ask) -> AsyncGenerator[Delta]:
        response = await self._ask(ask)
        texts: list[str] = []
        text: str | None = None
        tokens: int | None = None
        ended = False
        lines = self._replies(response)
        try:
            async for said in lines:
                texts.append(said.piece)
                text, tokens = said.text or text, said.tokens or tokens
                # A thought is an empty delta: it tells the layers that the model is at work.
                yield Delta(said.piece, model=self.name)
                ended = ended or said.last
        except httpx2.HTTPError as error:
            raise self._fault(error, lost=True) from None
        finally:
            await lines.aclose()
            await response.aclose()
        if not ended:
            raise fault(MESSAGES, "cut", self.name)
        yield Delta(reply=self._finished(ask, text or "".join(texts), tokens))

    async def look(self) -> None:
        """Raise ModelFault unless CodeMie lets us in and has the assistant; nothing is asked."""
        response = await self._send("GET", self._card)
        try:
            if not response.is_success:
                raise await self._refusal(response)
        finally:
            await response.aclose()

    async def _ask(self, ask: Ask) -> httpx2.Response:
        with_schema = ask.schema is not None and self._takes_schema
        body = _write(ask, with_schema=with_schema)
        response = await self._send("POST", self._model, body=body, request_id=ask.request_id)
        if response.is_success:
            return response
        try:
            raise await self._refusal(response, with_schema=with_schema)
        finally:
            await response.aclose()

    async def _send(
        self, method: str, path: str, *, body: bytes | None = None, request_id: str = ""
    ) -> httpx2.Response:
        """Send it with our token; one that is refused is renewed once."""
        headers = {"accept-encoding": "identity"}
        if body is not None:
            headers["content-type"] = "application/json"
        if request_id.isascii() and request_id.isprintable() and request_id.strip():
            headers["x-request-id"] = request_id.strip()
        token = await self._sign_in.token()
        response = await self._exchange(method, path, body, headers, token)
        if response.status_code != 401:
            return response
        await rest(response.aiter_raw())
        await response.aclose()
        token = await self._sign_in.token(refused=token)
        return await self._exchange(method, path, body, headers, token)

    async def _exchange(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str], token: str
    ) -> httpx2.Response:
        request = self._client.build_request(
            method,
            path,
            params=_QUIET if body is not None else None,
            content=body,
            headers=headers | {"authorization": f"Bearer {token}"},
        )
        try:
            return await self._client.send(request, stream=True)
        except httpx2.HTTPError as error:
            raise self._fault(error, lost=False) from None

    async def _refusal(self, response: httpx2.Response, *, with_schema: bool = False) -> ModelFault:
        status = response.status_code
        said = await rest(response.aiter_raw())
        if with_schema and status in {400, 422} and b"schema" in said.lower():
            self._takes_schema = False
            return Unsupported("rejected", MESSAGES["rejected"], model=self.name)
        wait = retry_after(response.headers, self._clock.now())
        return fault(MESSAGES, reason_of_refusal(status, said), self.name, retry_after=wait)

    async def _whole(self, response: httpx2.Response) -> CodeMieReply:
        if not is_json(response):
            raise fault(MESSAGES, "unreadable", self.name)
        body = await body_of(response, self._most)
        if body is None:
            raise fault(MESSAGES, "too_large", self.name)
        return reply.read(body, self.name)

    async def _replies(self, response: httpx2.Response) -> AsyncGenerator[CodeMieReply]:
        """The stream line by line, NDJSON or server-sent events; or the one answer it is not."""
        kind = response.headers.get("content-type", "")
        if "ndjson" not in kind and "event-stream" not in kind:
            said = await self._whole(response)
            yield CodeMieReply(text=said.text or said.piece, tokens=said.tokens, last=True)
            return
        lines, size = LineReader(), 0
        chunks = response.aiter_raw()
        try:
            async for chunk in chunks:
                size += len(chunk)
                if size > self._most:
                    raise fault(MESSAGES, "too_large", self.name)
                for line in lines.feed(chunk):
                    yield reply.read(line, self.name)
        finally:
            await chunks.aclose()
        for line in lines.end():
            yield reply.read(line, self.name)

    def _finished(self, ask: Ask, text: str, tokens: int | None) -> Reply:
        usage = estimated(ask, text)
        if tokens is not None:
            # CodeMie tells one sum, its agent's own thoughts and instructions included.
            asked = min(estimated_input(ask), tokens)
            usage = Usage(asked, tokens - asked)
        if not text.strip():
            raise fault(MESSAGES, "empty", self.name, usage=usage)
        return Reply(text=text, model=self.name, usage=usage)

    def _fault(self, error: httpx2.HTTPError, *, lost: bool) -> ModelFault:
        return fault(MESSAGES, broken(error, "cut" if lost else "connect"), self.name)


def _write(ask: Ask, *, with_schema: bool) -> bytes:
    """The request's body: what we say as the system, what was said before, and what is said now."""
    system = "\n\n".join(one.content for one in ask.messages if one.role == "system")
    if ask.schema is not None and not with_schema:
        system = f"{system}\n\n{SCHEMA_IN_WORDS}{to_json(ask.schema).decode()}"
    *before, now = (one for one in ask.messages if one.role != "system")
    body: dict[str, object] = {
        # Each question stands alone: what was said before is in its history.
        "conversation_id": str(uuid4()),
        "save_history": False,
        "system_prompt": system,
        "history": [{"role": one.role.capitalize(), "message": one.content} for one in before],
        "text": now.content,
        "stream": True,
    }
    if ask.schema is not None and with_schema:
        body["output_schema"] = ask.schema
    return to_json(body)
