"""What a chat-completions server answers, read into typed shapes and faults."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from math import isnan
from typing import NoReturn

from pydantic import JsonValue, TypeAdapter, ValidationError

from kuznia.llm.model import ModelFault, Reason, Usage

MESSAGES: dict[Reason, str] = {
    "connect": "The model server could not be reached; check OPENAI_BASE_URL and the network.",
    "timeout": "The model server did not answer in time.",
    "rate_limited": "The model server takes no more requests from us for now; try again later.",
    "server": "The model server failed; try again later.",
    "rejected": "The model server refused the request; check OPENAI_MODEL and the prompt's length.",
    "credentials": "The model server refused our credentials; check OPENAI_API_KEY.",
    "budget": "What we may spend at the model server is spent; raise its budget or wait.",
    "unreadable": "The model server's answer is not what its protocol promises.",
    "cut": "The model server's answer ended before it was finished.",
    "too_large": "The model server's answer is larger than this server takes.",
    "empty": "The model answered without any text.",
    "busy": "All connections to the model server are taken; try again shortly.",
}

MAX_TOKENS = 10**9  # what a server says beyond this is not a count
MAX_RETRY_AFTER_SECONDS = 86_400.0  # a day


# Not frozen: pydantic-core fills these faster, and none of them leaves this file.
@dataclass(slots=True)
class CompletionMessage:
    content: str | None = None
    # Two names are in use for what a model thinks aloud; other forms of it are passed over.
    reasoning_content: JsonValue = None
    reasoning: JsonValue = None


@dataclass(slots=True)
class CompletionChoice:
    message: CompletionMessage | None = None
    delta: CompletionMessage | None = None
    finish_reason: str | None = None


@dataclass(slots=True)
class Completion:
    """A whole reply, or one event of a stream: they differ in `message` and `delta` only."""

    choices: list[CompletionChoice] | None = None
    usage: JsonValue = None
    error: JsonValue = None


COMPLETION = TypeAdapter(Completion)


@dataclass(slots=True)
class ReplyPiece:
    """What one answer or one event holds for us."""

    text: str = ""
    reasoning: str = ""
    finish: str | None = None
    usage: Usage | None = None


def fault(
    reason: Reason,
    model: str,
    *,
    retry_after: float | None = None,
    usage: Usage | None = None,
) -> ModelFault:
    return ModelFault(reason, MESSAGES[reason], model=model, retry_after=retry_after, usage=usage)


def read_piece(data: bytes, model: str, *, whole: bool) -> ReplyPiece:
    """Read a whole reply, or one event of a stream; raise ModelFault for anything else."""
    try:
        answer = COMPLETION.validate_json(data)
    except ValidationError:
        # The error quotes the server's text, so it must not be chained.
        raise fault("unreadable", model) from None
    if answer.error is not None:
        raise_upstream_error(answer.error, model)
    usage = read_usage(answer.usage)
    if not answer.choices:
        # An event may hold the usage alone, or something that is not for us.
        if whole:
            raise fault("unreadable", model, usage=usage)
        return ReplyPiece(usage=usage)
    choice = answer.choices[0]
    said = choice.message if whole else choice.delta
    if said is None:
        if whole:
            raise fault("unreadable", model, usage=usage)
        said = CompletionMessage()
    thought = said.reasoning_content or said.reasoning
    return ReplyPiece(
        said.content or "",
        thought if isinstance(thought, str) else "",
        choice.finish_reason,
        usage,
    )


def read_usage(value: JsonValue) -> Usage | None:
    match value:
        case {"prompt_tokens": int() as asked, "completion_tokens": int() as said} if (
            0 <= asked <= MAX_TOKENS and 0 <= said <= MAX_TOKENS
        ):
            return Usage(asked, said)
        case _:
            return None


def raise_upstream_error(error: JsonValue, model: str) -> NoReturn:
    """An error that came under a good status, as some routers send them."""
    match error:
        case {"code": int() as status} if 400 <= status < 600:
            raise fault(reason_of(status), model)
        case _:
            raise fault("server", model)


def reason_of(status: int) -> Reason:
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
        return _within(milliseconds / 1000)
    given = headers.get("retry-after")
    seconds = _number(given)
    if seconds is None and given is not None:
        try:
            when = parsedate_to_datetime(given)
            # A date that names no zone is read as UTC, the only zone HTTP knows.
            seconds = (when.replace(tzinfo=when.tzinfo or now.tzinfo) - now).total_seconds()
        except (ValueError, OverflowError):
            return None
    return None if seconds is None else _within(seconds)


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return None if isnan(value) else value


def _within(seconds: float) -> float:
    return min(max(seconds, 0.0), MAX_RETRY_AFTER_SECONDS)
