"""What a run works with: the forge, built once, and the one order it has in hand."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from secrets import token_bytes
from typing import Protocol

from kuznia.forge.ledger import Ledger
from kuznia.forge.memory import NOTHING, Memory
from kuznia.forge.shelf.kept import Kept
from kuznia.forge.shelf.shelf import Shelf
from kuznia.forge.terms import AnyDomain, AnyPart, EventKind, Finding, Order, RunId
from kuznia.llm.model import CallTape, Model
from kuznia.platform.clock import Clock
from kuznia.platform.db.database import WriteSession

Tell = Callable[[EventKind, Mapping[str, object]], None]


@dataclass(frozen=True, slots=True)
class Forge:
    """What a run needs, built once by the application and handed on."""

    domains: Mapping[str, AnyDomain]
    model: Model | None
    shelf: Shelf
    clock: Clock
    # Whether our own planners may stand in for a configured model that fails.
    stands_in: bool = True
    # The operator's limit on the tokens of one reply, where a prompt would allow more.
    max_tokens: int | None = None
    # Seconds after which our own code makes what a model has not finished, where it can.
    wait: float | None = None
    memory: Memory = NOTHING
    # What the domains' own routes seal with; the application gives all processes of one database
    # the same.
    seal: bytes = field(default_factory=partial(token_bytes, 32), repr=False)
    # Models set up for one part alone, as `domain.part`; they are asked instead of `model`.
    specialists: Mapping[str, Model] = field(default_factory=dict[str, Model])

    def model_for(self, domain: str, part: AnyPart) -> Model | None:
        """Who is asked for a part; nobody, when it wants a specialist and there is none."""
        return self.specialists.get(
            f"{domain}.{part.name}", None if part.specialist else self.model
        )

    def asked_for(self, domain: str) -> str:
        """The names of all models that may have a say in the domain's artefacts."""
        first = [self.model.name] if self.model else []
        others = [m.name for of, m in self.specialists.items() if of.startswith(f"{domain}.")]
        return " ".join((*first, *others))


class JobRecord(Protocol):
    """What is written of a job while it is made: its calls to models, and its end."""

    def tape(self, part: str) -> CallTape:
        """The tape of one part."""
        ...

    async def finish(self, session: WriteSession, kept: Kept) -> bool:
        """End the job in the transaction that writes its artefact; False if the job is another
        process's by now, and the artefact must not be written."""
        ...


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
    # Only a job has one.
    record: JobRecord | None = None
