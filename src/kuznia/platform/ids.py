"""Ids that sort by time, can stand in a URL, and cannot be guessed."""

import re
import secrets

from kuznia.platform.clock import Clock

# Lower-case base 32 whose letters sort as their values do, without those that look alike.
_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
_TIME, _CHANCE = 10, 16


def new_id(prefix: str, clock: Clock) -> str:
    """`prefix_` and 26 letters: 50 bits of milliseconds, then 80 bits of chance."""
    moment = int(clock.now().timestamp() * 1000)
    return f"{prefix}_{_base32(moment, _TIME)}{_base32(secrets.randbits(80), _CHANCE)}"


def is_id(prefix: str, text: str) -> bool:
    """Whether the text has the form of an id with this prefix."""
    return re.fullmatch(rf"{re.escape(prefix)}_[{_LETTERS}]{{{_TIME + _CHANCE}}}", text) is not None


def _base32(number: int, length: int) -> str:
    return "".join(_LETTERS[number >> 5 * place & 31] for place in reversed(range(length)))
