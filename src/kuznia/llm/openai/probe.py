"""A short question that shows what a model can do: `kuznia doctor` asks it, an order never does."""

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from kuznia.llm.http import Unsupported
from kuznia.llm.model import Ask, Attempt, Message, Reply
from kuznia.llm.openai.adapter import OpenAIModel
from kuznia.platform.clock import Clock

# Enough for twenty figures, and for some thoughts before them.
MAX_TOKENS = 400
# A server that takes none of the extras refuses them one by one.
MAX_CALLS = 5

# enforced: the reply is as the schema says although the question does not ask for it; ignored: it
# is not; refused: the server takes no schema, so it is put into words.
Structured = Literal["enforced", "ignored", "refused"]


class ProbeReply(BaseModel):
    """What the short question has to be answered with, where a server holds a model to a schema."""

    model_config = ConfigDict(extra="forbid")

    numbers: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ability:
    """What was seen of a model: how it takes a schema, and how fast it is."""

    structured: Structured
    first_token: float
    # None: the whole reply came in one piece, or without a count.
    tokens_per_second: float | None


class NoAccount:
    """The account of a question nobody ordered: it pays for anything and keeps no books."""

    async def written(self) -> None:
        """Nothing is written anywhere."""

    def admit(self, tokens: int, cost: int) -> None:
        """Anything is paid for."""

    def settle(self, tokens: int, cost: int, attempt: Attempt) -> None:
        """No books are kept."""


async def probe(model: OpenAIModel, clock: Clock, deadline: float) -> Ability:
    """Ask the short question; raise ModelFault when it gets no answer."""
    ask = Ask(
        messages=(
            Message("system", "Be brief."),
            Message("user", "Count from 1 to 20, in figures."),
        ),
        deadline=deadline,
        account=NoAccount(),
        max_tokens=MAX_TOKENS,
        schema=ProbeReply.model_json_schema(),
        request_id="doctor",
    )
    for _ in range(MAX_CALLS - 1):
        try:
            return await _measured(model, ask, clock)
        except Unsupported:
            # The adapter leaves it out from now on.
            continue
    return await _measured(model, ask, clock)


async def _measured(model: OpenAIModel, ask: Ask, clock: Clock) -> Ability:
    began = clock.monotonic()
    times: list[float] = []
    reply: Reply | None = None
    async for delta in model.stream(ask):
        reply = delta.reply
        if reply is None:
            times.append(clock.monotonic())
    assert reply is not None, "a stream ends with its reply or with a fault"
    took = times[-1] - times[0]
    counted = reply.usage.output_tokens if not reply.usage.estimated else len(times)
    return Ability(
        structured=_structured(model, reply.text),
        first_token=times[0] - began,
        tokens_per_second=(counted - 1) / took if len(times) > 1 and took > 0 else None,
    )


def _structured(model: OpenAIModel, text: str) -> Structured:
    if not model.takes_schema:
        return "refused"
    try:
        ProbeReply.model_validate_json(text)
    except ValidationError:
        return "ignored"
    return "enforced"
