"""Names and signatures of a clause, looked for in code."""

import re
from collections.abc import Iterator
from posixpath import basename

from kuznia.domains.code.account.evidence import Evidence, Facet
from kuznia.domains.code.account.patterns import patterns
from kuznia.domains.code.account.source import Source
from kuznia.domains.code.languages.find import find

_PATTERNS = patterns("names")

Span = tuple[int, int]

_SIGNATURE = _PATTERNS["signature"]
_TOKEN = re.compile(r"[A-Za-z_$][\w$]*|\d[\d_.]*|=(?!=)|\"[^\"\n]*\"|'[^'\n]*'")
_LITERAL = re.compile(r"^\s*(?:[\"'\[{\-\d]|True|False|None|null|true|false|nil|b[\"'])")
_EXAMPLE = re.compile(
    r"^\s*(?:==|->|=>|→|=|returns?\b|gives?\b|is\b|дає|повертає|—|-|raises?\b|should)"
)
# Names as programs have them.
_NAMES = _PATTERNS["names"]
_NAMED = _PATTERNS["named"]
_LISTED = _PATTERNS["listed"]
_CYRILLIC = re.compile("[а-яіїєґ]", re.IGNORECASE)
# A word of another alphabet than its sentence is a name.
_LATIN = re.compile(r"(?<![\w.'’-])[A-Za-z][A-Za-z0-9]+(?![\w'’])")
_TECHNICAL = frozenset(
    [
        "json",
        "csv",
        "xml",
        "yaml",
        "html",
        "css",
        "http",
        "https",
        "url",
        "uri",
        "api",
        "rest",
        "cli",
        "sql",
        "js",
        "ts",
        "id",
        "ip",
        "utf",
        "ascii",
        "unicode",
        "python",
        "typescript",
        "javascript",
        "node",
        "nodejs",
        "go",
        "golang",
        "rust",
        "java",
        "kotlin",
        "ruby",
        "php",
        "bash",
        "shell",
        "swift",
        "dart",
        "scala",
        "postgresql",
        "postgres",
        "mysql",
        "sqlite",
        "linux",
        "unix",
        "windows",
        "macos",
        "docker",
        "git",
        "github",
        "es",
        "iso",
        "rfc",
        "md",
        "ui",
        "ux",
        "web",
        "email",
        "e-mail",
        "fifo",
        "lifo",
        "utc",
        "gmt",
        "stdin",
        "stdout",
        "stderr",
        "backend",
        "frontend",
        "middleware",
        "callback",
        "enum",
        "class",
        "kg",
        "cm",
        "mm",
        "km",
        "usd",
        "eur",
        "uah",
        "mb",
        "kb",
        "gb",
        "null",
        "nil",
        "ok",
        "ms",
        "px",
        "rem",
        "react",
        "vue",
        "django",
        "flask",
        "express",
        "fastapi",
        "spring",
        "rails",
        "laravel",
        "junit",
        "pytest",
        "jest",
        "vitest",
        "class",
        "const",
        "let",
        "var",
        "async",
        "await",
        "promise",
        "set",
        "map",
        "list",
        "dict",
        "array",
        "string",
        "int",
        "float",
        "bool",
        "true",
        "false",
        "none",
        "crud",
        "orm",
        "regex",
        "oop",
        "dry",
        "solid",
        "tdd",
        "mvc",
        "jwt",
        "oauth",
        "tls",
        "ssl",
        "tcp",
        "udp",
        "dns",
        "smtp",
        "imap",
        "ftp",
        "ssh",
        "markdown",
        "readme",
        "pdf",
        "png",
        "svg",
        "gif",
        "zip",
        "tar",
        "gz",
        "am",
        "pm",
        "io",
        "os",
        "pc",
        "it",
        "tailwind",
        "bootstrap",
        "sass",
        "scss",
        "less",
        "wcag",
        "aria",
        "dom",
        "ajax",
        "cors",
        "csrf",
        "xss",
    ]
)
_VERBS = frozenset(("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"))
# Words that look like names and mean something else.
_NOT_NAMES = frozenset(
    [
        "JavaScript",
        "TypeScript",
        "PostgreSQL",
        "MySQL",
        "SQLite",
        "NodeJS",
        "GitHub",
        "GitLab",
        "macOS",
        "iOS",
        "OpenAPI",
        "FastAPI",
        "LaTeX",
        "WebSocket",
        "i.e",
        "e.g",
        "UTF-8",
        "Node.js",
        "e.g.",
        "APIs",
        "URLs",
        "IDs",
        "CSVs",
        "PDFs",
        "kWh",
        "km/h",
        "YouTube",
        "PyPI",
        "MongoDB",
        "GraphQL",
        "DevOps",
        "and/or",
        "true/false",
        "yes/no",
        "eMail",
        "pH",
        "NaN",
        "JUnit",
        "CommonJS",
        "ESModule",
        "ESLint",
    ]
)
_KNOWN = {
    "FastAPI": r"(?i)fastapi",
    "GraphQL": r"(?i)graphql",
    "MongoDB": r"(?i)mongo",
    "WebSocket": r"(?i)websocket",
    "JUnit": r"(?i)junit",
}
_TECH = re.compile(r"[A-Za-z]+\.(?:js|NET)$")


def signatures(quote: str, evidence: Evidence) -> Iterator[tuple[Span, Facet]]:
    """Every signature in a clause, with whether code has it; calls that are examples are left."""
    for match in _SIGNATURE.finditer(quote):
        name, parameters = match["name"], match["parameters"]
        if _is_example(quote, match) or _is_prose(quote, match, evidence):
            continue
        yield match.span(), _signature(match, name, parameters, evidence)


def _is_example(quote: str, match: re.Match[str]) -> bool:
    """Whether what looks like a signature is a call with values."""
    after = quote[match.end("parameters") + 1 :]
    return bool(_LITERAL.match(match["parameters"])) or (
        bool(re.match(r"\s*(?:==|=>|→)", after)) and "=" not in match["parameters"]
    )


def _is_prose(quote: str, match: re.Match[str], evidence: Evidence) -> bool:
    """Whether a bracket behind a word is one of a sentence: `13 digits (checked)`."""
    if quote[match.start("name") - 1 : match.start("name")] == "`":
        return False
    spaced = match.end("name") < len(quote) and quote[match.end("name")] not in "(<"
    return spaced or not match["name"].isascii()


def _signature(match: re.Match[str], name: str, parameters: str, evidence: Evidence) -> Facet:
    last = name.split(".")[-1]
    if last in _BUILT_IN and f"__{last}__" in evidence.names:
        return Facet(True, evidence.code[0].pointer, f"__{last}__ is there.", weight=3)
    if evidence.language == "sql":
        return _table(last, parameters, evidence)
    tokens = [token for token in _TOKEN.findall(parameters) if token not in ("self",)]
    result = [token for token in _TOKEN.findall(match["result"] or "") if token != "None"]
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
    if "." in name and not parameters and (pointer := _in_pieces(name, evidence)):
        return Facet(True, pointer, f"{name} is there.")
    if exists:
        return Facet(
            False, why=f"{name} has other parameters, another result or another visibility."
        )
    return Facet(False, why=f"There is no {name}.")


_BUILT_IN = frozenset(("len", "str", "repr", "iter", "bool", "hash", "int", "float", "reversed"))


def _table(name: str, columns: str, evidence: Evidence) -> Facet:
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


def _modified(word: str, before: list[str], source: Source, name: str) -> bool:
    if word in before:
        return True
    if word in ("export", "default"):
        return bool(
            re.search(rf"\bexport\b[^;\n]*\b{re.escape(name)}\b", source.text)
            or re.search(rf"exports\b.{{0,80}}\b{re.escape(name)}\b", source.text)
        )
    return False


def _definitions(source: Source, name: str) -> Iterator[int]:
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
    for token in tokens:
        shown = token.strip("\"'")
        if token != shown or not shown:
            position = head.find(shown, place)
        elif token == "=":
            position = head.find("=", place)
            if position < 0:
                position = head.find(":", place)
        else:
            match = re.compile(rf"(?<![\w$]){re.escape(token)}(?![\w$])").search(head, place)
            position = match.start() if match else -1
        if position < 0:
            return False
        place = position + max(1, len(shown))
    return True


def names(quote: str, evidence: Evidence, taken: list[Span]) -> Iterator[tuple[Span, str]]:
    """The names in a clause that must be in the code, outside of what is taken."""
    seen: list[Span] = list(taken)
    for pattern in (_NAMES, _NAMED):
        for match in pattern.finditer(quote):
            group = match.lastgroup or "name"
            span = match.span(group)
            name = match[group]
            if any(span[0] < end and span[1] > start for start, end in seen):
                continue
            if (name in _NOT_NAMES and name not in _KNOWN) or (
                _TECH.match(name) and find(name.split(".")[0])
            ):
                continue
            seen.append(span)
            yield match.span(), name
    outside = re.sub(r"[\"«“'][^\"»”']*[\"»”']", "", quote)
    if len(_CYRILLIC.findall(outside)) * 3 > len(outside):
        for match in _LATIN.finditer(quote):
            span = match.span()
            if match[0].lower() in _TECHNICAL or any(
                span[0] < end and span[1] > start for start, end in seen
            ):
                continue
            if is_there(match[0], evidence):
                seen.append(span)
                yield span, match[0]
    for match in _LISTED.finditer(quote):
        for inner in re.finditer(r"[a-zA-Z_]\w*(?:\([^()\n]*\))?", match["names"]):
            span = (match.start("names") + inner.start(), match.start("names") + inner.end())
            bare = inner[0].split("(")[0]
            if bare in (
                "and",
                "or",
                "are",
                "is",
                "of",
                "in",
                "with",
                "for",
                "from",
                "that",
                "which",
                "must",
                "to",
                "by",
                "as",
                "have",
                "not",
                "has",
                "should",
                "can",
                "may",
                "will",
                "it",
                "do",
                "was",
                "were",
                "be",
                "only",
                "on",
                "all",
                "each",
                "every",
                "you",
                "than",
                "when",
                "if",
            ):
                break
            if any(span[0] < end and span[1] > start for start, end in seen):
                continue
            yield span, bare


def is_there(name: str, evidence: Evidence, quote: str = "") -> str:
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
        return _in_pieces(name, evidence)
    return ""


def _in_pieces(name: str, evidence: Evidence) -> str:
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


def is_optional(name: str, before: str, evidence: Evidence) -> bool:
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
        letters = re.escape(name.lstrip("-"))
        if len(name) == 2:
            # One letter may be read from a list of letters.
            return (
                rf"getopts\s+['\"]?[\w:]*{letters}|[\"']-?{letters}[\"']|-{letters}\)|\b{letters}\)"
            )
        field = re.escape(name.strip("-").replace("-", "_"))
        by_field = rf"|\b{field}\??:\s*\{{|(?s)(?:typer|clap|#\[arg|pflag|argh|fire).*\b{field}\b"
        return rf"(?<![\w-]){shown}(?![\w-])|[\"']{letters}[\"']" + by_field.replace(
            "(?s)", ""
        ).replace(".*", "[\\s\\S]{0,4000}")
    if name.startswith("data-"):
        return rf"{shown}\b|dataset\.{re.escape(name[5:])}\b"
    if re.match(r"SHA|MD5|HMAC|AES|bcrypt|argon", name):
        return "(?i)" + re.escape(name).replace(r"\-", "").replace("SHA", "sha[-_]?")
    if "-" in name or name.startswith("."):
        return rf"(?i){shown}(?![\w])"
    if re.search(r"\W", name):
        return re.sub(r"(?:\\ )+", r"\\s+", shown)
    return rf"(?<![\w$]){shown}(?![\w$])"
