"""Record: every attempt is booked, logged and counted, whatever the outcome."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import Literal

from kuznia.llm.layers.timing import RANG
from kuznia.llm.model import Ask, Attempt, Delta, Model, ModelFault, Price, Reason, Usage
from kuznia.llm.token_count import estimate, estimated_input, most_input
from kuznia.platform.clock import Clock
from kuznia.platform.log import get_log

log = get_log("llm")

Outcome = Literal["ok", "cancelled", "unknown"] | Reason
Observe = Callable[[Attempt], None]

# Before its first piece a server that says this has not begun, so it cannot charge.
FREE: frozenset[Outcome] = frozenset(
    {
        *("unset", "connect", "rate_limited", "server", "rejected", "overflow", "credentials"),
        *("budget", "open", "busy"),
    }
)


class Recorded:
    """A Model that asks the account before each call and tells it after, exactly once."""

    def __init__(
        self, inner: Model, *, price: Price, clock: Clock, observe: Observe | None = None
    ) -> None:
        self.name = inner.name
        self._inner = inner
        self._price = price
        self._clock = clock
        self._observe = observe

    async def stream(self, ask: Ask) -> AsyncGenerator[Delta]:
        await ask.account.written()
        call = RecordedCall(self.name, ask, self._price, self._clock, self._observe)
        deltas = self._inner.stream(ask)
        try:
            async for delta in deltas:
                if delta.reply is None:
                    call.heard(delta)
                else:
                    # Booked before it is handed on: a listener with the reply in hand may leave.
                    call.end("ok", delta.reply.usage)
                yield delta
        except BaseException as error:
            call.failed(error)
            raise
        finally:
            await deltas.aclose()
        if not call.ended:
            # No layer outside needs to know that an adapter can forget its reply.
            forgotten = ModelFault("cut", "The model's answer has no end.", model=self.name)
            call.failed(forgotten)
            raise forgotten


class RecordedCall:
    """One attempt under way: a reservation until it ends."""

    def __init__(
        self, model: str, ask: Ask, price: Price, clock: Clock, observe: Observe | None
    ) -> None:
        self._model = model
        self._ask = ask
        self._price = price
        self._clock = clock
        self._observe = observe
        most = most_input(ask)
        self._bound = (most + ask.max_tokens, price.of(most, ask.max_tokens))
        ask.account.admit(*self._bound)
        self._start = clock.monotonic()
        self._deltas = 0
        self._written = 0
        self.ended = False

    def heard(self, delta: Delta) -> None:
        self._deltas += delta.pieces
        self._written += estimate(delta.text) + estimate(delta.thought)

    def failed(self, error: BaseException) -> None:
        """End with what can be known: the server's count, or what had come by then."""
        outcome: Outcome = "cancelled"
        usage: Usage | None = None
        if isinstance(error, ModelFault):
            outcome, usage = error.reason, error.usage
        elif isinstance(error, asyncio.CancelledError) and RANG in error.args:
            outcome = "timeout"
        self.end(outcome, usage or self._so_far(outcome))

    def _so_far(self, outcome: Outcome) -> Usage:
        if outcome in FREE and self._deltas == 0:
            return Usage()
        # A piece is a token at least.
        written = min(max(self._written, self._deltas), self._ask.max_tokens)
        return Usage(estimated_input(self._ask), written, estimated=True)

    def end(self, outcome: Outcome, usage: Usage) -> None:
        """Settle once; what comes after the end is no news to the account."""
        if self.ended:
            return
        self.ended = True
        cost = self._price.of(usage.input_tokens, usage.output_tokens)
        seconds = self._clock.monotonic() - self._start
        attempt = Attempt(self._model, usage, cost, seconds, outcome)
        self._ask.account.settle(*self._bound, attempt)
        tell = log.info if outcome in {"ok", "cancelled"} else log.warning
        tell(
            "model_attempt",
            outcome=outcome,
            model=self._model,
            seconds=round(seconds, 4),
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            estimated=usage.estimated,
            request_id=self._ask.request_id,
        )
        if self._observe is not None:
            self._observe(attempt)
