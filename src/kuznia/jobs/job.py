"""What a job is, and what the process that works on it needs of a job engine."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal, NewType, Protocol, get_args

from kuznia.forge.shelf.kept import Kept
from kuznia.forge.terms import RunId
from kuznia.llm.model import PastCall
from kuznia.platform.db.database import WriteSession
from kuznia.platform.errors import Fault

JobId = NewType("JobId", str)
# `failed`: trying again would give the same. `dead`: it was tried as often as it may be.
JobState = Literal["queued", "working", "done", "failed", "dead", "cancelled"]
STATES: Mapping[str, JobState] = MappingProxyType({name: name for name in get_args(JobState)})
ENDED: frozenset[JobState] = frozenset({"done", "failed", "dead", "cancelled"})

# The places beside a write at which a test ends the process; `mid_stream` is the model's to choose.
Point = Literal[
    "before_intent",
    "after_intent",
    "before_reply",
    "after_reply",
    "before_finish",
    "after_finish",
    "before_webhook",
    "after_webhook",
]
Reached = Callable[[Point], None]


def passed_by(_: Point) -> None:
    """Outside of tests nothing happens at a point."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """An order that is to be made. `payload` is JSON that whoever put it can read again."""

    owner: str
    domain: str
    key: str
    request_id: str
    payload: str
    # The same for a request that is repeated with its Idempotency-Key.
    hash: str | None = None
    # Of an order that was tried already: why that failed, and the seconds to wait since.
    error: Fault | None = None
    wait: float = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job as its owner sees it."""

    id: JobId
    owner: str
    domain: str
    run_id: RunId
    state: JobState
    attempts: int
    created_at: datetime
    # When it may be tried, or tried again.
    run_at: datetime
    ended_at: datetime | None
    artefact: str | None
    # Any: what a Fault is to the public, as JSON.
    error: Mapping[str, Any] | None
    diverged: str | None

    @property
    def ended(self) -> bool:
        return self.state in ENDED


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A job that is this process's to do for as long as its fence stands in the row."""

    job: Job
    fence: str
    key: str
    request_id: str
    payload: str
    # By part, the calls of earlier attempts in their order.
    past: Mapping[str, tuple[tuple[str, PastCall], ...]] = field(
        default_factory=dict[str, tuple[tuple[str, PastCall], ...]]
    )
    # How many calls there are on its tape.
    calls: int = 0


@dataclass(frozen=True, slots=True)
class Due:
    """What there is to do: whether a job can be claimed, and whether a lease has lapsed."""

    claimable: bool
    lapsed: bool


class JobEngine(Protocol):
    """Where jobs are kept, as the process that works on them sees it. Time is the engine's own."""

    async def put(self, new: Sequence[NewJob]) -> list[Job]:
        """Keep jobs of one owner, all or none; raises RateLimited where too many of theirs wait."""
        ...

    async def due(self) -> Due:
        """What there is to do. Nothing is written."""
        ...

    async def claim(self) -> Claimed | None:
        """Take up the next job, under a fresh fence."""
        ...

    async def held(self, fences: Collection[str]) -> frozenset[str]:
        """Which of these fences still stand. Nothing is written."""
        ...

    async def renew(self, fences: Collection[str]) -> frozenset[str]:
        """Extend the leases of these fences; those that are not in the answer have lapsed."""
        ...

    async def reap(self) -> int:
        """Give free what dead processes held; how many jobs that were."""
        ...

    async def finish(
        self, session: WriteSession, claimed: Claimed, kept: Kept, fault: Fault | None
    ) -> bool:
        """End a job with its artefact, in a transaction of the shelf's; False if it was lost."""
        ...

    async def fail(self, claimed: Claimed, fault: Fault, state: JobState) -> bool:
        """End a job without an artefact; False if it was lost."""
        ...

    async def delay(
        self, claimed: Claimed, seconds: float, fault: Fault | None, *, counted: bool
    ) -> bool:
        """Give a job back, to be taken up later; an attempt that is not `counted` was none."""
        ...
