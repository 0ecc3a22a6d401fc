"""A text as words: folded, split at hyphens, each with its sentence, segment and number."""

import re
import unicodedata
from dataclasses import dataclass

from kuznia.forge.wishes.clauses import clauses

MAX_CHARACTERS = 8000
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_APOSTROPHES = re.compile(r"[’‘ʼ`´]")
_TOKENS = re.compile(r"\d{1,6}[.,]\d{1,3}|[^\W_]+(?:'[^\W_]+)*|/")
_NUMBER = re.compile(r"\d{1,6}(?:[.,]\d{1,3})?")
_SENTENCE = re.compile(r"[.!?;\u2026\n]")
# Letters that people mix up or type in another keyboard's way; lexicon and text are folded alike.
_FOLD = str.maketrans("іїыєэёґ", "иииееег", "'ъ")


@dataclass(frozen=True, slots=True)
class HeardWord:
    """One word of a text, folded, and where it stands."""

    text: str
    # The number it is or begins with: `22-й`, `38,5`, `5mg`.
    number: float | None
    start: int
    end: int
    sentence: int
    # Words between commas, or between two clauses.
    segment: int


def plain(text: str) -> str:
    """The text as it is read: one form of every character, nothing invisible, lower case."""
    # One character may become eighteen, so it is cut again.
    text = unicodedata.normalize("NFKC", text[:MAX_CHARACTERS])[:MAX_CHARACTERS]
    text = _APOSTROPHES.sub("'", _INVISIBLE.sub("", text))
    return text.casefold()


def folded(word: str) -> str:
    """A word as the lexicon holds it."""
    return word.translate(_FOLD)


def words_of(text: str) -> tuple[HeardWord, ...]:
    """The words of a text that is plain already."""
    spans = clauses(text)
    words: list[HeardWord] = []
    sentence = segment = clause = 0
    last = 0
    for match in _TOKENS.finditer(text):
        gap = text[last : match.start()]
        following = clause
        while following < len(spans) and spans[following].start <= match.start():
            following += 1
        if _SENTENCE.search(gap) and words:
            sentence, segment = sentence + 1, segment + 1
        elif following != clause or any(mark in gap for mark in ",:()—–"):
            segment += 1
        clause, last = following, match.end()
        number = _NUMBER.match(match[0])
        value = float(number[0].replace(",", ".")) if number else None
        word = folded(match[0])
        words.append(HeardWord(word, value, match.start(), match.end(), sentence, segment))
    return tuple(words)
