"""The interface of a model: what every adapter and every layer round it implements."""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from pydantic import JsonValue

from kuznia.platform.errors import ModelUnavailable

Role = Literal["system", "user", "assistant"]

Reason = Literal[
    "unset",  # no model is configured
    "connect",  # refused, reset, name not resolved, TLS
    "timeout",  # connecting, or a silence of the model
    "rate_limited",  # 429
    "server",  # 5xx
    "rejected",  # 400, 404, 422 and the like: asking again gives the same
    "overflow",  # prompt and reply do not fit into what the model holds
    "credentials",  # 401, 403, or a sign-in that was refused
    "budget",  # 402: what we may spend there is spent
    "content",  # the service does not let this content through
    "unreadable",  # an answer that is not what the protocol promises
    "cut",  # the stream ended before it was finished
    "too_large",  # more bytes than we are willing to hold
    "empty",  # a good answer with no text in it
    "thought",  # thoughts alone, and no answer after them
    "tool_call",  # a call of a tool, and no text
    "refused",  # the model declined
    "repetition",  # it went round in circles and was stopped
    "unlisted",  # the server does not list the model: seen by looking, never by asking
    "open",  # the circuit breaker does not let us ask
    "busy",  # no free place within the deadline
]

# Asking again may help for these; for the others it only costs.
TRANSIENT: frozenset[Reason] = frozenset(
    {"connect", "timeout", "rate_limited", "server", "unreadable", "cut", "empty"}
)


@dataclass(frozen=True, slots=True)
class Message:
    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the server counted them, or as we estimated when it did not say."""

    input_tokens: int = 0
    output_tokens: int = 0
    estimated: bool = field(default=False, compare=False)

    @property
    def total(self) -> int:
        return self.input_tokens + self.output_tokens


@dataclass(frozen=True, slots=True)
class Attempt:
    """One call that went out, however it ended. Cost is in billionths of a dollar."""

    model: str
    usage: Usage
    cost: int
    seconds: float
    # `unknown`: its process ended before the call did, and it is booked at the most it can use.
    outcome: Literal["ok", "cancelled", "unknown"] | Reason
    # Whether a tape booked it, so that nobody else has to.
    booked: bool = False


class Account(Protocol):
    """The account that pays for calls: asked before each, told after it, whatever the outcome."""

    async def written(self) -> None:
        """Returns once the calls before are written down: a crash loses what is on its way only."""
        ...

    def admit(self, tokens: int, cost: int) -> None:
        """Reserve the most a call can use, or raise BudgetSpent."""
        ...

    def settle(self, tokens: int, cost: int, attempt: Attempt) -> None:
        """Give back what was admitted (the same two figures) and book what the attempt used."""
        ...


@dataclass(frozen=True, slots=True)
class PastCall:
    """A call that an earlier attempt of a job made, and what came of it."""

    attempt: Attempt
    reply: "Reply | None" = None
    # Why there was no reply, where asking again would give the same.
    fault: "ModelFault | None" = None


@dataclass(frozen=True, slots=True)
class CallIntent:
    """A call that is about to be made: what is asked, of which model, and the most it can use."""

    digest: str
    model: str
    bound: Usage
    cost: int


class CallTape(Protocol):
    """The tape of one part: each call is written down before it is sent and before it is paid."""

    def past(self, digest: str) -> PastCall | None:
        """The next call of earlier attempts, if it was the same question."""
        ...

    async def intend(self, intent: CallIntent) -> int:
        """Write down that this is about to be asked; returns its number once that is committed."""
        ...

    async def keep(self, number: int, attempt: Attempt, reply: "Reply") -> None:
        """Write down the reply and book the call; returns once both are committed."""
        ...

    def refuse(self, number: int, attempt: Attempt | None, fault: "ModelFault | None") -> None:
        """Have it written down that there is no reply, and book what the call used, if it was
        made. Does nothing where a reply is written."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One question to a model. `deadline` is absolute, on the clock's monotonic scale."""

    messages: tuple[Message, ...]
    deadline: float
    account: Account
    max_tokens: int = 4096
    temperature: float | None = None
    # Added to the temperature, where one is set: a model asked again must not say the same again.
    warmth: float = 0.0
    # A JSON schema the reply should follow; a server that cannot enforce it is told in words.
    schema: Mapping[str, JsonValue] | None = None
    # Nobody reads the pieces: only the reply is handed on. The server streams it all the same: that
    # it is at work is seen, and what a cancelled call had written by then is known.
    whole: bool = False
    # Sent upstream as a header, so that both sides' logs can be joined.
    request_id: str = ""
    # Where the call is written down; only jobs have one.
    tape: CallTape | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    text: str
    model: str
    usage: Usage
    # What the model thought aloud, kept apart: it is never parsed and never shown as an answer.
    reasoning: str = ""
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of a streamed reply as it came. The last one carries the whole `reply`."""

    text: str = ""
    reply: Reply | None = None
    # Who writes it; the one that was fallen back on may not be the one that was asked.
    model: str = ""
    # What the model thinks aloud: a sign of life that is watched and paid for, and never shown.
    thought: str = ""
    # How many events of the server it is made of; each is a token at least.
    pieces: int = 1


@dataclass(frozen=True, slots=True)
class Price:
    """Billionths of a dollar for a million tokens, in and out."""

    input: int = 0
    output: int = 0

    def of(self, input_tokens: int, output_tokens: int) -> int:
        """Rounded up: a budget must not be passed by the sum of many small roundings."""
        return -(-(input_tokens * self.input + output_tokens * self.output) // 1_000_000)


class Model(Protocol):
    """A model, or a layer round one: a layer is a Model that wraps a Model."""

    @property
    def name(self) -> str: ...

    def stream(self, ask: Ask) -> AsyncGenerator[Delta]:
        """The pieces of the reply as they come; the last one carries the whole reply."""
        ...


class ModelFault(ModelUnavailable):
    """A call that gave no usable reply. The message is safe to show: it quotes no upstream text.

    `usage` is what the call used all the same, where that is known: a model that thinks until its
    last token and then says nothing is paid in full.
    """

    def __init__(
        self,
        reason: Reason,
        message: str,
        *,
        model: str = "",
        retry_after: float | None = None,
        usage: Usage | None = None,
    ) -> None:
        details: dict[str, JsonValue] = {"reason": reason}
        if model:
            details["model"] = model
        super().__init__(message, details=details, retry_after=retry_after)
        self.reason: Reason = reason
        self.usage = usage

    @property
    def transient(self) -> bool:
        return self.reason in TRANSIENT
