"""Runs that have ended: what it takes to read their events again, bounded in bytes and in time.

An artefact is not kept twice. It is left out of the events, and put in again when they are
read: from the artefact's own bytes where a stream may be resumed, else from the shelf.
"""

from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json, to_json

from kuznia.forge.runs.events import Event, MemoryLog, Numbered, PartAccepted, RunFinished
from kuznia.forge.shelf.shelf import Kept
from kuznia.forge.terms import ArtefactId, Caller, RunId
from kuznia.platform.clock import Clock
from kuznia.platform.process.timer import Sweep

# What an event takes besides its JSON, and what a draft takes as objects for each byte of its JSON.
EVENT_BYTES = 400
OBJECTS = 8
# Nobody was streaming these: the panel lists them, and a link of theirs is good for a while.
MAX_PLAIN = 1_000
PLAIN_SHARE = 8


class PastLog(MemoryLog):
    """The events of an ended run without its artefact, which is kept only once."""

    def __init__(self, log: MemoryLog, kept: Kept | None) -> None:
        super().__init__()
        self._events = [lean(event) for event in log.events]
        self.kept = kept

    async def after(self, number: int, idle: float) -> AsyncGenerator[Event | None]:  # noqa: ARG002 - it has ended, so there is no silence
        """Events as from any log; only a log that has its artefact can be read."""
        assert self.kept is not None
        # Any: JSON as this version or one before wrote it.
        parts: dict[str, Any] = from_json(self.kept.body)["parts"]
        for event in self._events[max(0, number) :]:
            yield whole(event, self.kept, parts)


def lean(event: Event) -> Event:
    """The event without what the artefact says too."""
    return whole(event, None, {})


def whole(event: Event, kept: Kept | None, parts: Mapping[str, object]) -> Event:
    """The event with what an artefact and its parts say, or without either."""
    if event.kind == "run.finished":
        return Numbered(event.number, "run.finished", RunFinished(artefact=kept))
    if event.kind != "part.accepted":
        return event
    part, by = event.data["part"], event.data["by"]
    data = PartAccepted(part=part, draft=parts.get(part), by=by)
    return Numbered(event.number, "part.accepted", data)


@dataclass(frozen=True, slots=True)
class PastRun:
    """A run that has ended, as its owner may still follow it and an operator may list it."""

    id: RunId
    caller: Caller
    domain: str
    # The artefact's status, or the code of the fault it ended with.
    ending: str
    artefact: ArtefactId | None
    events: MemoryLog
    ended_at: float
    listeners: int = 0
    ended: bool = True

    @property
    def size(self) -> int:
        """About the bytes of memory it holds."""
        kept = self.events.kept
        return sum(map(_size, self.events.events)) + (len(kept.body) if kept else 0)


def _size(event: Event) -> int:
    if event.kind == "run.finished":
        kept = event.data["artefact"]
        return EVENT_BYTES + (len(kept.body) if kept else 0)
    objects = event.kind == "part.accepted" and event.data["draft"] is not None
    return EVENT_BYTES + len(to_json(event.data)) * (OBJECTS if objects else 1)


class _Some:
    """Runs of one kind, the oldest first, and the bytes they hold."""

    def __init__(self, max_bytes: int, max_count: float) -> None:
        self._max_bytes, self._max_count = max_bytes, max_count
        self._bytes = 0
        self.runs: OrderedDict[RunId, tuple[PastRun, int]] = OrderedDict()

    def add(self, run: PastRun) -> None:
        size = run.size
        self.runs[run.id] = run, size
        self._bytes += size
        while self._bytes > self._max_bytes or len(self.runs) > self._max_count:
            self.forget(next(iter(self.runs)))

    def forget(self, id_: RunId) -> None:
        if gone := self.runs.pop(id_, None):
            self._bytes -= gone[1]

    def forget_until(self, moment: float) -> None:
        while self.runs:
            run, _ = next(iter(self.runs.values()))
            if run.ended_at > moment:
                return
            self.forget(run.id)


class Past:
    """The runs that ended not long ago. A timer forgets them, even when nothing is ordered."""

    def __init__(self, clock: Clock, *, retention: float, max_bytes: int) -> None:
        self._clock = clock
        self._retention = retention
        self._streamed = _Some(max_bytes, float("inf"))
        self._plain = _Some(max_bytes // PLAIN_SHARE, MAX_PLAIN)
        self._sweep = Sweep(retention, self.prune)

    def add(self, run: PastRun, *, streamed: bool) -> None:
        """Remember a run; the oldest go where there is no room for all."""
        self.prune()
        (self._streamed if streamed else self._plain).add(run)
        self._sweep.begin()

    def find(self, id_: RunId) -> PastRun | None:
        """A run that ended not long ago, whoever owns it."""
        sized = self._streamed.runs.get(id_) or self._plain.runs.get(id_)
        return sized and sized[0]

    def newest(self) -> list[PastRun]:
        """All that are remembered, the last to end first."""
        both = [run for some in self._kinds for run, _ in some.runs.values()]
        return sorted(both, key=lambda run: run.ended_at, reverse=True)

    def forget(self, ids: Iterable[RunId]) -> None:
        """Forget the events of runs whose artefacts were deleted."""
        for id_ in ids:
            for some in self._kinds:
                some.forget(id_)

    def forget_where(self, condition: Callable[[PastRun], bool]) -> None:
        """Forget all runs that meet the condition."""
        self.forget([run.id for run in self.newest() if condition(run)])

    def prune(self) -> bool:
        """Forget runs whose time is up; tell whether there are others."""
        for some in self._kinds:
            some.forget_until(self._clock.monotonic() - self._retention)
        return any(some.runs for some in self._kinds)

    def close(self) -> None:
        """Stop the timer."""
        self._sweep.close()

    @property
    def _kinds(self) -> tuple[_Some, _Some]:
        return self._streamed, self._plain
