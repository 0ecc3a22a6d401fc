"""Which answers to each question are still possible: those of people not yet turned away."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from kuznia.domains.flows.planner.clauses.facts import CaseFact, FactCase, FieldFact, PromptFact
from kuznia.domains.flows.schema import FormField
from kuznia.domains.flows.structure.guards import Known, holds, tests

Answers: TypeAlias = frozenset[Known]


@dataclass(frozen=True, slots=True)
class AnswersLeft:
    """The answers to each question that decides something, and those that are still possible."""

    every: Mapping[str, Answers]
    left: Mapping[str, Answers]

    def possible(self, name: str) -> Answers:
        return self.left.get(name, self.every.get(name, frozenset()))

    def satisfied(self, case: FactCase) -> Answers:
        guard = case.guard
        if guard is None:
            return frozenset()
        return frozenset(v for v in self.every.get(case.name, ()) if holds(guard, {case.name: v}))

    def simplified(self, cases: tuple[FactCase, ...]) -> tuple[FactCase, ...] | None:
        """The cases without those that always hold by now; nothing where one never does."""
        rows: list[FactCase] = []
        for case in cases:
            if case.outcome is not None or case.name not in self.every:
                rows.append(case)
                continue
            possible = self.possible(case.name)
            own = self.satisfied(case) & possible
            if not own:
                return None
            if own != possible:
                rows.append(case)
        return tuple(rows)

    def without(self, cases: tuple[FactCase, ...]) -> "AnswersLeft":
        """What is left when the people of a case have gone another way."""
        if len(cases) != 1 or cases[0].guard is None:
            return self
        case = cases[0]
        rest = self.possible(case.name) - self.satisfied(case)
        return replace(self, left={**self.left, case.name: rest})

    def within(self, cases: tuple[FactCase, ...]) -> "AnswersLeft":
        """What is left for the people of a case."""
        own = {
            case.name: self.possible(case.name) & self.satisfied(case)
            for case in cases
            if case.guard is not None
        }
        return replace(self, left={**self.left, **own})


def answers_of(facts: Iterable[PromptFact]) -> AnswersLeft:
    """All answers to the questions that the facts ask or decide by."""
    fields: dict[str, FormField] = {}
    limits: dict[str, set[float]] = {}
    for fact in facts:
        if isinstance(fact, FieldFact):
            fields[fact.field.id] = fact.field
        cases = (*fact.cases, fact.case) if isinstance(fact, CaseFact) else fact.cases
        for case in cases:
            if case.decides is not None:
                fields.setdefault(case.decides.id, case.decides)
            for test in tests(case.guard) if case.guard else ():
                if isinstance(test.value, int | float) and not isinstance(test.value, bool):
                    limits.setdefault(test.fact, set()).add(test.value)
    every = {name: _answers(field, limits.get(name, set())) for name, field in fields.items()}
    return AnswersLeft({name: rows for name, rows in every.items() if rows}, {})


def _answers(field: FormField, limits: set[float]) -> Answers:
    rows: set[Known] = {option.id for option in field.options} if field.type == "choice" else set()
    if field.type == "yesno":
        rows = {True, False}
    elif field.type == "number":
        rows = {value for limit in limits for value in (limit - 1, limit, limit + 1)}
        low, high = field.low, field.high
        rows = {
            value
            for value in rows
            if isinstance(value, int | float)
            and (low is None or value >= low)
            and (high is None or value <= high)
        }
    if rows and not field.required:
        rows.add(None)
    return frozenset(rows)
