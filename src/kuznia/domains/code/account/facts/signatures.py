"""The signatures in a clause, looked for in code."""

import re
from collections.abc import Iterator

from kuznia.domains.code.account.facts.names import in_pieces
from kuznia.domains.code.account.reading.evidence import CodeEvidence, Facet
from kuznia.domains.code.account.reading.source import SourceText
from kuznia.domains.code.account.words.patterns import patterns

_PATTERNS = patterns("signatures")

Span = tuple[int, int]

SIGNATURE = _PATTERNS["signature"]
_TOKEN = re.compile(r"[A-Za-z_$][\w$]*|\d[\d_.]*|=(?!=)|\"[^\"\n]*\"|'[^'\n]*'")
_LITERAL = re.compile(r"^\s*(?:[\"'\[{\-\d]|True|False|None|null|true|false|nil|b[\"'])")


def signatures(quote: str, evidence: CodeEvidence) -> Iterator[tuple[Span, Facet]]:
    """Every signature in a clause, with whether code has it; calls that are examples are left."""
    for match in SIGNATURE.finditer(quote):
        name, parameters = match["name"], match["parameters"]
        if is_example(quote, match) or is_prose(quote, match):
            continue
        yield match.span(), _signature(match, name, parameters, evidence)


def is_example(quote: str, match: re.Match[str]) -> bool:
    """Whether what looks like a signature is a call with values."""
    after = quote[match.end("parameters") + 1 :]
    return bool(_LITERAL.match(match["parameters"])) or (
        bool(re.match(r"\s*(?:==|=>|→)", after)) and "=" not in match["parameters"]
    )


def is_prose(quote: str, match: re.Match[str]) -> bool:
    """Whether a bracket behind a word is one of a sentence: `13 digits (checked)`."""
    if quote[match.start("name") - 1 : match.start("name")] == "`":
        return False
    spaced = match.end("name") < len(quote) and quote[match.end("name")] not in "(<"
    return spaced or not match["name"].isascii()


def _signature(match: re.Match[str], name: str, parameters: str, evidence: CodeEvidence) -> Facet:
    last = name.split(".")[-1]
    if last in _BUILT_IN and f"__{last}__" in evidence.names:
        return Facet(True, evidence.code[0].pointer, f"__{last}__ is there.", weight=3)
    if evidence.language == "sql":
        return _table(last, parameters, evidence)
    tokens = [word for word in _TOKEN.findall(parameters) if word != "self"]
    result = [word for word in _TOKEN.findall(match["result"] or "") if word != "None"]
    modifiers = [
        word
        for word in match[1].split()
        if word in ("pub", "export", "default", "async", "public", "static")
    ]
    exists = False
    for source in evidence.code:
        for start in _definitions(source, last):
            exists = True
            head = source.text[start : start + 500]
            line = source.text.rfind("\n", 0, start) + 1
            before = source.text[line:start].split()
            if _in_order(tokens + result, head) and all(
                _modified(word, before, source, last) for word in modifiers
            ):
                return Facet(True, source.pointer, f"{name} is there.", weight=3)
    if "." in name and not parameters and (pointer := in_pieces(name, evidence)):
        return Facet(True, pointer, f"{name} is there.")
    if exists:
        return Facet(
            False, why=f"{name} has other parameters, another result or another visibility."
        )
    return Facet(False, why=f"There is no {name}.")


_BUILT_IN = frozenset(("len", "str", "repr", "iter", "bool", "hash", "int", "float", "reversed"))


def _table(name: str, columns: str, evidence: CodeEvidence) -> Facet:
    """Whether a table is there, and has its columns where it is made here."""
    for source in evidence.code:
        made = re.search(rf"(?i)create table (?:if not exists )?\W?{name}\W", source.text)
        names = re.findall(r"[a-z_]\w*", columns)
        if made:
            body = source.text[made.end() : made.end() + 3_000].split(";")[0]
            missing = [column for column in names if not re.search(rf"\b{column}\b", body)]
            if missing:
                return Facet(False, source.pointer, f"{name} has no {missing[0]}.")
        if made or re.search(rf"\b{name}\b", source.text):
            return Facet(True, source.pointer, f"{name} is there.", weight=3)
    return Facet(False, why=f"There is no {name}.")


def _modified(word: str, before: list[str], source: SourceText, name: str) -> bool:
    if word in before:
        return True
    if word in ("export", "default"):
        return bool(
            re.search(rf"\bexport\b[^;\n]*\b{re.escape(name)}\b", source.text)
            or re.search(rf"exports\b.{{0,80}}\b{re.escape(name)}\b", source.text)
        )
    return False


def _definitions(source: SourceText, name: str) -> Iterator[int]:
    """The places where something of this name is made, and of its constructor."""
    shown = re.escape(name)
    for match in re.finditer(
        rf"(?<![\w.]){shown}\??\s*(?:<[^<>()\n]{{0,60}}>)?\s*[(=:]|\.{shown}\s*=(?!=)|(?<![\w]){shown}\(",
        source.text,
    ):
        yield match.start()
    # SQL and the like: a table's columns stand in brackets after a space.
    for match in re.finditer(
        rf"\b(?:class|struct|type|record|table|interface|object)\s+(?:if not exists\s+)?{shown}\b",
        source.text,
        re.I,
    ):
        yield match.start()
        rest = source.text[match.start() : match.start() + 4_000]
        if inner := re.search(
            rf"def __init__|\bconstructor\(|\bdef initialize|\binit\(|\b{shown}\(|fn new\(", rest
        ):
            yield match.start() + inner.start()


def _in_order(tokens: list[str], head: str) -> bool:
    """Whether the tokens stand in a text one after the other."""
    place = 0
    for word in tokens:
        shown = word.strip("\"'")
        if word != shown or not shown:
            position = head.find(shown, place)
        elif word == "=":
            position = head.find("=", place)
            if position < 0:
                position = head.find(":", place)
        else:
            match = re.compile(rf"(?<![\w$]){re.escape(word)}(?![\w$])").search(head, place)
            position = match.start() if match else -1
        if position < 0:
            return False
        place = position + max(1, len(shown))
    return True
