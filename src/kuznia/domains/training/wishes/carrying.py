"""What goes on with the wish before it: items of a list, the other days, another number."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from kuznia.domains.training.language.tokens import Tag
from kuznia.domains.training.wishes import exercises, facts
from kuznia.domains.training.wishes.exercises import Read, doubt, is_bare, is_counted
from kuznia.domains.training.wishes.pieces import WishPiece
from kuznia.domains.training.wishes.typed import Do, Doubtful, TypedWish


@dataclass(slots=True)
class WishReading:
    """What is read so far, and what the last piece was about."""

    wishes: list[TypedWish] = field(default_factory=list[TypedWish])
    doubts: list[Doubtful] = field(default_factory=list[Doubtful])
    # The things named last, the wishes read from them, and things nothing was said of yet.
    things: tuple[Tag, ...] = ()
    last: tuple[TypedWish, ...] = ()
    # A head without things, "at home I have:", and the days of the piece before.
    heads: Do | None = None
    days: tuple[Tag, ...] = ()
    sentence: int = 0
    # Whether nothing was said of the things named last.
    is_named_only: bool = False
    # The sentence that names a goal.
    goal: int = -1
    is_other: bool = False
    is_question: bool = False


def carried_on(piece: WishPiece, reading: WishReading) -> Iterator[Read] | None:
    """What goes on with the wish before it: items of a list, the other days, another number."""
    last = reading.last
    if _is_counted_too(piece, last):
        return _counted_too(piece)
    if _is_piece_of_kit(piece) and reading.heads is not None:
        return _as_headed(piece, reading.heads)
    if _is_piece_of_kit(piece) and bool(last) and last[-1].do in {"own", "lack"}:
        return _as_before(piece, last) if last[-1].thing is not None else None
    if last and last[-1].do == "own" and piece.says("plates") and not piece.things:
        # "A barbell, the smallest plates are 2.5 kg".
        kilos = piece.all("kg")
        whole = replace(last[-1], name="plates", amount=kilos[0].high) if kilos else None
        return iter((whole,) if whole else (doubt(piece, "incomplete"),))
    if _is_other_days(piece, last):
        return iter((replace(exercises.about(piece, "days_only"), days=piece.days),))
    if _is_lacked_too(piece, last):
        return _as_before(piece, last)
    is_item = is_bare(piece) and bool(last) and piece.joint in {"comma", "and"}
    return _as_before(piece, last) if is_item and not _is_counted(piece, last) else None


def _is_counted_too(piece: WishPiece, last: Sequence[TypedWish]) -> bool:
    """ "Lifting twice, the bike 2 as well"."""
    counted = bool(last) and last[-1].do == "frequency" and last[-1].thing is not None
    numbers = piece.all("number")
    return counted and len(piece.things) == len(numbers) == 1 and numbers[0].high <= 7


def _counted_too(piece: WishPiece) -> Iterator[Read]:
    if piece.says("not", "without", "stop", "cannot", "drop"):
        yield doubt(piece, "contradiction")
        return
    wish = exercises.about(piece, "frequency", piece.things[0])
    yield replace(wish, amount=piece.all("number")[0].high)


def _as_headed(piece: WishPiece, do: Do) -> Iterator[Read]:
    for tag in piece.all("equipment"):
        wish = exercises.about(piece, do, tag)
        yield facts.weighed(piece, tag, wish) if do == "own" else wish


def _is_piece_of_kit(piece: WishPiece) -> bool:
    """Whether it goes on with a list of equipment: "two dumbbells of 5"."""
    cues = {tag.name for tag in piece.cues} - {"for", "at_home"}
    kit = bool(piece.things) and all(tag.kind == "equipment" for tag in piece.things)
    return kit and not cues and not piece.days and piece.joint in {"comma", "and", "dash"}


def _is_lacked_too(piece: WishPiece, last: Sequence[TypedWish]) -> bool:
    """ "Neither a barbell, nor dumbbells"."""
    lacked = bool(last) and last[-1].do == "lack" and last[-1].thing is not None
    only_no = bool(piece.cues) and all(tag.name == "not" for tag in piece.cues)
    only_items = bool(piece.things) and all(tag.kind == "equipment" for tag in piece.things)
    return lacked and only_no and only_items and not piece.free


def _is_counted(piece: WishPiece, last: Sequence[TypedWish]) -> bool:
    return is_counted(piece) and not (last and last[-1].do == "own")


def _is_other_days(piece: WishPiece, last: Sequence[TypedWish]) -> bool:
    """ "Not on weekdays, so Saturday and Sunday"."""
    bare = bool(piece.days) and len(piece.all("weekday")) == len(piece.items) and not piece.free
    closed = bool(last) and last[-1].do == "day_off"
    return bare and closed and not piece.cues and not set(piece.days) & set(last[-1].days)


def _as_before(piece: WishPiece, last: Sequence[TypedWish]) -> Iterator[Read]:
    """ "I hate squats, lunges and burpees": the items are wanted as the first is."""
    pattern = last[-1]
    if pattern.do in {"avoid", "prefer", "keep", "own", "lack", "focus", "less_of"}:
        start, end = piece.span
        for tag in piece.things:
            thing = exercises.thing_of(tag)
            wish = replace(
                pattern,
                thing=thing,
                other=None,
                start=start,
                end=end,
                amount=None,
                sizes=(),
                name="",
            )
            yield facts.weighed(piece, tag, wish) if wish.do == "own" else wish
