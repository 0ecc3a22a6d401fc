"""The state of a breaker in Redis: what one process learns of a server, all know."""

from contextlib import suppress
from typing import Final

from kuznia.llm.layers.breaker import MAX_COOLDOWNS, PROBE_SECONDS, Admission, LocalCircuit, State
from kuznia.platform.clock import Clock
from kuznia.platform.redis import NoRedis, Redis, Script

# Time is Redis's own, so that processes need not agree on it. Each script ends with the
# milliseconds the circuit stays open, or -1 when it is closed.
_NOW: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local rest = tonumber(redis.call('HGET', KEYS[1], 'until'))
"""
_ASK: Final = Script(
    _NOW
    + """
    if not rest then return {0, 0, tonumber(redis.call('HGET', KEYS[1], 'failures')) or 0, -1} end
    if rest > now then return {rest - now, 0, 1, rest - now} end
    local probe = tonumber(redis.call('HGET', KEYS[1], 'probe'))
    if probe and probe > now then return {tonumber(ARGV[1]), 0, 1, 0} end
    redis.call('HSET', KEYS[1], 'probe', now + ARGV[2])
    return {0, 1, 1, 0}
    """
)
_WORKED: Final = Script(
    _NOW
    + """
    if ARGV[1] == '1' or not rest then redis.call('DEL', KEYS[1]) return -1 end
    return math.max(0, rest - now)
    """
)
_FAILED: Final = Script(
    _NOW
    + """
    if ARGV[1] == '1' then redis.call('HDEL', KEYS[1], 'probe')
    elseif rest then return math.max(0, rest - now) end
    local failures = redis.call('HINCRBY', KEYS[1], 'failures', 1)
    redis.call('PEXPIRE', KEYS[1], ARGV[4])
    if failures < tonumber(ARGV[2]) then return -1 end
    redis.call('HSET', KEYS[1], 'until', now + ARGV[3])
    return tonumber(ARGV[3])
    """
)


class RedisCircuit:
    """As LocalCircuit, with one count and one probe for all processes.

    Without Redis each process goes by what it has seen itself, which it never stops counting.
    """

    def __init__(
        self, redis: Redis, name: str, *, failures: int, cooldown: float, clock: Clock
    ) -> None:
        self._redis = redis
        self._key = redis.key("breaker", name)
        self._most = failures
        self._cooldown = cooldown
        self._clock = clock
        self._local = LocalCircuit(failures=failures, cooldown=cooldown, clock=clock)
        # What was last heard of the shared one.
        self._until: float | None = None
        self._clean = False

    @property
    def state(self) -> State:
        if self._redis.trouble:
            return self._local.state
        if self._until is None:
            return "closed"
        return "open" if self._clock.monotonic() < self._until else "half-open"

    async def ask(self) -> Admission:
        # A probe whose process was killed gives its place back.
        words = (int(1000 * PROBE_SECONDS), int(1000 * self._cooldown))
        try:
            wait, probe, failures, rest = await self._redis.run(_ASK, [self._key], *words)
        except NoRedis:
            return await self._local.ask()
        self._heard(rest)
        self._clean = failures == 0
        return Admission(wait / 1000, probe == 1)

    async def worked(self, admission: Admission) -> None:
        await self._local.worked(admission)
        # Most calls come here, and have nothing to undo.
        if admission.probe or not self._clean:
            await self._tell(_WORKED, int(admission.probe))

    async def failed(self, admission: Admission, retry_after: float) -> None:
        await self._local.failed(admission, retry_after)
        self._clean = False
        longest = MAX_COOLDOWNS * self._cooldown
        rest = min(max(retry_after, self._cooldown), longest)
        words = (int(admission.probe), self._most, int(1000 * rest), int(2000 * longest))
        await self._tell(_FAILED, *words)

    async def left(self, admission: Admission) -> None:
        await self._local.left(admission)
        if admission.probe:
            with suppress(NoRedis):
                await self._redis.do("HDEL", self._key, "probe")

    async def _tell(self, script: Script, *words: int) -> None:
        with suppress(NoRedis):
            self._heard(await self._redis.run(script, [self._key], *words))

    def _heard(self, rest: int) -> None:
        self._until = None if rest < 0 else self._clock.monotonic() + rest / 1000
