"""What is in a flow and in no clause of its prompt: fees, refusals, personal data, decisions."""

from collections.abc import Iterator

from kuznia.domains.flows.account.answers import Answer
from kuznia.domains.flows.account.asks import lexical
from kuznia.domains.flows.account.places import FactPlace, FlowPlaces, guarded_facts
from kuznia.domains.flows.account.situations import limits_of
from kuznia.domains.flows.planner.lexicon import LEXICON
from kuznia.domains.flows.reading.prompt_text import clean
from kuznia.domains.flows.reading.quantities import quantities
from kuznia.domains.flows.reading.words import content, key_set, read_words
from kuznia.domains.flows.schema import Comparison, FlowStep, FormField
from kuznia.domains.flows.structure.guards import Known
from kuznia.forge.terms import Wish

_PERSONAL_GROUPS = frozenset({"person", "papers", "contact", "family", "health", "child"})
_PERSON_NAMES = frozenset({"last_name", "first_name", "middle_name"})
# So many of the words of a label have to be in the prompt.
_ENOUGH = 0.75


def inventions(places: FlowPlaces, prompt: str, answered: Answer) -> Iterator[Wish]:
    """Everything of substance that nothing in the prompt asks for."""
    known = _Known(places, prompt, answered)
    yield from known.payments()
    yield from known.decisions()
    yield from known.questions()
    yield from known.refusals()
    yield from known.amounts()


class _Known:
    """One flow with its prompt, and with what the clauses have already answered for."""

    def __init__(self, places: FlowPlaces, prompt: str, answered: Answer) -> None:
        self.places = places
        self.text = clean(prompt)
        self.words = read_words(self.text)
        self.keys = key_set(self.text)
        self.concepts = frozenset(
            name
            for *_, phrase in LEXICON.find([word.text for word in self.words])
            for name in phrase.fields
        )
        self.answered = answered
        self.deciding = guarded_facts(places.flow)

    def assumed(self, text: str) -> bool:
        """Whether the flow itself says that this was guessed."""
        keys = frozenset(content(read_words(clean(text))))
        return any(keys and key_set(row).share(keys) >= 0.99 for row in self.places.assumed)

    def payments(self) -> Iterator[Wish]:
        for step in self.places.pays:
            if step.id in self.answered.steps or self.assumed(step.title.en):
                continue
            amount = self.places.kopiykas(step)
            spoken = {row.kopiykas for row in quantities(self.text)}
            # A payment of an amount in the prompt is no invention, even where it is misplaced.
            if amount not in spoken and (amount or not self.speaks_of_money()):
                yield self.invented(step, f"The prompt asks for no such payment: {step.title.en}.")

    def speaks_of_money(self) -> bool:
        return self.keys.has("money")

    def decisions(self) -> Iterator[Wish]:
        days = {day for row in quantities(self.text) for day in row.days}
        for step in self.places.of_kind("wait"):
            if self._is_assumed(step):
                continue
            if step.id not in self.answered.steps and not self._is_usual(step, days):
                why = f"The prompt speaks of no such decision: {step.title.en}."
                yield self.invented(step, why)
            elif step.days is not None and step.days not in days:
                yield self.invented(step, f"The prompt does not say how long: {step.days} days.")

    def _is_assumed(self, step: FlowStep) -> bool:
        """Whether an assumption gives the days, or names who decides."""
        spoken = {row.value for text in self.places.assumed for row in quantities(text)}
        return (step.days or 0) in spoken or (step.who is not None and self.assumed(step.who.en))

    def _is_usual(self, step: FlowStep, days: set[int]) -> bool:
        """Whether such a service always waits, and no longer than the prompt says."""
        usual = self.places.flow.archetype in {"permit", "deal"}
        return usual and (step.days is None or step.days in days)

    def questions(self) -> Iterator[Wish]:
        again = {
            move.when.fact
            for step in self.places.flow.steps
            for move in step.next
            if move.limit and isinstance(move.when, Comparison)
        }
        for place in self.places.fields:
            if place.fact.id in self.answered.facts | again or self._is_asked_for(place):
                continue
            if self._matters(place):
                label = place.fact.label.en
                why = f"The prompt does not ask for this: {label}."
                yield Wish("", 0, 0, "not_asked", (place.pointer,), why)

    def _matters(self, place: FactPlace) -> bool:
        field = place.field
        personal = field is not None and (field.personal or _is_personal(field))
        return personal or place.fact.id in self.deciding

    def _is_asked_for(self, place: FactPlace) -> bool:
        if any(self.assumed(text) for text in (place.fact.label.uk, place.fact.label.en)):
            return True
        return any(self._speaks_of(clean(text)) for text in _label_texts(place))

    def _speaks_of(self, label: str) -> bool:
        """Whether the prompt has most of the words of a label, or words that mean the same."""
        keys = frozenset(content(read_words(label)))
        rows = lexical(label)
        known = self.concepts
        if known & _PERSON_NAMES:
            known |= _PERSON_NAMES
        meant = frozenset[str]().union(*(rows[name] for name in rows.keys() & known))
        covered = self.keys.covered(keys) | (meant & keys)
        return bool(keys) and len(covered) >= _ENOUGH * len(keys)

    def refusals(self) -> Iterator[Wish]:
        """Answers after which nobody gets to a good end."""
        for place in (*self.places.fields, *self.places.provided):
            name = place.fact.id
            for value in self.places.graph.cases.get(name) or ():
                if self.places.finishes({name: value}) or self._is_turned(name, value):
                    continue
                label = place.fact.label.en
                why = f"The prompt turns nobody away for this: {label}."
                yield Wish("", 0, 0, "not_asked", (place.pointer,), why)
                break

    def _is_turned(self, name: str, value: Known) -> bool:
        """Whether a clause says that people with this answer are turned away."""
        cases = [case[name] for case in self.answered.turned if name in case]
        if value in cases:
            return True
        numbers = [case for case in cases if isinstance(case, int | float)]
        if not numbers or not isinstance(value, int | float):
            return False
        limits = limits_of(self.places, name)
        return (value < min(limits) and min(numbers) < min(limits)) or (
            value > max(limits) and max(numbers) > max(limits)
        )

    def amounts(self) -> Iterator[Wish]:
        """Amounts of money in the texts."""
        spoken = {row.value for row in quantities(self.text)}
        spoken |= {(self.places.kopiykas(step) or 0) / 100 for step in self.places.pays}
        assumed = "\n".join(self.places.assumed)
        spoken |= {row.value for row in quantities(assumed)}
        for step in self.places.flow.steps:
            text = self.places.step_text(step)
            rows = quantities(text)
            other = [r for r in rows if r.measure == "money" and r.value not in spoken]
            if other:
                why = f"The prompt names no such amount: {other[0].value:g}."
                yield self.invented(step, why)

    def invented(self, step: FlowStep, why: str) -> Wish:
        return Wish("", 0, 0, "not_asked", (self.places.pointer[step.id],), why)


def _is_personal(field: FormField) -> bool:
    known = LEXICON.fields.get(field.id)
    return known is not None and known.group in _PERSONAL_GROUPS and known.personal


def _label_texts(place: FactPlace) -> tuple[str, str]:
    return place.fact.label.uk, place.fact.label.en
