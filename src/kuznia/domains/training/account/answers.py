"""What becomes of a part of a clause."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kuznia.domains.training.language.tokens import Tag
from kuznia.forge.terms import Outcome

# As many places as show that a wish is met; a plan of sixteen weeks has hundreds.
_MAX_WHERE = 24


@dataclass(frozen=True, slots=True)
class WishVerdict:
    """The outcome of some tags of a segment, which are used up by it."""

    outcome: Outcome
    uses: tuple[Tag, ...]
    where: tuple[str, ...] = ()
    why: str = ""


def met(uses: Sequence[Tag], where: Iterable[str]) -> WishVerdict:
    """Evidence was seen at these places; without any it is no evidence."""
    places = tuple(dict.fromkeys(where))[:_MAX_WHERE]
    if not places:
        return unmet(uses, "Nothing in the plan's days shows it.")
    return WishVerdict("met", tuple(uses), places)


def unmet(uses: Sequence[Tag], why: str, where: Iterable[str] = ()) -> WishVerdict:
    """The plan does otherwise, here and for this reason."""
    return WishVerdict("not_understood", tuple(uses), tuple(dict.fromkeys(where))[:_MAX_WHERE], why)


def unclear(uses: Sequence[Tag], question: str) -> WishVerdict:
    """Prompt and profile contradict each other."""
    return WishVerdict("unclear", tuple(uses), (), question)


def impossible(uses: Sequence[Tag], why: str, where: Iterable[str] = ()) -> WishVerdict:
    """A plan cannot do it."""
    return WishVerdict("not_possible", tuple(uses), tuple(where), why)


def either(is_met: bool, uses: Sequence[Tag], where: Iterable[str], why: str) -> WishVerdict:
    """Met at these places, or open with the reason."""
    return met(uses, where) if is_met else unmet(uses, why, where)
