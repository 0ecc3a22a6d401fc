"""Budgets of callers: reserved before an order is made, given back when the order has ended.

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
from kuznia.callers.budgets.holds import HoldRequest, HoldSnapshot, ProcessHold
from kuznia.callers.budgets.rows import NOTHING, Amount, BudgetState, limited_part
from kuznia.callers.limits.caller_limits import CallerLimits, LimitsByCaller
from kuznia.forge.terms import Budget, Caller
from kuznia.llm.model import Attempt
from kuznia.platform.clock import Clock
from kuznia.platform.db.database import Database
from kuznia.platform.db.journal import WRITE_SECONDS, Journal
from kuznia.platform.db.tables import reservations
from kuznia.platform.errors import Fault, InternalError, Unavailable
from kuznia.platform.log import get_log
from kuznia.platform.metrics import Metrics

log = get_log("budgets")

# What was used is given back together with all that is used within this time.
TICK_SECONDS = 0.05
# How long more than is needed is held, where there is plenty, for the next order to find.
SPARE_SECONDS = 1.0
# The next order finds room without asking where the budget has room for so many like it.
PLENTY_FACTOR = 10
# Others give back what they do not need every tick: whoever is refused looks once more after this.
RETRY_SECONDS = 0.1


class OrderHold:
    """The hold of one order on its caller's budget; each call that is booked lowers it."""

    def __init__(
        self, budgets: "Budgets", caller: Caller, budget: Budget, held: Amount, *, narrowed: bool
    ) -> None:
        self.budget = budget
        # Whether that is less than the order might have used.
        self.narrowed = narrowed
        self._budgets = budgets
        self._caller = caller
        self._held = held
        self._tried: asyncio.Future[None] | None = None

    def book(self, attempt: Attempt) -> None:
        """Count a call that has ended, whatever the outcome."""
        if not (attempt.usage.total or attempt.cost):
            return
        spent = Amount(0, attempt.usage.total, attempt.cost).within(self._held)
        self._held -= spent
        self._tried = self._budgets.book(self._caller, attempt, spent)

    def flush(self) -> None:
        """Write what was booked now."""
        if self._tried is not None and not self._tried.done():
            self._budgets.flush()

    async def written(self, seconds: float = WRITE_SECONDS) -> None:
        """Wait until what was booked is written, for `seconds` at most; the rest is tried later."""
        if self._tried is not None and not self._tried.done():
            await self._budgets.settled(self._tried, seconds)

    def release(self) -> None:
        """Give back what is still held, once the order has ended."""
        self.flush()
        self._budgets.release(self._caller.id, self._held)
        self._held = NOTHING


class Budgets:
    """The budgets of all callers; `dearest` is the highest price of a million tokens."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        caller_limits: LimitsByCaller,
        metrics: Metrics,
        *,
        journal: Journal,
        holder: str,
        dearest: int,
        lease: float,
    ) -> None:
        self._db = db
        self._clock = clock
        self._caller_limits = caller_limits
        self._metrics = metrics
        self._holder = holder
        self._dearest = dearest
        self._lease = lease
        self._holds: dict[str, ProcessHold] = {}
        self._due: set[str] = set()
        self._wake = asyncio.Event()
        self._tick: asyncio.TimerHandle | None = None
        self._living: asyncio.Task[None] | None = None
        # Until when the rows of this process are good; drawn on no longer than that.
        self._good_until = 0.0
        self._bookings = Bookings(journal, clock, self._written, holder=holder)
        self._tidied_at = float("-inf")

    async def reserve(self, caller: Caller, budget: Budget) -> OrderHold:
        """Reserve what one order may use, until the hold is released.

        Raises QuotaExceeded, RateLimited for too many at once, Unavailable without the database.
        """
        owner = caller.id
        limits = self._caller_limits.known(owner) or await self._caller_limits.of(owner)
        if not limits.needs_account:
            return OrderHold(self, caller, budget, NOTHING, narrowed=False)
        most = self._most(budget)
        got = await self._draw(owner, limits, most)
        tokens = got.tokens if limits.tokens else budget.tokens
        cost = got.cost if limits.cost else budget.cost
        narrowed = got != limited_part(most, limits)
        return OrderHold(
            self, caller, Budget(budget.attempts, tokens, cost), got, narrowed=narrowed
        )

    def book(self, caller: Caller, attempt: Attempt, held: Amount) -> "asyncio.Future[None]":
        """Count a call of an order that holds this much for it."""
        self._begin()
        return self._bookings.book(caller, attempt, held)

    def flush(self) -> None:
        """Have all that was booked written now."""
        self._bookings.flush()

    async def settled(self, tried: "asyncio.Future[None]", seconds: float) -> None:
        """Have what was booked written now, and wait for it within reason."""
        await self._bookings.settled(tried, seconds)

    def release(self, owner: str, held: Amount) -> None:
        """Give back what an order has not used."""
        if held:
            self._holds[owner].under_way -= held
            self._soon(owner)

    def _written(self, spent: Mapping[str, Amount]) -> None:
        """Stop holding what is written as spent."""
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
            self._tick = asyncio.get_running_loop().call_later(TICK_SECONDS, self._wake.set)

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

    def _most(self, budget: Budget) -> Amount:
        """The most an order can use: without a limit on its cost, all its tokens at the dearest."""
        by_tokens = -(-budget.tokens * self._dearest // 1_000_000)
        cost = by_tokens if budget.cost is None else min(budget.cost, by_tokens)
        return Amount(1, budget.tokens, cost)

    async def _draw(self, owner: str, limits: CallerLimits, most: Amount) -> Amount:
        hold = self._hold(owner, limits)
        if not hold.requests and self._clock.monotonic() < self._good_until:
            needed = limited_part(most, limits)
            if needed.fits(hold.free):
                return self._drawn(hold, needed)
        for look in (1, 2):
            request = HoldRequest(most, asyncio.get_running_loop().create_future())
            hold.requests.append(request)
            self._call_for(owner)
            try:
                return await request.granted
            except asyncio.CancelledError:
                self._forget(owner, hold, request)
                raise
            except rows.BudgetRefused as refused:
                unwritten = await self._bookings.written()
                if look == 2 or not (refused.transient or unwritten):
                    self._refuse(owner, refused)
                if refused.transient:
                    await self._clock.sleep(RETRY_SECONDS)
                # The one there was may be gone: nothing was in it.
                hold = self._hold(owner, limits)
        raise AssertionError("the second look raises")

    def _hold(self, owner: str, limits: CallerLimits) -> ProcessHold:
        hold = self._holds.get(owner)
        if hold is None:
            hold = self._holds[owner] = ProcessHold(limits)
        hold.limits = limits
        return hold

    def _refuse(self, owner: str, refused: rows.BudgetRefused) -> None:
        self._metrics.refused(refused.unit)
        log.warning("quota_exceeded", subject=owner, unit=refused.unit)
        raise refused.fault(self._clock.now()) from None

    def _forget(self, owner: str, hold: ProcessHold, request: HoldRequest) -> None:
        """Drop a request that was cancelled; it may have been granted at the same moment."""
        granted = request.granted
        if request in hold.requests:
            hold.requests.remove(request)
        elif granted.done() and not granted.cancelled() and granted.exception() is None:
            hold.under_way -= granted.result()
        self._call_for(owner)

    def _drawn(self, hold: ProcessHold, amount: Amount) -> Amount:
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
        """Tell all who wait that the loop has ended; the next order starts it again."""
        if living.cancelled():
            self._tell_all(Unavailable("The server is shutting down.", retry_after=5))
        elif (error := living.exception()) is not None:
            log.error("budgets_broke", exc_info=error)
            self._tell_all(InternalError("Something broke on our side; the log has the rest."))

    async def _live(self) -> None:
        """Balance the callers that are due, and all of them before their rows expire."""
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
        """Refuse all who wait: without the database no order is let in."""
        for hold in self._holds.values():
            while hold.requests:
                request = hold.requests.popleft()
                if not request.granted.done():
                    request.granted.set_exception(fault)

    async def _balance(self, owners: Sequence[str]) -> None:
        """Write in one transaction what this process holds: what is needed, and no more."""
        now, began = self._clock.now(), self._clock.monotonic()
        due = {owner: self._holds[owner] for owner in owners if owner in self._holds}
        whole = len(due) == len(self._holds)
        # What comes while the rows are written is for the next time, and draws on nothing yet.
        snapshots = {
            owner: HoldSnapshot(hold.spent, tuple(hold.requests)) for owner, hold in due.items()
        }
        for hold in due.values():
            hold.writing = hold.spent
            # As much as is held anyway once the spent is given back: no new claim on the budget.
            hold.keep = hold.reserved - hold.spent if self._stays(hold) else hold.under_way
        try:
            async with self._db.write() as session:
                states = await rows.lock_states(session, list(due), self._holder, now)
                needed: dict[str, Amount] = {}
                for owner, hold in due.items():
                    needed[owner] = self._needed(hold, snapshots[owner], states[owner])
                until = now + timedelta(seconds=self._lease)
                await rows.write_holds(session, needed, self._holder, until)
        finally:
            for hold in due.values():
                hold.keep, hold.writing = None, NOTHING
        if whole:
            self._good_until = began + self._lease
        for owner, hold in due.items():
            snapshot = snapshots[owner]
            hold.spent -= snapshot.spent
            hold.reserved = needed[owner]
            self._serve(hold, snapshot.requests, states[owner])
            if hold.idle:
                del self._holds[owner]
            elif hold.requests:
                self._call_for(owner)

    def _needed(self, hold: ProcessHold, snapshot: HoldSnapshot, state: BudgetState) -> Amount:
        """The amount to hold: for running orders, for requests, and a spare if there is plenty."""
        # What was written as spent meanwhile is given back the next time.
        need, most = hold.under_way + hold.spent - snapshot.spent, hold.spare
        for request in snapshot.requests:
            clipped = limited_part(request.most, hold.limits)
            need, most = need + clipped, most.or_more(clipped)
        left = state.left(hold.limits)
        fresh = snapshot.requests or self._stays(hold)
        hold.plenty = (need + most * PLENTY_FACTOR).fits(left)
        if fresh and hold.plenty:
            need += most
        assert hold.keep is not None
        # What is under way stays held, even if too much has gone meanwhile.
        return need.within(left).or_more(hold.keep)

    def _stays(self, hold: ProcessHold) -> bool:
        """Whether to keep a spare: orders still come, and there is enough for everybody."""
        return hold.plenty and self._clock.monotonic() - hold.drawn_at < SPARE_SECONDS

    def _serve(
        self, hold: ProcessHold, requests: Sequence[HoldRequest], state: BudgetState
    ) -> None:
        """Grant requests in order; the last may get less than its maximum, but not too little."""
        for request in requests:
            if request.granted.done():
                continue
            hold.requests.remove(request)
            most = limited_part(request.most, hold.limits)
            got = most.within(hold.free)
            if short := rows.too_little(got, most):
                request.granted.set_exception(rows.BudgetRefused(short, hold.limits, state))
            else:
                request.granted.set_result(self._drawn(hold, got))

    async def _tidy(self) -> None:
        """Delete expired rows, and bookings whose month is long over, once in a while."""
        if self._clock.monotonic() - self._tidied_at < self._lease:
            return
        self._tidied_at = self._clock.monotonic()
        now = self._clock.now()
        async with self._db.write() as session:
            await session.execute(sa.delete(reservations).where(reservations.c.expires_at <= now))
            await session.execute(forgotten(now))
