"""A run that another process makes, followed by its events in Redis."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, cast

from pydantic import TypeAdapter
from pydantic_core import from_json

from kuznia.forge.runs.events import Event, Numbered, RunFailed, RunFinished, event
from kuznia.forge.runs.redis_log import Maker, keys_of
from kuznia.forge.shelf.redis_shelf import unpack
from kuznia.forge.terms import LAST, EventKind, Finding, RunId
from kuznia.platform.clock import Clock
from kuznia.platform.errors import Unavailable
from kuznia.platform.ids import new_id
from kuznia.platform.redis import NoRedis, Redis

# Events that are read in one trip.
AT_ONCE: Final = 200
# Seconds between two looks: soon after an event, later in a silence.
SOON, LATER = 0.02, 0.25
# Seconds after which a listener tells again that it listens.
NOTIFY_AGAIN: Final = 0.5
# Seconds without a sign of life before a process is taken for dead: longer than a process needs to
# come back that was itself waiting for Redis.
SURE: Final = 3.0
# Seconds a run is looked for while Redis is away, in one request.
SOUGHT: Final = 60.0
_FINDINGS: Final = TypeAdapter(tuple[Finding, ...])

# Tells a maker that a listener follows its run (True), or has hung up (False).
Notify = Callable[[Maker, str, bool], None]


class FarLog:
    """The log of a run that another process makes."""

    def __init__(self, redis: Redis, clock: Clock, maker: Maker, notify: Notify, newest: int = 0):
        self.maker = maker
        self.newest = newest
        self._redis = redis
        self._clock = clock
        self._notify = notify

    async def after(
        self, number: int, idle: float, *, without: float = float("inf")
    ) -> AsyncGenerator[Event | None]:
        """As any log. While Redis is away there is silence; after `without` seconds, NoRedis."""
        listener = _Listener(
            self._redis, self._clock, self.maker, self._notify, max(0, number), without
        )
        # A reader that has all of this copy, or more, waits for the rest, unless it is whole.
        listener.ahead = number >= self.newest
        pause, last_event = SOON, self._clock.monotonic()
        try:
            while True:
                for event in (events := await listener.read()):
                    yield event
                    if event.kind in LAST:
                        return
                if listener.past_end:
                    return
                now = self._clock.monotonic()
                if events:
                    pause, last_event = SOON, now
                    continue
                if now - last_event > idle:
                    last_event = now
                    yield None
                await self._clock.sleep(pause)
                pause = min(2 * pause, LATER)
        finally:
            listener.leave()


class _Listener:
    """A reader of a run in another process, at the place it has reached."""

    def __init__(
        self, redis: Redis, clock: Clock, maker: Maker, notify: Notify, place: int, without: float
    ) -> None:
        self._redis = redis
        self._clock = clock
        self._maker = maker
        self._notify = notify
        self._place = place
        self._without = without
        self._id = new_id("listener", clock)
        # When the maker was last notified, and last known to live; since when Redis is silent.
        self._notified = float("-inf")
        self._maker_seen = clock.monotonic()
        self._silent_since: float | None = None
        # Whether there may be nothing after our place, and whether there never will be.
        self.ahead = self.past_end = False

    async def read(self) -> list[Event]:
        """New events; a `run.failed` when the maker died without a last event."""
        now = self._clock.monotonic()
        if now - self._notified > NOTIFY_AGAIN:
            self._notified = now
            self._notify(self._maker, self._id, True)
        try:
            events, lives = await self._look()
        except NoRedis:
            # Nothing was learnt of the maker either.
            self._maker_seen = now = self._clock.monotonic()
            if self._silent_since is None:
                self._silent_since = now
            if now - self._silent_since > self._without:
                raise
            return []
        self._silent_since = None
        if lives:
            self._maker_seen = now
        if events:
            self._place = events[-1].number
        elif now - self._maker_seen > SURE:
            return [_lost(self._place + 1)]
        return events

    def leave(self) -> None:
        self._notify(self._maker, self._id, False)

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
        entries, alive_and_known, last = answers
        self.ahead = self.ahead and not entries
        self.past_end = self.ahead and any(_read(entry).kind in LAST for entry in last)
        return [_read(entry) for entry in entries], alive_and_known == 2


async def find_maker(redis: Redis, run: RunId) -> tuple[Maker, int, bool] | None:
    """The maker of a run in another process, the number of its newest event, and whether that
    event ended the run."""
    key, about = keys_of(redis, run)
    about_it, newest = await redis.do_all(
        (("GET", about), ("XREVRANGE", key, "+", "-", "COUNT", 1))
    )
    if not isinstance(about_it, bytes) or not isinstance(newest, list) or not newest:
        return None
    last = _read(cast("list[Any]", newest)[0])
    return Maker(run, **from_json(about_it)), last.number, last.kind in LAST


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

    It ends without an event when there is no such run, or Redis stays away: a client that asks
    again gets the reason.
    """

    def __init__(self, find: Callable[[], Awaitable[FarRun | None]], clock: Clock) -> None:
        self._find = find
        self._clock = clock

    @property
    def newest(self) -> int:
        return 0

    async def after(self, number: int, idle: float) -> AsyncGenerator[Event | None]:
        began = last_sign = self._clock.monotonic()
        run: FarRun | None = None
        while run is None and self._clock.monotonic() - began < SOUGHT:
            try:
                run = await self._find()
            except NoRedis:
                await self._clock.sleep(LATER)
            else:
                break
            if (now := self._clock.monotonic()) - last_sign > idle:
                last_sign = now
                yield None
        if run is not None:
            events = run.events.after(number, idle)
            try:
                async for event in events:
                    yield event
            finally:
                await events.aclose()


# Any: an entry of a stream as the library gives it, its number and its fields in bytes.
def _read(entry: Any) -> Event:
    number, fields = entry
    kind: EventKind = fields[b"kind"].decode()
    place, packed = int(number.partition(b"-")[0]), fields.get(b"artefact")
    if packed is not None:
        return Numbered(place, "run.finished", RunFinished(artefact=unpack(packed)))
    data: dict[str, object] = from_json(fields[b"data"])
    if "findings" in data:
        # As in the log of the process that made them: readers do not ask where an event is from.
        data["findings"] = _FINDINGS.validate_python(data["findings"])
    return event(place, kind, data)


def _lost(number: int) -> Event:
    fault = Unavailable("The process that made this run has ended; order it again.")
    return Numbered(number, "run.failed", RunFailed(error=fault.public()))
