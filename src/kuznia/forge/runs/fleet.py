"""The processes that share one Redis: which of them makes an order, who listens, who says stop.

A process sends a message by appending it to the mailbox (a Redis list) of the process that makes
the run. A message is JSON, `[kind, run, listener]`:

| kind | sent by | effect at the process that makes the run |
|---|---|---|
| `listens` | a listener, every half second | the run goes on for BELIEVED seconds |
| `left` | a listener that hung up | the run stops if nobody else listens |
| `stop` | the owner of the run, with no listener | the run stops |

Without Redis every process works alone: no order waits for Redis to be made.
"""

import asyncio
from collections.abc import Coroutine, Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final, Literal, Protocol, cast

from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json

from kuznia.forge.runs.events import Event, PartNamed, RunStarted
from kuznia.forge.runs.far import SURE, FarLog, FarRun, SoughtLog, SoughtRun, find_maker
from kuznia.forge.runs.redis_log import Maker, RedisLog, Writer
from kuznia.forge.runs.wrapping import Make
from kuznia.forge.shelf.redis_shelf import Claim, RedisShelf
from kuznia.forge.shelf.shelf import Kept, Shelf, unspent
from kuznia.forge.terms import LAST, Caller, EventKind, Order, RunId
from kuznia.forge.work import Work
from kuznia.platform.clock import Clock
from kuznia.platform.errors import TimedOut, retold
from kuznia.platform.ids import born, new_id
from kuznia.platform.log import get_log
from kuznia.platform.metrics import Metrics
from kuznia.platform.redis import RETRY_SECONDS, NoRedis, Redis

log = get_log("fleet")

# Seconds between two heartbeats, each of which empties the mailbox; seconds without one after which
# a process is taken for dead, and its claims are free again.
HEARTBEAT: Final = 0.25
ALIVE: Final = 3.0
# Seconds a listener elsewhere is believed in after it was last heard of, and that somebody waits
# for the maker of an equal order while Redis is away.
BELIEVED: Final = 3.0
WITHOUT: Final = 0.4
# Messages taken at once, and the most that wait for a process that takes none.
MAX_MESSAGES: Final = 500
CLOSE: Final = 1.0
# So young a run may not be written yet, nor may any run so soon after Redis was away or lost all.
YOUNG: Final = 2.0
RECENT: Final = 5.0
LOOK_AGAIN: Final = 0.05
# Bytes of artefacts that wait for Redis to take them; past them only claims are given back.
MAX_UNSHARED: Final = 64 * 1024 * 1024
# What another process ended with says nothing of the order: it was told to stop, or died.
AGAIN: Final = frozenset({"CANCELLED", "UNAVAILABLE"})

MessageKind = Literal["listens", "left", "stop"]
_MESSAGE: Final = TypeAdapter(tuple[MessageKind, str, str])


class LocalRuns(Protocol):
    """The runs of this process, as far as messages are about them."""

    def listens(self, run_id: RunId, listener: str, until: float) -> None: ...

    def left(self, run_id: RunId, listener: str) -> None: ...

    def stop(self, run_id: RunId) -> None: ...

    def forget_listeners(self, now: float) -> None: ...


class Fleet:
    """The processes that share one Redis, seen from this one; lives as long as the application."""

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
        self._heartbeat: asyncio.Task[None] | None = None
        self._background: set[asyncio.Task[None]] = set()

    def begin(self, runs: LocalRuns) -> None:
        """Start the heartbeat, which also hands the messages of other processes to `runs`."""
        self._heartbeat = asyncio.create_task(self._beat(runs))
        self._heartbeat.add_done_callback(_log_failure)

    async def close(self) -> None:
        """Write what others wait for, as far as Redis takes it, and stop."""
        if self._heartbeat is not None:
            self._heartbeat.cancel()
        last = {*self._background, *self._writer.under_way}
        if last:
            await asyncio.wait(last, timeout=0 if self._redis.trouble else CLOSE)
        for task in last:
            task.cancel()
        await self._quietly(self._redis.do("DEL", self._alive, self._known))

    def log(self, run: RunId, order: Order) -> RedisLog:
        """A log that other processes can read once it is published."""
        return RedisLog(Maker(run, order.caller.id, order.domain, self._process), self._writer)

    async def find(self, caller: Caller, run: RunId) -> FarRun | None:
        """The caller's own run in another process; raises NoRedis when that cannot be known."""
        began = self._clock.monotonic()
        while (known := await find_maker(self._redis, run)) is None:
            # Its id travels faster than its first event.
            if not self._may_come(run, began):
                return None
            await self._clock.sleep(LOOK_AGAIN)
        maker, newest, ended = known
        if maker.owner != caller.id:
            return None
        return FarRun(run, FarLog(self._redis, self._clock, maker, self._notify, newest), ended)

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
        """Have another process stop its run; raises NoRedis when the message cannot be sent."""
        await self._send(maker.process, "stop", maker.run, "")

    async def make(self, log: RedisLog, make: Make, work: Work) -> Kept:
        """Wrap a run: an artefact another process made is used, a run there is followed."""
        ours, given_up = Claim(self._process, work.run_id), None
        shown = _Shown()
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
                self._in_background(self._release(work.key, ours, None, 0.0))
                raise
            if isinstance(claim, Kept):
                return self._reuse(work, log, claim)
            log.publish()
            if claim == ours:
                return await self._make_here(_continued(work, shown), ours, make)
            kept = await self._follow(work, claim, shown)
            if kept is not None:
                return kept
            given_up = claim

    def _reuse(self, work: Work, log: RedisLog, kept: Kept) -> Kept:
        self._metrics.shelf_shared()
        self._shelf.take_in(work.key, kept)
        _begin(work)
        # Only a stream can break and be resumed somewhere else.
        if work.order.drafts:
            log.publish()
        return unspent(kept)

    async def _make_here(self, work: Work, ours: Claim, make: Make) -> Kept:
        shared: Kept | None = None
        try:
            kept = await make(work)
            if kept.status == "complete":
                shared = kept
            return kept
        finally:
            # Behind the answer, and also when this is being cancelled.
            seconds = self._shelf.freshness(shared) if shared else 0.0
            self._in_background(self._release(work.key, ours, shared, seconds))

    async def _release(self, key: str, ours: Claim, kept: Kept | None, seconds: float) -> None:
        """Give back the claim: while it is held, others wait for a run that has ended."""
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

    async def _follow(self, work: Work, claim: Claim, shown: "_Shown") -> Kept | None:
        """The artefact an equal order gets in another process; None if it gets none."""
        if not shown.started:
            _begin(work)
            shown.started = True
        maker = Maker(claim.run, work.order.caller.id, work.order.domain, claim.process)
        log = FarLog(self._redis, self._clock, maker, self._notify)
        left = work.order.deadline - self._clock.monotonic()
        try:
            source = log.after(0, left, without=WITHOUT)
            async with asyncio.timeout(left), aclosing(source) as events:
                async for event in events:
                    if event and event.kind in LAST:
                        return self._outcome(work, event)
                    if event:
                        _pass_on(work, event, shown)
        except NoRedis:
            return None
        except TimeoutError:
            raise TimedOut("The deadline passed while an equal order was being made.") from None
        raise AssertionError("a log ends with its last event")

    def _outcome(self, work: Work, event: Event) -> Kept | None:
        if event.kind == "run.failed":
            fault = retold(event.data["error"])
            if fault.code in AGAIN:
                return None
            raise fault
        kept = event.data["artefact"] if event.kind == "run.finished" else None
        if kept is None or kept.owner != work.order.caller.id:
            return None
        if kept.status == "complete":
            self._shelf.take_in(work.key, kept)
        return kept

    async def _beat(self, runs: LocalRuns) -> None:
        milliseconds = int(1000 * ALIVE)
        beat = (
            # Outlives a pause, unlike the sign of life: without it Redis has lost all it held.
            ("GET", self._known),
            ("SET", self._known, 1, "PX", int(1000 * self._remembered)),
            ("SET", self._alive, 1, "PX", milliseconds),
            # A Redis that is full takes this, and not the one before.
            ("PEXPIRE", self._alive, milliseconds),
            ("LPOP", self._mailbox(self._process), MAX_MESSAGES),
        )
        first = True
        while True:
            messages = None
            try:
                known, wrote, _, _, messages = await self._redis.do_all(beat)
            except NoRedis:
                self._away = self._clock.monotonic()
            else:
                self._redis.wrote(wrote)
                if not known and not first and not isinstance(wrote, Exception):
                    self._away = self._clock.monotonic()
                    self._writer.start_over()
                first = False
            for message in cast("list[bytes]", messages if isinstance(messages, list) else []):
                self._deliver(runs, message)
            # A listener that could not be heard while Redis was away has not left for that.
            if (now := self._clock.monotonic()) - self._away > BELIEVED:
                runs.forget_listeners(now)
            await self._clock.sleep(HEARTBEAT)

    def _deliver(self, runs: LocalRuns, message: bytes) -> None:
        try:
            kind, run, listener = _MESSAGE.validate_json(message)
        except ValidationError:
            return
        if kind == "stop":
            runs.stop(RunId(run))
        elif kind == "left":
            runs.left(RunId(run), listener)
        else:
            runs.listens(RunId(run), listener, self._clock.monotonic() + BELIEVED)

    def _notify(self, maker: Maker, listener: str, listens: bool) -> None:
        kind: MessageKind = "listens" if listens else "left"
        self._in_background(self._send(maker.process, kind, maker.run, listener))

    async def _send(self, process: str, kind: MessageKind, run: str, listener: str) -> None:
        mailbox = self._mailbox(process)
        await self._redis.do_all(
            (
                ("RPUSH", mailbox, to_json((kind, run, listener))),
                # A process that takes none is dead: its mailbox must not grow.
                ("LTRIM", mailbox, -MAX_MESSAGES, -1),
                ("PEXPIRE", mailbox, int(1000 * BELIEVED)),
            )
        )

    def _mailbox(self, process: str) -> str:
        return self._redis.key("mailbox", process)

    @property
    def _alive(self) -> str:
        return self._redis.key("alive", self._process)

    @property
    def _known(self) -> str:
        return self._redis.key("known", self._process)

    def _in_background(self, work: Coroutine[Any, Any, None]) -> None:
        """Start what nobody waits for, and what may fail when Redis is away."""
        task = asyncio.create_task(self._quietly(work))
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def _quietly(self, work: Coroutine[Any, Any, Any]) -> None:
        with suppress(NoRedis):
            await work


@dataclass(slots=True)
class _Shown:
    """What the listeners here have seen of an order that another process began to make."""

    started: bool = False
    parts: set[str] = field(default_factory=set[str])


def _begin(work: Work) -> None:
    work.tell("run.started", RunStarted(run_id=work.run_id, domain=work.order.domain))


def _pass_on(work: Work, event: Event, shown: _Shown) -> None:
    """Show an event of the other process, except its first: a run starts once."""
    if event.kind == "part.started":
        shown.parts.add(event.data["part"])
    if event.kind != "run.started":
        work.tell(event.kind, event.data)


def _continued(work: Work, shown: _Shown) -> Work:
    """The work after another process gave up: its parts begin again, the run itself does not."""
    if not shown.started:
        return work
    for part in sorted(shown.parts):
        work.tell("part.reset", PartNamed(part=part))

    def tell(kind: EventKind, data: Mapping[str, object]) -> None:
        if kind != "run.started":
            work.tell(kind, data)

    return replace(work, tell=tell)


def _log_failure(heartbeat: "asyncio.Task[None]") -> None:
    """Without a heartbeat the others take this process for dead: its operator has to know."""
    if not heartbeat.cancelled() and (error := heartbeat.exception()):
        log.error("heartbeat_stopped", exc_info=error)
