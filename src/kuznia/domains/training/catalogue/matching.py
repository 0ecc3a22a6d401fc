"""Free text to an exercise: accepted when it is clear, offered as nearest when it is not.

Names are compared as sets of words, each word weighing as much as it tells apart (its inverse
document frequency); a word we have never seen weighs most, so that a name of something else is
refused rather than bent to the nearest exercise. BM25 picks whom to compare with.
"""

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from kuznia.domains.training.catalogue import Exercise, catalogue, fingerprint
from kuznia.platform.data_files import read_toml

# Measured on the paraphrases of the tests: below it names that mean nothing start to pass.
ACCEPT = 0.6
MARGIN = 0.04
NEAREST = 5
_SHORTLIST = 40
_LONGEST = 120
# From this likeness on two words are one word misspelt.
_SAME_WORD = 0.62
_FITS_KIT = 0.15
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Match:
    """What a text names. `exercise` is None when we are not sure; then `nearest` is the offer."""

    exercise: str | None
    score: float
    nearest: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Doc:
    exercise: str
    words: tuple[str, ...]
    popularity: int


@dataclass(frozen=True, slots=True)
class _Index:
    exact: Mapping[tuple[str, ...], str]
    docs: tuple[_Doc, ...]
    weight: Mapping[str, float]
    postings: Mapping[str, tuple[int, ...]]
    unseen: float
    length: float


def match(text: str, equipment: frozenset[str] | None = None) -> Match:
    """The exercise a text names. With a kit, what can be done with it wins a close call."""
    words = words_of(text[:_LONGEST])
    if not words:
        return Match(None, 0.0, ())
    index = _index(fingerprint())
    direct = index.exact.get(tuple(sorted(words)))
    if direct is not None:
        return Match(direct, 1.0, (direct,))
    best: dict[str, float] = {}
    for doc in _shortlist(words, index):
        score = _likeness(words, doc, index)
        best[doc.exercise] = max(score, best.get(doc.exercise, 0.0))
    matched = _decide(best, equipment)
    if matched.exercise is not None or len(matched.nearest) >= NEAREST:
        return matched
    nearest = dict.fromkeys((*matched.nearest, *_spelt_like(" ".join(words), index)))
    return replace(matched, nearest=tuple(nearest)[:NEAREST])


def exactly(words: Iterable[str]) -> str | None:
    """The exercise with these words, from `words_of`, in one of its names and no others."""
    return _index(fingerprint()).exact.get(tuple(sorted(words)))


def named_with(words: Iterable[str]) -> frozenset[str]:
    """Every exercise with a name that has these words among others."""
    sought = frozenset(words)
    if not sought:
        return frozenset()
    return frozenset(doc.exercise for doc in _index(fingerprint()).docs if sought <= {*doc.words})


def _spelt_like(text: str, index: _Index) -> tuple[str, ...]:
    """Exercises whose names share the most letters with it: something is always nearest."""
    ranked = sorted(index.docs, key=lambda doc: (-_shared(text, " ".join(doc.words)), doc.exercise))
    return tuple(dict.fromkeys(doc.exercise for doc in ranked[:_SHORTLIST]))


def _decide(best: Mapping[str, float], equipment: frozenset[str] | None) -> Match:
    if not best:
        return Match(None, 0.0, ())
    # The kit may decide between likely ones; it cannot make an unlikely one likely.
    ranks = {
        name: score + _FITS_KIT * (equipment is not None and catalogue()[name].fits(equipment))
        for name, score in best.items()
    }
    first, *others = sorted(ranks, key=lambda name: (-round(ranks[name], 6), name))
    second = ranks[others[0]] if others else 0.0
    sure = best[first] >= ACCEPT and ranks[first] - second >= MARGIN
    nearest = (first, *others[: NEAREST - 1])
    return Match(first if sure else None, round(best[first], 4), nearest)


@cache
def _synonyms() -> tuple[Mapping[str, str], frozenset[str]]:
    data = read_toml(__file__, "synonyms.toml")
    return data["short"], frozenset(data["drop"]["words"])


def words_of(text: str) -> tuple[str, ...]:
    """The words that tell names apart, each in one form."""
    short, drop = _synonyms()
    plain = unicodedata.normalize("NFKC", text).casefold().replace("'", "").replace("’", "")
    words: list[str] = []
    for word in _WORD.findall(plain.replace("-", " ")):
        whole = short.get(word) or short.get(_stem(word)) or word
        words.extend(_stem(part) for part in whole.split() if part not in drop)
    return tuple(dict.fromkeys(words))


def _stem(word: str) -> str:
    """One form for a word's many: Ukrainian by its first letters, English by its plural."""
    if "\u0400" <= word[0] <= "\u04ff":
        return word[:5]
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "ps", "us")) and len(word) > 3:
        return word[:-1]
    # "ups" and "dips" are plurals, "triceps" and "biceps" are not.
    if word.endswith("ps") and not word.endswith("ceps") and len(word) > 2:
        return word[:-1]
    return word


@lru_cache(maxsize=1)
def _index(_: str) -> _Index:
    """Of the catalogue with this fingerprint."""
    docs = tuple(_docs())
    seen = Counter(word for doc in docs for word in doc.words)
    weight = {word: math.log(1 + len(docs) / count) for word, count in seen.items()}
    postings: dict[str, list[int]] = defaultdict(list)
    exact: dict[tuple[str, ...], str] = {}
    for number, doc in enumerate(docs):
        exact.setdefault(tuple(sorted(doc.words)), doc.exercise)
        for word in doc.words:
            postings[word].append(number)
    return _Index(
        exact=exact,
        docs=docs,
        weight=weight,
        postings={word: tuple(numbers) for word, numbers in postings.items()},
        unseen=math.log(1 + len(docs)),
        length=sum(len(doc.words) for doc in docs) / len(docs),
    )


def _docs() -> Iterator[_Doc]:
    # The commoner exercise first: where two share a wording, it is the one that is meant.
    for exercise in sorted(
        catalogue().values(), key=lambda exercise: (-exercise.popularity, exercise.id)
    ):
        for name in _names(exercise):
            words = words_of(name)
            if words:
                yield _Doc(exercise.id, words, exercise.popularity)


def _names(exercise: Exercise) -> Iterator[str]:
    yield exercise.name
    yield exercise.name_uk
    yield from exercise.aliases_en
    yield from exercise.aliases_uk


def _shortlist(words: tuple[str, ...], index: _Index) -> Iterator[_Doc]:
    scores: dict[int, float] = defaultdict(float)
    for word in words:
        for known in _spellings(word, index):
            for number in index.postings[known]:
                # BM25 with k1 = 1.2 and b = 0.75; a word stands in a name once or not at all.
                norm = 0.25 + 0.75 * len(index.docs[number].words) / index.length
                scores[number] += index.weight[known] * 2.2 / (1 + 1.2 * norm)
    ranked = sorted(scores, key=lambda number: (-scores[number], number))[:_SHORTLIST]
    return (index.docs[number] for number in ranked)


def _spellings(word: str, index: _Index) -> tuple[str, ...]:
    if word in index.postings or len(word) < 4:
        return (word,) if word in index.postings else ()
    return tuple(known for known in index.postings if _alike(word, known) >= _SAME_WORD)


@lru_cache(maxsize=65536)
def _alike(word: str, other: str) -> float:
    """How much two words share, by their pairs of letters."""
    if word == other:
        return 1.0
    return 0.0 if abs(len(word) - len(other)) > 3 else _shared(word, other)


def _shared(text: str, other: str) -> float:
    mine = {text[i : i + 2] for i in range(len(text) - 1)}
    theirs = {other[i : i + 2] for i in range(len(other) - 1)}
    return 2 * len(mine & theirs) / (len(mine) + len(theirs) or 1)


def _likeness(words: tuple[str, ...], doc: _Doc, index: _Index) -> float:
    """Shared weight over all weight: 1 for the same words, 0 for none in common."""
    shared = total = 0.0
    used: set[str] = set()
    for word in words:
        best = max(doc.words, key=lambda known: _alike(word, known))
        alike = _alike(word, best)
        if alike >= _SAME_WORD and best not in used:
            used.add(best)
            shared += index.weight[best] * alike
            total += index.weight[best]
        else:
            total += index.weight.get(word, index.unseen)
    total += sum(index.weight[word] for word in doc.words if word not in used)
    return shared / total + doc.popularity * 0.004
