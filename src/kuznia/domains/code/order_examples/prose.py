"""Examples in sentences, lists, tables and given/when/then: a call, a word that links, a value."""

import ast
import re
from collections.abc import Iterator

from kuznia.domains.code.order_examples.example import OrderExample, is_turned, is_wrong
from kuznia.domains.code.order_examples.literals import (
    call,
    closed,
    constant,
    literal_end,
    parsed,
    value_of,
)

_CALLED = re.compile(r"(?<![\w.])[A-Za-z_]\w*(?=\()")
_DEFINES = re.compile(r"\b(?:def|function|func|fn|fun|class|print|async)[ \t]+$")
_VERB = (
    r"(?:should|must|will|shall|would)[ \t]++(?:return|give|be|equal|yield|produce|output)"
    r"|returns?|gives?|yields?|equals?|produces?|outputs?|is called|is|evaluates to"
    r"|(?:має|мусить|повинн[аоі]|повинен)[ \t]++(?:повернути|повертати|дати|давати|бути)"
    r"|повертає|поверне|дає|дасть|дорівнює|буде|видає"
)
_NOUN = (
    r"(?:(?:the|a|an|its)[ \t]++)?(?:result|output|answer|value|результатом|результат|відповідь)"
)
# Each run of blanks is taken as a whole: tried in parts, a long one would take its square.
_LINK = re.compile(
    r"`?[ \t]*+,?[ \t]*+(?:\n[ \t]*+)?(?:(?:#|//)[ \t]*+)?(?:"
    r"→|➞|➔|➜|⟶|⇒|↦|[-=]{1,2}>|==?=?(?![=>])|:(?!:)|\|"
    rf"|(?:(?:{_NOUN}|{_VERB}|then|тоді|it|we get|маємо)\b(?:[ \t,:—]|-(?=[ \t]))*+)++"
    r")[ \t]*+(?:(?:the|a)[ \t]++(?:list|string|number|value|tuple|dict)[ \t]++)?`?",
    re.IGNORECASE,
)
_RAISES = re.compile(
    r"`?[ \t]*+(?:→|[-=]>|\||:|,)?[ \t]*+(?:then[ \t]++)?"
    r"(?:(?:should|must|will|має|мусить|повинн[аоі]|повинен)[ \t]++)?"
    r"(?:raises?|throws?|кидає|викидає|піднімає|спричиняє|кинути|викинути|підняти)[ \t]++"
    r"(?:an?[ \t]++|виняток[ \t]++|помилку[ \t]++)?`?([A-Z]\w*(?:Error|Exception|Iteration))\b",
)
# What may come after a value, so that it is all of it: `4 apples`, `4 * 3` and `1,000` are not 4.
_AFTER = re.compile(
    r"`?[ \t]*(?:$|\n|\.(?:\s|$|[\"'`)])|[,;](?!\d)|[!)|#(—–]|//|\"\"\"|'''"
    r"|(?:and|because|since|as|but|while|for|та|і|й|а|але|бо|оскільки|адже|тому)\b)"
)
_GIVEN = re.compile(r"\b(?:given|дано|нехай)\b", re.IGNORECASE)
_BOUND = re.compile(r"\b([A-Za-z_]\w*)[ \t]*(?:=(?![=>])|:)[ \t]*`?")
_LINES_OF_GIVEN = 4
# How far back from a call is read: a line may be as long as the whole request.
MAX_CONTEXT = 500
# A request with more calls than this is a data set.
MAX_CALLS = 300


def prose(text: str) -> Iterator[OrderExample]:
    """Each call with literals that is followed by a link and a literal, or by what it raises."""
    place, tried = 0, 0
    while tried < MAX_CALLS and (called := _CALLED.search(text, place)):
        place, tried = called.end(), tried + 1
        end = closed(text, called.end())
        if not end or ">>>" in _line(text, called.start()):
            continue
        example, after = _example(text, called.start(), end)
        if example:
            yield example
            place = after


def _example(text: str, start: int, end: int) -> tuple[OrderExample | None, int]:
    if _DEFINES.search(text, max(0, start - 12), start) or "\\\\" in text[start:end]:
        return None, end
    above, sentence = _context(text, start)
    raises = _RAISES.match(text, end)
    link = None if raises else _LINK.match(text, end)
    if (raises or link) is None or is_wrong(above) or is_turned(sentence):
        return None, end
    if link and "|" in link[0] and not _line(text, start).lstrip().startswith("|"):
        return None, end
    source = call(text[start:end], _bindings(text, start))
    if source is None:
        return None, end
    if raises:
        return OrderExample(source, raises=raises[1]), raises.end()
    assert link is not None
    after = literal_end(text, link.end())
    if not after or not _AFTER.match(text, after) or "\\\\" in text[link.end() : after]:
        return None, end
    value = value_of(text[link.end() : after])
    if value is None:
        return None, end
    return OrderExample(source, value=value, weak=link[0].strip(" \t`") in ("=", ":")), after


def _line(text: str, place: int) -> str:
    start = text.rfind("\n", 0, place) + 1
    end = text.find("\n", place)
    return text[start : end if end >= 0 else len(text)]


def _context(text: str, place: int) -> tuple[str, str]:
    """What is said before the call: a line above that introduces it, and its own sentence."""
    start = text.rfind("\n", 0, place) + 1
    above = text[max(0, start - MAX_CONTEXT) : start].rstrip().rpartition("\n")[2]
    line = text[max(start, place - MAX_CONTEXT) : place]
    sentence = re.split(r"[.;!?](?=\s)|\bbut\b|\bале\b", line)[-1]
    return above if above.rstrip().endswith(":") else "", sentence


def _bindings(text: str, place: int) -> dict[str, ast.expr]:
    """What `given` says that names stand for, in the lines before a call."""
    before = text[max(0, place - _LINES_OF_GIVEN * MAX_CONTEXT) : place]
    lines = before.split("\n")[-_LINES_OF_GIVEN:]
    above = "\n".join(lines)
    starts = [match.end() for match in _GIVEN.finditer(above)]
    values: dict[str, ast.expr] = {}
    for bound in _BOUND.finditer(above, starts[-1]) if starts else ():
        end = literal_end(above, bound.end())
        node = parsed(above[bound.end() : end]) if end else None
        if node is not None and constant(node) is not None:
            values[bound[1]] = node
    return values
