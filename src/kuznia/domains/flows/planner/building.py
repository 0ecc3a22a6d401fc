"""From requirements to blocks: the pages, the branches, and the steps of each kind of service."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kuznia.domains.flows.planner import cues
from kuznia.domains.flows.planner import standard_steps as standard
from kuznia.domains.flows.planner.conditions import BranchCondition
from kuznia.domains.flows.planner.prompt_text import slug
from kuznia.domains.flows.planner.reading import Mention, PromptReading
from kuznia.domains.flows.planner.registry_facts import IDENTITY_FACTS
from kuznia.domains.flows.planner.requirements import Requirements, requirements_of
from kuznia.domains.flows.planner.titles import KINDS, THANKS, TOPICS
from kuznia.domains.flows.schema import All, Archetype, Fact, Fee, Flow, FlowStep, FormField, Text
from kuznia.domains.flows.structure.blocks import (
    Block,
    Branch,
    ChoiceBlock,
    LoopBlock,
    ParallelBlock,
    steps_of,
)
from kuznia.domains.flows.structure.page_load import MAX_PAGE_LOAD, field_load

_TITLE = re.compile(
    r"^(?:створи(?:ти|ть)?|зроб(?:и|іть|ити)|створіть|потрібна?|хочу|я хочу|сервіс"
    r"|послуг[ау]|форм[ау]"
    r"|create|make|build|i need|please|a|an|the|service|for|to|get|будь ласка|[:,\s–—-])+\b",
    re.IGNORECASE,
)
# What follows these words is in the genitive, unlike a title: "форма реєстрації".
_OF = re.compile(r"\b(сервіс|послуг|форм)[ау]?\s+$", re.IGNORECASE)
_WHOLE = {"сервіс": "Сервіс", "послуг": "Послуга", "форм": "Форма"}
_NOMINATIVE = (
    (re.compile(r"ння$"), "ння"),
    (re.compile(r"ії$"), "ія"),
    (re.compile(r"([кгтнд])и$"), r"\1а"),
    (re.compile(r"чі$"), "ча"),
    (re.compile(r"ису$"), "ис"),
)
# Where the name of a service ends and what it asks begins.
_ASKS = re.compile(r"[:;.,!?\n(]|\s(?:with|where|that ask|із? полями|з вибором|by|без|without)\b")
_MAX_TITLE = 70


@dataclass(frozen=True, slots=True)
class _PlannedPage:
    """The fields of one page, and how often it may be filled in."""

    group: str
    fields: tuple[FormField, ...]
    repeat: int | None = None


def build(reading: PromptReading) -> Flow:
    """Build the flow that a prompt asks for; its kind must be known."""
    if reading.kind is None:
        raise ValueError("a prompt without a kind of service cannot be built from")
    requirements = requirements_of(reading, reading.kind.archetype)
    builder = _BlockBuilder(requirements)
    steps = steps_of(builder.blocks())
    name = _name(reading)
    return Flow(
        id=slug(name.uk if reading.language == "uk" else name.en),
        name=name,
        archetype=requirements.archetype,
        language=reading.language,
        steps=steps,
        fee=Fee(kopiykas=reading.fee) if builder.pays and reading.fee else None,
        legal_effect=requirements.signed,
        assumptions=tuple(requirements.assumptions[:40]),
    )


def _name(reading: PromptReading) -> Text:
    """The name of the service in the prompt, or else of its kind."""
    kind = reading.kind
    usual = KINDS[kind.archetype] if kind else KINDS["survey"]
    start = reading.text.rfind("\n", 0, kind.start) + 1 if kind else 0
    name = _ASKS.split(reading.text[start:].strip() + ".", maxsplit=1)[0]
    begun = _TITLE.match(name)
    rest = name[begun.end() :] if begun else name
    of = _OF.search(f"{begun[0]} ") if begun else None
    name = " ".join((_titled(of[1].lower(), rest) if of else rest).split())
    name = name[:_MAX_TITLE].strip(" -–—'")
    if len(name) < 4:
        return usual
    name = name[:1].upper() + name[1:]
    return Text(uk=name, en=usual.en) if reading.language == "uk" else Text(uk=usual.uk, en=name)


def _titled(of: str, rest: str) -> str:
    """A genitive turned into the nominative, or kept with the word it depends on."""
    first, _, others = rest.strip().partition(" ")
    for ending, plain in _NOMINATIVE:
        if ending.search(first):
            return f"{ending.sub(plain, first)} {others}"
    return f"{_WHOLE[of]} {rest.strip()}" if first else ""


class _BlockBuilder:
    """A builder of one service's blocks."""

    def __init__(self, requirements: Requirements) -> None:
        self.requirements = requirements
        self.archetype: Archetype = requirements.archetype
        self.reading = requirements.reading
        self.lookups = dict(requirements.registry_facts)
        due = self.archetype == "payment" or bool(self.reading.fee)
        self.pays = due and self.archetype not in {"benefit", "appointment", "survey"}
        self.pages = _pages(requirements)
        self.decisions = 0

    def blocks(self) -> tuple[Block, ...]:
        before = tuple(self.before())
        asked = tuple(self.asking())
        closing = tuple(self.closing())
        if self.archetype == "permit":
            return (*before, *self.until_decided((*asked, *closing)), *self.after())
        return (*before, *asked, *closing, *self.waiting(), *self.after())

    def before(self) -> Iterator[Block]:
        """The steps that identify the person and query registries about them."""
        if not self.requirements.identified:
            return
        yield from standard.authenticate(self.sign_in_facts())
        apart = self.reading.says(cues.PARALLEL)
        registries = [
            registry
            for registry in self.lookups
            if registry not in {"edr", "treasury"} and self.lookups[registry]
        ]
        if apart and len(registries) > 1:
            yield from self.side_by_side(registries)
            return
        for registry in registries:
            if self.archetype == "benefit" and registry == "drfo":
                yield from standard.eligibility(self.lookups[registry])
            else:
                yield from standard.asked_lookup(registry, self.lookups[registry])

    def sign_in_facts(self) -> tuple[Fact, ...]:
        """Take the facts that signing in provides, so that no registry is queried for them."""
        facts: list[Fact] = []
        for registry, known in self.lookups.items():
            facts += [fact for fact in known if fact.id in IDENTITY_FACTS]
            self.lookups[registry] = tuple(f for f in known if f.id not in IDENTITY_FACTS)
        return tuple(facts)

    def side_by_side(self, registries: list[str]) -> Iterator[Block]:
        """Query all registries in parallel, and go on when all of them have the data."""
        lookups = [standard.lookup(registry, self.lookups[registry]) for registry in registries]
        fork = standard.step(
            "all_at_once", "fork", standard.both("Запити до реєстрів", "Requests to registries")
        )
        join = standard.step(
            "all_replied", "join", standard.both("Відповіді реєстрів", "Replies of the registries")
        )
        yield ParallelBlock(fork, tuple((lookup,) for lookup in lookups), join)
        yield standard.step(
            "all_found", "decision", standard.both("Чи все знайдено", "Is everything found")
        )
        found = [standard.equals(lookup.id, "found") for lookup in lookups]
        yield ChoiceBlock((Branch(All(all=tuple(found))), Branch(None, (standard.UNAVAILABLE,))))

    def asking(self) -> Iterator[Block]:
        """The pages, each followed by the branches that it decides."""
        for page in self.pages:
            if page.group == "slot" and self.archetype == "appointment":
                yield from standard.slots()
            yield from _page_blocks(page)
            for condition in self.requirements.conditions:
                if any(field.id == condition.decides.id for field in page.fields):
                    yield from self.decided(condition, page)
            self.decisions = 0
        if self.archetype == "appointment" and not any(page.group == "slot" for page in self.pages):
            yield from standard.slots()
        for registry in ("edr", "treasury"):
            if self.lookups.get(registry):
                yield from standard.asked_lookup(registry, self.lookups[registry])

    def decided(self, condition: BranchCondition, page: _PlannedPage) -> Iterator[Block]:
        name = condition.decides.id
        then = tuple(_branch(condition.then, f"{name}_yes"))
        other = tuple(_branch(condition.other, f"{name}_no"))
        if condition.refuses:
            then = (*then, standard.REFUSED)
        if not then and not other:
            return
        self.decisions += 1
        if self.decisions > 1 or page.repeat:
            title = standard.both("Розгалуження", "Branch")
            yield standard.step(f"which_{name}_{self.decisions}", "decision", title)
        yield ChoiceBlock((Branch(condition.guard, then), Branch(None, other)))

    def closing(self) -> Iterator[Block]:
        """The closing steps: review, consent, signature, payment, submission."""
        shows = tuple(fact.id for fact in self.shown())
        asks = any(page.fields for page in self.pages) or bool(shows)
        if asks and self.archetype != "survey":
            yield from standard.review(shows)
        if self.personal():
            yield standard.consent()
        if self.requirements.signed:
            yield from standard.sign()
        if self.pays:
            yield from self.payment()
        yield from standard.submit()

    def shown(self) -> tuple[Fact, ...]:
        """The facts for the review page: from signing in, then from registries."""
        looked_up = [fact for facts in self.lookups.values() for fact in facts]
        if not self.requirements.identified:
            return tuple(looked_up)
        provided = (f for facts in self.requirements.registry_facts.values() for f in facts)
        return (*(f for f in provided if f.id in IDENTITY_FACTS), *looked_up)

    def personal(self) -> bool:
        fields = [field for page in self.pages for field in page.fields]
        fields += [f for c in self.requirements.conditions for f in (*c.then, *c.other)]
        return bool(self.shown()) or any(field.personal for field in fields)

    def payment(self) -> Iterator[Block]:
        urgent = self.reading.urgent_fee
        if urgent is None:
            yield from standard.pay(self.reading.fee)
            return
        yield standard.step("which_fee", "decision", standard.both("Який збір", "Which fee"))
        quick = standard.pay(urgent, urgent=True)
        yield ChoiceBlock(
            (
                Branch(standard.equals("urgent"), quick),
                Branch(None, standard.pay(self.reading.fee)),
            )
        )

    def until_decided(self, inside: tuple[Block, ...]) -> Iterator[Block]:
        """A permit may be returned once for correction before it is granted or refused."""
        wait = standard.decision_of_office(self.reading.days or 30)
        if self.reading.days is None:
            self.note("Строк розгляду: до 30 днів.", "The decision takes up to 30 days.")
        yield LoopBlock((*inside, wait), standard.equals("decision", "returned"), 2)
        yield standard.well_or("decision", "approved", otherwise=standard.REFUSED)

    def waiting(self) -> Iterator[Block]:
        if self.archetype == "deal":
            if self.reading.days is None:
                self.note("Друга сторона має 10 днів.", "The other party has 10 days.")
            yield from standard.other_party(self.reading.days or 10)

    def after(self) -> Iterator[Block]:
        if self.archetype in {"certificate", "benefit", "permit", "deal"}:
            yield standard.status()
        yield standard.done(KINDS[self.archetype], THANKS[self.archetype])

    def note(self, uk: str, en: str) -> None:
        self.requirements.assumptions.append(Text(uk=uk, en=en))


def _pages(requirements: Requirements) -> tuple[_PlannedPage, ...]:
    """Give each topic a page, none too full; fields that decide branches come first."""
    own = {mention.field.id for mention in requirements.mentions}
    deciding = [c.decides for c in requirements.conditions if c.decides.id not in own]
    if requirements.reading.urgent_fee is not None:
        deciding.append(standard.URGENT)
    first = {field.id: Mention(field) for field in deciding}
    groups: dict[tuple[str, bool], list[Mention]] = {}
    for mention in (*first.values(), *requirements.mentions):
        key = (mention.field.group, mention.repeat is not None)
        groups.setdefault(key, []).append(mention)
    return tuple(page for key, found in groups.items() for page in _filled(key[0], found))


def _filled(group: str, mentions: Sequence[Mention]) -> Iterator[_PlannedPage]:
    """Split the fields over as many pages as needed, none too full."""
    page: list[FormField] = []
    number = 1
    repeat = next((mention.repeat for mention in mentions if mention.repeat), None)
    for mention in mentions:
        if page and sum(map(field_load, page)) + field_load(mention.field) > MAX_PAGE_LOAD:
            yield _PlannedPage(group if number == 1 else f"{group}_{number}", tuple(page), repeat)
            page, number = [], number + 1
        page.append(mention.field)
    yield _PlannedPage(group if number == 1 else f"{group}_{number}", tuple(page), repeat)


def _page_blocks(page: _PlannedPage) -> Iterator[Block]:
    name = f"ask_{page.group}" if page.repeat is None else f"each_{page.group}"
    fields = tuple(field.model_copy(update={"group": name}) for field in page.fields)
    topic = TOPICS.get(re.sub(r"_\d+$", "", page.group), TOPICS["details"])
    number = re.search(r"_(\d+)$", page.group)
    title = (
        Text(uk=f"{topic.uk} ({number[1]})", en=f"{topic.en} ({number[1]})") if number else topic
    )
    form = standard.step(name, "form", title, fields=fields)
    if page.repeat is None:
        yield form
        return
    more = standard.another(f"more_{page.group}", name)
    text = standard.both(f"Не більше записів: {page.repeat}.", f"At most {page.repeat} records.")
    form = form.model_copy(update={"fields": (*fields, more), "text": text})
    yield LoopBlock((form,), standard.equals(more.id), page.repeat)


def _branch(fields: tuple[FormField, ...], name: str) -> Iterator[FlowStep]:
    for page in _filled(name, [Mention(field) for field in fields]) if fields else ():
        group = f"ask_{page.group}"
        own = tuple(field.model_copy(update={"group": group}) for field in page.fields)
        yield standard.step(
            group, "form", TOPICS.get(page.fields[0].group, TOPICS["details"]), fields=own
        )
