"""A configured model as an operator sees it: what it is, and whether it can be asked now."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from kuznia.llm.layers.breaker import Breaking
from kuznia.llm.model import Attempt, ModelFault, Reason
from kuznia.platform.clock import Clock

Kind = Literal["openai", "codemie", "given"]
Look = Callable[[], Awaitable[None]]

# Seconds: for one look at a server, and how long what was seen is told again. However many ask, a
# server is looked at this often and no more.
LOOK_SECONDS, FRESH_SECONDS = 5.0, 10.0
# Models remembered: more than can be configured.
MAX_MODELS = 50


@dataclass(frozen=True, slots=True)
class Faulted:
    reason: str
    when: datetime


class Faults:
    """The last fault of each model: gets every attempt, remembers reason and time.

    It knows as well which models have answered, whatever their servers say of them.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last: dict[str, Faulted] = {}
        self._answered: set[str] = set()

    def saw(self, attempt: Attempt) -> None:
        known = attempt.model in self._last or len(self._last) < MAX_MODELS
        if attempt.outcome not in {"ok", "cancelled"} and known:
            self._last[attempt.model] = Faulted(attempt.outcome, self._clock.now())
        if attempt.outcome == "ok" and len(self._answered) < MAX_MODELS:
            self._answered.add(attempt.model)

    def answered(self, model: str) -> bool:
        """Whether the model has given a reply since the server started."""
        return model in self._answered

    def last(self, model: str) -> Faulted | None:
        return self._last.get(model)


class Service:
    """A model in its layers. `state` looks at its server, which costs no tokens."""

    def __init__(
        self,
        model: Breaking,
        *,
        kind: Kind,
        clock: Clock,
        look: Look | None = None,
        url: str = "",
        agent: str = "",
        parts: tuple[str, ...] = (),
        timeout: float = LOOK_SECONDS,
    ) -> None:
        self.name = model.name
        self.kind: Kind = kind
        self.url = url
        # Which assistant it is, and the parts it makes; none: any.
        self.agent = agent
        self.parts = parts
        self.breaker = model
        self._look = look
        self._timeout = timeout
        self._clock = clock
        self._seen: tuple[ModelFault | None, float] | None = None
        self._looking = asyncio.Lock()

    async def state(self) -> ModelFault | None:
        """Why it cannot be asked now; None when it can."""
        if self.breaker.circuit.state == "open":
            return self._fault("open", "Its last calls failed, so it is not asked for a while.")
        async with self._looking:
            if self._seen is None or self._clock.monotonic() >= self._seen[1] + FRESH_SECONDS:
                self._seen = (await self._looked(), self._clock.monotonic())
            return self._seen[0]

    def _fault(self, reason: Reason, message: str) -> ModelFault:
        return ModelFault(reason, message, model=self.name)

    async def _looked(self) -> ModelFault | None:
        if self._look is None:
            return None
        try:
            async with asyncio.timeout(self._timeout):
                await self._look()
        except TimeoutError:
            seconds = f"{self._timeout:g}"
            return self._fault("timeout", f"Its server did not answer within {seconds} seconds.")
        except ModelFault as fault:
            return fault
        return None
