"""What happens under which condition: `an empty text raises ValueError`, `without arguments exit
code 2`. Looked for in the branches of code."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kuznia.domains.code.account.facts.consequences import Consequence, happens
from kuznia.domains.code.account.reading.evidence import CodeEvidence, Facet
from kuznia.domains.code.account.reading.source import CodeBranch, SourceText
from kuznia.domains.code.account.words.lexicon import (
    Concept,
    Words,
    concepts,
    content_words,
    is_known,
    words_of,
)
from kuznia.domains.code.account.words.patterns import patterns

_PATTERNS = patterns("outcomes")


_LEAVES = re.compile(r"\b(?:return|raise|throw|exit|continue|die|panic!?|break)\b|Err\(")
# A condition that catches everything that did not fit.
_CATCH_ALL = _PATTERNS["catch_all"]
# Conditions that have a look of their own: each must be seen in the condition of a branch.
CONDITIONS = frozenset(
    (
        *("empty", "below zero", "zero or below", "missing", "not a number", "of a type", "null"),
        *("filled up with zeros", "zero as well"),
    )
)


def outcome(consequence: Consequence, condition: str, evidence: CodeEvidence) -> Facet:
    """Whether code does what a clause says, under the condition that the clause says."""
    alternatives = [piece for piece in _OR.split(condition) if content_words(piece)]
    if any(len(content_words(piece)) < 2 and not _LOOK.search(piece) for piece in alternatives):
        alternatives = []
    if len(alternatives) > 1 and not _TOGETHER.search(condition):
        facets = [
            _outcome(consequence, piece, evidence, strict=True, single=True)
            for piece in alternatives
        ]
        return next((facet for facet in facets if facet.shown is False), facets[0])
    strict = bool(re.search("[а-яіїєґ]", condition))
    return _outcome(consequence, condition, evidence, strict=strict)


_LOOK = re.compile(
    r"\b(?:nil|null|none|empty|blank|negative|missing)\b|порожн|від.ємн|відсутн", re.I
)
_OR = re.compile(r"\s(?:or|або|чи)\s", re.IGNORECASE)
# What one look sees together.
_TOGETHER = _PATTERNS["together"]


@dataclass(frozen=True, slots=True)
class _Sought:
    """A condition as a clause says it: its words, what must be looked at, and the values named."""

    words: list[str]
    looks: list[Concept]
    several: list[str]
    named: list[str]
    # Whether it is a single one of several, and so must be met by itself.
    is_single: bool


def _sought(condition: str, evidence: CodeEvidence, *, strict: bool, single: bool) -> _Sought:
    several = [
        name
        for name in dict.fromkeys(re.findall(r"[A-Za-z_]\w*", condition))
        if name in evidence.parameters
    ]
    lower = condition.lower()
    return _Sought(
        content_words(condition),
        [look for look in concepts() if look.name in CONDITIONS and look.says.search(lower)],
        several if re.search(r"\b(?:or|and|або|чи|та|і)\b", condition) else [],
        [name for name in several if strict or re.search(r"_|[a-z][A-Z]", name)],
        strict and single,
    )


def _outcome(
    consequence: Consequence,
    condition: str,
    evidence: CodeEvidence,
    *,
    strict: bool,
    single: bool = False,
) -> Facet:
    sought = _sought(condition, evidence, strict=strict, single=single)
    rows = [
        (source, branch, evidence.expanded(branch.then)) for source, branch in evidence.branches
    ]
    names = evidence.named(consequence.value)
    doing = [row for row in rows if happens(consequence, row[2], names)]
    if not doing:
        return _elsewhere(consequence, sought.words, evidence)
    best = max(doing, key=lambda row: _fit(row, sought.words, sought.looks))
    pointer, fit = best[0].pointer, _fit(best, sought.words, sought.looks)
    others = [row for row in rows if row not in doing]
    if _is_contradicted(others, doing, consequence, sought, fit, evidence):
        return Facet(False, pointer, "Under this condition the code does something else.")
    if missing := _missing(doing, sought):
        return Facet(False, pointer, f"Nothing that does this looks at {missing}.")
    if _fitting(doing, sought, evidence):
        return Facet(True, pointer, "A branch does this.", weight=3)
    if sought.looks and not any(_CATCH_ALL.search(row[1].condition) for row in doing):
        looked = ", ".join(look.name for look in sought.looks)
        return Facet(False, pointer, f"No branch that does this looks at: {looked}.")
    if sought.words and sought.named:
        return Facet(False, pointer, "What does this is under another condition.")
    if sought.words and fit <= 0:
        return Facet(True, pointer, "The code does this under some condition.")
    return Facet(True, pointer, "A branch does this.", weight=3)


def _is_contradicted(
    others: "list[Row]",
    doing: "list[Row]",
    consequence: Consequence,
    sought: _Sought,
    fit: float,
    evidence: CodeEvidence,
) -> bool:
    """Whether a branch that does something else fits the condition better."""
    words, looks = sought.words, sought.looks
    against = [row for row in others if _contradicts(row, consequence, looks, words, fit, evidence)]
    seen = max(_sees(row, words, looks, evidence) for row in doing)
    return any(_sees(row, words, looks, evidence) > seen + 0.2 for row in against)


def _missing(doing: "list[Row]", sought: _Sought) -> str:
    """The first of several values that no branch looks at, where it looks at others of them."""
    if len(sought.several) < 2:
        return ""
    conditions = " ".join(row[1].condition for row in doing)
    missing = [
        name
        for name in sought.several
        if name[0].islower() and not re.search(rf"\b{name}\b", conditions)
    ]
    return missing[0] if missing and len(missing) < len(sought.several) else ""


def _fitting(doing: "list[Row]", sought: _Sought, evidence: CodeEvidence) -> "list[Row]":
    """The branches that look at what the clause says; of several one about what it is about."""
    words, looks = sought.words, sought.looks
    fitting = [row for row in doing if _fits(row, words, looks, sought.named)]
    if not ((len(doing) > 1 or sought.is_single) and words and looks):
        return fitting
    plain = [word for word in words if not any(look.says.search(word) for look in looks)]
    if not any(map(evidence.words.explain, plain)):
        return fitting
    return [row for row in fitting if any(map(_about(row).explain, plain))]


Row = tuple[SourceText, CodeBranch, str]


def _sees(row: Row, sought: list[str], looks: list[Concept], evidence: CodeEvidence) -> float:
    """How much of the condition a branch looks at, whatever it does; what every branch looks at
    counts little."""
    condition = _condition_words(row[1])
    seen = sum(1 / evidence.branches_with(word) for word in sought if condition.explain(word))
    return seen + 1.5 * sum(_looks(look, row[1]) for look in looks)


def _fit(row: Row, sought: list[str], looks: list[Concept]) -> float:
    """How well a branch fits the condition: what it looks at counts more than its messages."""
    _, branch, then = row
    condition = _condition_words(branch)
    messages = words_of(f"{then} {branch.unit}")
    score = sum(2.0 * condition.explain(word) or 0.75 * messages.explain(word) for word in sought)
    score += sum(3.0 for look in looks if _looks(look, branch))
    return score / (2.0 * len(sought) + 3.0 * len(looks) or 1.0)


_OPERATORS = (
    (re.compile(r"!==?|<>|\bis not\b|-ne\b"), "different other not"),
    (re.compile(r"[^!<>=]==?=?[^=]|-eq\b|\bequals\b"), "same equal"),
    (re.compile(r">|-gt\b|-ge\b"), "more greater over above exceeds longer older higher than"),
    (re.compile(r"<|-lt\b|-le\b"), "less below under fewer shorter younger lower than"),
    (re.compile(r"\bin\b|\bhas\b|contains|includes"), "already exists contains known"),
)


def _condition_words(branch: CodeBranch) -> Words:
    """The words of a condition, with those for its signs."""
    signs = " ".join(words for sign, words in _OPERATORS if sign.search(branch.condition))
    return words_of(f"{branch.condition} {signs}")


def _looks(look: Concept, branch: CodeBranch) -> bool:
    if look.name == "missing" and _THERE.search(branch.condition):
        return bool(_ABSENT.search(branch.condition)) == branch.holds
    if look.name == "missing" and re.match(r"\W*(?:!\s*\w|not \w)[\w.]*\W*$", branch.condition):
        return branch.holds
    return bool(look.shows.search(branch.condition))


_THERE = _PATTERNS["there"]
_ABSENT = re.compile(
    r"(?i)\bnot\b|!|\bnone\b|null|\bnil\b|undefined|-z|unless|enoent|notfound|== ?-1|< ?0"
)


def _about(row: Row) -> Words:
    _, branch, then = row
    return words_of(f"{branch.condition} {then} {branch.unit}")


def _is_about(name: str, row: Row) -> bool:
    """Whether a branch looks at a value, or the function it is in is called with it."""
    source, branch, _ = row
    calls = rf"|(?<!def )(?<!function )\b{branch.unit}\([^\n]*\b{name}\b" if branch.unit else ""
    return bool(
        re.search(rf"\b{name}\b", branch.condition) or (calls and re.search(calls[1:], source.text))
    )


def _fits(row: Row, sought: list[str], looks: list[Concept], named: list[str]) -> bool:
    if named and not any(_is_about(name, row) for name in named):
        return False
    if not all(_looks(look, row[1]) for look in looks if look.name in _DECIDING):
        return False
    return _fit(row, sought, looks) >= 0.2


# What a condition must look at where a clause says so; others may be written in many ways.
_DECIDING = frozenset(("empty", "below zero", "zero or below", "null", "zero as well"))


_STRICTLY_EMPTY = _PATTERNS["strictly_empty"]


def _contradicts(
    row: Row,
    consequence: Consequence,
    looks: list[Concept],
    sought: list[str],
    fit: float,
    evidence: CodeEvidence,
) -> bool:
    """Whether a branch with the same condition does something else."""
    _, branch, then = row
    if not branch.holds or not _LEAVES.search(branch.then):
        return False
    if any(look.name == "empty" for look in looks):
        return bool(_STRICTLY_EMPTY.search(branch.condition)) and _fit(row, sought, looks) > fit
    if consequence.kind not in ("exit", "status"):
        return False
    other = re.search(r"\b(?:exit|return|answer|status\w*)\b\W*\d+|\b[1-5]\d\d\b", then)
    return bool(other) and _sees(row, sought, looks, evidence) >= (
        0.3 if consequence.kind == "exit" else 0.5
    )


def _elsewhere(consequence: Consequence, sought: list[str], evidence: CodeEvidence) -> Facet:
    """What happens without a branch of its own: by a library, in an attribute, at the end."""
    if consequence.value in ("400", "422") and re.search(r"(?i)fastapi|pydantic", evidence.text):
        # What these models refuse is answered so.
        consequence = Consequence("raise", "", consequence.span)
    sought = [word for word in sought if is_known(word)]
    for source in evidence.code:
        for place in _places(consequence, source):
            around = source.text[max(0, place - 400) : place + 200]
            words = words_of(f"{around} {source.unit_of(place)}")
            if not sought or sum(map(words.explain, sought)) >= max(1, len(sought) * 0.3):
                return Facet(True, source.pointer, "The code does this.", weight=2)
    what = consequence.value or "a refusal"
    if consequence.kind == "return":
        # What is given back may come about without a branch.
        return Facet(None, why=f"No branch gives back {what}.")
    return Facet(False, why=f"Nothing in the code leads to {what}.")


def _places(consequence: Consequence, source: SourceText) -> Iterator[int]:
    place = 0
    for line in source.lines:
        if happens(consequence, line):
            yield place
        place += len(line) + 1


_PERMITS = re.compile(
    r"(?P<what>negative|zero|empty|null)(?: \w+){0,2} (?:is|are) (?:allowed|fine|ok|accepted)"
    r"|(?<!not )\b(?:can|may) (?:also )?be (?P<may>negative|zero|empty|null)"
    r"|(?<!не )мо(?:же|жуть) (?:також )?бути (?P<uk>від.ємн|нул|порожн)",
    re.IGNORECASE,
)


def permissions(quote: str, evidence: CodeEvidence) -> Iterator[Facet]:
    """Where the code refuses what a clause permits."""
    for match in _PERMITS.finditer(quote):
        permitted = next(value for value in match.groups() if value).lower()
        looks = [c for c in concepts() if c.name in _DECIDING and c.says.search(permitted)]
        for source, branch in evidence.branches:
            if _REFUSES.search(branch.then) and any(_looks(look, branch) for look in looks):
                why = f"The code refuses what is {permitted}."
                yield Facet(False, source.pointer, why)


_REFUSES = re.compile(r"\b(?:raise|throw)\b|\bErr\(|errors\.New|fmt\.Errorf")
