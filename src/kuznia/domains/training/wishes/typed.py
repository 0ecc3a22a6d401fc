"""Typed wishes: the closed set of what a person may want of a plan."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Do = Literal[
    "avoid",
    "prefer",
    "keep",
    "swap",
    "own",
    "lack",
    "day_off",
    "days_only",
    "minutes",
    "long_day",
    "frequency",
    "split",
    "focus",
    "less_of",
    "more_of",
    "easier",
    "harder",
    "less",
    "more",
    "event",
    "best",
    "units",
    "language",
    "undo",
]
# Why a clause is asked back instead of acted on.
Doubt = Literal["condition", "unsure", "somebody_else", "contradiction", "incomplete", "unknown"]
ThingKind = Literal["exercise", "group", "sport", "session", "kind", "equipment", "muscle"]
# What each wish is the opposite of: both about one thing are a contradiction, never an action.
OPPOSITES: Mapping[Do, frozenset[Do]] = {
    "avoid": frozenset({"prefer", "keep", "more_of", "focus"}),
    "less_of": frozenset({"prefer", "more_of", "focus"}),
    "own": frozenset({"lack"}),
    "day_off": frozenset({"days_only"}),
    "easier": frozenset({"harder"}),
    "less": frozenset({"more"}),
}


def opposed(do: Do, other: Do) -> bool:
    """Whether two wishes about the same thing cannot both be meant."""
    return other in OPPOSITES.get(do, ()) or do in OPPOSITES.get(other, ())


@dataclass(frozen=True, slots=True)
class Thing:
    """An exercise, group, sport, piece of equipment or muscle, by its name in our lexicon."""

    kind: ThingKind
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedWish:
    """One thing that is wanted, with the span of the words it was read from."""

    do: Do
    start: int
    end: int
    thing: Thing | None = None
    # What comes instead, or what is liked less.
    other: Thing | None = None
    days: tuple[int, ...] = ()
    amount: float | None = None
    reps: int = 1
    # Day, month and year; a year of 0 is the next such day.
    date: tuple[int, int, int] | None = None
    name: str = ""
    # For this week, and not for always.
    once: bool = False
    # Nothing else beside it.
    only: bool = False
    # A feeling, which a request about the same thing outweighs.
    felt: bool = False


@dataclass(frozen=True, slots=True)
class Doubtful:
    """Words that are asked back: acted on they might do what nobody wants."""

    start: int
    end: int
    why: Doubt
    # The words that may name an exercise.
    name: str = ""


@dataclass(frozen=True, slots=True)
class ReadWishes:
    """Everything a text says: what is understood, and what has to be asked."""

    wishes: tuple[TypedWish, ...] = ()
    doubts: tuple[Doubtful, ...] = ()
    is_question: bool = False
