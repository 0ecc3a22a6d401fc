"""Misspelt words, set right where one slip leads to a word we know.

A slip is two letters changed round, one left out or one too many, or one vowel for another, and
never of the first letter. A word that we know is never changed, and a short one only where two
letters changed places.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

# Shorter words are only ever mended by changing two letters round, and the shortest not at all.
_MIN_SLIP, _MIN_SWAPPED = 6, 4
_MIN_STEM = 5
# No word of a lexicon is longer.
_MAX_WORD = 30


@dataclass(frozen=True, slots=True)
class Spelling:
    """The words of a lexicon, and the same with one letter left out."""

    words: frozenset[str]
    stems: frozenset[str]
    by_shorter: Mapping[str, str]

    def corrected(self, word: str) -> str:
        """The word as it was meant, or as it is."""
        is_word = _MIN_SWAPPED <= len(word) <= _MAX_WORD and word.isalpha()
        if not is_word or self.knows(word):
            return word
        for swapped in _swapped(word):
            if self.knows(swapped):
                return swapped
        return self._slip(word) if len(word) >= _MIN_SLIP else word

    def knows(self, word: str) -> bool:
        return word in self.words or any(
            word[:size] in self.stems and _is_ending(word[size:])
            for size in range(2, len(word) + 1)
        )

    def _slip(self, word: str) -> str:
        for shorter in _shorter(word):
            if shorter in self.words:
                return shorter
            known = self.by_shorter.get(shorter)
            if known is not None and _one_vowel(word, known):
                return known
        return self.by_shorter.get(word) or self._stem(word)

    def _stem(self, word: str) -> str:
        """The word with its beginning set right: its ending may be any."""
        for size in range(_MIN_STEM, len(word) - 1):
            head = word[:size]
            for shorter in _shorter(head):
                known = self.by_shorter.get(f"{shorter}*")
                if known is not None and _one_vowel(head, known):
                    return known + word[size:]
        return word


_ENDINGS = frozenset(
    {
        "",
        "s",
        "es",
        "ed",
        "d",
        "er",
        "ers",
        "ing",
        "ings",
        "ly",
        "y",
        "ies",
        "ness",
        "ment",
        "e",
        "al",
    }
)


def _is_ending(rest: str) -> bool:
    """What a stem may go on with; Ukrainian has too many endings to list."""
    return not rest.isascii() or rest in _ENDINGS


def spelling(phrases: Iterable[str], rigid: Iterable[str] = ()) -> Spelling:
    """The spelling of all words of these phrases; `*` at the end of a word for any ending.

    English words of the `rigid` phrases are not what another word is a slip of: "saying" is no
    misspelt "staying".
    """
    fixed = {word for phrase in rigid for word in phrase.split() if word.isascii()}
    words: set[str] = set()
    stems: set[str] = set()
    for phrase in (*phrases, *rigid):
        for word in phrase.replace("-", " ").split():
            (stems if word.endswith("*") else words).add(word.rstrip("*"))
    by_shorter: dict[str, str] = {}
    for word in sorted(words):
        if len(word) >= _MIN_SLIP and word not in fixed:
            by_shorter |= {shorter: word for shorter in _shorter(word) if shorter not in words}
    for stem in sorted(stems):
        if len(stem) >= _MIN_STEM:
            by_shorter |= {f"{shorter}*": stem for shorter in _shorter(stem)}
    return Spelling(frozenset(words), frozenset(stems), by_shorter)


_VOWELS = frozenset("aeiouyаеєиіїоуюяэыё")


def _one_vowel(word: str, known: str) -> bool:
    """Whether they differ in one vowel: "having" is not "hating"."""
    pairs = [(a, b) for a, b in zip(word, known, strict=False) if a != b]
    return len(word) == len(known) and len(pairs) == 1 and _VOWELS.issuperset(pairs[0])


def _swapped(word: str) -> Iterator[str]:
    return (
        word[:place] + word[place + 1] + word[place] + word[place + 2 :]
        for place in range(len(word) - 1)
        if word[place] != word[place + 1]
    )


def _shorter(word: str) -> Iterator[str]:
    return (word[:place] + word[place + 1 :] for place in range(1, len(word)))
