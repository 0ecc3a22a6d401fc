"""SQL that is put together of texts, in any language: a value in it may be SQL itself."""

import re
from collections.abc import Iterator

# Every statement that a value may be put into has one of these.
MARKS = ("SELECT", "INSERT", "UPDATE", "DELETE", "select ", "insert ", "update ", "delete ")
# A quoted text with what stands before and behind it; a triple one may hold quotes and lines.
# A mark behind a backslash opens none.
_LITERAL = re.compile(
    r"(?P<sign>[A-Za-z$]{0,2})(?<!\\)(?:\"\"\"(?P<long>(?:[^\"\\]|\\.|\"(?!\"\")){0,2000}+)\"\"\""
    r"|\"(?P<double>(?:[^\"\\\n]|\\.){0,500}+)\"|'(?P<single>(?:[^'\\\n]|\\.){0,500}+)'"
    r"|`(?P<back>(?:[^`\\]|\\.){0,2000}+)`)",
    re.DOTALL,
)
_SQL = re.compile(
    r"\b(?:SELECT\s.{1,400}?\sFROM|INSERT\s+INTO|UPDATE\s.{1,100}?\sSET|DELETE\s+FROM)\s",
    re.IGNORECASE | re.DOTALL,
)
# Where a value stands, not the name of a table or of a column.
_VALUE = r"(?:[=<>]|\bLIKE|\bVALUES\s{0,3}\(|\bIN\s{0,3}\()\s{0,3}'?%?"
# Values that cannot be SQL: a placeholder, a number, what is written in capitals.
_HARMLESS = (
    r"(?!(?:int|len|float|intval|Number|parseInt)\b|\w*(?:placeholder|marks|param|bind|columns)"
    r"|(?:\w+\.)*(?-i:[A-Z][A-Z0-9_]+)\b|['\",?])"
)
_IN_BRACES = re.compile(rf"{_VALUE}\{{\s{{0,3}}{_HARMLESS}[A-Za-z_]", re.IGNORECASE)
_AFTER_DOLLAR = re.compile(rf"{_VALUE}[#$]\{{\s{{0,3}}{_HARMLESS}[A-Za-z_]", re.IGNORECASE)
_VARIABLE = re.compile(rf"{_VALUE}\{{?\$(?!\d)[A-Za-z_]", re.IGNORECASE)
_FORMATTED = re.compile(r"'%?%[sv]%?%?'")
_ENDS_OPEN = re.compile(rf"{_VALUE}$", re.IGNORECASE)
_JOINED = re.compile(rf"\s{{0,40}}(?:\+|\.(?=\s*\$)|\.\.)\s{{0,40}}{_HARMLESS}[A-Za-z_$]")
# What is joined to a text that ends with a quotation mark stands between two of them.
_VARIABLES_IN = frozenset(
    ("php", "kotlin", "groovy", "dart", "scala", "perl", "bash", "powershell")
)
_BRACES_AFTER_SIGN = {"python": "fF", "csharp": "$"}
_TEMPLATES = frozenset(
    ("javascript", "typescript", "tsx", "ruby", "kotlin", "groovy", "dart", "scala")
)
MAX_LITERALS = 2_000


def built_sql(content: str, language: str) -> Iterator[int]:
    """The lines of SQL into which a value is put as text, where a parameter should be."""
    for count, literal in enumerate(_LITERAL.finditer(content)):
        if count == MAX_LITERALS:
            return
        text = literal[literal.lastgroup or 0]
        if _SQL.search(text) and _has_value(literal, text, language, content):
            yield content.count("\n", 0, literal.start()) + 1


def _has_value(literal: re.Match[str], text: str, language: str, content: str) -> bool:
    signs = _BRACES_AFTER_SIGN.get(language, "")
    if any(sign in signs for sign in literal["sign"]) and _IN_BRACES.search(text):
        return True
    if language in _TEMPLATES and _AFTER_DOLLAR.search(text):
        return True
    if language in _VARIABLES_IN and literal["single"] is None and _VARIABLE.search(text):
        return True
    # A driver's own `%s` has no quotation marks round it.
    if _FORMATTED.search(text):
        return True
    return bool(_ENDS_OPEN.search(text) and _JOINED.match(content, literal.end()))
