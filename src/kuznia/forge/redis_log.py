"""The event log of a run in Redis: written beside the one in memory, read by other processes."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, cast
from weakref import WeakSet

from pydantic_core import from_json, to_json

from kuznia.forge.events import MemoryLog
from kuznia.forge.redis_shelf import pack, unpack
from kuznia.forge.shelf import Kept
from kuznia.forge.terms import LAST, Event, EventKind, RunId
from kuznia.platform.clock import Clock
from kuznia.platform.errors import Unavailable
from kuznia.platform.ids import new_id
from kuznia.platform.redis import REST, NoRedis, Redis, Word

# Of a longer run only drafts are left out: they are the only events that can be so many, and nobody
# may act on them.
MOST_EVENTS: Final = 10_000
# Logs that wait for Redis to come back, and events that go there in one trip.
MOST_LOGS: Final = 2_000
AT_ONCE: Final = 200
LOGS_AT_ONCE: Final = 50
GATHER: Final = 0.01
# What Redis says of an event it already has.
THERE: Final = "The ID specified in XADD is equal or smaller"
_ONWARDS: Final = ("NOMKSTREAM",)

# Seconds between two looks: soon after an event, later in a silence.
SOON, LATER = 0.02, 0.25
# Seconds after which a listener says again that it listens.
TELL: Final = 0.5
# A process is only taken for dead when it is so for longer than one needs to come back that has
# waited for Redis itself.
SURE: Final = 2.0


@dataclass(frozen=True, slots=True)
class Maker:
    """Which process makes a run, and for whom."""

    run: RunId
    owner: str
    domain: str
    process: str

    def written(self) -> bytes:
        return to_json({"owner": self.owner, "domain": self.domain, "process": self.process})


class RedisLog(MemoryLog):
    """Read here from memory, as ever; once it is published, others read it in Redis."""

    def __init__(self, maker: Maker, writer: "Writer") -> None:
        super().__init__()
        self.maker = maker
        self.written = 0
        self._writer = writer
        self._published = False

    def publish(self) -> None:
        """From the first event on, those to come included."""
        self._published = True
        self._writer.take(self)

    def append(self, kind: EventKind, data: Mapping[str, object]) -> None:
        super().append(kind, data)
        if self._published:
            self._writer.tell(self)

    def unwritten(self) -> list[Event]:
        """The next events to go to Redis."""
        return self._events[self.written : self.written + AT_ONCE]

    @property
    def ended(self) -> bool:
        return bool(self._events) and self._events[-1].kind in LAST


class Writer:
    """Brings logs to Redis behind those who append; what waits is the logs themselves, in memory.

    Nothing is lost while Redis is away, nor when it comes back empty: then all is written again.
    """

    def __init__(self, redis: Redis, clock: Clock, *, retention: float, longest: float) -> None:
        self._redis = redis
        self._clock = clock
        self._retention = retention
        # A run under way may be silent for as long as an order may take.
        self._longest = longest
        self._logs: WeakSet[RedisLog] = WeakSet()
        self._waiting: dict[RedisLog, None] = {}
        self._writing: asyncio.Task[None] | None = None

    def take(self, log: RedisLog) -> None:
        """Write all of this log, and what comes."""
        self._logs.add(log)
        if log.newest:
            self.tell(log)

    def start_over(self) -> None:
        """Redis has lost what it had: bring it what is still in memory here."""
        for log in list(self._logs):
            log.written = 0
            self.take(log)

    def tell(self, log: RedisLog) -> None:
        """There is more in this log."""
        self._waiting[log] = None
        if len(self._waiting) > MOST_LOGS:
            del self._waiting[next(iter(self._waiting))]
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())

    @property
    def under_way(self) -> "set[asyncio.Task[None]]":
        """What is still to be waited for before Redis is let go."""
        return {self._writing} if self._writing and not self._writing.done() else set()

    async def _write(self) -> None:
        while self._waiting:
            # Events come in bursts, and a trip costs more than all it carries.
            await self._clock.sleep(GATHER)
            logs = list(islice(self._waiting, LOGS_AT_ONCE))
            for log in logs:
                del self._waiting[log]
            try:
                await self._write_some(logs)
            except NoRedis:
                self._waiting |= dict.fromkeys(logs)
                await self._clock.sleep(REST)

    async def _write_some(self, logs: list[RedisLog]) -> None:
        parcels = [(log, events := log.unwritten(), self._commands(log, events)) for log in logs]
        said = iter(await self._redis.do_all([one for _, _, many in parcels for one in many]))
        for log, events, commands in parcels:
            answers = list(islice(said, len(commands)))
            if any(isinstance(one, Exception) and THERE not in str(one) for one in answers):
                raise NoRedis("Redis did not take an event.")
            # Nothing was added: Redis was started anew, and has nothing of what came before.
            log.written = 0 if None in answers else log.written + len(events)
            if log.written < log.newest:
                self._waiting[log] = None

    def _commands(self, log: RedisLog, events: list[Event]) -> list[tuple[Word, ...]]:
        key, about = _keys(self._redis, log.maker.run)
        commands: list[tuple[Word, ...]] = [
            # Only the first may begin a stream: one that lost its beginning must not look whole.
            ("XADD", key, *(_ONWARDS if event.number > 1 else ()), event.number, *_written(event))
            for event in events
            if event.number <= MOST_EVENTS or event.kind != "part.draft"
        ]
        last = log.ended and log.written + len(events) == log.newest
        if last or log.written == 0:
            milliseconds = int(1000 * (self._retention if last else self._longest))
            commands.append(("SET", about, log.maker.written(), "PX", milliseconds))
            commands.append(("PEXPIRE", key, milliseconds))
        return commands


class FarLog:
    """The log of a run that another process makes."""

    def __init__(self, redis: Redis, clock: Clock, maker: Maker, heed: "Heed", newest: int = 0):
        self.maker = maker
        self.newest = newest
        self._redis = redis
        self._clock = clock
        self._heed = heed

    async def after(
        self, number: int, idle: float, *, without: float = float("inf")
    ) -> AsyncGenerator[Event | None]:
        """As any log. While Redis is away there is silence; after `without` seconds, NoRedis."""
        ear = _Ear(self._redis, self._clock, self.maker, self._heed, max(0, number), without)
        pause, heard = SOON, self._clock.monotonic()
        try:
            while True:
                for event in (events := await ear.hear()):
                    yield event
                    if event.kind in LAST:
                        return
                now = self._clock.monotonic()
                if events:
                    pause, heard = SOON, now
                    continue
                if now - heard > idle:
                    heard = now
                    yield None
                await self._clock.sleep(pause)
                pause = min(2 * pause, LATER)
        finally:
            ear.leave()


# Tells a maker that somebody listens to its run, or does so no more.
Heed = Callable[[Maker, str, bool], None]


class _Ear:
    """One who listens to a run in another process, from the place they have reached."""

    def __init__(
        self, redis: Redis, clock: Clock, maker: Maker, heed: Heed, place: int, without: float
    ) -> None:
        self._redis = redis
        self._clock = clock
        self._maker = maker
        self._heed = heed
        self._place = place
        self._without = without
        self._id = new_id("ear", clock)
        # When we last said that we listen, had an answer of Redis, and knew the maker to live.
        self._told = float("-inf")
        self._answered = self._living = clock.monotonic()

    async def hear(self) -> list[Event]:
        """What is new; the last event of all when the maker is dead and left none."""
        now = self._clock.monotonic()
        if now - self._told > TELL:
            self._told = now
            self._heed(self._maker, self._id, True)
        try:
            events, lives = await self._look()
        except NoRedis:
            if now - self._answered > self._without:
                raise
            # Nothing was learnt of the maker either.
            self._living = now
            return []
        self._answered = now
        if lives:
            self._living = now
        if events:
            self._place = events[-1].number
        elif now - self._living > SURE:
            return [_lost(self._place + 1)]
        return events

    def leave(self) -> None:
        self._heed(self._maker, self._id, False)

    async def _look(self) -> tuple[list[Event], bool]:
        key, about = _keys(self._redis, self._maker.run)
        alive = self._redis.key("alive", self._maker.process)
        range_ = ("XRANGE", key, f"({self._place}", "+", "COUNT", AT_ONCE)
        # A maker that lives but has written nothing of this run does not make it.
        entries, there = await self._redis.do_all((range_, ("EXISTS", alive, about)))
        for answer in (entries, there):
            if isinstance(answer, Exception):
                raise NoRedis(f"Redis did not give the events ({type(answer).__name__}).")
        return [_read(entry) for entry in entries], there == 2


async def find_maker(redis: Redis, run: RunId) -> tuple[Maker, int, bool] | None:
    """Who makes a run of another process, the number of its newest event, and whether that ended
    it."""
    key, about = _keys(redis, run)
    whose, newest = await redis.do_all((("GET", about), ("XREVRANGE", key, "+", "-", "COUNT", 1)))
    if not isinstance(whose, bytes) or not isinstance(newest, list) or not newest:
        return None
    last = _read(cast("list[Any]", newest)[0])
    return Maker(run, **from_json(whose)), last.number, last.kind in LAST


def _keys(redis: Redis, run: RunId) -> tuple[str, str]:
    return redis.key("events", run), redis.key("run", run)


def _written(event: Event) -> tuple[Word, ...]:
    kept = event.data.get("artefact")
    if isinstance(kept, Kept):
        return "kind", event.kind, "artefact", pack(kept)
    return "kind", event.kind, "data", to_json(event.data)


# Any: an entry of a stream as the library gives it, its number and its fields in bytes.
def _read(entry: Any) -> Event:
    number, fields = entry
    kind: EventKind = fields[b"kind"].decode()
    packed: bytes | None = fields.get(b"artefact")
    data = from_json(fields[b"data"]) if packed is None else {"artefact": unpack(packed)}
    return Event(int(number.partition(b"-")[0]), kind, data)


def _lost(number: int) -> Event:
    fault = Unavailable("The process that made this run has ended; order it again.")
    return Event(number, "run.failed", {"error": fault.public()})
