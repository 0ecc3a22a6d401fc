"""Numbers in a text: amounts of money, lengths of time, limits."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest
from typing import Literal

from kuznia.domains.flows.reading.words import (
    Word,
    Words,
    is_working,
    phrases,
    read_words,
    unit_days,
)
from kuznia.forge.wishes.matching import terms

Measure = Literal["plain", "money", "days", "percent"]
# What a number says: exactly so much, or so much at most or at least, itself included or not.
Bound = Literal["exact", "most", "below", "least", "above"]

_NUMBER = re.compile(
    r"(?<![\w.,])(?:\d{1,3}(?:[ \u00a0,]\d{3}){1,3}(?!\d)|\d{1,9}(?:[.,]\d{1,2})?(?!\d))"
)
_SIGNS = frozenset("£$€₴")
_BETWEEN = " \u00a0£$€₴"
_CURRENCY = re.compile(
    r"[ \u00a0]{0,2}(?:[£$€₴]|(?:грн|гривень|гривні|гривня|гривню|uah|hryvnias?|pounds?|euros?"
    r"|dollars?|usd|eur|gbp)\b)",
    re.IGNORECASE,
)
_PERCENT = re.compile(r"\s{0,2}(?:%|percent\b|per cent\b|відсотк|процент)", re.IGNORECASE)
_REACH = 4
_A = frozenset({"a", "an", "within", "next", "following", "протягом", "впродовж", "наступного"})
_ONE = frozenset({"one", "один", "одного", "одна", "одне", "одну"})


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with what it measures; `days` for a length of time, hundredths for money."""

    value: float
    measure: Measure
    bound: Bound
    start: int
    end: int
    # All lengths in days that may be meant: a working week has five.
    days: frozenset[int] = frozenset()

    @property
    def kopiykas(self) -> int:
        return round(self.value * 100)


@lru_cache(maxsize=2048)
def quantities(text: str) -> tuple[Quantity, ...]:
    """The numbers of a text in their order, written in digits or in words."""
    words = read_words(text)
    rows = [_number(text, words, *span) for span in _spans(text, words)]
    return tuple(_joined(text, rows))


def numbers_of(text: str, words: Words) -> tuple[Quantity, ...]:
    """The numbers among some words of a text, read with the words round them."""
    starts = {word.start for word in words}
    return tuple(row for row in quantities(text) if row.start in starts)


def _spans(text: str, words: Words) -> list[tuple[float, int, int]]:
    spans = [(_value(match[0]), match.start(), match.end()) for match in _NUMBER.finditer(text)]
    for word, following in zip_longest(words, words[1:]):
        if following and unit_days(following.text) and word.text in _A:
            # `Within a week`.
            spans.append((1.0, following.start, following.start))
            continue
        # `one` is a number before a unit of time only.
        counts = word.text not in _ONE or (following and unit_days(following.text))
        if counts and not word.text[0].isdigit() and (counted := _counted(word.text)):
            spans.append((counted, word.start, word.end))
    return sorted(spans, key=lambda span: span[1])


def _counted(word: str) -> float:
    return float(next(iter(terms(word).numbers), 0) or word in _ONE)


def _value(digits: str) -> float:
    grouped = re.fullmatch(r"\d{1,3}(?:[ \u00a0,]\d{3})+", digits)
    return float(re.sub(r"[ \u00a0,]", "", digits) if grouped else digits.replace(",", "."))


def _number(text: str, words: Words, value: float, start: int, end: int) -> Quantity:
    first = bisect_left(words, start, key=lambda word: word.start)
    next_ = bisect_left(words, end, key=lambda word: word.start)
    before, after = words[max(0, first - _REACH) : first], words[next_ : next_ + _REACH]
    bound = _bound(before, after, text[end : end + 1])
    sign = text[start - 1 : start]
    if (sign in _SIGNS and sign) or _CURRENCY.match(text, end):
        return Quantity(value, "money", bound, start, end)
    if _PERCENT.match(text, end):
        return Quantity(value, "percent", bound, start, end)
    days = _days(value, after)
    return Quantity(value, "days" if days else "plain", bound, start, end, days)


def _days(value: float, after: Sequence[Word]) -> frozenset[int]:
    """The lengths in days that a number with its unit may mean."""
    working = bool(after) and is_working(after[0].text)
    unit = after[1 if working else 0 :][:1]
    size = unit_days(unit[0].text) if unit else None
    if size is None:
        return frozenset()
    sizes = {size, 31.0} if size == 30 else {size, 5.0} if size == 7 else {size}
    return frozenset(max(1, round(value * days)) for days in sizes)


def _bound(before: Sequence[Word], after: Sequence[Word], sign: str) -> Bound:
    """What the words beside a number say of it: the phrase that ends just before it, or follows."""
    if sign == "+" or _adjoins("least_after", after, start=True):
        return "least"
    if _adjoins("most_after", after, start=True):
        return "most"
    # The longest phrase counts: `not more than` ends as `more than` does.
    sizes = {name: _adjoins(name, before, start=False) for name in _BOUNDS}
    name = max(_BOUNDS, key=lambda name: sizes[name])
    return name if sizes[name] else "exact"


_BOUNDS: tuple[Literal["most", "below", "least", "above"], ...] = (
    "most",
    "below",
    "least",
    "above",
)


def _adjoins(name: str, words: Sequence[Word], *, start: bool) -> int:
    """How many words of a phrase stand directly beside the number."""
    if start:
        words = words[1:] if words and unit_days(words[0].text) else words
        return max(
            (span.end for span in phrases("limits", name, words) if not span.start), default=0
        )
    size = len(words)
    return max(
        (
            size - first
            for first in range(size)
            if any(
                span.end == size - first
                for span in phrases("limits", name, words[first:])
                if not span.start
            )
        ),
        default=0,
    )


def _joined(text: str, rows: Sequence[Quantity]) -> list[Quantity]:
    """The numbers, a range such as `2–5` read as its two ends."""
    joined = list(rows)
    for place in range(len(rows) - 1):
        first, second = rows[place], rows[place + 1]
        between = text[first.end : second.start].strip(_BETWEEN).lower()
        ranged = between in {"-", "–", "—"} or (
            first.bound == "least" and between in {"to", "до", "and", "і", "та", "й"}
        )
        if ranged:
            measure = "plain" if second.measure == "days" else second.measure
            joined[place] = Quantity(first.value, measure, "least", first.start, first.end)
            joined[place + 1] = Quantity(
                second.value, measure, "most", second.start, second.end, second.days
            )
    return [_with_unit(text, row, last) for row, last in zip(joined, [None, *joined], strict=False)]


def _with_unit(text: str, row: Quantity, last: Quantity | None) -> Quantity:
    """`In 2 days, otherwise 14`: a number that nothing follows has the unit of the one before."""
    alone = not text[row.end :].strip() or text[row.end :].lstrip()[0] in ",;.)"
    if last is None or not last.days or row.measure != "plain" or not alone:
        return row
    days = frozenset(round(row.value * size / last.value) for size in last.days if last.value)
    return Quantity(row.value, "days", row.bound, row.start, row.end, days)
