"""Circuit breaker: a server that keeps failing is not asked for a while, then probed once."""

from collections.abc import AsyncGenerator
from typing import Literal, NamedTuple, Protocol

from kuznia.llm.model import Ask, Delta, Model, ModelFault, Reason
from kuznia.platform.clock import Clock
from kuznia.platform.log import get_log

log = get_log("llm")

State = Literal["closed", "open", "half-open"]

# These speak against the server, and these say nothing of it: it was not asked. After any other
# reason it has answered, so it is there.
SICK: frozenset[Reason] = frozenset(
    {"connect", "timeout", "rate_limited", "server", "unreadable", "cut"}
)
UNASKED: frozenset[Reason] = frozenset({"unset", "open", "busy"})

# Seconds to come back in while a probe is out, and the longest rest counted in cooldowns.
PROBE_SECONDS, MAX_COOLDOWNS = 1.0, 10


class Admission(NamedTuple):
    """What the circuit tells a caller: ask, ask as the probe, or come back in `wait` seconds."""

    wait: float = 0.0
    probe: bool = False


class Circuit(Protocol):
    """What is known of a server. In this process, or shared by many."""

    @property
    def state(self) -> State: ...

    async def ask(self) -> Admission: ...

    async def worked(self, admission: Admission) -> None: ...

    async def failed(self, admission: Admission, retry_after: float) -> None: ...

    async def left(self, admission: Admission) -> None:
        """Nothing was learnt of the server: cancelled, not sent, out of budget or out of time."""
        ...


class LocalCircuit:
    """Opens after `failures` asks in a row failed, lets one probe in after `cooldown` seconds.

    While it is not closed only the probe's word counts: asks that began earlier are old news.
    """

    def __init__(self, *, failures: int, cooldown: float, clock: Clock) -> None:
        self._most = failures
        self._cooldown = cooldown
        self._clock = clock
        self._failures = 0
        self._until: float | None = None
        self._probing = False

    @property
    def state(self) -> State:
        if self._until is None:
            return "closed"
        return "open" if self._clock.monotonic() < self._until else "half-open"

    async def ask(self) -> Admission:
        if self._until is None:
            return Admission()
        wait = self._until - self._clock.monotonic()
        if wait > 0:
            return Admission(wait=wait)
        if self._probing:
            return Admission(wait=PROBE_SECONDS)
        self._probing = True
        return Admission(probe=True)

    async def worked(self, admission: Admission) -> None:
        if admission.probe:
            self._probing = False
            self._until = None
        if self._until is None:
            self._failures = 0

    async def failed(self, admission: Admission, retry_after: float) -> None:
        if admission.probe:
            self._probing = False
        elif self._until is not None:
            return
        self._failures += 1
        if self._failures >= self._most:
            # A server that asks for a day is still looked at now and then.
            rest = min(max(retry_after, self._cooldown), MAX_COOLDOWNS * self._cooldown)
            self._until = self._clock.monotonic() + rest

    async def left(self, admission: Admission) -> None:
        if admission.probe:
            self._probing = False


class Breaking:
    """A Model that does not ask a server known to be failing."""

    def __init__(self, inner: Model, circuit: Circuit) -> None:
        self.name = inner.name
        self._inner = inner
        self.circuit = circuit

    async def stream(self, ask: Ask) -> AsyncGenerator[Delta]:
        admission = await self._enter()
        answered = False
        deltas = self._inner.stream(ask)
        try:
            async for delta in deltas:
                if delta.reply is not None:
                    # Said before it is handed on: a listener with the reply in hand may leave.
                    answered = True
                    await self._judge(admission)
                yield delta
        except ModelFault as fault:
            await self._judge(admission, fault)
            raise
        except BaseException:
            if not answered:
                await self.circuit.left(admission)
            raise
        finally:
            await deltas.aclose()

    async def _enter(self) -> Admission:
        admission = await self.circuit.ask()
        if admission.wait:
            raise ModelFault(
                "open",
                "The model server keeps failing, so it is not asked for a while; try again later.",
                model=self.name,
                retry_after=admission.wait,
            )
        return admission

    async def _judge(self, admission: Admission, fault: ModelFault | None = None) -> None:
        before = self.circuit.state
        if fault is None:
            await self.circuit.worked(admission)
        elif fault.reason in SICK:
            await self.circuit.failed(admission, fault.retry_after or 0.0)
        elif fault.reason in UNASKED:
            await self.circuit.left(admission)
        else:
            await self.circuit.worked(admission)
        after = self.circuit.state
        if after != before:
            tell = log.info if after == "closed" else log.warning
            tell("model_breaker", model=self.name, state=after)
