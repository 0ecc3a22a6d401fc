"""Where a clause is cut into segments: at commas, brackets, reasons, and some of its "and"s."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from kuznia.domains.training.account.language.segments import (
    HARD,
    LIMITS,
    REQUESTED,
    THINGS,
    Segment,
)
from kuznia.domains.training.language.tags import tags
from kuznia.domains.training.language.tokens import PromptWord, Tag, tokens

# A longer clause says no single thing; it is left unread.
_MAX_WORDS = 300
_STOPS = frozenset(",;()[]:.!?\n")
_DASHES = frozenset("-–—")
# "Friday — rest": a dash after so few words is a verb.
_COPULA = 3
_BUT = frozenset({"but", "але", "проте", "а", "зате", "однак"})
_AND = frozenset({"and", "і", "й", "та", "plus", "плюс"})
_WEEKS = frozenset({"weekref"})
_EASIER = frozenset({"easier", "light", "deload"})
_DAYS = frozenset({"weekday", "per_week"})


def pieces(text: str, sentence: int) -> Iterator[Segment]:
    """The segments of a clause, without their context."""
    words = tokens(text)
    if len(words) > _MAX_WORDS:
        return
    everything = tags(words)
    cuts = sorted({0, len(words), *_cuts(words, everything)} - {*_joined(words, everything)})
    inside_brackets = set(_in_brackets(words))
    for first, last in pairwise(cuts):
        inside = tuple(tag for tag in everything if first <= tag.first and tag.last <= last)
        reason = bool(inside) and inside[0].kind == "because" and inside[0].first <= first + 1
        bracketed = first in inside_brackets
        hidden = bracketed and not any(tag.kind in HARD | REQUESTED for tag in inside)
        yield Segment(
            words,
            first,
            last,
            inside,
            sentence,
            is_reason=hidden or (reason and _asks_nothing(inside)),
            bracketed=bracketed,
        )


def _in_brackets(words: Sequence[PromptWord]) -> Iterator[int]:
    """The words that stand in brackets."""
    is_open = False
    for place, word in enumerate(words):
        if is_open:
            yield place
        last = max(word.glue.rfind("("), word.glue.rfind(")"))
        is_open = is_open if last < 0 else word.glue[last] == "("


def _joined(words: Sequence[PromptWord], everything: Sequence[Tag]) -> Iterator[int]:
    """Cuts before what only says from when on, or until when: "but only from week 4"."""
    cuts = sorted({0, len(words), *_cuts(words, everything)})
    for first, last in pairwise(cuts[1:]):
        inside = [tag for tag in everything if first <= tag.first and tag.last <= last]
        limits = any(tag.kind == "weekref" and tag.name in {"from", "until"} for tag in inside)
        if limits and not any(tag.kind in THINGS | LIMITS - {"weekref"} for tag in inside):
            yield first
    for start, first, last in zip(cuts, cuts[1:], cuts[2:], strict=False):
        # "The first week is for learning, very easy".
        after = _kinds(everything, first, last) & HARD
        if _kinds(everything, start, first) & HARD == _WEEKS and after and after <= _EASIER:
            yield first


def _asks_nothing(inside: Sequence[Tag]) -> bool:
    soft = {"because", "statement", "now", "place", "person", "aim", "muscle", "swap", "equipment"}
    return all(tag.kind in soft or tag.kind not in HARD | REQUESTED for tag in inside)


def _cuts(words: Sequence[PromptWord], everything: Sequence[Tag]) -> Iterator[int]:
    """Where a new segment begins."""
    inside = {place for tag in everything for place in range(tag.first + 1, tag.last)}
    reasons = {tag.first for tag in everything if tag.kind == "because"}
    hard = list(_hard_cuts(words, inside, reasons))
    bounds = [0, *hard, len(words)]
    yield from hard
    for first, last in pairwise(bounds):
        yield from _and_cuts(words, everything, inside, first, last)


def _and_cuts(
    words: Sequence[PromptWord], everything: Sequence[Tag], inside: set[int], first: int, last: int
) -> Iterator[int]:
    """Where an "and" joins two things that each have limits of their own."""
    start = first
    for place in range(first + 1, last):
        if words[place].text not in _AND or place in inside:
            continue
        left = _kinds(everything, start, place)
        right = _kinds(everything, place + 1, last)
        if left & LIMITS and right & LIMITS and not right <= _DAYS:
            yield place
            start = place


def _kinds(everything: Sequence[Tag], first: int, last: int) -> frozenset[str]:
    return frozenset(tag.kind for tag in everything if first <= tag.first and tag.last <= last)


def _hard_cuts(words: Sequence[PromptWord], inside: set[int], reasons: set[int]) -> Iterator[int]:
    start = 0
    for place in range(1, len(words)):
        glue = words[place - 1].glue
        is_dash = glue.strip() in _DASHES and " " in glue and place - start > _COPULA
        is_cut = bool(_STOPS & set(glue)) or is_dash
        if place not in inside and (is_cut or words[place].text in _BUT or place in reasons):
            start = place
            yield place
