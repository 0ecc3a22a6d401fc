"""From requirements to a flow: identity, what is asked, payment, who decides, and the end."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from kuznia.domains.flows.planner import cues
from kuznia.domains.flows.planner import standard_steps as standard
from kuznia.domains.flows.planner.answers_left import answers_of
from kuznia.domains.flows.planner.clauses.facts import (
    CaseFact,
    DropFact,
    FeeFact,
    FieldFact,
    NoticeFact,
    Outcome,
    PromptFact,
    PromptPlace,
    SettingFact,
    WaitFact,
)
from kuznia.domains.flows.planner.offices import fee_rules, payments, waiting, waits_of
from kuznia.domains.flows.planner.phrases.labels import labelled
from kuznia.domains.flows.planner.phrases.people import AUTHORITY
from kuznia.domains.flows.planner.reading import PromptReading
from kuznia.domains.flows.planner.registry_facts import IDENTITY_FACTS
from kuznia.domains.flows.planner.requirements import Requirements, requirements_of
from kuznia.domains.flows.planner.road import MAX_BRANCHES, Ids, Record, RoadBuilder
from kuznia.domains.flows.planner.service_name import name_of
from kuznia.domains.flows.planner.titles import KINDS, THANKS
from kuznia.domains.flows.reading.prompt_text import slug
from kuznia.domains.flows.schema import All, Archetype, Fact, Fee, Flow, FlowStep, Guard, Text
from kuznia.domains.flows.structure.blocks import (
    Block,
    Branch,
    ChoiceBlock,
    LoopBlock,
    ParallelBlock,
    steps_of,
)
from kuznia.domains.flows.structure.graph import paths_of

# A proof walks 4096 paths at most.
_MAX_PATHS = 1500
_MAX_OUTCOME_WORDS = 4
_FOREIGN = ("£", "$", "€")


@dataclass(frozen=True, slots=True)
class Planned:
    """A flow, and the places of the prompt that each part of it comes from, by JSON pointers."""

    flow: Flow
    record: tuple[tuple[int, int, tuple[str, ...]], ...]


def build(reading: PromptReading) -> Flow:
    """Build the flow that a prompt asks for; its kind must be known."""
    return plan(reading).flow


def plan(reading: PromptReading) -> Planned:
    """The flow of a prompt with its record; the kind of the service must be known."""
    if reading.kind is None:
        raise ValueError("a prompt without a kind of service cannot be built from")
    requirements = requirements_of(reading, reading.kind.archetype)
    builder, steps = _proven(requirements)
    requirements = builder.requirements
    name, assumed = name_of(reading)
    notes = [*requirements.assumptions, *([assumed] if assumed else [])]
    flow = Flow(
        id=slug(name.uk if reading.language == "uk" else name.en, set[str]()),
        name=name,
        archetype=requirements.archetype,
        language=reading.language,
        steps=steps,
        fee=builder.fee,
        legal_effect=requirements.signed,
        assumptions=tuple(notes[:40]),
    )
    return Planned(flow, tuple(_pointed(flow, builder.record)))


def _proven(requirements: Requirements) -> tuple["_FlowBuilder", tuple[FlowStep, ...]]:
    """As much of it as can be proven: fewer branches where there are too many paths.

    First nothing is returned for correction, and then later branches are asked of everybody.
    """
    permit = requirements.archetype == "permit"
    for most, returns in (
        (MAX_BRANCHES, permit),
        *((n, False) for n in range(MAX_BRANCHES, 0, -2)),
    ):
        own = replace(requirements, assumptions=list(requirements.assumptions))
        builder = _FlowBuilder(own, most, returns=returns)
        steps = steps_of(builder.blocks())
        if paths_of(steps) <= _MAX_PATHS:
            return builder, steps
    builder = _FlowBuilder(requirements, 0, returns=False)
    return builder, steps_of(builder.blocks())


def _pointed(flow: Flow, record: Record) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """The record with pointers; what did not get into the flow is left out."""
    pointers: dict[str, str] = {}
    for place, step in enumerate(flow.steps):
        pointers[step.id] = f"/flow/steps/{place}"
        for number, own in enumerate(step.fields):
            pointers.setdefault(own.id, f"/flow/steps/{place}/fields/{number}")
        for number, fact in enumerate(step.provides):
            pointers.setdefault(fact.id, f"/flow/steps/{place}/provides/{number}")
    pointers |= {"name": "/flow/name", "steps": "/flow/steps"}
    for place, names in record.rows:
        own_names = tuple(record.steps.get(name, name) for name in names)
        where = tuple(pointers[name] for name in own_names if name in pointers)
        if len(where) == len(own_names) and where:
            yield place.start, place.end, where


class _FlowBuilder:
    """A builder of one service's blocks."""

    def __init__(self, requirements: Requirements, max_branches: int, *, returns: bool) -> None:
        self.requirements = requirements
        self.archetype: Archetype = requirements.archetype
        self.reading = requirements.reading
        self.lookups = dict(requirements.registry_facts)
        self.record = Record()
        self.facts = tuple(_with_questions(requirements.facts, requirements.known))
        taken = {fact.field.id for fact in self.facts if isinstance(fact, FieldFact)}
        self.ids = Ids(taken | set(requirements.known))
        self.road = RoadBuilder(
            self.ids, self.record, set(requirements.known), max_branches=max_branches
        )
        self.road.answers = answers_of(self.facts)
        self.fee: Fee | None = None
        # Whether an application may be returned for correction: that doubles every path.
        self.returns = returns
        self.pays = False

    def blocks(self) -> tuple[Block, ...]:
        before = tuple(self.before())
        asked = tuple(self.asking())
        closing = tuple(self.closing(asked))
        waits = self.waits()
        if self.returns and (not waits or (len(waits) == 1 and waits[0][1] is None)):
            office = waits[0][0] if waits else None
            looped = tuple(self.until_decided((*asked, *closing), office))
            self.settled()
            return (*before, *looped, *self.after())
        later = (
            tuple(waiting(waits, self.ids, self.record, self.outcomes()))
            if waits
            else tuple(self.waiting())
        )
        self.settled()
        return (*before, *asked, *closing, *later, *self.after())

    def before(self) -> Iterator[Block]:
        """The steps that identify the person and query registries about them."""
        if not self.requirements.identified:
            return
        yield from standard.authenticate(self.sign_in_facts())
        registries = [
            registry
            for registry in self.lookups
            if registry not in {"edr", "treasury"} and self.lookups[registry]
        ]
        if self.reading.says(cues.PARALLEL) and len(registries) > 1:
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
        """The pages and branches, with the search for a free slot before its page."""
        slots = self.archetype == "appointment"
        for block in self.road.blocks(self.facts):
            if slots and isinstance(block, FlowStep) and _asks_slot(block):
                yield from standard.slots()
                slots = False
            yield block
        if slots:
            yield from standard.slots()
        for registry in ("edr", "treasury"):
            if self.lookups.get(registry):
                yield from standard.asked_lookup(registry, self.lookups[registry])

    def closing(self, asked: tuple[Block, ...]) -> Iterator[Block]:
        """The closing steps: review, consent, signature, payment, submission."""
        shows = tuple(fact.id for fact in self.shown())
        asks = bool(asked) or bool(shows)
        if asks and self.archetype != "survey":
            yield from standard.review(shows)
        if self.personal():
            yield standard.consent()
        if self.requirements.signed:
            yield from standard.sign()
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
        fields = [fact.field for fact in self.facts if isinstance(fact, FieldFact)]
        return bool(self.shown()) or any(field.personal for field in fields)

    def payment(self) -> Iterator[Block]:
        asked = frozenset(self.road.asked)
        rules, base = fee_rules(self.facts, asked)
        free = self.archetype in {"benefit", "survey"}
        amount = base.kopiykas if base else None
        if self.archetype == "payment" and not any(rule.kopiykas for rule in rules):
            self.fee = Fee(kopiykas=amount) if amount else None
            yield from standard.pay(amount)
            self.record.add_step(f"fee:{amount}", "pay")
            self.paid(base)
            return
        if self.archetype == "payment" and base is None:
            # Whoever has no fee of their own pays what the register says.
            base = FeeFact(PromptPlace(0, 0), max(rule.kopiykas for rule in rules))
        if free and not any(rule.kopiykas for rule in rules):
            rules, base = [], None
        if not rules and amount and base is not None and not free:
            self.fee = Fee(kopiykas=amount)
        if any(rule.kopiykas for rule in rules) or (base and base.kopiykas):
            yield from payments(rules, base, self.ids, self.record, self.road.answers)
            self.pays = True
        if any(sign in self.reading.text for sign in _FOREIGN) and self.pays:
            self.note("Суми вказано у валюті запиту.", "Amounts are in the currency of the prompt.")
        self.paid(base)

    def paid(self, base: FeeFact | None) -> None:
        for fact in self.facts:
            if isinstance(fact, FeeFact) and not fact.cases:
                own = f"fee:{fact.kopiykas}" if fact.kopiykas else "steps"
                self.record.add(fact.place, own)
        del base

    def settled(self) -> None:
        """What says something of the service as a whole."""
        known = self.requirements.known
        for fact in self.reading.facts:
            if isinstance(fact, FieldFact) and fact.field.id in known:
                self.record.add(fact.place, fact.field.id)
        for fact in self.requirements.facts:
            if name := self._settled(fact):
                self.record.add(fact.place, name)

    def _settled(self, fact: PromptFact) -> str:
        """The id of what such a fact became; nothing where it is no part of the flow."""
        built = self.record.built
        match fact:
            case SettingFact(setting=setting) if not fact.cases:
                return {"sign": "sign", "authenticate": "sign_in", "review": "review"}.get(
                    setting, "name" if setting == "name" else "steps"
                )
            case DropFact() if not fact.cases or any(case in built for case in fact.cases):
                return "steps"
            case CaseFact(case=case) if case in built and case.decides:
                return case.decides.id
            case _:
                return ""

    def waits(self) -> list[tuple[WaitFact, Guard | None]]:
        rows = waits_of(self.facts, frozenset(self.road.asked), self.road.answers)
        outcomes = any(case.outcome for fact in self.facts for case in fact.cases)
        decided = outcomes if self.archetype != "permit" else not self.returns
        if not rows and decided:
            self.note(
                "Хто приймає рішення, у запиті не сказано.", "The prompt does not say who decides."
            )
            return [(WaitFact(PromptPlace(0, 0), AUTHORITY), None)]
        return rows

    def deciding(self, waits: list[tuple[WaitFact, Guard | None]]) -> Iterator[Block]:
        yield from waiting(waits, self.ids, self.record, self.outcomes())

    def outcomes(self) -> dict[Outcome, Text]:
        """What the prompt calls the outcomes of the last decision."""
        rows: dict[Outcome, Text] = {}
        for fact in self.facts_of_cases():
            phrase = self.reading.prompt[fact.place.start : fact.place.end]
            if fact.case.outcome and len(phrase.split()) <= _MAX_OUTCOME_WORDS:
                label = labelled(phrase)
                if not label.rough:
                    rows.setdefault(fact.case.outcome, label.text)
        return rows if len(set(map(str, rows.values()))) == len(rows) else {}

    def facts_of_cases(self) -> Iterator[CaseFact]:
        yield from (fact for fact in self.requirements.facts if isinstance(fact, CaseFact))

    def until_decided(self, inside: tuple[Block, ...], office: WaitFact | None) -> Iterator[Block]:
        """A permit may be returned once for correction before it is granted or refused."""
        days = office.days if office else None
        if days is None:
            self.note("Строк розгляду: до 30 днів.", "The decision takes up to 30 days.")
        name = self.ids.free("decision")
        wait = standard.decision_of_office(name, days or 30, office.who if office else None)
        if office is not None:
            self.record.add(office.place, name)
        yield LoopBlock((*inside, wait), standard.equals(name, "returned"), 2)
        yield standard.well_or(name, "approved", otherwise=standard.REFUSED)

    def waiting(self) -> Iterator[Block]:
        if self.archetype == "deal":
            self.note("Друга сторона має 10 днів.", "The other party has 10 days.")
            yield from standard.other_party(10)

    def after(self) -> Iterator[Block]:
        if self.archetype in {"certificate", "benefit", "permit", "deal"}:
            yield standard.status()
        yield standard.done(KINDS[self.archetype], self.thanks())

    def thanks(self) -> Text:
        """The text of the good end, with what the prompt says of the result."""
        granted = [
            fact
            for fact in self.facts
            if isinstance(fact, NoticeFact)
            and any(case.outcome == "approved" for case in fact.cases)
        ]
        usual = THANKS[self.archetype]
        for fact in granted:
            self.record.add(fact.place, "end_done")
        for fact in self.requirements.facts:
            if isinstance(fact, CaseFact) and fact.case.outcome:
                self.record.add(
                    fact.place, "end_done" if fact.case.outcome == "approved" else "end_refused"
                )
        refused = [
            fact
            for fact in self.facts
            if not isinstance(fact, FieldFact)
            and any(case.outcome == "rejected" for case in fact.cases)
        ]
        for fact in refused:
            self.record.add(fact.place, "end_refused")
        return Text(
            uk=" ".join([usual.uk, *(fact.text.uk for fact in granted)])[:580],
            en=" ".join([usual.en, *(fact.text.en for fact in granted)])[:580],
        )

    def note(self, uk: str, en: str) -> None:
        self.requirements.assumptions.append(Text(uk=uk, en=en))


def _asks_slot(step: FlowStep) -> bool:
    return any(field.id in {"visit_date", "visit_time"} for field in step.fields)


def _with_questions(facts: Iterable[PromptFact], known: frozenset[str]) -> Iterator[PromptFact]:
    """The facts, each question that decides something asked where it first does."""
    rows = list(facts)
    asked = set(known) | {fact.field.id for fact in rows if isinstance(fact, FieldFact)}
    later = [{case.name for case in fact.cases} for fact in rows]
    for place, fact in enumerate(rows):
        if isinstance(fact, CaseFact):
            field = fact.case.decides
            used = any(fact.case.name in names for names in later[place + 1 :])
            if field is not None and field.id not in asked and used:
                asked.add(field.id)
                yield FieldFact(fact.place, field, fact.cases, invented=False)
            continue
        yield fact
