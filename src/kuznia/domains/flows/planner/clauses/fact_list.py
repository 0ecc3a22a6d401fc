"""The facts read so far, and what the sentences before have said."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from kuznia.domains.flows.planner.clauses.asking import NONE_OF_THESE, AskedField, FieldAsking
from kuznia.domains.flows.planner.clauses.facts import (
    CaseFact,
    FactCase,
    FieldFact,
    PromptFact,
    PromptPlace,
)
from kuznia.domains.flows.planner.clauses.naming import ListSubject
from kuznia.domains.flows.reading.prompt_text import CleanText
from kuznia.domains.flows.reading.sentences import Sentence
from kuznia.domains.flows.reading.words import (
    Words,
)
from kuznia.domains.flows.schema import Comparison, FormField, Not


@dataclass
class Context:
    """What the sentences before have said."""

    # The case of the last condition, and of the head that the present list stands under.
    last: tuple[FactCase, ...] = ()
    under: tuple[FactCase, ...] = ()
    subject: ListSubject | None = None
    repeat: int | None = None
    listing: bool = False
    # The question just asked, which the next sentence may go on with.
    question: FormField | None = None


@dataclass
class FactList:
    """The facts of one prompt, while it is being read."""

    clean: CleanText
    facts: list[PromptFact] = field(default_factory=list[PromptFact])
    context: Context = field(default_factory=Context)

    @property
    def known(self) -> tuple[FormField, ...]:
        rows: dict[str, FormField] = {}
        for fact in self.facts:
            if isinstance(fact, FieldFact):
                rows.setdefault(fact.field.id, fact.field)
            if isinstance(fact, CaseFact) and fact.case.decides:
                rows.setdefault(fact.case.decides.id, fact.case.decides)
        return tuple(rows.values())

    def place(self, sentence: Sentence, words: Words = ()) -> PromptPlace:
        start = words[0].start if words else 0
        end = words[-1].end if words else len(sentence.text)
        return PromptPlace(*self.clean.place(sentence.start + start, sentence.start + end))

    def add(self, fact: PromptFact) -> None:
        cases = {case.name: case for case in fact.cases}
        self.facts.append(replace(fact, cases=tuple(cases.values())))

    def note_case(
        self, sentence: Sentence, case: FactCase, under: tuple[FactCase, ...], words: Words = ()
    ) -> None:
        self.add(CaseFact(self.place(sentence, words), case, under))

    def remember(self, field: FormField) -> None:
        """The case that `if so` and `if any` refer to."""
        if field.type == "yesno":
            self.context.last = (FactCase(field, Comparison(fact=field.id, op="eq", value=True)),)
        elif field.options and field.options[-1].id in NONE_OF_THESE:
            none = Comparison(fact=field.id, op="eq", value=field.options[-1].id)
            self.context.last = (FactCase(field, Not(no=none)),)

    def asking(self) -> FieldAsking:
        return FieldAsking(self.known, self.context.subject)

    def add_fields(
        self,
        sentence: Sentence,
        words: Words,
        rows: Sequence[AskedField],
        cases: tuple[FactCase, ...],
    ) -> None:
        for row in rows:
            place = self.place(sentence, row.words or words)
            repeat = row.repeat or self.context.repeat
            asked = next(
                (f for f in self.facts if isinstance(f, FieldFact) and f.field.id == row.field.id),
                None,
            )
            if asked is not None:
                continue
            self.add(FieldFact(place, row.field, cases, repeat, row.invented, row.rough))
            if repeat is None:
                self.remember(row.field)
