"""Typed wishes: the closed set of what a person may want of a plan, and which contradict."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
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
    # All weights of a piece of equipment that is owned.
    sizes: tuple[float, ...] = ()
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
    # Its name was made of words that nothing else was read from.
    is_whole: bool = False


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


def agreed(
    wishes: Sequence[TypedWish], doubtful: Sequence[Doubtful], *, is_question: bool
) -> ReadWishes:
    """Hold wishes against each other: those that contradict are asked, doubles count once."""
    kept: list[TypedWish] = []
    doubts = list(dict.fromkeys(doubtful))
    for wish in wishes:
        against = [one for one in kept if _disagree(one, wish)]
        kept = [one for one in kept if not _outweighed(one, wish)]
        against = [one for one in against if one in kept]
        if any(_outweighed(wish, one) for one in kept):
            continue
        if not against:
            kept.append(wish)
            continue
        kept = [one for one in kept if one not in against]
        doubts += (Doubtful(one.start, one.end, "contradiction") for one in (*against, wish))
    return ReadWishes(tuple(_without_doubles(kept)), tuple(doubts), is_question)


def _without_doubles(kept: Sequence[TypedWish]) -> Iterator[TypedWish]:
    """Each wish once: the one for this week, and the one that names its thing."""
    for number, wish in enumerate(kept):
        others = [one for place, one in enumerate(kept) if place != number and one.do == wish.do]
        general = wish.thing is None and wish.do in {"easier", "harder", "less", "more", "undo"}
        # "Not on weekdays, so Saturday and Sunday" says one thing twice.
        implied = wish.do == "day_off" and any(
            rest.do == "days_only" and not set(rest.days) & set(wish.days) for rest in kept
        )
        if implied or wish in kept[:number]:
            continue
        if general and any(one.thing is not None for one in others):
            continue
        if any(_same_for_now(one, wish) for one in others):
            continue
        yield wish


def _same_for_now(earlier: TypedWish, wish: TypedWish) -> bool:
    now = replace(wish, once=True, start=earlier.start, end=earlier.end, felt=earlier.felt)
    return not wish.once and earlier == now


def _outweighed(feeling: TypedWish, other: TypedWish) -> bool:
    """Whether the other, a request about the same thing, says what is to become of a feeling."""
    if feeling.thing != other.thing or feeling.thing is None:
        return False
    if feeling.do == "keep" and other.do == "less_of":
        return True
    softened = feeling.do == "prefer" and other.do in {"less_of", "less"}
    return feeling.felt and not other.felt and (opposed(feeling.do, other.do) or softened)


def _disagree(earlier: TypedWish, other: TypedWish) -> bool:
    same = (earlier.thing, earlier.name) == (other.thing, other.name)
    if earlier.days or other.days:
        same = same and bool(set(earlier.days) & set(other.days))
    return same and opposed(earlier.do, other.do)
