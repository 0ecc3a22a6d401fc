"""The part of the shelf that processes share: finished artefacts, and who is making which."""

from dataclasses import asdict
from typing import Final, NamedTuple

from pydantic import TypeAdapter
from pydantic_core import from_json, to_json

from kuznia.forge.shelf.shelf import Kept
from kuznia.forge.terms import RunId
from kuznia.platform.redis import NoRedis, Redis, Script

# An artefact; or who makes it, unless that process is dead or made nothing of it; or it is ours. In
# one step, so that of many who come at once one makes it and the others know who. With ARGV[5]
# nobody counts as dead: in a Redis that was away no process could show that it lives.
_CLAIM: Final = Script(
    """
    local kept = redis.call('GET', KEYS[1])
    if kept then return {'kept', kept} end
    local held = redis.call('GET', KEYS[2])
    if held and held ~= ARGV[3] then
      local process = string.match(held, '^%S+')
      if ARGV[5] == '1' or redis.call('EXISTS', ARGV[4] .. process) == 1 then
        return {'held', held}
      end
    end
    redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
    return {'ours'}
    """
)
_RELEASE: Final = Script(
    """
    if ARGV[2] ~= '' then redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
    if redis.call('GET', KEYS[2]) == ARGV[1] then redis.call('DEL', KEYS[2]) end
    return 1
    """
)
_KEPT: Final = TypeAdapter(Kept)


class Claim(NamedTuple):
    """A process, and the run by which it makes an artefact."""

    process: str
    run: RunId

    def __str__(self) -> str:
        return f"{self.process} {self.run}"


class RedisShelf:
    """Fresh artefacts, and claims to make one, by the key of their order."""

    def __init__(self, redis: Redis, *, longest: float) -> None:
        self._redis = redis
        self._longest = int(1000 * longest)

    async def claim(
        self, key: str, ours: Claim, given_up: Claim | None, *, trusting: bool = False
    ) -> Kept | Claim:
        """The artefact, the claim of who is making it, or `ours` if the order is now ours to make.

        With `trusting`, a process that shows no sign of life is still taken to be alive.
        """
        alive = self._redis.key("alive", "")
        words = (str(ours), self._longest, str(given_up or ""), alive, int(trusting))
        answer = await self._redis.run(_CLAIM, self._keys(key), *words)
        if answer[0] == b"kept" and (kept := unpack(answer[1])) is not None:
            return kept
        if answer[0] == b"held":
            process, run = answer[1].decode().split()
            return Claim(process, RunId(run))
        return ours

    async def release(self, key: str, ours: Claim, kept: Kept | None, seconds: float) -> None:
        """Give back the claim, and leave the artefact for equal orders."""
        packed = pack(kept) if kept and seconds > 0 else b""
        milliseconds = max(1, int(1000 * seconds))
        words = (str(ours), packed, milliseconds)
        command = ("EVAL", _RELEASE.source, 2, *self._keys(key), *words)
        (answer,) = await self._redis.write((command,))
        if isinstance(answer, Exception):
            raise NoRedis(f"Redis did not take an artefact ({type(answer).__name__}).")

    def _keys(self, key: str) -> tuple[str, str]:
        return self._redis.key("shelf", key), self._redis.key("making", key)


def pack(kept: Kept) -> bytes:
    """Write a line of JSON about an artefact, followed by its body."""
    about = asdict(kept)
    del about["body"]
    return b"%b\n%b" % (to_json(about), kept.body)


def unpack(packed: bytes) -> Kept | None:
    """Read what `pack` wrote; None if it is something else."""
    about, _, body = packed.partition(b"\n")
    try:
        return _KEPT.validate_python({**from_json(about), "body": body})
    except (ValueError, TypeError):
        return None
