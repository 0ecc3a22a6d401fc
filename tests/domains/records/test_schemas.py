"""Schemas of strangers: refused with a reason, at once, and nothing is fetched."""

import json
from typing import Any

import pytest
from pydantic import ValidationError
from tests.clocks import least_work

from kuznia.domains.records.schema import RecordInput


def nested(depth: int) -> dict[str, Any]:
    return json.loads('{"not":' * depth + "{}" + "}" * depth)


HOSTILE: dict[str, tuple[dict[str, Any], str]] = {
    "no object": ({"type": "array"}, "must be that of an object"),
    "no type": ({}, "must be that of an object"),
    "a wrong type": ({"type": "object", "required": 7}, "not a JSON Schema"),
    "a file": ({"type": "object", "$ref": "file:///etc/passwd"}, "only lead to another part"),
    "an address": ({"type": "object", "$ref": "http://127.0.0.1/x"}, "only lead to another part"),
    "another document": ({"type": "object", "$ref": "other.json"}, "only lead to another part"),
    "a reference to nothing": ({"type": "object", "$ref": "#/$defs/no"}, "not a JSON Schema"),
    "a look-around": (
        {"type": "object", "properties": {"a": {"pattern": "(?=a)a"}}},
        "not a JSON Schema",
    ),
    "a huge expression": (
        {"type": "object", "properties": {"a": {"pattern": "(a{1000}){1000}"}}},
        "not a JSON Schema",
    ),
    "depth": ({"type": "object", **nested(60)}, "nested deeper"),
    "values": ({"type": "object", "enum": [0] * 5_000}, "more than 3000 values"),
    "bytes": ({"type": "object", "title": "x" * 50_000}, "longer than 40000 bytes"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_schema_that_could_hurt_is_refused_at_once(name: str) -> None:
    schema, reason = HOSTILE[name]

    def refuse() -> None:
        with pytest.raises(ValidationError, match=reason):
            RecordInput(prompt="a text", json_schema=schema)

    assert least_work(3, refuse) < 0.05


def test_patterns_take_time_by_the_length_of_the_text() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string", "pattern": "(a+)+$"}}}

    assert RecordInput(prompt="a text", json_schema=schema)
