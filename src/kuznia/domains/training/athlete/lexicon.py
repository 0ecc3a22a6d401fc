"""Flags and sore regions found in free text, in Ukrainian and English.

The text is the person's and is only read: nothing in it can clear a flag or loosen a rule.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal, cast

from kuznia.domains.training.kept import toml
from kuznia.domains.training.schema.profile import Flag, Injury, Region

_MOST = 8000
# "and", "but" end what a denial covers; "or" carries it on: "no dizziness or chest pain".
_CLAUSES = re.compile(
    r"[.!?;:\n]+|,|\bbut\b|\band\b|\balthough\b|\bале\b|\bта\b|\bі\b|\bй\b|\bпроте\b"
)
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_APOSTROPHES = re.compile(r"[’‘ʼ`´]")


@dataclass(frozen=True, slots=True)
class Heard:
    """What free text says about health."""

    flags: frozenset[Flag]
    injuries: tuple[Injury, ...]


@dataclass(frozen=True, slots=True)
class _Lexicon:
    flags: Mapping[Flag, re.Pattern[str]]
    regions: Mapping[Region, re.Pattern[str]]
    pain: Mapping[str, re.Pattern[str]]
    negation: re.Pattern[str]
    unless: re.Pattern[str]


@cache
def _lexicon() -> _Lexicon:
    data = toml("athlete/lexicon.toml")
    flags = {name: _any(row["en"] + row["uk"]) for name, row in data["flags"].items()}
    return _Lexicon(
        flags=cast("Mapping[Flag, re.Pattern[str]]", flags),
        regions={name: _any(row) for name, row in data["regions"].items()},
        pain={name: _any(row) for name, row in data["pain"].items()},
        negation=_any(data["negation"]["en"] + data["negation"]["uk"]),
        unless=_any(data["negation"]["unless"]),
    )


def _any(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


def plain(text: str) -> str:
    """The text as the lexicon reads it: one form of every letter, nothing invisible."""
    # One letter may become eighteen, so it is cut again.
    text = unicodedata.normalize("NFKC", text[:_MOST])[:_MOST]
    text = _APOSTROPHES.sub("'", _INVISIBLE.sub("", text))
    return text.casefold()


# One order is read a dozen times, once for each check: its words are listened to once.
@lru_cache(maxsize=16)
def hear(*texts: str) -> Heard:
    """Everything the texts say about health; denied clauses say nothing."""
    flags: set[Flag] = set()
    injuries: dict[Region, Injury] = {}
    for clause in _clauses(texts):
        flags.update(_flags(clause))
        for injury in _injuries(clause):
            known = injuries.get(injury.region)
            if known is None or _GRAVER[injury.stage] > _GRAVER[known.stage]:
                injuries[injury.region] = injury
    return Heard(frozenset(flags), tuple(injuries[name] for name in sorted(injuries)))


_GRAVER = {"chronic": 0, "acute": 1, "surgery": 2}


def _clauses(texts: tuple[str, ...]) -> Iterator[str]:
    for text in texts:
        yield from (part.strip() for part in _CLAUSES.split(plain(text)) if part.strip())


def _flags(clause: str) -> Iterator[Flag]:
    denied, again = _denied(clause)
    for flag, pattern in _lexicon().flags.items():
        first = pattern.search(clause)
        if first and (first.start() < denied or pattern.search(clause, again)):
            yield flag


def _denied(clause: str) -> tuple[int, int]:
    """From where on what is said is denied, and from where it counts all the same."""
    negation, unless = _lexicon().negation.search(clause), _lexicon().unless.search(clause)
    never = len(clause)
    return negation.end() if negation else never, unless.end() if unless else never


def _injuries(clause: str) -> Iterator[Injury]:
    lexicon = _lexicon()
    stage = _stage(clause)
    if stage is None or (lexicon.negation.search(clause) and not lexicon.unless.search(clause)):
        return
    for region, pattern in lexicon.regions.items():
        if pattern.search(clause):
            yield Injury(region=region, stage=stage)


def _stage(clause: str) -> Literal["acute", "chronic", "surgery"] | None:
    pain = _lexicon().pain
    if pain["surgery"].search(clause):
        return "surgery"
    if pain["acute"].search(clause):
        return "acute"
    return "chronic" if pain["chronic"].search(clause) else None
