"""How a model's reply is read: the object in it, whatever stands round it."""

import json
import re
from collections.abc import Iterator

from pydantic import JsonValue

from kuznia.domains.records.lenient.reader import NotJson, finite, read_at
from kuznia.forge.terms import Unreadable

_FENCE = re.compile(r"```[ \t]*+[\w-]*+[ \t]*+\n(.*?)```", re.DOTALL)
# Places at which an object may begin; a reply that has more holds no record.
MAX_BEGINNINGS = 4
HINT = "Answer with the JSON object alone: no words before or after it, no comments, no ellipsis."


def read_record(reply: str) -> dict[str, JsonValue]:
    """The object of a reply; raises Unreadable, which says where it is none."""
    _, _, said = reply.rpartition("</think>")
    text = said.strip()
    try:
        value: JsonValue = json.loads(text, parse_float=finite, parse_constant=_refuse)
    except (ValueError, RecursionError, NotJson):
        value = _first_object(text)
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if not isinstance(value, dict):
        raise Unreadable("no-object", "The reply holds no JSON object.", HINT)
    return value


def _refuse(name: str) -> None:
    raise ValueError(name)


def _first_object(text: str) -> JsonValue:
    """The first object that can be read: in a fence, or anywhere."""
    problem: NotJson | None = None
    for piece, at in _beginnings(text):
        try:
            return read_at(piece, at)[0]
        except NotJson as error:
            # The first is what the model meant; what follows is inside it.
            problem = problem or error
    if problem is None:
        return None
    message = f"The JSON cannot be read at character {problem.place}: {problem.message}."
    raise Unreadable("no-json", message, f"{message} {HINT}")


def _beginnings(text: str) -> Iterator[tuple[str, int]]:
    fences = [fence[1] for fence in _FENCE.finditer(text)]
    # The last fence is the answer; those before it may be what it was made from.
    for piece in (*reversed(fences), text):
        if (at := piece.find("{")) >= 0:
            yield piece, at
    for count, brace in enumerate(re.finditer(r"\{", text)):
        if count == MAX_BEGINNINGS:
            return
        yield text, brace.start()
