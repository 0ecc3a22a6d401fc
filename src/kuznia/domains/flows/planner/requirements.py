"""What a service has to ask, what it takes from registries, and what was guessed."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from kuznia.domains.flows.planner import cues
from kuznia.domains.flows.planner.conditions import ANONYMOUS, BranchCondition
from kuznia.domains.flows.planner.lexicon import LEXICON
from kuznia.domains.flows.planner.reading import Mention, PromptReading
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


@dataclass(frozen=True, slots=True)
class Requirements:
    """What a service asks for and takes from registries, once everything is settled."""

    reading: PromptReading
    archetype: Archetype
    mentions: tuple[Mention, ...]
    conditions: tuple[BranchCondition, ...]
    # Facts that registries provide, by registry.
    registry_facts: dict[str, tuple[Fact, ...]]
    # Whether the person has to prove who they are, and whether to sign.
    identified: bool
    signed: bool
    assumptions: list[Text] = field(default_factory=list[Text])


def requirements_of(reading: PromptReading, archetype: Archetype) -> Requirements:
    """Settle what a service asks for and what registries provide."""
    notes: list[Text] = []
    signed = _signed(reading, archetype)
    mentions, conditions = _meant(reading, archetype)
    identified = signed or _identified(reading, archetype, mentions)
    mentions = _completed(reading, archetype, mentions, identified, notes)
    mentions = _lawful(reading, archetype, mentions, notes)
    facts = facts_by_registry(reading, archetype, mentions, identified=identified)
    if identified:
        mentions, conditions = _once_only(mentions, conditions, facts, notes)
    notes += _guesses(reading, mentions)
    return Requirements(reading, archetype, mentions, conditions, facts, identified, signed, notes)


def _signed(reading: PromptReading, archetype: Archetype) -> bool:
    if archetype in SIGNED_ARCHETYPES:
        return True
    legal = archetype == "registration" and reading.says(cues.LEGAL)
    return legal or (archetype in {"registration", "certificate"} and reading.says(cues.SIGN))


def _identified(
    reading: PromptReading, archetype: Archetype, mentions: tuple[Mention, ...]
) -> bool:
    if reading.says(cues.NO_AUTH):
        return False
    if archetype == "certificate" or reading.says(cues.AUTH):
        return True
    if archetype != "payment":
        return False
    # A debt that nothing on the form identifies is the debt of the person who signed in.
    keys = [m for m in mentions if m.field.group in {"account", "vehicle", "papers", "child"}]
    from_registry = reading.says(cues.FROM_REGISTRY) or reading.says(_TAX)
    return not keys and from_registry and not any(m.field.id == "amount" for m in mentions)


def _meant(
    reading: PromptReading, archetype: Archetype
) -> tuple[tuple[Mention, ...], tuple[BranchCondition, ...]]:
    """Read each field as this kind of service means it, and name none twice."""
    other = dict(_MEANT.get(archetype, {}))
    names = {mention.field.id for mention in reading.mentions}
    if "edrpou" in names:
        other["title"] = "organisation_name"

    def meant(field: FormField) -> FormField:
        name = other.get(field.id)
        if name is None or name in names:
            return field
        return LEXICON.fields[name].model_copy(update={"required": field.required})

    mentions: dict[str, Mention] = {}
    for mention in reading.mentions:
        field = meant(mention.field)
        mentions.setdefault(field.id, replace(mention, field=field))
    conditions: list[BranchCondition] = []
    # What decides is asked before the branches: none of them asks it again.
    asked = set(mentions) | {condition.decides.id for condition in reading.conditions}
    for condition in reading.conditions:
        then = tuple(f for f in map(meant, condition.then) if f.id not in asked)
        rest = tuple(f for f in map(meant, condition.other) if f.id not in asked)
        asked |= {f.id for f in (*then, *rest)}
        conditions.append(replace(condition, then=then, other=rest))
    return tuple(mentions.values()), tuple(conditions)


def _completed(
    reading: PromptReading,
    archetype: Archetype,
    mentions: tuple[Mention, ...],
    identified: bool,
    notes: list[Text],
) -> tuple[Mention, ...]:
    """Add the fields that such a service needs and the prompt does not name."""
    names = {mention.field.id for mention in mentions}
    needed = _NEEDED.get(archetype, frozenset[str]())
    lacks = not names and not reading.conditions
    if archetype == "benefit" and reading.says(_NO_PAYOUT):
        needed = frozenset[str]()
    if not (lacks or (needed and not names & needed)):
        return mentions
    usual = _USUAL[archetype] if lacks else _USUAL[archetype][:1]
    known = KNOWN if identified and archetype != "deal" else ()
    added = tuple(name for name in usual if name not in reading.dropped and name not in known)
    for name in added:
        label = LEXICON.fields[name].label
        notes.append(
            Text(uk=f"Додано поле «{label.uk}»: у запиті його немає.", en=f"Added: {label.en}.")
        )
    return (*mentions, *(Mention(LEXICON.fields[name]) for name in added))


def _lawful(
    reading: PromptReading,
    archetype: Archetype,
    mentions: tuple[Mention, ...],
    notes: list[Text],
) -> tuple[Mention, ...]:
    """Leave out what must not be asked, and names where people may stay anonymous."""
    anonymous = reading.says(cues.ANONYMOUS) and not any(
        condition.decides.id == ANONYMOUS.id for condition in reading.conditions
    )
    kept: list[Mention] = []
    for mention in mentions:
        label = mention.field.label
        if asks_for_secret(label.uk) or asks_for_secret(label.en):
            notes.append(
                Text(
                    uk=f"Поле «{label.uk}» вилучено: такі дані не можна вимагати.",
                    en=f"Left out, because no service may ask for it: {label.en}.",
                )
            )
        elif anonymous and archetype in {"report", "survey"} and _identifies(mention.field):
            notes.append(
                Text(uk=f"Анонімно: без поля «{label.uk}».", en=f"Anonymous: without {label.en}.")
            )
        else:
            kept.append(mention)
    return tuple(kept)


def _identifies(field: FormField) -> bool:
    named = field.group in {"person", "papers", "contact"} and field.id not in {"age", "sex"}
    return field.personal and named


def _once_only(
    mentions: tuple[Mention, ...],
    conditions: tuple[BranchCondition, ...],
    provided: dict[str, tuple[Fact, ...]],
    notes: list[Text],
) -> tuple[tuple[Mention, ...], tuple[BranchCondition, ...]]:
    """Leave out what a registry provides."""
    known = {fact.id for facts in provided.values() for fact in facts}
    kept = tuple(m for m in mentions if m.field.id not in known or m.repeat is not None)
    for mention in mentions:
        if mention not in kept:
            label = mention.field.label
            notes.append(
                Text(
                    uk=f"Поле «{label.uk}» вилучено: ці дані є в реєстрі.",
                    en=f"Left out, because a registry has it: {label.en}.",
                )
            )
    return kept, tuple(
        replace(c, then=_not_in_registries(c.then), other=_not_in_registries(c.other))
        for c in conditions
    )


def _not_in_registries(fields: Iterable[FormField]) -> tuple[FormField, ...]:
    return tuple(field for field in fields if field.id not in KNOWN)


def _guesses(reading: PromptReading, mentions: tuple[Mention, ...]) -> Iterator[Text]:
    if reading.kind is not None and reading.kind.close:
        yield Text(
            uk="Вид послуги визначено за словами запиту; можливий і інший.",
            en="The kind of service was guessed from the wording; another is possible.",
        )
    for mention in mentions:
        if mention.invented:
            label = mention.field.label
            yield Text(
                uk=f"«{label.uk}»: тип поля визначено за назвою.",
                en=f"The type of this field was guessed from its name: {label.en}.",
            )
