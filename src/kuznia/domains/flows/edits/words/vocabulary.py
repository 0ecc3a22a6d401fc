"""The vocabulary of sentences that change a flow: phrases by what they ask for, and numbers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from kuznia.forge.wishes.matching import alike, stem
from kuznia.platform.data_files import read_toml

_WORDS = read_toml(__file__, "words.toml")
_NUMBERS = read_toml(__file__, "numbers.toml")
# Words of any kind that a gap in a phrase may hold.
_MAX_GAP = 3
_GAP = "_"
_MAX_REPORT = 10
# Phrases of these tags may hold a word that denies.
_INSIDE = frozenset({"not", "more", "less", "if", "only", "remove", "instead", "more_of", "second"})
_LOOSE = frozenset({"not", "filler", "keep", "correction"})
# Shorter words are too alike for a slip of the keyboard to be seen.
_SHORTEST_SLIP = 6
FILLER = "filler"


@dataclass(frozen=True, slots=True)
class EditCue:
    """A phrase of the vocabulary in a text: its tag, and the places of its words."""

    tag: str
    places: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _CuePhrase:
    tag: str
    words: tuple[str, ...]


def cues_in(words: Sequence[str]) -> Iterator[EditCue]:
    """Every phrase of the vocabulary in these words, also those that overlap."""
    found = [
        EditCue(phrase.tag, places)
        for start, word in enumerate(words)
        for phrase in _by_start().get(word[:2], ())
        if (places := _fit(phrase.words, words, start)) is not None
    ]
    longer = [cue for cue in found if len(cue.places) > 1 and cue.tag not in _LOOSE]
    # `no` in "no more than" denies nothing, and `if` in "if they wish" is no condition.
    yield from (cue for cue in found if cue.tag not in _INSIDE or not _is_part(cue, longer))


def _is_part(cue: EditCue, longer: list[EditCue]) -> bool:
    """Whether a phrase is only a part of a longer one that means something else."""
    places = set(cue.places)
    return any(
        other.tag != cue.tag
        and (
            places < set(other.places)
            or (
                cue.tag == "not"
                and len(places) < 3
                and cue.places[-1] in other.places
                and len(other.places) >= len(places)
            )
        )
        for other in longer
    )


def _fit(phrase: tuple[str, ...], words: Sequence[str], start: int) -> tuple[int, ...] | None:
    places: list[int] = []
    place, may_skip = start, 0
    for word in phrase:
        if word == _GAP:
            may_skip = _MAX_GAP
            continue
        last = min(len(words), place + may_skip + 1)
        place = next((n for n in range(place, last) if _same(word, words[n])), -1)
        if place < 0:
            return None
        places.append(place)
        place, may_skip = place + 1, 0
    return tuple(places)


def _same(known: str, word: str) -> bool:
    return word.startswith(known[:-1]) if known.endswith("*") else word == known


@cache
def _by_start() -> dict[str, list[_CuePhrase]]:
    groups = {**_WORDS["tags"], FILLER: _WORDS["fillers"]["words"]}
    by_start: dict[str, list[_CuePhrase]] = {}
    for tag, phrases in groups.items():
        for text in phrases:
            words = tuple(text.lower().replace(",", "").split())
            by_start.setdefault(words[0].rstrip("*")[:2], []).append(_CuePhrase(tag, words))
    return by_start


def word_set(name: str) -> frozenset[str]:
    """A set of words that are looked at one by one."""
    return frozenset(_WORDS["sets"][name])


def is_reason(words: Sequence[str], tags: frozenset[str]) -> bool:
    """Whether these words give a reason and ask for nothing."""
    reasons = _WORDS["reasons"]
    text = " ".join(words)
    begin = max(
        (b for b in reasons["begins"] if f"{text} ".startswith(f"{b} ")), key=len, default=""
    )
    if set(words[len(begin.split()) :]) & set(reasons["never"]) or tags & set(reasons["asks"]):
        return False
    return bool(begin) or any(f" {phrase} " in f" {text} " for phrase in reasons["contains"])


def is_reported(words: Sequence[str]) -> int:
    """How many words at the beginning only say who decided what follows."""
    verbs = _WORDS["reports"]["verbs"]
    for place, word in enumerate(words[:_MAX_REPORT]):
        if word in _WORDS["reports"]["links"] and set(words[:place]) & set(verbs):
            return place + 1
    return 0


def numbers_in(words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where the numbers begin and end."""
    place = 0
    while place < len(words):
        hit = number_at(words, place) if words[place] else None
        if hit:
            yield place, hit[1]
        place = hit[1] if hit else place + 1


def number_at(words: Sequence[str], start: int) -> tuple[float, int] | None:
    """The number that begins at a place and where it ends, in digits or in words."""
    word = words[start].replace(",", ".")
    if word.replace(".", "", 1).isdecimal():
        end = start + 1
        while (
            end < len(words) and len(words[end]) == 3 and words[end].isdecimal() and len(word) <= 3
        ):
            word, end = word + words[end], end + 1
        return float(word), end
    total, end, known = 0.0, start, _NUMBERS["words"]
    while end < len(words) and (value := known.get(words[end])) is not None:
        total = (
            max(total, 1) * value
            if value in {100, 1000} and words[end] in _NUMBERS["times"]
            else total + value
        )
        end += 1
        if (
            end + 1 < len(words)
            and words[end] == "and"
            and words[end + 1] in known
            and total >= 100
        ):
            end += 1
    return (total, end) if end > start else None


@cache
def corrected(word: str, names: tuple[str, ...] = ()) -> str:
    """The word of the vocabulary or of the names that this one slipped from, else the word."""
    if len(word) < _SHORTEST_SLIP or is_known(word):
        return word
    # Inflections of Ukrainian differ by a letter too: a name is looked for by its stem.
    known_words = (*_long_words(), *(name for name in names if name.isascii()))
    close = {known for known in known_words if _slipped(word, known)}
    if any(alike(stem(word), stem(known)) for known in close):
        return word
    return close.pop() if len(close) == 1 else word


def is_known(word: str) -> bool:
    """Whether some phrase of the vocabulary has this word."""
    return any(_same(known, word) for known in _by_stem().get(word[:2], ()))


@cache
def _by_stem() -> dict[str, set[str]]:
    by_stem: dict[str, set[str]] = {}
    for phrases in _by_start().values():
        for word in (word for phrase in phrases for word in phrase.words):
            by_stem.setdefault(word[:2], set()).add(word)
    return by_stem


@cache
def _long_words() -> frozenset[str]:
    phrases = (phrase for phrases in _by_start().values() for phrase in phrases)
    words = {word for phrase in phrases for word in phrase.words}
    stems = {word.rstrip("*") for word in words if word.endswith("*")}
    plain = {word for word in words if not word.endswith("*")}
    return frozenset(
        word
        for word in plain | stems | {f"{stem}s" for stem in stems if stem.isascii()}
        if len(word) >= _SHORTEST_SLIP - 1
    )


def _slipped(word: str, known: str) -> bool:
    """Whether one letter is missing, added, changed, or swapped with the next."""
    if word[:1] != known[:1] or abs(len(word) - len(known)) > 1 or word == known:
        return False
    same = next(
        (n for n, (a, b) in enumerate(zip(word, known, strict=False)) if a != b),
        min(len(word), len(known)),
    )
    rest, other = word[same:], known[same:]
    return (
        rest[1:] == other[1:]
        or rest[1:] == other
        or rest == other[1:]
        or (rest[:2] == other[:2][::-1] and rest[2:] == other[2:])
    )
