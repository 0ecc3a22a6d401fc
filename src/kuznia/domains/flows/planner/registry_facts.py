"""The facts a service takes from registries instead of asking for them."""

import re
from collections.abc import Iterator, Sequence

from kuznia.domains.flows.planner import cues
from kuznia.domains.flows.planner.clauses.facts import FieldFact
from kuznia.domains.flows.planner.lexicon import LEXICON
from kuznia.domains.flows.planner.reading import PromptReading
from kuznia.domains.flows.schema import Archetype, Fact, Text
from kuznia.domains.flows.structure.registries import KNOWN

# Every identity provider (Дія, BankID, a key) confirms these.
IDENTITY_FACTS = ("last_name", "first_name", "middle_name", "rnokpp")

# The fact that a certificate of this sort is about.
_CERTIFIED = (
    (re.compile(r"проживан|територіальн|residence|склад\w{0,9} сім", re.I), "registration_address"),
    (re.compile(r"доход|дохід|income|зарплат", re.I), "income"),
    (re.compile(r"подат|борг|заборгован|\btax|debt|clearance", re.I), "tax_debt"),
    (re.compile(r"\bвпо\b|переселен|displaced", re.I), "vpo_number"),
    (re.compile(r"шлюб|народжен|marri|birth", re.I), "marital_status"),
    (re.compile(r"нерухом|property", re.I), "owned_property"),
)
# Facts that no form asks for have no label in the lexicon.
_LABELS = {
    "company_name": Text(uk="Назва організації", en="Organisation name"),
    "tax_debt": Text(uk="Податковий борг", en="Tax debt"),
    "owned_property": Text(uk="Нерухоме майно", en="Property owned"),
    "amount_due": Text(uk="Нараховано до сплати, грн", en="Amount due, UAH"),
}


def facts_by_registry(
    reading: PromptReading, archetype: Archetype, mentions: Sequence[FieldFact], *, identified: bool
) -> dict[str, tuple[Fact, ...]]:
    """The facts to take from each registry; those about a person need a person identified."""
    names = [mention.field.id for mention in mentions if mention.repeat is None]
    pairs: list[tuple[str, str]] = []
    if identified:
        pairs += _about_person(reading, archetype, names)
    pairs += _about_subject(reading, archetype, names)
    facts: dict[str, dict[str, Fact]] = {}
    for registry, name in pairs:
        facts.setdefault(registry, {})[name] = _fact(name, registry)
    return {registry: tuple(named.values()) for registry, named in facts.items()}


def _about_person(
    reading: PromptReading, archetype: Archetype, names: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """Pairs of a registry and a fact it has about the person who signed in."""
    *full_name, number = IDENTITY_FACTS
    yield from (("eddr", name) for name in full_name)
    yield "drfo", number
    yield from ((KNOWN[n], n) for n in (*names, *sorted(reading.dropped)) if n in KNOWN)
    if archetype == "certificate":
        certified = (name for cue, name in _CERTIFIED if reading.says(cue))
        name = next(certified, "birth_date")
        yield KNOWN[name], name
    if archetype == "benefit":
        yield "drfo", "income"


def _about_subject(
    reading: PromptReading, archetype: Archetype, names: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """Pairs of a registry and a fact that it finds by a number: about a company, or a debt."""
    by_company = "edrpou" in names and "organisation_name" not in names
    if by_company and archetype in {"certificate", "permit"}:
        yield "edr", "company_name"
    elif archetype == "certificate" and reading.says(cues.PARALLEL):
        yield "drfo", "tax_debt"
        yield "eddr", "birth_date"
    if archetype == "payment" and reading.fee is None and not {"amount", "price"} & set(names):
        yield "treasury", "amount_due"


def _fact(name: str, registry: str) -> Fact:
    """A fact as a registry provides it."""
    known = LEXICON.fields.get(name)
    if known is None:
        return Fact(id=name, label=_LABELS[name], registry=registry)
    return Fact(
        id=name,
        label=known.label,
        type=known.type,
        format=known.format,
        options=known.options,
        registry=registry,
    )
