"""What a run works with: the forge, built once, and the one order it has in hand."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kuznia.forge.ledger import Ledger
from kuznia.forge.shelf import Shelf
from kuznia.forge.terms import Domain, EventKind, Finding, Order, RunId
from kuznia.llm.model import Model
from kuznia.platform.clock import Clock

Tell = Callable[[EventKind, Mapping[str, object]], None]


@dataclass(frozen=True, slots=True)
class Forge:
    """What a run needs, built once by the application and handed on."""

    domains: Mapping[str, Domain]
    model: Model | None
    shelf: Shelf
    clock: Clock
    # Whether our own planners may stand in for a configured model that fails.
    stands_in: bool = True
    # The most one reply may have, whatever a prompt would like.
    most_tokens: int = 8192


@dataclass(frozen=True, slots=True)
class Work:
    """One order under way: cleaned, with its account and somebody to tell."""

    run_id: RunId
    order: Order
    key: str
    # What the sanitiser noted.
    noted: tuple[Finding, ...]
    ledger: Ledger
    tell: Tell
