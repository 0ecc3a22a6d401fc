"""The answer to one statement: where the flow shows that it is so, or why it is not."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kuznia.domains.flows.account.asks import Asked, Match
from kuznia.domains.flows.account.places import FactPlace, FlowPlaces
from kuznia.domains.flows.account.situations import Assignment, Situation, limits_of
from kuznia.domains.flows.reading.quantities import Quantity, numbers_of, quantities
from kuznia.domains.flows.reading.statements import Statement
from kuznia.domains.flows.reading.words import (
    Cue,
    KeyIndex,
    Words,
    content,
    unordered,
    without,
)
from kuznia.domains.flows.schema import FlowStep


@dataclass(frozen=True)
class Answer:
    """Pointers to what shows that a statement is so; or else the reason why it is not."""

    where: tuple[str, ...] = ()
    why: str = ""
    # Whether the flow shows the opposite, so that no words in it can answer for the statement.
    against: bool = False
    # What the statement asks for, so that it is no invention: steps, and facts.
    steps: frozenset[str] = frozenset()
    facts: frozenset[str] = frozenset()
    # The cases in which people are turned away because the prompt says so.
    turned: tuple[Assignment, ...] = ()

    @property
    def holds(self) -> bool:
        return bool(self.where) and not self.why


@dataclass(frozen=True)
class Case:
    """A statement to be answered for, with the flow and the case in which it has to hold."""

    places: FlowPlaces
    statement: Statement
    situation: Situation
    # The fields that ask for each thing the statement asks for.
    matches: tuple[tuple[Asked, Match], ...]
    # Who pays nothing, as the prompt says.
    exempt: tuple[Situation, ...] = ()
    # Whether the prompt says of some fields that they are optional, and so of the others not.
    contrasts: bool = False
    # The steps and fields where a model says that it can be seen.
    claimed: frozenset[str] = frozenset()
    # The fields that ask for something else.
    taken: frozenset[str] = frozenset()
    # The fields of the statement before, for "none of these".
    before: tuple[FactPlace, ...] = ()

    @property
    def words(self) -> Words:
        return self.statement.words

    @property
    def about(self) -> Words:
        """The words without those that say what comes before or after."""
        rest = self.statement.pieces
        return tuple(word for piece in rest for word in (*unordered(piece.words), *piece.asides))

    @property
    def numbers(self) -> tuple[Quantity, ...]:
        return self.statement.numbers

    @property
    def conditional(self) -> bool:
        return bool(self.situation.facts)

    @property
    def known_numbers(self) -> frozenset[float]:
        """The numbers that are a part of the condition."""
        places = [
            place
            for place in (*self.places.fields, *self.places.provided)
            if place.fact.id in self.situation.facts
        ]
        rows = (quantities(place.text) for place in places)
        limits = (limits_of(self.places, place.fact.id) for place in places)
        return frozenset(row.value for own in rows for row in own).union(*limits)

    def steps(self) -> frozenset[str]:
        """The steps where the statement has to be seen."""
        situation = self.situation
        return situation.own(self.places) if self.conditional else situation.steps(self.places)

    def pointers(self, steps: Iterable[FlowStep]) -> tuple[str, ...]:
        return (*(self.places.pointer[step.id] for step in steps), *self.situation.pointers)

    def unexplained(self, steps: Iterable[FlowStep], *names: Cue) -> frozenset[str]:
        """The words of the statement that are neither in these steps nor in the condition."""
        keys = frozenset(content(without(self.about, *names))) - self.situation.keys
        shown = KeyIndex(
            self.places.keys(step.id for step in steps).keys
            | self.situation.keys
            | self.places.named.keys
        )
        return keys - shown.covered(keys)

    def explains(self, steps: Iterable[FlowStep], *names: Cue) -> bool:
        """Whether at least half of the words can be seen there, those of the cues aside."""
        keys = frozenset(content(without(self.about, *names))) - self.situation.keys
        return 2 * len(self.unexplained(steps, *names)) <= len(keys)


def against(why: str) -> Answer:
    """The flow shows the opposite."""
    return Answer(why=why, against=True)


def joined(answers: Iterable[Answer]) -> Answer:
    """One answer to several statements: the first reason against them, or all the pointers."""
    answers = tuple(answers)
    return Answer(
        tuple(dict.fromkeys(pointer for answer in answers for pointer in answer.where)),
        next((answer.why for answer in answers if not answer.holds), "")
        if answers
        else "Nothing in the flow shows it.",
        any(answer.against for answer in answers),
        frozenset[str]().union(*(answer.steps for answer in answers)),
        frozenset[str]().union(*(answer.facts for answer in answers)),
        tuple(case for answer in answers for case in answer.turned),
    )


def numbers_shown(case: Case, within: Iterable[FlowStep] | None = None) -> bool:
    """Whether the numbers of a statement are in some steps, or anywhere it has to be seen."""
    steps = case.steps() if within is None else frozenset(step.id for step in within)
    values = frozenset(_values(case, steps))
    spoken = frozenset(
        number for step in steps for number in _spoken(case.places, case.places.flow.by_id[step])
    )
    condition = frozenset(row.value for row in _condition_numbers(case))
    condition |= limits_of(case.places) | case.known_numbers
    return all(row.value in values | spoken | condition for row in case.numbers)


def _condition_numbers(case: Case) -> Iterator[Quantity]:
    yield from numbers_of(case.statement.text, case.statement.condition)


def _values(case: Case, steps: frozenset[str]) -> Iterator[float]:
    for step_id in steps:
        step = case.places.flow.by_id[step_id]
        yield from (float(step.days),) if step.days else ()
        if step.kind == "pay" and (amount := case.places.kopiykas(step)):
            yield amount / 100
        yield float(step.repeats)
        for field in step.fields:
            bounds = (field.low, field.high, field.max_length)
            yield from (float(bound) for bound in bounds if bound is not None)


def _spoken(places: FlowPlaces, step: FlowStep) -> Iterator[float]:
    text = places.step_text(step)
    yield from (row.value for row in quantities(text))
