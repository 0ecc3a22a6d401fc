"""The first step: an order's texts made plain, and what looks like an attack noted."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import cast

from pydantic import BaseModel, ValidationError

from kuznia.forge.terms import AnyDomain, Attachment, Finding, Order
from kuznia.platform.errors import Invalid, invalid

# Line breaks and tabs are layout; every other control or format character is a way to hide text:
# zero-width and bidi characters, soft hyphens, tags, lone surrogates.
_LAYOUT = frozenset("\n\t")
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
# Only a text that holds one of these needs the slow walk.
_SUSPECT = re.compile(r"[^\x20-\x7e\n\t\u00a1-\u00ac\u00ae-\u02ff\u0370-\u03ff\u0400-\u052f]")

_PATTERNS: tuple[tuple[str, str, re.Pattern[str]], ...] = (
    (
        "sql-injection",
        "reads like an SQL injection",
        re.compile(
            r"""(?ix) ['"`]\s*+;?\s*+(?:or|and)\s+['"`]?\w++['"`]?\s*=\s*['"`]?\w
            | ['"`;]\s*(?:drop|truncate|alter)\s+(?:table|database|schema)\b
            | \bunion\s+(?:all\s+)?select\b
            | ;\s*(?:delete\s+from|insert\s+into|update\s+\w+\s+set)\b
            | ['"`]\s*;\s*--"""
        ),
    ),
    (
        "script-injection",
        "reads like a script injection",
        re.compile(
            r"""(?ix) <\s*+/?\s*+(?:script|iframe|object|embed|svg|base|meta)\b
            | \bjavascript\s*: | \bdata\s*:\s*text/html
            | <[^<>]{0,200}\bon[a-z]{3,20}\s*="""
        ),
    ),
)


def plain(text: str) -> str:
    """NFC, one kind of line break, and no character that hides or turns what a reader sees."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not _SUSPECT.search(text):
        return text if text.isascii() else unicodedata.normalize("NFC", text)
    kept = (c for c in text if c in _LAYOUT or unicodedata.category(c) not in _HIDDEN)
    # Removing a character can bring two together that compose, so NFC comes last.
    return unicodedata.normalize("NFC", "".join(kept))


def clean(order: Order, domain: AnyDomain) -> tuple[Order, tuple[Finding, ...]]:
    """The order with plain texts, and what was found in them; Invalid if nothing honest is left."""
    given = order.input
    texts = list(_texts(given, ""))
    if any(plain(text) != text for _, text in texts):
        try:
            fresh = type(given).model_validate(_plain_all(given))
        except ValidationError as error:
            # It was valid only with the characters nobody can see.
            raise invalid(error) from None
        order, texts = replace(order, input=fresh), list(_texts(fresh, ""))
    findings = tuple(_attacks(texts))
    refused = sorted({f.code for f in findings} & domain.refuses)
    if refused:
        raise Invalid(
            f"The text {' and '.join(f.message for f in findings if f.code in refused)}; "
            "say it in plain words.",
            details={"codes": list(refused)},
        )
    return order, findings


def _plain_all(value: object) -> object:
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, Attachment):
        return value
    if isinstance(value, BaseModel):
        return {name: _plain_all(item) for name, item in vars(value).items()}
    if isinstance(value, dict):
        items = cast("dict[object, object]", value)
        return {_plain_all(name): _plain_all(item) for name, item in items.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain_all(item) for item in cast("Iterable[object]", value)]
    return value


def _texts(value: object, where: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, BaseModel) and not isinstance(value, Attachment):
        # A file may well hold what would be an attack in a request.
        # Not by iterating the model: that costs more than all the rest of this step.
        for name, item in vars(value).items():
            yield from _texts(item, f"{where}.{name}" if where else name)
    elif isinstance(value, dict):
        for name, item in cast("dict[object, object]", value).items():
            yield from _texts(item, f"{where}.{name}")
    elif isinstance(value, list | tuple | set | frozenset):
        for index, item in enumerate(cast("Iterable[object]", value)):
            yield from _texts(item, f"{where}[{index}]")


def _attacks(texts: Iterable[tuple[str, str]]) -> Iterator[Finding]:
    for where, text in texts:
        for code, message, pattern in _PATTERNS:
            if pattern.search(text):
                yield Finding(code, "warn", where, message)
