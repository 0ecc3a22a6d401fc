"""Token counts: an estimate where a server gives none, and a bound on what it may use."""

from pydantic_core import to_json

from kuznia.llm.model import Ask, Usage

BYTES_PER_TOKEN = 4
# What a chat template puts round each message, and what a server may put before them all.
PER_MESSAGE, MAX_PER_MESSAGE, MAX_PREAMBLE = 4, 16, 64
SCHEMA_IN_WORDS = (
    "Answer with one JSON value that follows this JSON schema, and with nothing else:\n"
)


def size(text: str) -> int:
    """Bytes of the text in UTF-8, without making them when it is plain ASCII."""
    return len(text) if text.isascii() else len(text.encode())


def estimate(text: str) -> int:
    """Four bytes to a token, rounded up."""
    return -(-size(text) // BYTES_PER_TOKEN)


def estimated_input(ask: Ask) -> int:
    return sum(PER_MESSAGE + estimate(message.content) for message in ask.messages)


def estimated(ask: Ask, text: str) -> Usage:
    """The usage of a reply whose server did not count; within `most_input` and max_tokens."""
    return Usage(estimated_input(ask), min(estimate(text), ask.max_tokens), estimated=True)


def most_input(ask: Ask) -> int:
    """More input tokens than an honest server can count: a token is at least one byte of the text.

    Small additions cover what chat templates add round the messages and in front of them.
    """
    most = MAX_PREAMBLE + sum(MAX_PER_MESSAGE + size(message.content) for message in ask.messages)
    if ask.schema is not None:
        most += MAX_PER_MESSAGE + len(SCHEMA_IN_WORDS) + len(to_json(ask.schema))
    return most
