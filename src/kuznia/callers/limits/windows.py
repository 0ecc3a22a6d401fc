"""Sliding windows: how many requests came in the last minute, counted here or in Redis.

A period is cut into slots. What came in a slot is forgotten one period after the slot has ended, so
no stretch of a period's length ever holds more than the limit, and a key needs no more room than
there are slots, however high the limit.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from kuznia.callers.limits.caller_limits import Rate
from kuznia.platform.clock import Clock
from kuznia.platform.redis import NoRedis, Redis, Script

SLOTS = 60
MAX_KEYS = 10_000
MAX_BATCH = 200


@dataclass(frozen=True, slots=True)
class RateVerdict:
    """Whether a request is admitted, how many more are, and in how many seconds there is room."""

    admitted: bool
    left: int
    seconds: float


class Windows(Protocol):
    """Counts by key what is admitted."""

    async def admit(self, key: str, rate: Rate, cost: int = 1) -> RateVerdict:
        """Count `cost` more if the rate allows it, all or nothing."""
        ...


class Window:
    """What one key had admitted."""

    __slots__ = ("slots", "total")

    def __init__(self) -> None:
        self.slots: deque[tuple[int, int]] = deque()
        self.total = 0


class MemoryWindows:
    """The embedded default. Past the bound the key that was longest silent is forgotten."""

    def __init__(self, clock: Clock, *, most: int = MAX_KEYS) -> None:
        self._clock = clock
        self._most = most
        self._windows: OrderedDict[tuple[str, Rate], Window] = OrderedDict()

    async def admit(self, key: str, rate: Rate, cost: int = 1) -> RateVerdict:
        return self.admit_now(key, rate, cost)

    def admit_now(self, key: str, rate: Rate, cost: int = 1) -> RateVerdict:
        """The same, without a wait."""
        name = (key, rate)
        window = self._windows.get(name)
        if window is None:
            window = self._windows[name] = Window()
            if len(self._windows) > self._most:
                self._windows.popitem(last=False)
        else:
            self._windows.move_to_end(name)
        now = self._clock.monotonic()
        slot = int(now * SLOTS / rate.seconds)
        slots = window.slots
        while slots and slots[0][0] < slot - SLOTS:
            window.total -= slots.popleft()[1]
        admitted = window.total + cost <= rate.count
        if admitted:
            window.total += cost
            if slots and slots[-1][0] == slot:
                cost += slots.pop()[1]
            slots.append((slot, cost))
        # The oldest slot's end and a period after it; for one too dear, when enough has gone.
        left, freed = rate.count - window.total, 0
        for end, count in slots:
            freed += count
            if admitted or left + freed >= cost:
                return RateVerdict(admitted, left, (end + SLOTS + 1) * rate.seconds / SLOTS - now)
        raise AssertionError("no cost is more than the rate")


# The same by Redis' own clock, so that no two processes need agree on theirs. A key holds pairs of
# a slot and its count, the oldest first.
ADMIT = Script("""
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]

local function admit(key, count, micros, cost, slots)
  local width = micros / slots
  local slot = math.floor(now / width)
  local held = redis.call('LRANGE', key, 0, -1)
  local total, kept, gone = 0, {}, 0
  for i = 1, #held, 2 do
    local at, n = tonumber(held[i]), tonumber(held[i + 1])
    if at < slot - slots then gone = gone + 2 else total = total + n; kept[#kept + 1] = {at, n} end
  end
  if gone > 0 then redis.call('LTRIM', key, gone, -1) end
  local admitted = total + cost <= count
  if admitted then
    total = total + cost
    if #kept > 0 and kept[#kept][1] == slot then
      kept[#kept][2] = kept[#kept][2] + cost
      redis.call('LSET', key, -1, kept[#kept][2])
    else
      kept[#kept + 1] = {slot, cost}
      redis.call('RPUSH', key, slot, cost)
    end
    redis.call('PEXPIRE', key, math.ceil((micros + width) / 1000))
  end
  local left, freed, last = count - total, 0, slot
  for _, one in ipairs(kept) do
    freed, last = freed + one[2], one[1]
    if admitted or left + freed >= cost then break end
  end
  return admitted and 1 or 0, left, math.ceil(((last + slots + 1) * width - now) / 1000)
end

local answers = {}
for i, key in ipairs(KEYS) do
  local at = 3 * (i - 1) + 2
  local admitted, left, wait = admit(
    key, tonumber(ARGV[at]), tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), tonumber(ARGV[1]))
  answers[3 * i - 2], answers[3 * i - 1], answers[3 * i] = admitted, left, wait
end
return answers
""")


@dataclass(frozen=True, slots=True)
class PendingRequest:
    """A request that waits for Redis to be asked about it."""

    key: str
    rate: Rate
    cost: int
    verdict: "asyncio.Future[RateVerdict]"


class RedisWindows:
    """One count for all processes. While Redis does not answer, each process counts for itself.

    Those who come while Redis is asked for others are asked for together: two hundred at once
    are a handful of questions and not two hundred, which Redis would be too late for.
    """

    def __init__(self, redis: Redis, clock: Clock) -> None:
        self._redis = redis
        self._alone = MemoryWindows(clock)
        self._waiting: list[PendingRequest] = []
        self._asking: asyncio.Task[None] | None = None

    async def admit(self, key: str, rate: Rate, cost: int = 1) -> RateVerdict:
        asked = PendingRequest(key, rate, cost, asyncio.get_running_loop().create_future())
        self._waiting.append(asked)
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask())
        return await asked.verdict

    async def _ask(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:MAX_BATCH], self._waiting[MAX_BATCH:]
            verdicts = await self._verdicts(batch)
            for asked, verdict in zip(batch, verdicts, strict=True):
                if not asked.verdict.done():
                    asked.verdict.set_result(verdict)

    async def _verdicts(self, batch: Sequence[PendingRequest]) -> list[RateVerdict]:
        places = [
            self._redis.key("limit", one.key, f"{one.rate.count}/{one.rate.seconds}")
            for one in batch
        ]
        words = [
            word
            for one in batch
            for word in (one.rate.count, one.rate.seconds * 1_000_000, one.cost)
        ]
        try:
            said = await self._redis.run(ADMIT, places, SLOTS, *words)
        except NoRedis:
            return [self._alone.admit_now(one.key, one.rate, one.cost) for one in batch]
        return [
            RateVerdict(bool(said[at]), said[at + 1], said[at + 2] / 1000)
            for at in range(0, len(said), 3)
        ]
