"""What a service has to ask, what it takes from registries, and what was guessed."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from kuznia.domains.flows.planner import cues
from kuznia.domains.flows.planner.clauses.cases import flipped
from kuznia.domains.flows.planner.clauses.conditions import ANONYMOUS
from kuznia.domains.flows.planner.clauses.facts import (
    CaseFact,
    DropFact,
    FactCase,
    FieldFact,
    PromptFact,
    PromptPlace,
)
from kuznia.domains.flows.planner.lexicon import LEXICON
from kuznia.domains.flows.planner.reading import PromptReading
from kuznia.domains.flows.planner.registry_facts import facts_by_registry
from kuznia.domains.flows.schema import Archetype, Fact, FormField, Text
from kuznia.domains.flows.structure.law import SIGNED_ARCHETYPES, asks_for_secret
from kuznia.domains.flows.structure.registries import KNOWN

# Words that mean another field in this kind of service.
_MEANT: dict[Archetype, dict[str, str]] = {
    "appointment": {"date": "visit_date", "description": "topic"},
    "report": {"date": "incident_date", "address": "location", "city": "location"},
    "deal": {"address": "property_address", "amount": "price", "date": "contract_date"},
    "permit": {"date": "event_date"},
    "benefit": {"account_number": "iban"},
}
# What is asked when the prompt names no field; the first of them when a needed one is missing.
_USUAL: dict[Archetype, tuple[str, ...]] = {
    "certificate": ("email",),
    "registration": ("last_name", "first_name", "email", "phone"),
    "benefit": ("iban",),
    "payment": ("email",),
    "appointment": ("visit_date", "visit_time", "phone"),
    "report": ("description", "location"),
    "permit": ("documents",),
    "survey": ("rating", "comment"),
    "deal": ("counterparty_rnokpp",),
}
# Without one of these the usual field is added: a slot to book, a party to agree with.
_NEEDED: dict[Archetype, frozenset[str]] = {
    "appointment": frozenset({"visit_date", "visit_time"}),
    "deal": frozenset({"counterparty_rnokpp", "counterparty_phone", "spouse_name"}),
    "benefit": frozenset({"iban"}),
}
_NO_PAYOUT = re.compile(r"пільг|проїзд|\bdiscount|\btravel|\bfree\b", re.IGNORECASE)
_TAX = re.compile(r"\bподат|\btax", re.IGNORECASE)
# A prompt with so many fields of its own lacks none of the usual ones.
_MANY = 4


@dataclass(frozen=True, slots=True)
class Requirements:
    """What a service asks for and takes from registries, once everything is settled."""

    reading: PromptReading
    archetype: Archetype
    facts: tuple[PromptFact, ...]
    # Facts that registries provide, by registry.
    registry_facts: dict[str, tuple[Fact, ...]]
    # Whether the person has to prove who they are, and whether to sign.
    identified: bool
    signed: bool
    # Fields that are known from registries, by the fact of the prompt that asks for them.
    known: frozenset[str] = frozenset()
    assumptions: list[Text] = field(default_factory=list[Text])

    @property
    def mentions(self) -> tuple[FieldFact, ...]:
        return tuple(fact for fact in self.facts if isinstance(fact, FieldFact) and not fact.cases)


def requirements_of(reading: PromptReading, archetype: Archetype) -> Requirements:
    """Settle what a service asks for and what registries provide."""
    notes: list[Text] = []
    signed = _signed(reading, archetype)
    facts = _skipped(_once(_meant(reading, archetype)))
    identified = signed or _identified(reading, archetype, _uncased(facts))
    facts = (*facts, *_completing(reading, archetype, facts, identified, notes))
    facts = tuple(_lawful(reading, archetype, facts, notes))
    provided = facts_by_registry(reading, archetype, _uncased(facts), identified=identified)
    known = frozenset(fact.id for rows in provided.values() for fact in rows)
    if identified:
        facts = tuple(_once_only(facts, known, notes))
    notes += _guesses(reading, facts)
    return Requirements(reading, archetype, facts, provided, identified, signed, known, notes)


def _uncased(facts: Iterable[PromptFact]) -> tuple[FieldFact, ...]:
    return tuple(fact for fact in facts if isinstance(fact, FieldFact) and not fact.cases)


def _signed(reading: PromptReading, archetype: Archetype) -> bool:
    if archetype in SIGNED_ARCHETYPES:
        return True
    legal = archetype == "registration" and reading.says(cues.LEGAL)
    return legal or (archetype in {"registration", "certificate"} and reading.sets("sign"))


def _identified(
    reading: PromptReading, archetype: Archetype, mentions: tuple[FieldFact, ...]
) -> bool:
    if reading.says(cues.NO_AUTH):
        return False
    if archetype == "certificate" or reading.sets("authenticate") or reading.says(cues.AUTH):
        return True
    if archetype != "payment":
        return False
    # A debt that nothing on the form identifies is the debt of the person who signed in.
    keys = [m for m in mentions if m.field.group in {"account", "vehicle", "papers", "child"}]
    from_registry = reading.says(cues.FROM_REGISTRY) or reading.says(_TAX)
    return not keys and from_registry and not any(m.field.id == "amount" for m in mentions)


def _meant(reading: PromptReading, archetype: Archetype) -> Iterator[PromptFact]:
    """Read each field as this kind of service means it."""
    other = dict(_MEANT.get(archetype, {}))
    names = {fact.field.id for fact in reading.facts if isinstance(fact, FieldFact)}
    if "edrpou" in names:
        other["title"] = "organisation_name"
    meant = {old: new for old, new in other.items() if old in names and new not in names}
    for fact in reading.facts:
        if isinstance(fact, FieldFact) and fact.field.id in meant:
            known = LEXICON.fields[meant[fact.field.id]]
            values = {"required": fact.field.required}
            yield replace(fact, field=known.model_copy(update=values))
        else:
            yield fact


def _once(facts: Iterable[PromptFact]) -> tuple[PromptFact, ...]:
    """The facts with each field once; a question that a field asks anyway is that field."""
    seen: set[str] = set()
    rows: list[PromptFact] = []
    for fact in facts:
        if isinstance(fact, FieldFact):
            if fact.field.id in seen:
                continue
            seen.add(fact.field.id)
        rows.append(fact)
    return tuple(rows)


def _skipped(facts: tuple[PromptFact, ...]) -> tuple[PromptFact, ...]:
    """What is not asked in one case is asked in all the others: `renewals skip the questions`."""
    gone: dict[str, tuple[FactCase, ...]] = {}
    for fact in facts:
        if isinstance(fact, DropFact) and len(fact.cases) == 1 and fact.cases[0].decides:
            gone |= {name: (flipped(fact.cases[0]),) for name in fact.fields}
    rows: list[PromptFact] = []
    later: list[PromptFact] = []
    for fact in facts:
        cases = gone.get(fact.field.id) if isinstance(fact, FieldFact) and not fact.cases else None
        if isinstance(fact, FieldFact) and cases and cases[0].name != fact.field.id:
            later.append(replace(fact, cases=cases))
            continue
        rows.append(fact)
        if later and isinstance(fact, DropFact) and fact.cases:
            rows += later
            later = []
    return (*rows, *later)


def _completing(
    reading: PromptReading,
    archetype: Archetype,
    facts: tuple[PromptFact, ...],
    identified: bool,
    notes: list[Text],
) -> Iterator[FieldFact]:
    """The fields that such a service needs and the prompt does not name."""
    asked = [fact for fact in facts if isinstance(fact, FieldFact)]
    names = {fact.field.id for fact in asked}
    needed = _NEEDED.get(archetype, frozenset[str]())
    lacks = not asked and not any(isinstance(fact, CaseFact) for fact in facts)
    if len(asked) >= _MANY or (archetype == "benefit" and reading.says(_NO_PAYOUT)):
        needed = frozenset[str]()
    if not (lacks or (needed and not names & needed)):
        return
    usual = _USUAL[archetype] if lacks else _USUAL[archetype][:1]
    known = KNOWN if identified and archetype != "deal" else ()
    for name in usual:
        if name in reading.dropped or name in known:
            continue
        label = LEXICON.fields[name].label
        notes.append(
            Text(uk=f"Додано поле «{label.uk}»: у запиті його немає.", en=f"Added: {label.en}.")
        )
        yield FieldFact(PromptPlace(0, 0), LEXICON.fields[name])


def _lawful(
    reading: PromptReading,
    archetype: Archetype,
    facts: tuple[PromptFact, ...],
    notes: list[Text],
) -> Iterator[PromptFact]:
    """Leave out what must not be asked, and names where people may stay anonymous."""
    chosen = any(isinstance(f, CaseFact) and f.case.name == ANONYMOUS.id for f in facts)
    anonymous = reading.says(cues.ANONYMOUS) and not chosen and not reading.says(cues.MAY_BE)
    for fact in facts:
        if not isinstance(fact, FieldFact):
            yield fact
            continue
        label = fact.field.label
        if asks_for_secret(label.uk) or asks_for_secret(label.en):
            notes.append(
                Text(
                    uk=f"Поле «{label.uk}» вилучено: такі дані не можна вимагати.",
                    en=f"Left out, because no service may ask for it: {label.en}.",
                )
            )
        elif anonymous and archetype in {"report", "survey"} and _identifies(fact.field):
            notes.append(
                Text(uk=f"Анонімно: без поля «{label.uk}».", en=f"Anonymous: without {label.en}.")
            )
        else:
            yield fact


def _identifies(field: FormField) -> bool:
    named = field.group in {"person", "papers", "contact"} and field.id not in {"age", "sex"}
    return field.personal and named


def _once_only(
    facts: tuple[PromptFact, ...], known: frozenset[str], notes: list[Text]
) -> Iterator[PromptFact]:
    """Leave out what a registry provides, and questions that nothing decides any more."""
    deciding = {case.name for fact in facts for case in fact.cases}
    for fact in facts:
        if not isinstance(fact, FieldFact):
            yield fact
            continue
        name = fact.field.id
        registered = name in known and fact.repeat is None and not fact.cases
        if name in deciding or not (registered or (fact.cases and name in KNOWN)):
            yield fact
        elif registered:
            label = fact.field.label
            notes.append(
                Text(
                    uk=f"Поле «{label.uk}» вилучено: ці дані є в реєстрі.",
                    en=f"Left out, because a registry has it: {label.en}.",
                )
            )


def _guesses(reading: PromptReading, facts: Iterable[PromptFact]) -> Iterator[Text]:
    if reading.kind is not None and reading.kind.close:
        yield Text(
            uk="Вид послуги визначено за словами запиту; можливий і інший.",
            en="The kind of service was guessed from the wording; another is possible.",
        )
    guessed = [fact for fact in facts if isinstance(fact, FieldFact) and fact.invented]
    for fact in guessed[:12]:
        label = fact.field.label
        yield Text(
            uk=f"«{label.uk}»: тип поля визначено за назвою.",
            en=f"The type of this field was guessed from its name: {label.en}.",
        )
    if any(fact.rough for fact in guessed):
        yield Text(
            uk="Деякі назви англійською перекладено дослівно або скорочено: перевірте їх."
            if reading.language == "uk"
            else "Деякі назви українською перекладено дослівно або скорочено: перевірте їх.",
            en="Some Ukrainian labels were translated word by word or shortened: check them."
            if reading.language == "en"
            else "Some English labels were translated word by word or shortened: check them.",
        )


def certain(cases: Iterable[FactCase], asked: frozenset[str]) -> bool:
    """Whether everything that decides is asked of everybody."""
    return all(case.decides is None or case.decides.id in asked for case in cases)
