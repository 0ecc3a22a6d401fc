"""The event log of a run in Redis: written beside the one in memory, read in far.py."""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final
from weakref import WeakSet

from pydantic_core import from_json, to_json

from kuznia.forge.runs.events import Event, MemoryLog, Numbered, PartDraft
from kuznia.forge.runs.past import lean, whole
from kuznia.forge.shelf.kept import Kept
from kuznia.forge.shelf.redis_shelf import pack
from kuznia.forge.terms import LAST, EventKind, RunId
from kuznia.platform.clock import Clock
from kuznia.platform.redis import RETRY_SECONDS, NoRedis, Redis, Word

# Of a longer run only drafts are left out: they are the only events that can be so many, and nobody
# may act on them.
MAX_EVENTS: Final = 10_000
# Commands and bytes that go to Redis in one trip: few enough that neither this loop nor Redis
# notices, and that a slow Redis answers them within WRITE_PATIENCE.
MAX_COMMANDS: Final = 200
MAX_BYTES: Final = 256 * 1024
# Bytes of logs that wait while Redis is away, and what an event takes beside its text.
MAX_WAITING: Final = 64 * 1024 * 1024
EVENT_BYTES: Final = 500
GATHER: Final = 0.01
# How Redis answers an event it already has.
THERE: Final = "The ID specified in XADD is equal or smaller"
_ONWARDS: Final = ("NOMKSTREAM",)


@dataclass(frozen=True, slots=True)
class Maker:
    """The process that makes a run, and whom the run is for."""

    run: RunId
    owner: str
    domain: str
    process: str

    def written(self) -> bytes:
        return to_json({"owner": self.owner, "domain": self.domain, "process": self.process})


class RedisLog(MemoryLog):
    """A log in memory that other processes read in Redis once it is published."""

    def __init__(self, maker: Maker, writer: "Writer") -> None:
        super().__init__()
        self.maker = maker
        self.written = 0
        # Drafts up to this number are not written any more.
        self.without_drafts = 0
        self.bytes = 0
        self._writer = writer
        self._published = False

    def publish(self) -> None:
        """Write all events to Redis, those to come included."""
        self._published = True
        self._writer.take(self)

    def append(self, kind: EventKind, data: Mapping[str, object]) -> None:
        super().append(kind, data)
        self.bytes += _size(self._events[-1])
        if self._published:
            self._writer.notify(self)

    def leave_out(self, kept: Kept) -> None:
        """Keep the artefact of a run that ended once, not in its events too."""
        self._events = [lean(event) for event in self._events]
        self.kept = kept
        self._count()

    async def after(self, number: int, idle: float) -> AsyncGenerator[Event | None]:
        """Events as from any log; what was left out is put in again."""
        async for event in super().after(number, idle):
            yield event and self._whole(event)

    def unwritten(self) -> Iterator[Event]:
        """The events that are still to go to Redis."""
        return (self._whole(self._events[place]) for place in range(self.written, self.newest))

    def _whole(self, event: Event) -> Event:
        if self.kept is None:
            return event
        # Few events hold a part, and each part is asked for once by whoever reads it.
        needs = event.kind == "part.accepted"
        return whole(event, self.kept, from_json(self.kept.body)["parts"] if needs else {})

    def _count(self) -> None:
        kept = len(self.kept.body) if self.kept else 0
        self.bytes = kept + sum(map(_size, self._events))

    def empty_drafts(self) -> int:
        """Forget the text of drafts nobody waits for any more; return the number of bytes freed."""
        before = self.bytes
        for place, event in enumerate(self._events):
            if event.kind == "part.draft":
                empty = PartDraft(part=event.data["part"], text="")
                self._events[place] = Numbered(event.number, "part.draft", empty)
        self._count()
        self.without_drafts = self.newest
        return before - self.bytes

    @property
    def ended(self) -> bool:
        return bool(self._events) and self._events[-1].kind in LAST


@dataclass(frozen=True, slots=True)
class Parcel:
    """One event on its way to Redis; it is written when all its commands have been answered."""

    log: RedisLog
    number: int
    commands: list[tuple[Word, ...]]

    @property
    def bytes(self) -> int:
        return sum(len(w) for command in self.commands for w in command if isinstance(w, bytes))


class Writer:
    """Writes logs to Redis in the background; what waits are the logs themselves, in memory.

    Nothing is lost while Redis is away, nor when it comes back empty: then all is written again.
    Only when more than MAX_WAITING bytes wait are drafts of ended runs left out, and then the runs
    that waited longest.
    """

    def __init__(self, redis: Redis, clock: Clock, *, retention: float, longest: float) -> None:
        self._redis = redis
        self._clock = clock
        self._retention = retention
        # A run under way may be silent for as long as an order may take.
        self._longest = longest
        self._logs: WeakSet[RedisLog] = WeakSet()
        # In the order in which they get their turn.
        self._waiting: dict[RedisLog, None] = {}
        self._writing: asyncio.Task[None] | None = None
        # How often Redis was found empty: what was written before that is to be written again.
        self._losses = 0

    def take(self, log: RedisLog) -> None:
        """Write all of this log, and what is appended later."""
        self._logs.add(log)
        if log.newest:
            self.notify(log)

    def start_over(self) -> None:
        """Write again all that is still in memory, because Redis has lost what it had."""
        self._losses += 1
        # Runs under way first: somebody may be following them elsewhere.
        for log in sorted(self._logs, key=lambda log: log.ended):
            log.written = 0
            self.take(log)

    def notify(self, log: RedisLog) -> None:
        """Note that this log has new events."""
        self._waiting[log] = None
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())

    @property
    def under_way(self) -> "set[asyncio.Task[None]]":
        """The task to wait for before Redis is closed."""
        return {self._writing} if self._writing and not self._writing.done() else set()

    async def _write(self) -> None:
        while self._waiting:
            # Events come in bursts, and a trip costs more than all it carries.
            await self._clock.sleep(GATHER)
            try:
                await self._write_some(self._next_trip())
            except NoRedis:
                self._make_room()
                await self._clock.sleep(RETRY_SECONDS)

    def _next_trip(self) -> list[Parcel]:
        """Collect some events of each log in turn, equally many of each."""
        trip: list[Parcel] = []
        commands = size = 0
        share = max(1, MAX_COMMANDS // len(self._waiting))
        for log in islice(self._waiting, MAX_COMMANDS):
            limit = min(MAX_COMMANDS, commands + share)
            for event in log.unwritten():
                if commands >= limit or size >= MAX_BYTES:
                    break
                trip.append(parcel := Parcel(log, event.number, self._commands(log, event)))
                commands += len(parcel.commands)
                size += parcel.bytes
        return trip

    async def _write_some(self, trip: list[Parcel]) -> None:
        """Write these events; each that Redis confirmed counts, even if a later one failed."""
        losses, written = self._losses, 0
        commands = [command for parcel in trip for command in parcel.commands]
        answers = iter(await self._redis.write(commands) if commands else ())
        for parcel in trip:
            replies = list(islice(answers, len(parcel.commands)))
            # Not after one of the same log that failed, nor after all has to be written again.
            if parcel.log.written == parcel.number - 1 and losses == self._losses:
                written += self._settle(parcel, replies)
        for log in {parcel.log: None for parcel in trip}:
            self._waiting.pop(log, None)
            if log.written < log.newest:
                self._waiting[log] = None
        if not written:
            raise NoRedis("Redis did not take an event.")

    def _settle(self, parcel: Parcel, replies: list[Any]) -> bool:
        """Tell whether these replies change what is known to be written."""
        if None in replies:
            # Nothing was added: Redis was started anew, and has nothing of what came before.
            parcel.log.written = 0
            return True
        failed = (r for r in replies if isinstance(r, Exception) and THERE not in str(r))
        if len(replies) < len(parcel.commands) or any(failed):
            return False
        parcel.log.written = parcel.number
        return True

    def _commands(self, log: RedisLog, event: Event) -> list[tuple[Word, ...]]:
        left_out = event.number > MAX_EVENTS or event.number <= log.without_drafts
        if left_out and event.kind == "part.draft":
            return []
        key, about = keys_of(self._redis, log.maker.run)
        first, last = event.number == 1, event.kind in LAST
        # Only the first may begin a stream: one that lost its beginning must not look whole.
        add = ("XADD", key, *(() if first else _ONWARDS), event.number, *_written(event))
        if not first and not last:
            return [add]
        milliseconds = int(1000 * (self._retention if last else self._longest))
        about_it = ("SET", about, log.maker.written(), "PX", milliseconds)
        return [about_it, add, ("PEXPIRE", key, milliseconds)]

    def _make_room(self) -> None:
        """Hold no more than MAX_WAITING bytes for a Redis that is away."""
        excess = sum(log.bytes for log in self._waiting) - MAX_WAITING
        ended = [log for log in self._waiting if log.ended] if excess > 0 else []
        for log in ended:
            if excess > 0:
                excess -= log.empty_drafts()
        for log in ended:
            if excess > 0:
                excess -= log.bytes
                del self._waiting[log]


def keys_of(redis: Redis, run: RunId) -> tuple[str, str]:
    """Where the events of a run are, and where it says whose it is."""
    return redis.key("events", run), redis.key("run", run)


def _written(event: Event) -> tuple[Word, ...]:
    if event.kind == "run.finished":
        kept = event.data["artefact"]
        assert kept is not None, "what is written has its artefact"
        return "kind", event.kind, "artefact", pack(kept)
    return "kind", event.kind, "data", to_json(event.data)


def _size(event: Event) -> int:
    """About what an event takes in memory."""
    if event.kind == "run.finished":
        kept = event.data["artefact"]
        return EVENT_BYTES + (len(kept.body) if kept else 0)
    return EVENT_BYTES + sum(len(text) for text in event.data.values() if isinstance(text, str))
