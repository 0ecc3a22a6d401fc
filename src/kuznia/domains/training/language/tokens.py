"""A text as its words, and phrases of a lexicon looked up in them, word by word.

No phrase is a regular expression: whatever a prompt holds, each of its words is looked up a bounded
number of times.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from kuznia.domains.training.hearing import plain

_TOKEN = re.compile(r"\d+(?:[.,]\d+)?|[^\W\d_]+(?:'[^\W\d_]+)*")
# A phrase goes on over these, and over nothing else.
_JOINS = frozenset(" -/\u2010\u2011\u2013")
# A stem with a wild ending is no shorter, and longer phrases are not looked for.
_MIN_STEM = 2
MAX_PHRASE = 6


@dataclass(frozen=True, slots=True)
class PromptWord:
    """A word or number, with what stands between it and the next."""

    text: str
    start: int
    end: int
    # What stands between it and the next one.
    glue: str

    @property
    def joined(self) -> bool:
        """Whether a phrase may go on after it."""
        return _JOINS.issuperset(self.glue)


def tokens(text: str) -> tuple[PromptWord, ...]:
    """The words and numbers of a text in lower case."""
    text = plain(text)
    matches = list(_TOKEN.finditer(text))
    following = [*(match.start() for match in matches[1:]), len(text)][: len(matches)]
    return tuple(
        PromptWord(match[0], *match.span(), text[match.end() : after] or "")
        for match, after in zip(matches, following, strict=True)
    )


@dataclass(frozen=True, slots=True)
class Tag:
    """Some words of a clause and what they are: `first` is the first word, `last` the one after."""

    kind: str
    first: int
    last: int
    name: str = ""
    low: float = 0.0
    high: float = 0.0
    # Weekdays, week numbers, or day, month and year of a date.
    numbers: tuple[int, ...] = ()

    def overlaps(self, other: "Tag") -> bool:
        return self.first < other.last and other.first < self.last


@dataclass(slots=True)
class _Node:
    exact: dict[str, "_Node"] = field(default_factory=dict[str, "_Node"])
    stems: dict[str, "_Node"] = field(default_factory=dict[str, "_Node"])
    names: list[str] = field(default_factory=list[str])


class PhraseTree:
    """Phrases by name: a tree of words, `*` at the end of a word for any ending."""

    def __init__(self, phrases: Mapping[str, Iterable[str]]) -> None:
        self._root = _Node()
        for name, several in phrases.items():
            for phrase in several:
                self._add(phrase, name)

    def _add(self, phrase: str, name: str) -> None:
        node = self._root
        for word in phrase.replace("-", " ").split():
            wild = word.endswith("*")
            for part in _TOKEN.findall(word) or [word]:
                table = node.stems if wild else node.exact
                node = table.setdefault(part, _Node())
        node.names.append(name)

    def matches(self, words: Sequence[PromptWord], first: int) -> Iterator[tuple[int, str]]:
        """Every phrase that begins at this word: the word after it, and its name."""
        nodes = [self._root]
        for place in range(first, min(first + MAX_PHRASE, len(words))):
            nodes = [after for node in nodes for after in _after(node, words[place].text)]
            for node in nodes:
                yield from ((place + 1, name) for name in node.names)
            if not nodes or not words[place].joined:
                return

    def word(self, text: str) -> str:
        """The name of the phrase that is this one word; empty for a word that is none."""
        names = [name for node in _after(self._root, text) for name in node.names]
        return names[-1] if names else ""


def _after(node: _Node, word: str) -> Iterator[_Node]:
    if word in node.exact:
        yield node.exact[word]
    if node.stems:
        for size in range(_MIN_STEM, len(word) + 1):
            if word[:size] in node.stems:
                yield node.stems[word[:size]]
