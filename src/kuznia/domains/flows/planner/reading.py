"""A prompt as the planner reads it: the kind of service, and the facts of every clause."""

import re
from dataclasses import dataclass

from kuznia.domains.flows.planner import cues
from kuznia.domains.flows.planner.clauses.conditions import BranchCondition
from kuznia.domains.flows.planner.clauses.facts import (
    CaseFact,
    DropFact,
    EndFact,
    FeeFact,
    FieldFact,
    PromptFact,
    Setting,
    SettingFact,
    WaitFact,
)
from kuznia.domains.flows.planner.clauses.prompt_reader import PromptReader
from kuznia.domains.flows.planner.cues import ServiceKind, applied_for, kind_of
from kuznia.domains.flows.reading.prompt_text import cleaned, language_of
from kuznia.domains.flows.schema import Language

# Fields that make an application, even where no word names its kind.
_ENOUGH = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptReading:
    """Everything the planner reads in a prompt."""

    prompt: str
    text: str
    language: Language
    kind: ServiceKind | None
    facts: tuple[PromptFact, ...]

    @property
    def mentions(self) -> tuple[FieldFact, ...]:
        """The fields that are asked of everybody."""
        return tuple(fact for fact in self.facts if isinstance(fact, FieldFact) and not fact.cases)

    @property
    def dropped(self) -> frozenset[str]:
        """The fields that must not be asked."""
        asked = {fact.field.id for fact in self.facts if isinstance(fact, FieldFact)}
        names = {
            name
            for fact in self.facts
            if isinstance(fact, DropFact) and not fact.cases
            for name in fact.fields
        }
        return frozenset(names - asked)

    @property
    def fee(self) -> int | None:
        """What everybody pays."""
        fees = (f.kopiykas for f in self.facts if isinstance(f, FeeFact) and not f.cases)
        return next((fee for fee in fees if fee), None)

    @property
    def conditions(self) -> tuple[BranchCondition, ...]:
        """What decides, and the fields that it decides about."""
        rows: list[BranchCondition] = []
        for fact in self.facts:
            if isinstance(fact, CaseFact) and fact.case.decides and fact.case.guard:
                then = tuple(
                    other.field
                    for other in self.facts
                    if isinstance(other, FieldFact) and other.cases[-1:] == (fact.case,)
                )
                rows.append(BranchCondition(fact.case.decides, fact.case.guard, then))
        return tuple(rows)

    def says(self, cue: re.Pattern[str]) -> bool:
        return cue.search(self.text) is not None

    def sets(self, setting: Setting) -> bool:
        return any(isinstance(fact, SettingFact) and fact.setting == setting for fact in self.facts)


def read(prompt: str) -> PromptReading:
    """Read a prompt."""
    clean = cleaned(prompt)
    facts = tuple(_undropped(PromptReader(clean).read()))
    kind = kind_of(clean.text)
    if kind is None and _is_service(facts):
        kind = applied_for(clean.text) or cues.ServiceKind("registration", 0, 0, close=True)
    return PromptReading(
        prompt=prompt, text=clean.text, language=language_of(clean.text), kind=kind, facts=facts
    )


def _undropped(facts: list[PromptFact]) -> list[PromptFact]:
    """The facts without fields that a later clause forbids: `name, email; no email please`."""
    gone = {
        (name, place)
        for place, fact in enumerate(facts)
        if isinstance(fact, DropFact) and not fact.cases
        for name in fact.fields
    }
    return [
        fact
        for place, fact in enumerate(facts)
        if not (
            isinstance(fact, FieldFact)
            and not fact.cases
            and any(name == fact.field.id and place < later for name, later in gone)
        )
    ]


def _is_service(facts: tuple[PromptFact, ...]) -> bool:
    """Whether a prompt describes a service, although no word of it names one."""
    asked = sum(isinstance(fact, FieldFact) for fact in facts)
    known = sum(isinstance(fact, FieldFact) and not fact.invented for fact in facts)
    more = any(isinstance(fact, CaseFact | WaitFact | EndFact) for fact in facts)
    return (asked >= _ENOUGH and known > 0) or (asked > 0 and more)
