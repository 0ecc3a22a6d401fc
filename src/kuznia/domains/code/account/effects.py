"""What code does to the world outside, and offers to others, that no clause asks for."""

import re
from collections.abc import Iterator

from kuznia.domains.code.account.reading.evidence import CodeEvidence
from kuznia.domains.code.account.reading.numbers import comparisons
from kuznia.domains.code.account.reading.source import SourceText
from kuznia.domains.code.account.words.lexicon import (
    Words,
    content_words,
    effects,
    is_known,
    words_of,
)
from kuznia.domains.code.account.words.patterns import patterns

_PATTERNS = patterns("effects")

Invention = tuple[str, str]

# Inside strings too: what a page loads, what a shell runs.
_TEXTUAL = frozenset(("bash", "html", "css", "yaml", "powershell"))
_ROUTE = _PATTERNS["route"]
_FLAG = _PATTERNS["flag"]
_FIELD = re.compile(
    r"<(?:input|select|textarea)\b[^>]{0,300}\bname=[\"'](?P<field>[\w-]+)[\"'][^>]{0,200}>"
)
_TABLE = _PATTERNS["table"]
_QUIET = frozenset(
    ("csrf", "token", "csrf_token", "_token", "submit", "verbose", "help", "version")
)
_USUAL = frozenset(
    (
        0,
        1,
        2,
        3,
        10,
        16,
        24,
        28,
        29,
        30,
        31,
        32,
        48,
        57,
        60,
        64,
        65,
        90,
        97,
        100,
        122,
        127,
        128,
        200,
        255,
        256,
        299,
        300,
        365,
        366,
        399,
        400,
        404,
        499,
        500,
        599,
        1000,
        1024,
        3600,
        4,
        5,
        6,
        7,
        8,
        12,
        13,
    )
)


def inventions(evidence: CodeEvidence) -> Iterator[Invention]:
    """The pointer and the reason for each thing of substance that nobody asked for."""
    for effect in effects():
        if effect.asked.search(evidence.prompt):
            continue
        for source in evidence.code:
            text = source.text if source.language in _TEXTUAL else source.bare
            if match := effect.shows.search(text) or _in_text(source, effect.kind, effect.shows):
                place = source.unit_of(match.start())
                inside = f" in {place}" if place else ""
                yield source.pointer, f"The code {effect.kind}{inside}, which no clause asks for."
                break
    for source in evidence.code:
        yield from _offered(source, evidence)
        yield from _limits(source, evidence)


def _in_text(source: SourceText, kind: str, shows: re.Pattern[str]) -> re.Match[str] | None:
    """Where what is done stands in strings: SQL in a program, the mode a file is opened in."""
    if kind not in ("writes files", "deletes files or rows") or source.language == "sql":
        return None
    match = shows.search(source.text)
    return match if match and source.bare[match.start()] == source.text[match.start()] else None


def _offered(source: SourceText, evidence: CodeEvidence) -> Iterator[Invention]:
    """Routes, options, fields and tables beyond those that the prompt names."""
    asked = words_of(evidence.prompt)
    offered = (
        *_routes(source, asked, evidence.prompt),
        *_inputs(source, asked),
        *_tables(source, asked, evidence),
    )
    for what in offered:
        yield source.pointer, f"{what}, which no clause asks for."


def _routes(source: SourceText, asked: Words, prompt: str) -> Iterator[str]:
    for match in _ROUTE.finditer(source.text):
        verb = (match["verb"] or match["verb2"]).upper()
        route = match["route"] or match["route2"]
        pieces = content_words(re.sub(r"[{}:<>]", " ", route))
        is_named = any(map(asked.explain, pieces)) or not pieces
        verb_named = not re.search(r"\b(?:GET|POST|PUT|PATCH|DELETE)\b", prompt) or re.search(
            rf"\b{verb}\b(?! (?:is|are) not)", prompt
        )
        if not is_named or not verb_named:
            yield f"{verb} {route} is offered"


def _inputs(source: SourceText, asked: Words) -> Iterator[str]:
    for pattern, what in ((_FLAG, "The option --{} is there"), (_FIELD, "The field {} is there")):
        for match in pattern.finditer(source.text):
            name = next(value for value in match.groups() if value)
            if name in _QUIET or "hidden" in match[0]:
                continue
            if not any(map(asked.explain, re.split(r"[-_]", name))):
                yield what.format(name)


def _tables(source: SourceText, asked: Words, evidence: CodeEvidence) -> Iterator[str]:
    for match in _TABLE.finditer(source.bare):
        kind, name = match["what"].lower(), match["table"]
        is_routine = kind in ("trigger", "function", "procedure")
        is_named = any(map(asked.explain, name.split("_"))) or not _translates(name, evidence)
        if not is_named or (is_routine and not asked.explain(kind)):
            yield f"The {kind} {name} is there"


def _translates(name: str, evidence: CodeEvidence) -> bool:
    """Whether a name would be known in the language of the prompt."""
    return evidence.prompt.isascii() or all(map(is_known, re.findall(r"[a-z]+", name.lower())))


def _limits(source: SourceText, evidence: CodeEvidence) -> Iterator[Invention]:
    """Bounds with a number that is in no clause."""
    asked = {value for item in evidence.amounts for value in item.values}
    asked |= {value + step for value in asked for step in (-1, 1)}
    numbers = {
        float(number) for number in re.findall(r"\d+(?:\.\d+)?", evidence.prompt.replace(",", ""))
    }
    for branch in source.branches:
        for comparison in comparisons(branch.condition, evidence.constants, branch.holds):
            value = abs(comparison.value)
            if comparison.sign in ("==", "!=") or value in _USUAL or value in asked | numbers:
                continue
            yield (
                source.pointer,
                f"{value:g} is a bound in {branch.unit or source.path}, which no clause asks for.",
            )
