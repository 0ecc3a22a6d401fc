"""The numbers of a clause: each must be in the code, in its place, on the right side of a bound."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from kuznia.domains.code.account.evidence import Evidence, Facet
from kuznia.domains.code.account.lexicon import content_words, words_of
from kuznia.domains.code.account.numbers import Comparison, Site, comparisons, in_high

Span = tuple[int, int]

_UNIT = (
    r"ms|msec|milliseconds?|мс|мілісекунд\w*|seconds?|secs?|s|секунд\w*|сек|с|minutes?|mins?|хвилин\w*|хв|"
    r"hours?|hrs?|h|годин\w*|год|days?|дн\w+|д[іо]б\w*|weeks?|тижн\w*|%|percent|відсотк\w*|грн|uah|usd|eur|dollars?|"
    r"kb|mb|gb|kib|mib|кб|мб|kg|кг|km|км|px|rem|cents?|коп\w*"
)
_NUMBER = re.compile(
    rf"(?<![\w.\-:/_#])(?P<number>\d{{1,3}}(?:[ \u00a0,]\d{{3}})+(?!\d)|\d+(?:[.,]\d+)?)(?:\s?(?P<unit>{_UNIT})(?![\w])|(?=[^\w\-:/_]|$|-[a-zа-яіїє]))",
    re.IGNORECASE,
)
_SPELT = {
    **{"four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12},
    **{"twenty": 20, "thirty": 30, "sixty": 60, "hundred": 100, "чотири": 4, "п'ять": 5},
    **{"п’ять": 5, "шість": 6, "сім": 7, "вісім": 8, "дев'ять": 9, "десять": 10, "двадцять": 20},
    **{"чотирьох": 4, "п'яти": 5, "п’яти": 5, "шести": 6, "семи": 7, "восьми": 8, "десяти": 10},
}
_SPELT_WORD = re.compile(rf"(?<![\w'’])(?:{'|'.join(_SPELT)})(?![\w'’])", re.IGNORECASE)
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
    (r"gb", (1, 1_000_000_000, 1_073_741_824, 1_024)),
    (r"kg|кг|km|км", (1, 1_000)),
)
# What a number behind one of these says of is no part of the code.
_VERSION = re.compile(
    r"(?:\b(?:python|node(?:\.js)?|java|php|c\+\+|go|rust|ruby|kotlin|swift|es|ecmascript|version|rfc|iso|iec|sha|utf|http|\.net|c#|postgres(?:ql)?|mysql|sqlite|jdk|perl|scala|dart|lua|julia|level|wcag|css|html|версі\w+|bash)[ /\-]?v?|[№#])$",
    re.IGNORECASE,
)
Side = Literal["high", "low", ""]
# How a bound is said before its number: whether the number itself is above (`at least 5`), and
# whether what lies above is meant.
_BOUNDS: tuple[tuple[str, Side, str], ...] = (
    (r"(?:not|no|never|isn.t|aren.t) (?:be )?(?:more|longer|greater|larger|higher|older|bigger|later|over|above)(?: than)?|at (?:the )?most|up to|maximum(?: of| is)?|max(?:imum)?\.?|(?:not|never|must not|cannot) exceed(?:s|ing)?|не більш\w*(?: за| ніж| як| від)?|не довш\w*(?: за| ніж| від)?|щонайбільше|максимум|не перевищу\w+|не старш\w*(?: за| ніж| від)?|(?:не )?(?:більш\w+ )?ніж до|до", "low", "most"),
    (r"(?:not|no|never) (?:be )?(?:less|shorter|fewer|lower|smaller|younger|below|under|earlier)(?: than)?|at least|minimum(?: of| is)?|min\.?|(?:starting )?from|starting (?:at|with)|не менш\w*(?: за| ніж| як| від)?|не коротш\w*(?: за| ніж| від)?|щонайменше|мінімум|принаймні|починаючи (?:з|від)|не молодш\w*(?: за| ніж| від)?", "high", "least"),
    (r"(?:more|longer|greater|larger|higher|older|bigger|heavier) than|over|above|beyond|exceed(?:s|ing)?|понад|більш\w*(?: за| ніж| від)?|довш\w*(?: за| ніж| від)?|старш\w*(?: за| ніж| від)?|перевищу\w+|важч\w*(?: за| ніж| від)?|вище", "low", "up"),
    (r"(?:less|shorter|fewer|lower|smaller|younger|lighter) than|below|under|менш\w*(?: за| ніж| від)?|коротш\w*(?: за| ніж| від)?|молодш\w*(?: за| ніж| від)?|нижч\w*(?: за| ніж| від)?", "high", "down"),
    (r"від|з", "high", "least"),
)
_BEFORE = [
    (re.compile(rf"(?<![\w])(?:{words})\s*(?:[a-z]+ )?$", re.I), side, way) for words, side, way in _BOUNDS
]
_AFTER_HIGH = re.compile(r"^\s*(?:\w+\s+)?(?:or|and|і|й|та|або|чи)\s+(?:more|above|over|higher|longer|older|more|більше|вище|старше)|^\+", re.I)
_AFTER_LOW = re.compile(r"^\s*(?:\w+\s+)?(?:or|and|або|чи|і)\s+(?:less|fewer|below|lower|shorter|менше|нижче)", re.I)
_BETWEEN = re.compile(
    r"\b(?:between|from|від|з|із)\s+(?P<low>\d[\d ]*)\s*(?:and|to|до|-|–|—|і|та)\s*(?P<high>\d[\d ]*)|(?<![\w\-])(?P<low2>\d+)\s?(?:–|-|\.\.)\s?(?P<high2>\d+)(?![\w\-])", re.I
)
_SEGMENT = re.compile(r"[,;:()]|\s(?:and|та|і|й|but|а)\s")
_RAISES = re.compile(r"\b(?:raise|throw|Err\(|return false|errors?\[|messages\.|reject|panic)|Err\(")
_IF = re.compile(r"\b(?:if|when|whenever|once|після|якщо|коли|for|для|after|при)\b", re.I)


@dataclass(frozen=True, slots=True)
class Amount:
    """A number of a clause, in what it may be counted, and the bound it is."""

    span: Span
    value: float
    values: tuple[float, ...]
    side: Side
    way: str
    # What it is about.
    about: str
    spelt: bool


def amounts(quote: str) -> list[Amount]:
    """The numbers of a clause."""
    between = {}
    for match in _BETWEEN.finditer(quote):
        for name, side, way in (("low", "high", "least"), ("high", "low", "most")):
            group = name if match[name] else f"{name}2"
            between[match.start(group)] = (side, way)
    every: list[Amount] = []
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
        every.append(Amount(match.span(), value, (value,), side, way, about, True))
    return every


def _amount(quote: str, match: re.Match[str], side: Side, way: str) -> Amount:
    number = re.sub(r"[ \u00a0]|,(?=\d{3}\b)", "", match["number"]).replace(",", ".")
    value = float(number)
    unit = (match["unit"] or "").lower()
    factors = next((f for says, f in _FACTORS if unit and re.match(says, unit)), (1,))
    values = tuple(value * factor for factor in factors)
    if unit and re.match(r"%|percent|відсот", unit):
        values += (1 - value / 100, 1 + value / 100, 100 - value, 100 + value)
    return Amount(match.span(), value, values, side, way, _about(quote, match.span()), False)


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
    """What stands round a number, up to the next comma or number on both sides."""
    cuts = [match.end() for match in _SEGMENT.finditer(quote, 0, span[0])]
    cuts += [match.end() for match in _NUMBER.finditer(quote, 0, span[0])]
    start = max(cuts, default=0)
    ends = [match.start() for match in _SEGMENT.finditer(quote, span[1])]
    ends += [match.start() for match in _NUMBER.finditer(quote, span[1])]
    end = min(ends, default=len(quote))
    about = f"{quote[start : span[0]]} {quote[span[1] : end]}"
    return about if content_words(about) else f"{quote[:span[0]]} {quote[span[1]:end]}"


def amount(amount: Amount, quote: str, evidence: Evidence, context: str) -> Facet:
    """Whether a number is in the code, in its place."""
    candidates = [site for site in evidence.sites if _is_one_of(site.value, amount)]
    if not candidates and not _by_neighbour(amount, evidence):
        if amount.value <= 1 or _by_type(amount, evidence):
            return Facet(None)
        return Facet(False, why=f"{_shown(amount.value)} is not in the code.")
    pointer = candidates[0].pointer if candidates else evidence.code[0].pointer
    if moved := _moved(amount, quote, candidates, evidence, context):
        return moved
    if wrong := _wrong_side(amount, quote, evidence):
        return wrong
    return Facet(True, pointer, f"{_shown(amount.value)} is in the code.", weight=2)


def _is_one_of(value: float, amount: Amount) -> bool:
    return any(abs(value - other) <= 1e-9 * max(1.0, abs(other)) for other in amount.values)


def _by_neighbour(amount: Amount, evidence: Evidence) -> bool:
    """Whether a bound is written by the next number: more than 17 as at least 18."""
    if not amount.side:
        return False
    return any(in_high(comparison, amount.value) is not None for comparison in _compared(evidence))


def _by_type(amount: Amount, evidence: Evidence) -> bool:
    types = {255: r"u8|uint8|byte|Byte", 65_535: r"u16|uint16|UInt16|ushort", 256: r"u8|uint8"}
    pattern = types.get(int(amount.value))
    return bool(pattern and re.search(rf"\b(?:{pattern})", evidence.bare))


def _shown(value: float) -> str:
    return f"{value:g}" if value < 1e6 else f"{value:.0f}"


def _compared(evidence: Evidence) -> list[Comparison]:
    return [
        comparison
        for source in evidence.code
        for comparison in comparisons(source.bare if source.language != "bash" else source.text, evidence.constants)
    ]


def _moved(
    amount: Amount, quote: str, candidates: Sequence[Site], evidence: Evidence, context: str
) -> Facet | None:
    """Whether what the number is about has another number in the code."""
    sought = content_words(amount.about)
    bound = {"most": ["max"], "least": ["min"]}.get(amount.way, [])
    sought = [*dict.fromkeys((*sought, *bound))]
    if not sought:
        return None
    own = max((_score(site, sought) for site in candidates), default=0.0)
    asked = {value for other in amounts(evidence.prompt) for value in other.values}
    for site in evidence.sites:
        if _is_one_of(site.value, amount) or site.value in (0.0, 1.0) and not _is_named(site):
            continue
        score = _score(site, sought)
        if score <= own or not _is_named(site):
            continue
        if site.value in asked or (own == 0 and score >= 1.0):
            return Facet(
                False, site.pointer, f"Where {_shown(amount.value)} belongs is {_shown(site.value)}."
            )
    return None


_LABEL = re.compile(r"[A-Za-z_$][\w$-]*[\"']?\s*(?::[^=]{0,40})?(?:=|:|\(|\bof\b|=>)\s*[\"']?\W*$|\w\s*(?:<|>)=?\s*\W*$|#define")


def _is_named(site: Site) -> bool:
    """Whether a number has a name of its own: a constant, a key, a default."""
    return bool(re.search(r"[A-Za-z_]{3,}[\w\"']*\s*(?::[^=,]{0,40})?\s*[=:(]|#define", site.label))


def _score(site: Site, sought: Sequence[str]) -> float:
    words = words_of(site.label)
    return float(sum(words.explain(word) for word in sought))


def _wrong_side(amount: Amount, quote: str, evidence: Evidence) -> Facet | None:
    """Whether the number itself is on the wrong side of every comparison with it."""
    if not amount.side:
        return None
    sides = [
        (side, comparison)
        for comparison in _compared(evidence)
        for value in amount.values
        if (side := in_high(comparison, value)) is not None
    ]
    sought = content_words(f"{amount.about}")
    if len(sides) > 1:
        best = max(_near(comparison, sought) for _, comparison in sides)
        sides = [row for row in sides if _near(row[1], sought) == best]
    if sides and not any(side == (amount.side == "high") for side, _ in sides):
        return Facet(
            False,
            evidence.code[0].pointer,
            f"{_shown(amount.value)} itself is on the wrong side of the bound.",
        )
    return _wrong_way(amount, quote, evidence)


def _near(comparison: Comparison, sought: Sequence[str]) -> int:
    words = words_of(f"{comparison.left} {comparison.line}")
    return sum(map(words.explain, sought))


def _wrong_way(amount: Amount, quote: str, evidence: Evidence) -> Facet | None:
    """Whether what is refused lies on the side that should be let through."""
    conditional = bool(_IF.search(quote[: amount.span[0]]))
    ways = {"up": ">", "down": "<", "most": "<" if conditional else ">", "least": ">" if conditional else "<"}
    expected = ways.get(amount.way)
    if not expected or not re.search(r"(?i)rais|throw|error|reject|refus|invalid|must|at least|at most|помил|кида|відхил|не більш|не менш|до \d", quote):
        return None
    signs = [
        comparison.sign[0]
        for _, branch in evidence.branches
        if _RAISES.search(branch.then)
        for comparison in comparisons(branch.condition, evidence.constants, branch.holds)
        if comparison.sign[0] in "<>" and any(in_high(comparison, value) is not None for value in amount.values)
    ]
    if signs and expected not in signs:
        return Facet(False, evidence.code[0].pointer, "The bound is the other way round.")
    return None


def all_amounts(quote: str, taken: Sequence[Span]) -> Iterator[Amount]:
    """The numbers outside of what is taken."""
    for item in amounts(quote):
        if not any(item.span[0] < end and item.span[1] > start for start, end in taken):
            yield item
