"""One exercise before or instead of another: swaps, and what is liked more."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from kuznia.domains.training.catalogue.matching import match
from kuznia.domains.training.language.tokens import Tag
from kuznia.domains.training.wishes.exercises import Read, about, doubt
from kuznia.domains.training.wishes.pieces import WishPiece
from kuznia.domains.training.wishes.stance import is_told, stance
from kuznia.domains.training.wishes.typed import Doubtful

_SYMBOLS = {"->": "swap", "\u2192": "swap", "=>": "swap", ">": "over", "<": "under"}
_BEFORE = frozenset({"перед"})
_TO = _BEFORE | {"to", "над"}


def compared(piece: WishPiece, before: Sequence[Tag]) -> Iterator[Read]:
    """One thing before or instead of another; `before` are the things just named."""
    things = _named(piece)
    symbol = _symbol(piece, things)
    if symbol is not None:
        yield _by_symbol(piece, things, symbol)
    elif marks := piece.cued("instead"):
        yield from _instead(piece, things, marks[0], before)
    elif piece.says("swap", "swap_in"):
        yield from _swapped(piece, things)
    elif len(things) > 1:
        yield from _preferred(piece, things)


def _named(piece: WishPiece) -> list[Tag]:
    return [tag for tag in piece.things if tag.kind != "muscle"] or list(piece.things)


def _symbol(piece: WishPiece, things: Sequence[Tag]) -> str | None:
    for tag in things:
        glue = piece.words[tag.last - 1].glue.strip() if tag.last < len(piece.words) else ""
        if glue in _SYMBOLS:
            return _SYMBOLS[glue]
    return None


def _by_symbol(piece: WishPiece, things: Sequence[Tag], symbol: str) -> Read:
    first, second = things[0], things[1] if len(things) > 1 else None
    if symbol == "swap":
        return about(piece, "swap", first, second)
    if second is None:
        return doubt(piece, "incomplete")
    liked, less = (first, second) if symbol == "over" else (second, first)
    return about(piece, "prefer", liked, less)


def _instead(
    piece: WishPiece, things: Sequence[Tag], mark: Tag, before: Sequence[Tag]
) -> Iterator[Read]:
    ahead = [tag for tag in things if tag.last <= mark.first]
    behind = [tag for tag in things if tag.first >= mark.last]
    if not behind:
        yield doubt(piece, "incomplete")
    elif _is_denied(piece):
        yield doubt(piece, "contradiction")
    elif ahead:
        yield about(piece, "swap", behind[0], ahead[-1])
    elif len(behind) > 1:
        yield about(piece, "swap", behind[0], behind[1])
    elif before and before[-1] not in behind:
        yield about(piece, "swap", behind[0], before[-1])
    else:
        yield doubt(piece, "incomplete")


def _is_denied(piece: WishPiece) -> bool:
    return piece.says("not", "without", "stop", "cannot", "hate", "drop", "keep")


def _swapped(piece: WishPiece, things: Sequence[Tag]) -> Iterator[Read]:
    said = stance(piece.cues)
    if said == "keep":
        yield from (about(piece, "keep", tag) for tag in things[:1])
    elif said not in {"swap", None}:
        yield doubt(piece, "contradiction")
    elif len(things) == 1 and piece.says("else"):
        yield about(piece, "swap", things[0])
    elif len(things) == 2 and _is_joined(piece, things):
        out, into = things
        if piece.says("swap_in") or _is_substitute_for(piece):
            out, into = into, out
        yield about(piece, "swap", out, into)
    elif len(things) == 1:
        yield _half_named(piece, things[0])
    elif things or piece.says("else"):
        yield doubt(piece, "incomplete")


def _is_joined(piece: WishPiece, things: Sequence[Tag]) -> bool:
    """ "Swap A for B", and not "swap A and B"."""
    out, into = things
    marks = piece.cued("swap", "swap_in")
    if is_told(piece) or any(marks[0].last <= tag.first < out.first for tag in piece.cued("for")):
        # "Swap for B the A": which one goes cannot be told.
        return False
    between = range(out.last, into.first)
    return piece.says("swap_in") or any(tag.first in between for tag in piece.cued("for"))


def _half_named(piece: WishPiece, tag: Tag) -> Read:
    """A swap of which one side fits no name exactly."""
    behind = " ".join(piece.unread(tag.last, piece.last))
    ahead = " ".join(piece.unread(piece.cued("swap", "swap_in")[0].last, tag.first))
    if not (behind or ahead):
        return doubt(piece, "incomplete")
    exercise = match(behind or ahead).exercise
    if exercise is None or (behind and ahead) or piece.says("swap_in"):
        return Doubtful(*piece.span, "unknown", behind or ahead)
    other = Tag("exercise", 0, 0, exercise)
    out, into = (tag, other) if behind else (other, tag)
    return replace(about(piece, "swap", out, into), is_whole=True)


def _is_substitute_for(piece: WishPiece) -> bool:
    """ "Substitute A for B" may mean either; dictionaries have B go."""
    words = {word.text for word in piece.words[piece.first : piece.last]}
    return "substitute" in words and "for" in words


def _preferred(piece: WishPiece, things: Sequence[Tag]) -> Iterator[Read]:
    first, second = things[0], things[-1]
    between = {tag.name for tag in piece.cues if first.last <= tag.first < second.first}
    words = {word.text for word in piece.words[first.last : second.first]}
    better = piece.says("better")
    if "worse" in between:
        yield about(piece, "prefer", second, first)
    elif not ("rather" in between or better or words & _BEFORE):
        return
    elif _is_plain(piece) and ("rather" in between or words & _TO):
        yield about(piece, "prefer", first, second)
    else:
        yield doubt(piece, "contradiction")


def _is_plain(piece: WishPiece) -> bool:
    return not piece.says("not", "without", "stop", "cannot", "drop", "hate", "less")
