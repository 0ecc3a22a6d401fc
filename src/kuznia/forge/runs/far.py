"""A run that another process makes, followed from here by its events in Redis."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, cast

from pydantic_core import from_json

from kuznia.forge.runs.redis_log import Maker, keys_of
from kuznia.forge.shelf.redis_shelf import unpack
from kuznia.forge.terms import LAST, Event, EventKind, RunId
from kuznia.platform.clock import Clock
from kuznia.platform.errors import Unavailable
from kuznia.platform.ids import new_id
from kuznia.platform.redis import NoRedis, Redis

# Events that are read in one trip.
AT_ONCE: Final = 200
# Seconds between two looks: soon after an event, later in a silence.
SOON, LATER = 0.02, 0.25
# Seconds after which a listener says again that it listens.
TELL: Final = 0.5
# A process is only taken for dead when it is so for longer than one needs to come back that has
# waited for Redis itself.
SURE: Final = 3.0
# Seconds a run is looked for while Redis is away, in one request.
SOUGHT: Final = 60.0


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
        # Whoever has all of this copy, or more, waits for the rest, unless it is whole.
        ear.ahead = number >= self.newest
        pause, heard = SOON, self._clock.monotonic()
        try:
            while True:
                for event in (events := await ear.hear()):
                    yield event
                    if event.kind in LAST:
                        return
                if ear.past_end:
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
        # When we last said that we listen, and knew the maker to live; since when Redis is silent.
        self._told = float("-inf")
        self._living = clock.monotonic()
        self._silent_since: float | None = None
        # Whether there may be nothing after our place, and whether there never will be.
        self.ahead = self.past_end = False

    async def hear(self) -> list[Event]:
        """What is new; the last event of all when the maker is dead and left none."""
        now = self._clock.monotonic()
        if now - self._told > TELL:
            self._told = now
            self._heed(self._maker, self._id, True)
        try:
            events, lives = await self._look()
        except NoRedis:
            # Nothing was learnt of the maker either.
            self._living = now = self._clock.monotonic()
            if self._silent_since is None:
                self._silent_since = now
            if now - self._silent_since > self._without:
                raise
            return []
        self._silent_since = None
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
        key, about = keys_of(self._redis, self._maker.run)
        alive = self._redis.key("alive", self._maker.process)
        range_ = ("XRANGE", key, f"({self._place}", "+", "COUNT", AT_ONCE)
        # A maker that lives but has written nothing of this run does not make it.
        newest = ("XREVRANGE", key, "+", "-", "COUNT", int(self.ahead))
        answers = await self._redis.do_all((range_, ("EXISTS", alive, about), newest))
        for answer in answers:
            if isinstance(answer, Exception):
                raise NoRedis(f"Redis did not give the events ({type(answer).__name__}).")
        entries, there, last = answers
        self.ahead = self.ahead and not entries
        self.past_end = self.ahead and any(_read(entry).kind in LAST for entry in last)
        return [_read(entry) for entry in entries], there == 2


async def find_maker(redis: Redis, run: RunId) -> tuple[Maker, int, bool] | None:
    """Who makes a run of another process, the number of its newest event, and whether that ended
    it."""
    key, about = keys_of(redis, run)
    whose, newest = await redis.do_all((("GET", about), ("XREVRANGE", key, "+", "-", "COUNT", 1)))
    if not isinstance(whose, bytes) or not isinstance(newest, list) or not newest:
        return None
    last = _read(cast("list[Any]", newest)[0])
    return Maker(run, **from_json(whose)), last.number, last.kind in LAST


@dataclass(frozen=True, slots=True)
class FarRun:
    """A run of another process, as its owner may follow it from here."""

    id: RunId
    events: FarLog
    ended: bool


@dataclass(frozen=True, slots=True)
class SoughtRun:
    """A run of which nothing is known while Redis is away."""

    id: RunId
    events: "SoughtLog"


class SoughtLog:
    """The log of a run that is looked for: silence until Redis is back, then its events.

    It ends without an event when the run turns out to be nobody's, or Redis stays away: whoever
    comes again is told.
    """

    def __init__(self, find: Callable[[], Awaitable[FarRun | None]], clock: Clock) -> None:
        self._find = find
        self._clock = clock

    @property
    def newest(self) -> int:
        return 0

    async def after(self, number: int, idle: float) -> AsyncGenerator[Event | None]:
        began = heard = self._clock.monotonic()
        found: FarRun | None = None
        while found is None and self._clock.monotonic() - began < SOUGHT:
            try:
                found = await self._find()
            except NoRedis:
                await self._clock.sleep(LATER)
            else:
                break
            if (now := self._clock.monotonic()) - heard > idle:
                heard = now
                yield None
        if found is not None:
            events = found.events.after(number, idle)
            try:
                async for event in events:
                    yield event
            finally:
                await events.aclose()


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
