"""Ids that sort by time, can stand in a URL, and cannot be guessed."""

import os
import secrets
from collections.abc import Iterator

from kuznia.platform.clock import Clock

_CHANCE_BYTES = 10


def new_id(prefix: str, clock: Clock) -> str:
    """`prefix_` and 32 hexadecimal digits: 48 bits of milliseconds, then 80 bits of chance."""
    return f"{prefix}_{int(clock.now().timestamp() * 1000):012x}{next(_chance)}"


def born(made: str) -> float:
    """When an id was made, in seconds since 1970; 0 for what is no id of ours."""
    try:
        return int(made.partition("_")[2][:12], 16) / 1000
    except ValueError:
        return 0.0


def _draw() -> Iterator[str]:
    # Asking the system costs the same for one id as for many, and more than all else in making one.
    while True:
        drawn = secrets.token_bytes(256 * _CHANCE_BYTES)
        for start in range(0, len(drawn), _CHANCE_BYTES):
            yield drawn[start : start + _CHANCE_BYTES].hex()


_chance = _draw()


def _draw_anew() -> None:
    global _chance  # noqa: PLW0603 - a child of this process must not give out its parent's ids
    _chance = _draw()


os.register_at_fork(after_in_child=_draw_anew)
