"""This process among others that share one Redis: who makes what, who listens, who says stop.

Without Redis every process is alone again: nothing here keeps an order from being made.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import aclosing, suppress
from dataclasses import replace
from functools import partial
from typing import Any, Final, Literal, Protocol, cast

from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json

from kuznia.forge.runs.far import SURE, FarLog, FarRun, SoughtLog, SoughtRun, find_maker
from kuznia.forge.runs.redis_log import Maker, RedisLog, Writer
from kuznia.forge.shelf.redis_shelf import Claim, RedisShelf
from kuznia.forge.shelf.shelf import Kept, Shelf, unspent
from kuznia.forge.terms import LAST, Caller, Event, EventKind, Order, RunId
from kuznia.forge.work import Work
from kuznia.platform.clock import Clock
from kuznia.platform.errors import TimedOut, retold
from kuznia.platform.ids import born, new_id
from kuznia.platform.log import get_log
from kuznia.platform.metrics import Metrics
from kuznia.platform.redis import RETRY_SECONDS, NoRedis, Redis

log = get_log("fleet")

# Seconds between two looks into the letter box, and without a sign of life before a process is
# taken for dead: its claims are free again.
PULSE: Final = 0.25
ALIVE: Final = 3.0
# Seconds a listener elsewhere is believed in after it was last heard of, and that somebody waits
# for the maker of an equal order while Redis is away.
BELIEVED: Final = 3.0
WITHOUT: Final = 0.4
# Letters taken at once, and the most that wait for a process that takes none.
LETTERS: Final = 500
CLOSE: Final = 1.0
# So young a run may not be written yet, nor may any run so soon after Redis was away or lost all.
YOUNG: Final = 2.0
RECENT: Final = 5.0
LOOK_AGAIN: Final = 0.05
# Bytes of artefacts that wait for Redis to take them; past them only claims are given back.
MAX_UNSHARED: Final = 64 * 1024 * 1024
# What another process ended with says nothing of the order: it was told to stop, or died.
AGAIN: Final = frozenset({"CANCELLED", "UNAVAILABLE"})

Word = Literal["listens", "left", "stop"]
_LETTER: Final = TypeAdapter(tuple[Word, str, str])


class Here(Protocol):
    """The runs of this process, as others may speak of them."""

    def listens(self, run: RunId, listener: str, until: float) -> None: ...

    def left(self, run: RunId, listener: str) -> None: ...

    def stop_here(self, run: RunId) -> None: ...

    def forget_listeners(self, now: float) -> None: ...


class Fleet:
    """Lives as long as the application, with one task that shows it is alive and reads letters."""

    def __init__(
        self,
        redis: Redis,
        shelf: Shelf,
        clock: Clock,
        metrics: Metrics,
        *,
        retention: float,
        longest: float,
    ) -> None:
        self._redis = redis
        self._shelf = shelf
        self._clock = clock
        self._metrics = metrics
        self._process = new_id("proc", clock)
        self._shared = RedisShelf(redis, longest=longest)
        self._writer = Writer(redis, clock, retention=retention, longest=longest + retention)
        self._longest = longest
        # For how long Redis may hold something of a run, from its beginning.
        self._remembered = longest + retention
        # When Redis was last found to be away, or to have lost what it held.
        self._away = float("-inf")
        self._unshared = 0
        self._pulse: asyncio.Task[None] | None = None
        self._errands: set[asyncio.Task[None]] = set()

    def begin(self, here: Here) -> None:
        """Show that we live, and pass on to `here` what others say of its runs."""
        self._pulse = asyncio.create_task(self._beat(here))
        self._pulse.add_done_callback(_told)

    async def close(self) -> None:
        """Say the last things others wait for, as far as Redis is there to hear them."""
        if self._pulse is not None:
            self._pulse.cancel()
        last = {*self._errands, *self._writer.under_way}
        if last:
            await asyncio.wait(last, timeout=0 if self._redis.trouble else CLOSE)
        for one in last:
            one.cancel()
        await self._quietly(self._redis.do("DEL", self._alive, self._known))

    def log(self, run: RunId, order: Order) -> RedisLog:
        """A log that others will read once it is published."""
        return RedisLog(Maker(run, order.caller.id, order.domain, self._process), self._writer)

    async def find(self, caller: Caller, run: RunId) -> FarRun | None:
        """The caller's own run in another process; raises NoRedis when that cannot be known."""
        began = self._clock.monotonic()
        while (found := await find_maker(self._redis, run)) is None:
            # Its id travels faster than its first event.
            if not self._may_come(run, began):
                return None
            await self._clock.sleep(LOOK_AGAIN)
        if found[0].owner != caller.id:
            return None
        maker, newest, ended = found
        return FarRun(run, FarLog(self._redis, self._clock, maker, self._heed, newest), ended)

    def seek(self, caller: Caller, run: RunId) -> SoughtRun | None:
        """A run that may be the caller's, to be looked for until Redis is back."""
        age = self._clock.now().timestamp() - born(run)
        if abs(age) > self._remembered:
            return None
        return SoughtRun(run, SoughtLog(partial(self.find, caller, run), self._clock))

    def _may_come(self, run: RunId, began: float) -> bool:
        """Whether a run that was looked for since `began` may still be written to Redis."""
        age, now = self._clock.now().timestamp() - born(run), self._clock.monotonic()
        recent = now - self._away < RECENT and abs(age) < self._remembered
        return now - began < RECENT and (recent or abs(age) < YOUNG)

    async def stop(self, maker: Maker) -> None:
        """Have another process stop its run; raises NoRedis when it cannot be told."""
        await self._write_to(maker.process, "stop", maker.run, "")

    async def make(
        self, log: RedisLog, make: Callable[[Work], Awaitable[Kept]], work: Work
    ) -> Kept:
        """Made by one process: found, followed where another makes it, or made here."""
        ours, given_up = Claim(self._process, work.run_id), None
        began: set[str] = set()
        while True:
            try:
                # What a process could not show while Redis was away it has time to show now.
                trusting = self._clock.monotonic() - self._away < SURE
                claim = await self._shared.claim(work.key, ours, given_up, trusting=trusting)
            except NoRedis:
                # Equal orders in two processes are made twice then; none waits.
                claim = ours
            except asyncio.CancelledError:
                # It may have been given to us all the same.
                self._soon(self._release(work.key, ours, None, 0.0))
                raise
            if isinstance(claim, Kept):
                return self._found(work, log, claim)
            log.publish()
            if claim == ours:
                return await self._make_here(_going_on(work, began), ours, make)
            kept = await self._follow(work, claim, began)
            if kept is not None:
                return kept
            given_up = claim

    def _found(self, work: Work, log: RedisLog, kept: Kept) -> Kept:
        self._metrics.shelf_shared()
        self._shelf.take_in(work.key, kept)
        _begin(work)
        # Only a stream can break and be resumed somewhere else.
        if work.order.drafts:
            log.publish()
        return unspent(kept)

    async def _make_here(
        self, work: Work, ours: Claim, make: Callable[[Work], Awaitable[Kept]]
    ) -> Kept:
        found: Kept | None = None
        try:
            kept = await make(work)
            if kept.status == "complete":
                found = kept
            return kept
        finally:
            # Behind the answer, and also when this is being cancelled.
            seconds = self._shelf.freshness(found) if found else 0.0
            self._soon(self._release(work.key, ours, found, seconds))

    async def _release(self, key: str, ours: Claim, kept: Kept | None, seconds: float) -> None:
        """Not given back, a claim would have others told today what failed yesterday."""
        size = len(kept.body) if kept else 0
        if self._unshared + size > MAX_UNSHARED:
            kept, size = None, 0
        self._unshared += size
        # As long as the claim itself lasts.
        until = self._clock.monotonic() + self._longest
        try:
            while self._clock.monotonic() < until:
                try:
                    return await self._shared.release(key, ours, kept, seconds)
                except NoRedis:
                    await self._clock.sleep(RETRY_SECONDS)
        finally:
            self._unshared -= size

    async def _follow(self, work: Work, claim: Claim, began: set[str]) -> Kept | None:
        """What becomes of an equal order in another process; None if that is nothing."""
        if not began:
            _begin(work)
            began.add("")
        maker = Maker(claim.run, work.order.caller.id, work.order.domain, claim.process)
        log = FarLog(self._redis, self._clock, maker, self._heed)
        left = work.order.deadline - self._clock.monotonic()
        try:
            async with asyncio.timeout(left), aclosing(log.after(0, left, without=WITHOUT)) as told:
                async for event in told:
                    if event and event.kind in LAST:
                        return self._outcome(work, event)
                    if event:
                        _retell(work, event, began)
        except NoRedis:
            return None
        except TimeoutError:
            raise TimedOut("The deadline passed while an equal order was being made.") from None
        raise AssertionError("a log ends with its last event")

    def _outcome(self, work: Work, event: Event) -> Kept | None:
        if event.kind == "run.failed":
            fault = retold(cast("dict[str, Any]", event.data["error"]))
            if fault.code in AGAIN:
                return None
            raise fault
        kept = event.data["artefact"]
        if not isinstance(kept, Kept) or kept.owner != work.order.caller.id:
            return None
        if kept.status == "complete":
            self._shelf.take_in(work.key, kept)
        return kept

    async def _beat(self, here: Here) -> None:
        milliseconds = int(1000 * ALIVE)
        beat = (
            # Outlives a pause, unlike the sign of life: without it Redis has lost all it held.
            ("GET", self._known),
            ("SET", self._known, 1, "PX", int(1000 * self._remembered)),
            ("SET", self._alive, 1, "PX", milliseconds),
            # A Redis that is full takes this, and not the one before.
            ("PEXPIRE", self._alive, milliseconds),
            ("LPOP", self._box(self._process), LETTERS),
        )
        first = True
        while True:
            letters = None
            try:
                known, wrote, _, _, letters = await self._redis.do_all(beat)
            except NoRedis:
                self._away = self._clock.monotonic()
            else:
                self._redis.wrote(wrote)
                if not known and not first and not isinstance(wrote, Exception):
                    self._away = self._clock.monotonic()
                    self._writer.start_over()
                first = False
            for letter in cast("list[bytes]", letters if isinstance(letters, list) else []):
                self._heard(here, letter)
            # Who could not be heard while Redis was away has not left for that.
            if (now := self._clock.monotonic()) - self._away > BELIEVED:
                here.forget_listeners(now)
            await self._clock.sleep(PULSE)

    def _heard(self, here: Here, letter: bytes) -> None:
        try:
            word, run, listener = _LETTER.validate_json(letter)
        except ValidationError:
            return
        if word == "stop":
            here.stop_here(RunId(run))
        elif word == "left":
            here.left(RunId(run), listener)
        else:
            here.listens(RunId(run), listener, self._clock.monotonic() + BELIEVED)

    def _heed(self, maker: Maker, listener: str, listens: bool) -> None:
        word: Word = "listens" if listens else "left"
        self._soon(self._write_to(maker.process, word, maker.run, listener))

    async def _write_to(self, process: str, word: Word, run: str, listener: str) -> None:
        box = self._box(process)
        letter = to_json((word, run, listener))
        await self._redis.do_all(
            (
                ("RPUSH", box, letter),
                # A process that takes none is dead: its box must not grow.
                ("LTRIM", box, -LETTERS, -1),
                ("PEXPIRE", box, int(1000 * BELIEVED)),
            )
        )

    def _box(self, process: str) -> str:
        return self._redis.key("letters", process)

    @property
    def _alive(self) -> str:
        return self._redis.key("alive", self._process)

    @property
    def _known(self) -> str:
        return self._redis.key("known", self._process)

    def _soon(self, errand: Coroutine[Any, Any, None]) -> None:
        """Something nobody waits for, and that may fail when Redis is away."""
        task = asyncio.create_task(self._quietly(errand))
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)

    async def _quietly(self, errand: Coroutine[Any, Any, Any]) -> None:
        with suppress(NoRedis):
            await errand


def _begin(work: Work) -> None:
    work.tell("run.started", {"run_id": work.run_id, "domain": work.order.domain})


def _retell(work: Work, event: Event, began: set[str]) -> None:
    """All but the first event: a run starts once."""
    if event.kind == "part.started":
        began.add(str(event.data["part"]))
    if event.kind != "run.started":
        work.tell(event.kind, event.data)


def _going_on(work: Work, began: set[str]) -> Work:
    """The same work, after another process told its beginning: parts begin again, the run not."""
    if not began:
        return work
    for part in sorted(began - {""}):
        work.tell("part.reset", {"part": part})

    def tell(kind: EventKind, data: Any) -> None:
        if kind != "run.started":
            work.tell(kind, data)

    return replace(work, tell=tell)


def _told(pulse: "asyncio.Task[None]") -> None:
    """Without a pulse the others take this process for dead: its operator has to hear of it."""
    if not pulse.cancelled() and (error := pulse.exception()):
        log.error("pulse_stopped", exc_info=error)
