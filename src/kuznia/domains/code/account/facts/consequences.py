"""What a clause says happens, and whether a piece of code does it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from itertools import chain
from typing import Literal

from kuznia.domains.code.account.reading.evidence import CodeEvidence
from kuznia.domains.code.account.words.patterns import patterns

_PATTERNS = patterns("consequences")

Span = tuple[int, int]
Kind = Literal["raise", "return", "exit", "status"]
_RAISES = _PATTERNS["raises"]


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
    "list": r"\[\]|\blist\(\)|new \w*List|\[\w*\]\{\}|nil\b|Vec::new|vec!\[\]|emptyList"
    r"|List\.of\(\)|Array\.Empty|Enumerable\.Empty|array\(\)|\(\)|listOf\(\)",
    "string": r"\"\"|''|``|String::new|string\.Empty|str\(\)",
    "dict": r"\{\}|\bdict\(\)|new Map|Map\.of\(\)|emptyMap|HashMap::new",
    "none": r"\b(?:None|null|nil|undefined|NULL|Nothing|nullopt|Optional\.empty)\b"
    r"|return\s*;|return\s*$",
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


def is_http(evidence: CodeEvidence) -> bool:
    """Whether numbers of three digits in the prompt are answers of a server."""
    return evidence.language not in ("sql", "css") and bool(_IS_HTTP.search(evidence.prompt))


def consequences(quote: str, evidence: CodeEvidence) -> list[Consequence]:
    """What a clause says happens."""
    every: list[Consequence] = []
    kinds = (_exits(quote), _raises(quote), _statuses(quote, evidence), _returns(quote))
    for consequence in chain(*kinds):
        if not _overlaps(consequence.span, every):
            every.append(consequence)
    if not every and (refused := _REFUSE.search(quote)):
        every.append(Consequence("raise", "", refused.span()))
    return every


def _exits(quote: str) -> Iterator[Consequence]:
    """The exit codes; 0 is how every program ends that has nothing to complain of."""
    end = None
    for match in _EXIT.finditer(quote):
        if match["code"] != "0":
            end = match.end()
            yield Consequence("exit", match["code"], match.span())
    if end is not None:
        for match in _FURTHER.finditer(quote, end):
            yield Consequence("exit", match["code"], match.span("code"))


_NO_ERRORS = frozenset(("When", "If", "For", "On", "The", "A", "An", "Error", "Exception"))


def _raises(quote: str) -> Iterator[Consequence]:
    for match in _RAISE.finditer(quote):
        name = (match["name"] or match["bare"]).strip("`")
        is_caught = match["bare"] and _CAUGHT.search(quote[: match.start()])
        if not is_caught and name not in _NO_ERRORS:
            yield Consequence("raise", name, match.span())


def _statuses(quote: str, evidence: CodeEvidence) -> Iterator[Consequence]:
    if not is_http(evidence):
        return
    for match in _STATUS.finditer(quote):
        is_premise = _PREMISE.search(quote[: match.start()])
        # `If the server answers 405, try GET`: nothing of ours leads there.
        if not (is_premise and re.match(r"[^.;]{0,60},\s", quote[match.end() :])):
            yield Consequence("status", match["code"], match.span())


def _returns(quote: str) -> Iterator[Consequence]:
    for match in _RETURN.finditer(quote):
        if not match["no"]:
            yield Consequence("return", _returned(match["value"]), match.span())


# What happens elsewhere, and is answered here.
_CAUGHT = re.compile(
    r"\b(?:in case of|on|catch\w*|handl\w+|у разі|в разі|при|перехоп\w+)\s+[^,.;—–]{0,40}$",
    re.IGNORECASE,
)
_PREMISE = re.compile(r"\b(?:if|when|on|якщо|коли|при|у разі)\b[^,]{0,200}$", re.IGNORECASE)


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
