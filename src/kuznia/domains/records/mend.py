"""What our code puts right for nothing: how a value is written, never what it is."""

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, cast

from pydantic import JsonValue

from kuznia.domains.records.schemas.limits import compiled

if TYPE_CHECKING:
    from jsonschema_rs import ValidationError

# A mended value may show the next fault, such as a date that was written as a number's text.
ROUNDS = 4
_INTEGER = re.compile(r"[+-]?\d{1,30}")
_NUMBER = re.compile(r"[+-]?\d{1,30}(?:\.\d{1,30})?(?:[eE][+-]?\d{1,3})?")
_YEAR_FIRST = re.compile(r"(\d{4})[./](\d{1,2})[./](\d{1,2})")
# With dots the day comes first, wherever dates have dots.
_DAY_FIRST = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_WORDS = {"true": True, "false": False}


def mended(schema: bytes, value: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """A value with all put right that can be, which is a copy."""
    whole: JsonValue = value
    for _ in range(ROUNDS):
        errors = [error for error in compiled(schema).iter_errors(whole) if is_mendable(error)]
        if not errors:
            break
        for error in errors:
            whole = _put(whole, error.instance_path, error)
    assert isinstance(whole, dict)
    return whole


def is_mendable(error: "ValidationError") -> bool:
    """Whether the value itself says what was meant."""
    return _is_nothing(error) or _better(error) is not None


def _is_nothing(error: "ValidationError") -> bool:
    """Whether a property is there without a value: then it is not there."""
    in_object = bool(error.instance_path) and isinstance(error.instance_path[-1], str)
    return in_object and error.instance is None and error.kind.name == "type"


def _better(error: "ValidationError") -> Callable[[JsonValue], JsonValue] | None:
    """How the value is put right."""
    kind, value = error.kind.name, cast("JsonValue", error.instance)
    said = cast("dict[str, JsonValue]", error.kind.as_dict())
    if kind == "type":
        fits = _as_type(value, cast("list[str]", said["types"]))
        return None if fits is None else lambda _: fits[0]
    if kind in {"enum", "const"}:
        same = _same(value, said["options"] if kind == "enum" else [said["expected_value"]])
        return None if same is None else lambda _: same
    if kind == "format" and said["format"] == "date":
        day = _as_date(value)
        return None if day is None else lambda _: day
    if kind == "additionalProperties":
        # Nobody asked for them.
        unasked = cast("list[str]", said["unexpected"])
        return lambda held: _without(held, unasked)
    return None


def _without(held: JsonValue, names: Sequence[str]) -> JsonValue:
    assert isinstance(held, dict)
    return {name: one for name, one in held.items() if name not in names}


def _as_type(value: JsonValue, types: Sequence[str]) -> tuple[JsonValue] | None:
    """The value as one of these types, in a tuple, since null is one of them."""
    if isinstance(value, str):
        return _read(value.strip(), types)
    if isinstance(value, int | float) and "string" in types and not isinstance(value, bool):
        return (str(value),)
    if "array" in types and value is not None and not isinstance(value, list):
        return ([value],)
    return None


def _read(text: str, types: Sequence[str]) -> tuple[JsonValue] | None:
    if "integer" in types and _INTEGER.fullmatch(text):
        return (int(text),)
    if "number" in types and _NUMBER.fullmatch(text):
        return (float(text) if _INTEGER.fullmatch(text) is None else int(text),)
    if "boolean" in types and text.lower() in _WORDS:
        return (_WORDS[text.lower()],)
    if "null" in types and text.lower() in {"null", "none"}:
        return (None,)
    return ([text],) if "array" in types and text else None


def _same(value: JsonValue, options: JsonValue) -> JsonValue:
    """The only option that differs in case, blanks and underscores alone."""
    if not isinstance(value, str) or not isinstance(options, list):
        return None
    same = [one for one in options if isinstance(one, str) and _bare(one) == _bare(value)]
    return same[0] if len(same) == 1 else None


def _bare(text: str) -> str:
    return re.sub(r"[\s_-]", "", text).casefold()


def _as_date(value: JsonValue) -> str | None:
    if not isinstance(value, str):
        return None
    if found := _YEAR_FIRST.fullmatch(value.strip()):
        year, month, day = found.groups()
    elif found := _DAY_FIRST.fullmatch(value.strip()):
        day, month, year = found.groups()
    else:
        return None
    return f"{year}-{int(month):02}-{int(day):02}"


def _put(held: JsonValue, path: Sequence[str | int], error: "ValidationError") -> JsonValue:
    """A copy with the value at this path put right; what was put right before may be gone."""
    if not path:
        better = _better(error)
        return held if better is None else better(held)
    at, *rest = path
    if isinstance(held, dict) and isinstance(at, str) and at in held:
        if not rest and _is_nothing(error):
            return {name: one for name, one in held.items() if name != at}
        return {**held, at: _put(held[at], rest, error)}
    if isinstance(held, list) and isinstance(at, int) and at < len(held):
        return [*held[:at], _put(held[at], rest, error), *held[at + 1 :]]
    return held
