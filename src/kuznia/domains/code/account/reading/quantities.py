"""The numbers of a clause, with their units and bounds."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from kuznia.domains.code.account.words.lexicon import content_words
from kuznia.domains.code.account.words.patterns import patterns

_PATTERNS = patterns("quantities")

Span = tuple[int, int]

_UNIT = (
    r"ms|msec|milliseconds?|мс|мілісекунд\w*|seconds?|secs?|s|секунд\w*|сек|с|minutes?|mins?|хвилин\w*|хв|"
    r"hours?|hrs?|h|годин\w*|год|days?|дн\w+|д[іо]б\w*|weeks?|тижн\w*|%|percent|відсотк\w*|грн|uah|usd|eur|dollars?|"
    r"kb|mb|gb|kib|mib|gib|кб|мб|гб|kg|кг|km|км|px|rem|cents?|коп\w*"
)
_NUMBER = _PATTERNS["number"]
_SPELT = {
    **{"four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12},
    **{"twenty": 20, "thirty": 30, "sixty": 60, "hundred": 100, "чотири": 4, "п'ять": 5},
    **{"п’ять": 5, "шість": 6, "сім": 7, "вісім": 8, "дев'ять": 9, "десять": 10, "двадцять": 20},
    **{"чотирьох": 4, "п'яти": 5, "п’яти": 5, "шести": 6, "семи": 7, "восьми": 8, "десяти": 10},
}
_SPELT_WORD = re.compile(rf"(?<![\w'’])(?:{'|'.join(_SPELT)})(?![\w'’])", re.IGNORECASE)
# More than any number in a prompt means; `1e999` is no number to compute with.
MAX_VALUE = 1e18
_FACTORS = (
    (r"ms|msec|millisec|мс|мілісек", (1, 0.001)),
    (r"sec|секунд|сек|s$|с$", (1, 1000)),
    (r"min|хвил|хв", (1, 60, 60_000)),
    (r"hour|hr|h$|годин|год", (1, 60, 3_600, 3_600_000)),
    (r"day|дн|доб|діб", (1, 24, 1_440, 86_400, 86_400_000)),
    (r"week|тиж", (1, 7, 604_800)),
    (r"%|percent|відсот", (1, 0.01)),
    (r"грн|uah|usd|eur|dollar", (1, 100)),
    (r"kb|kib|кб", (1, 1_000, 1_024)),
    (r"mb|mib|мб", (1, 1_000_000, 1_048_576, 1_024)),
    (r"gb|gib|гб", (1, 1_000_000_000, 1_073_741_824, 1_048_576, 1_000_000, 1_024)),
    (r"kg|кг|km|км", (1, 1_000)),
)
# What a number behind one of these says of is no part of the code.
_VERSION = _PATTERNS["version"]
Side = Literal["high", "low", ""]
# How a bound is said before its number: whether the number itself is above (`at least 5`), and
# whether what lies above is meant.
_BEFORE: tuple[tuple[re.Pattern[str], Side, str], ...] = (
    (_PATTERNS["before_most"], "low", "most"),
    (_PATTERNS["before_least"], "high", "least"),
    (_PATTERNS["before_up"], "low", "up"),
    (_PATTERNS["before_down"], "high", "down"),
    (_PATTERNS["before_from"], "high", "least"),
)
_AFTER_HIGH = _PATTERNS["after_high"]
_AFTER_LOW = re.compile(
    r"^\s*(?:\w+\s+)?(?:or|and|або|чи|і)\s+(?:less|fewer|below|lower|shorter|менше|нижче)", re.I
)
_BETWEEN = _PATTERNS["between"]
_SEGMENT = re.compile(r"[,;:()]|\s(?:and|та|і|й|but|а)\s")


_ENDS: tuple[tuple[str, Side, str], ...] = (("low", "high", "least"), ("high", "low", "most"))


@dataclass(frozen=True, slots=True)
class ClauseNumber:
    """A number of a clause, in what it may be counted, and the bound it is."""

    span: Span
    value: float
    values: tuple[float, ...]
    side: Side
    way: str
    # What it is about.
    about: str
    spelt: bool
    unit: str = ""


def amounts(quote: str) -> list[ClauseNumber]:
    """The numbers of a clause."""
    between: dict[int, tuple[Side, str]] = {}
    for match in _BETWEEN.finditer(quote):
        for name, side, way in _ENDS:
            group = name if match[name] else f"{name}2"
            between[match.start(group)] = (side, way)
    every: list[ClauseNumber] = []
    for match in _NUMBER.finditer(quote):
        before = quote[: match.start()]
        if _VERSION.search(before[-16:]):
            continue
        side, way = between.get(match.start("number")) or _bound(before, quote[match.end() :])
        every.append(_amount(quote, match, side, way))
    for match in _SPELT_WORD.finditer(quote):
        value = float(_SPELT[match[0].lower()])
        side, way = _bound(quote[: match.start()], quote[match.end() :])
        about = _about(quote, match.span())
        every.append(ClauseNumber(match.span(), value, (value,), side, way, about, True))
    return every


def _amount(quote: str, match: re.Match[str], side: Side, way: str) -> ClauseNumber:
    number = re.sub(r"[ \u00a0]|,(?=\d{3}\b)", "", match["number"]).replace(",", ".")
    value = min(float(number), MAX_VALUE)
    unit = (match["unit"] or "").lower()
    factors = next((f for says, f in _FACTORS if unit and re.match(says, unit)), (1,))
    values = tuple(value * factor for factor in factors)
    if unit and re.match(r"%|percent|відсот", unit):
        values += (1 - value / 100, 1 + value / 100, 100 - value, 100 + value)
    about = _about(quote, match.span())
    return ClauseNumber(match.span(), value, values, side, way, about, False, unit)


# As many characters round a number may be about it.
_NEAR = 200


def _bound(before: str, after: str) -> tuple[Side, str]:
    if _AFTER_HIGH.match(after):
        return "high", "up"
    if _AFTER_LOW.match(after):
        return "low", "down"
    piece = before[-60:]
    for pattern, side, way in _BEFORE:
        if pattern.search(piece):
            return side, way
    return "", ""


def _about(quote: str, span: Span) -> str:
    """What stands round a number, up to the next comma or number on both sides; in brackets also
    the words before them."""
    opened = quote.rfind("(", 0, span[0])
    if opened > 0 and ")" not in quote[opened : span[0]]:
        before = re.split(r"[,;:()]", quote[:opened])[-1]
        inside = _around(quote[opened + 1 :], (span[0] - opened - 1, span[1] - opened - 1))
        return f"{before} {inside}"
    return _around(quote, span)


def _around(quote: str, span: Span) -> str:
    first, last = max(0, span[0] - _NEAR), span[1] + _NEAR
    marks = (_SEGMENT, _NUMBER)
    cuts = [match.end() for mark in marks for match in mark.finditer(quote, first, span[0])]
    start = max(cuts, default=first)
    found = [mark.search(quote, span[1], last) for mark in marks]
    end = min((match.start() for match in found if match), default=last)
    about = f"{quote[start : span[0]]} {quote[span[1] : end]}"
    return about if content_words(about) else f"{quote[first : span[0]]} {quote[span[1] : end]}"


def all_amounts(quote: str, taken: Sequence[Span]) -> Iterator[ClauseNumber]:
    """The numbers outside of what is taken."""
    for item in amounts(quote):
        if not any(item.span[0] < end and item.span[1] > start for start, end in taken):
            yield item
