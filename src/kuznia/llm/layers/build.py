"""The stack of layers round a model, in its order.

limit -> fall back -> break -> retry -> time out -> tape -> record -> guard -> the adapter
"""

from dataclasses import dataclass

from kuznia.llm.layers.breaker import Breaking, Circuit, LocalCircuit
from kuznia.llm.layers.fallback import FallingBack
from kuznia.llm.layers.limit import Limited
from kuznia.llm.layers.record import Observe, Recorded
from kuznia.llm.layers.redis_breaker import RedisCircuit
from kuznia.llm.layers.repetition import Guarded
from kuznia.llm.layers.retry import Retrying
from kuznia.llm.layers.tape import Taped
from kuznia.llm.layers.timing import Timed
from kuznia.llm.model import Model, Price
from kuznia.platform.clock import Clock
from kuznia.platform.redis import Redis


@dataclass(frozen=True, slots=True)
class Source:
    """An adapter and what its tokens cost."""

    adapter: Model
    price: Price


@dataclass(frozen=True, slots=True, kw_only=True)
class Care:
    """The limits of the layers, in seconds, calls and failures."""

    concurrency: int = 64
    waiting: int = 1024
    attempts: int = 3
    first_token: float = 60.0
    idle: float = 30.0
    failures: int = 5
    cooldown: float = 30.0


@dataclass(frozen=True, slots=True)
class Layered:
    """The whole stack as one Model, with a breaker to look at for each source."""

    model: Model
    breakers: tuple[Breaking, ...]


def layered(
    first: Source,
    second: Source | None = None,
    *,
    care: Care,
    clock: Clock,
    observe: Observe | None = None,
    redis: Redis | None = None,
) -> Layered:
    """Wrap one source, or one with another to fall back on. `observe` is told every attempt; what
    the breakers know is shared by `redis`."""

    def wrapped(place: int, source: Source) -> Breaking:
        guarded = Guarded(source.adapter)
        recorded = Recorded(guarded, price=source.price, clock=clock, observe=observe)
        taped = Taped(recorded, price=source.price)
        timed = Timed(taped, first_token=care.first_token, idle=care.idle, clock=clock)
        retrying = Retrying(timed, attempts=care.attempts, clock=clock)
        circuit = _circuit(f"{place}:{source.adapter.name}", care, clock, redis)
        return Breaking(retrying, circuit)

    sources = [source for source in (first, second) if source is not None]
    breakers = tuple(wrapped(*numbered) for numbered in enumerate(sources))
    model: Model = breakers[0] if second is None else FallingBack(*breakers)
    limited = Limited(model, concurrency=care.concurrency, waiting=care.waiting, clock=clock)
    return Layered(limited, breakers)


def _circuit(name: str, care: Care, clock: Clock, redis: Redis | None) -> Circuit:
    """Two servers may serve a model of one name, so the name says which of them it is."""
    failures, cooldown = care.failures, care.cooldown
    if redis is None:
        return LocalCircuit(failures=failures, cooldown=cooldown, clock=clock)
    return RedisCircuit(redis, name, failures=failures, cooldown=cooldown, clock=clock)
