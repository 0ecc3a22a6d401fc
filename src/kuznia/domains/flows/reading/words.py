"""Words of prompts and flows: which of them mean the same, and which phrases give a cue."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

from kuznia.domains.flows.reading.prompt_text import clean
from kuznia.forge.wishes.clauses import WORD
from kuznia.forge.wishes.matching import alike, terms
from kuznia.platform.data_files import read_toml

_TABLE = read_toml(__file__, "words.toml")
_START = 3
# A compound such as `соцзахист` ends with a whole word of this length.
_TAIL = 5

Cue = Literal[
    "condition",
    "unless",
    "otherwise",
    "then",
    "reason",
    "refuse",
    "only",
    "must_be",
    "free",
    "money",
    "optional",
    "if_any",
    "required",
    "upload",
    "several",
    "register",
    "dont_ask",
    "before",
    "after",
    "first",
    "last",
    "example",
    "or",
    "and",
    "future",
    "past",
    "free_text",
    "ask",
    "asking",
    "authenticate",
    "sign",
    "review",
    "consent",
    "submit",
    "pay",
    "wait",
    "decides",
    "service",
    "field_list",
    "apart",
    "anonymous",
    "same_case",
    "entitled",
    "yes",
    "no",
    "for",
    "background",
]


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text: in lower case, what it means, and its place."""

    text: str
    # Empty for a word that says nothing alone.
    keys: tuple[str, ...]
    start: int
    end: int


Words = tuple[Word, ...]


@lru_cache(maxsize=2048)
def read_words(text: str) -> Words:
    """The words of a text that is already clean."""
    return tuple(
        Word(word, keys_of(word), match.start(), match.end())
        for match in WORD.finditer(text)
        for word in [_bare(match[0])]
    )


def _bare(word: str) -> str:
    """A word in lower case, without the ending of a possessive."""
    word = word.lower().removesuffix("'s")
    return _TABLE["spellings"].get(word, word)


@lru_cache(maxsize=8192)
def keys_of(word: str) -> tuple[str, ...]:
    """What a word means: a group of words with one meaning, or else its stem."""
    if group := _group(word):
        return (group,)
    if word.endswith(("n't", "n\u2019t")):
        return ()
    for start, long in _TABLE["contractions"].items():
        if word.startswith(start):
            return tuple(key for part in long.split() for key in keys_of(part))
    # A number is a key of its own: options may differ in nothing else.
    return (word,) if word.isdecimal() else tuple(sorted(terms(word).stems))


def _group(word: str) -> str:
    near = _groups().get(word[:_START], ())
    return next((name for stem, exact, name in near if _fits(word, stem, exact)), "")


def _fits(word: str, stem: str, exact: bool) -> bool:
    return word == stem if exact else word.startswith(stem)


@cache
def _groups() -> dict[str, tuple[tuple[str, bool, str], ...]]:
    """The stems of all groups by how they begin, the longest first."""
    rows = sorted(
        (
            (stem.rstrip("."), stem.endswith("."), name)
            for name, stems in _TABLE["groups"].items()
            for stem in stems
        ),
        key=lambda row: -len(row[0]),
    )
    return {
        start: tuple(row for row in rows if row[0][:_START] == start)
        for start in {row[0][:_START] for row in rows}
    }


class KeyIndex:
    """Keys that can be asked for a key like another, without a look at every one."""

    def __init__(self, keys: Iterable[str]) -> None:
        self.keys = frozenset(keys)
        self._near: dict[str, list[str]] = {}
        for key in self.keys:
            self._near.setdefault(key[:_START], []).append(key)
        self._short = tuple(key for key in self.keys if len(key) >= _TAIL)

    def has(self, key: str) -> bool:
        if key in self.keys or any(
            _alike(key, other) for other in self._near.get(key[:_START], ())
        ):
            return True
        return len(key) > _TAIL + 2 and any(key.endswith(other) for other in self._short)

    def covered(self, keys: Iterable[str]) -> frozenset[str]:
        """Those of the keys that are here."""
        return frozenset(key for key in keys if self.has(key))

    def share(self, keys: Iterable[str]) -> float:
        """How many of the keys are here; all, where there are none."""
        sought = frozenset(keys)
        return len(self.covered(sought)) / len(sought) if sought else 1.0


def _alike(left: str, right: str) -> bool:
    """Whether two keys are of one word; a short one in Ukrainian may have lost a letter more."""
    if alike(left, right):
        return True
    short, long = sorted((left, right), key=len)
    return len(short) == _START and len(long) == _START + 1 and not short.isascii()


@lru_cache(maxsize=4096)
def key_set(text: str) -> KeyIndex:
    return KeyIndex(all_keys(read_words(clean(text))))


def all_keys(words: Iterable[Word]) -> frozenset[str]:
    return frozenset(key for word in words for key in word.keys)


def content(words: Iterable[Word]) -> tuple[str, ...]:
    """What the words mean, in their order, without the plain ones, numbers and their units."""
    keys: dict[str, None] = {}
    counted = False
    for word in words:
        is_number = word.text[0].isdigit() or bool(terms(word.text).numbers)
        is_unit = counted and (unit_days(word.text) is not None or is_working(word.text))
        if not (is_number or is_unit or word.text in _plain()):
            keys |= dict.fromkeys(word.keys)
        counted = is_number or word.text in _BEFORE_UNIT or (is_unit and is_working(word.text))
    return tuple(keys)


# `Within a week`, `next day`.
_BEFORE_UNIT = frozenset(
    {"a", "an", "within", "next", "following", "протягом", "впродовж", "наступного"}
)


def is_generic(key: str) -> bool:
    return key in _generic()


@cache
def _plain() -> frozenset[str]:
    return frozenset(_TABLE["plain"]["words"]) | manners()


@cache
def manners() -> frozenset[str]:
    """Words that say how something should be put, or that it should be put at all."""
    return frozenset(_TABLE["plain"]["manner"])


@cache
def _generic() -> frozenset[str]:
    return frozenset(_TABLE["plain"]["generic"])


@dataclass(frozen=True, slots=True)
class CueSpan:
    """Where a cue is among some words: from the first of its words to behind the last."""

    start: int
    end: int


def cues(name: Cue, words: Sequence[Word]) -> Iterator[CueSpan]:
    """Every place of a cue, the longest phrase of each place."""
    yield from phrases("cues", name, words)


def phrases(table: str, name: str, words: Sequence[Word]) -> Iterator[CueSpan]:
    place = 0
    while place < len(words):
        size = _size(table, name, words, place)
        if size:
            yield CueSpan(place, place + size)
        place += size or 1


def starts(name: Cue, words: Sequence[Word]) -> CueSpan | None:
    """The cue that the words begin with."""
    size = _size("cues", name, words, 0) if words else 0
    return CueSpan(0, size) if size else None


def cue(name: Cue, words: Sequence[Word]) -> CueSpan | None:
    """The first place of a cue."""
    return next(cues(name, words), None)


def _size(table: str, name: str, words: Sequence[Word], place: int) -> int:
    """How many words the longest phrase has that begins at a place."""
    begun = _begun(table, name, words[place].text)
    return next((len(phrase) for phrase in begun if _goes_on(phrase, words, place)), 0)


@lru_cache(maxsize=16_384)
def _begun(table: str, name: str, text: str) -> tuple[tuple[str, ...], ...]:
    """The phrases that a word may begin, the longest first."""
    return tuple(row for row in _phrases(table, name) if _is_said(row[0], text))


def _goes_on(phrase: tuple[str, ...], words: Sequence[Word], place: int) -> bool:
    if place + len(phrase) > len(words):
        return False
    return all(_is_said(part, words[place + n].text) for n, part in enumerate(phrase))


def _is_said(part: str, text: str) -> bool:
    # A Ukrainian stem stands for its inflections; an English word for itself.
    return text == part or (len(part) > _START and _is_stem(part) and text.startswith(part))


def _is_stem(part: str) -> bool:
    return not part.isascii() or part in {"refus", "reject", "identif", "authenticat", "descri"}


@cache
def _phrases(table: str, name: str) -> tuple[tuple[str, ...], ...]:
    rows = (tuple(row.split()) for row in _TABLE[table][name])
    return tuple(sorted(rows, key=lambda row: -len(row)))


def unit_days(word: str) -> float | None:
    """How many days the unit of time has; None for another word."""
    return _units().get(word)


@cache
def _units() -> dict[str, float]:
    sizes = {"days": 1.0, "weeks": 7.0, "months": 30.0, "years": 365.0, "hours": 1 / 24}
    return {word: size for name, size in sizes.items() for word in _TABLE["units"][name]}


def is_working(word: str) -> bool:
    """Whether the word tells working days from others."""
    return word in _TABLE["units"]["working"]


def denial(words: Sequence[Word]) -> CueSpan | None:
    """The first phrase that forbids; `no more than 10` is a limit."""
    for span in cues("dont_ask", words):
        limits = words[span.start].text == "no" and words[span.end : span.end + 1]
        near = {word.text for word in words[max(0, span.start - 2) : span.end + 2]}
        if not (limits and limits[0].text in _COMPARED) and not near & _YES:
            return span
    return None


# `Yes or no` denies nothing.
_YES = frozenset({"yes", "так"})
_COMPARED = frozenset(
    {"more", "less", "later", "longer", "fewer", "older", "younger", "earlier", "larger", "than"}
)


def unordered(words: Words) -> Words:
    """The words without those that say what they come before or after."""
    names: tuple[Cue, ...] = ("before", "after")
    places = [span.start for name in names for span in cues(name, words) if span.start]
    return words[: min(places)] if places else words


def denies(words: Sequence[Word]) -> bool:
    """Whether one of the words denies; two of them, as in `no gas or no water`, deny once."""
    return any(terms(word.text).negated or word.text == "non" for word in words)


def without(words: Sequence[Word], *names: Cue) -> Words:
    """The words that are in no phrase of these cues."""
    gone = {
        place
        for name in names
        for span in cues(name, words)
        for place in range(span.start, span.end)
    }
    return tuple(word for place, word in enumerate(words) if place not in gone)
