"""A clause read into facts: its condition, its prices, who waits, and what it asks."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from kuznia.domains.flows.planner.clauses import clause_kinds as kinds
from kuznia.domains.flows.planner.clauses import prices
from kuznia.domains.flows.planner.clauses.cases import (
    Asking,
    case_about,
    case_of,
    flipped,
    known_case,
    option_case,
    outcome_of,
)
from kuznia.domains.flows.planner.clauses.clause_kinds import verb_in
from kuznia.domains.flows.planner.clauses.fact_list import FactList
from kuznia.domains.flows.planner.clauses.facts import (
    DropFact,
    EndFact,
    FactCase,
    FeeFact,
    FieldFact,
    NoticeFact,
    PromptPlace,
    SettingFact,
    WaitFact,
)
from kuznia.domains.flows.planner.clauses.implied_cases import (
    ImpliedCase,
    before_refusal,
    behind_but,
    behind_each,
    for_apart,
    implied_cases,
    in_scope,
)
from kuznia.domains.flows.planner.phrases.people import who_waits
from kuznia.domains.flows.planner.phrases.wording import REFUSAL, notice
from kuznia.domains.flows.reading.sentences import Sentence
from kuznia.domains.flows.reading.statements import Statement, pieces_of, statements
from kuznia.domains.flows.reading.subjects import grouped
from kuznia.domains.flows.reading.words import (
    KeyIndex,
    Words,
    content,
    cue,
    is_generic,
    read_words,
    without,
)


@dataclass
class ClauseReader(FactList):
    """A reader of the clauses of one prompt."""

    def clause(self, sentence: Sentence, under: tuple[FactCase, ...]) -> None:
        for statement in statements(
            sentence.number, sentence.text, listed=self.context.listing or sentence.listed
        ):
            self.statement(sentence, statement, under)

    def statement(
        self, sentence: Sentence, statement: Statement, under: tuple[FactCase, ...]
    ) -> None:
        relation = statement.relation
        if relation == "always":
            if statement.listed and self.context.under:
                under = self.context.under
            self.uncased_statement(sentence, statement, under)
            return
        if relation == "else":
            cases = (
                tuple(flipped(case) for case in self.context.last[-1:]) if self.context.last else ()
            )
            self.parts(sentence, statement, (*under, *cases))
            return
        if not content(statement.condition) and self.context.last:
            # `If yes`, `if not`.
            denied = (
                cue("no", statement.condition) is not None
                and cue("yes", statement.condition) is None
            )
            cases = tuple(flipped(case) if denied else case for case in self.context.last[-1:])
            self.parts(sentence, statement, (*under, *cases))
            return
        self.conditional(sentence, statement, under)

    def conditional(
        self, sentence: Sentence, statement: Statement, under: tuple[FactCase, ...]
    ) -> None:
        if kinds.asks_when(statement) and not under:
            # `The matter, when they found out, what was wrong`: a list of questions.
            whole = replace(statement, relation="always", condition=(), listed=True)
            words = read_words(statement.text)
            self.parts(sentence, replace(whole, pieces=pieces_of(statement.text, words)), under)
            return
        words, statement = kinds.condition_of(statement)
        words = kinds.without_asides(statement.text, words)
        case = case_of(Asking(statement.text, words, self.known))
        if case is None:
            self.without_case(sentence, statement, under)
            return
        if statement.relation == "unless":
            case = flipped(case)
        self.note_case(sentence, case, under, words)
        self.context.last = (*under, case)
        own, others = in_scope(statement, words)
        if others.pieces:
            self.parts(sentence, others, under)
        self.parts(sentence, own, (*under, case))

    def without_case(
        self, sentence: Sentence, statement: Statement, under: tuple[FactCase, ...]
    ) -> None:
        """A condition of which no question can be made: the clause stays open.

        Its fields may be filled in by everybody; nothing else follows from it.
        """
        before = len(self.facts)
        self.parts(sentence, statement, under)
        nowhere = PromptPlace(0, 0)
        self.facts[before:] = [
            replace(fact, place=nowhere, field=fact.field.model_copy(update={"required": False}))
            for fact in self.facts[before:]
            if isinstance(fact, FieldFact)
        ]

    def uncased_statement(
        self, sentence: Sentence, statement: Statement, under: tuple[FactCase, ...]
    ) -> None:
        """A statement with no `if`, whose subject may be a condition all the same."""
        if self.prices(sentence, statement, under):
            return
        if self.each(sentence, statement, under):
            return
        apart = for_apart(statement)
        if apart is not None:
            for part in apart:
                self.uncased_statement(sentence, part, under)
            return
        inside = self.context.listing and not kinds.begins_with_for(statement.words)
        for implied in (
            () if inside else (*self.opening_option(statement), *implied_cases(statement))
        ):
            asking = Asking(statement.text, implied.words, self.known)
            short = len(implied.words) <= kinds.MAX_OUTCOME
            case = known_case(asking) or (outcome_of(asking) if short else None)
            if case is None and implied.sure and not under:
                case = case_of(asking) if verb_in(implied.words, 0) else case_about(asking)
            if case is None:
                continue
            self.note_case(sentence, case, under, implied.words)
            self.context.last = (*under, case)
            self.parts(sentence, replace(statement, pieces=implied.rest), (*under, case))
            return
        self.parts(sentence, statement, under)

    def each(self, sentence: Sentence, statement: Statement, under: tuple[FactCase, ...]) -> bool:
        """`For each product the name, a label and a photo`: a list of each, with no colon."""
        rest = behind_each(statement)
        if not rest or under:
            return False
        spoken = sentence.text[: rest[0].start]
        self.context.subject, self.context.repeat = kinds.subject_of(spoken, sentence.words)
        if self.context.repeat is None:
            return False
        before, self.context.listing = self.context.listing, True
        self.parts(sentence, replace(statement, pieces=pieces_of(statement.text, rest)), under)
        self.context.listing = before
        return True

    def opening_option(self, statement: Statement) -> Iterator[ImpliedCase]:
        """`With a private well a lab result ...`: the option that the first words name."""
        words = statement.words
        if not kinds.begins_with_for(words):
            return
        for end in range(2, min(len(words) - 1, 7)):
            if content(words[end - 1 : end]) and option_case(
                Asking(statement.text, words[1:end], self.known)
            ):
                yield ImpliedCase(words[1:end], pieces_of(statement.text, words[end:]), True)
                return

    def parts(self, sentence: Sentence, statement: Statement, cases: tuple[FactCase, ...]) -> None:
        if self.prices(sentence, statement, cases):
            return
        for subject, part in grouped(statement):
            if part.words:
                self.part(sentence, subject, part, cases)

    def part(
        self, sentence: Sentence, subject: str, part: Statement, cases: tuple[FactCase, ...]
    ) -> None:
        words = part.words
        match _about_money(subject, words):
            case "refuse" if kinds.ends_here(part) and cue("refuse", part.outside):
                self.refuse(sentence, part, cases)
            case "free":
                self.free(sentence, part, cases)
            case "fee":
                self.fee(sentence, part, cases)
            case "register":
                self.register(sentence, part, cases)
            case "absent" | "anonymous":
                self.absent(sentence, subject, part, cases)
            case "wait" if kinds.waits(part) and not (cases and kinds.is_thing(part)):
                self.wait(sentence, part, cases)
            case _:
                self.ask(sentence, part, cases)

    def refuse(self, sentence: Sentence, part: Statement, cases: tuple[FactCase, ...]) -> None:
        """The service ends; where no condition says for whom, the words before do."""
        place = self.place(sentence, part.words)
        if not cases:
            words = before_refusal(part.words)
            asking = Asking(part.text, words, self.known)
            case = (known_case(asking) or case_about(asking)) if content(words) else None
            if case is None:
                self.tell(sentence, part, cases)
                return
            self.note_case(sentence, case, (), words)
            cases = (case,)
        self.add(EndFact(place, REFUSAL, cases))

    def free(self, sentence: Sentence, part: Statement, cases: tuple[FactCase, ...]) -> None:
        self.add(FeeFact(self.place(sentence, part.words), 0, cases))
        more = behind_but(part.words)
        if cases and cue("upload", more):
            self.ask(sentence, replace(part, pieces=pieces_of(part.text, more)), cases)

    def fee(self, sentence: Sentence, part: Statement, cases: tuple[FactCase, ...]) -> None:
        amounts = [row for row in part.numbers if row.measure == "money"]
        if kinds.asks(part.words) and not amounts:
            self.ask(sentence, part, cases)
            return
        if amounts and prices.is_too_much(part.text, amounts[0].end):
            self.tell(sentence, part, cases)
            return
        kopiykas = amounts[0].kopiykas if amounts else None
        if amounts and prices.denied(part.words):
            kopiykas = 0
        self.add(FeeFact(self.place(sentence, part.words), kopiykas, cases))

    def prices(self, sentence: Sentence, statement: Statement, cases: tuple[FactCase, ...]) -> bool:
        """`New ones cost 5, old ones 3`: a price for each option."""
        rows = prices.price_list(statement)
        if len(rows) < 2:
            return False
        found = [
            (words, amount, known_case(Asking(statement.text, words, self.known)))
            for words, amount in rows
        ]
        if not any(case for *_, case in found):
            made = self.asking().of_prices(statement.text, [words for words, _ in rows])
            if made is None:
                return False
            self.add_fields(sentence, statement.words, [made], cases)
            found = [
                (words, amount, known_case(Asking(statement.text, words, (made.field,))))
                for words, amount in rows
            ]
        for words, amount, named in found:
            asking = Asking(statement.text, words, self.known)
            case = named or (case_about(asking) if content(words) else None)
            place = self.place(sentence, words or statement.words)
            if case:
                self.note_case(sentence, case, cases, words)
            self.add(FeeFact(place, amount, (*cases, case) if case else cases))
        return True

    def register(self, sentence: Sentence, part: Statement, cases: tuple[FactCase, ...]) -> None:
        names = kinds.lexical_fields(part.words)
        self.add(DropFact(self.place(sentence, part.words), names, cases))

    def absent(
        self, sentence: Sentence, subject: str, part: Statement, cases: tuple[FactCase, ...]
    ) -> None:
        place = self.place(sentence, part.words)
        if subject == "anonymous":
            self.add(SettingFact(place, "anonymous", cases))
            return
        names = kinds.lexical_fields(part.words)
        if cases:
            names = (*names, *self.asked_like(part.words))
        if names or cases or not kinds.asks(part.words):
            self.add(DropFact(place, names, cases))
        if not names and not cases:
            self.add(NoticeFact(place, notice(sentence.text, part.words), cases))

    def asked_like(self, words: Words) -> tuple[str, ...]:
        """The fields so far that have a word of these in their labels."""
        sought = KeyIndex(content(without(words, "dont_ask", "ask")))
        rows = (fact.field for fact in self.facts if isinstance(fact, FieldFact) and not fact.cases)
        return tuple(
            field.id
            for field in rows
            if sought.keys
            and any(
                not is_generic(key)
                for text in (field.label.uk, field.label.en)
                for key in sought.covered(content(read_words(text.lower())))
            )
        )

    def wait(self, sentence: Sentence, part: Statement, cases: tuple[FactCase, ...]) -> None:
        who, rough = who_waits(part.text, part.words)
        days = next((max(1, min(row.days)) for row in part.numbers if row.days), None)
        if kinds.is_valid_for(part.words) or (
            who is None and (days is None or not kinds.is_about_time(part))
        ):
            self.tell(sentence, part, cases)
            return
        last = next((fact for fact in reversed(self.facts) if isinstance(fact, WaitFact)), None)
        if who is None and last is not None and last.days is None and not cases:
            self.facts[self.facts.index(last)] = replace(last, days=days)
            self.add(SettingFact(self.place(sentence, part.words), "story"))
            return
        from kuznia.domains.flows.planner.phrases.people import AUTHORITY

        self.add(WaitFact(self.place(sentence, part.words), who or AUTHORITY, days, cases, rough))

    def ask(self, sentence: Sentence, part: Statement, cases: tuple[FactCase, ...]) -> None:
        words = part.words
        if any(case.outcome for case in cases):
            self.tell(sentence, part, cases)
            return
        listing = part.listed or self.context.listing
        settings = kinds.settings(words)
        if settings and not (listing and not kinds.is_setting_alone(words)):
            for setting in settings:
                self.add(SettingFact(self.place(sentence, words), setting, cases))
            if not kinds.asks_more(words):
                return
        first = sentence.number == 0 or len(words) <= kinds.MAX_NAME
        if (
            first
            and not cases
            and not listing
            and kinds.names_service(words)
            and not kinds.asks(words)
        ):
            self.add(SettingFact(self.place(sentence, words), "name", cases))
            self.name_tail(sentence)
            return
        noun = bool(cases) and kinds.is_noun_phrase(words)
        chosen = kinds.is_choice(part)
        if not (listing or kinds.asks(words) or noun or chosen or kinds.is_list(part)):
            self.tell(sentence, part, cases)
            return
        made = self.asking().fields(part)
        if made:
            self.add_fields(sentence, words, made, cases)
        else:
            self.tell(sentence, part, cases)

    def name_tail(self, sentence: Sentence) -> None:
        """`Registration with name and email`: the fields behind the name of the service."""
        tail = kinds.tail_of(sentence.words)
        if tail:
            text = sentence.text
            part = Statement(sentence.number, text, pieces_of(text, tail), listed=True)
            self.context.listing = True
            self.parts(sentence, part, ())

    def tell(self, sentence: Sentence, part: Statement, cases: tuple[FactCase, ...]) -> None:
        """What asks for nothing is told to the person, or is said of the service."""
        place = self.place(sentence, part.words)
        if not cases and kinds.is_story(part.words, sentence.number):
            self.add(SettingFact(place, "story"))
        elif cases or kinds.tells(part.words):
            self.add(NoticeFact(place, notice(sentence.text, part.words), cases))


def _about_money(subject: str, words: Words) -> str:
    """The subject of a clause, once it is clear whether `free` and `no` speak of money."""
    if prices.takes_no_money(words):
        return "free"
    return "ask" if subject == "free" and kinds.is_free_text(words) else subject
