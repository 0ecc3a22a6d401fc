"""Knowledge cards: one rule or idea each, in our own words, with its source."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from kuznia.platform.data_files import read_toml


@dataclass(frozen=True, slots=True)
class Card:
    """One thing we know, how sure it is, and where it comes from."""

    id: str
    kind: Literal["guideline", "study", "convention"]
    source: str
    text: str
    text_uk: str


@cache
def cards() -> Mapping[str, Card]:
    """Every card by id."""
    return {
        name: Card(name, row["kind"], row["source"], row["text"], row["text_uk"])
        for name, row in read_toml(__file__, "cards.toml").items()
    }
