"""From settled questions to blocks: the pages, what is decided, and the steps of each kind."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kuznia.domains.flows.checks.judge import FULL, cost
from kuznia.domains.flows.planner import cues, parts
from kuznia.domains.flows.planner.asking import VOUCHED, Asking, settle
from kuznia.domains.flows.planner.conditions import Condition
from kuznia.domains.flows.planner.reading import Mention, Reading
from kuznia.domains.flows.planner.topics import KINDS, THANKS, TOPICS
from kuznia.domains.flows.planner.words import slug
from kuznia.domains.flows.schema import All, Archetype, Fact, Fee, Flow, FormField, Step, Text
from kuznia.domains.flows.structure.blocks import Block, Branch, Choice, Loop, Parallel, graph

_TITLE = re.compile(
    r"^(?:створи(?:ти|ть)?|зроб(?:и|іть|ити)|створіть|потрібна?|хочу|я хочу|сервіс"
    r"|послуг[ау]|форм[ау]"
    r"|create|make|build|i need|please|a|an|the|service|for|to|get|будь ласка|[:,\s–—-])+\b",
    re.IGNORECASE,
)
# What comes after these words is in the genitive, and a title is not: "форма реєстрації".
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
_MOST_TITLE = 70


@dataclass(frozen=True, slots=True)
class _Page:
    """Fields that belong together, and how many times they may be filled in."""

    group: str
    fields: tuple[FormField, ...]
    repeat: int | None = None


def build(reading: Reading) -> Flow:
    """The flow a prompt asks for; its kind has been found before."""
    if reading.kind is None:
        raise ValueError("a prompt without a kind of service cannot be built from")
    asking = settle(reading, reading.kind.archetype)
    builder = _Builder(asking)
    steps = graph(builder.blocks())
    name = _name(reading)
    return Flow(
        id=slug(name.uk if reading.language == "uk" else name.en),
        name=name,
        archetype=asking.archetype,
        language=reading.language,
        steps=steps,
        fee=Fee(kopiykas=reading.fee) if builder.pays and reading.fee else None,
        legal_effect=asking.signed,
        assumptions=tuple(asking.assumptions[:40]),
    )


def _name(reading: Reading) -> Text:
    """What the prompt calls the service, or what its kind is called."""
    kind = reading.kind
    usual = KINDS[kind.archetype] if kind else KINDS["survey"]
    start = reading.text.rfind("\n", 0, kind.start) + 1 if kind else 0
    said = _ASKS.split(reading.text[start:].strip() + ".", maxsplit=1)[0]
    begun = _TITLE.match(said)
    rest = said[begun.end() :] if begun else said
    of = _OF.search(f"{begun[0]} ") if begun else None
    said = " ".join((_titled(of[1].lower(), rest) if of else rest).split())
    said = said[:_MOST_TITLE].strip(" -–—'")
    if len(said) < 4:
        return usual
    said = said[:1].upper() + said[1:]
    return Text(uk=said, en=usual.en) if reading.language == "uk" else Text(uk=usual.uk, en=said)


def _titled(of: str, rest: str) -> str:
    """What is named in the genitive, named by itself; or with the word it depends on."""
    first, _, others = rest.strip().partition(" ")
    for ending, plain in _NOMINATIVE:
        if ending.search(first):
            return f"{ending.sub(plain, first)} {others}"
    return f"{_WHOLE[of]} {rest.strip()}" if first else ""


class _Builder:
    """Puts one service together."""

    def __init__(self, asking: Asking) -> None:
        self.asking = asking
        self.archetype: Archetype = asking.archetype
        self.reading = asking.reading
        self.told = dict(asking.told)
        due = self.archetype == "payment" or bool(self.reading.fee)
        self.pays = due and self.archetype not in {"benefit", "appointment", "survey"}
        self.pages = _pages(asking)
        self.decisions = 0

    def blocks(self) -> tuple[Block, ...]:
        before = tuple(self.before())
        asked = tuple(self.asked())
        handed_in = tuple(self.handed_in())
        if self.archetype == "permit":
            return (*before, *self.until_decided((*asked, *handed_in)), *self.after())
        return (*before, *asked, *handed_in, *self.waited(), *self.after())

    def before(self) -> Iterator[Block]:
        """Who it is, and what the registers say about them."""
        if not self.asking.proven:
            return
        vouched = self.vouched()
        yield from parts.authenticate(vouched)
        apart = self.reading.says(cues.PARALLEL)
        registers = [one for one in self.told if one not in {"edr", "treasury"} and self.told[one]]
        if apart and len(registers) > 1:
            yield from self.side_by_side(registers)
            return
        for registry in registers:
            if self.archetype == "benefit" and registry == "drfo":
                yield from parts.eligibility(self.told[registry])
            else:
                yield from parts.asked_lookup(registry, self.told[registry])

    def vouched(self) -> tuple[Fact, ...]:
        """Told at sign-in already: no register has to be asked for these again."""
        facts: list[Fact] = []
        for registry, told in self.told.items():
            facts += [one for one in told if one.id in VOUCHED]
            self.told[registry] = tuple(one for one in told if one.id not in VOUCHED)
        return tuple(facts)

    def side_by_side(self, registers: list[str]) -> Iterator[Block]:
        """All registers at once; on when all of them have found what was asked."""
        lookups = [parts.lookup(registry, self.told[registry]) for registry in registers]
        fork = parts.step(
            "all_at_once", "fork", parts.both("Запити до реєстрів", "Asking registers")
        )
        join = parts.step("all_said", "join", parts.both("Відповіді реєстрів", "What they said"))
        yield Parallel(fork, tuple((one,) for one in lookups), join)
        yield parts.step("all_found", "decision", parts.both("Чи все знайдено", "Is all found"))
        found = [parts.is_(one.id, "found") for one in lookups]
        yield Choice((Branch(All(all=tuple(found))), Branch(None, (parts.UNAVAILABLE,))))

    def asked(self) -> Iterator[Block]:
        """The pages, each followed by what is decided on it."""
        for page in self.pages:
            if page.group == "slot" and self.archetype == "appointment":
                yield from parts.slots()
            yield from _page_blocks(page)
            for condition in self.asking.conditions:
                if any(one.id == condition.decides.id for one in page.fields):
                    yield from self.decided(condition, page)
            self.decisions = 0
        if self.archetype == "appointment" and not any(one.group == "slot" for one in self.pages):
            yield from parts.slots()
        for registry in ("edr", "treasury"):
            if self.told.get(registry):
                yield from parts.asked_lookup(registry, self.told[registry])

    def decided(self, condition: Condition, page: _Page) -> Iterator[Block]:
        name = condition.decides.id
        then = tuple(_branch(condition.then, f"{name}_yes"))
        other = tuple(_branch(condition.other, f"{name}_no"))
        if condition.refuses:
            then = (*then, parts.REFUSED)
        if not then and not other:
            return
        self.decisions += 1
        if self.decisions > 1 or page.repeat:
            title = parts.both("Розгалуження", "Which way")
            yield parts.step(f"which_{name}_{self.decisions}", "decision", title)
        yield Choice((Branch(condition.guard, then), Branch(None, other)))

    def handed_in(self) -> Iterator[Block]:
        """Looked over, agreed to, signed, paid, sent."""
        shows = tuple(one.id for one in self.shown())
        asks = any(page.fields for page in self.pages) or bool(shows)
        if asks and self.archetype != "survey":
            yield from parts.review(shows)
        if self.personal():
            yield parts.consent()
        if self.asking.signed:
            yield from parts.sign()
        if self.pays:
            yield from self.paid()
        yield from parts.submit()

    def shown(self) -> tuple[Fact, ...]:
        told = [one for facts in self.told.values() for one in facts]
        vouched = [one for facts in self.asking.told.values() for one in facts if one.id in VOUCHED]
        return (*vouched, *told) if self.asking.proven else tuple(told)

    def personal(self) -> bool:
        fields = [one for page in self.pages for one in page.fields]
        fields += [one for c in self.asking.conditions for one in (*c.then, *c.other)]
        return bool(self.shown()) or any(one.personal for one in fields)

    def paid(self) -> Iterator[Block]:
        urgent = self.reading.urgent_fee
        if urgent is None:
            yield from parts.pay(self.reading.fee)
            return
        yield parts.step("which_fee", "decision", parts.both("Який збір", "Which fee"))
        quick = parts.pay(urgent, urgent=True)
        yield Choice(
            (
                Branch(parts.is_("urgent"), quick),
                Branch(None, parts.pay(self.reading.fee)),
            )
        )

    def until_decided(self, inside: tuple[Block, ...]) -> Iterator[Block]:
        """A permit may be returned once for correction, and then it is granted or not."""
        wait = parts.decision_of_office(self.reading.days or 30)
        if self.reading.days is None:
            self.note("Строк розгляду: 30 днів.", "The decision is given 30 days.")
        yield Loop((*inside, wait), parts.is_("decision", "returned"), 2)
        yield parts.well_or("decision", "approved", otherwise=parts.REFUSED)

    def waited(self) -> Iterator[Block]:
        if self.archetype == "deal":
            if self.reading.days is None:
                self.note("Друга сторона має 10 днів.", "The other party has 10 days.")
            yield from parts.other_party(self.reading.days or 10)

    def after(self) -> Iterator[Block]:
        if self.archetype in {"certificate", "benefit", "permit", "deal"}:
            yield parts.status()
        yield parts.done(KINDS[self.archetype], THANKS[self.archetype])

    def note(self, uk: str, en: str) -> None:
        self.asking.assumptions.append(Text(uk=uk, en=en))


def _pages(asking: Asking) -> tuple[_Page, ...]:
    """One topic to a page, none of them too full; what others depend on comes first."""
    own = {mention.field.id for mention in asking.mentions}
    deciding = [c.decides for c in asking.conditions if c.decides.id not in own]
    if asking.reading.urgent_fee is not None:
        deciding.append(parts.URGENT)
    first = {one.id: Mention(one) for one in deciding}
    groups: dict[tuple[str, bool], list[Mention]] = {}
    for mention in (*first.values(), *asking.mentions):
        key = (mention.field.group, mention.repeat is not None)
        groups.setdefault(key, []).append(mention)
    return tuple(page for key, found in groups.items() for page in _filled(key[0], found))


def _filled(group: str, mentions: Sequence[Mention]) -> Iterator[_Page]:
    """The mentions on as many pages as it takes for none to be too full."""
    page: list[FormField] = []
    number = 1
    repeat = next((mention.repeat for mention in mentions if mention.repeat), None)
    for mention in mentions:
        if page and sum(map(cost, page)) + cost(mention.field) > FULL:
            yield _Page(group if number == 1 else f"{group}_{number}", tuple(page), repeat)
            page, number = [], number + 1
        page.append(mention.field)
    yield _Page(group if number == 1 else f"{group}_{number}", tuple(page), repeat)


def _page_blocks(page: _Page) -> Iterator[Block]:
    name = f"ask_{page.group}" if page.repeat is None else f"each_{page.group}"
    fields = tuple(one.model_copy(update={"group": name}) for one in page.fields)
    topic = TOPICS.get(re.sub(r"_\d+$", "", page.group), TOPICS["details"])
    number = re.search(r"_(\d+)$", page.group)
    title = (
        Text(uk=f"{topic.uk} ({number[1]})", en=f"{topic.en} ({number[1]})") if number else topic
    )
    form = parts.step(name, "form", title, fields=fields)
    if page.repeat is None:
        yield form
        return
    more = parts.another(f"more_{page.group}", name)
    text = parts.both(f"Не більше записів: {page.repeat}.", f"At most {page.repeat} records.")
    form = form.model_copy(update={"fields": (*fields, more), "text": text})
    yield Loop((form,), parts.is_(more.id), page.repeat)


def _branch(fields: tuple[FormField, ...], name: str) -> Iterator[Step]:
    for page in _filled(name, [Mention(one) for one in fields]) if fields else ():
        group = f"ask_{page.group}"
        own = tuple(one.model_copy(update={"group": group}) for one in page.fields)
        yield parts.step(
            group, "form", TOPICS.get(page.fields[0].group, TOPICS["details"]), fields=own
        )
