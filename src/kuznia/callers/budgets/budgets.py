"""What each caller may spend: reserved before an order is made, given back when it has ended.

A process holds a part of a caller's budget by a row with an expiry, and its orders draw on that
without asking the database each time. All the asking is one transaction, `_balance`: it gives back
what is not needed and asks for what is. The row is written before an order draws on it, so no
number of processes can together give out more than there is; a process that is killed writes its
row no more, and what it held is free again when the row expires. What was used is booked beside
that, whether it is limited or not (`bookings.py`), and stays held until it is written as spent.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta

import sqlalchemy as sa

from kuznia.callers.budgets import rows
from kuznia.callers.budgets.bookings import Bookings, forgotten
from kuznia.callers.budgets.holds import Hold, Round, Waiting
from kuznia.callers.budgets.rows import NOTHING, Room, Sum, clip
from kuznia.callers.limits.allowances import Allowance, Allowances
from kuznia.forge.terms import Budget, Caller
from kuznia.llm.model import Attempt
from kuznia.platform.clock import Clock
from kuznia.platform.db.database import Database
from kuznia.platform.db.journal import PATIENCE, Journal
from kuznia.platform.db.tables import reservations
from kuznia.platform.errors import Broken, Fault, Unavailable
from kuznia.platform.log import get_log
from kuznia.platform.metrics import Metrics

log = get_log("budgets")

# What was used is given back together with all that is used within this time.
TICK = 0.05
# How long more than is needed is held, where there is plenty, for the next order to find.
SPARE_SECONDS = 1.0
# The next order finds room without asking where the budget has room for so many like it.
PLENTY = 10
# Others give back what they do not need every tick: whoever is refused looks once more after this.
SECOND_LOOK = 0.1


class Held:
    """What one order holds: less with each call that is booked, nothing once it is released."""

    def __init__(
        self, budgets: "Budgets", caller: Caller, budget: Budget, held: Sum, *, narrowed: bool
    ) -> None:
        self.budget = budget
        # Whether that is less than the order might have used.
        self.narrowed = narrowed
        self._budgets = budgets
        self._caller = caller
        self._held = held
        self._tried: asyncio.Future[None] | None = None

    def book(self, attempt: Attempt) -> None:
        """A call has ended, however; it counts from now on."""
        if not (attempt.usage.total or attempt.cost):
            return
        spent = Sum(0, attempt.usage.total, attempt.cost).within(self._held)
        self._held -= spent
        self._tried = self._budgets.book(self._caller, attempt, spent)

    def flush(self) -> None:
        """Have what was booked written now."""
        if self._tried is not None and not self._tried.done():
            self._budgets.flush()

    async def written(self, seconds: float = PATIENCE) -> None:
        """Returns when what was booked is written, or could not be in so many seconds and is tried
        again later."""
        if self._tried is not None and not self._tried.done():
            await self._budgets.settled(self._tried, seconds)

    def release(self) -> None:
        """Give back what is still held; for when the order has ended."""
        self.flush()
        self._budgets.release(self._caller.id, self._held)
        self._held = NOTHING


class Budgets:
    """Lives as long as the application. `dearest` is the highest price of a million tokens."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        allowances: Allowances,
        metrics: Metrics,
        *,
        journal: Journal,
        holder: str,
        dearest: int,
        lease: float,
    ) -> None:
        self._db = db
        self._clock = clock
        self._allowances = allowances
        self._metrics = metrics
        self._holder = holder
        self._dearest = dearest
        self._lease = lease
        self._holds: dict[str, Hold] = {}
        self._due: set[str] = set()
        self._wake = asyncio.Event()
        self._tick: asyncio.TimerHandle | None = None
        self._living: asyncio.Task[None] | None = None
        # Until when the rows of this process are good; drawn on no longer than that.
        self._good_until = 0.0
        self._bookings = Bookings(journal, clock, self._written, holder=holder)
        self._tidied_at = float("-inf")

    async def reserve(self, caller: Caller, budget: Budget) -> Held:
        """What one order may use, until it is released.

        Raises QuotaExceeded, RateLimited for too many at once, Unavailable without the database.
        """
        owner = caller.id
        allowance = self._allowances.known(owner) or await self._allowances.of(owner)
        if not allowance.counts:
            return Held(self, caller, budget, NOTHING, narrowed=False)
        most = self._most(budget)
        got = await self._draw(owner, allowance, most)
        tokens = got.tokens if allowance.tokens else budget.tokens
        cost = got.cost if allowance.cost else budget.cost
        narrowed = got != clip(most, allowance)
        return Held(self, caller, Budget(budget.attempts, tokens, cost), got, narrowed=narrowed)

    def book(self, caller: Caller, attempt: Attempt, held: Sum) -> "asyncio.Future[None]":
        """Count a call of an order that holds this much for it."""
        self._begin()
        return self._bookings.book(caller, attempt, held)

    def flush(self) -> None:
        """Have all that was booked written now."""
        self._bookings.flush()

    async def settled(self, tried: "asyncio.Future[None]", seconds: float) -> None:
        """Have what was booked written now, and wait for it within reason."""
        await self._bookings.settled(tried, seconds)

    def release(self, owner: str, held: Sum) -> None:
        """Give back what an order has not used."""
        if held:
            self._holds[owner].under_way -= held
            self._soon(owner)

    def _written(self, spent: Mapping[str, Sum]) -> None:
        """It counts as spent now, so it need not be held any more."""
        for owner, amount in spent.items():
            if amount:
                hold = self._holds[owner]
                hold.under_way -= amount
                hold.spent += amount
                self._soon(owner)

    def _soon(self, owner: str) -> None:
        """Balance it with all that comes within a tick."""
        self._due.add(owner)
        if self._tick is None or self._tick.when() < asyncio.get_running_loop().time():
            self._tick = asyncio.get_running_loop().call_later(TICK, self._wake.set)

    async def close(self) -> None:
        """Write what is not written and give everything back; for when all runs have ended."""
        await self._bookings.close()
        if self._living is None:
            return
        self._living.cancel()
        with suppress(asyncio.CancelledError):
            await self._living
        for hold in self._holds.values():
            hold.drawn_at = float("-inf")
        try:
            await self._balance(sorted(self._holds))
        except Unavailable as fault:
            log.warning("budgets_not_written", reason=fault.message)

    def _most(self, budget: Budget) -> Sum:
        """The most an order can use: without a limit on its cost, all its tokens at the dearest."""
        by_tokens = -(-budget.tokens * self._dearest // 1_000_000)
        cost = by_tokens if budget.cost is None else min(budget.cost, by_tokens)
        return Sum(1, budget.tokens, cost)

    async def _draw(self, owner: str, allowance: Allowance, most: Sum) -> Sum:
        hold = self._hold(owner, allowance)
        if not hold.waiting and self._clock.monotonic() < self._good_until:
            needed = clip(most, allowance)
            if needed.fits(hold.free):
                return self._drawn(hold, needed)
        for look in (1, 2):
            waiting = Waiting(most, asyncio.get_running_loop().create_future())
            hold.waiting.append(waiting)
            self._call_for(owner)
            try:
                return await waiting.told
            except asyncio.CancelledError:
                self._forget(owner, hold, waiting)
                raise
            except rows.Refused as refused:
                unwritten = await self._bookings.written()
                if look == 2 or not (refused.passing or unwritten):
                    self._refuse(owner, refused)
                if refused.passing:
                    await self._clock.sleep(SECOND_LOOK)
                # The one there was may be gone: nothing was in it.
                hold = self._hold(owner, allowance)
        raise AssertionError("the second look raises")

    def _hold(self, owner: str, allowance: Allowance) -> Hold:
        hold = self._holds.get(owner)
        if hold is None:
            hold = self._holds[owner] = Hold(allowance)
        hold.allowance = allowance
        return hold

    def _refuse(self, owner: str, refused: rows.Refused) -> None:
        self._metrics.refused(refused.unit)
        log.warning("quota_exceeded", subject=owner, unit=refused.unit)
        raise refused.fault(self._clock.now()) from None

    def _forget(self, owner: str, hold: Hold, waiting: Waiting) -> None:
        """It was cancelled while it waited; it may just have been given what it waited for."""
        told = waiting.told
        if waiting in hold.waiting:
            hold.waiting.remove(waiting)
        elif told.done() and not told.cancelled() and told.exception() is None:
            hold.under_way -= told.result()
        self._call_for(owner)

    def _drawn(self, hold: Hold, amount: Sum) -> Sum:
        hold.under_way += amount
        hold.drawn_at = self._clock.monotonic()
        hold.spare = amount
        return amount

    def _call_for(self, owner: str) -> None:
        self._due.add(owner)
        self._wake.set()
        self._begin()

    def _begin(self) -> None:
        if self._living is None or self._living.done():
            self._living = asyncio.create_task(self._live())
            self._living.add_done_callback(self._died)

    def _died(self, living: "asyncio.Task[None]") -> None:
        """Whatever ended it, nobody waits for it any more; the next order begins it anew."""
        if living.cancelled():
            self._tell_all(Unavailable("The server is shutting down.", retry_after=5))
        elif (error := living.exception()) is not None:
            log.error("budgets_broke", exc_info=error)
            self._tell_all(Broken("Something broke on our side; the log has the rest."))

    async def _live(self) -> None:
        """Balances whoever is due, and everybody often enough for no row to expire."""
        while True:
            beat = self._lease / 3
            if any(hold.reserved != hold.under_way for hold in self._holds.values()):
                beat = min(beat, SPARE_SECONDS)
            with suppress(TimeoutError):
                async with asyncio.timeout(beat):
                    await self._wake.wait()
            self._wake.clear()
            late = self._clock.monotonic() + self._lease * 2 / 3 > self._good_until
            owners = set(self._holds) if late else self._due | self._slack()
            self._due = set()
            try:
                if owners:
                    await self._balance(sorted(owners))
                await self._tidy()
            except Fault as fault:
                log.warning("budgets_not_written", reason=fault.message)
                self._due.update(owners)
                self._tell_all(fault)

    def _slack(self) -> set[str]:
        return {owner for owner, hold in self._holds.items() if hold.reserved != hold.under_way}

    def _tell_all(self, fault: Fault) -> None:
        """Nobody is let in unaccounted."""
        for hold in self._holds.values():
            while hold.waiting:
                waiting = hold.waiting.popleft()
                if not waiting.told.done():
                    waiting.told.set_exception(fault)

    async def _balance(self, owners: Sequence[str]) -> None:
        """The one transaction: what is needed is held, and no more."""
        now, began = self._clock.now(), self._clock.monotonic()
        due = {owner: self._holds[owner] for owner in owners if owner in self._holds}
        whole = len(due) == len(self._holds)
        # What comes while the rows are written is for the next time, and draws on nothing yet.
        rounds = {owner: Round(hold.spent, tuple(hold.waiting)) for owner, hold in due.items()}
        for hold in due.values():
            hold.writing = hold.spent
            # As much as is held anyway once the spent is given back: no new claim on the budget.
            hold.keep = hold.reserved - hold.spent if self._stays(hold) else hold.under_way
        try:
            async with self._db.write() as session:
                rooms = await rows.look(session, list(due), self._holder, now)
                wanted: dict[str, Sum] = {}
                for owner, hold in due.items():
                    wanted[owner] = self._wanted(hold, rounds[owner], rooms[owner])
                until = now + timedelta(seconds=self._lease)
                await rows.write(session, wanted, self._holder, until)
        finally:
            for hold in due.values():
                hold.keep, hold.writing = None, NOTHING
        if whole:
            self._good_until = began + self._lease
        for owner, hold in due.items():
            this = rounds[owner]
            hold.spent -= this.spent
            hold.reserved = wanted[owner]
            self._serve(hold, this.waiting, rooms[owner])
            if hold.idle:
                del self._holds[owner]
            elif hold.waiting:
                self._call_for(owner)

    def _wanted(self, hold: Hold, this: Round, room: Room) -> Sum:
        """For what is under way and what waits; and one more like it where there is plenty."""
        # What was written as spent meanwhile is given back the next time.
        need, most = hold.under_way + hold.spent - this.spent, hold.spare
        for waiting in this.waiting:
            clipped = clip(waiting.most, hold.allowance)
            need, most = need + clipped, most.or_more(clipped)
        left = room.left(hold.allowance)
        fresh = this.waiting or self._stays(hold)
        hold.plenty = (need + most * PLENTY).fits(left)
        if fresh and hold.plenty:
            need += most
        assert hold.keep is not None
        # What is under way stays held, even if too much has gone meanwhile.
        return need.within(left).or_more(hold.keep)

    def _stays(self, hold: Hold) -> bool:
        """Whether a spare is still of use: orders come, and there is enough for everybody."""
        return hold.plenty and self._clock.monotonic() - hold.drawn_at < SPARE_SECONDS

    def _serve(self, hold: Hold, waiters: Sequence[Waiting], room: Room) -> None:
        """First come, first served; the last may get less than its most, but no trifle."""
        for waiting in waiters:
            if waiting.told.done():
                continue
            hold.waiting.remove(waiting)
            most = clip(waiting.most, hold.allowance)
            got = most.within(hold.free)
            if short := rows.too_little(got, most):
                waiting.told.set_exception(rows.Refused(short, hold.allowance, room))
            else:
                waiting.told.set_result(self._drawn(hold, got))

    async def _tidy(self) -> None:
        """Once in a while: rows of the dead, and bookings whose month is long over."""
        if self._clock.monotonic() - self._tidied_at < self._lease:
            return
        self._tidied_at = self._clock.monotonic()
        now = self._clock.now()
        async with self._db.write() as session:
            await session.execute(sa.delete(reservations).where(reservations.c.expires_at <= now))
            await session.execute(forgotten(now))
