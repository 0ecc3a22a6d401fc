"""A prompt read sentence by sentence into typed facts, each with its place."""

from dataclasses import dataclass, replace

from kuznia.domains.flows.planner.clauses import clause_kinds as kinds
from kuznia.domains.flows.planner.clauses import prices
from kuznia.domains.flows.planner.clauses.cases import (
    Asking,
    case_about,
    case_of,
    flipped,
    known_case,
    number_case,
    outcome_of,
)
from kuznia.domains.flows.planner.clauses.clause_reader import ClauseReader
from kuznia.domains.flows.planner.clauses.facts import (
    FactCase,
    PromptFact,
    SettingFact,
)
from kuznia.domains.flows.planner.clauses.lists import what
from kuznia.domains.flows.reading.sentences import Sentence, headed, sentences_of
from kuznia.domains.flows.reading.statements import statements
from kuznia.domains.flows.reading.words import (
    content,
    cue,
)

MAX_FACTS = 160


@dataclass
class PromptReader(ClauseReader):
    """A reader of one prompt."""

    def read(self) -> list[PromptFact]:
        for sentence in sentences_of(self.clean):
            if len(self.facts) < MAX_FACTS:
                self.sentence(sentence)
        return self.facts

    def sentence(self, sentence: Sentence) -> None:
        if not sentence.listed:
            self.context.listing = False
            self.context.under = ()
            self.context.subject = self.context.repeat = None
        if sentence.asks:
            self.question(sentence)
            return
        if sentence.opens:
            self.open_list(sentence)
            return
        split = None if kinds.speaks_of_case(sentence) else headed(sentence)
        if split and self.head(sentence, *split):
            return
        self.plain(sentence)

    def open_list(self, sentence: Sentence) -> None:
        """A head that stands alone: what follows in the lines below is its list."""
        case = self.head_case(sentence)
        self.context.listing = True
        self.context.under = (case,) if case else ()
        self.enter(sentence)
        if kinds.names_service(sentence.words):
            self.add(SettingFact(self.place(sentence), "name"))
        else:
            self.add(SettingFact(self.place(sentence), "story"))

    def enter(self, sentence: Sentence) -> None:
        """The head of a list may say whose details it asks for, and how often."""
        subject, repeat = kinds.subject_of(sentence.text, sentence.words)
        self.context.subject, self.context.repeat = subject, repeat

    def question(self, sentence: Sentence) -> None:
        """A question to the person: `Stunts, drones, pyrotechnics?`, `New or renewal?`"""
        words = sentence.words
        if kinds.is_polite(words):
            self.plain(sentence)
            return
        if case := number_case(Asking(sentence.text, words, self.known)):
            self.note_case(sentence, case, self.context.under)
            self.context.last, self.context.question = (case,), case.decides
            return
        asking = self.asking()
        made = asking.question(sentence.text, words)
        if made is None:
            return
        self.add_fields(sentence, words, [made], self.context.under)
        self.context.question = made.field
        self.context.last = ()
        self.remember(made.field)

    def head(self, sentence: Sentence, head: Sentence, body: Sentence, mark: str) -> bool:
        """Read a head and what follows its colon or dash; false where the sign parts nothing."""
        names = kinds.names_service(head.words) if mark != ":" else self.is_name(head, body)
        if sentence.number == 0 and names:
            self.named(head, body)
            return True
        if self.case_head(head, body):
            return True
        if mark == "=":
            return False
        if prices.has_prices(body.words, body.text):
            return self.priced(head, body)
        if self.options(sentence, head, body, mark):
            return True
        return mark == ":" and self.list_under(head, body)

    def case_head(self, head: Sentence, body: Sentence) -> bool:
        """`Otherwise: ...`, `taken: the end`: a head that is a condition."""
        if kinds.is_otherwise(head.words) and self.context.last:
            self.otherwise(body)
            return True
        case = self.head_case(head, body)
        if case is None:
            return False
        self.context.last = (case,)
        self.note_case(head, case, ())
        self.clause(body, (case,))
        return True

    def list_under(self, head: Sentence, body: Sentence) -> bool:
        """What a head announces, asked of whom it names, and as often as it says."""
        before = self.context.subject, self.context.repeat
        self.enter(head)
        asks = kinds.asks(head.words) or kinds.is_short(head.words)
        self.context.listing = asks
        if not kinds.is_bare_head(head.words, self.context.subject):
            self.plain(head)
        self.context.listing = asks
        self.plain(body)
        if self.context.repeat is None:
            self.context.subject, self.context.repeat = before
        self.context.listing = False
        return True

    def is_name(self, head: Sentence, body: Sentence) -> bool:
        """Whether the first head names the service, and does not list what is asked."""
        if kinds.names_service(head.words):
            return True
        subject, _ = kinds.subject_of(head.text, head.words)
        bare = (
            subject is None and not kinds.asks(head.words) and not kinds.lexical_fields(head.words)
        )
        return bare and cue("or", body.words[:12]) is None

    def otherwise(self, body: Sentence) -> None:
        before = self.context.listing
        self.context.listing = True
        cases = tuple(flipped(case) for case in self.context.last[-1:])
        for statement in statements(body.number, body.text, listed=True):
            self.parts(body, statement, cases)
        self.context.listing = before

    def priced(self, head: Sentence, body: Sentence) -> bool:
        """`Class: standard 47, working 33`: a choice, and a price for each option."""
        statement = next(iter(statements(body.number, body.text, listed=True)), None)
        if statement is None:
            return False
        if not prices.is_money(head.words):
            name = what(head.words)
            rows = prices.price_list(statement)
            made = self.asking().of_prices(
                statement.text, [words for words, _ in rows], head.text, name
            )
            if made is not None:
                self.add_fields(head, head.words, [made], self.context.under)
        else:
            self.add(SettingFact(self.place(head), "story"))
        for row in statements(body.number, body.text, listed=True):
            self.statement(body, row, ())
        return True

    def named(self, head: Sentence, body: Sentence) -> None:
        """`Dog registration: name, breed`: the service, and what it asks."""
        self.add(SettingFact(self.place(head), "name"))
        self.name_tail(head)
        self.context.listing = True
        split = headed(body)
        if not (split and self.head(body, *split)):
            self.plain(body)
        self.context.listing = False

    def head_case(self, head: Sentence, body: Sentence | None = None) -> FactCase | None:
        """The case that a head names: an option, an outcome, a condition."""
        words = head.words
        if not words or len(words) > kinds.MAX_HEAD_CASE or kinds.asks(words):
            return None
        asking = Asking(head.text, words, self.known)
        if cue("condition", words[:2]) is not None:
            return None
        return outcome_of(asking) or self.option_head(asking) or self.ending_head(asking, body)

    def ending_head(self, asking: Asking, body: Sentence | None) -> FactCase | None:
        """`Taken: the end`, `a foreigner: the passport`: a head that can be nothing but a case."""
        if body is None:
            return None
        first = body.words[:8]
        ends = cue("refuse", first) is not None
        person = len(asking.words) == 1 and kinds.is_somebody(asking.words[0].text)
        return case_of(asking) if ends else case_about(asking) if person else None

    def option_head(self, asking: Asking) -> FactCase | None:
        case = known_case(asking)
        if case is None or case.decides is None or not case.decides.options:
            return None
        return case if len(content(asking.words)) <= kinds.MAX_OPTION_HEAD else None

    def options(self, sentence: Sentence, head: Sentence, body: Sentence, mark: str) -> bool:
        """`Purpose: work, visa or study`: a field and its options."""
        made = self.asking().choice(head.text, head.words, body.text, body.words, dash=mark != ":")
        if made is None:
            return False
        end = body.start - sentence.start + (made.rest or len(body.text))
        listed = tuple(word for word in sentence.words if word.end <= end)
        self.add_fields(sentence, listed, [replace(made, words=listed)], self.context.under)
        if made.rest:
            self.clause(body.part(made.rest, len(body.text)), ())
        return True

    def plain(self, sentence: Sentence) -> None:
        """A sentence with no head."""
        question = self.context.question
        self.context.question = None
        under = self.context.under
        goes_on = question is not None and not kinds.begins_condition(sentence.words)
        if goes_on and kinds.follows(sentence.words):
            # `Was there a passport before? The old one is handed in.`
            under = (*under, *self.context.last)
        self.clause(sentence, under)
