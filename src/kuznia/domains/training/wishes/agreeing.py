"""Wishes held against each other: what contradicts is asked, what is said twice counts once."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from kuznia.domains.training.wishes.typed import Doubtful, ReadWishes, TypedWish, opposed


def agreed(
    wishes: Sequence[TypedWish], doubtful: Sequence[Doubtful], *, is_question: bool
) -> ReadWishes:
    """The wishes without those that contradict each other: these are asked."""
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
