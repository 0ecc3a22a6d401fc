"""The names in a clause, looked for in code."""

import re
from collections.abc import Iterator
from itertools import chain
from posixpath import basename

from kuznia.domains.code.account.reading.evidence import CodeEvidence
from kuznia.domains.code.account.words.lexicon import listed
from kuznia.domains.code.account.words.patterns import patterns
from kuznia.domains.code.languages.find import find

_PATTERNS = patterns("names")

Span = tuple[int, int]

# Names as programs have them.
_NAMES = _PATTERNS["names"]
NAMED = _PATTERNS["named"]
_LISTED = _PATTERNS["listed"]
_CYRILLIC = re.compile("[а-яіїєґ]", re.IGNORECASE)
# A word of another alphabet than its sentence is a name.
_LATIN = re.compile(r"(?<![\w.'’-])[A-Za-z][A-Za-z0-9]+(?![\w'’])")
_TECHNICAL = listed("technical")
_VERBS = frozenset(("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"))
# Words that look like names and mean something else.
_NOT_NAMES = listed("not_names")
_SMALL_WORDS = listed("small")
_KNOWN = {
    "FastAPI": r"(?i)fastapi",
    "GraphQL": r"(?i)graphql",
    "MongoDB": r"(?i)mongo",
    "WebSocket": r"(?i)websocket",
    "JUnit": r"(?i)junit",
}
_TECH = re.compile(r"[A-Za-z]+\.(?:js|NET)$")


def names(quote: str, evidence: CodeEvidence, taken: list[Span]) -> Iterator[tuple[Span, str]]:
    """The names in a clause that must be in the code, outside of what is taken."""
    seen: list[Span] = list(taken)
    for span, name in chain(_spelt(quote), _foreign(quote, evidence), _in_lists(quote)):
        if not any(span[0] < end and span[1] > start for start, end in seen):
            seen.append(span)
            yield span, name


def _spelt(quote: str) -> Iterator[tuple[Span, str]]:
    """What is written as programs write names, or is said to be one."""
    for pattern in (_NAMES, NAMED):
        for match in pattern.finditer(quote):
            group = match.lastgroup or "name"
            name = match[group]
            is_product = _TECH.match(name) and find(name.split(".")[0])
            if not is_product and (name not in _NOT_NAMES or name in _KNOWN):
                yield match.span() if pattern is _NAMES else match.span(group), name


def _foreign(quote: str, evidence: CodeEvidence) -> Iterator[tuple[Span, str]]:
    """The words of another alphabet that the code has, too."""
    outside = re.sub(r"[\"«“'][^\"»”']{0,200}[\"»”']", "", quote)
    if len(_CYRILLIC.findall(outside)) * 3 > len(outside):
        for match in _LATIN.finditer(quote):
            if match[0].lower() not in _TECHNICAL and is_there(match[0], evidence):
                yield match.span(), match[0]


def _in_lists(quote: str) -> Iterator[tuple[Span, str]]:
    """The items behind `columns:` and the like, up to the first that is a word of a sentence."""
    for match in _LISTED.finditer(quote):
        for inner in re.finditer(r"[a-zA-Z_]\w*(?:\([^()\n]*\))?", match["names"]):
            start = match.start("names")
            bare = inner[0].split("(")[0]
            if bare in _SMALL_WORDS:
                break
            yield (start + inner.start(), start + inner.end()), bare


def is_there(name: str, evidence: CodeEvidence, quote: str = "") -> str:
    """The pointer to where a name stands in the code; empty if it does not."""
    pattern = _KNOWN.get(name) or _pattern(name)
    if len(name) == 2 and name[0] == "-" and not _OPTION.search(quote):
        # Not an option of the program: one of a command it runs.
        pattern += rf"|(?<![\w-]){re.escape(name)}(?![\w-])"
    for source in evidence.code:
        if basename(source.path).lower() == name.lower() or source.path == name:
            return source.pointer
        if re.search(pattern, source.text):
            return source.pointer
    if name[0] not in "/-" and re.search(r"[.:-]", name.strip(":")):
        return in_pieces(name, evidence)
    return ""


def in_pieces(name: str, evidence: CodeEvidence) -> str:
    """Where the pieces of a name stand in one line: `X-Admin-Token` in `x_admin_token`."""
    parts = re.findall(r"[^\W\d_]+", name)
    if "." in name and parts and parts[0] in evidence.names and parts[0][0].isupper():
        # What a library gives back of its own accord has no name in the code.
        return evidence.code[0].pointer
    sought = [re.compile(rf"(?i)(?<![^\W\d_]){re.escape(part)}(?![^\W\d_])") for part in parts]
    for source in evidence.code:
        for line in source.lines:
            if parts and all(pattern.search(line) for pattern in sought):
                return source.pointer
    return ""


_FILE = re.compile(r"[\w-]+\.[a-z]\w{1,4}")
_AT_RUN_TIME = re.compile(
    r"(?i)\bargv\b|\bargs\b|argparse|parseargs|readdir|listdir|\bglob|\$\{?[1@]|iterdir|walk\("
)
_SAMPLE = re.compile(
    r"\b(?:like|such as|e\.g\.?|for example|as in|наприклад|на зразок|виду|типу|як-от)\W*$", re.I
)


def is_optional(name: str, before: str, evidence: CodeEvidence) -> bool:
    """Whether code need not have a name: an example, or a file that is given when it runs."""
    if _SAMPLE.search(before):
        return True
    return bool(_FILE.fullmatch(name) and _AT_RUN_TIME.search(evidence.bare))


_OPTION = re.compile(r"\b(?:option|flag|switch|прапор|ключ|опці|параметр)", re.IGNORECASE)


def _pattern(name: str) -> str:
    shown = re.escape(name)
    if name in _VERBS:
        return rf"(?i)\b{name}\b|method{name}\b|\.{name}\(|{name}mapping"
    if name.startswith("/"):
        return rf"{shown}(?![\w])"
    if name.startswith("-"):
        return _option(name)
    if name.startswith("data-"):
        return rf"{shown}\b|dataset\.{re.escape(name[5:])}\b"
    if re.match(r"SHA|MD5|HMAC|AES|bcrypt|argon", name):
        return "(?i)" + re.escape(name).replace(r"\-", "").replace("SHA", "sha[-_]?")
    if "-" in name or name.startswith("."):
        return rf"(?i){shown}(?![\w])"
    if re.search(r"\W", name):
        return re.sub(r"(?:\\ )+", r"\\s+", shown)
    return rf"(?<![\w$]){shown}(?![\w$])"


def _option(name: str) -> str:
    """How an option of a program looks in code that reads it."""
    shown, letters = re.escape(name), re.escape(name.lstrip("-"))
    if len(name) == 2:
        # One letter may be read from a list of letters.
        return rf"getopts\s+['\"]?[\w:]*{letters}|[\"']-?{letters}[\"']|-{letters}\)|\b{letters}\)"
    field = re.escape(name.strip("-").replace("-", "_"))
    return (
        rf"(?<![\w-]){shown}(?![\w-])|[\"']{letters}[\"']|\b{field}\??:\s*\{{"
        rf"|(?:typer|clap|#\[arg|pflag|argh|fire)[\s\S]{{0,4000}}\b{field}\b"
    )
