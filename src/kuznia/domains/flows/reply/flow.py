"""A model's reply read as a flow, with or without text round it."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import cast

from pydantic import ValidationError

from kuznia.domains.flows.schema import Flow
from kuznia.forge.terms import MAX_HINTS, Finding, Unreadable
from kuznia.platform.validation_words import faulty_places

_MAX_CHARACTERS = 200_000
# Values in one reply: each wrong value becomes an error, and a flow has a few thousand.
_MAX_VALUES = 20_000
# Opening braces that are tried: prose before the object may have some of its own.
_MAX_STARTS = 20
# A comma before a closing bracket, or a whole string, in which such a comma is text. A string that
# is never closed is taken to its end: a search from each of its quotes would take minutes.
_COMMAS = re.compile(r'("(?:[^"\\]|\\.)*+"?)|,(?=\s*[}\]])', re.DOTALL)
_FOLLOW = "Correct this so that it follows the schema."
_HINT = "Answer with one JSON object that follows the schema, and nothing else."


def parse_flow(reply: str) -> Flow:
    """Read the flow in a reply; raise Unreadable when there is none."""
    if len(reply) > _MAX_CHARACTERS:
        raise Unreadable("too-long", "The reply is too long for a flow.", _HINT)
    problem: ValidationError | None = None
    tidy = _COMMAS.sub(lambda value: value[1] or "", reply)
    for text in dict.fromkeys((reply, tidy)):
        for value in _objects(text):
            if _is_too_large(value):
                raise Unreadable("too-long", "The reply is too long for a flow.", _HINT)
            try:
                return Flow.model_validate(value)
            except ValidationError as wrong:
                problem = problem or wrong
            except RecursionError:
                break
    if problem is None:
        raise Unreadable("no-object", "The reply holds no JSON object.", _HINT)
    findings = tuple(
        Finding("not-a-flow", "block", where or "flow", f"{message.rstrip('.')}.", _FOLLOW)
        for where, message in faulty_places(problem, MAX_HINTS)
    )
    raise Unreadable("not-a-flow", "The reply is not a flow.", _HINT, findings=findings)


def _objects(reply: str) -> Iterator[object]:
    """The JSON objects in a text, from left to right; an object inside another is not tried."""
    decoder = json.JSONDecoder()
    start, tried = reply.find("{"), 0
    while start >= 0 and tried < _MAX_STARTS:
        tried += 1
        try:
            value, end = cast("tuple[object, int]", decoder.raw_decode(reply, start))
        except (ValueError, RecursionError):
            start = reply.find("{", start + 1)
            continue
        yield _unwrapped(value)
        start = reply.find("{", end)


def _is_too_large(value: object) -> bool:
    """Whether a value holds more values than a flow can; not recursive, because it may be deep."""
    waiting, seen = [value], 0
    while waiting and seen <= _MAX_VALUES:
        value = waiting.pop()
        if isinstance(value, dict):
            inside: Iterable[object] = cast("dict[str, object]", value).values()
        else:
            inside = cast("list[object]", value) if isinstance(value, list) else ()
        before = len(waiting)
        waiting.extend(inside)
        seen += len(waiting) - before
    return seen > _MAX_VALUES


def _unwrapped(value: object) -> object:
    """Take a flow out of the key `flow`, if a model put it there."""
    if isinstance(value, dict):
        inside = cast("dict[str, object]", value)
        return inside.get("flow", inside) if "steps" not in inside else inside
    return value
