"""Whether the numbers of a clause are in the code, in their place, on the right side of a bound."""

import re
from collections.abc import Iterator, Mapping, Sequence

from kuznia.domains.code.account.reading.evidence import CodeEvidence, Facet
from kuznia.domains.code.account.reading.numbers import NumberComparison, Site, comparisons, in_high
from kuznia.domains.code.account.reading.quantities import ClauseNumber
from kuznia.domains.code.account.words.lexicon import content_words, words_of
from kuznia.domains.code.account.words.patterns import patterns

_PATTERNS = patterns("amounts")

_RAISES = re.compile(
    r"\b(?:raise|throw|Err\(|return false|errors?\[|messages\.|reject|panic)|Err\("
)
_IF = re.compile(r"\b(?:if|when|whenever|once|після|якщо|коли|for|для|after|при)\b", re.I)


_DECIMALS = _PATTERNS["decimals"]
_PLACES = {
    **{"one": 1, "two": 2, "three": 3, "four": 4, "одного": 1, "одним": 1},
    **{"двох": 2, "два": 2, "дві": 2, "трьох": 3, "три": 3},
}


def decimals(quote: str, evidence: CodeEvidence) -> Iterator[Facet]:
    """Whether as many decimals are kept as a clause says."""
    match = _DECIMALS.search(quote)
    if not match:
        return
    said = match["places"].lower()
    places = _PLACES.get(said) or int(said)
    names = "|".join(map(re.escape, evidence.named(str(places)))) or "(?!)"
    shown = (
        rf"\.{places}[f}}]|\.{places}\b|toFixed\({places}\)|setScale\({places}"
        rf"|[(,]\s*{places}\s*[),]|0\.{'0' * (places - 1)}1\b|\b(?:{names})\b|1{'0' * places}\b"
    )
    if re.search(shown, evidence.text):
        yield Facet(True, evidence.code[0].pointer, f"{places} decimals are kept.", weight=2)
    else:
        yield Facet(False, why=f"Nothing keeps {places} decimals.")


def amount(amount: ClauseNumber, quote: str, evidence: CodeEvidence) -> Facet:
    """Whether a number is in the code, in its place."""
    candidates = [site for site in evidence.sites if _is_one_of(site.value, amount)]
    if not candidates and amount.side and evidence.language in ("css", "html"):
        # Two widths that meet share no pixel.
        candidates = [s for s in evidence.sites if 0 < abs(s.value - amount.value) <= 1]
    if not candidates and not _by_neighbour(amount, evidence):
        return _absent(amount, quote, evidence)
    pointer = candidates[0].pointer if candidates else evidence.code[0].pointer
    if _in_row(amount, quote, evidence):
        return Facet(True, pointer, "The numbers stand in the code in this order.", weight=2)
    if _REFUSED.search(quote) and not _is_bound(amount, evidence):
        return Facet(False, pointer, f"Nothing is compared with {_shown(amount.value)}.")
    return (
        _moved(amount, candidates, evidence)
        or _other_unit(amount, candidates, evidence)
        or _turned_pair(amount, quote, evidence)
        or _wrong_side(amount, quote, evidence)
        or Facet(True, pointer, f"{_shown(amount.value)} is in the code.", weight=2)
    )


def _absent(amount: ClauseNumber, quote: str, evidence: CodeEvidence) -> Facet:
    """What it means that a number is nowhere: nothing where it may be there in another form."""
    if amount.value <= 1 or _SUPPOSED.search(quote):
        return Facet(None)
    if _by_type(amount, evidence) or _in_pattern(amount, evidence):
        return Facet(None)
    return Facet(False, why=f"{_shown(amount.value)} is not in the code.")


# How much there may be, and no number of the code.
_SUPPOSED = _PATTERNS["supposed"]
_REFUSED = re.compile(
    r"(?i)\b(?:rais|throw|error|reject|refus|invalid|otherwise)|помил|кида|відхил|інакше|виня"
)
_BOUNDING = _PATTERNS["bounding"]


def _is_bound(amount: ClauseNumber, evidence: CodeEvidence) -> bool:
    """Whether something is compared with a number that is said to be a bound."""
    if not amount.way or _by_neighbour(amount, evidence) or _by_type(amount, evidence):
        return True
    shown = _shown(amount.value)
    if any(evidence.bare.count(name) > 1 for name in evidence.named(shown)):
        return True
    return any(
        _BOUNDING.search(site.line)
        or _is_used(site, evidence)
        or re.search(rf"\{{\d*,?{shown}|,{shown}\}}", site.line)
        for site in evidence.sites
        if _is_one_of(site.value, amount)
    )


_ROW = re.compile(r"\d{1,20}(?:, ?\d{1,20}){1,9}(?:,? (?:and|or|та|і|або) \d{1,20})?")


def _in_row(amount: ClauseNumber, quote: str, evidence: CodeEvidence) -> bool:
    """Whether a number is one of several that stand in the code one after the other, too."""
    start, _ = amount.span
    row = next((row for row in _ROW.finditer(quote) if row.start() <= start < row.end()), None)
    if row is None:
        return False
    numbers = re.findall(r"\d+", row[0])
    return bool(re.search(r"\b" + r"\W{1,6}".join(numbers) + r"\b", evidence.text))


def _is_used(site: Site, evidence: CodeEvidence) -> bool:
    """Whether a number has a name that the code uses."""
    name = re.match(r"\W*(?:\w+ )*?(\w+)\W*=", site.before)
    return bool(name) and len(re.findall(rf"\b{name[1]}\b", evidence.bare)) > 1


def _other_unit(
    amount: ClauseNumber, candidates: Sequence[Site], evidence: CodeEvidence
) -> Facet | None:
    """Whether another number has the unit that this one should have."""
    if not amount.unit or amount.unit in ("s", "h", "m", "с", "%"):
        return None
    measured = [site for site in evidence.sites if words_of(site.label).explain(amount.unit)]
    if not measured or any(site in candidates for site in measured):
        return None
    wrong = [
        site
        for site in measured
        if not any(_is_one_of(site.value, other) for other in evidence.amounts)
    ]
    if wrong and not any(_is_named(site) for site in candidates):
        why = f"{_shown(wrong[0].value)} stands where {_shown(amount.value)} {amount.unit} belongs."
        return Facet(False, wrong[0].pointer, why)
    return None


def _turned_pair(number: ClauseNumber, quote: str, evidence: CodeEvidence) -> Facet | None:
    """Whether two numbers that stand as `8080:80` stand the other way round."""
    pair = re.search(
        rf"\b{_shown(number.value)}\b[^\d]{{1,40}}?(?:\bto\b|\bна\b|->|→|:)[^\d]{{1,20}}(\d+)",
        quote,
    )
    if not pair:
        return None
    first, second = _shown(number.value), pair[1]
    if re.search(rf"\b{second}:{first}\b", evidence.text) and not re.search(
        rf"\b{first}:{second}\b", evidence.text
    ):
        return Facet(False, evidence.code[0].pointer, f"{first} and {second} are turned round.")
    return None


def _is_one_of(value: float, amount: ClauseNumber) -> bool:
    return any(abs(value - other) <= 1e-9 * max(1.0, abs(other)) for other in amount.values)


def _by_neighbour(amount: ClauseNumber, evidence: CodeEvidence) -> bool:
    """Whether a bound is written by the next number: more than 17 as at least 18."""
    if not amount.side:
        return False
    return any(in_high(comparison, amount.value) is not None for comparison in _compared(evidence))


# Each further digit makes it seven times as slow.
MAX_IN_PATTERN = 9_999
_PATTERN = re.compile(r"\(\?[:P<]|\\d|\[0-9\]|\{\d")


def _in_pattern(number: ClauseNumber, evidence: CodeEvidence) -> bool:
    """Whether the digits of a number stand apart in a regular expression."""
    if number.value > MAX_IN_PATTERN:
        return False
    digits = re.compile(".{0,6}?".join(_shown(number.value)))
    return any(
        _PATTERN.search(line) and digits.search(line)
        for source in evidence.code
        for line in source.lines
    )


def _by_type(amount: ClauseNumber, evidence: CodeEvidence) -> bool:
    types = {255: r"u8|uint8|byte|Byte", 65_535: r"u16|uint16|UInt16|ushort"}
    pattern = types.get(int(amount.value))
    return bool(pattern and re.search(rf"\b(?:{pattern})", evidence.bare))


def _shown(value: float) -> str:
    return f"{value:g}" if value < 1e6 else f"{value:.0f}"


def _compared(evidence: CodeEvidence) -> list[NumberComparison]:
    return [
        comparison
        for source in evidence.code
        for comparison in comparisons(
            source.bare if source.language != "bash" else source.text, evidence.constants
        )
    ]


def _moved(
    amount: ClauseNumber, candidates: Sequence[Site], evidence: CodeEvidence
) -> Facet | None:
    """Whether what the number is about has another number in the code."""
    sought = _sought(amount, evidence)
    same = sum(amount.value == other.value for other in evidence.amounts)
    if not sought or amount.value <= 1 or len(candidates) >= same > 1:
        return None
    own = max((_score(site, sought) for site in candidates), default=0.0)
    for site in evidence.sites:
        if _is_one_of(site.value, amount) or site.value in (0.0, 1.0) or not _is_named(site):
            continue
        score = _score(site, sought)
        if score > own and _takes_its_place(site, score, own, amount, evidence):
            why = f"Where {_shown(amount.value)} belongs is {_shown(site.value)}."
            return Facet(False, site.pointer, why)
    return None


def _takes_its_place(
    site: Site, score: float, own: float, amount: ClauseNumber, evidence: CodeEvidence
) -> bool:
    """Whether a number stands where another belongs: one that is nowhere in the prompt, or one
    that would fit better in the other's place."""
    others = [
        other
        for other in evidence.amounts
        if not other.spelt and _is_one_of(site.value, other) and other.about != amount.about
    ]
    if not others:
        return own == 0 and score >= 1.0
    for other in others:
        theirs = _sought(other, evidence)
        now = max(
            _score(place, theirs) for place in evidence.sites if _is_one_of(place.value, other)
        )
        swapped = max(
            (_score(place, theirs) for place in evidence.sites if _is_one_of(place.value, amount)),
            default=0.0,
        )
        if swapped < now or score + swapped <= own + now:
            return False
    return True


_NAME_BEFORE = _PATTERNS["name_before"]


def _is_named(site: Site) -> bool:
    """Whether a number has a name of its own: a constant, a key, a default."""
    return bool(_NAME_BEFORE.search(site.before))


def _sought(amount: ClauseNumber, evidence: CodeEvidence) -> dict[str, float]:
    """What a number is about, each word with its weight: what few numbers are called says most."""
    weights = dict.fromkeys({"most": ["max"], "least": ["min"]}.get(amount.way, []), 0.4)
    weights |= dict.fromkeys(content_words(amount.about), 1.0)
    labels = {site.label for site in evidence.sites if _is_named(site)}
    for word, weight in weights.items():
        weights[word] = weight / max(1, sum(words_of(label).explain(word) for label in labels))
    return weights


def _score(site: Site, sought: Mapping[str, float]) -> float:
    words = words_of(site.label)
    return sum(weight for word, weight in sought.items() if words.explain(word))


def _wrong_side(amount: ClauseNumber, quote: str, evidence: CodeEvidence) -> Facet | None:
    """Whether the number itself is on the wrong side of every comparison with it."""
    if not amount.side:
        return None
    sides = [
        (side, comparison)
        for comparison in _compared(evidence)
        if not _before_adding(comparison, evidence)
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


_SIZE = re.compile(r"\.(?:length|size|count|len)\b|\blen\(|\bcount\(", re.I)


def _before_adding(comparison: NumberComparison, evidence: CodeEvidence) -> bool:
    """Whether a size is compared of what grows: what is full at ten holds no more than ten."""
    counter = re.fullmatch(r"\W*(\w+)\W*", comparison.left)
    if counter and re.search(
        rf"\b{counter[1]}\s*(?:\+\+|\+= ?1\b)|\+\+{counter[1]}\b"
        rf"|\b{counter[1]}\b[^\n]{{0,20}}\brange\(",
        evidence.bare,
    ):
        # What is counted from zero has been there once more than it says.
        return True
    if not _SIZE.search(comparison.left):
        return False
    return any(_grows(name, evidence) for name in re.findall(r"\w+", comparison.left))


def _grows(name: str, evidence: CodeEvidence) -> bool:
    grows = (
        rf"\b{name}\.(?:push|append|add|put|set|insert|enqueue|push_back|appendleft)\w*\("
        rf"|\.\.\.{name}\b|\b{name}\[[^\]]*\] ?=|append\({name}|\b{name} ?\+="
    )
    return bool(re.search(grows, evidence.bare))


def _near(comparison: NumberComparison, sought: Sequence[str]) -> int:
    words = words_of(f"{comparison.left} {comparison.line}")
    return sum(map(words.explain, sought))


_MUST = _PATTERNS["must"]


def _wrong_way(amount: ClauseNumber, quote: str, evidence: CodeEvidence) -> Facet | None:
    """Whether what is refused lies on the side that should be let through."""
    conditional = bool(_IF.search(quote[: amount.span[0]]))
    ways = {
        "up": ">",
        "down": "<",
        "most": "<" if conditional else ">",
        "least": ">" if conditional else "<",
    }
    expected = ways.get(amount.way)
    if not expected or not _MUST.search(quote):
        return None
    signs = [
        comparison.sign[0]
        for _, branch in evidence.branches
        if _RAISES.search(branch.then)
        if not re.search(r"\bnot\b|!\(", branch.condition)
        for comparison in comparisons(branch.condition, evidence.constants, branch.holds)
        if comparison.sign[0] in "<>"
        and any(in_high(comparison, value) is not None for value in amount.values)
    ]
    if signs and expected not in signs:
        return Facet(False, evidence.code[0].pointer, "The bound is the other way round.")
    return None
