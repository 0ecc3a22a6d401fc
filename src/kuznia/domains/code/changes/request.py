"""What a request for a change names: the definitions, what must stay, and how far it goes."""

import re
from dataclasses import dataclass
from functools import lru_cache

_TOKEN = re.compile(r"[A-Za-z_]\w*|\d+(?:\.\d+)?")
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_ENDING = re.compile(r"(?:ings?|ed|es|s|e)$")
# What goes through all of a file.
_EVERYWHERE = re.compile(
    r"\b(?:every|everything|everywhere|each|all|throughout|across|whole|entire)\b"
    r"|\b(?:refactor|clean ?up|format|reformat|lint|type hints?|annotat\w+|docstrings?|typos?"
    r"|modernis\w+|moderniz\w+|port|migrat\w+|comments?|python ?[23])\b"
    r"|\b(?:усі|усе|всі|все|усіх|всіх|усюди|всюди|скрізь|кожн\w+|цілком|повністю|обидв\w+)\b"
    r"|рефактор|відформат|анотаці|докстр|коментар|опечатк|одрук|перенес\w{0,4} на python",
    re.IGNORECASE,
)
_REMOVES = re.compile(
    r"\b(?:remov|delet|drop|renam|replac|mov(?:e|ing)|merg|extract|split|inlin|get rid|strip out"
    r"|instead of|convert|turn .{1,60} into|no longer|rewrit|deprecat)\w*"
    r"|видал|прибер|прибра|викин|перейм|замін|перенес|винес|об'?єдна|розділ|розбий|позбу|перепиш"
    r"|перетвор|замість|більше не",
    re.IGNORECASE,
)
_KEPT = re.compile(
    r"(?:\b(?:do not|don't|dont|without|never|not)\s(?:to\s)?"
    r"(?:touch|chang|modif|alter|edit|break)\w*|\b(?:leave|keep)\b"
    r"|\bне\s(?:чіпа|зміню|руха|торка|лама)\w*|\b(?:залиш|не змінюючи|без змін)\w*)"
    r"(?P<what>[^.;!?\n]{1,120})",
    re.IGNORECASE,
)
# Names in a row: `a`, `b` and `c`.
_ROW = re.compile(
    r"(?<![\w.])`?[A-Za-z_][\w.]{0,60}+(?:\(\))?`?"
    r"(?:(?:,|,?\s(?:and|та|і|й|or|або))\s`?[A-Za-z_][\w.]{0,60}+(?:\(\))?`?){1,20}+"
)
_JOINS = frozenset(("and", "or"))


@dataclass(frozen=True, slots=True)
class ChangeRequest:
    """A request, as far as it says where a change may be."""

    tokens: frozenset[str]
    stems: frozenset[str]
    # Names that are not to be touched.
    kept: frozenset[str]
    # Names that are given in one row: what is done to one is done to the others.
    rows: tuple[frozenset[str], ...]
    goes_everywhere: bool
    removes: bool

    def names(self, name: str) -> bool:
        """Whether a name is in the request, as it is written or in words."""
        if name in self.tokens:
            return True
        stems = {stem(word) for word in _WORDS.findall(name)}
        return bool(stems) and max(map(len, stems)) > 3 and stems <= self.stems


def pieces_of(name: str) -> list[str]:
    """The words that a name is made of."""
    return _WORDS.findall(name)


def stem(word: str) -> str:
    """A word without its ending, in lower case."""
    lower = word.lower()
    return _ENDING.sub("", lower) if len(lower) > 4 else lower


@lru_cache(maxsize=16)
def change_request(prompt: str) -> ChangeRequest:
    """Read a request for a change."""
    tokens = frozenset(_TOKEN.findall(prompt))
    words = (word for token in tokens for word in (token, *_WORDS.findall(token)))
    kept = (_TOKEN.findall(match["what"]) for match in _KEPT.finditer(prompt))
    rows = (frozenset(_TOKEN.findall(match[0])) - _JOINS for match in _ROW.finditer(prompt))
    return ChangeRequest(
        tokens=tokens,
        stems=frozenset(map(stem, words)),
        kept=frozenset(token for names in kept for token in names),
        rows=tuple(rows),
        goes_everywhere=bool(_EVERYWHERE.search(prompt)),
        removes=bool(_REMOVES.search(prompt)),
    )
