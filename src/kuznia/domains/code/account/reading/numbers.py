"""The numbers of code: where they stand, what they are called, and what is compared with them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from kuznia.domains.code.account.reading.source import SourceText

Sign = Literal["<", "<=", ">", ">=", "==", "!="]

_NUMBER = r"(?:0[xX][0-9a-fA-F_]+|\d[\d_']*(?:\.\d+)?(?:[eE]-?\d+)?)"
_SUM = re.compile(rf"(?<![\w.])(?<![A-Za-z]-){_NUMBER}(?:\s*(?:\*\*?|<<|\+)\s*{_NUMBER})*")
_ONE = re.compile(_NUMBER)
_OPERATOR = re.compile(r"\*\*|\*|<<|\+")
# A name and the number it stands for.
_NAMED = re.compile(
    r"(?<![\w$-])([A-Za-z_$][\w$-]{0,60})[\"']?\s{0,8}"
    r"(?::\s{0,8}(?:Final(?:\[\w{1,30}\])?|[A-Za-z][\w.<>\[\]]{0,30})\s{0,8})?"
    r"(?:=(?![=>])|:=|:(?!:)|=>|\()\s{0,8}[\"']?"
    rf"({_NUMBER}(?: ?(?:\*\*?|<<|\+) ?{_NUMBER}){{0,8}})"
    r"|#define[ \t]{1,8}(\w{1,60})[ \t]{1,8}\(?(" + _NUMBER + r")"
)
_CHANGED = re.compile(r"([A-Za-z_$][\w$]{0,60})\s{0,8}(?:[-+*/]=|\+\+|--)")
_PROSE = re.compile(r"(?<![^\W\d_])[^\W\d_]{2,60} [^\W\d_]{2}")
_COMPARED = re.compile(
    r"(?<![<>=!\-])(<=>|<=|>=|===|!==|==|!=|<>|=~|<(?![<=\w]{0,60}>| ?\()|>(?![>=&])|"
    r"-(?:lt|le|gt|ge|eq|ne)\b)(?![<>=])"
)
_SIGNS: dict[str, Sign] = {
    **{"<": "<", "<=": "<=", ">": ">", ">=": ">=", "==": "==", "===": "==", "!=": "!="},
    **{"!==": "!=", "<>": "!=", "-lt": "<", "-le": "<=", "-gt": ">", "-ge": ">="},
    **{"-eq": "==", "-ne": "!="},
}
_TURNED: dict[Sign, Sign] = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_NOT: dict[Sign, Sign] = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
_ENDS = re.compile(
    r"\band\b|\bor\b|&&|\|\||[;{}?,\n]|\bif\b|\bwhen\b|\bwhile\b|\bAND\b|\bOR\b|[<>=!]=?=?"
)
MAX_SITES = 1_000
_MAX_LINE = 400


@dataclass(frozen=True, slots=True)
class Site:
    """A number in code: its value, what it is called, and the line it stands in."""

    value: float
    # What stands before and behind it.
    before: str
    after: str
    line: str
    pointer: str
    unit: str

    @property
    def label(self) -> str:
        return f"{self.before} {self.after}"


@dataclass(frozen=True, slots=True)
class NumberComparison:
    """Something compared with a number, which stands on the right."""

    left: str
    sign: Sign
    value: float
    line: str


def value_of(text: str) -> float | None:
    """The value of a number, or of a product, power or sum of numbers."""
    try:
        values = [_plain(number) for number in _ONE.findall(text)]
        operators = _OPERATOR.findall(_ONE.sub("", text))
        total = values[0]
        for operator, value in zip(operators, values[1:], strict=False):
            total = _combined(total, operator, value)
    except (ValueError, OverflowError, IndexError):
        return None
    return total


def _combined(left: float, operator: str, right: float) -> float:
    if operator == "*":
        return left * right
    if operator == "+":
        return left + right
    if right > 64:
        raise OverflowError
    return left**right if operator == "**" else left * 2**right


def _plain(text: str) -> float:
    text = text.replace("_", "").replace("'", "")
    return float(int(text, 16)) if text[:2].lower() == "0x" else float(text)


def constants(sources: Iterable[SourceText]) -> dict[str, float]:
    """The names that stand for one number each, everywhere."""
    values: dict[str, set[float]] = {}
    changed: set[str] = set()
    for source in sources:
        changed.update(_CHANGED.findall(source.bare))
        for match in _NAMED.finditer(source.text):
            name, shown = match[1] or match[3], match[2] or match[4]
            value = value_of(shown)
            if value is not None:
                values.setdefault(name, set()).add(value)
    return {
        name: next(iter(those))
        for name, those in values.items()
        if len(those) == 1 and name not in changed
    }


def sites(sources: Iterable[SourceText]) -> list[Site]:
    """Every number of the code."""
    places: list[Site] = []
    for source in sources:
        for match in _SUM.finditer(source.text):
            value = value_of(match[0])
            if value is not None and not _in_prose(source, match.start()):
                places.append(_site(source, match, value))
            if len(places) >= MAX_SITES:
                return places
    return places


def _in_prose(source: SourceText, place: int) -> bool:
    """Whether a place is inside a message for people: a number there decides nothing."""
    if source.bare[place] == source.text[place]:
        return False
    text = source.text
    start = max(text.rfind(mark, max(0, place - 200), place) for mark in "\"'`\n")
    ends = [end for mark in "\"'`\n" if (end := text.find(mark, place, place + 200)) > 0]
    return bool(_PROSE.search(text[start + 1 : min(ends, default=place + 200)]))


def _site(source: SourceText, match: re.Match[str], value: float) -> Site:
    text, start = source.text, match.start()
    line = _line(text, start)
    before = text[max(0, start - _MAX_LINE) : start].rpartition("\n")[2]
    cut = max(before.rfind(mark) for mark in ",;{}")
    label = before[cut + 1 :]
    after = text[match.end() : match.end() + 24].split("\n")[0].split(",")[0]
    unit = source.unit_of(start)
    return Site(value, label, after, line, source.pointer, unit)


def comparisons(
    text: str, names: dict[str, float], holds: bool = True
) -> Iterator[NumberComparison]:
    """What is compared with a number in a text, the number on the right."""
    for match in _COMPARED.finditer(text):
        sign = _SIGNS.get(match[1])
        if sign is None:
            continue
        left, right = _left(text, match.start()), _right(text, match.end())
        for this, other, turned in ((right, left, False), (left, right, True)):
            value = _known(this, names)
            if value is not None:
                shown = _TURNED[sign] if turned else sign
                shown = shown if holds else _NOT[shown]
                yield NumberComparison(other, shown, value, _line(text, match.start()))
                break


def _left(text: str, place: int) -> str:
    piece = text[max(0, place - 80) : place]
    ends = list(_ENDS.finditer(piece))
    return piece[ends[-1].end() :].strip() if ends else piece.strip()


def _right(text: str, place: int) -> str:
    piece = text[place : place + 60].lstrip()
    end = _ENDS.search(piece)
    piece = piece[: end.start()] if end else piece
    depth = 0
    for place, char in enumerate(piece):
        depth += (char in "([") - (char in ")]")
        if depth < 0:
            return piece[:place].strip()
    return piece.strip()


def _line(text: str, place: int) -> str:
    """The line of a place, as much of it as anybody reads."""
    before = text[max(0, place - _MAX_LINE) : place].rpartition("\n")[2]
    return before + text[place : place + _MAX_LINE].partition("\n")[0]


_OPERAND = re.compile(r"^(?:not )?[!(]*(-?)\s*([\w$.]+(?:::\w+)?(?:\s*(?:\*\*?|<<)\s*[\w.]+)*)")


def _known(text: str, names: dict[str, float]) -> float | None:
    """The value of an operand that is a number or the name of one."""
    text = text.strip().strip("\"'")
    match = _OPERAND.match(text)
    if not match or len(text) > len(match[0]) + 12:
        return None
    shown = match[2]
    value = value_of(shown) if shown[:1].isdigit() else names.get(re.split(r"[.:]+", shown)[-1])
    return -value if value is not None and match[1] else value


def in_high(comparison: NumberComparison, value: float) -> bool | None:
    """Whether a comparison counts a number itself to what is above; None if it is about another."""
    sign, limit = comparison.sign, comparison.value
    if sign in ("==", "!="):
        return None
    if limit == value:
        return sign in (">=", "<")
    if limit == value + 1 and sign in (">=", "<"):
        return False
    if limit == value - 1 and sign in (">", "<="):
        return True
    return None
