"""What happens under which condition: `an empty text raises ValueError`, `without arguments exit
code 2`. Looked for in the branches of code."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal

from kuznia.domains.code.account.evidence import Evidence, Facet
from kuznia.domains.code.account.lexicon import (
    Concept,
    Words,
    concepts,
    content_words,
    is_known,
    words_of,
)
from kuznia.domains.code.account.patterns import patterns
from kuznia.domains.code.account.source import Branch, Source

_PATTERNS = patterns("outcomes")

Span = tuple[int, int]
Kind = Literal["raise", "return", "exit", "status"]


@dataclass(frozen=True, slots=True)
class Consequence:
    """What a clause says happens: its kind, what exactly, and where the clause says it."""

    kind: Kind
    value: str
    span: Span


_ERROR_NAME = r"[A-Z]\w*(?:Error|Exception|Failure|Fault|Violation|Exists|Found|Denied|Invalid)\b"
_RAISE = _PATTERNS["raise"]
_EXIT = _PATTERNS["exit"]
# `2 for wrong usage, 1 if the folder is missing`
_FURTHER = re.compile(
    r"[,;]\s*(?:and |а |і )?(?P<code>\d{1,3})\s+(?=(?:if|on|when|for|in case|якщо|при|коли)\b)",
    re.I,
)
_STATUS = _PATTERNS["status"]
_IS_HTTP = _PATTERNS["is_http"]
_RETURN = _PATTERNS["return"]
_REFUSE = _PATTERNS["refuse"]
_RETURNED = {
    "list": r"\[\]|\blist\(\)|new \w*List|\[\w*\]\{\}|nil\b|Vec::new|vec!\[\]|emptyList|List\.of\(\)|Array\.Empty|Enumerable\.Empty|array\(\)|\(\)|listOf\(\)",
    "string": r"\"\"|''|``|String::new|string\.Empty|str\(\)",
    "dict": r"\{\}|\bdict\(\)|new Map|Map\.of\(\)|emptyMap|HashMap::new",
    "none": r"\b(?:None|null|nil|undefined|NULL|Nothing|nullopt|Optional\.empty)\b|return\s*;|return\s*$",
    "false": r"\b(?:false|False|FALSE)\b",
    "true": r"\b(?:true|True|TRUE)\b",
}
_EMPTY_KIND = (
    ("list", r"list|array|slice|vec|tuple|set|спис|масив|множин|\[\]"),
    ("string", r"string|text|рядок|рядка|\"\"|''"),
    ("dict", r"dict|map|object|слов|об.єкт|\{\}"),
    ("none", r"null|none|nil|undefined"),
    ("false", r"false"),
    ("true", r"true"),
)
_RAISES = _PATTERNS["raises"]
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


def is_http(evidence: Evidence) -> bool:
    """Whether numbers of three digits in the prompt are answers of a server."""
    return evidence.language not in ("sql", "css") and bool(_IS_HTTP.search(evidence.prompt))


def consequences(quote: str, evidence: Evidence) -> list[Consequence]:
    """What a clause says happens."""
    every: list[Consequence] = []
    for match in _EXIT.finditer(quote):
        if match["code"] == "0":
            # That is how every program ends that has nothing to complain of.
            continue
        every.append(Consequence("exit", match["code"], match.span()))
    if every:
        end = every[-1].span[1]
        for match in _FURTHER.finditer(quote, end):
            every.append(Consequence("exit", match["code"], match.span("code")))
    for match in _RAISE.finditer(quote):
        name = (match["name"] or match["bare"]).strip("`")
        if match["bare"] and _CAUGHT.search(quote[: match.start()]):
            continue
        if name in ("When", "If", "For", "On", "The", "A", "An", "Error", "Exception"):
            continue
        if not _overlaps(match.span(), every):
            every.append(Consequence("raise", name, match.span()))
    if is_http(evidence):
        for match in _STATUS.finditer(quote):
            if _PREMISE.search(quote[: match.start()]) and re.match(
                r"[^.;]{0,60},\s", quote[match.end() :]
            ):
                # `If the server answers 405, try GET`: nothing of ours leads there.
                continue
            if not _overlaps(match.span(), every):
                every.append(Consequence("status", match["code"], match.span()))
    for match in _RETURN.finditer(quote):
        if not match["no"] and not _overlaps(match.span(), every):
            every.append(Consequence("return", _returned(match["value"]), match.span()))
    if not every:
        for match in _REFUSE.finditer(quote):
            every.append(Consequence("raise", "", match.span()))
            break
    return every


# What happens elsewhere, and is answered here.
_CAUGHT = re.compile(
    r"\b(?:in case of|on|catch\w*|handl\w+|у разі|в разі|при|перехоп\w+)\s+[^,.;—–]{0,40}$",
    re.IGNORECASE,
)
_PREMISE = re.compile(r"\b(?:if|when|on|якщо|коли|при|у разі)\b[^,]*$", re.IGNORECASE)


def _overlaps(span: Span, every: list[Consequence]) -> bool:
    return any(span[0] < other.span[1] and span[1] > other.span[0] for other in every)


def _returned(value: str) -> str:
    lower = value.lower()
    if re.fullmatch(r"-?\d+(?:\.\d+)?", lower):
        return lower
    if lower.startswith("нул"):
        return "0"
    return next((kind for kind, says in _EMPTY_KIND if re.search(says, lower)), lower)


def happens(consequence: Consequence, then: str, names: Sequence[str] = ()) -> bool:
    """Whether the text of a branch does what a clause says."""
    value = re.escape(consequence.value)
    if consequence.kind in ("exit", "status") and names:
        value = f"(?:{value}|{'|'.join(map(re.escape, names))})"
    if consequence.kind == "exit":
        return bool(
            re.search(
                rf"\b(?:exit|Exit|_exit|quit|return|die|ExitCode::from|SystemExit|CommandError|error)\b\W*(?:\w+\W+){{0,3}}{value}\b",
                then,
            )
            or re.search(rf"\b(?:exit\w*|status|code|rc|ret)\s*[=(]?\s*{value}\b", then, re.I)
            or re.search(rf"\bexit\w*[^\n]{{0,60}}\b{value}\b", then, re.I)
        )
    if consequence.kind == "status":
        return bool(
            re.search(rf"(?<![\w.]){value}(?![\w.])|{_status_names(consequence.value)}", then)
        )
    if consequence.kind == "return":
        shown = _RETURNED.get(consequence.value) or rf"(?<![\w.]){value}(?![\w.])"
        return bool(
            re.search(rf"(?:return|=>|->|:|\?|yield|else|Ok\(|^)\s*\(?(?:{shown})", then, re.M)
        ) or bool(re.fullmatch(rf"\W*(?:{shown})\W*", then.strip()))
    if not value:
        return bool(_RAISES.search(then))
    return bool(re.search(rf"(?<![\w]){value}(?![\w])", then))


def _status_names(code: str) -> str:
    """The names that libraries have for a status."""
    try:
        phrase = HTTPStatus(int(code)).phrase
    except ValueError:
        return r"(?!)"
    together = re.sub(r"\W+", "", phrase)
    apart = re.sub(r"\W+", "_", phrase)
    return (
        rf"(?i:\b(?:Status)?{together}\b|\b(?:HTTP_\d+_|SC_|:|StatusCode::|HTTPStatus\.)?{apart}\b)"
    )


def outcome(consequence: Consequence, quote: str, condition: str, evidence: Evidence) -> Facet:
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


def _outcome(
    consequence: Consequence,
    condition: str,
    evidence: Evidence,
    *,
    strict: bool,
    single: bool = False,
) -> Facet:
    sought = content_words(condition)
    looks = [c for c in concepts() if c.name in CONDITIONS and c.says.search(condition.lower())]
    several = [
        name
        for name in dict.fromkeys(re.findall(r"[A-Za-z_]\w*", condition))
        if name in evidence.parameters
    ]
    named = [
        word
        for word in re.findall(r"[A-Za-z_]\w*", condition)
        if word in evidence.parameters and (strict or re.search(r"_|[a-z][A-Z]", word))
    ]
    rows = [
        (source, branch, evidence.expanded(branch.then)) for source, branch in evidence.branches
    ]
    names = evidence.named(consequence.value)
    doing = [row for row in rows if happens(consequence, row[2], names)]
    if not doing:
        return _elsewhere(consequence, sought, evidence)
    best = max(doing, key=lambda row: _fit(row, sought, looks))
    fit = _fit(best, sought, looks)
    for row in rows:
        if row not in doing and _contradicts(row, consequence, looks, sought, fit, evidence):
            seen = max(_sees(other, sought, looks, evidence) for other in doing)
            if _sees(row, sought, looks, evidence) > seen + 0.2:
                why = "Under this condition the code does something else."
                return Facet(False, row[0].pointer, why)
    if len(several) > 1 and re.search(r"\b(?:or|and|або|чи|та|і)\b", condition):
        seen_names = " ".join(row[1].condition for row in doing)
        missing = [
            name
            for name in several
            if name[0].islower() and not re.search(rf"\b{name}\b", seen_names)
        ]
        if missing and len(missing) < len(several):
            return Facet(False, best[0].pointer, f"Nothing that does this looks at {missing[0]}.")
    fitting = [row for row in doing if _fits(row, sought, looks, named)]
    if (len(doing) > 1 or (strict and single)) and sought and looks and fitting:
        # Of several that do this, one has to be about what the clause is about.
        plain = [word for word in sought if not any(look.says.search(word) for look in looks)]
        near = [row for row in fitting if any(map(_about(row).explain, plain))]
        fitting = near if plain and any(map(evidence.words.explain, plain)) else fitting
    if not fitting:
        if looks and not any(_CATCH_ALL.search(row[1].condition) for row in doing):
            names = ", ".join(look.name for look in looks)
            return Facet(False, best[0].pointer, f"No branch that does this looks at: {names}.")
        if sought and named:
            return Facet(False, best[0].pointer, "What does this is under another condition.")
        if sought and fit <= 0:
            return Facet(True, best[0].pointer, "The code does this under some condition.")
    return Facet(True, best[0].pointer, "A branch does this.", weight=3)


Row = tuple[Source, Branch, str]


def _sees(row: Row, sought: list[str], looks: list[Concept], evidence: Evidence) -> float:
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


def _condition_words(branch: Branch) -> Words:
    """The words of a condition, with those for its signs."""
    signs = " ".join(words for sign, words in _OPERATORS if sign.search(branch.condition))
    return words_of(f"{branch.condition} {signs}")


def _looks(look: Concept, branch: Branch) -> bool:
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
    evidence: Evidence,
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


def _elsewhere(consequence: Consequence, sought: list[str], evidence: Evidence) -> Facet:
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


def _places(consequence: Consequence, source: Source) -> Iterator[int]:
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


def permissions(quote: str, evidence: Evidence) -> Iterator[Facet]:
    """Where the code refuses what a clause permits."""
    for match in _PERMITS.finditer(quote):
        permitted = next(value for value in match.groups() if value).lower()
        looks = [c for c in concepts() if c.name in _DECIDING and c.says.search(permitted)]
        for source, branch in evidence.branches:
            if _REFUSES.search(branch.then) and any(_looks(look, branch) for look in looks):
                why = f"The code refuses what is {permitted}."
                yield Facet(False, source.pointer, why)


_REFUSES = re.compile(r"\b(?:raise|throw)\b|\bErr\(|errors\.New|fmt\.Errorf")
