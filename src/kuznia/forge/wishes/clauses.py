"""A prompt is split into clauses: one for each thing it asks for, word for word.

Sentences, lines and the items of a list are clauses of their own. A condition stays with what it
decides, and nothing is split inside quotes, backticks or brackets. What is left over is white
space, punctuation, or one of the phrases in `fillers.toml`.
"""

import re
from collections.abc import Iterator
from functools import cache

from kuznia.forge.terms import Wish
from kuznia.platform.data_files import read_toml

WORD = re.compile(r"\w(?:[\w'\u2019\u02bc]*\w)?")
_CLOSES = {"(": ")", "[": "]", "{": "}", "«": "»", "\u201c": "\u201d", "`": "`", '"': '"'}
# How far away a bracket or quote may be closed: one that is not is a character like any other.
_MAX_INSIDE = 400
# Words, and other data of the languages we read.
_LANGUAGE = read_toml(__file__, "clauses.toml")
# What a full stop does not end a sentence after.
_ABBREVIATIONS = frozenset(_LANGUAGE["abbreviations"])
# A clause that begins with one of these stays with the clause before it.
_DEPENDENT = frozenset(_LANGUAGE["dependent"])
# What takes the sense of the word behind it away.
_NEGATIONS = frozenset(_LANGUAGE["negations"])
_CONDITION = re.compile(rf"\b(?:{'|'.join(_LANGUAGE['conditions'])})\b", re.IGNORECASE)
# "an hour and a half" is no list.
_AND = re.compile(r",?\s(?:and|та|і|й)\s(?!(?:a )?half\b|половин)", re.I)
# Nobody asks for more things at once; what comes after is one clause.
MAX_CLAUSES = 150
_MAX_ITEM_WORDS = 7
# Items no longer than this, as `d, h, m, s`, say nothing apart.
_SHORT = 3
_FILLER_WORDS = 4
# The number of a line in a list: `1.` ends no sentence, and `2)` is no clause.
_ORDINAL = re.compile(r"(?:^|\n)[ \t]{0,8}\d{1,2}$")


def clauses(text: str) -> tuple[Wish, ...]:
    """The clauses of a text in their order, none of them answered yet."""
    spans = [
        span
        for start, end in sentences(text)
        for first, last in _items(text, start, end)
        if (span := _trimmed(text, first, last))
    ]
    if len(spans) > MAX_CLAUSES:
        spans[MAX_CLAUSES - 1 :] = [(spans[MAX_CLAUSES - 1][0], spans[-1][1])]
    return tuple(Wish(text[slice(*span)], *span) for span in spans)


def is_filler(text: str) -> bool:
    """Whether a text asks for nothing."""
    return _trimmed(text, 0, len(text)) is None


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """The spans between line breaks and the ends of sentences, brackets left whole."""
    start = 0
    for place in _outside(text, 0, len(text)):
        char = text[place]
        if char == "\n" or (char in ".!?;\u2026" and _ends(text, place)):
            yield start, place
            start = place + 1
    yield start, len(text)


def _ends(text: str, place: int) -> bool:
    """Whether the mark here ends a sentence."""
    after = text[place + 1 : place + 2]
    if after and not after.isspace():
        return False
    if text[place] != ".":
        return True
    if _is_ordinal(text, place):
        return False
    before = re.split(r"[\s(]", text[max(0, place - 12) : place])[-1].lower()
    following = text[place + 1 : place + 12].lstrip()
    is_short = before in _ABBREVIATIONS or (len(before) == 1 and before.isalpha())
    return not (is_short and following[:1] and not following[:1].isupper())


def _outside(text: str, start: int, end: int) -> Iterator[int]:
    """Every place that is not inside brackets or quotes."""
    place = start
    while place < end:
        closing = _CLOSES.get(text[place])
        if closing is None and text[place] == "'" and _opens(text, place, start):
            closing = "'"
        close = text.find(closing, place + 1, min(end, place + _MAX_INSIDE)) if closing else -1
        if close > 0 and "\n" not in text[place:close]:
            place = close + 1
            continue
        yield place
        place += 1


def _opens(text: str, place: int, start: int) -> bool:
    """Whether an apostrophe begins a quotation and is none."""
    return place == start or text[place - 1] in " \t\n([{=,"


def _items(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A sentence, or the head of a list and its items."""
    colon = next(
        (
            place
            for place in _outside(text, start, end)
            if text[place] == ":"
            and text[place + 1 : place + 2].isspace()
            # After a bracket it is the type of what a function returns.
            and text[max(start, place - 1)] != ")"
        ),
        None,
    )
    if colon is not None:
        pieces = _with_conditions(text, list(_listed(text, colon + 1, end)))
        if len(pieces) > 1 and all(last - first <= _SHORT for first, last in pieces):
            yield start, end
            return
        yield start, colon
        yield from pieces
        return
    pieces = list(_listed(text, start, end))
    is_list = len(pieces) > 2 and not _CONDITION.search(text, start, end)
    if is_list and all(len(WORD.findall(text, *piece)) <= _MAX_ITEM_WORDS for piece in pieces):
        yield from pieces
    else:
        yield start, end


def _with_conditions(text: str, pieces: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The pieces, each that begins with a condition together with what follows from it."""
    joined: list[tuple[int, int]] = []
    is_open = False
    for first, last in pieces:
        if is_open:
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
        condition = _CONDITION.search(text, first, last)
        begins = condition is not None and not text[first : condition.start()].strip()
        is_open = begins and not is_open
    return joined


def _listed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The spans between commas, and on both sides of the `and` before the last; a clause that
    depends on the one before stays with it."""
    first, commas = start, 0
    for place in _outside(text, start, end):
        if text[place] != "," or not text[place + 1 : place + 2].isspace():
            continue
        following = {
            word.lower() for word in WORD.findall(text, place + 1, min(end, place + 24))[:2]
        }
        if following & _DEPENDENT:
            continue
        yield first, place
        first, commas = place + 1, commas + 1
    last = None if _CONDITION.search(text, first, end) else _only(_AND, text, first, end)
    if commas and last:
        yield first, last.start()
        first = last.end()
    yield first, end


def _only(pattern: re.Pattern[str], text: str, start: int, end: int) -> re.Match[str] | None:
    """The match outside brackets, if there is just one."""
    outside = set(_outside(text, start, end))
    matches = [match for match in pattern.finditer(text, start, end) if match.start() in outside]
    return matches[0] if len(matches) == 1 else None


def _trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The span without fillers at either end; None if nothing is left."""
    words = list(WORD.finditer(text, start, end))
    if " ".join(word[0].lower() for word in words[: _FILLER_WORDS + 1]) in _headings():
        return None
    first, last = 0, len(words)
    if words and text[words[0].end() :][:2] in {". ", ") "} and _is_ordinal(text, words[0].end()):
        first = 1
    while first < last and (
        size := _filler(words[first : min(last, first + _FILLER_WORDS)], False)
    ):
        if text[words[first + size - 1].end() :].lstrip()[:5].lower() == "else ":
            # `Everyone else pays` greets nobody.
            break
        first += size
    while first < last and (size := _filler(words[max(first, last - _FILLER_WORDS) : last], True)):
        if _is_bound(text, words, last - size, first):
            break
        last -= size
    if first == last:
        return None
    return _with_signs(text, start, end, words[first].start(), words[last - 1].end())


def _is_ordinal(text: str, end: int) -> bool:
    return _ORDINAL.search(text[max(0, end - 12) : end]) is not None


def _is_bound(text: str, words: list[re.Match[str]], place: int, first: int) -> bool:
    """Whether the word before a filler needs it: `Date.now`, `not needed`."""
    if place == first:
        return False
    between = text[words[place - 1].end() : words[place].start()]
    return not re.search(r"\s", between) or words[place - 1][0].lower() in _NEGATIONS


def _filler(words: list[re.Match[str]], from_end: bool) -> int:
    """How many of these words, from one end, are the longest filler there."""
    texts = [word[0].lower().replace("\u2019", "'") for word in words]
    for size in range(len(texts), 0, -1):
        if " ".join(texts[-size:] if from_end else texts[:size]) in _fillers():
            return size
    return 0


def _with_signs(text: str, start: int, end: int, first: int, last: int) -> tuple[int, int]:
    """Signs that belong to the words beside them: a currency, a minus, a bracket, a quote."""
    while first > start and not text[first - 1].isspace() and text[first - 1] not in ",:;*\u2022":
        first -= 1
    while last < end and not text[last].isspace() and text[last] not in ",:;.!?\u2026":
        last += 1
    # A filler at the end of a bracket is part of it.
    inside = text[first:last]
    if inside.count("(") > inside.count(")") and (close := text.find(")", last, end) + 1) > 0:
        last = close
    return first, last


@cache
def _fillers() -> frozenset[str]:
    groups = read_toml(__file__, "fillers.toml")
    return frozenset(
        phrase for name, group in groups.items() if name != "headings" for phrase in group
    )


@cache
def _headings() -> frozenset[str]:
    """Words that head a list; they are fillers where they stand alone."""
    return frozenset(read_toml(__file__, "fillers.toml")["headings"])
