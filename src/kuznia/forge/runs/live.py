"""A run of this process, from its start until its outcome is known."""

import asyncio
from dataclasses import dataclass, field

from kuznia.forge.runs.events import MemoryLog
from kuznia.forge.shelf.kept import Kept
from kuznia.forge.terms import ArtefactId, Caller, RunId
from kuznia.platform.errors import Fault


@dataclass(slots=True, eq=False)
class Run:
    """The making of one order. It goes on while somebody listens, or because it was told to."""

    id: RunId
    caller: Caller
    domain: str
    key: str
    goes_on: bool
    outcome: "asyncio.Future[Kept | Fault]"
    events: MemoryLog = field(default_factory=MemoryLog)
    listeners: int = 0
    task: "asyncio.Task[Kept | Fault] | None" = None
    # Somebody streams the run, or was told to come back for it: its events are kept for a while.
    streamed: bool = False
    # Who listens through other processes, and until when they are believed to.
    far: "dict[str, float] | None" = None

    @property
    def ended(self) -> bool:
        return self.outcome.done()

    @property
    def ending(self) -> str:
        """The status of its artefact or the code of its fault; empty while it is under way."""
        outcome = self.outcome.result() if self.ended else None
        return "" if outcome is None else ending_of(outcome)

    @property
    def artefact(self) -> ArtefactId | None:
        outcome = self.outcome.result() if self.ended else None
        return outcome.id if isinstance(outcome, Kept) else None

    @property
    def needed(self) -> bool:
        """Whether anybody listens, in any process, or the run goes on without listeners."""
        return self.goes_on or self.listeners > 0 or bool(self.far)

    def result(self) -> Kept:
        """The artefact an ended run made, or the Fault it ended with."""
        outcome = self.outcome.result()
        if isinstance(outcome, Fault):
            # All who wait raise the same object: without this each would add to its traceback.
            raise outcome.with_traceback(None)
        return outcome

    def cancel(self) -> None:
        if self.task is not None:
            self.task.cancel()


def ending_of(outcome: Kept | Fault) -> str:
    """The status of an artefact, or the code of a fault."""
    return outcome.code if isinstance(outcome, Fault) else outcome.status
