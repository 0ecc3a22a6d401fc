"""What a schema may be, so that nothing in it can hurt whoever reads it."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from pydantic import JsonValue
from pydantic_core import to_json

# Loaded with the first schema: a server that makes no records does not hold it.
if TYPE_CHECKING:
    from jsonschema_rs import Draft202012Validator

MAX_BYTES, MAX_DEPTH, MAX_VALUES = 40_000, 40, 3_000
MAX_EXPRESSION_BYTES = 1 << 20


def refusal_of(schema: Mapping[str, JsonValue]) -> str | None:
    """Why a schema is not taken; None for one that is."""
    if len(values := list(_values(schema))) > MAX_VALUES:
        return f"The schema holds more than {MAX_VALUES} values"
    if max((depth for depth, _, _ in values), default=0) > MAX_DEPTH:
        return f"The schema is nested deeper than {MAX_DEPTH} levels"
    dumped = to_json(schema)
    if len(dumped) > MAX_BYTES:
        return f"The schema is longer than {MAX_BYTES} bytes"
    for _, name, value in values:
        if name in {"$ref", "$dynamicRef"} and isinstance(value, str) and value[:1] != "#":
            return "A reference may only lead to another part of the schema, like #/$defs/name"
    if schema.get("type") != "object":
        return "The schema must be that of an object: give it `type: object`"
    try:
        compiled(dumped)
    except ValueError as error:
        return f"This is not a JSON Schema: {str(error).splitlines()[0][:200]}"
    return None


@lru_cache(maxsize=32)
def compiled(schema: bytes) -> "Draft202012Validator":
    """A validator that fetches nothing, whose expressions take time by the length of the text."""
    from jsonschema_rs import Draft202012Validator, RegexOptions

    linear = RegexOptions(size_limit=MAX_EXPRESSION_BYTES, dfa_size_limit=MAX_EXPRESSION_BYTES)
    return Draft202012Validator(
        schema.decode(), validate_formats=True, offline=True, pattern_options=linear
    )


def _values(root: Mapping[str, JsonValue]) -> Iterator[tuple[int, str, JsonValue]]:
    """Every value with how deep it is and its name, as long as there are not too many."""
    open_: list[tuple[int, str, JsonValue]] = [(0, "", dict(root))]
    count = 0
    while open_ and count <= MAX_VALUES:
        depth, name, value = open_.pop()
        count += 1
        yield depth, name, value
        if isinstance(value, dict):
            open_ += [(depth + 1, key, one) for key, one in value.items()]
        elif isinstance(value, list):
            open_ += [(depth + 1, "", one) for one in value]
