"""What CodeMie answers, read into typed shapes and faults."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import JsonValue, TypeAdapter, ValidationError
from pydantic_core import to_json

from kuznia.llm.http import MAX_TOKENS, fault, reason_of
from kuznia.llm.model import Reason

MESSAGES: dict[Reason, str] = {
    "connect": "CodeMie could not be reached; check CODEMIE_BASE_URL and the network.",
    "timeout": "CodeMie did not answer in time.",
    "rate_limited": "CodeMie limits our requests; try again later.",
    "server": "CodeMie failed; try again later.",
    "rejected": "CodeMie refused the request; check CODEMIE_BASE_URL, the assistant's id and how "
    "the assistant is set up.",
    "credentials": "CodeMie refused our credentials; check them, and whether they may use the "
    "assistant.",
    "budget": "Our budget at CodeMie is used up; raise it there or wait.",
    "content": "CodeMie's content policy blocked this request or its answer.",
    "unreadable": "CodeMie's answer does not follow the protocol.",
    "cut": "CodeMie's answer ended before it was finished.",
    "too_large": "CodeMie's answer is larger than MODEL_REPLY_BYTES.",
    "empty": "CodeMie's assistant answered without any text.",
    "busy": "All connections to CodeMie are in use; try again shortly.",
}

# What CodeMie's codes for a failed agent or model tell by their words; any other is its own fault.
_SIGNS: tuple[tuple[str, Reason], ...] = (
    ("budget", "budget"),
    ("content_policy", "content"),
    ("guardrail", "content"),
    ("rate_limit", "rate_limited"),
    ("tpm_limit", "rate_limited"),
    ("rpm_limit", "rate_limited"),
    ("timeout", "timeout"),
    # The assistant's own model, tools or settings are at fault: asking again gives the same.
    ("token_limit", "rejected"),
    ("context_", "rejected"),
    ("configuration", "rejected"),
    ("authentication", "rejected"),
    ("authorization", "rejected"),
    ("permission", "rejected"),
    ("invalid", "rejected"),
    ("bad_request", "rejected"),
    ("unprocessable", "rejected"),
    ("not_found", "rejected"),
    ("validation", "rejected"),
)
# Words in the body of a refusal that say more than its status.
_REFUSAL_SIGNS: tuple[tuple[bytes, Reason], ...] = (
    (b"budget", "budget"),
    (b"content_policy", "content"),
    (b"contentpolicy", "content"),
    (b"guardrail", "content"),
)
_OBJECT: TypeAdapter[dict[str, JsonValue]] = TypeAdapter(dict[str, JsonValue])


@dataclass(frozen=True, slots=True)
class CodeMieReply:
    """A whole answer, or one line of a stream."""

    # A piece of the text, and all of it once it is there.
    piece: str = ""
    text: str | None = None
    tokens: int | None = None
    last: bool = False


def read(data: bytes, model: str) -> CodeMieReply:
    """Read an answer or a line; a failure it tells of under a good status is raised as a fault."""
    try:
        fields = _OBJECT.validate_json(data)
    except ValidationError:
        # The error quotes the service's text, so it must not be chained.
        raise fault(MESSAGES, "unreadable", model) from None
    error = _of(fields, "agentError", "agent_error") or fields.get("error")
    if error or fields.get("success") is False or fields.get("execution_error"):
        raise fault(MESSAGES, _reason_in(error), model)
    generated = fields.get("generated")
    piece = fields.get("generated_chunk")
    tokens = _of(fields, "tokensUsed", "tokens_used")
    return CodeMieReply(
        piece=piece if isinstance(piece, str) else "",
        # Asked for with a schema it comes as the object itself.
        text=generated if generated is None or isinstance(generated, str) else _json(generated),
        tokens=tokens if isinstance(tokens, int) and 0 < tokens <= MAX_TOKENS else None,
        last=fields.get("last") is True,
    )


def _of(fields: Mapping[str, JsonValue], *names: str) -> JsonValue:
    """Whole answers are written in camelCase, lines of a stream in snake_case."""
    return next((fields[name] for name in names if fields.get(name) is not None), None)


def _json(value: JsonValue) -> str:
    return to_json(value).decode()


def _reason_in(error: JsonValue) -> Reason:
    match error:
        case {"error_code": str() as code} | {"errorCode": str() as code}:
            word = code.lower()
        case _:
            return "server"
    for sign, reason in _SIGNS:
        if sign in word:
            return reason
    return "server"


def reason_of_refusal(status: int, body: bytes) -> Reason:
    """Why a request was refused: by its status, unless the body tells money or content apart."""
    text = body.lower()
    if 400 <= status < 500 and status != 401:
        for sign, reason in _REFUSAL_SIGNS:
            if sign in text:
                return reason
    return reason_of(status)


class LineReader:
    """Feed it any split of a stream; it gives each whole line's JSON, bare or after `data:`."""

    __slots__ = ("_rest",)

    def __init__(self) -> None:
        self._rest: list[bytes] = []

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        whole, newline, rest = chunk.rpartition(b"\n")
        if not newline:
            self._rest.append(rest)
            return
        lines = b"".join((*self._rest, whole))
        self._rest = [rest]
        yield from _json_lines(lines)

    def end(self) -> Iterator[bytes]:
        """The last line, which nobody has to end."""
        yield from _json_lines(b"".join(self._rest))


def _json_lines(lines: bytes) -> Iterator[bytes]:
    for line in lines.splitlines():
        text = line.strip().removeprefix(b"data:").strip()
        # What else an event stream says (names, ids, comments, its end) does not begin so.
        if text.startswith(b"{"):
            yield text
