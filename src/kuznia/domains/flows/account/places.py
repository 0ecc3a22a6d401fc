"""Where things are in a flow: its fields, steps and texts, each with its words and its pointer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from kuznia.domains.flows.planner.lexicon import LEXICON
from kuznia.domains.flows.reading.prompt_text import clean, words
from kuznia.domains.flows.reading.words import KeyIndex, all_keys, read_words
from kuznia.domains.flows.schema import (
    All,
    Comparison,
    Either,
    Fact,
    Flow,
    FlowOption,
    FlowStep,
    FormField,
    Guard,
    Kind,
    Move,
    Not,
    Text,
)
from kuznia.domains.flows.structure.graph import FlowGraph, spread
from kuznia.domains.flows.structure.guards import Facts, holds, tests

# Whatever its label says, it asks for a day.
_DATED = all_keys(read_words("date день"))
NAME = "/flow/name"
STEPS = "/flow/steps"


def concepts(text: str) -> frozenset[str]:
    """The fields of the lexicon that a text names."""
    return frozenset(name for *_, phrase in LEXICON.find(words(text)) for name in phrase.fields)


def both(*texts: Text | None) -> str:
    """The texts in both languages."""
    return clean("\n".join(part for text in texts if text for part in (text.uk, text.en)))


@dataclass(frozen=True)
class FactPlace:
    """A field, or a fact from a register, with its words."""

    fact: Fact
    step: FlowStep
    pointer: str

    @property
    def field(self) -> FormField | None:
        return self.fact if isinstance(self.fact, FormField) else None

    @cached_property
    def labels(self) -> tuple[frozenset[str], ...]:
        """The words of the label in each language."""
        label = self.fact.label
        return tuple(all_keys(read_words(clean(text))) for text in (label.uk, label.en))

    @cached_property
    def named(self) -> KeyIndex:
        """The words of its label and its id."""
        name = all_keys(read_words(self.fact.id.replace("_", " ")))
        dated = _DATED if self.fact.type == "date" else frozenset[str]()
        return KeyIndex(frozenset[str]().union(name, dated, *self.labels))

    @cached_property
    def text(self) -> str:
        """Everything that a person reads about it."""
        field = self.field
        more = (field.hint, field.error) if field else ()
        return both(self.fact.label, *more, *(option.label for option in self.fact.options))

    @cached_property
    def keys(self) -> KeyIndex:
        return KeyIndex(all_keys(read_words(self.text)) | self.named.keys)

    @cached_property
    def concepts(self) -> frozenset[str]:
        label = self.fact.label
        own = {self.fact.id} & LEXICON.fields.keys()
        return concepts(clean(label.uk)) | concepts(clean(label.en)) | own


class FlowPlaces:
    """One flow, looked up by its words and walked under assumptions."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.graph = FlowGraph(flow)
        self.pointer = {step.id: f"{STEPS}/{place}" for place, step in enumerate(flow.steps)}
        self._reached: dict[tuple[object, frozenset[str]], frozenset[str]] = {}

    @cached_property
    def fields(self) -> tuple[FactPlace, ...]:
        return tuple(
            FactPlace(field, step, f"{self.pointer[step.id]}/fields/{place}")
            for step in self.flow.steps
            for place, field in enumerate(step.fields)
        )

    @cached_property
    def provided(self) -> tuple[FactPlace, ...]:
        return tuple(
            FactPlace(fact, step, f"{self.pointer[step.id]}/provides/{place}")
            for step in self.flow.steps
            for place, fact in enumerate(step.provides)
        )

    @cached_property
    def done(self) -> frozenset[str]:
        """The ends that a person hopes for."""
        ends = self.graph.of_kind("end")
        hoped = frozenset(step.id for step in ends if step.ending in {"done", None})
        return hoped or frozenset(step.id for step in ends)

    @cached_property
    def pays(self) -> tuple[FlowStep, ...]:
        return self.graph.of_kind("pay")

    def kopiykas(self, step: FlowStep) -> int | None:
        """What has to be paid in a step; None where the amount is not fixed."""
        fee = step.fee or self.flow.fee
        return fee.kopiykas if fee else None

    def step_text(self, step: FlowStep) -> str:
        """Everything that a person reads in a step, its fields included."""
        outcomes = (outcome.label for outcome in step.outcomes)
        own = both(step.title, step.text, step.who, *outcomes)
        fields = "\n".join(place.text for place in self.fields if place.step.id == step.id)
        return f"{own}\n{fields}"

    @cached_property
    def step_keys(self) -> Mapping[str, KeyIndex]:
        return {
            step.id: KeyIndex(all_keys(read_words(self.step_text(step))))
            for step in self.flow.steps
        }

    def keys(self, steps: Iterable[str]) -> KeyIndex:
        """The words of some steps."""
        return KeyIndex(frozenset[str]().union(*(self.step_keys[step].keys for step in steps)))

    @cached_property
    def named(self) -> KeyIndex:
        """The words of the service's name."""
        ident = read_words(self.flow.id.replace("_", " "))
        return KeyIndex(all_keys(read_words(both(self.flow.name))) | all_keys(ident))

    @cached_property
    def everything(self) -> KeyIndex:
        return KeyIndex(self.keys(self.step_keys).keys | self.named.keys)

    @cached_property
    def assumed(self) -> tuple[str, ...]:
        """What the flow says was guessed."""
        return tuple(both(text) for text in self.flow.assumptions)

    def of_kind(self, kind: Kind) -> tuple[FlowStep, ...]:
        return self.graph.of_kind(kind)

    def reach(self, facts: Facts, without: frozenset[str] = frozenset()) -> frozenset[str]:
        """The steps that can be reached when these facts are so, past the steps left out."""
        key = (tuple(sorted(facts.items(), key=lambda item: item[0])), without)
        if key not in self._reached:
            ways = {step.id: self._onward(step, facts) for step in self.flow.steps}
            self._reached[key] = spread([self.graph.first], ways, without)
        return self._reached[key]

    def _onward(self, step: FlowStep, facts: Facts) -> tuple[str, ...]:
        guarded = [move for move in step.next if move.when is not None]
        certain = any(
            not _may(move.when, facts)[1] for move in guarded if move.when and move.limit is None
        )
        return tuple(
            move.to
            for move in step.next
            if move.to in self.flow.by_id and _may_take(move, facts, certain=certain)
        )

    def finishes(self, facts: Facts, without: Iterable[str] = ()) -> bool:
        """Whether a hoped-for end can be reached."""
        return bool(self.reach(facts, frozenset(without)) & self.done)

    def ahead(self, step: str) -> frozenset[str]:
        return self.graph.ahead(step)


def _may_take(move: Move, facts: Facts, *, certain: bool) -> bool:
    return not certain if move.when is None else _may(move.when, facts)[0]


def _may(guard: Guard, facts: Facts) -> tuple[bool, bool]:
    """Whether a guard can hold, and whether it can fail, with what is not known left open."""
    match guard:
        case Comparison():
            if guard.fact not in facts:
                return True, True
            verdict = holds(guard, facts)
            return verdict, not verdict
        case Not():
            can, cannot = _may(guard.no, facts)
            return cannot, can
        case All():
            parts = [_may(part, facts) for part in guard.all]
            return all(can for can, _ in parts), any(cannot for _, cannot in parts)
        case Either():
            parts = [_may(part, facts) for part in guard.any]
            return any(can for can, _ in parts), all(cannot for _, cannot in parts)


def guarded_facts(flow: Flow) -> frozenset[str]:
    """Every fact or step whose value decides a move."""
    moves = (move for step in flow.steps for move in step.next)
    return frozenset(test.fact for move in moves if move.when for test in tests(move.when))


def option_text(option: FlowOption) -> str:
    return both(option.label)
