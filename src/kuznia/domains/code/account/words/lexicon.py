"""Words of prompts and how code shows what they mean."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from kuznia.forge.wishes.clauses import WORD
from kuznia.forge.wishes.matching import pieces, stem, terms
from kuznia.platform.data_files import read_toml

_SHORT = 3
# How much longer than the entry of a group a word may be.
_LONGER = 7
# What may follow an entry of three letters.
_SHORT_ENDINGS = frozenset(
    [
        "s",
        "es",
        "ed",
        "а",
        "у",
        "и",
        "і",
        "ю",
        "я",
        "ї",
        "е",
        "ою",
        "ом",
        "ам",
        "ах",
        "ів",
        "ям",
        "ях",
        "ами",
        "ей",
    ]
)


@dataclass(frozen=True, slots=True)
class Concept:
    """Something a prompt may ask for in words, and how code looks that does it."""

    name: str
    says: re.Pattern[str]
    shows: re.Pattern[str]
    wrong: re.Pattern[str] | None
    strings: bool
    comments: bool
    # Sought in the part of the code that the clause is about.
    near: bool
    # The languages in which it is sought there.
    near_in: tuple[str, ...]
    # Sought before anything else: what it says looks like a refusal or a ban, and is none.
    first: bool
    part: str
    # Whether its words mean this and nothing else.
    sure: bool


@dataclass(frozen=True, slots=True)
class Construct:
    """Something a prompt may forbid, and how code looks that uses it."""

    name: str
    says: re.Pattern[str]
    shows: re.Pattern[str]
    by_language: dict[str, re.Pattern[str]]
    literals: bool
    itself: bool


@dataclass(frozen=True, slots=True)
class Effect:
    """Something code may do to the world outside, and the prompts that want it."""

    kind: str
    shows: re.Pattern[str]
    asked: re.Pattern[str]


def _at_a_word(says: str) -> str:
    """What is said begins with a word: `темн` is not in `системної`."""
    return rf"(?<![^\W\d_])(?:{says})"


@cache
def concepts() -> tuple[Concept, ...]:
    """Everything that is known by more than its words."""
    rows = read_toml(__file__, "concepts.toml")["concept"]
    return tuple(
        Concept(
            row["name"],
            re.compile(_at_a_word(row["says"])),
            re.compile(row["shows"], re.MULTILINE),
            re.compile(row["wrong"], re.MULTILINE) if "wrong" in row else None,
            row.get("strings", False),
            row.get("comments", False),
            row.get("near", False),
            tuple(row.get("near_in", ())),
            row.get("first", False),
            row.get("part", ""),
            row.get("sure", True),
        )
        for row in rows
    )


_PLAIN = frozenset(("name", "says", "shows", "literals", "itself"))


@cache
def constructs() -> tuple[Construct, ...]:
    """Everything that can be forbidden by its name."""
    rows = read_toml(__file__, "constructs.toml")["construct"]
    return tuple(
        Construct(
            row["name"],
            re.compile(row["says"]),
            re.compile(row["shows"], re.MULTILINE),
            {
                name: re.compile(pattern, re.MULTILINE)
                for name, pattern in row.items()
                if name not in _PLAIN
            },
            row.get("literals", False),
            row.get("itself", False),
        )
        for row in rows
    )


@cache
def effects() -> tuple[Effect, ...]:
    """What code may do to the world outside."""
    rows = read_toml(__file__, "effects.toml")["effect"]
    return tuple(
        Effect(
            row["kind"],
            re.compile(row["shows"], re.MULTILINE),
            re.compile(row["asked"], re.IGNORECASE),
        )
        for row in rows
    )


@cache
def listed(name: str) -> frozenset[str]:
    """The words of one list: `idle` has those that code cannot show, or always does."""
    lines = read_toml(__file__, "words.toml")[name]
    return frozenset(word for line in lines for word in line.split())


@cache
def _entries() -> dict[str, tuple[tuple[str, int], ...]]:
    """The entries of all groups by their first three letters."""
    by_start: dict[str, list[tuple[str, int]]] = {}
    for number, line in enumerate(read_toml(__file__, "words.toml")["groups"]):
        for entry in line.split():
            by_start.setdefault(entry[:_SHORT], []).append((entry, number))
    return {start: tuple(rows) for start, rows in by_start.items()}


@lru_cache(maxsize=16_384)
def groups(word: str) -> frozenset[int]:
    """The groups of words that mean the same as this one."""
    word = word.lower()
    return frozenset(
        number
        for entry, number in _entries().get(word[:_SHORT], ())
        if word == entry
        or (len(entry) > _SHORT and word.startswith(entry) and len(word) - len(entry) <= _LONGER)
        or (len(entry) == _SHORT and word[_SHORT:] in _SHORT_ENDINGS)
    )


def is_known(word: str) -> bool:
    """Whether a word would be found in other words, or in another language."""
    return bool(groups(word))


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text, with everything that means the same."""

    stems: frozenset[str]
    beginnings: frozenset[str]
    groups: frozenset[int]

    def explain(self, word: str) -> bool:
        """Whether a word of a prompt, or one that means the same, is among these."""
        parts = pieces(word) if word.isascii() else [word]
        if len(parts) > 1 or "_" in word:
            names = [part for name in word.split("_") for part in pieces(name)]
            return all(map(self._explain, names))
        return self._explain(word)

    def has(self, word: str) -> bool:
        """Whether a word itself is among these, whatever its ending."""
        short = stem(word)
        return (
            short in self.stems
            or short in self.beginnings
            or any(cut in self.stems for cut in _beginnings(short))
        )

    def _explain(self, word: str) -> bool:
        if groups(word) & self.groups or self.has(word):
            return True
        return not word.isascii() and any(sounds_like(word, other) for other in self.stems)


def _beginnings(short: str) -> Iterator[str]:
    """A stem without its last letters: what `alike` takes for the same word."""
    return (short[:-cut] for cut in (1, 2) if len(short) - cut > _SHORT)


_SIGNS = {
    **{
        ",": "comma кома коми",
        "'": "apostrophe апостроф",
        ".": "dot period point крапка",
        "-": "hyphen dash minus дефіс",
    },
    **{"_": "underscore підкреслення", "/": "slash", ":": "colon двокрапка", ";": "semicolon"},
    **{
        '"': "quote лапки",
        " ": "space пробіл",
        "@": "at",
        "%": "percent",
        "#": "hash",
        "*": "asterisk star",
    },
    **{
        "t": "tab табуляція",
        "n": "newline line",
        "\\": "backslash",
        "|": "pipe",
        "=": "equals",
        "+": "plus",
    },
}
_QUOTED_SIGN = re.compile(r"['\"]\\?([,'.\-_/:; @%#*tn\\|=+\"])['\"]|\\([tn])")


def _signs(text: str) -> str:
    """The names of the signs that stand in quotes."""
    signs = {first or second for first, second in _QUOTED_SIGN.findall(text)}
    return "".join(f" {_SIGNS[sign]}" for sign in sorted(signs) if sign in _SIGNS)


_LATIN = dict(
    zip(
        "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
        "a b v g g d e e j z i i i i k l m n o p r s t u f h c c s s _ u a".replace("_", "").split(
            " "
        ),
        strict=True,
    )
)
_SOUNDS = (
    ("ck", "k"),
    ("c", "k"),
    ("ph", "f"),
    ("th", "t"),
    ("sh", "s"),
    ("w", "v"),
    ("y", "i"),
    ("x", "ks"),
    ("q", "k"),
    ("tsi", "ti"),
)
_SOUNDING = 4


@lru_cache(maxsize=8_192)
def _sound(word: str) -> str:
    """How a word sounds, whatever its alphabet: loan words look alike."""
    text = "".join(_LATIN.get(char, char) for char in word.lower())
    for before, after in _SOUNDS:
        text = text.replace(before, after)
    return re.sub(r"(.)\1", r"\1", text)


@lru_cache(maxsize=32_768)
def sounds_like(word: str, other: str) -> bool:
    """Whether a word of another alphabet is a loan of this one: `токен` of `token`."""
    left, right = _sound(word), _sound(other)
    shorter = min(len(left), len(right))
    if shorter < _SOUNDING or not other.isascii():
        return False
    same = next((n for n in range(shorter) if left[n] != right[n]), shorter)
    return same >= max(_SOUNDING, round(0.75 * shorter))


@lru_cache(maxsize=2_048)
def words_of(text: str) -> Words:
    """The words of code: names are taken apart."""
    shell = " argument" if re.search(r"\$[#@*1-9]", text) else ""
    text += shell + _signs(text)
    apart = {
        piece for word in WORD.findall(text) for name in word.split("_") for piece in pieces(name)
    }
    stems = frozenset(stem(piece) for piece in apart if len(piece) > 1)
    return Words(
        stems,
        frozenset(beginning for short in stems for beginning in _beginnings(short)),
        frozenset(number for piece in apart for number in groups(piece)),
    )


def content_words(text: str) -> list[str]:
    """The words of a prompt that say something alone."""
    text = re.sub(r"(?i)\be-(mail)", r"e\1", text)
    return [
        word
        for word in (word.lower().replace("’", "'") for word in WORD.findall(text))
        if not word[0].isdigit() and len(word) > 1 and terms(word).stems
    ]
