"""The numbers in a refusal that says a request, or the reply it allows, is too long."""

import re
from dataclasses import dataclass

# A reply for which there is less room than this is not worth asking for.
MIN_ROOM = 256
_NUMBER = r"[`'\"]?(\d{1,9})\b"
# As servers word it: llama.cpp, OpenAI, vLLM, TGI, Anthropic, Groq, LM Studio.
_CONTEXT = re.compile(
    rf'"n_ctx": ?{_NUMBER}'
    rf"|context length (?:is|of)(?: only)? {_NUMBER}"
    rf"|maximum model length of {_NUMBER}"
    rf"|must be <= {_NUMBER}"
    rf"|tokens > {_NUMBER} maximum"
)
_PROMPT = re.compile(
    rf'"n_prompt_tokens": ?{_NUMBER}'
    rf"|\({_NUMBER} in the messages"
    rf"|messages resulted in {_NUMBER}"
    rf"|request has {_NUMBER} input"
    rf"|\(length {_NUMBER}\) is longer"
    rf"|given: {_NUMBER} `?inputs`? tokens"
    rf"|prompt is too long: {_NUMBER}"
    rf"|keep the first {_NUMBER} tokens"
)
_LIMIT = re.compile(
    rf"supports at most {_NUMBER} completion"
    rf"|max_tokens: \d{{1,9}} > {_NUMBER}"
    rf"|max_tokens`? must be less than or equal to {_NUMBER}"
)
_SIGNS = (
    *("context_length", "context length", "context size", "context window"),
    "prompt is too long",
)


@dataclass(frozen=True, slots=True)
class Overflow:
    """What a server said of the length: tokens it holds, tokens of the prompt, longest reply."""

    context: int | None = None
    prompt: int | None = None
    limit: int | None = None

    @property
    def room(self) -> int | None:
        """Tokens that are left for the reply, where the numbers tell and the reply is worth it."""
        room = self.limit
        if room is None and self.context is not None and self.prompt is not None:
            room = self.context - self.prompt
        return room if room is not None and room >= MIN_ROOM else None

    @property
    def message(self) -> str:
        prompt = "" if self.prompt is None else f": its prompt has {self.prompt} tokens"
        context = "" if self.context is None else f"; the model holds {self.context}"
        return f"The request is too long for the model{prompt}{context}."


def find_overflow(refusal: bytes) -> Overflow | None:
    """What a refusal says of the length; None when it speaks of something else."""
    text = refusal.decode(errors="replace").lower()
    overflow = Overflow(*(_first(pattern, text) for pattern in (_CONTEXT, _PROMPT, _LIMIT)))
    known = overflow.limit is not None or (overflow.context is not None and overflow.prompt)
    return overflow if known or any(sign in text for sign in _SIGNS) else None


def _first(pattern: re.Pattern[str], text: str) -> int | None:
    match = pattern.search(text)
    return next((int(number) for number in match.groups() if number), None) if match else None
