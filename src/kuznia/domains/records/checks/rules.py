"""The caller's own rules: sums, orders, quotes, and values that are there once."""

import math
from collections.abc import Iterator
from operator import eq, ge, gt, le, lt, ne
from typing import TypeGuard

from pydantic import JsonValue

from kuznia.domains.records.schema import Compare, Quote, RecordDraft, Rule, Sum
from kuznia.forge.terms import Finding

COMPARED = {"<": lt, "<=": le, "=": eq, "!=": ne, ">=": ge, ">": gt}
MAX_VALUES = 10_000


def broken(rules: tuple[Rule, ...], record: RecordDraft, prompt: str) -> Iterator[Finding]:
    """Each rule that does not hold, with what does not."""
    words = " ".join(prompt.split())
    for rule in rules:
        if isinstance(rule, Compare):
            found = _compared(rule, record)
        elif isinstance(rule, Sum):
            found = _added(rule, record)
        elif isinstance(rule, Quote):
            found = _quoted(rule, record, words)
        else:
            found = _repeated(rule.of, record)
        for where, message in found:
            hint = f"Correct it from the text: {rule.message or message}"
            yield Finding(f"rule-{rule.kind}", "block", where, rule.message or message, hint)


def values_at(record: RecordDraft, pointer: str) -> list[tuple[str, JsonValue]]:
    """The values a pointer leads to, each with its own place; none where nothing is."""
    found: list[tuple[str, JsonValue]] = [("", record.value)]
    for raw in pointer.split("/")[1:]:
        name = raw.replace("~1", "/").replace("~0", "~")
        found = [step for place, value in found for step in _steps(place, value, name)][:MAX_VALUES]
    return found


def _steps(place: str, value: JsonValue, name: str) -> Iterator[tuple[str, JsonValue]]:
    if isinstance(value, dict) and name in value:
        yield f"{place}/{name}", value[name]
    elif isinstance(value, list):
        if name == "*":
            yield from ((f"{place}/{at}", one) for at, one in enumerate(value))
        elif name.isdecimal() and int(name) < len(value):
            yield f"{place}/{name}", value[int(name)]


def _compared(rule: Compare, record: RecordDraft) -> Iterator[tuple[str, str]]:
    left, right = values_at(record, rule.left), values_at(record, rule.right)
    for (where, one), (_, other) in zip(left, right, strict=False):
        if not _holds(one, rule.by, other):
            yield where, f"{rule.left} must be {rule.by} {rule.right}"


def _holds(first: JsonValue, by: str, other: JsonValue) -> bool:
    """Whether two numbers, or two texts, are in this order; a date is a text that sorts."""
    if _is_number(first) and _is_number(other):
        return COMPARED[by](first, other)
    return isinstance(first, str) and isinstance(other, str) and COMPARED[by](first, other)


def _added(rule: Sum, record: RecordDraft) -> Iterator[tuple[str, str]]:
    numbers = [value for _, value in values_at(record, rule.of)]
    for where, whole in values_at(record, rule.equals):
        counted = [number for number in numbers if _is_number(number)]
        is_sum = (
            _is_number(whole)
            and len(counted) == len(numbers)
            and abs(math.fsum(counted) - whole) <= rule.within
        )
        if not is_sum:
            yield where, f"{rule.of} must add up to {rule.equals}"


def _quoted(rule: Quote, record: RecordDraft, words: str) -> Iterator[tuple[str, str]]:
    for where, value in values_at(record, rule.of):
        if not isinstance(value, str) or " ".join(value.split()) not in words:
            yield where, f"{where} must stand in the text word for word"


def _repeated(of: str, record: RecordDraft) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for where, value in values_at(record, of):
        if (text := repr(value)) in seen:
            yield where, f"{where} is there twice"
        seen.add(text)


def _is_number(value: JsonValue) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
