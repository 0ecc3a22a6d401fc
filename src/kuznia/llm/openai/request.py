"""What we ask of a chat-completions server, and what we leave out once it has refused it."""

from collections.abc import Set as AbstractSet
from typing import Literal

from pydantic_core import to_json

from kuznia.llm.model import Ask
from kuznia.llm.token_count import SCHEMA_IN_WORDS

# What we can do without, or say another way.
Extra = Literal["response_format", "max_tokens", "temperature", "stream_options"]

# A refusal with all these words in it speaks of that extra.
SIGNS: tuple[tuple[Extra, tuple[str, ...]], ...] = (
    ("response_format", ("response_format",)),
    ("response_format", ("json_schema",)),
    ("stream_options", ("stream_options",)),
    ("max_tokens", ("max_completion_tokens", "unsupported")),
    ("temperature", ("temperature", "support")),
)


def find_refused(refusal: bytes, without: AbstractSet[Extra]) -> Extra | None:
    """The extra a 400 or 422 speaks of, if it is one we have not left out already."""
    text = refusal.decode(errors="replace").lower()
    for extra, words in SIGNS:
        if extra not in without and all(word in text for word in words):
            return extra
    return None


def write_request(
    ask: Ask,
    *,
    model: str,
    temperature: float | None,
    max_tokens: int,
    without: AbstractSet[Extra],
) -> bytes:
    """The request's body; a schema the server does not take is put into words."""
    messages = [{"role": each.role, "content": each.content} for each in ask.messages]
    limit = "max_completion_tokens" if "max_tokens" in without else "max_tokens"
    body: dict[str, object] = {
        "model": model,
        "messages": messages,
        "stream": True,
        limit: max_tokens,
    }
    if temperature is not None and "temperature" not in without:
        body["temperature"] = temperature
    if ask.schema is not None:
        if "response_format" in without:
            _say_schema(messages, to_json(ask.schema).decode())
        else:
            schema = {"name": "reply", "schema": ask.schema}
            body["response_format"] = {"type": "json_schema", "json_schema": schema}
    if "stream_options" not in without:
        body["stream_options"] = {"include_usage": True}
    return to_json(body)


def _say_schema(messages: list[dict[str, str]], schema: str) -> None:
    """Into the first system message: some chat templates take one only, and only in front."""
    if messages and messages[0]["role"] == "system":
        messages[0]["content"] += f"\n\n{SCHEMA_IN_WORDS}{schema}"
    else:
        messages.insert(0, {"role": "system", "content": f"{SCHEMA_IN_WORDS}{schema}"})
