"""What a service has to ask, what it is told instead, and what was guessed."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from kuznia.domains.flows.checks.proof.law import SIGNED, secret
from kuznia.domains.flows.planner import cues
from kuznia.domains.flows.planner.conditions import ANONYMOUS, Condition
from kuznia.domains.flows.planner.lexicon import LEXICON
from kuznia.domains.flows.planner.reading import Mention, Reading
from kuznia.domains.flows.schema import Archetype, Fact, FormField, Text
from kuznia.domains.flows.structure.registries import KNOWN

# Told by whoever vouches for the person: Дія, BankID and keys all carry these.
VOUCHED = ("last_name", "first_name", "middle_name", "rnokpp")

# The same word means another thing in another kind of service.
_MEANT: dict[Archetype, dict[str, str]] = {
    "appointment": {"date": "visit_date", "description": "topic"},
    "report": {"date": "incident_date", "address": "location", "city": "location"},
    "deal": {"address": "property_address", "amount": "price", "date": "contract_date"},
    "permit": {"date": "event_date"},
    "benefit": {"account_number": "iban"},
}
# What is asked when the prompt names nothing, or has to be asked in any case.
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
# One of these has to be there, or the usual is added: a slot to book, a party to agree with.
_NEEDED: dict[Archetype, frozenset[str]] = {
    "appointment": frozenset({"visit_date", "visit_time"}),
    "deal": frozenset({"counterparty_rnokpp", "counterparty_phone", "spouse_name"}),
    "benefit": frozenset({"iban"}),
}
_NO_PAYOUT = re.compile(r"пільг|проїзд|\bdiscount|\btravel|\bfree\b", re.IGNORECASE)
_TAX = re.compile(r"\bподат|\btax", re.IGNORECASE)
# Which register a certificate of this sort is made from.
_SOURCES = (
    (re.compile(r"проживан|територіальн|residence|склад\w{0,9} сім", re.I), "registration_address"),
    (re.compile(r"доход|дохід|income|зарплат", re.I), "income"),
    (re.compile(r"подат|борг|заборгован|\btax|debt|clearance", re.I), "tax_debt"),
    (re.compile(r"\bвпо\b|переселен|displaced", re.I), "vpo_number"),
    (re.compile(r"шлюб|народжен|marri|birth", re.I), "marital_status"),
    (re.compile(r"нерухом|property", re.I), "owned_property"),
)
_NAMED = {
    "company_name": Text(uk="Назва організації", en="Organisation name"),
    "tax_debt": Text(uk="Податковий борг", en="Tax debt"),
    "owned_property": Text(uk="Нерухоме майно", en="Property owned"),
    "amount_due": Text(uk="Нараховано до сплати, грн", en="Amount due, UAH"),
}


@dataclass(frozen=True, slots=True)
class Asking:
    """The settled questions of a service."""

    reading: Reading
    archetype: Archetype
    mentions: tuple[Mention, ...]
    conditions: tuple[Condition, ...]
    # Facts to be told, by register.
    told: dict[str, tuple[Fact, ...]]
    proven: bool
    signed: bool
    assumptions: list[Text] = field(default_factory=list[Text])

    def asks(self, *names: str) -> bool:
        return any(mention.field.id in names for mention in self.mentions)


def settle(reading: Reading, archetype: Archetype) -> Asking:
    """What is asked and what is told, for a prompt that was read."""
    notes: list[Text] = []
    signed = _signed(reading, archetype)
    mentions, conditions = _meant(reading, archetype)
    proven = signed or _proven(reading, archetype, mentions)
    mentions = _added(reading, archetype, mentions, proven, notes)
    mentions, conditions = _lawful(reading, archetype, mentions, conditions, notes)
    told = _told(reading, archetype, mentions, proven)
    if proven:
        mentions, conditions = _once_only(mentions, conditions, told, notes)
    _tell_guesses(reading, mentions, notes)
    return Asking(reading, archetype, mentions, conditions, told, proven, signed, notes)


def _signed(reading: Reading, archetype: Archetype) -> bool:
    if archetype in SIGNED:
        return True
    legal = archetype == "registration" and reading.says(cues.LEGAL)
    return legal or (archetype in {"registration", "certificate"} and reading.says(cues.SIGN))


def _proven(reading: Reading, archetype: Archetype, mentions: tuple[Mention, ...]) -> bool:
    if reading.says(cues.NO_AUTH):
        return False
    if archetype == "certificate" or reading.says(cues.AUTH):
        return True
    if archetype != "payment":
        return False
    # A debt that nothing on the form identifies is that of whoever has proven who they are.
    keys = [one for one in mentions if one.field.group in {"account", "vehicle", "papers", "child"}]
    from_registry = reading.says(cues.FROM_REGISTRY) or reading.says(_TAX)
    return not keys and from_registry and not any(m.field.id == "amount" for m in mentions)


def _meant(
    reading: Reading, archetype: Archetype
) -> tuple[tuple[Mention, ...], tuple[Condition, ...]]:
    """Each field as it is meant in this kind of service, and none twice."""
    other = dict(_MEANT.get(archetype, {}))
    names = {mention.field.id for mention in reading.mentions}
    if "edrpou" in names:
        other["title"] = "organisation_name"

    def meant(one: FormField) -> FormField:
        name = other.get(one.id)
        if name is None or name in names:
            return one
        known = LEXICON.fields[name]
        return known.model_copy(update={"required": one.required})

    found: dict[str, Mention] = {}
    for mention in reading.mentions:
        one = meant(mention.field)
        found.setdefault(one.id, replace(mention, field=one))
    conditions: list[Condition] = []
    asked = set(found)
    for condition in reading.conditions:
        then = tuple(one for one in map(meant, condition.then) if one.id not in asked)
        rest = tuple(one for one in map(meant, condition.other) if one.id not in asked)
        asked |= {one.id for one in (*then, *rest)}
        conditions.append(replace(condition, then=then, other=rest))
    return tuple(found.values()), tuple(conditions)


def _added(
    reading: Reading,
    archetype: Archetype,
    mentions: tuple[Mention, ...],
    proven: bool,
    notes: list[Text],
) -> tuple[Mention, ...]:
    """What has to be asked though the prompt does not say so."""
    names = {mention.field.id for mention in mentions}
    needed = _NEEDED.get(archetype, frozenset[str]())
    lacks = not names and not reading.conditions
    if archetype == "benefit" and reading.says(_NO_PAYOUT):
        needed = frozenset[str]()
    if not (lacks or (needed and not names & needed)):
        return mentions
    wanted = _USUAL[archetype] if lacks else _USUAL[archetype][:1]
    wanted = tuple(
        name
        for name in wanted
        if name not in reading.dropped and not (proven and name in KNOWN and archetype != "deal")
    )
    for name in wanted:
        label = LEXICON.fields[name].label
        notes.append(
            Text(uk=f"Додано поле «{label.uk}»: його не названо.", en=f"Added: {label.en}.")
        )
    return (*mentions, *(Mention(LEXICON.fields[name]) for name in wanted))


def _lawful(
    reading: Reading,
    archetype: Archetype,
    mentions: tuple[Mention, ...],
    conditions: tuple[Condition, ...],
    notes: list[Text],
) -> tuple[tuple[Mention, ...], tuple[Condition, ...]]:
    """Without what must not be asked, and without names where nobody has to give one."""
    nameless = reading.says(cues.ANONYMOUS) and not any(
        condition.decides.id == ANONYMOUS.id for condition in conditions
    )
    kept: list[Mention] = []
    for mention in mentions:
        one = mention.field
        if secret(one.label.uk) or secret(one.label.en):
            notes.append(
                Text(
                    uk=f"Поле «{one.label.uk}» не питаємо: такого не можна вимагати.",
                    en=f"Not asked, for nobody may ask it: {one.label.en}.",
                )
            )
        elif nameless and archetype in {"report", "survey"} and _identifies(one):
            notes.append(
                Text(
                    uk=f"Анонімно: без «{one.label.uk}».", en=f"Anonymous: without {one.label.en}."
                )
            )
        else:
            kept.append(mention)
    return tuple(kept), conditions


def _identifies(one: FormField) -> bool:
    return (
        one.personal
        and one.group in {"person", "papers", "contact"}
        and one.id not in {"age", "sex"}
    )


def _told(
    reading: Reading, archetype: Archetype, mentions: tuple[Mention, ...], proven: bool
) -> dict[str, tuple[Fact, ...]]:
    """Facts that registers will tell, by the register that is asked."""
    wanted: list[tuple[str, str]] = []
    names = [mention.field.id for mention in mentions if mention.repeat is None]
    if proven:
        wanted += [("eddr", name) for name in VOUCHED[:3]] + [("drfo", "rnokpp")]
        wanted += [
            (KNOWN[name], name) for name in (*names, *sorted(reading.dropped)) if name in KNOWN
        ]
        if archetype == "certificate":
            sources = [name for cue, name in _SOURCES if reading.says(cue)]
            wanted += [(KNOWN[name], name) for name in sources[:1] or ["birth_date"]]
        if archetype == "benefit":
            wanted.append(("drfo", "income"))
    if (
        archetype in {"certificate", "permit"}
        and "edrpou" in names
        and "organisation_name" not in names
    ):
        wanted.append(("edr", "company_name"))
    elif archetype == "certificate" and reading.says(cues.PARALLEL):
        wanted += [("drfo", "tax_debt"), ("eddr", "birth_date")]
    if archetype == "payment" and not any(name in {"amount", "price"} for name in names):
        wanted += [("treasury", "amount_due")] if reading.fee is None else []
    found: dict[str, dict[str, Fact]] = {}
    for registry, name in wanted:
        found.setdefault(registry, {})[name] = fact(name, registry)
    return {registry: tuple(facts.values()) for registry, facts in found.items()}


def fact(name: str, registry: str) -> Fact:
    """A fact as a register tells it."""
    known = LEXICON.fields.get(name)
    if known is None:
        return Fact(id=name, label=_NAMED[name], registry=registry)
    return Fact(
        id=name,
        label=known.label,
        type=known.type,
        format=known.format,
        options=known.options,
        registry=registry,
    )


def _once_only(
    mentions: tuple[Mention, ...],
    conditions: tuple[Condition, ...],
    told: dict[str, tuple[Fact, ...]],
    notes: list[Text],
) -> tuple[tuple[Mention, ...], tuple[Condition, ...]]:
    """What a register tells is not asked."""
    known = {one.id for facts in told.values() for one in facts}
    kept = tuple(m for m in mentions if m.field.id not in known or m.repeat is not None)
    for mention in mentions:
        if mention not in kept:
            label = mention.field.label
            notes.append(
                Text(
                    uk=f"«{label.uk}» не питаємо: це знає реєстр.",
                    en=f"Not asked, a register knows it: {label.en}.",
                )
            )
    return kept, tuple(
        replace(one, then=_unknown(one.then), other=_unknown(one.other)) for one in conditions
    )


def _unknown(fields: Iterable[FormField]) -> tuple[FormField, ...]:
    return tuple(one for one in fields if one.id not in KNOWN)


def _tell_guesses(reading: Reading, mentions: tuple[Mention, ...], notes: list[Text]) -> None:
    if reading.kind is not None and reading.kind.close:
        notes.append(
            Text(
                uk="Вид послуги визначено за словами запиту; можливий і інший.",
                en="The kind of service was taken from the wording; another was possible.",
            )
        )
    for mention in mentions:
        if mention.invented:
            label = mention.field.label
            notes.append(
                Text(
                    uk=f"«{label.uk}»: тип поля визначено за назвою.",
                    en=f"The type of this field was guessed from its name: {label.en}.",
                )
            )
