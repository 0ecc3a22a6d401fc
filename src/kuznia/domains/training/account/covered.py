"""Which clauses the typed wishes answer for: all that a clause holds is in a wish, and seen."""

from collections.abc import Sequence
from dataclasses import dataclass

from kuznia.domains.training.account.answers import WishVerdict
from kuznia.domains.training.account.facts import PlanFacts
from kuznia.domains.training.account.language.segments import HARD, Segment
from kuznia.domains.training.account.typed import days_only, only_these, verdict_of
from kuznia.domains.training.schema.profile import PlanInput
from kuznia.domains.training.wishes.order import read_order_wishes
from kuznia.domains.training.wishes.pieces import THINGS, WishPiece, pieces
from kuznia.domains.training.wishes.typed import ReadWishes, TypedWish
from kuznia.forge.terms import Wish

# Facts of a clause that a typed wish holds, and words that only say how it is meant.
_NUMBERS = frozenset({"minutes", "count", "kg"})
_HELD = THINGS | _NUMBERS | {"weekday", "number", "neg", "hate", "swap", "off", "instead_of"}
# A wish for a number of its own is exact: a limit is read by the account.
_BOUNDED = frozenset({"minutes", "own"})
_MAX_UNREAD = 1


@dataclass(frozen=True)
class TypedAccount:
    """The typed wishes of a prompt with what the plan shows of each."""

    rows: tuple[tuple[TypedWish, WishVerdict | None], ...]
    read: ReadWishes
    made: tuple[WishPiece, ...]

    def answer(self, wish: Wish, segments: Sequence[Segment]) -> WishVerdict | None:
        """The answer for a clause whose words are all in typed wishes; None for any other."""
        rows = [row for row in self.rows if wish.start < row[0].end and row[0].start < wish.end]
        for typed, verdict in rows:
            if verdict and verdict.outcome != "met" and self._is_denial(typed):
                return verdict
        verdicts = [verdict for _, verdict in rows if verdict is not None]
        if len(verdicts) < len(rows) or not self._is_whole(wish, segments, [t for t, _ in rows]):
            return None
        broken = next((verdict for verdict in verdicts if verdict.outcome != "met"), None)
        where = tuple(dict.fromkeys(place for verdict in verdicts for place in verdict.where))
        return broken or WishVerdict("met", (), where)

    def _is_whole(
        self, wish: Wish, segments: Sequence[Segment], wishes: Sequence[TypedWish]
    ) -> bool:
        """Whether all that a clause says is in these wishes."""
        mine = [p for p in self.made if wish.start < p.span[1] and p.span[0] < wish.end]
        # "No back squats, the rack is always taken": what is lacked is the reason.
        has_reason = {"avoid", "lack"} <= {typed.do for typed in wishes}
        return (
            bool(wishes)
            and not has_reason
            and all(self._end(typed) <= wish.end for typed in wishes)
            and all(self._is_read(piece, wishes) for piece in mine)
            and all(_is_held(segment, wishes) for segment in segments)
        )

    def _end(self, typed: TypedWish) -> int:
        """Where its words end, a "please" behind them left out."""
        piece = next((p for p in self.made if p.span[0] <= typed.start < p.span[1]), None)
        if piece is None or typed.end != piece.span[1]:
            return typed.end
        polite = [tag for tag in piece.cued("polite") if tag.last == piece.last]
        return piece.words[polite[0].first - 1].end if polite and polite[0].first else typed.end

    def _is_denial(self, typed: TypedWish) -> bool:
        """Whether it takes something out of the plan, in words that are all understood: it must be
        nowhere, whatever else the clause says."""
        mine = [piece for piece in self.made if piece.span[0] <= typed.start < piece.span[1]]
        is_plain = all(not piece.free and not piece.all("weekday", "weekref") for piece in mine)
        return typed.do == "avoid" and is_plain

    def _is_read(self, piece: WishPiece, wishes: Sequence[TypedWish]) -> bool:
        """Whether a wish was made of a piece, and nothing of it was left unread."""
        start, end = piece.span
        if any(start <= doubt.start < end for doubt in self.read.doubts):
            return False
        made = any(start <= wish.start < end for wish in wishes)
        return piece.free <= (_MAX_UNREAD if made else 0) and (made or not piece.items)


def typed_account(order: PlanInput, plan: PlanFacts) -> TypedAccount:
    """What became of the typed wishes of an order's prompt."""
    read = read_order_wishes(order.prompt, order.profile.notes)
    mine = [wish for wish in read.wishes if wish.end <= len(order.prompt)]
    made = pieces(order.prompt)
    rows = tuple((wish, _verdict(wish, mine, made, plan)) for wish in mine)
    return TypedAccount(rows, read, made)


def _verdict(
    wish: TypedWish, wishes: Sequence[TypedWish], made: Sequence[WishPiece], plan: PlanFacts
) -> WishVerdict | None:
    """What the plan shows of a wish, beside the others of its prompt."""
    if wish.do == "own" and wish.only:
        weights = verdict_of(wish, plan)
        if weights is not None and weights.outcome != "met":
            return weights
        owned = [one.thing.name for one in wishes if one.do == "own" and one.thing is not None]
        return None if "weights" in owned else only_these(owned, plan)
    if wish.do == "days_only":
        return days_only(wish, plan, {day for piece in made for day in piece.days})
    times = {tag.high for piece in made for tag in piece.all("minutes")}
    if wish.do == "minutes" and not wish.days and len(times) > 1:
        # Other days have a time of their own.
        return None
    return verdict_of(wish, plan)


def _is_held(segment: Segment, wishes: Sequence[TypedWish]) -> bool:
    """Whether every day, number and thing of a segment is in one of the wishes."""
    bounded = all(wish.do in _BOUNDED for wish in wishes if wish.amount is not None)
    held = _HELD | {"at_most"} if bounded else _HELD
    if any(wish.do in {"easier", "harder"} for wish in wishes):
        held = held | {"heavy"}
    if any(tag.kind in HARD and tag.kind not in held for tag in segment.tags):
        return False
    days = {day for wish in wishes for day in wish.days}
    amounts = {float(size) for wish in wishes for size in (wish.amount, wish.reps) if size}
    return segment.days <= days and all(
        tag.high in amounts for tag in segment.all(*_NUMBERS) if not _is_counted(tag.kind, wishes)
    )


def _is_counted(kind: str, wishes: Sequence[TypedWish]) -> bool:
    """A number of pieces of equipment, "one kettlebell", asks for nothing."""
    return kind == "count" and all(wish.do in {"own", "lack"} for wish in wishes)
