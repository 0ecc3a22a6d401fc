"""Wishes answered from the planner's record: which part of a flow each clause became."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from kuznia.domains.flows.account.places import FlowPlaces
from kuznia.domains.flows.account.situations import limits_of
from kuznia.domains.flows.planner.building import plan
from kuznia.domains.flows.planner.order import FlowOrder
from kuznia.domains.flows.reading.prompt_text import clean
from kuznia.domains.flows.reading.quantities import Quantity, quantities
from kuznia.domains.flows.reading.words import Word, content, read_words
from kuznia.domains.flows.schema import Flow
from kuznia.forge.terms import Wish

RecordRow = tuple[int, int, tuple[str, ...]]
# So many of the words of a clause may be left over when the rest of it was planned.
_LEFT_OVER = 0.4
_NOTHING = "The planner read nothing in this that it can put into a flow."
_A_PART = "The planner read only a part of this: {words}."
_MAX_WORDS = 6
_NUMBER = "A number in it is nowhere in the flow: {number:g}."


def record_of(order: FlowOrder, flow: Flow) -> tuple[RecordRow, ...] | None:
    """The record of a flow that our own planner made of this order; None for any other flow."""
    if order.reading.kind is None:
        return None
    planned = plan(order.reading)
    own = planned.flow.having(language=order.language)
    return planned.record if own == flow else None


def planned_answers(
    flow: Flow, record: Sequence[RecordRow], wishes: Sequence[Wish]
) -> tuple[Wish, ...]:
    """The wishes with what became of them: met where the record covers the clause."""
    numbers = frozenset(_numbers(flow))
    return tuple(_answer(numbers, record, wish) for wish in wishes)


def _numbers(flow: Flow) -> Iterator[float]:
    """Every number that the flow keeps to or shows, those in its name aside."""
    places = FlowPlaces(flow)
    yield from limits_of(places)
    for step in flow.steps:
        yield float(step.repeats)
        yield from (float(step.days),) if step.days else ()
        yield from ((places.kopiykas(step) or 0) / 100,) if step.kind == "pay" else ()
        yield from (row.value for row in quantities(places.step_text(step)))
        for field in step.fields:
            bounds = (field.low, field.high, field.max_length)
            yield from (float(bound) for bound in bounds if bound is not None)


def _answer(numbers: frozenset[float], record: Sequence[RecordRow], wish: Wish) -> Wish:
    rows = [row for row in record if row[0] < wish.end and row[1] > wish.start]
    if not rows:
        return replace(wish, outcome="not_understood", why=_NOTHING)
    words = [word for word in read_words(wish.quote) if content((word,))]
    left = [word.text for word in words if not _covered(word, wish.start, rows)]
    if len(left) > max(1, _LEFT_OVER * len(words)):
        why = _A_PART.format(words=", ".join(left[:_MAX_WORDS]))
        return replace(wish, outcome="not_understood", why=why)
    gone = [row for row in quantities(clean(wish.quote)) if not _is_kept(row, numbers)]
    if gone:
        return replace(wish, outcome="not_understood", why=_NUMBER.format(number=gone[0].value))
    where = tuple(dict.fromkeys(pointer for *_, pointers in rows for pointer in pointers))
    return replace(wish, outcome="met", where=where)


def _is_kept(row: Quantity, numbers: frozenset[float]) -> bool:
    return (
        row.value in numbers
        or bool(row.days & numbers)
        or (row.measure == "money" and not row.value)
    )


def _covered(word: Word, offset: int, rows: Sequence[RecordRow]) -> bool:
    start, end = word.start + offset, word.end + offset
    return any(first < end and last > start for first, last, _ in rows)
