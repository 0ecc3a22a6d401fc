"""Terms of the lexicon found in a text: single words, stems that end in `*`, and short phrases."""

from bisect import bisect
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from sys import intern
from typing import Any

from kuznia.domains.training.hearing.words import HeardWord, folded
from kuznia.platform.data_files import read_toml

_MIN_STEM = 2


@dataclass(frozen=True, slots=True)
class TermSpan:
    """Words from `first` up to `last` that a term of some class names."""

    name: str
    first: int
    last: int


class TermIndex:
    """Every term by the word or stem it begins with, so that a text is read once."""

    def __init__(self, classes: Mapping[str, Iterable[str]]) -> None:
        self._words: dict[str, list[tuple[str, tuple[str, ...]]]] = defaultdict(list)
        self._stems: dict[str, list[tuple[str, tuple[str, ...]]]] = defaultdict(list)
        for name, terms in classes.items():
            for term in terms:
                head, *rest = (folded(word) for word in term.casefold().split())
                index = self._stems if head.endswith("*") else self._words
                index[intern(head.rstrip("*"))].append((name, tuple(map(intern, rest))))

    def find(self, words: Sequence[HeardWord]) -> Iterator[TermSpan]:
        """All terms in the order of the text."""
        for first, word in enumerate(words):
            for name, rest in self._beginning(word.text):
                last = first + 1 + len(rest)
                # Most end at their second word.
                if last > len(words) or (rest and not _is(rest[0], words[first + 1].text)):
                    continue
                if all(_is(term, words[first + 1 + n].text) for n, term in enumerate(rest)):
                    yield TermSpan(name, first, last)

    def _beginning(self, text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        yield from self._words.get(text, ())
        # No stem is longer than that.
        for size in range(_MIN_STEM, min(len(text), 24) + 1):
            yield from self._stems.get(text[:size], ())


def _is(term: str, text: str) -> bool:
    if term == "*":
        return True
    return text.startswith(term[:-1]) if term.endswith("*") else text == term


_NOTHING: tuple[TermSpan, ...] = ()


class Spans:
    """The terms found in a text by class, and by sentence; each view is worked out once."""

    def __init__(self, words: Sequence[HeardWord], terms: Iterable[TermSpan]) -> None:
        self._by_name: dict[str, list[TermSpan]] = defaultdict(list)
        self._by_sentence: dict[tuple[str, int], list[TermSpan]] = defaultdict(list)
        for span in terms:
            self._by_name[span.name].append(span)
            self._by_sentence[span.name, words[span.first].sentence].append(span)
        self._starts: dict[str, list[int]] = {}
        self._places: dict[str, frozenset[int]] = {}

    def names(self) -> Iterable[str]:
        """The classes of which there is a term."""
        return self._by_name

    def all(self, name: str) -> Sequence[TermSpan]:
        """Every term of this class, in the order of the text."""
        return self._by_name.get(name, _NOTHING)

    def within(self, name: str, sentence: int) -> Sequence[TermSpan]:
        """Every term of this class in one sentence."""
        return self._by_sentence.get((name, sentence), _NOTHING)

    def places(self, name: str) -> frozenset[int]:
        """Where terms of this class begin."""
        if name not in self._places:
            self._places[name] = frozenset(span.first for span in self.all(name))
        return self._places[name]

    def near(self, name: str, place: int, reach: int) -> Iterator[TermSpan]:
        """The terms of this class nearest to a place, on both sides of it."""
        spans = self.all(name)
        if name not in self._starts:
            self._starts[name] = [span.first for span in spans]
        at = bisect(self._starts[name], place - 1)
        for index in (*range(at, min(len(spans), at + 2)), *range(at - 1, max(-1, at - 3), -1)):
            if 0 < abs(spans[index].first - place) <= reach:
                yield spans[index]


@dataclass(frozen=True, slots=True)
class WayToSay:
    """One term or several of which all must be near each other, by name: `@` marks a class."""

    names: tuple[str, ...]
    # Whether it may reach into the sentence after.
    far: bool


@dataclass(frozen=True, slots=True)
class HealthSign:
    """A sign of the lexicon: what it raises, and the ways to say it."""

    name: str
    # Flags it raises, or none: then it is a question.
    flags: tuple[str, ...]
    ways: tuple[WayToSay, ...]
    # Words near it that make it harmless, as bench presses beside a burning chest.
    unless: str
    # Only for ways that hold this class, if it is set.
    unless_with: str
    # What takes it back: "soon" a word that it is over, "years" only years, "never" nothing.
    fades: str


@dataclass(frozen=True, slots=True)
class HealthLexicon:
    """The classes of words and the signs."""

    index: TermIndex
    signs: tuple[HealthSign, ...]


@cache
def lexicon() -> HealthLexicon:
    """The lexicon from signs.toml, classes.toml and scope.toml."""
    # Any: tables as they are written; `_sign` takes them apart.
    classes: dict[str, Any] = read_toml(__file__, "classes.toml") | read_toml(
        __file__, "scope.toml"
    )
    signs = tuple(_sign(name, row) for name, row in read_toml(__file__, "signs.toml").items())
    names = {name for sign in signs for way in sign.ways for name in way.names}
    named = {f"@{name}": several for name, several in classes.items()}
    unknown = {name for name in names if name[0] == "@"} - named.keys()
    if unknown:
        raise ValueError(f"signs.toml: unknown classes {', '.join(sorted(unknown))}")
    terms = {name: [name[1:]] for name in names if name[0] == "="}
    return HealthLexicon(TermIndex(named | terms), signs)


def _sign(name: str, row: Mapping[str, Any]) -> HealthSign:
    return HealthSign(
        name=name,
        flags=tuple(row.get("flags", (name,))),
        ways=tuple(_way(way) for way in row["any"]),
        unless=f"@{row['unless']}" if "unless" in row else "",
        unless_with=row.get("unless_with", ""),
        fades=row.get("fades", "years"),
    )


def _way(text: str) -> WayToSay:
    """A way as it is written; `~` before it lets it reach into the sentence after."""
    terms = (term.strip() for term in text.lstrip("~").split("+"))
    names = (term if term[0] == "@" else f"={term}" for term in terms)
    return WayToSay(tuple(map(intern, names)), text.startswith("~"))
