"""A model's reply read as a flow, whatever it is wrapped in."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import cast

from pydantic import ValidationError

from kuznia.domains.flows.schema import Flow
from kuznia.forge.terms import Unreadable

_MAX_CHARACTERS = 200_000
# Values in one reply: each wrong one becomes an error of its own, and a flow has some thousands.
_MAX_VALUES = 20_000
# Braces tried as the beginning of an object: prose before it may hold some of its own.
_MAX_STARTS = 20
# A comma before a closing bracket, and the strings in which it would be meant. One that is never
# closed is taken to its end: looked at from each of its quotes it would take minutes.
_COMMAS = re.compile(r'("(?:[^"\\]|\\.)*+"?)|,(?=\s*[}\]])', re.DOTALL)
_HINT = "Answer with one JSON object that follows the schema, and nothing else."


def parse_flow(reply: str) -> Flow:
    """The flow in a reply; Unreadable says what was expected when there is none."""
    if len(reply) > _MAX_CHARACTERS:
        raise Unreadable("too-long", "The reply is too long for a flow.", _HINT)
    problem: ValidationError | None = None
    tidy = _COMMAS.sub(lambda value: value[1] or "", reply)
    for text in dict.fromkeys((reply, tidy)):
        for value in _objects(text):
            if _is_endless(value):
                raise Unreadable("too-long", "The reply is too long for a flow.", _HINT)
            try:
                return Flow.model_validate(value)
            except ValidationError as wrong:
                problem = problem or wrong
            except RecursionError:
                break
    if problem is None:
        raise Unreadable("no-object", "The reply holds no JSON object.", _HINT)
    first = problem.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    raise Unreadable(
        "not-a-flow",
        f"The reply is no flow: {where or 'flow'}: {first['msg']}",
        f"Correct {where or 'the object'} so that it follows the schema.",
    )


def _objects(reply: str) -> Iterator[object]:
    """JSON objects in a text, the largest first at each brace; what follows them is let be."""
    decoder = json.JSONDecoder()
    at, tried = reply.find("{"), 0
    while at >= 0 and tried < _MAX_STARTS:
        tried += 1
        try:
            value, end = cast("tuple[object, int]", decoder.raw_decode(reply, at))
        except (ValueError, RecursionError):
            at = reply.find("{", at + 1)
            continue
        yield _as_sent(value)
        at = reply.find("{", end)


def _is_endless(value: object) -> bool:
    """Whether it holds more values than a flow could; without recursion, for it may be deep."""
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


def _as_sent(value: object) -> object:
    """A flow that was put under a key of its own is taken out of it."""
    if isinstance(value, dict):
        inside = cast("dict[str, object]", value)
        return inside.get("flow", inside) if "steps" not in inside else inside
    return value
