"""The events of a run: what each kind carries, and the log they are written to once.

| event | when | it carries |
|---|---|---|
| `run.started` | first of all | `RunStarted` |
| `part.started` | a part is begun | `PartNamed` |
| `part.draft` | unchecked text arrives | `PartDraft` |
| `part.checked` | a draft was checked | `PartFindings` |
| `part.mended` | our own code changed the draft | `PartFindings` |
| `part.reset` | what was shown of it, accepted or not, counts no more | `PartNamed` |
| `part.accepted` | a draft was accepted | `PartAccepted` |
| `part.unmet` | the part is missing | `PartFindings` |
| `wish.met` | the artefact does what a wish asks for | `WishAnswered` |
| `wish.open` | it does not, or nobody can say | `WishAnswered` |
| `run.finished` | last, with an artefact | `RunFinished` |
| `run.failed` | last, with a fault | `RunFailed` |
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, Protocol, TypeAlias, TypedDict, TypeVar, cast

from pydantic import JsonValue

from kuznia.forge.shelf.kept import Kept
from kuznia.forge.terms import LAST, EventKind, Finding, MadeBy, RunId


class RunStarted(TypedDict):
    run_id: RunId
    domain: str


class PartNamed(TypedDict):
    part: str


class PartDraft(TypedDict):
    part: str
    # What came since the last one.
    text: str


class PartFindings(TypedDict):
    part: str
    findings: Sequence[Finding]


class PartAccepted(TypedDict):
    part: str
    # The draft, or its JSON where another process made it; None where the artefact holds it.
    draft: object
    by: MadeBy


class WishAnswered(TypedDict):
    # The wish, or its JSON where another process answered it.
    wish: object


class RunFinished(TypedDict):
    # None in the log of a run that ended: the artefact is on the shelf.
    artefact: Kept | None


class RunFailed(TypedDict):
    error: Mapping[str, JsonValue]


K = TypeVar("K", bound=EventKind, covariant=True)
P = TypeVar("P", bound=Mapping[str, object], covariant=True)


@dataclass(frozen=True, slots=True)
class Numbered(Generic[K, P]):
    """One step of a run, numbered from 1, the same through every door."""

    number: int
    kind: K
    # Anything pydantic can write as JSON; written only when somebody listens.
    data: P


# Comparing the kind of an event tells a type checker what its data is.
Event: TypeAlias = (
    Numbered[Literal["run.started"], RunStarted]
    | Numbered[Literal["part.started", "part.reset"], PartNamed]
    | Numbered[Literal["part.draft"], PartDraft]
    | Numbered[Literal["part.checked", "part.mended", "part.unmet"], PartFindings]
    | Numbered[Literal["part.accepted"], PartAccepted]
    | Numbered[Literal["wish.met", "wish.open"], WishAnswered]
    | Numbered[Literal["run.finished"], RunFinished]
    | Numbered[Literal["run.failed"], RunFailed]
)


def event(number: int, kind: EventKind, data: Mapping[str, object]) -> Event:
    """An event of data whose kind is only known when the program runs."""
    return cast("Event", Numbered(number, kind, data))


class EventLog(Protocol):
    """The events of one run."""

    @property
    def newest(self) -> int:
        """The number of the newest event; 0 before the first."""
        ...

    def after(self, number: int, idle: float) -> AsyncGenerator[Event | None]:
        """Events numbered higher, those to come included; ends after the last one.

        None comes after each `idle` seconds of silence, so that a door can show it is alive.
        """
        ...


class MemoryLog:
    """A list of events, and those who wait for more. Appending never waits for a reader."""

    # The artefact that is left out of the events of a run that ended.
    kept: Kept | None = None

    def __init__(self) -> None:
        self._events: list[Event] = []
        self._waiting: set[asyncio.Future[bool]] = set()

    @property
    def newest(self) -> int:
        return len(self._events)

    @property
    def events(self) -> tuple[Event, ...]:
        """All events so far."""
        return tuple(self._events)

    def append(self, kind: EventKind, data: Mapping[str, object]) -> None:
        self._events.append(event(len(self._events) + 1, kind, data))
        for waiter in self._waiting:
            _wake(waiter, True)
        self._waiting.clear()

    def publish(self) -> None:
        """Let other processes read the log, where there are any; this one stays in memory."""

    async def after(self, number: int, idle: float) -> AsyncGenerator[Event | None]:
        """Reads from the list each time, so nothing falls between catching up and listening."""
        loop = asyncio.get_running_loop()
        place = max(0, number)
        while True:
            while place < len(self._events):
                event = self._events[place]
                place += 1
                yield event
            if self._events and self._events[-1].kind in LAST:
                return
            waiter: asyncio.Future[bool] = loop.create_future()
            self._waiting.add(waiter)
            silence = loop.call_later(idle, _wake, waiter, False)
            try:
                has_more = await waiter
            finally:
                silence.cancel()
                self._waiting.discard(waiter)
            if not has_more:
                yield None


def _wake(waiter: "asyncio.Future[bool]", has_more: bool) -> None:
    if not waiter.done():
        waiter.set_result(has_more)
