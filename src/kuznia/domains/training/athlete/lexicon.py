"""Flags and sore regions found in free text, in Ukrainian and English.

The text is the person's and is only read: nothing in it can clear a flag or loosen a rule.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal, cast

from kuznia.domains.training.schema.profile import Flag, Injury, Region
from kuznia.platform.data_files import read_toml

_MAX_CHARACTERS = 8000
# "and", "but" end what a denial covers; "or" carries it on: "no dizziness or chest pain".
_CLAUSES = re.compile(
    r"[.!?;:\n]+|,|\bbut\b|\band\b|\balthough\b|\bале\b|\bта\b|\bі\b|\bй\b|\bпроте\b"
)
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_APOSTROPHES = re.compile(r"[’‘ʼ`´]")


@dataclass(frozen=True, slots=True)
class HealthMentions:
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
    data = read_toml(__file__, "lexicon.toml")
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
    """The text as the lexicon reads it: one form of every character, nothing invisible."""
    # One character may become eighteen, so it is cut again.
    text = unicodedata.normalize("NFKC", text[:_MAX_CHARACTERS])[:_MAX_CHARACTERS]
    text = _APOSTROPHES.sub("'", _INVISIBLE.sub("", text))
    return text.casefold()


def regions(text: str) -> frozenset[Region]:
    """The parts of the body a text names, whatever it says about them."""
    text = plain(text)
    return frozenset(name for name, pattern in _lexicon().regions.items() if pattern.search(text))


def health_mentions(*texts: str) -> HealthMentions:
    """Everything the texts say about health; denied clauses say nothing."""
    flags: set[Flag] = set()
    injuries: list[Injury] = []
    for clause in _clauses(texts):
        flags.update(_flags(clause))
        injuries.extend(_injuries(clause))
    return HealthMentions(frozenset(flags), gravest(injuries))


_STAGES = {"chronic": 0, "acute": 1, "surgery": 2}


def gravest(injuries: Iterable[Injury]) -> tuple[Injury, ...]:
    """The gravest injury of each region; among equals the first."""
    regions: dict[Region, Injury] = {}
    for injury in injuries:
        known = regions.get(injury.region)
        if known is None or _STAGES[injury.stage] > _STAGES[known.stage]:
            regions[injury.region] = injury
    return tuple(regions[name] for name in sorted(regions))


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
    """Where in the clause a denial begins to hold, and where it stops."""
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
