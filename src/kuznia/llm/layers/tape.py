"""Tape: a job's calls are written down before they are sent, and answered from there afterwards.

It stands right outside `record`: what an attempt at a job used is told to its order's account in
either case, and is booked once, together with the row that holds the reply.
"""

from collections.abc import AsyncGenerator
from dataclasses import replace
from hashlib import blake2b

from pydantic_core import to_json

from kuznia.llm.model import (
    Account,
    Ask,
    Attempt,
    CallIntent,
    CallTape,
    Delta,
    Model,
    ModelFault,
    Price,
    Reply,
    Usage,
)
from kuznia.llm.token_count import most_input


class Taped:
    """A Model that answers a question of a job from its tape, where the answer is there."""

    def __init__(self, inner: Model, *, price: Price) -> None:
        self.name = inner.name
        self._inner = inner
        self._price = price

    def stream(self, ask: Ask) -> AsyncGenerator[Delta]:
        # Without a tape there is no layer: not one more generator for each piece of a reply.
        return self._inner.stream(ask) if ask.tape is None else self._taped(ask, ask.tape)

    async def _taped(self, ask: Ask, tape: CallTape) -> AsyncGenerator[Delta]:
        digest = digest_of(ask)
        if (reply := _from_tape(ask, tape, digest)) is not None:
            yield Delta(text=reply.text, model=reply.model)
            yield Delta(reply=reply, model=reply.model)
            return
        most = most_input(ask)
        bound = Usage(most, ask.max_tokens, estimated=True)
        cost = self._price.of(most, ask.max_tokens)
        number = await tape.intend(CallIntent(digest, self.name, bound, cost))
        account = DelayedAccount(ask.account)
        deltas = self._inner.stream(replace(ask, account=account))
        fault: ModelFault | None = None
        try:
            async for delta in deltas:
                if delta.reply is not None and account.attempt is not None:
                    await tape.keep(number, account.attempt, delta.reply)
                    account.pay()
                yield delta
        except ModelFault as error:
            fault = error
            raise
        finally:
            await deltas.aclose()
            if not account.paid:
                tape.refuse(number, account.attempt, fault)
                account.pay()


def _from_tape(ask: Ask, tape: CallTape, digest: str) -> Reply | None:
    """The reply that is on the tape, if it is; raises the fault that is there instead of one."""
    while (past := tape.past(digest)) is not None:
        used = past.attempt.usage.total, past.attempt.cost
        # A refusal that cost nothing does not count against the order's attempts again.
        if any(used) or past.reply is not None:
            ask.account.admit(*used)
            ask.account.settle(*used, past.attempt)
        if past.fault is not None:
            raise past.fault
        if past.reply is not None:
            return past.reply
    return None


class DelayedAccount:
    """An Account whose call is settled only once the tape has it."""

    def __init__(self, inner: Account) -> None:
        self._inner = inner
        self._bound = 0, 0
        self.attempt: Attempt | None = None
        self.paid = False

    async def written(self) -> None:
        await self._inner.written()

    def admit(self, tokens: int, cost: int) -> None:
        self._inner.admit(tokens, cost)

    def settle(self, tokens: int, cost: int, attempt: Attempt) -> None:
        self._bound, self.attempt = (tokens, cost), replace(attempt, booked=True)

    def pay(self) -> None:
        """Settle with the order's account, if there was a call."""
        if self.attempt is not None and not self.paid:
            self.paid = True
            self._inner.settle(*self._bound, self.attempt)


def digest_of(ask: Ask) -> str:
    """Of all that decides what a model answers, and of nothing that differs between attempts."""
    parts = [(message.role, message.content) for message in ask.messages]
    asked = (parts, ask.max_tokens, ask.temperature, ask.warmth, ask.schema)
    return blake2b(to_json(asked), digest_size=20).hexdigest()
