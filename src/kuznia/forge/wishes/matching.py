"""Words, numbers and names of a wish, looked for in the texts of an artefact.

For Ukrainian and English alike: two words match when what is left of both without their endings is
the same, so `applicants` matches `applicant` and `будинку` matches `будинок`.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from kuznia.forge.wishes.clauses import WORD
from kuznia.platform.data_files import read_toml

_NUMBER = re.compile(r"(?<![\w.])\d+(?:[.,]\d+)?")
# Names as programs and forms have them: in quotes, with an underscore, a dot inside or two cases.
_NAME = re.compile(r"`([^`\n]{1,80})`|\b([A-Za-z]+_\w+|[a-z]+[A-Z]\w*|[A-Z]{2,}\w*|\w+\.\w{1,5})\b")
_PIECES = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\dA-Za-z_]+|\d+")
_SHORTEST = 3
_MAX_TEXT = 20_000


@dataclass(frozen=True, slots=True)
class TextPlace:
    """A piece of an artefact and its words, with the pointer that leads to it."""

    pointer: str
    text: str


@dataclass(frozen=True, slots=True)
class Terms:
    """What a text is about: the stems of its words, its numbers, and the names in it."""

    stems: frozenset[str]
    numbers: frozenset[str]
    names: frozenset[str]
    negated: bool


@lru_cache(maxsize=4096)
def terms(text: str) -> Terms:
    """What a text is about, without the words that say nothing alone."""
    text = text[:_MAX_TEXT]
    names = {first or second for first, second in _NAME.findall(text)}
    words = [word.lower().replace("\u2019", "'") for word in WORD.findall(text)]
    stems = {
        stem(piece)
        for word in words
        if word not in _common()
        for piece in pieces(word)
        if piece not in _common()
    }
    numbers = {number.replace(",", ".") for number in _NUMBER.findall(text)}
    numbers |= {_counted()[word] for word in words if word in _counted()}
    return Terms(
        frozenset(stem for stem in stems if not stem.isdecimal()),
        frozenset(numbers),
        frozenset(names),
        any(word in _negations() for word in words),
    )


def pieces(name: str) -> list[str]:
    """The words in a name: `parseDuration` and `parse_duration` have two."""
    return [piece.lower() for piece in _PIECES.findall(name)] or [name.lower()]


@lru_cache(maxsize=16_384)
def stem(word: str) -> str:
    """A word without its ending."""
    word = word.lower()
    endings = _endings("en" if word.isascii() else "uk")
    for ending in endings:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST:
            return word[: -len(ending)]
    return word


def alike(left: str, right: str) -> bool:
    """Whether two stems are of one word: equal, or one goes on where the other ends."""
    if left == right:
        return True
    short, long = sorted((left, right), key=len)
    return len(short) > _SHORTEST and long.startswith(short) and len(long) - len(short) <= 2


def share(sought: Iterable[str], stems: Iterable[str]) -> float:
    """How many of the stems that are sought are there; all, where none are sought."""
    sought, there = tuple(sought), tuple(stems)
    if not sought:
        return 1.0
    return sum(any(alike(one, other) for other in there) for one in sought) / len(sought)


def nearest(sought: Terms, places: Sequence[TextPlace]) -> list[tuple[float, TextPlace]]:
    """The places that share a word with what is sought, the best first."""
    scored = [(share(sought.stems, terms(place.text).stems), place) for place in places]
    return sorted(((score, place) for score, place in scored if score), key=lambda row: -row[0])


@cache
def _words() -> dict[str, list[str]]:
    return read_toml(__file__, "matching.toml")


@cache
def _common() -> frozenset[str]:
    return frozenset(_words()["common"])


@cache
def _negations() -> frozenset[str]:
    return frozenset(_words()["negations"])


@cache
def _counted() -> dict[str, str]:
    return dict(pair.split("=") for pair in _words()["counted"])


@cache
def _endings(language: str) -> tuple[str, ...]:
    return tuple(sorted(_words()[f"endings_{language}"], key=len, reverse=True))
