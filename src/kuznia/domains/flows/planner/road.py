"""The road of a planned service: blocks in order, each choice behind a step that it may follow."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from kuznia.domains.flows.planner import standard_steps as standard
from kuznia.domains.flows.planner.answers_left import AnswersLeft
from kuznia.domains.flows.planner.clauses.facts import (
    EndFact,
    FactCase,
    FieldFact,
    NoticeFact,
    PromptFact,
    PromptPlace,
)
from kuznia.domains.flows.planner.titles import TOPICS
from kuznia.domains.flows.schema import All, FormField, Guard, Text
from kuznia.domains.flows.structure.blocks import Block, Branch, ChoiceBlock, LoopBlock
from kuznia.domains.flows.structure.page_load import MAX_PAGE_LOAD, field_load

_MAX_TEXT = 580
_BRANCH = Text(uk="Розгалуження", en="Branch")
MAX_BRANCHES = 14


@dataclass
class Record:
    """Which facts of the prompt became which steps and fields of the flow, by their ids."""

    rows: list[tuple[PromptPlace, tuple[str, ...]]] = field(
        default_factory=list[tuple[PromptPlace, tuple[str, ...]]]
    )

    # The cases that something in the flow depends on.
    built: list[FactCase] = field(default_factory=list[FactCase])
    # Steps that are named by what they do, such as the fee they take.
    steps: dict[str, str] = field(default_factory=dict[str, str])

    def add_step(self, name: str, step: str) -> None:
        self.steps[name] = step

    def add(self, place: PromptPlace, *names: str) -> None:
        if place.end > place.start:
            self.rows.append((place, names))


@dataclass
class Ids:
    """Ids that are taken: facts and steps share one set."""

    taken: set[str]

    def free(self, name: str) -> str:
        own, number = name[:44], 2
        while own in self.taken:
            own, number = f"{name[:40]}_{number}", number + 1
        self.taken.add(own)
        return own


@dataclass
class Page:
    """The fields of one page, while they are being collected."""

    group: str
    fields: list[FormField] = field(default_factory=list[FormField])
    repeat: int | None = None
    notices: list[Text] = field(default_factory=list[Text])

    @property
    def load(self) -> float:
        return sum(map(field_load, self.fields))


# Groups that go on the page where they are named: they are no topics of their own.
_LOOSE = frozenset({"details", "kind", "files", "matter", "extra"})


@dataclass
class RoadBuilder:
    """A builder of the pages and branches that ask for what the facts name, in their order."""

    ids: Ids
    record: Record
    # The fields that everybody is asked, or that a register provides.
    asked: set[str]
    numbers: dict[str, int] = field(default_factory=dict[str, int])
    branches: int = 0
    max_branches: int = MAX_BRANCHES
    open: Page | None = None
    answers: AnswersLeft = field(default_factory=lambda: AnswersLeft({}, {}))

    def blocks(self, facts: Iterable[PromptFact]) -> Iterator[Block]:
        """Pages for what everybody is asked, and branches for the rest."""
        rows = list(facts)
        while rows:
            fact = rows.pop(0)
            if not fact.cases:
                yield from self.unconditional(fact)
                continue
            cases = self.answers.simplified(fact.cases)
            if cases is None:
                continue
            if cases != fact.cases:
                self.record.built += [case for case in fact.cases if case not in cases]
                rows.insert(0, replace(fact, cases=cases))
                continue
            together = _together([fact, *rows])
            rows = rows[len(together) - 1 :]
            if self._ready(cases):
                yield from self.close()
                yield from self.branch(together)
            else:
                # What cannot be a branch is asked of everybody, and may be left empty.
                rows = [*_of_everybody(together, self.open), *rows]
        yield from self.close()

    def unconditional(self, fact: PromptFact) -> Iterator[Block]:
        if isinstance(fact, NoticeFact):
            self._noticed(fact)
        if not isinstance(fact, FieldFact):
            return
        if self.open is not None and not self._fits(self.open, fact):
            yield from self.close()
        self.open = self.open or Page(fact.field.group, repeat=fact.repeat)
        self._take(self.open, fact)

    def close(self) -> Iterator[Block]:
        """The page that is open, with what it asks."""
        if self.open is not None:
            page, self.open = self.open, None
            yield from self.page(page)

    def _fits(self, page: Page, fact: FieldFact) -> bool:
        own = fact.field.group
        same = own == page.group or own in _LOOSE or page.group in _LOOSE
        same = same or page.repeat is not None
        full = page.load + field_load(fact.field) > MAX_PAGE_LOAD and page.fields
        return same and page.repeat == fact.repeat and not full

    def _take(self, page: Page, fact: FieldFact) -> None:
        if page.group in _LOOSE and fact.field.group not in _LOOSE:
            page.group = fact.field.group
        page.fields.append(_told_apart(fact.field, page.fields))
        self.asked.add(fact.field.id)
        self.record.add(fact.place, fact.field.id)

    def _noticed(self, fact: NoticeFact) -> None:
        self.open = self.open or Page("details")
        self.open.notices.append(fact.text)
        # The text of a page is known by its step, which gets its id when the page is closed.
        self.record.add(fact.place, _text_id(fact.text))

    def _ready(self, cases: tuple[FactCase, ...]) -> bool:
        """Whether what decides has been asked; too many branches are more than can be proven."""
        page = self.open
        own = set(self.asked) | {one.id for one in (page.fields if page else ())}
        known = all(case.decides is not None and case.decides.id in own for case in cases)
        repeated = (
            page is not None and page.repeat and any(case.decides in page.fields for case in cases)
        )
        if not known or repeated or self.branches >= self.max_branches:
            return False
        self.branches += 1
        return True

    def branch(self, facts: list[PromptFact]) -> Iterator[Block]:
        """What is asked, shown or refused in one case."""
        guard = guard_of(facts[0].cases)
        if guard is None:
            return
        inside = RoadBuilder(
            self.ids, self.record, set(self.asked), self.numbers, self.branches, self.max_branches
        )
        inside.answers = self.answers.within(facts[0].cases)
        depth = len(facts[0].cases)
        ends = [fact for fact in facts if isinstance(fact, EndFact) and len(fact.cases) == depth]
        # Nothing is asked of people who are turned away.
        rows = [
            _lifted(fact, depth) for fact in facts if not (ends and isinstance(fact, FieldFact))
        ]
        blocks: list[Block] = list(inside.blocks(rows))
        self.branches = inside.branches
        if ends:
            blocks.append(standard.REFUSED)
            self.answers = self.answers.without(facts[0].cases)
            for fact in ends:
                self.record.add(fact.place, standard.REFUSED.id, *_deciders(fact.cases))
        if not blocks:
            return
        self.record.built += facts[0].cases
        step = standard.step(self.ids.free(f"which_{facts[0].cases[-1].name}"), "decision", _BRANCH)
        yield step
        yield ChoiceBlock((Branch(guard, tuple(blocks)), Branch(None)))

    def page(self, page: Page) -> Iterator[Block]:
        """A page; one that may be filled in several times asks whether there is more."""
        topic = TOPICS.get(page.group, TOPICS["details"])
        number = self.numbers[page.group] = self.numbers.get(page.group, 0) + 1
        title = (
            Text(uk=f"{topic.uk} ({number})", en=f"{topic.en} ({number})") if number > 1 else topic
        )
        kind = "each" if page.repeat else "ask"
        base = f"{kind}_{page.group}" if number == 1 else f"{kind}_{page.group}_{number}"
        name = self.ids.free(base)
        fields = tuple(one.model_copy(update={"group": name}) for one in page.fields)
        text = _joined(page.notices)
        for one in page.notices:
            self.record.add_step(_text_id(one), name)
        if page.repeat is None:
            yield standard.step(name, "form", title, fields=fields, text=text)
            return
        more = standard.another(self.ids.free(f"more_{page.group}"), name)
        limit = standard.both(
            f"Не більше записів: {page.repeat}.", f"At most {page.repeat} records."
        )
        text = _joined([*page.notices, limit])
        form = standard.step(name, "form", title, fields=(*fields, more), text=text)
        yield LoopBlock((form,), standard.equals(more.id), page.repeat)


def _text_id(text: Text) -> str:
    return f"text:{text.uk}:{text.en}"


def _together(rows: list[PromptFact]) -> list[PromptFact]:
    """The facts at the beginning that hold in one case."""
    cases = rows[0].cases
    end = 1
    while end < len(rows) and rows[end].cases and rows[end].cases[: len(cases)] == cases:
        end += 1
    return rows[:end]


def _of_everybody(facts: list[PromptFact], page: Page | None) -> list[PromptFact]:
    """The fields of a case as optional fields; they are repeated as what decides is."""
    deciders_ = {case.name for fact in facts for case in fact.cases}
    beside = page is not None and any(one.id in deciders_ for one in page.fields)
    return [
        replace(
            fact,
            # It is not what the prompt asks for, and so stands in no record.
            place=PromptPlace(0, 0),
            cases=(),
            field=fact.field.model_copy(update={"required": False}),
            repeat=page.repeat if page is not None and beside else fact.repeat,
        )
        for fact in facts
        if isinstance(fact, FieldFact)
    ]


def _lifted(fact: PromptFact, depth: int) -> PromptFact:
    return replace(fact, cases=fact.cases[depth:])


def _told_apart(own: FormField, others: list[FormField]) -> FormField:
    """A field with a label that no other field of its page has."""
    label = own.label
    uk = {one.label.uk.strip().lower() for one in others}
    en = {one.label.en.strip().lower() for one in others}
    number = len(others) + 1
    uk_text = f"{label.uk} ({number})" if label.uk.strip().lower() in uk else label.uk
    en_text = f"{label.en} ({number})" if label.en.strip().lower() in en else label.en
    return own.model_copy(update={"label": Text(uk=uk_text, en=en_text)})


def _joined(texts: list[Text]) -> Text | None:
    rows = list({(one.uk, one.en): one for one in texts}.values())
    if not rows:
        return None
    uk = " ".join(dict.fromkeys(one.uk for one in rows))[:_MAX_TEXT]
    en = " ".join(dict.fromkeys(one.en for one in rows))[:_MAX_TEXT]
    return Text(uk=uk, en=en)


def guard_of(cases: tuple[FactCase, ...]) -> Guard | None:
    """All the cases together."""
    guards = [case.guard for case in cases if case.guard is not None]
    if not guards or len(guards) < len(cases):
        return None
    return guards[0] if len(guards) == 1 else All(all=tuple(guards))


def _deciders(cases: tuple[FactCase, ...]) -> tuple[str, ...]:
    return tuple(case.decides.id for case in cases if case.decides)


def deciders(facts: Iterable[PromptFact]) -> frozenset[str]:
    """The ids of all fields that decide something."""
    return frozenset(name for fact in facts for name in _deciders(fact.cases))
