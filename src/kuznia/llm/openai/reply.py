"""What a chat-completions server answers, read into typed shapes and faults."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

from pydantic import JsonValue, TypeAdapter, ValidationError
from pydantic_core import to_json

from kuznia.llm.http import MAX_TOKENS, fault, reason_of
from kuznia.llm.model import ModelFault, Reason, Usage
from kuznia.llm.openai.overflow import find_overflow
from kuznia.llm.openai.thoughts import Thoughts, without_thoughts

MESSAGES: dict[Reason, str] = {
    "connect": "The model server could not be reached; check OPENAI_BASE_URL and the network.",
    "timeout": "The model server did not answer in time.",
    "rate_limited": "The model server limits our requests; try again later.",
    "server": "The model server failed; try again later.",
    "rejected": "The model server refused the request; check OPENAI_MODEL and the prompt's length.",
    "credentials": "The model server refused our credentials; check OPENAI_API_KEY.",
    "budget": "Our budget at the model server is used up; raise it there or wait.",
    "unreadable": "The model server's answer does not follow the protocol.",
    "cut": "The model server's answer ended before it was finished.",
    "too_large": "The model server's answer is larger than MODEL_REPLY_BYTES.",
    "empty": "The model answered without any text.",
    "thought": "The model thought aloud until its reply was full, and gave no answer.",
    "tool_call": "The model called a tool instead of answering.",
    "refused": "The model declined to answer this request.",
    "content": "The model server's rules of content stopped the reply.",
    "busy": "All connections to the model server are in use; try again shortly.",
}


# Not frozen: pydantic-core fills these faster, and none of them leaves this file.
@dataclass(slots=True)
class CompletionMessage:
    content: str | None = None
    # Two names are in use for what a model thinks aloud; other forms of it are passed over.
    reasoning_content: JsonValue = None
    reasoning: JsonValue = None
    # What a model does instead of answering; both have had two names.
    refusal: JsonValue = None
    tool_calls: JsonValue = None
    function_call: JsonValue = None


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
    instead: Reason | None = None
    # How many events it is.
    count: int = 1


def merged(pieces: Sequence[ReplyPiece]) -> ReplyPiece:
    """What came in one read, as one piece: every layer looks at each piece it is handed."""
    if len(pieces) == 1:
        return pieces[0]
    piece = ReplyPiece(
        "".join(piece.text for piece in pieces),
        "".join(piece.reasoning for piece in pieces),
        count=len(pieces),
    )
    for each in pieces:
        piece.finish = each.finish or piece.finish
        piece.usage = each.usage or piece.usage
        piece.instead = each.instead or piece.instead
    return piece


class WrittenReply:
    """A reply as it is being written: answer and thoughts apart, and how it ended."""

    def __init__(self) -> None:
        self._thoughts = Thoughts()
        self._text: list[str] = []
        self._thought: list[str] = []
        self.finish: str | None = None
        self.usage: Usage | None = None
        self.instead: Reason | None = None

    def note(self, piece: ReplyPiece) -> None:
        """Take what a piece says of the reply."""
        self.finish = piece.finish or self.finish
        self.usage = piece.usage or self.usage
        self.instead = piece.instead or self.instead

    def add(self, piece: ReplyPiece) -> tuple[str, str]:
        """Take a piece; of it what is answer and what is thought."""
        self.note(piece)
        text, thought = self._thoughts.split(piece.text)
        thought = piece.reasoning + thought
        self._text.append(text)
        self._thought.append(thought)
        return text, thought

    def close(self) -> str:
        """Take that nothing more comes; what of the answer was held back."""
        text, thought = self._thoughts.rest()
        self._text.append(text)
        self._thought.append(thought)
        return text

    def whole(self) -> tuple[str, str]:
        """The answer and the thoughts."""
        text, thought = without_thoughts("".join(self._text))
        return text, "".join(self._thought) + thought


def read_piece(data: bytes, model: str, *, whole: bool) -> ReplyPiece:
    """Read a whole reply, or one event of a stream; raise ModelFault for anything else."""
    try:
        answer = COMPLETION.validate_json(data)
    except ValidationError:
        # The error quotes the server's text, so it must not be chained.
        raise fault(MESSAGES, "unreadable", model) from None
    if answer.error is not None:
        raise_upstream_error(answer.error, model)
    usage = read_usage(answer.usage)
    if not answer.choices:
        # An event may hold the usage alone, or something that is not for us.
        if whole:
            raise fault(MESSAGES, "unreadable", model, usage=usage)
        return ReplyPiece(usage=usage)
    choice = answer.choices[0]
    message = choice.message if whole else choice.delta
    if message is None:
        if whole:
            raise fault(MESSAGES, "unreadable", model, usage=usage)
        message = CompletionMessage()
    thought = message.reasoning_content or message.reasoning
    return ReplyPiece(
        message.content or "",
        thought if isinstance(thought, str) else "",
        choice.finish_reason,
        usage,
        _instead(message, choice.finish_reason),
    )


def _instead(message: CompletionMessage, finish: str | None) -> Reason | None:
    """What the model did instead of answering, if it did."""
    if finish == "content_filter":
        return "content"
    if message.refusal:
        return "refused"
    return "tool_call" if message.tool_calls or message.function_call else None


def read_usage(value: JsonValue) -> Usage | None:
    match value:
        case {"prompt_tokens": int() as prompt, "completion_tokens": int() as completion} if (
            0 <= prompt <= MAX_TOKENS and 0 <= completion <= MAX_TOKENS
        ):
            return Usage(prompt, completion)
        case _:
            return None


def raise_upstream_error(error: JsonValue, model: str) -> NoReturn:
    """An error that came under a good status, as some routers send them."""
    if (overflow := find_overflow(to_json(error))) is not None:
        raise ModelFault("overflow", overflow.message, model=model)
    match error:
        case {"code": int() as status} if 400 <= status < 600:
            raise fault(MESSAGES, reason_of(status), model)
        case _:
            raise fault(MESSAGES, "server", model)
