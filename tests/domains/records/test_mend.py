"""How a value is written is put right; what it is, never."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic_core import to_json

from kuznia.domains.records.checks.valid import faults
from kuznia.domains.records.mend import mended

DATE = {"type": "string", "format": "date"}


@pytest.mark.parametrize(
    ("schema", "value", "meant"),
    [
        ({"type": "integer"}, "5", 5),
        ({"type": "number"}, " 5.25 ", 5.25),
        ({"type": "number"}, "1e3", 1000.0),
        ({"type": "boolean"}, "True", True),
        ({"type": ["integer", "null"]}, "null", None),
        ({"type": "string"}, 5, "5"),
        ({"type": "array"}, "x", ["x"]),
        ({"type": "array", "items": {"type": "integer"}}, ["1", 2], [1, 2]),
        ({"enum": ["New York", "Kyiv"]}, "new_york", "New York"),
        ({"const": "EUR"}, "eur", "EUR"),
        (DATE, "2026/3/1", "2026-03-01"),
        (DATE, "31.12.2026", "2026-12-31"),
        ({"properties": {"k": {}}, "additionalProperties": False}, {"k": 1, "x": 1}, {"k": 1}),
    ],
)
def test_what_was_meant_is_written_as_the_schema_wants_it(
    schema: dict[str, Any], value: Any, meant: Any
) -> None:
    whole = {"type": "object", "properties": {"a": schema}}

    fresh = mended(to_json(whole), {"a": value})

    assert fresh == {"a": meant}
    assert type(fresh["a"]) is type(meant)
    assert not list(faults(to_json(whole), fresh))
    Draft202012Validator(whole).validate(fresh)


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "integer"}, "five"),
        ({"type": "integer"}, 5.5),
        ({"type": "boolean"}, "yes"),
        ({"type": "boolean"}, 1),
        ({"type": "string"}, True),
        ({"type": "object"}, "x"),
        ({"enum": ["a", "A"]}, "Å"),
        ({"enum": ["ab", "a b"]}, "AB"),
        (DATE, "3/4/2026"),
        (DATE, "yesterday"),
        ({"type": "integer", "minimum": 3}, 2),
        ({"type": "string", "minLength": 3}, "x"),
    ],
)
def test_what_could_mean_two_things_is_asked_again(schema: dict[str, Any], value: Any) -> None:
    whole = to_json({"type": "object", "properties": {"a": schema}})

    assert mended(whole, {"a": value}) == {"a": value}
    assert {one.severity for one in faults(whole, {"a": value})} == {"block"}


def test_a_property_without_a_value_is_not_there() -> None:
    whole = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["b"]}

    fresh = mended(to_json(whole), {"a": None})
    (left,) = faults(to_json(whole), fresh)

    assert fresh == {}
    assert (left.code, left.severity) == ("schema-required", "block")
